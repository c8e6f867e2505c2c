"""SM2 in raw octets (GB/T 32918), over a library that speaks DER: signatures r || s, ciphertexts C1 || C3 || C2.

A public key and C1 are x || y, 64 octets; every point from outside is checked to lie on the curve before any key meets
it. Signatures are with the default user id. `gmssl_pyx` does all that touches a private key; the arithmetic here is on
public numbers alone. Its C library writes two source lines to standard error when a signature or a ciphertext is not
genuine, never a value; what is not of the right shape is refused here first.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import gmssl_pyx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from sync.protocol.suites.suite import PRIVATE_KEY_BYTES, SIGNATURE_BYTES, KeyBytes, UnfitKey

USER_ID: Final = b"1234567812345678"
"""The default of GB/T 35276 and GM/T 0009 clause 10."""

NUMBER_BYTES: Final = 32
POINT_BYTES: Final = 2 * NUMBER_BYTES
HASH_BYTES: Final = 32
CIPHER_OVERHEAD: Final = POINT_BYTES + HASH_BYTES

# GB/T 32918.5: the recommended curve
_P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A: Final = _P - 3
_B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
ORDER: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_G: Final = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)

_Point: TypeAlias = tuple[int, int] | None
"""None is the point at infinity."""

_INTEGER: Final = 0x02
_OCTETS: Final = 0x04
_SEQUENCE: Final = 0x30
_LONGEST_SHORT_DER: Final = 0x7F
MAX_PLAIN_BYTES: Final = 19
"""As long as the DER of a ciphertext surely keeps short lengths; a wrapped key has 16."""


class RefusedCipher(ValueError):  # noqa: N818 - named by the condition
    """A ciphertext that this key does not open."""


def sm3(data: bytes) -> bytes:
    """SM3 (GB/T 32905), 32 octets."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def is_point(data: bytes) -> bool:
    """Whether x || y is a point of the curve, in its field and not infinity (the curve's cofactor is 1)."""
    if len(data) != POINT_BYTES:
        return False
    x, y = _numbers(data)
    return x < _P and y < _P and (y * y - (x * x * x + _A * x + _B)) % _P == 0


def new_private_key() -> bytes:
    """A new private key, 32 octets, by the operating system's chance."""
    private: bytes = gmssl_pyx.sm2_key_generate()[1]
    return private


def public_key_of(private: KeyBytes) -> bytes:
    """The public key of a private one. UnfitKey unless it is a number from 1 to the order less 2.

    The library gives it with a new key only. It follows from a signature, by the equation that verifies it, up to a
    sign that a second signature decides: what is computed here, in arithmetic whose time tells its operands, is public.
    """
    if len(private) != PRIVATE_KEY_BYTES or not 1 <= int.from_bytes(private) <= ORDER - 2:
        raise UnfitKey("an SM2 private key is a number of 32 octets from 1 to the order less 2")
    digests = (sm3(b"one signature"), sm3(b"another signature"))
    while True:
        one, other = (_signers_of(sign_digest(private, digest), digest) for digest in digests)
        both = one & other
        if len(both) == 1:
            x, y = both.pop()
            return x.to_bytes(NUMBER_BYTES) + y.to_bytes(NUMBER_BYTES)


