"""What the outside may ask of the host: one JSON object a line, checked here, answered by one line."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from hardware_sim.cards.crypto import AlgorithmName
from hardware_sim.cards.security import CardMemory
from hardware_sim.people import Persona

Slot = Literal["user", "psam"]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SocialSecurityCardSpec(_Request):
    """The card of a persona. Without `memory` a card that was in before goes on with what it remembers."""

    kind: Literal["social"] = "social"
    persona: Persona
    memory: CardMemory | None = None


class ForeignCardSpec(_Request):
    """A bank card."""

    kind: Literal["foreign"] = "foreign"


class PsamSpec(_Request):
    """A PSAM with the demonstration keys."""

    kind: Literal["psam"] = "psam"
    algorithm: AlgorithmName = "SM4"


CardSpec = Annotated[SocialSecurityCardSpec | ForeignCardSpec | PsamSpec, Field(discriminator="kind")]


class Insert(_Request):
    """Put a card in. With `swap` a card that is in is taken out in the same moment, without it that is refused.

    `fetching` puts a reader around it that sends GET RESPONSE by itself.
    """

    do: Literal["insert"] = "insert"
    slot: Slot = "user"
    card: CardSpec
    troubles: dict[str, Any] = Field(default_factory=dict)
    swap: bool = False
    fetching: bool = False


class Remove(_Request):
    """Pull the card out, also in the middle of a command."""

    do: Literal["remove"] = "remove"
    slot: Slot = "user"


class SetTroubles(_Request):
    """Change some of the troubles of the card that is in; the others stay."""

    do: Literal["troubles"] = "troubles"
    slot: Slot = "user"
    troubles: dict[str, Any]


class LockPin(_Request):
    """Use up all tries of the PIN of the card that is in."""

    do: Literal["lock pin"] = "lock pin"


class Service(_Request):
    """End pcscd (down: as by SIGTERM, killed: as by a crash) or start it again (up). Cards stay where they are."""

    do: Literal["service"] = "service"
    state: Literal["up", "down", "killed"]


class Status(_Request):
    """Ask for everything."""

    do: Literal["status"] = "status"


Request = Annotated[
    Insert | Remove | SetTroubles | LockPin | Service | Status,
    Field(discriminator="do"),
]

REQUEST: TypeAdapter[Request] = TypeAdapter(Request)
