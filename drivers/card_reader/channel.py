"""Sends commands and brings home whole answers: the one place that knows T=0's 61xx and 6Cxx (sheet, section 1).

A card may answer a command that has data and expects data in three ways: at once, by ``61xx`` (fetch it with GET
RESPONSE), by ``6Cxx`` (send it again with this Le). PC/SC drivers of some readers hide that, others do not.
"""

from dataclasses import dataclass, field

from drivers.card_reader.commands import Command, get_response
from drivers.errors import CardBlocked, ProtocolError, Refused
from drivers.operation import Exchange, Operation, SecretExchange, Slot

OK = 0x9000
CARD_BLOCKED = 0x6A81
APPLICATION_BLOCKED = 0x9303

_MORE, _WRONG_LE = 0x61, 0x6C
_MOST_PIECES = 16
"""256 bytes a piece: no answer of these cards comes near; a card that never stops saying 61xx is broken."""


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer, T=0's pieces put together."""

    data: bytes = field(repr=False)
    sw: int

    @property
    def sw1(self) -> int:
        return self.sw >> 8

    @property
    def sw2(self) -> int:
        return self.sw & 0xFF

    @property
    def tries_left(self) -> int | None:
        """x of ``63Cx``."""
        return self.sw2 & 0x0F if self.sw & 0xFFF0 == 0x63C0 else None


@dataclass(frozen=True, slots=True)
class Channel:
    """Command exchange with one slot.

    le_with_data  the card speaks T=1: Le travels with the data. Over T=0 it must not, so False is the contact card
    """

    slot: Slot
    le_with_data: bool = False

    def send(self, command: Command) -> Operation[Response]:
        """Send, and answer data with the final status word, whatever it is. ProtocolError: not an answer at all."""
        response = self._response(command.name, (yield Exchange(self.slot, self._wire(command))))
        if response.sw1 == _WRONG_LE and command.le:
            again = command.wire(le=response.sw2 or 256)
            response = self._response(command.name, (yield Exchange(self.slot, again)))
        return response if response.sw1 != _MORE else (yield from self._fetched(command.name, response))

    def ask(self, command: Command) -> Operation[bytes]:
        """Send, and answer the data of a 9000. Raises what ``refusal`` says for anything else."""
        response = yield from self.send(command)
        if response.sw != OK:
            raise self.refusal(command.name, response)
        return response.data

    def send_once(self, command: Command, *, fetch: bool = False) -> Operation[Response]:
        """Send exactly one frame, whatever the card says: for what must never be repeated by program.

        fetch  the command has an answer: fetch what 61xx announces, which sends nothing again
        """
        wire = self._wire(command) if fetch else command.wire()
        response = self._response(command.name, (yield Exchange(self.slot, wire)))
        return (yield from self._fetched(command.name, response)) if fetch else response

    def send_secret(self, name: str, request: SecretExchange, *, fetch: bool = False) -> Operation[Response]:
        """Send a command that holds a PIN, exactly once. ``fetch`` as in ``send_once``."""
        response = self._response(name, (yield request))
        return (yield from self._fetched(name, response)) if fetch else response

    def refusal(self, name: str, response: Response) -> CardBlocked | Refused:
        """The error for a status word that is not 9000; on the citizen's card 6A81 and 9303 mean blocked for good."""
        if self.slot is Slot.USER and response.sw == CARD_BLOCKED:
            return CardBlocked("card_reader", scope="card")
        if self.slot is Slot.USER and response.sw == APPLICATION_BLOCKED:
            return CardBlocked("card_reader", scope="application")
        return Refused("card_reader", slot=self.slot.value, command=name, sw=f"{response.sw:04X}")

    def _fetched(self, name: str, response: Response) -> Operation[Response]:
        """The whole answer: what ``61xx`` announces is fetched, piece by piece."""
        data, pieces = response.data, 0
        while response.sw1 == _MORE:
            pieces += 1
            if pieces > _MOST_PIECES:
                raise ProtocolError("card_reader", slot=self.slot.value, command=name, shape="endless 61xx")
            fetch = get_response(response.sw2 or 256)
            response = self._response(name, (yield Exchange(self.slot, fetch.wire())))
            if response.sw1 == _WRONG_LE:
                again = fetch.wire(le=response.sw2 or 256)
                response = self._response(name, (yield Exchange(self.slot, again)))
            data += response.data
        return Response(data, response.sw)

    def _wire(self, command: Command) -> bytes:
        """The command's bytes, with Le behind its data where that is the custom."""
        as_case_4 = self.le_with_data and command.data and command.le
        return command.wire(le=command.le) if as_case_4 else command.wire()

    def _response(self, name: str, raw: bytes) -> Response:
        if len(raw) < 2:
            raise ProtocolError("card_reader", slot=self.slot.value, command=name, shape="no status word")
        # The last two bytes, whatever stands in front (ISO 7816-4, 5.1): a layout would have to be told how much.
        return Response(raw[:-2], int.from_bytes(raw[-2:], "big"))
