"""Key modules as back ends: the key never leaves the module, the rest of an operation is done here.

What is asked of a module is what modules offer. SM2, as GM/T 0018 (SDF) and GM/T 0016 (SKF) have it: sign a digest, and
open a ciphertext of SM2 (SDF_InternalSign_ECC, SDF_InternalDecrypt_ECC). `intl`, as PKCS #11 v3 has it: sign a message
(CKM_EDDSA) and derive a shared secret (CKM_ECDH1_DERIVE). A driver for a certain product implements one of the four
protocols; its own failures are its own exceptions and pass through.
"""

from __future__ import annotations

from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

from sync.protocol.suites import intl, sm, sm2
from sync.protocol.suites.suite import DIGEST_BYTES, SIGNATURE_BYTES, CannotOpen, SuiteName, UnfitKey


class Ed25519Module(Protocol):
    """Holds an Ed25519 key."""

    @property
    def public_key(self) -> bytes:
        """32 octets."""

    def sign(self, data: bytes) -> bytes:
        """64 octets (RFC 8032)."""


class X25519Module(Protocol):
    """Holds an X25519 key."""

    @property
    def public_key(self) -> bytes:
        """32 octets."""

    def exchange(self, peer: bytes) -> bytes:
        """The shared secret with a public key, 32 octets (RFC 7748); ValueError when it is all zero."""


class Sm2SigningModule(Protocol):
    """Holds an SM2 key for signing."""

    @property
    def public_key(self) -> bytes:
        """x || y, 64 octets."""

    def sign_digest(self, digest: bytes) -> bytes:
        """r || s over e = SM3(Z || message), 32 octets, made outside."""


class Sm2OpeningModule(Protocol):
    """Holds an SM2 key for opening."""

    @property
    def public_key(self) -> bytes:
        """x || y, 64 octets."""

    def decrypt(self, cipher: bytes) -> bytes:
        """What C1 || C3 || C2 hold; ValueError when it does not open. C1 was checked to lie on the curve."""


class Ed25519ModuleSigner:
    """A `Signer` of the suite `intl`."""

    suite: SuiteName = "intl"

    def __init__(self, module: Ed25519Module) -> None:
        self._module = module
        self.public_key: bytes = _of(intl.INTL.is_public_key(module.public_key), module.public_key)

    def sign(self, data: bytes) -> bytes:
        return _signature(self._module.sign(data))


class Sm2ModuleSigner:
    """A `Signer` of the suite `sm`."""

    suite: SuiteName = "sm"

    def __init__(self, module: Sm2SigningModule) -> None:
        self._module = module
        self.public_key: bytes = _of(sm2.is_point(module.public_key), module.public_key)

    def sign(self, data: bytes) -> bytes:
        return _signature(self._module.sign_digest(sm2.message_digest(self.public_key, data)))


class Sm2ModuleOpener:
    """An `Opener` of the suite `sm`."""

    suite: SuiteName = "sm"

    def __init__(self, module: Sm2OpeningModule) -> None:
        self._module = module
        self.public_key: bytes = _of(sm2.is_point(module.public_key), module.public_key)

    def open(self, sealed: bytes, info: bytes) -> bytes:
        wrapped, content = sm.split(sealed)
        if not sm2.is_point(wrapped[: sm2.POINT_BYTES]):
            raise CannotOpen("the envelope holds no point of the curve")
        try:
            key = self._module.decrypt(wrapped)
        except ValueError as error:
            raise CannotOpen("does not open with this key and info") from error
        return sm.open_content(key, content, info)


class X25519ModuleOpener:
    """An `Opener` of the suite `intl`: HPKE's receiving side around a secret that the module derives (RFC 9180)."""

    suite: SuiteName = "intl"

    def __init__(self, module: X25519Module) -> None:
        self._module = module
        self.public_key: bytes = _of(intl.INTL.is_public_key(module.public_key), module.public_key)

    def open(self, sealed: bytes, info: bytes) -> bytes:
        message = intl.without_octet(sealed)
        encapsulated, cipher = message[: intl.ENCAPSULATED_BYTES], message[intl.ENCAPSULATED_BYTES :]
        if len(cipher) < intl.TAG_BYTES:
            raise CannotOpen("too short")
        try:
            shared = self._module.exchange(encapsulated)
            key, nonce = _hpke_key_and_nonce(shared, encapsulated, self.public_key, info)
            return AESGCM(key).decrypt(nonce, cipher, None)
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("does not open with this key and info") from error


def _of(fit: bool, public_key: bytes) -> bytes:
    if not fit:
        raise UnfitKey("what the module gives as its public key is none of this suite")
    return public_key


def _signature(octets: bytes) -> bytes:
    if len(octets) != SIGNATURE_BYTES:
        raise ValueError(f"a module's signature has {SIGNATURE_BYTES} octets, not {len(octets)}")
    return octets


# --- HPKE, RFC 9180 sections 4 and 5: mode base, one message (sequence number 0, no associated data) ---

_KEM: Final = b"KEM" + (0x0020).to_bytes(2)
"""DHKEM(X25519, HKDF-SHA256), table 2."""
_SUITE: Final = b"HPKE" + (0x0020).to_bytes(2) + (0x0001).to_bytes(2) + (0x0002).to_bytes(2)
"""With HKDF-SHA256 and AES-256-GCM, tables 3 and 5."""
_BASE: Final = b"\x00"
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


def _hpke_key_and_nonce(shared: bytes, encapsulated: bytes, own: bytes, info: bytes) -> tuple[bytes, bytes]:
    eae_prk = _extract(_KEM, b"", b"eae_prk", shared)
    secret = _expand(_KEM, eae_prk, b"shared_secret", encapsulated + own, DIGEST_BYTES)
    context = _BASE + _extract(_SUITE, b"", b"psk_id_hash", b"") + _extract(_SUITE, b"", b"info_hash", info)
    prk = _extract(_SUITE, secret, b"secret", b"")
    return (
        _expand(_SUITE, prk, b"key", context, _KEY_BYTES),
        _expand(_SUITE, prk, b"base_nonce", context, _NONCE_BYTES),
    )


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return _hmac(salt or bytes(DIGEST_BYTES), b"HPKE-v1" + suite + label + material)


def _expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
    # nothing here is longer than one block of HKDF (RFC 5869 section 2.3)
    return _hmac(prk, length.to_bytes(2) + b"HPKE-v1" + suite + label + info + b"\x01")[:length]


def _hmac(key: bytes, data: bytes) -> bytes:
    mac = HMAC(key, hashes.SHA256())
    mac.update(data)
    return mac.finalize()
