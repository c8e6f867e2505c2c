"""Who has proved what: access conditions, the proofs of a session, and the counters that outlive it."""

from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

# A condition is a list of alternatives; each alternative is a set of proofs that are needed together.
Condition = tuple[frozenset[str], ...]

PIN: Final = "PIN"

FREE: Final[Condition] = (frozenset(),)
NEVER: Final[Condition] = ()


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


class CardMemory(BaseModel):
    """What a card remembers without power. JSON in and out, so that a station can keep it beside the persona.

    `pin_tries_left` 0 means locked. `auth_tries_left` holds, per "directory/key", the tries EXTERNAL AUTHENTICATION has
    left; a key that is missing here still has all of them.
    """

    model_config = ConfigDict(extra="forbid")

    pin_tries_left: int = Field(ge=0, le=15)
    auth_tries_left: dict[str, int] = Field(default_factory=dict)