def _signers_of(signature: bytes, digest: bytes) -> set[tuple[int, int]]:
    """The two public keys that this signature over a digest is genuine for.

    Empty when the x of its point was not below the order, one time in 2^66.
    """
    r, s = _numbers(signature)
    x = (r - int.from_bytes(digest)) % ORDER
    square = (x * x * x + _A * x + _B) % _P
    root = pow(square, (_P + 1) // 4, _P)
    if root * root % _P != square:
        return set()
    factor = pow(r + s, -1, ORDER)
    of_point, of_base = _times(factor, (x, root)), _times(-s * factor % ORDER, _G)
    return {found for each in (of_point, _minus(of_point)) if (found := _plus(each, of_base)) is not None}


def message_digest(public_key: bytes, data: bytes) -> bytes:
    """e = SM3(Z || data), Z of the default user id and this key (GB/T 32918.2 clause 5.5): what is really signed."""
    curve = b"".join(number.to_bytes(NUMBER_BYTES) for number in (_A, _B, *_G))
    z = sm3((8 * len(USER_ID)).to_bytes(2) + USER_ID + curve + public_key)
    return sm3(z + data)


def sign_digest(private: KeyBytes, digest: bytes) -> bytes:
    """r || s over a digest of `message_digest`."""
    r, s = decode_dss_signature(gmssl_pyx.sm2_sign_sm3_digest(bytes(private), digest))
    return r.to_bytes(NUMBER_BYTES) + s.to_bytes(NUMBER_BYTES)


def verify_digest(public_key: bytes, signature: bytes, digest: bytes) -> bool:
    """Whether r || s is this key's over the digest."""
    if not is_point(public_key) or len(signature) != SIGNATURE_BYTES:
        return False
    r, s = _numbers(signature)
    if not 0 < r < ORDER or not 0 < s < ORDER:
        return False
    return bool(gmssl_pyx.sm2_verify_sm3_digest(public_key, digest, encode_dss_signature(r, s)))


def encrypt(public_key: bytes, plain: bytes) -> bytes:
    """C1 || C3 || C2 of at most 19 octets, for a key that is a point of the curve. UnfitKey when it is none."""
    if not is_point(public_key):
        raise UnfitKey("the public key is no point of SM2's curve")
    if not 0 < len(plain) <= MAX_PLAIN_BYTES:
        raise ValueError(f"SM2 encrypts keys here, 1 to {MAX_PLAIN_BYTES} octets")
    return _from_der(gmssl_pyx.sm2_encrypt(public_key, plain))


def decrypt(private: KeyBytes, cipher: bytes) -> bytes:
    """What was encrypted. RefusedCipher when C1 is no point of the curve, or C3 does not fit."""
    if not 0 < len(cipher) - CIPHER_OVERHEAD <= MAX_PLAIN_BYTES or not is_point(cipher[:POINT_BYTES]):
        raise RefusedCipher("no ciphertext of SM2")
    try:
        plain: bytes = gmssl_pyx.sm2_decrypt(bytes(private), _to_der(cipher))
    except gmssl_pyx.GmsslInnerError as error:
        raise RefusedCipher("does not open with this key") from error
    return plain


# --- DER of a ciphertext (GM/T 0009 clause 7.2): SEQUENCE of x and y INTEGER, C3 and C2 OCTET STRING ---


def _to_der(cipher: bytes) -> bytes:
    x, y = _numbers(cipher[:POINT_BYTES])
    parts = _element(_INTEGER, _integer(x)) + _element(_INTEGER, _integer(y))
    parts += _element(_OCTETS, cipher[POINT_BYTES:CIPHER_OVERHEAD]) + _element(_OCTETS, cipher[CIPHER_OVERHEAD:])
    return _element(_SEQUENCE, parts)


def _from_der(der: bytes) -> bytes:
    parts, at = [], 2
    for _ in range(4):
        end = at + 2 + der[at + 1]
        parts.append(der[at + 2 : end])
        at = end
    x, y = (int.from_bytes(part).to_bytes(NUMBER_BYTES) for part in parts[:2])
    return x + y + parts[2] + parts[3]


def _element(tag: int, content: bytes) -> bytes:
    if len(content) > _LONGEST_SHORT_DER:
        raise ValueError("only short DER is made here")
    return bytes([tag, len(content)]) + content


def _integer(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1)


# --- arithmetic on public points ---


def _numbers(pair: bytes) -> tuple[int, int]:
    return int.from_bytes(pair[:NUMBER_BYTES]), int.from_bytes(pair[NUMBER_BYTES:])


def _plus(one: _Point, other: _Point) -> _Point:
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 != x2:
        slope = (y2 - y1) * pow(x2 - x1, -1, _P)
    elif y1 == y2:  # no point of this curve has y = 0: its order is odd
        slope = (3 * x1 * x1 + _A) * pow(2 * y1, -1, _P)
    else:
        return None
    x = (slope * slope - x1 - x2) % _P
    return x, (slope * (x1 - x) - y1) % _P


def _minus(point: _Point) -> _Point:
    return None if point is None else (point[0], -point[1] % _P)


def _times(number: int, point: _Point) -> _Point:
    """The multiple of a point by a number from 0 to the order.

    On the way it is (x, y, z) for the point (x / z^2, y / z^3): one inverse at the end instead of one at each step,
    which took five times as long. The digits are -1, 0 and 1, those of 3n less n (IEEE P1363 A.10.3).
    """
    if not number or point is None:
        return None
    x, y, z = *point, 1
    thrice = 3 * number
    for bit in range(thrice.bit_length() - 2, 0, -1):
        x, y, z = _doubled(x, y, z)
        digit = (thrice >> bit & 1) - (number >> bit & 1)
        if digit:
            x, y, z = _with_added(x, y, z, point[0], digit * point[1])
    if not z:
        return None
    inverse = pow(z, -1, _P)
    square = inverse * inverse % _P
    return x * square % _P, y * square * inverse % _P


def _doubled(x: int, y: int, z: int) -> tuple[int, int, int]:
    """Of a curve with a = -3. Infinity, whose z is 0, stays it."""
    z2, y2 = z * z % _P, y * y % _P
    slope, x_y2 = 3 * (x - z2) * (x + z2) % _P, x * y2 % _P
    x3 = (slope * slope - 8 * x_y2) % _P
    return x3, (slope * (4 * x_y2 - x3) - 8 * y2 * y2) % _P, 2 * y * z % _P


def _with_added(x: int, y: int, z: int, other_x: int, other_y: int) -> tuple[int, int, int]:
    """Together with a point (x, y). In a multiple below the order the two are never the same: twice it is its own step.

    They are each other's opposite at the order itself, and then the sum's z is 0.
    """
    z2 = z * z % _P
    run, rise = (other_x * z2 - x) % _P, (other_y * z2 * z - y) % _P
    run2 = run * run % _P
    run3, x_run2 = run * run2 % _P, x * run2 % _P
    x3 = (rise * rise - run3 - 2 * x_run2) % _P
    return x3, (rise * (x_run2 - x3) - y * run3) % _P, z * run % _P
