"""DES and two-key 3DES as the pad uses them, and the PIN block of ISO 9564-1 format 0."""

from __future__ import annotations

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

BLOCK = 8
KEY_SIZES = (8, 16)
SHORTEST_PIN, LONGEST_PIN = 4, 12
ACCOUNT_DIGITS = 12


def encrypt(key: bytes | bytearray, blocks: bytes) -> bytes:
    """ECB over whole blocks."""
    worker = Cipher(_algorithm(key), ECB()).encryptor()  # noqa: S305 - what the pad's protocol prescribes
    return worker.update(blocks) + worker.finalize()


def decrypt(key: bytes | bytearray, blocks: bytes) -> bytes:
    """The inverse of `encrypt`."""
    worker = Cipher(_algorithm(key), ECB()).decryptor()  # noqa: S305 - what the pad's protocol prescribes
    return worker.update(blocks) + worker.finalize()


def mac(key: bytes | bytearray, message: bytes) -> bytes:
    """The last block of a CBC run over the message filled with zeros (ANSI X9.9), 8 bytes."""
    padded = message + bytes(-len(message) % BLOCK)
    worker = Cipher(_algorithm(key), CBC(bytes(BLOCK))).encryptor()
    return (worker.update(padded) + worker.finalize())[-BLOCK:]


def pin_block(digits: bytes | bytearray, account: bytes) -> bytes:
    """The clear block: `0`, length, PIN, filled with F, XOR the 12 account digits left of the check digit.

    `digits` and `account` are ASCII. Raises ValueError for lengths the format does not have.
    """
    if not SHORTEST_PIN <= len(digits) <= LONGEST_PIN or len(account) != ACCOUNT_DIGITS:
        raise ValueError(f"a PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits, an account {ACCOUNT_DIGITS}")
    pin = bytes.fromhex(f"0{len(digits):X}" + digits.decode("ascii").ljust(14, "F"))
    return bytes(one ^ other for one, other in zip(pin, bytes(2) + bytes.fromhex(account.decode("ascii")), strict=True))


def _algorithm(key: bytes | bytearray) -> TripleDES:
    # the library wants three keys: single DES is three equal ones, two-key 3DES ends with the first
    return TripleDES(bytes(key) * 3 if len(key) == BLOCK else bytes(key) + bytes(key[:BLOCK]))
