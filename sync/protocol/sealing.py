"""Sealing of act bodies to the centre (HPKE base mode, RFC 9180).

A sealed body is one suite octet, then the encapsulated key, then the ciphertext. The info string binds it to its place
in the chain, so that a body cannot be moved under another entry. Suite 1 is DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
AES-256-GCM. A body sealed by suite 1 can be opened by the centre alone, also not by the terminal that sealed it.
"""
# ruff: noqa: N818 - an exception is named by the condition, as everywhere in this project

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

SUITE_X25519_AES256GCM = 1
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

OVERHEAD = 1 + 32 + 16
"""Octets that sealing adds: suite, encapsulated key, tag."""


class CannotOpen(Exception):
    """A sealed body that this key does not open under this info: damaged, moved, or sealed to somebody else."""


def seal_body(plain: bytes, info: bytes, centre_public_key: bytes) -> bytes:
    """Seal `plain` to the centre's X25519 public key (32 octets); chance comes from the operating system."""
    key = X25519PublicKey.from_public_bytes(centre_public_key)
    return bytes([SUITE_X25519_AES256GCM]) + _SUITE.encrypt(plain, key, info)


def open_body(sealed: bytes, info: bytes, centre_private_key: X25519PrivateKey) -> bytes:
    """The plain octets again; CannotOpen if anything about them is not as it was sealed."""
    if not sealed or sealed[0] != SUITE_X25519_AES256GCM:
        raise CannotOpen("unknown suite")
    try:
        return _SUITE.decrypt(sealed[1:], centre_private_key, info)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("does not open with this key and info") from error
