"""Who may read or write a file (sheet, sections 4–6). "PIN|RK1" is PIN verified *or* authentication with that key."""

from dataclasses import dataclass
from typing import Final

PIN: Final = "PIN"


@dataclass(frozen=True, slots=True)
class Access:
    """Ways to a file: each is a set of rights that are needed together. No way at all: never.

    A right is ``PIN`` or the name of a key in the file's own application ("RK1") or in the environment ("RK_SSSE").
    """

    ways: tuple[frozenset[str], ...]

    def allows(self, rights: frozenset[str]) -> bool:
        """Do these rights open the file?"""
        return any(way <= rights for way in self.ways)

    @property
    def key(self) -> str | None:
        """The key on one of the ways, if there is one."""
        return next((right for way in self.ways for right in sorted(way) if right != PIN), None)


FREE: Final = Access((frozenset(),))
NEVER: Final = Access(())
WITH_PIN: Final = Access((frozenset({PIN}),))


def with_key(key: str) -> Access:
    """Authentication with the key alone, or for a write: its MAC."""
    return Access((frozenset({key}),))


def pin_or(key: str) -> Access:
    """PIN|key."""
    return Access((frozenset({PIN}), frozenset({key})))


def pin_and(key: str) -> Access:
    """PIN and key."""
    return Access((frozenset({PIN, key}),))
