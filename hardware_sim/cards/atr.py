"""ATR and ATS: on both interfaces the same 13 historical bytes say whose card it is (card sheet section 1)."""

from functools import reduce
from operator import xor
from typing import Final

_CHIP_MAKER: Final = bytes.fromhex("0081")
_COS: Final = bytes.fromhex("544C96")
_CARD_MAKER: Final = bytes.fromhex("8684")
_ATS_HEAD: Final = bytes.fromhex("127880A002")


def historical_bytes(city: str, serial: bytes) -> bytes:
    """T1 to TD: chip maker, COS, card maker, first 4 digits of the city code in BCD, serial of 4 bytes."""
    return _CHIP_MAKER + _COS + _CARD_MAKER + bytes.fromhex(city[:4]) + serial


def contact_atr(historical: bytes) -> bytes:
    """3B 6D 00 00 and 13 historical bytes; T=0 only, so there is no TCK."""
    return bytes([0x3B, 0x60 | len(historical), 0x00, 0x00]) + historical


def ats(historical: bytes) -> bytes:
    """ISO 14443-4: length, T0, TA1 TB1 TC1 and the same historical bytes."""
    return _ATS_HEAD + historical


def contactless_atr(historical: bytes) -> bytes:
    """What a reader shows a PC/SC program instead: 3B 8D 80 01, historical bytes, TCK (PC/SC part 3, 3.1.3.2.3)."""
    body = bytes([0x80 | len(historical), 0x80, 0x01]) + historical
    return b"\x3b" + body + bytes([reduce(xor, body)])


def card_factor(historical: bytes) -> bytes:
    """T6 to TD, the third-level factor of diversification (8 bytes)."""
    return historical[5:13]
