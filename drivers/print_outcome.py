"""How a print ended, the same for every printer: printed, failed or unknown, and never one folded into another.

A failure has one special case that somebody has to look after: out of paper in the middle. The rest of it lies in the
printer and comes out with the new paper, before somebody else's eyes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

PAPER_OUT: Final = "paper-out"
REST_IN_PRINTER: Final[Mapping[str, str]] = MappingProxyType({"rest": "in-printer"})
"""Fact of a failed print of which the printer holds a part that nobody can call back."""


class PrintResult(Enum):
    """PRINTED is proved by the printer itself; FAILED is certain too: what was wanted is not on paper as a whole."""

    PRINTED = "printed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PrintOutcome:
    """The end of one print.

    reasons  short words, the weightiest first: paper-out | cover-open | jam | cutter | printer-error | no-answer |
             link-lost | deadline | cancelled | ... (of an A4 printer also its own keywords)
    sha256   of the very bytes meant for the printer, hex
    facts    numbers and short words, never personal data
    """

    result: PrintResult
    sha256: str
    reasons: tuple[str, ...] = ()
    facts: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def rest_in_printer(self) -> bool:
        """Whether a part may still come out of the printer once it is mended."""
        return self.facts.items() >= REST_IN_PRINTER.items()

    @property
    def out_of_paper_in_the_middle(self) -> bool:
        """The fourth way a print ends."""
        return self.result is PrintResult.FAILED and PAPER_OUT in self.reasons and self.rest_in_printer
