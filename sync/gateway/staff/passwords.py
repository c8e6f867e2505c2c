"""Passwords: scrypt (RFC 7914) with the parameters beside the hash, so that they can grow without locking people out.

One check takes 32 MiB and about a tenth of a second. Two run at a time at most: sign-in attempts must not take the
memory that terminals need.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from base64 import b64decode, b64encode
from typing import Final

MIN_CHARACTERS: Final = 12
MAX_CHARACTERS: Final = 200
MAX_AGE_SECONDS: Final = 90 * 86_400
SALT_BYTES: Final = 16
_LOG2_N, _R, _P, _LENGTH = 15, 8, 1, 32
_MAX_MEMORY: Final = 160 * 1024 * 1024
_MAX_LOG2_N: Final = 17
_MIN_KINDS: Final = 3
_AT_ONCE: Final = threading.BoundedSemaphore(2)
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"
"""Without the letters that are read as another."""
_GENERATED_GROUPS: Final = 5


def hashed(password: str, salt: bytes) -> str:
    """What is stored: `scrypt$log2(n)$r$p$salt$hash`."""
    derived = _derive(password, salt, _LOG2_N, _R, _P)
    return f"scrypt${_LOG2_N}${_R}${_P}${b64encode(salt).decode()}${b64encode(derived).decode()}"


STAND_IN: Final = (
    f"scrypt${_LOG2_N}${_R}${_P}${b64encode(bytes(SALT_BYTES)).decode()}${b64encode(bytes(_LENGTH)).decode()}"
)
"""Checked when there is no such account, so that the answer takes as long. No password has the hash of all zeros."""


def matches(password: str, stored: str) -> bool:
    """Whether this is the password. ValueError for a stored text that is none of ours."""
    kind, log2_n, r, p, salt, expected = stored.split("$")
    if kind != "scrypt" or not 1 <= int(log2_n) <= _MAX_LOG2_N:
        raise ValueError("the stored password is of an unknown kind")
    derived = _derive(password, b64decode(salt), int(log2_n), int(r), int(p))
    return hmac.compare_digest(derived, b64decode(expected))


def fit(password: str, name: str) -> bool:
    """Whether it may become a password: length, three kinds of characters of four, and not the account's name."""
    kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    used = sum(any(kind(character) for character in password) for kind in kinds)
    long_enough = MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS
    return long_enough and used >= _MIN_KINDS and name.lower() not in password.lower()


def generated(random: bytes) -> str:
    """A password out of chance, in groups that can be read aloud: 25 characters of 54, so 143 bits. Takes 64 octets."""
    if len(random) != 64:
        raise ValueError("64 octets of chance")
    number = int.from_bytes(random)
    letters = []
    for _ in range(5 * _GENERATED_GROUPS):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    # one of each kind, whatever chance says: a rule that its own passwords break would be none
    letters[4], letters[9], letters[14] = letters[4].lower(), letters[9].upper(), "7"
    return "-".join("".join(letters[place : place + 5]) for place in range(0, len(letters), 5))


def _derive(password: str, salt: bytes, log2_n: int, r: int, p: int) -> bytes:
    with _AT_ONCE:
        return hashlib.scrypt(
            password.encode("utf-8", "surrogatepass"),
            salt=salt, n=2**log2_n, r=r, p=p, maxmem=_MAX_MEMORY, dklen=_LENGTH,
        )  # fmt: skip
