"""Operations of the resident ID card reader: find, select, read, and the polling that makes a document of them.

Source: GA 450 / GA 467 as documented in the open protocol pages; times from the same.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, Final, TypeAlias

from construct import Bytes, ConstructError, ExprValidator, Int16ub, Int16ul, Int32ul, Struct, Terminated, this

from drivers.errors import ProtocolError, Refused, Timeout
from drivers.id_reader import commands
from drivers.id_reader.commands import BAUD_RATES, Command, ModuleState, Remedy, Sw3, remedy
from drivers.id_reader.document import (
    Document,
    DocumentKind,
    DocumentRefusedError,
    document_kind,
    parse_address,
    parse_document,
)
from drivers.id_reader.frames import Answer
from drivers.id_reader.module_line import TRIES, ModuleLine
from drivers.operation import Operation, Sleep

DEVICE: Final = "id_reader"
POLL_SECONDS: Final = 0.25  # the module wants no more than one find in each 200 to 300 ms
FINGERPRINT_SIZES: Final = (0, 512, 1024)
"""Bytes of fingerprint features on a card: none, one finger, two (GA/T 1012)."""

_READ_ANSWER: Final = Struct(
    "text_length" / Int16ub,
    "photo_length" / Int16ub,
    "text" / Bytes(this.text_length),
    "photo" / Bytes(this.photo_length),
    Terminated,
)
_READ_ANSWER_WITH_FINGERPRINT: Final = Struct(
    "text_length" / Int16ub,
    "photo_length" / Int16ub,
    "fingerprint_length" / ExprValidator(Int16ub, lambda size, _context: size in FINGERPRINT_SIZES),
    "text" / Bytes(this.text_length),
    "photo" / Bytes(this.photo_length),
    "fingerprint" / Bytes(this.fingerprint_length),
    Terminated,
)
_MODULE_NUMBER: Final = Struct(
    "a" / Int16ul, "b" / Int16ul, "made" / Int32ul, "serial" / Int32ul, "random" / Int32ul, Terminated
)


class NoNewAddress(Enum):
    """Why there is no newer address than the one in the document."""

    NOT_ASKED = "not asked"
    NOT_ON_CARD = "not on card"
    UNKNOWN = "unknown"


NewestAddress: TypeAlias = str | NoNewAddress


@dataclass(frozen=True)
class RawDocument:
    """256 bytes of text and the photo (1024 bytes WLT, only the maker's licensed decoder can show it), unchecked.

    ``fingerprint``: features of GA/T 1012, empty when the card has none, None when nobody asked. Never shown or logged.
    """

    text: bytes = field(repr=False)
    photo: bytes = field(repr=False)
    fingerprint: bytes | None = field(repr=False, default=None)


@dataclass(frozen=True)
class DocumentRead:
    """A document, read and checked.

    ``newest_address`` replaces the printed one when it is a text; UNKNOWN: the card or the module would not say.
    """

    document: Document
    photo: bytes = field(repr=False)
    fingerprint: bytes | None = field(repr=False, default=None)
    newest_address: NewestAddress = field(repr=False, default=NoNewAddress.NOT_ASKED)


@dataclass(frozen=True)
class DocumentKindNotServed:
    """A real document of a kind that the caller did not ask for."""

    kind: DocumentKind


@dataclass(frozen=True)
class DocumentRefused:
    """The text breaks a rule of its layout or of GB 11643: short words for the field and the rule."""

    field_name: str
    rule: str


@dataclass(frozen=True)
class WrongCard:
    """A contactless card lies there, but it is no resident ID card."""


@dataclass(frozen=True)
class NotReadable:
    """A card lay there and could not be read ``tries`` times (last SW3): ask to lay it down again and hold still."""

    tries: int
    sw: str


@dataclass(frozen=True)
class NoDocument:
    """Nobody laid a card down in the time given."""


PollResult: TypeAlias = DocumentRead | DocumentKindNotServed | DocumentRefused | WrongCard | NotReadable | NoDocument

# the card moved, or the module lost its place: ordinary, start again with find
_START_AGAIN: Final = frozenset({Remedy.START_AGAIN, Remedy.LAY_DOWN_AGAIN, Remedy.RESET})
CITIZENS: Final = frozenset({DocumentKind.CITIZEN})
ALL_KINDS: Final = frozenset(DocumentKind)


class IdReader:
    """One reader on one line. Remembers only whether the module still owes an answer, never anything of a card.

    Operations end with errors of ``drivers.errors``: Timeout (silence, or nothing that could be the answer; facts
    ``command``, ``discarded``, ``wrong_checks``), Refused (facts ``command``, ``sw`` and, for a known SW3, ``remedy``),
    NotGenuine (SW3 32), ProtocolError, and the link's own.
    """

    def __init__(self, clock: Callable[[], float], device: str = DEVICE) -> None:
        """``clock`` gives monotonic seconds; ``device`` is the name in errors."""
        self._clock = clock
        self._device = device
        self._line = ModuleLine(clock, device)
        self._next_find = 0.0

    # --- one command each ---

    def module_state(self) -> Operation[ModuleState]:
        """Ask the module about itself (11 FF)."""
        answer = yield from self._line.ask(commands.MODULE_STATE)
        try:
            return ModuleState(answer.sw[2])
        except ValueError:
            raise self._line.refused(commands.MODULE_STATE, answer) from None

    def module_number(self) -> Operation[str]:
        """The module's number as printed on it, ``05.03-20240101-0000012345-0678901234`` (12 FF)."""
        answer = yield from self._line.ask_for_good(commands.MODULE_NUMBER)
        n = _MODULE_NUMBER.parse(answer.data)
        return f"{n.a:02d}.{n.b:02d}-{n.made}-{n.serial:010d}-{n.random:010d}"

    def find(self) -> Operation[bool]:
        """Is there a card in the field (20 01)? Waits until a find is allowed again."""
        yield from self._line.settle()
        if (pause := self._next_find - self._clock()) > 0:
            yield Sleep(pause)
        self._next_find = self._clock() + POLL_SECONDS
        answer = yield from self._line.ask(commands.FIND)
        return self._yes_or_no(commands.FIND, answer, no=Sw3.NO_CARD)

    def select(self) -> Operation[bool]:
        """Select the card that was found (20 02); False when it is no longer there."""
        answer = yield from self._line.ask(commands.SELECT)
        return self._yes_or_no(commands.SELECT, answer, no=Sw3.SELECT_FAILED)

    def read_text_and_photo(self) -> Operation[RawDocument]:
        """Read the selected card (30 01)."""
        parsed = yield from self._read(commands.READ_TEXT_AND_PHOTO, _READ_ANSWER)
        return RawDocument(bytes(parsed.text), bytes(parsed.photo))

    def read_with_fingerprint(self) -> Operation[RawDocument]:
        """Read the selected card with the features of its fingerprints (30 10): 0, 512 or 1024 bytes."""
        parsed = yield from self._read(commands.READ_WITH_FINGERPRINT, _READ_ANSWER_WITH_FINGERPRINT)
        return RawDocument(bytes(parsed.text), bytes(parsed.photo), bytes(parsed.fingerprint))

    def read_new_address(self) -> Operation[str | None]:
        """The newest address of the selected card (30 03), None when it has none beside the printed one."""
        answer = yield from self._line.ask(commands.READ_NEW_ADDRESS)
        if answer.sw[2] == Sw3.ITEM_NOT_ON_CARD:
            return None
        if not commands.READ_NEW_ADDRESS.good_answer(answer):
            raise self._line.refused(commands.READ_NEW_ADDRESS, answer)
        try:
            return parse_address(answer.data) or None
        except DocumentRefusedError as refused:
            raise ProtocolError(self._device, shape=f"newest {refused}") from None

    def reset_module(self) -> Operation[None]:
        """Start the module anew (10 FF)."""
        yield from self._line.ask_for_good(commands.RESET_MODULE)

    def change_baud(self, rate: int, *, current: int = BAUD_RATES[0]) -> Operation[None]:
        """Let module and line go to another speed (60 00 to 60 04) and make sure that they meet there.

        If the module does not follow, the line goes back to ``current`` and the error is raised. A tty that is opened
        anew starts at the speed of its settings: use ``find_baud`` then. ValueError: no such speed.
        """
        yield from self._line.change_baud(rate, current)

    def find_baud(self, rates: Collection[int] = BAUD_RATES) -> Operation[int]:
        """At which of the speeds the module answers; the line stays there. Timeout: at none."""
        return (yield from self._line.find_baud(rates))

    def _read(self, command: Command, layout: Any) -> Operation[Any]:
        answer = yield from self._line.ask_for_good(command)
        try:
            return layout.parse(answer.data)
        except ConstructError:
            raise ProtocolError(self._device, shape="length words of the read answer") from None

    # --- a person lays a card down ---

    def poll_and_read(
        self,
        deadline: float,
        *,
        business_date: date,
        must_be_laid_anew: bool = False,
        kinds: Collection[DocumentKind] = CITIZENS,
        fingerprint: bool = False,
        newest_address: bool = False,
    ) -> Operation[PollResult]:
        """Wait at most ``deadline`` seconds for a card, read it once, check it.

        A card found in the last moment is still read, which may take some 5 s more. ``must_be_laid_anew``: a card that
        lies there from the start is the one that was read before; wait until it is lifted. ``business_date`` is the
        server's, for the rule that nobody is born tomorrow. ``kinds``: the documents the caller can serve.
        ``fingerprint`` and ``newest_address``: read these too; an address that cannot be read does not spoil the rest.
        """
        end = self._clock() + deadline
        waiting_for_lift = must_be_laid_anew
        silences = 0
        unreadable = NotReadable(0, "")
        sw3: int
        while self._clock() < end:
            try:
                found = yield from self.find()
                silences = 0
                if not found or waiting_for_lift:
                    waiting_for_lift = waiting_for_lift and found
                    continue
                if (yield from self.select()):
                    raw = yield from (self.read_with_fingerprint() if fingerprint else self.read_text_and_photo())
                    address = (yield from self._newest_address()) if newest_address else NoNewAddress.NOT_ASKED
                    return _document(raw, address, kinds, business_date)
                sw3 = Sw3.SELECT_FAILED
            except Timeout as silence:
                silences += 1
                if silences == TRIES or "command" not in silence.facts:  # without: the lane's, our time is over
                    raise
                continue
            except Refused as refused:
                sw3 = int(str(refused.facts["sw"]), 16)
                if sw3 == Sw3.OTHER_KIND_OF_CARD:
                    return WrongCard()
                if remedy(sw3) not in _START_AGAIN:
                    raise
            unreadable = NotReadable(unreadable.tries + 1, f"{sw3:04x}")
            if unreadable.tries == TRIES:
                return unreadable
            if remedy(sw3) is Remedy.RESET and unreadable.tries > 1:
                yield from self.reset_module()
        return unreadable if unreadable.tries else NoDocument()

    def _newest_address(self) -> Operation[NewestAddress]:
        """The person's document is read already; whatever goes wrong here leaves the newest address unknown."""
        try:
            return (yield from self.read_new_address()) or NoNewAddress.NOT_ON_CARD
        except (Refused, ProtocolError):
            return NoNewAddress.UNKNOWN
        except Timeout as silence:
            if "command" not in silence.facts:  # the lane's: our time is over
                raise
            return NoNewAddress.UNKNOWN

    def _yes_or_no(self, command: Command, answer: Answer, *, no: Sw3) -> bool:
        if command.good_answer(answer):
            return True
        if answer.sw[2] == no:
            return False
        raise self._line.refused(command, answer)


def _document(
    raw: RawDocument, address: NewestAddress, kinds: Collection[DocumentKind], business_date: date
) -> DocumentRead | DocumentKindNotServed | DocumentRefused:
    try:
        if (kind := document_kind(raw.text)) not in kinds:
            return DocumentKindNotServed(kind)
        document = parse_document(raw.text, business_date=business_date)
    except DocumentRefusedError as refused:
        return DocumentRefused(refused.field_name, refused.rule)
    return DocumentRead(document, raw.photo, raw.fingerprint, address)
