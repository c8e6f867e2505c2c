"""What a suite of algorithms is, and what holds its keys: the types, without an algorithm."""
# ruff: noqa: N818 - an exception is named by the condition, as everywhere in this project

from __future__ import annotations

from typing import Final, Literal, Protocol, TypeAlias, get_args, runtime_checkable

SuiteName: TypeAlias = Literal["intl", "sm"]
SUITE_NAMES: Final[tuple[SuiteName, ...]] = get_args(SuiteName)

KeyBytes: TypeAlias = bytes | bytearray
"""A private key as it is lent; its owner overwrites it."""

PRIVATE_KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
DIGEST_BYTES: Final = 32
"""Alike in both suites."""


class CannotOpen(Exception):
    """Sealed octets that this key does not open under this info: damaged, moved, or sealed to somebody else."""


class UnfitKey(ValueError):
    """Octets that are no key of the suite: a wrong length, a number out of range, a point beside the curve or of small
    order."""


class Signer(Protocol):
    """A holder of a signing key, which may be out of reach (a module)."""

    @property
    def suite(self) -> SuiteName:
        """Whose key it is."""

    @property
    def public_key(self) -> bytes:
        """32 octets in `intl`, 64 (x || y) in `sm`."""

    def sign(self, data: bytes) -> bytes:
        """64 octets: RFC 8032 in `intl`, r || s in `sm`."""


class Opener(Protocol):
    """A holder of the key that sealed octets are addressed to; it may be out of reach (a module)."""

    @property
    def suite(self) -> SuiteName:
        """Whose key it is."""

    @property
    def public_key(self) -> bytes:
        """32 octets in `intl`, 64 (x || y) in `sm`: what others seal to."""

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """The plain octets again; CannotOpen if anything about them is not as it was sealed."""


@runtime_checkable
class KeyInMemory(Protocol):
    """What the software back ends are beside: a key that can be kept, and that a thief of the memory has."""

    @property
    def private_key(self) -> bytes:
        """32 octets."""


class SoftwareSigner(Signer, KeyInMemory, Protocol):
    """A signing key in memory."""


class SoftwareOpener(Opener, KeyInMemory, Protocol):
    """A key for opening in memory."""


class Suite(Protocol):
    """One suite. Chance for keys and seals comes from the operating system."""

    @property
    def name(self) -> SuiteName:
        """Its word, in settings, records and reports."""

    @property
    def signature_algorithm(self) -> Literal["ed25519", "sm2-sm3"]:
        """The word of its signatures, in signed requests and manifests."""

    @property
    def digest_algorithm(self) -> Literal["sha-256", "sm3"]:
        """The word of its digest."""

    @property
    def sealing_algorithm(self) -> str:
        """What it seals with, for reports."""

    @property
    def public_key_bytes(self) -> int:
        """Length of a public key, signing or sealing."""

    @property
    def sealing_overhead(self) -> int:
        """Octets that sealing adds."""

    def digest(self, data: bytes) -> bytes:
        """32 octets."""

    def is_public_key(self, data: bytes) -> bool:
        """Whether these octets may be a public key of this suite: their length, and no point under which everything
        would be genuine (`intl`), or a point of the curve (`sm`)."""

    def verify(self, public_key: bytes, signature: bytes, data: bytes) -> bool:
        """Whether the signature is that key's over these octets; never raises for what came from outside."""

    def seal(self, plain: bytes, info: bytes, public_key: bytes) -> bytes:
        """Seal to the holder of a key, bound to `info`. UnfitKey when it is no public key of this suite."""

    def open(self, sealed: bytes, info: bytes, key: KeyBytes) -> bytes:
        """Open with a private key in memory. Raises CannotOpen, UnfitKey."""

    def new_signing_key(self) -> bytes:
        """A new private key, 32 octets."""

    def new_sealing_key(self) -> bytes:
        """A new private key for opening, 32 octets."""

    def signer(self, private: KeyBytes) -> SoftwareSigner:
        """The software back end: a key in memory. UnfitKey when it is none."""

    def opener(self, private: KeyBytes) -> SoftwareOpener:
        """The software back end: a key in memory. UnfitKey when it is none."""
