"""How a print ended, the same for every printer: printed, failed or unknown, and never one folded into another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType


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
