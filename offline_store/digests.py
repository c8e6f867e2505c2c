"""The digests of the two suites of algorithms, for the chain and its commitments. No more of a suite is known here.

`intl` is SHA-256, `sm` is SM3 (GB/T 32905); both give 32 bytes. An epoch keeps one suite: its opening names it.
"""

from __future__ import annotations

import hashlib
from typing import Final, Literal, TypeAlias, get_args

from cryptography.hazmat.primitives import hashes

SuiteName: TypeAlias = Literal["intl", "sm"]
SUITE_NAMES: Final[tuple[SuiteName, ...]] = get_args(SuiteName)


def digest(data: bytes, suite: SuiteName) -> bytes:
    """32 bytes."""
    if suite == "intl":
        return hashlib.sha256(data).digest()
    # not by hashlib: whether it has SM3 depends on the OpenSSL that Python was built with
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(data)
    return sm3.finalize()


def suite_named(word: object) -> SuiteName:
    """The suite of that name. ValueError for another word."""
    for name in SUITE_NAMES:
        if word == name:
            return name
    raise ValueError("no suite of this name is known here")
