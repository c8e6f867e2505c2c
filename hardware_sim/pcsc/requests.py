"""What the outside may ask of the host: one JSON object a line, checked here, answered by one line."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from hardware_sim.cards.crypto import AlgorithmName
from hardware_sim.cards.memory import CardMemory
from hardware_sim.people import Persona

Slot = Literal["user", "psam"]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SocialSecurityCardSpec(_Request):
    """The card of a persona, known outside by `label` (the persona's key when empty).

    Without `memory` the card goes on with what the one of this label remembers; `fresh` begins anew, as issued.
    `le_zero` is its habit with Le 00, None the usual one of the interface. `random_numbers` (hex), when there are any,
    are repeated in place of real chance.
    """

    kind: Literal["social"] = "social"
    persona: Persona
    label: str = ""
    memory: CardMemory | None = None
    fresh: bool = False
    interface: Literal["contact", "contactless"] = "contact"
    le_zero: Literal["6Cxx", "data"] | None = None
    random_numbers: str = Field(default="", pattern=r"^([0-9A-F]{2})*$")


class ForeignCardSpec(_Request):
    """A bank card."""

    kind: Literal["foreign"] = "foreign"


class PsamSpec(_Request):
    """A PSAM with the demonstration keys, `levels` above a card; `without` are key ids it was not given.

    `bad_mac2` is its habit with a wrong MAC2.
    """

    kind: Literal["psam"] = "psam"
    algorithm: AlgorithmName = "SM4"
    levels: int = Field(default=3, ge=1, le=3)
    without: tuple[int, ...] = ()
    bad_mac2: Literal["63Cx", "9302"] = "63Cx"


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


class Renew(_Request):
    """The card that is in is as issued again, or remembers `memory`."""

    do: Literal["renew"] = "renew"
    memory: CardMemory | None = None


class FailWrites(_Request):
    """Worn memory: the next `count` commands that write answer 6581 and change nothing."""

    do: Literal["fail writes"] = "fail writes"
    count: int = Field(ge=0)


class Recall(_Request):
    """Everything the card of this label remembers, PIN and written records included: for a private file only."""

    do: Literal["recall"] = "recall"
    label: str


class TrafficSince(_Request):
    """Commands and answers with a higher number than this one."""

    do: Literal["traffic"] = "traffic"
    number: int = Field(default=0, ge=0)


class Service(_Request):
    """End pcscd (down: as by SIGTERM, killed: as by a crash) or start it again (up). Cards stay where they are."""

    do: Literal["service"] = "service"
    state: Literal["up", "down", "killed"]


class Status(_Request):
    """Ask for everything."""

    do: Literal["status"] = "status"


Request = Annotated[
    Insert | Remove | SetTroubles | LockPin | Renew | FailWrites | Recall | TrafficSince | Service | Status,
    Field(discriminator="do"),
]

REQUEST: TypeAdapter[Request] = TypeAdapter(Request)
