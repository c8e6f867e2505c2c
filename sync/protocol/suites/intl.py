"""The suite `intl`: Ed25519 (RFC 8032), SHA-256, HPKE in base mode (RFC 9180).

Sealed octets are the suite octet 1, the encapsulated key (32) and the ciphertext with its tag, by DHKEM(X25519,
HKDF-SHA256), HKDF-SHA256 and AES-256-GCM. What is sealed can be opened by its addressee alone, not by who sealed it.
"""

from __future__ import annotations

import hashlib
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM
from cryptography.hazmat.primitives.hpke import Suite as Hpke

from sync.protocol.suites.suite import (
    PRIVATE_KEY_BYTES,
    CannotOpen,
    KeyBytes,
    SoftwareOpener,
    SoftwareSigner,
    SuiteName,
    UnfitKey,
)

SUITE_OCTET: Final = 1
ENCAPSULATED_BYTES: Final = 32
TAG_BYTES: Final = 16
_PUBLIC_KEY_BYTES: Final = 32
_HPKE: Final = Hpke(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

_P: Final = 2**255 - 19
_SIGN: Final = 1 << 255
"""The highest bit: the sign of x in Ed25519, nothing in X25519."""
_SMALL_ORDER: Final = frozenset(
    {
        0,
        1,
        _P - 1,
        _P,  # 0 and 1 once more, not reduced
        _P + 1,
        # y of the points of order 8 on Ed25519's curve
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
        # u of the points of order 8 on X25519's
        0x00B8495F16056286FDB1329CEB8D09DA6AC49FF1FAE35616AEB8413B7C7AEBE0,
        0x57119FD0DD4E22D8868E1C58C45C44045BEF839C55B1D0B1248C50A3BC959C5F,
    }
)
"""Points that eight times give nothing, without their highest bit. Under one of them a signature says nothing of what
was signed, and nothing can be sealed to it. Nobody's key is one but by intent."""


class _Signer:
    """An Ed25519 key in memory."""

    suite: SuiteName = "intl"

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    @property
    def private_key(self) -> bytes:
        return self._key.private_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


class _Opener:
    """An X25519 key in memory."""

    suite: SuiteName = "intl"

    def __init__(self, key: X25519PrivateKey) -> None:
        self._key = key

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    @property
    def private_key(self) -> bytes:
        return self._key.private_bytes_raw()

    def open(self, sealed: bytes, info: bytes) -> bytes:
        try:
            return _HPKE.decrypt(without_octet(sealed), self._key, info)
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("does not open with this key and info") from error


class Intl:
    """See `sync.protocol.suites.suite.Suite`."""

    name: SuiteName = "intl"
    signature_algorithm: Literal["ed25519", "sm2-sm3"] = "ed25519"
    digest_algorithm: Literal["sha-256", "sm3"] = "sha-256"
    sealing_algorithm = "HPKE X25519 AES-256-GCM"
    public_key_bytes = _PUBLIC_KEY_BYTES
    sealing_overhead = 1 + ENCAPSULATED_BYTES + TAG_BYTES

    def digest(self, data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    def is_public_key(self, data: bytes) -> bool:
        return len(data) == _PUBLIC_KEY_BYTES and int.from_bytes(data, "little") % _SIGN not in _SMALL_ORDER

    def verify(self, public_key: bytes, signature: bytes, data: bytes) -> bool:
        if not self.is_public_key(public_key):
            return False
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True

    def seal(self, plain: bytes, info: bytes, public_key: bytes) -> bytes:
        if not self.is_public_key(public_key):
            raise UnfitKey("an X25519 public key has 32 octets and is no point of small order")
        key = X25519PublicKey.from_public_bytes(public_key)
        return bytes([SUITE_OCTET]) + _HPKE.encrypt(plain, key, info)

    def open(self, sealed: bytes, info: bytes, key: KeyBytes) -> bytes:
        return self.opener(key).open(sealed, info)

    def new_signing_key(self) -> bytes:
        return Ed25519PrivateKey.generate().private_bytes_raw()

    def new_sealing_key(self) -> bytes:
        return X25519PrivateKey.generate().private_bytes_raw()

    def signer(self, private: KeyBytes) -> SoftwareSigner:
        return _Signer(Ed25519PrivateKey.from_private_bytes(_checked(private)))

    def opener(self, private: KeyBytes) -> SoftwareOpener:
        return _Opener(X25519PrivateKey.from_private_bytes(_checked(private)))


def without_octet(sealed: bytes) -> bytes:
    """Encapsulated key and ciphertext. CannotOpen when the octets were sealed by another suite."""
    if not sealed or sealed[0] != SUITE_OCTET:
        raise CannotOpen("sealed by another suite")
    return sealed[1:]


def _checked(private: KeyBytes) -> KeyBytes:
    if len(private) != PRIVATE_KEY_BYTES:
        raise UnfitKey(f"a private key has {PRIVATE_KEY_BYTES} octets, not {len(private)}")
    return private


INTL: Final = Intl()
