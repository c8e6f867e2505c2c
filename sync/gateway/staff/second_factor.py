"""The second factor: TOTP (RFC 6238), six digits, 30 seconds, one step of tolerance to each side, no step twice.

The shared secret has to be readable for the check, so it lies in the store sealed with a key that lies elsewhere
(`keys/staff.key`): whoever copies the database alone can make no code.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from datetime import datetime
from typing import Final

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECRET_BYTES: Final = 20
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
STEP_SECONDS: Final = 30
_TOLERANCE: Final = 1
_CODE: Final = re.compile(r"[0-9]{6}")


class SecretUnreadable(Exception):  # noqa: N818 - named by the condition
    """A stored secret does not open with this gateway's staff key: reset the account's second factor."""


def sealed(secret: bytes, *, account: str, key: bytes, nonce: bytes) -> bytes:
    """The secret as it is stored: the nonce, then AES-256-GCM over it, bound to the account."""
    return nonce + AESGCM(key).encrypt(nonce, secret, _bound(account))


def opened(stored: bytes, *, account: str, key: bytes) -> bytes:
    """The secret. Raises SecretUnreadable."""
    try:
        return AESGCM(key).decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], _bound(account))
    except (InvalidTag, ValueError):
        raise SecretUnreadable(f"the second factor of {account} does not open with this gateway's staff key") from None


def set_up_address(secret: bytes, account: str, issuer: str) -> str:
    """The `otpauth` address that an authenticator scans."""
    return pyotp.TOTP(_base32(secret)).provisioning_uri(name=account, issuer_name=issuer)


def step_of(code: str, secret: bytes, now: datetime) -> int | None:
    """The time step whose code this is, or None. That it was not used before is for the store to say."""
    plain = code.replace(" ", "")
    if not _CODE.fullmatch(plain):
        return None
    present = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(_base32(secret))
    steps = range(present - _TOLERANCE, present + _TOLERANCE + 1)
    found = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), plain)]
    return found[-1] if found else None


def _base32(secret: bytes) -> str:
    return b32encode(secret).decode("ascii")


def _bound(account: str) -> bytes:
    return b"staff-totp-1:" + account.encode()
