"""The financial application on the same chip: directory, application data and records with an invented card number.

Card sheet section 10, EMV book 1 and 3. The number begins with digits that no bank was given and ends with the right
check digit; the records that carry the holder's own data stand last, so that who wants four digits can stop early.
"""

from typing import Final

from hardware_sim.cards.files import Directory, RecordFile
from hardware_sim.cards.security import FREE
from hardware_sim.cards.tlv import ber
from hardware_sim.people import Persona

PSE_NAME: Final = b"1PAY.SYS.DDF01"
PPSE_NAME: Final = b"2PAY.SYS.DDF01"
DEBIT_AID: Final = bytes.fromhex("A000000333010101")
_LABEL: Final = "社保借记卡".encode("gbk")
_DIRECTORY_SFI: Final = 1

AIP: Final = bytes.fromhex("7C00")
# SFI 1 record 1 (track 2), SFI 2 record 1 (number, expiry), SFI 3 record 1 (the holder's ID); none is authenticated.
AFL: Final = bytes.fromhex("08010100 10010100 18010100")
# Terminal transaction qualifiers, amount, unpredictable number: what contactless terminals are asked for.
_PDOL: Final = bytes.fromhex("9F6604 9F0206 9F3704")
PDOL_LENGTH: Final = 4 + 6 + 4

_ISSUER_DIGITS: Final = "629999"
_NUMBER_LENGTH: Final = 19


def luhn_digit(body: str) -> str:
    """The check digit behind `body` (ISO/IEC 7812-1 annex B)."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def bank_number(persona: Persona) -> str:
    """19 digits, invented, the same for the same card."""
    digits = _NUMBER_LENGTH - len(_ISSUER_DIGITS) - 1
    body = _ISSUER_DIGITS + f"{int(persona.card.city + persona.card.serial, 16) % 10**digits:0{digits}d}"
    return body + luhn_digit(body)


def payment_directories(persona: Persona, *, contactless: bool) -> tuple[Directory, Directory]:
    """The environment of this interface (PSE or PPSE) and the debit application."""
    entry = ber(0x61, ber(0x4F, DEBIT_AID) + ber(0x50, _LABEL) + ber(0x87, b"\x01"))
    return (_proximity(entry) if contactless else _contact(entry)), _debit(persona, contactless=contactless)


def _contact(entry: bytes) -> Directory:
    return Directory(
        name="PSE",
        file_id=None,
        df_name=PSE_NAME,
        fci=ber(0x6F, ber(0x84, PSE_NAME) + ber(0xA5, ber(0x88, bytes([_DIRECTORY_SFI])))),
        files=(RecordFile("payment directory", _DIRECTORY_SFI, FREE, (ber(0x70, entry),)),),
    )


def _proximity(entry: bytes) -> Directory:
    fci = ber(0x6F, ber(0x84, PPSE_NAME) + ber(0xA5, ber(0xBF0C, entry)))
    return Directory(name="PPSE", file_id=None, df_name=PPSE_NAME, fci=fci)


def _debit(persona: Persona, *, contactless: bool) -> Directory:
    number = bank_number(persona)
    expiry = f"{persona.card.expires:%y%m}"
    track = f"{number}D{expiry}2200000000"
    proprietary = ber(0x50, _LABEL) + ber(0x87, b"\x01") + (ber(0x9F38, _PDOL) if contactless else b"")
    records = (
        ber(0x57, _nibbles(track)),
        ber(0x5A, _nibbles(number)) + ber(0x5F24, bytes.fromhex(f"{persona.card.expires:%y%m%d}")),
        ber(0x9F61, persona.id_number.encode("ascii")) + ber(0x9F62, b"\x00"),
    )
    return Directory(
        name="debit",
        file_id=None,
        df_name=DEBIT_AID,
        fci=ber(0x6F, ber(0x84, DEBIT_AID) + ber(0xA5, proprietary)),
        files=tuple(
            RecordFile(f"payment {sfi}", sfi, FREE, (ber(0x70, record),)) for sfi, record in enumerate(records, 1)
        ),
    )


def _nibbles(digits: str) -> bytes:
    return bytes.fromhex(digits if len(digits) % 2 == 0 else digits + "F")
