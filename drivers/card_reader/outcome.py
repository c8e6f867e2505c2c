"""How a change of the card's memory ends. Unknown is a state of its own, never folded into yes or no (section 12)."""

from dataclasses import dataclass
from typing import TypeAlias

from drivers.card_reader.channel import OK, Channel, Response
from drivers.card_reader.commands import Command
from drivers.card_reader.identity import end_session
from drivers.errors import CardBlocked, DeviceError
from drivers.operation import Operation

_MEMORY_FAULT = 0x6581


@dataclass(frozen=True, slots=True)
class Written:
    """The card said so, or it was read back."""


@dataclass(frozen=True, slots=True)
class NotWritten:
    """The card refused and is as it was. ``sw``: status word, four hex digits; "" when the old data were read back."""

    sw: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows yet. ``why``: the code of the fault of the wire, or a status word ("6581": memory fault)."""

    why: str


Outcome: TypeAlias = Written | NotWritten | Unknown


def outcome_of(name: str, card: Channel, response: Response) -> Outcome:
    """From the status word of a command that writes. CardBlocked: the card or its application is blocked for good."""
    if response.sw == OK:
        return Written()
    if response.sw == _MEMORY_FAULT:
        return Unknown(f"{response.sw:04X}")
    refusal = card.refusal(name, response)
    if isinstance(refusal, CardBlocked):
        raise refusal
    return NotWritten(f"{response.sw:04X}")


def write_once(card: Channel, command: Command) -> Operation[Outcome]:
    """Send a command that writes, exactly once. A fault of the wire, its time-out and a cancel end as ``Unknown``.

    After such a fault the power is off: what the card's memory holds is asked for in a new session.
    """
    try:
        response = yield from card.send_once(command)
    except DeviceError as error:
        yield from end_session()
        return Unknown(error.code)
    return outcome_of(command.name, card, response)
