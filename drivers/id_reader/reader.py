"""Operations of the resident ID card reader: find, select, read, and the polling that makes a document of them.

Source: GA 450 / GA 467 as documented in the open protocol pages; times from the same. Every command of the module only
reads, so a command may be repeated; what may never happen is that a late answer is taken for the answer to a later
command (it could show the previous person's card). See ``IdReader._settle``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from construct import Bytes, ConstructError, Int16ub, Int16ul, Int32ul, Struct, Terminated, this

from drivers.errors import NotGenuine, ProtocolError, Refused, Timeout
from drivers.id_reader import commands
from drivers.id_reader.commands import Command, ModuleState, Sw3
from drivers.id_reader.document import (
    DocumentKind,
    DocumentRefusedError,
    IdDocument,
    KindNotServedError,
    parse_citizen,
)
from drivers.id_reader.frames import Answer, FrameParser, request_frame
from drivers.operation import Operation, ReadUntil, Sleep, Write

DEVICE: Final = "id_reader"
POLL_SECONDS: Final = 0.25  # the module wants no more than one find in each 200 to 300 ms
_TRIES: Final = 3
_SETTLE_SECONDS: Final = 3.0  # a module busy with a read answers the next command only after it
_DRAIN_READS: Final = 64

_READ_ANSWER: Final = Struct(
    "text_length" / Int16ub,
    "photo_length" / Int16ub,
    "text" / Bytes(this.text_length),
    "photo" / Bytes(this.photo_length),
    Terminated,
)
_MODULE_NUMBER: Final = Struct(
    "a" / Int16ul, "b" / Int16ul, "made" / Int32ul, "serial" / Int32ul, "random" / Int32ul, Terminated
)


@dataclass(frozen=True)
class RawDocument:
    """256 bytes of text and the photo (1024 bytes WLT, only the maker's licensed decoder can show it), unchecked."""

    text: bytes = field(repr=False)
    photo: bytes = field(repr=False)


@dataclass(frozen=True)
class DocumentRead:
    """A citizen's document, read and checked."""

    document: IdDocument
    photo: bytes = field(repr=False)


@dataclass(frozen=True)
class DocumentKindNotServed:
    """A real document of another kind (J, I or Y): known, not read here."""

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


PollResult = DocumentRead | DocumentKindNotServed | DocumentRefused | WrongCard | NotReadable | NoDocument

# the card moved, or the module lost its place: ordinary, start again with find
_START_AGAIN: Final = frozenset(
    {
        Sw3.OUT_OF_SEQUENCE,
        Sw3.UNKNOWN_ERROR,
        Sw3.CARD_REFUSED_READER,
        Sw3.INFORMATION_CHECK_FAILED,
        Sw3.READ_FAILED,
        Sw3.RANDOM_NUMBER_FAILED,
    }
)
_RESET_HELPS: Final = frozenset({Sw3.UNKNOWN_ERROR, Sw3.RANDOM_NUMBER_FAILED})
_ILL: Final = frozenset({Sw3.SELF_TEST_FAILED, Sw3.NOT_AUTHORISED})


class IdReader:
    """One reader on one line. Remembers only whether the module still owes an answer, never anything of a card.

    Operations end with errors of ``drivers.errors``: Timeout (silence, or nothing that could be the answer; facts
    ``command``, ``discarded``, ``wrong_checks``), Refused (facts ``command``, ``sw``), NotGenuine (SW3 32),
    ProtocolError, and the link's own.
    """

    def __init__(self, clock: Callable[[], float], device: str = DEVICE) -> None:
        """``clock`` gives monotonic seconds; ``device`` is the name in errors."""
        self._clock = clock
        self._device = device
        # at start too: a process before us may have died between its command and the answer
        self._answer_owed = True
        self._next_find = 0.0

    # --- one command each ---

    def module_state(self) -> Operation[ModuleState]:
        """Ask the module about itself (11 FF)."""
        answer = yield from self._ask(commands.MODULE_STATE)
        try:
            return ModuleState(answer.sw[2])
        except ValueError:
            raise self._refused(commands.MODULE_STATE, answer) from None

    def module_number(self) -> Operation[str]:
        """The module's number as printed on it, ``05.03-20240101-0000012345-0678901234`` (12 FF)."""
        answer = yield from self._ask_for_good(commands.MODULE_NUMBER)
        n = _MODULE_NUMBER.parse(answer.data)
        return f"{n.a:02d}.{n.b:02d}-{n.made}-{n.serial:010d}-{n.random:010d}"

    def find(self) -> Operation[bool]:
        """Is there a card in the field (20 01)? Waits until a find is allowed again."""
        if self._answer_owed:
            yield from self._settle()
        if (pause := self._next_find - self._clock()) > 0:
            yield Sleep(pause)
        self._next_find = self._clock() + POLL_SECONDS
        answer = yield from self._ask(commands.FIND)
        return self._yes_or_no(commands.FIND, answer, no=Sw3.NO_CARD)

    def select(self) -> Operation[bool]:
        """Select the card that was found (20 02); False when it is no longer there."""
        answer = yield from self._ask(commands.SELECT)
        return self._yes_or_no(commands.SELECT, answer, no=Sw3.SELECT_FAILED)

    def read_text_and_photo(self) -> Operation[RawDocument]:
        """Read the selected card (30 01)."""
        answer = yield from self._ask_for_good(commands.READ_TEXT_AND_PHOTO)
        try:
            parsed = _READ_ANSWER.parse(answer.data)
        except ConstructError:
            raise ProtocolError(self._device, shape="length words of the read answer") from None
        return RawDocument(bytes(parsed.text), bytes(parsed.photo))

    def reset_module(self) -> Operation[None]:
        """Start the module anew (10 FF)."""
        yield from self._ask_for_good(commands.RESET_MODULE)

    # --- a person lays a card down ---

    def poll_and_read(
        self, deadline: float, *, business_date: date, must_be_laid_anew: bool = False
    ) -> Operation[PollResult]:
        """Wait at most ``deadline`` seconds for a card, read it once, check it.

        A card found in the last moment is still read, which may take some 5 s more. ``must_be_laid_anew``: a card that
        lies there from the start is the one that was read before; wait until it is lifted. ``business_date`` is the
        server's, for the rule that nobody is born tomorrow.
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
                    raw = yield from self.read_text_and_photo()
                    return _document(raw, business_date)
                sw3 = Sw3.SELECT_FAILED
            except Timeout as silence:
                silences += 1
                if silences == _TRIES or "command" not in silence.facts:  # without: the lane's, our time is over
                    raise
                continue
            except Refused as refused:
                sw3 = int(str(refused.facts["sw"]), 16)
                if sw3 == Sw3.OTHER_KIND_OF_CARD:
                    return WrongCard()
                if sw3 not in _START_AGAIN:
                    raise
            unreadable = NotReadable(unreadable.tries + 1, f"{sw3:04x}")
            if unreadable.tries == _TRIES:
                return unreadable
            if sw3 in _RESET_HELPS and unreadable.tries > 1:
                yield from self.reset_module()
        return unreadable if unreadable.tries else NoDocument()

    # --- asking and answering ---

    def _ask_for_good(self, command: Command) -> Operation[Answer]:
        """As ``_ask``, but a bad answer is an error."""
        answer = yield from self._ask(command)
        if not command.good_answer(answer):
            raise self._refused(command, answer)
        return answer

    def _ask(self, command: Command) -> Operation[Answer]:
        """Send a command and take its answer, good or bad; again when the module saw a broken request."""
        if self._answer_owed:
            yield from self._settle()
        for _ in range(_TRIES):
            answer = yield from self._exchange(command, command.seconds, bad_counts=True)
            if answer.sw[2] != Sw3.WRONG_CHECK:
                return answer
        raise ProtocolError(self._device, shape="module sees wrong check sums", command=command.name, times=_TRIES)

    def _settle(self) -> Operation[None]:
        """Make sure that no answer of an earlier command is still on its way.

        The module answers in order, and "done, no data" (or 60, 66) answers only this command and a reset: once it has
        come, everything that could be taken for a find, select or read has come too. Should it be an older one's, then
        its own comes later, fits none of those either, and is thrown away.
        """
        yield from self._exchange(commands.MODULE_STATE, _SETTLE_SECONDS, bad_counts=False)

    def _exchange(self, command: Command, seconds: float, *, bad_counts: bool) -> Operation[Answer]:
        """One command, one answer. Frames that cannot be its answer are thrown away and counted."""
        yield from self._drain()
        parser = FrameParser()
        discarded = 0
        self._answer_owed = True
        yield Write(request_frame(command.code))
        end = self._clock() + seconds
        while (left := end - self._clock()) > 0:
            received: bytes = yield ReadUntil(left)
            for answer in parser.feed(received):
                if command.good_answer(answer) or (command.bad_answer(answer) and (bad_counts or answer.sw[2] in _ILL)):
                    self._answer_owed = False
                    return answer
                discarded += 1
        raise Timeout(self._device, command=command.name, discarded=discarded, wrong_checks=parser.wrong_checks)

    def _drain(self) -> Operation[None]:
        """Throw away what lies in the line's buffer. A line that never falls silent is broken."""
        for _ in range(_DRAIN_READS):
            if not (yield ReadUntil(0.0)):
                return
        raise ProtocolError(self._device, shape="the line never falls silent")

    def _yes_or_no(self, command: Command, answer: Answer, *, no: Sw3) -> bool:
        if command.good_answer(answer):
            return True
        if answer.sw[2] == no:
            return False
        raise self._refused(command, answer)

    def _refused(self, command: Command, answer: Answer) -> NotGenuine | Refused:
        sw3 = answer.sw[2]
        if sw3 == Sw3.CARD_NOT_GENUINE:
            return NotGenuine(self._device, command=command.name, sw=f"{sw3:04x}")
        return Refused(self._device, command=command.name, sw=f"{sw3:04x}")


def _document(raw: RawDocument, business_date: date) -> DocumentRead | DocumentKindNotServed | DocumentRefused:
    try:
        return DocumentRead(parse_citizen(raw.text, business_date=business_date), raw.photo)
    except KindNotServedError as not_served:
        return DocumentKindNotServed(not_served.kind)
    except DocumentRefusedError as refused:
        return DocumentRefused(refused.field_name, refused.rule)
