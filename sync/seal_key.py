"""The key that seals certificates: P-256, in a file, or made in a security chip that it never leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

from offline_store.keys import KeyProvider, P256Keys, hand_over
from sync.protocol.certificate_code import Signer, signer_for

SEAL_KEY: Final = "seal"


@dataclass(frozen=True)
class SealKey:
    """The right to seal, and what others check it with. `sign`: ES256, r and s, 64 octets."""

    sign: Signer = field(repr=False)
    public_key: ec.EllipticCurvePublicKey

    def sign_der(self, data: bytes) -> bytes:
        """The same signature as SEQUENCE of two INTEGERs (RFC 3279, 2.2.3)."""
        raw = self.sign(data)
        half = len(raw) // 2
        return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))

    @property
    def spki(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        return self.public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def load_seal_key(keys: KeyProvider) -> SealKey:
    """The seal's key, wherever it lies (in a file: PKCS #8, DER or PEM).

    Raises KeyMissing and the other errors of keys; ValueError for a key of another kind.
    """
    if isinstance(keys, P256Keys):
        held = keys.p256(SEAL_KEY)
        return SealKey(held.sign, ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), held.public_key))
    with keys.load(SEAL_KEY) as buffer:
        load = load_pem_private_key if buffer.material.startswith(b"-----") else load_der_private_key
        key = load(buffer.material, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("the seal key is not of P-256")
    return SealKey(signer_for(key), key.public_key())


def make_seal_key(keys: KeyProvider) -> None:
    """Make the seal's key where it does not exist yet: in the chip, if there is one."""
    if isinstance(keys, P256Keys):
        keys.make_p256(SEAL_KEY)
        return
    seal = bytearray(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    hand_over(keys, SEAL_KEY, seal)
