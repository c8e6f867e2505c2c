"""Who has proved what: access conditions and the proofs of a session."""

from dataclasses import dataclass, field
from typing import Final

# A condition is a list of alternatives; each alternative is a set of proofs that are needed together.
Condition = tuple[frozenset[str], ...]

PIN: Final = "PIN"

FREE: Final[Condition] = (frozenset(),)


def any_of(*proofs: str) -> Condition:
    """One of these proofs is enough, as in "PIN|RK1"."""
    return tuple(frozenset({proof}) for proof in proofs)


def all_of(*proofs: str) -> Condition:
    """All of these proofs are needed together."""
    return (frozenset(proofs),)


@dataclass
class Proofs:
    """What this session has proved. PIN counts for the card, keys of SSSE below it, keys of a DF only inside it."""

    pin: bool = False
    of_environment: set[str] = field(default_factory=set)
    of_application: set[str] = field(default_factory=set)

    def satisfy(self, condition: Condition) -> bool:
        held = self.of_environment | self.of_application | ({PIN} if self.pin else set())
        return any(alternative <= held for alternative in condition)
