"""COSE_Sign1 (RFC 9052 section 4.2) with ES256 over deterministic CBOR: the envelope of all that is about certificates.

The protected header names the algorithm (label 1), what is inside (label 16, "typ", RFC 9596) and the suite of
algorithms ("suite": "intl"; a national SM2 suite would be another word, so no verifier can mistake one for the other).
There is exactly one spelling of each message: other CBOR encodings of the same value, unprotected headers and the
second form of an ECDSA signature (s and n-s) are refused, so the hash of a code identifies it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sync.protocol.encoding import canonical_cbor

SUITE: Final = "intl"
_TAG: Final = 18
_ALGORITHM, _TYPE, _SUITE = 1, 16, "suite"
_ES256: Final = -7
_SIZE: Final = 32
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_MAX_DEPTH: Final = 8

Signer = Callable[[bytes], bytes]
"""Signs a message with ES256: octets in, r || s (64 octets, big endian) out. Whoever holds the key makes one."""

PublicKey = bytes
"""A point of P-256, compressed (33 octets, SEC 1)."""


class NotCoseError(ValueError):
    """Octets that are no COSE_Sign1 of ours. `wrong` is a short word."""

    def __init__(self, wrong: str) -> None:
        super().__init__(f"not a COSE_Sign1 message of the expected shape: {wrong}")
        self.wrong = wrong


class OtherSuiteError(Exception):
    """A well-formed message of another suite of algorithms; `suite` is its word, empty when it has none."""

    def __init__(self, suite: str) -> None:
        super().__init__(f"signed with another suite of algorithms ({suite or 'unnamed'})")
        self.suite = suite


@dataclass(frozen=True)
class Sign1:
    """One message, read but not verified. `header` is the decoded protected header."""

    protected: bytes
    header: Mapping[Any, Any]
    payload: bytes
    signature: bytes

    def is_signed_by(self, key: PublicKey) -> bool:
        """Whether the signature is `key`'s over this header and payload."""
        r, s = int.from_bytes(self.signature[:_SIZE]), int.from_bytes(self.signature[_SIZE:])
        if not 0 < r < _ORDER or not 0 < s <= _ORDER // 2:
            return False
        try:
            load_public_key(key).verify(
                encode_dss_signature(r, s), _to_be_signed(self.protected, self.payload), ec.ECDSA(hashes.SHA256())
            )
        except InvalidSignature:
            return False
        return True


def sign(kind: str, payload: Any, signer: Signer, *, header: Mapping[Any, Any] | None = None) -> bytes:
    """The tagged message with `payload` (any CBOR value) of type `kind`; `header` adds protected parameters."""
    protected = canonical_cbor({_ALGORITHM: _ES256, _TYPE: kind, _SUITE: SUITE, **(header or {})})
    content = canonical_cbor(payload)
    raw = signer(_to_be_signed(protected, content))
    if len(raw) != 2 * _SIZE:
        raise ValueError("an ES256 signer returns 64 octets")
    s = int.from_bytes(raw[_SIZE:])
    low = raw[:_SIZE] + min(s, _ORDER - s).to_bytes(_SIZE)
    return canonical_cbor(cbor2.CBORTag(_TAG, [protected, {}, content, low]))


def read(kind: str, data: bytes) -> Sign1:
    """Parse `data` as a message of type `kind`. Raises NotCoseError; OtherSuiteError when only the suite is foreign."""
    tagged = decode(data)
    if not isinstance(tagged, cbor2.CBORTag) or tagged.tag != _TAG:
        raise NotCoseError("tag")
    # cbor2 gives tuples and frozen maps inside a tag
    match tagged.value:
        case [bytes(protected), Mapping() as unprotected, bytes(payload), bytes(signature)] if not unprotected:
            header = decode(protected)
        case _:
            raise NotCoseError("parts")
    if not isinstance(header, dict) or header.get(_TYPE) != kind:
        raise NotCoseError("type")
    if header.get(_ALGORITHM) != _ES256 or header.get(_SUITE) != SUITE:
        suite = header.get(_SUITE)
        raise OtherSuiteError(suite[:16] if isinstance(suite, str) and suite.isascii() else "")
    if len(signature) != 2 * _SIZE:
        raise NotCoseError("signature")
    return Sign1(protected, header, payload, signature)


def decode(data: bytes) -> Any:
    """One deterministic CBOR value and nothing after it. Raises NotCoseError."""
    try:
        value = cbor2.loads(
            data,
            max_depth=_MAX_DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            semantic_decoders={},
        )
        again = canonical_cbor(value)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise NotCoseError("cbor") from error
    if again != data:
        raise NotCoseError("encoding")
    return value


def signer_for(key: ec.EllipticCurvePrivateKey) -> Signer:
    """A signer around a P-256 key in memory."""

    def sign_message(message: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_SIZE) + s.to_bytes(_SIZE)

    return sign_message


def public_key_of(key: ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) -> PublicKey:
    """The compressed point of a P-256 key. ValueError for another curve."""
    public = key.public_key() if isinstance(key, ec.EllipticCurvePrivateKey) else key
    if not isinstance(public.curve, ec.SECP256R1):
        raise ValueError("certificate codes are signed with P-256 keys")
    return public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def load_public_key(point: PublicKey) -> ec.EllipticCurvePublicKey:
    """The key of a compressed point. ValueError if it is no point of P-256."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    return canonical_cbor(["Signature1", protected, b"", payload])
