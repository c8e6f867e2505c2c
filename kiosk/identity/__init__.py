"""Who stands before the terminal, and how sure it is (identification levels L0 to L3 of the service catalogue)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

from kiosk.masking import mask_name


class Level(IntEnum):
    """L0 nobody; L1 a card was read (possession); L2 card and PIN; L3 L2 and a second person or factor."""

    L0 = 0
    L1 = 1
    L2 = 2
    L3 = 3


@dataclass(frozen=True, slots=True)
class Holder:
    """What was read from the card of the person, wiped with the session."""

    id_number: str = field(repr=False)  # 社会保障号码
    name: str = field(repr=False)
    sex: str = field(repr=False)
    birth_date: date = field(repr=False)
    card_number: str = field(repr=False)
    card_expires: date = field(repr=False)

    @property
    def masked_name(self) -> str:
        """As screens and receipts show it."""
        return mask_name(self.name)


@dataclass(frozen=True, slots=True)
class Identity:
    """Nobody (L0, no holder), or a holder at a level."""

    level: Level = Level.L0
    holder: Holder | None = None


NOBODY = Identity()
