"""How data are laid out in blocks before a key touches them (sheet, section 8). Pure; no keys here.

Whoever computes, PSAM, the centre's HSM or a test with a sample key, computes over these blocks.
"""

from functools import reduce
from operator import xor

MAC_LENGTH = 4
"""Bytes of every MAC on the wire."""


def mac_blocks(message: bytes, block: int) -> bytes:
    """``message`` filled for a MAC: 80 00…, and a whole block more when it is aligned already.

    message  ``CLA INS P1 P2 Lc`` (Lc counts the MAC) ‖ data; for the medical MAC1 and MAC2 the data alone
    """
    return _filled(message, block)


def data_blocks(plain: bytes, block: int) -> bytes:
    """``length ‖ plain``, filled with 80 00… only when it is not aligned. ValueError: more than 255 bytes."""
    if len(plain) > 0xFF:
        raise ValueError("enciphered data carry their length in one byte")
    framed = bytes([len(plain)]) + plain
    return framed if len(framed) % block == 0 else _filled(framed, block)


def random_block(challenge: bytes, block: int) -> bytes:
    """A random number as input of a session key, filled with zeros on the right. ValueError: more than a block."""
    if len(challenge) > block:
        raise ValueError("a random number is at most one block")
    return challenge.ljust(block, b"\x00")


def folded_proof(enciphered: bytes) -> bytes:
    """Authentication data, 8 bytes, from one enciphered block: as it is, or the halves of 16 bytes XORed."""
    if len(enciphered) == 8:
        return enciphered
    return _xored(enciphered[:8], enciphered[8:])


def folded_mac(last: bytes) -> bytes:
    """The MAC from the last block of the chain: the first 4 of 8 bytes, or the four words of 16 bytes XORed."""
    if len(last) == 8:
        return last[:MAC_LENGTH]
    return reduce(_xored, (last[place : place + MAC_LENGTH] for place in range(0, 16, MAC_LENGTH)))


def _filled(data: bytes, block: int) -> bytes:
    return (data + b"\x80").ljust((len(data) // block + 1) * block, b"\x00")


def _xored(left: bytes, right: bytes) -> bytes:
    return bytes(map(xor, left, right))
