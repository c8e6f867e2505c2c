"""The suites of algorithms that terminal and centre may speak: one interface, two suites, two kinds of back end.

`intl` is Ed25519, SHA-256 and HPKE with AES-256-GCM; `sm` is SM2, SM3 and SM4-GCM (商用密码). Whoever signs, verifies,
seals, opens or hashes for the journal or the protocol asks a `Suite`, and the suite always comes from something already
trusted: a key the centre knows, the opening of an epoch, the settings; never from the message that is to be judged. A
key may lie in memory or in a module that never gives it away: `Signer` and `Opener` look the same.

Not in here: certificate codes and PDF seals (P-256 in both suites), TLS, the page encryption of SQLite, where keys lie.
"""

from __future__ import annotations

from typing import Final

from sync.protocol.suites.intl import INTL
from sync.protocol.suites.sm import SM
from sync.protocol.suites.suite import (
    SUITE_NAMES,
    CannotOpen,
    KeyBytes,
    KeyInMemory,
    Opener,
    Signer,
    SoftwareOpener,
    SoftwareSigner,
    Suite,
    SuiteName,
    UnfitKey,
)

__all__ = [
    "SUITE_NAMES",
    "CannotOpen",
    "KeyBytes",
    "KeyInMemory",
    "Opener",
    "Signer",
    "SoftwareOpener",
    "SoftwareSigner",
    "Suite",
    "SuiteName",
    "UnfitKey",
    "suite",
    "suite_of_public_key",
]

_SUITES: Final[dict[SuiteName, Suite]] = {"intl": INTL, "sm": SM}


def suite(name: SuiteName) -> Suite:
    """The suite of that name."""
    return _SUITES[name]


def suite_of_public_key(public_key: bytes) -> Suite:
    """The suite a public key, signing or sealing, belongs to. UnfitKey when it is a key of none."""
    for found in _SUITES.values():
        if found.is_public_key(public_key):
            return found
    raise UnfitKey(
        "a public key has 32 octets that are no point of small order, or 64 that are a point of SM2's curve;"
        f" this one has {len(public_key)}"
    )
