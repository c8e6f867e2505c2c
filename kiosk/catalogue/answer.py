"""The answer of an item as a value: what stands on the result page, on the receipt and in the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.screen import Cell
from kiosk.text import Text


@dataclass(frozen=True, slots=True)
class Answer:
    """Sums first, then rows. `outcome` is a code word for the record; `act` the body sealed to the centre."""

    title: Text
    as_of: Text
    outcome: str
    summary: tuple[tuple[Text, Cell], ...] = field(repr=False)
    columns: tuple[Text, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = field(default=(), repr=False)
    remarks: tuple[Text, ...] = ()
    act: Mapping[str, object] | None = field(default=None, repr=False)
    subject: str | None = field(default=None, repr=False)
    header: tuple[tuple[str, str], ...] = ()
    receipt_rows: int = 12
    """So many rows, newest first, go on the receipt."""

    @property
    def private(self) -> bool:
        """Whether anything has to be covered at first."""
        return any(cell.private for _, cell in self.summary) or any(cell.private for row in self.rows for cell in row)
