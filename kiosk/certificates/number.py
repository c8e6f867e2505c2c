"""The number of a certificate: `ZM-T001-20261102-1-0007-K`.

ZM (证明), terminal, date of printing, epoch of the terminal's journal, counter within that epoch, check character
(ISO 7064 MOD 37,36 over letters and digits). The epoch keeps numbers apart after a journal was replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kiosk.local_number import check_character

_PREFIX = "ZM"


class CertificateNumberError(ValueError):
    """A number somebody typed that cannot be one of ours. `wrong` is a short word: shape or check."""

    def __init__(self, wrong: str) -> None:
        reason = "a character is mistyped" if wrong == "check" else "it is not complete"
        super().__init__(f"certificate number: {reason}; compare it with the paper")
        self.wrong = wrong


@dataclass(frozen=True)
class CertificateNumber:
    """The parts; `str()` gives the number as printed."""

    terminal: str
    day: date
    epoch: int
    counter: int

    def __str__(self) -> str:
        body = f"{_PREFIX}-{self.terminal}-{self.day:%Y%m%d}-{self.epoch}-{self.counter:04d}"
        return f"{body}-{check_character(body)}"


def parse_number(typed: str) -> CertificateNumber:
    """The parts of a typed number; case and surrounding space do not matter. Raises CertificateNumberError."""
    text = typed.strip().upper()
    prefix, _, rest = text.partition("-")
    parts = rest.rsplit("-", 4)
    if prefix != _PREFIX or len(parts) != 5 or not parts[0]:
        raise CertificateNumberError("shape")
    terminal, day, epoch, counter, check = parts
    digits = day + epoch + counter
    if len(day) != 8 or len(counter) < 4 or not epoch or not digits.isascii() or not digits.isdecimal():
        raise CertificateNumberError("shape")
    if check_character(text.rpartition("-")[0]) != check:
        raise CertificateNumberError("check")
    try:
        number = CertificateNumber(terminal, date.fromisoformat(day), int(epoch), int(counter))
    except ValueError as error:
        raise CertificateNumberError("shape") from error
    if str(number) != text:
        raise CertificateNumberError("shape")
    return number
