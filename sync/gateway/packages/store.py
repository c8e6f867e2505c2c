"""Metadata, proposals and contents of packages, as the gateway's store keeps them."""

from __future__ import annotations

from typing import Literal, Protocol

Role = Literal["root", "targets", "snapshot", "timestamp"]
SignedRole = Literal["root", "targets"]
"""Those that two persons sign."""


class PackageStore(Protocol):
    """Called inside a transaction of the store."""

    def metadata(self, role: Role, version: int) -> bytes | None:
        """As it was signed."""

    def latest(self, role: Role) -> bytes | None:
        """The one with the highest version."""

    def add(self, role: Role, version: int, octets: bytes, at: str) -> None:
        """A new version; one that is there already is an error."""

    def forget_old(self, role: Role, keep: int) -> None:
        """Keep the latest so many."""

    def proposal(self, role: SignedRole) -> bytes | None:
        """What waits for signatures."""

    def propose(self, role: SignedRole, octets: bytes, at: str) -> None:
        """Replaces what waited before."""

    def withdraw(self) -> None:
        """Nothing waits any more."""

    def content(self, sha256: str) -> bytes | None:
        """The octets of a package."""

    def add_content(self, sha256: str, octets: bytes) -> None:
        """The same again changes nothing."""
