"""The bytes of one print, how far they were handed to the line, and what may be claimed of them."""

import hashlib
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from drivers.print_outcome import REST_IN_PRINTER, PrintOutcome, PrintResult
from drivers.receipt_printer.condition import Condition

_PIECE: Final = 512


class Job:
    """``body`` is everything before the cut; ``cut`` the cut and what may follow it.

    As long as the cut was not handed over, no whole receipt can have come out: what stops the printer until then is a
    certain failure, if the printer itself says that it stopped.
    """

    def __init__(self, body: bytes, cut: bytes) -> None:
        self.cut = cut
        self.sent = 0
        self._body = body
        self._cutting = False

    def pieces(self) -> Iterator[bytes]:
        """The body in pieces."""
        for start in range(0, len(self._body), _PIECE):
            yield self._body[start : start + _PIECE]

    def begin_cut(self) -> None:
        """The cut is about to be handed over."""
        self._cutting = True

    @property
    def uncut(self) -> bool:
        """Something was handed over, and the cut was not."""
        return self.sent > 0 and not self._cutting

    def stopped(self, condition: Condition, *more: str) -> PrintOutcome:
        """The printer says what stopped it. At the end of the paper it never cuts; else the cut may have been made."""
        certain = condition.paper_out or not self._cutting
        return self.ended(PrintResult.FAILED if certain else PrintResult.UNKNOWN, *condition.troubles(), *more)

    def cut_short(self, *reasons: str) -> PrintOutcome:
        """Nobody says any more how it went on: certain as long as not even all lines were handed over."""
        whole = self.sent >= len(self._body)
        return self.ended(PrintResult.UNKNOWN if whole else PrintResult.FAILED, *reasons)

    def ended(self, result: PrintResult, *reasons: str) -> PrintOutcome:
        """The outcome, with the facts."""
        facts: dict[str, str | int] = {"bytes": len(self._body) + len(self.cut), "sent": self.sent}
        if result is PrintResult.FAILED and self.sent:
            facts |= REST_IN_PRINTER
        whole = hashlib.sha256(self._body + self.cut).hexdigest()
        return PrintOutcome(result, whole, reasons, MappingProxyType(facts))
