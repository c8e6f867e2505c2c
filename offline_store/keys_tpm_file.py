"""The file of a key that a TPM guards: a sealed wrapping key, and under it the key itself. Pure.

A TPM seals at most 128 octets, and a key that lives inside it comes as two blobs. So every file is the same envelope:
the chip seals 32 random octets, and those encrypt (AES-256-GCM) what the file is about, together with the word for it,
the storage root it belongs to and the platform registers it is bound to.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from offline_store.errors import KeyUnfit

SUFFIX: Final = ".tpm"
MAX_FILE_BYTES: Final = 32 * 1024
WRAPPING_BYTES: Final = 32
MAX_REGISTERS: Final = 8
"""A TPM reads eight registers at once."""
REGISTERS: Final = 24
_FORMAT: Final = 1
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


class Held(StrEnum):
    """What is in the envelope: octets to lend, or the blobs of a signing key that only this chip can load."""

    OCTETS = "octets"
    P256 = "p256"


class Blobs(NamedTuple):
    """An object of a TPM outside of it: TPM2B_PUBLIC and TPM2B_PRIVATE as the chip marshals them."""

    public: bytes
    private: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """One file. ``root``: TPM name of the storage root; ``registers``: PCRs (SHA-256 bank), empty: none."""

    held: Held
    root: bytes
    registers: tuple[int, ...]
    sealed: Blobs
    nonce: bytes
    body: bytes

    @classmethod
    def around(
        cls, held: Held, content: bytes | bytearray, wrapping: bytearray, root: bytes, bound: tuple[int, ...], to: Blobs
    ) -> Envelope:
        """Encrypt the content under the wrapping key, which ``to`` holds sealed."""
        nonce = os.urandom(_NONCE_BYTES)
        body = AESGCM(wrapping).encrypt(nonce, content, _about(held, root, bound))
        return cls(held, root, bound, to, nonce, body)

    def content(self, wrapping: bytearray, label: str) -> bytearray:
        """What is inside; the caller overwrites it. KeyUnfit when the file was changed."""
        clear = bytearray(len(self.body) - _TAG_BYTES)
        about = _about(self.held, self.root, self.registers)
        try:
            AESGCM(wrapping).decrypt_into(self.nonce, self.body, about, clear)
        except InvalidTag:
            raise KeyUnfit(label, "the key file was changed") from None
        return clear

    def to_bytes(self) -> bytes:
        """Deterministic CBOR."""
        fields = [_FORMAT, self.held.value, self.root, list(self.registers), *self.sealed, self.nonce, self.body]
        return cbor2.dumps(fields, canonical=True)

    @classmethod
    def from_bytes(cls, octets: bytes | bytearray, label: str) -> Envelope:
        """Read a file strictly. KeyUnfit."""
        try:
            fields = cbor2.loads(bytes(octets))
        except (cbor2.CBORDecodeError, RecursionError):
            fields = None
        found = _checked(fields)
        if found is None or found.to_bytes() != octets:
            raise KeyUnfit(label, "the file is no sealed key of this release", {"bytes": len(octets)})
        return found


def blobs_to_bytes(blobs: Blobs) -> bytearray:
    """The content of an envelope that holds a signing key."""
    return bytearray(cbor2.dumps(list(blobs), canonical=True))


def blobs_from_bytes(octets: bytearray, label: str) -> Blobs:
    """The other way. KeyUnfit."""
    fields = cbor2.loads(bytes(octets))
    if not (isinstance(fields, list) and [type(each) for each in fields] == [bytes, bytes]):
        raise KeyUnfit(label, "the envelope holds no key of a TPM")
    return Blobs(*fields)


def checked_registers(registers: tuple[int, ...]) -> tuple[int, ...]:
    """Sorted numbers of registers, each once. ValueError."""
    different = set(registers)
    if len(registers) > MAX_REGISTERS or len(different) != len(registers) or not different <= set(range(REGISTERS)):
        raise ValueError(f"at most {MAX_REGISTERS} different registers from 0 to {REGISTERS - 1}")
    return tuple(sorted(registers))


def _about(held: Held, root: bytes, registers: tuple[int, ...]) -> bytes:
    return bytes(cbor2.dumps([_FORMAT, held.value, root, list(registers)], canonical=True))


def _checked(fields: Any) -> Envelope | None:
    match fields:
        case [int(form), str(held), bytes(root), list(bound), bytes(public), bytes(private), bytes(nonce), bytes(body)]:
            pass
        case _:
            return None
    if form != _FORMAT or held not in set(Held) or len(nonce) != _NONCE_BYTES or len(body) <= _TAG_BYTES:
        return None
    if not all(type(each) is int for each in bound):
        return None
    try:
        registers = checked_registers(tuple(bound))
    except ValueError:
        return None
    return Envelope(Held(held), root, registers, Blobs(public, private), nonce, body)
