"""ATR of the contact interface: TS, T0, no TA1 TB1, and 13 historical bytes that say whose card it is."""

from typing import Final

_CHIP_MAKER: Final = bytes.fromhex("0081")
_COS: Final = bytes.fromhex("544C96")
_CARD_MAKER: Final = bytes.fromhex("8684")


def historical_bytes(city: str, serial: bytes) -> bytes:
    """T1 to TD: chip maker, COS, card maker, first 4 digits of the city code in BCD, serial of 4 bytes."""
    return _CHIP_MAKER + _COS + _CARD_MAKER + bytes.fromhex(city[:4]) + serial


def contact_atr(historical: bytes) -> bytes:
    """3B 6D 00 00 and 13 historical bytes; T=0 only, so there is no TCK (card sheet section 1)."""
    return bytes([0x3B, 0x60 | len(historical), 0x00, 0x00]) + historical


def card_factor(historical: bytes) -> bytes:
    """T6 to TD, the third-level factor of diversification (8 bytes)."""
    return historical[5:13]
