"""What the tests of sync share: a signer made from a seed, and a fixed time."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NOW = 1_795_300_000


@dataclass(frozen=True)
class SeededSigner:
    """A terminal's key in memory."""

    key: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data)


def signer_from(seed: str) -> SeededSigner:
    return SeededSigner(Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest()))


@pytest.fixture
def signer() -> SeededSigner:
    return signer_from("T0001")


@pytest.fixture
def other_signer() -> SeededSigner:
    return signer_from("another terminal")


@pytest.fixture
def now() -> int:
    """Unix seconds, 2026-11-22."""
    return NOW
