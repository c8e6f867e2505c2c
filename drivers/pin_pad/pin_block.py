"""The account digits a PIN block is bound to, the ciphertext a pad gives out, and format 0 for comparing.

Source: ISO 9564-1, format 0. The pad makes the block itself; ``format0`` is here for known-answer tests of pads and of
whoever decrypts their blocks, and is used with test PINs only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from drivers.pin_buffer import MAX_DIGITS, MIN_DIGITS

_PAN = re.compile(r"[0-9]{13,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Account:
    """Twelve digits of a bank card's number: those left of its check digit. Never shown."""

    digits: str = field(repr=False)

    @classmethod
    def of_card(cls, number: str) -> "Account":
        """Of a primary account number, 13 to 19 digits. ValueError: not one; the number is not in it."""
        if _PAN.fullmatch(number) is None:
            raise ValueError("a bank card's number has 13 to 19 digits")
        return cls(number[-13:-1])


@dataclass(frozen=True, slots=True)
class EncryptedPinBlock:
    """What a pad gives out for a bank PIN: 8 bytes under the working key. It fits nowhere a clear PIN is wanted."""

    ciphertext: bytes = field(repr=False)


def format0(digits: Sequence[int], account: Account) -> bytes:
    """The clear block of 8 bytes: (0, length, digits, filled with F) XOR (0000, account). ValueError: no such PIN."""
    if not MIN_DIGITS <= len(digits) <= MAX_DIGITS or not all(0 <= digit <= 9 for digit in digits):
        raise ValueError("a PIN has 4 to 12 digits")
    pin = int(f"0{len(digits):X}" + "".join(map(str, digits)).ljust(14, "F"), 16)
    return (pin ^ int(account.digits, 16)).to_bytes(8, "big")
