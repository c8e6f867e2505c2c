"""The suite `sm` (商用密码): SM2 signatures and encryption (GB/T 32918), SM3 (GB/T 32905), SM4-GCM (GB/T 32907).

Sealing is a digital envelope in the manner of GB/T 35276 (数字信封): a fresh SM4 key is encrypted to the addressee by
SM2, C1 || C3 || C2, and SM4-GCM encrypts the plain octets under it with `info` as associated data. On the wire: the
suite octet 2, C1 (64), C3 (32), C2 (16), nonce (12), ciphertext, tag (16). C3 binds the key to the addressee, the tag
binds key, plain octets and info; a key is used once.
"""

from __future__ import annotations

import os
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sync.protocol.suites import sm2
from sync.protocol.suites.suite import CannotOpen, KeyBytes, SoftwareOpener, SoftwareSigner, SuiteName

SUITE_OCTET: Final = 2
_KEY_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
WRAPPED_BYTES: Final = sm2.CIPHER_OVERHEAD + _KEY_BYTES
_BODY: Final = 1 + WRAPPED_BYTES + _NONCE_BYTES


class _Signer:
    """An SM2 key in memory."""

    suite: SuiteName = "sm"

    def __init__(self, private: KeyBytes) -> None:
        self.private_key = bytes(private)
        self._public = sm2.public_key_of(private)

    @property
    def public_key(self) -> bytes:
        return self._public

    def sign(self, data: bytes) -> bytes:
        return sm2.sign_digest(self.private_key, sm2.message_digest(self._public, data))


class _Opener:
    """An SM2 key in memory."""

    suite: SuiteName = "sm"

    def __init__(self, private: KeyBytes) -> None:
        self.private_key = bytes(private)
        self._public = sm2.public_key_of(private)

    @property
    def public_key(self) -> bytes:
        return self._public

    def open(self, sealed: bytes, info: bytes) -> bytes:
        wrapped, content = split(sealed)
        try:
            key = sm2.decrypt(self.private_key, wrapped)
        except sm2.RefusedCipher as error:
            raise CannotOpen("does not open with this key and info") from error
        return open_content(key, content, info)


class Sm:
    """See `sync.protocol.suites.suite.Suite`."""

    name: SuiteName = "sm"
    signature_algorithm: Literal["ed25519", "sm2-sm3"] = "sm2-sm3"
    digest_algorithm: Literal["sha-256", "sm3"] = "sm3"
    sealing_algorithm = "SM2 SM4-GCM"
    public_key_bytes = sm2.POINT_BYTES
    sealing_overhead = _BODY + _TAG_BYTES

    def digest(self, data: bytes) -> bytes:
        return sm2.sm3(data)

    def is_public_key(self, data: bytes) -> bool:
        return sm2.is_point(data)

    def verify(self, public_key: bytes, signature: bytes, data: bytes) -> bool:
        return sm2.verify_digest(public_key, signature, sm2.message_digest(public_key, data))

    def seal(self, plain: bytes, info: bytes, public_key: bytes) -> bytes:
        key, nonce = os.urandom(_KEY_BYTES), os.urandom(_NONCE_BYTES)
        wrapped = sm2.encrypt(public_key, key)
        encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(info)
        body = encryptor.update(plain) + encryptor.finalize()
        return bytes([SUITE_OCTET]) + wrapped + nonce + body + encryptor.tag

    def open(self, sealed: bytes, info: bytes, key: KeyBytes) -> bytes:
        return self.opener(key).open(sealed, info)

    def new_signing_key(self) -> bytes:
        return sm2.new_private_key()

    def new_sealing_key(self) -> bytes:
        return sm2.new_private_key()

    def signer(self, private: KeyBytes) -> SoftwareSigner:
        return _Signer(private)

    def opener(self, private: KeyBytes) -> SoftwareOpener:
        return _Opener(private)


def split(sealed: bytes) -> tuple[bytes, bytes]:
    """(wrapped key C1 || C3 || C2, nonce || ciphertext || tag). CannotOpen when they are not there."""
    if not sealed or sealed[0] != SUITE_OCTET:
        raise CannotOpen("sealed by another suite")
    if len(sealed) < _BODY + _TAG_BYTES:
        raise CannotOpen("too short")
    return sealed[1 : 1 + WRAPPED_BYTES], sealed[1 + WRAPPED_BYTES :]


def open_content(key: bytes, content: bytes, info: bytes) -> bytes:
    """The plain octets under an unwrapped key. CannotOpen when key, content and info do not belong together."""
    if len(key) != _KEY_BYTES:
        raise CannotOpen("the wrapped key is no SM4 key")
    nonce, body, tag = content[:_NONCE_BYTES], content[_NONCE_BYTES:-_TAG_BYTES], content[-_TAG_BYTES:]
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(info)
    try:
        return decryptor.update(body) + decryptor.finalize()
    except InvalidTag as error:
        raise CannotOpen("does not open with this key and info") from error


SM: Final = Sm()
