"""Section 8 of the card sheet once more, from the text alone: what a card must answer, and what a terminal must send.

It shares no line with the drivers or the simulated cards, so that one mistake in both of them is found out. What the
MACs of the medical account cover is JR/T 0025's, as the sheet gives only their lengths.
"""

from __future__ import annotations

from typing import Literal

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB

Family = Literal["3DES", "SM4"]

ROOT = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
PROVINCE = bytes.fromhex("3939303030307368")
CITY = bytes.fromhex("3939303130307378")


def block_size(family: Family) -> int:
    """Bytes."""
    return 8 if family == "3DES" else 16


def encrypt(family: Family, key: bytes, data: bytes) -> bytes:
    """ECB. A key of 8 bytes is single DES, one of 16 is 2-key 3DES or SM4."""
    algorithm = SM4(key) if family == "SM4" else TripleDES((key * 3)[:24])
    encryptor = Cipher(algorithm, ECB()).encryptor()  # noqa: S305 the book's
    return encryptor.update(data) + encryptor.finalize()


def xor(left: bytes, right: bytes) -> bytes:
    """Byte by byte."""
    return bytes(one ^ other for one, other in zip(left, right, strict=True))


def diversified(family: Family, key: bytes, factor: bytes) -> bytes:
    """The key one level below."""
    return encrypt(family, key, factor + xor(factor, b"\xff" * 8))


def card_key(family: Family, card_factor: bytes) -> bytes:
    """Root, province, city, card: of a card of city 990100."""
    key = ROOT
    for factor in (PROVINCE, CITY, card_factor):
        key = diversified(family, key, factor)
    return key


def session_key(family: Family, key: bytes, random: bytes) -> bytes:
    """For one use."""
    return encrypt(family, key, random + bytes(block_size(family) - len(random)))


def authentication(family: Family, session: bytes, raw: bytes) -> bytes:
    """8 bytes."""
    if family == "3DES":
        return encrypt(family, session, raw)
    whole = encrypt(family, session, raw + bytes(8))
    return xor(whole[:8], whole[8:])


def mac(family: Family, session: bytes, message: bytes) -> bytes:
    """4 bytes, CBC from zero, by hand."""
    size = block_size(family)
    filled = message + b"\x80"
    filled += bytes(-len(filled) % size)
    chain = bytes(size)
    for place in range(0, len(filled), size):
        chain = encrypt(family, session, xor(chain, filled[place : place + size]))
    if family == "3DES":
        return chain[:4]
    return xor(xor(chain[0:4], chain[4:8]), xor(chain[8:12], chain[12:16]))


def enciphered(family: Family, session: bytes, plain: bytes) -> bytes:
    """`length, plain`, filled only when it is not whole blocks."""
    whole = bytes([len(plain)]) + plain
    if len(whole) % block_size(family):
        whole += b"\x80"
        whole += bytes(-len(whole) % block_size(family))
    return encrypt(family, session, whole)


def tac(family: Family, key: bytes, message: bytes) -> bytes:
    """4 bytes, with the card's key for TACs."""
    return mac(family, xor(key[:8], key[8:]) if family == "3DES" else key, message)
