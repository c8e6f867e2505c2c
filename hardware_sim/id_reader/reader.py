"""The reader itself: find, select, read in that order; its module's states; the faults it can be told to show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from hardware_sim.id_reader.card import IdCard
from hardware_sim.id_reader.frames import Request, RequestReader, WrongChecksum, answer
from hardware_sim.line_troubles import LineTroubles, Trouble

DONE, FOUND = 0x90, 0x9F
HOST_CHECKSUM, HOST_LENGTH = 0x10, 0x11
UNKNOWN_COMMAND, OUT_OF_ORDER = 0x21, 0x23
READ_FAILED, NO_CARD, SELECT_FAILED, NOT_ON_CARD = 0x41, 0x80, 0x81, 0x91
SELF_TEST_FAILED, NOT_AUTHORISED = 0x60, 0x66

MODULE_NUMBER = bytes.fromhex("05000300E5D6340139300000F2357728")
"""05.03-20240101-0000012345-0678901234"""
LINE_RATES = (115200, 57600, 38400, 19200, 9600)
NOISE = bytes.fromhex("00FF55AAAA9669AAAA")
"""Line noise that looks like the beginnings of a preamble."""


class Step(Enum):
    """The three steps of a reading; the value is what people type."""

    FIND = "find"
    SELECT = "select"
    READ = "read"


class CardPlace(Enum):
    """How far the conversation with the card in the field has come."""

    AWAY = auto()
    LYING = auto()
    FOUND = auto()
    SELECTED = auto()
    READ = auto()
    """Read once: must leave before *find* sees it again; its newest address may still be asked for."""
    LIFTED = auto()
    """Was selected and left: a read now fails (41) instead of being out of order (23)."""


@dataclass(frozen=True)
class Timing:
    """Seconds of work per command, without the time on the line."""

    find: float = 0.1
    select: float = 0.15
    read: float = 1.0
    other: float = 0.02

    def paced(self, factor: float) -> Timing:
        """The same reader, `factor` times as slow; 0 answers at once."""
        return Timing(self.find * factor, self.select * factor, self.read * factor, self.other * factor)


class IdReader:
    """One reader on one line. `feed` is its wire; every other public method is a hand from outside."""

    def __init__(self, timing: Timing | None = None) -> None:
        self.baud = LINE_RATES[0]
        self._timing = timing if timing is not None else Timing()
        self._requests = RequestReader()
        self._card: IdCard | None = None
        self._place = CardPlace.AWAY
        self._module_state = DONE
        self._troubles = LineTroubles(NOISE)
        self._lift_during: Step | None = None
        self._refusals: dict[Step, int] = {}
        self._busy_until = float("-inf")
        self.reads = 0
        """How many whole documents were given out."""

    # the wire

    def feed(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        """Bytes from the host at `now` (seconds); answers as (seconds from now, bytes)."""
        out: list[tuple[float, bytes]] = []
        for heard in self._requests.hear(data, now):
            rate = self.baud
            if isinstance(heard, Request):
                seconds, frame = self._obey(heard)
            else:
                wrong = HOST_CHECKSUM if isinstance(heard, WrongChecksum) else HOST_LENGTH
                seconds, frame = self._timing.other, answer(wrong)
            frame = self._troubles.spoil(frame)
            if not frame:
                continue
            begins = max(now, self._busy_until)
            self._busy_until = begins + seconds + self._troubles.slow_seconds + len(frame) * 10 / rate
            out.append((self._busy_until - now, frame))
        return out

    # hands

    def place(self, card: IdCard) -> None:
        """Lay a card into the field."""
        self._card, self._place = card, CardPlace.LYING

    def lift(self) -> None:
        """Take the card away, at whatever step it is."""
        was_selected = self._place is CardPlace.SELECTED
        self._card, self._place = None, CardPlace.LIFTED if was_selected else CardPlace.AWAY

    def lift_during(self, step: Step) -> None:
        """The card shall leave while `step` is being worked on, so that this very step fails."""
        self._lift_during = step

    def refuse(self, step: Step, sw3: int) -> None:
        """Answer `sw3` to the next `step` instead of doing it (31, 32, 33, 40, 47 …)."""
        self._refusals[step] = sw3

    def disturb(self, trouble: Trouble, *, count: int | None = None, keep: int = 0) -> None:
        """Spoil answers until told otherwise, or the next `count` ones; a torn one lets `keep` bytes through."""
        self._troubles.begin(trouble, count=count, keep=keep)

    def slow_down(self, seconds: float) -> None:
        """Take `seconds` longer for every answer."""
        self._troubles.slow_seconds = seconds

    def set_module_state(self, sw3: int) -> None:
        """90 fine, 60 self-test failed, 66 not authorised."""
        if sw3 not in (DONE, SELF_TEST_FAILED, NOT_AUTHORISED):
            raise ValueError(f"the module state is 90, 60 or 66, not {sw3:02X}")
        self._module_state = sw3

    def recover(self) -> None:
        """Everything as it should be; the card stays where it is."""
        self._troubles.end()
        self._module_state = DONE
        self._lift_during = None
        self._refusals.clear()

    def power_cycle(self) -> None:
        """As after unplugging: line rate and conversation are forgotten, the card may still be lying there."""
        self.baud = LINE_RATES[0]
        self._requests.forget()
        self._busy_until = float("-inf")
        self._place = CardPlace.LYING if self._card is not None else CardPlace.AWAY

    @property
    def has_card(self) -> bool:
        return self._card is not None

    @property
    def card_place(self) -> CardPlace:
        return self._place

    @property
    def trouble(self) -> Trouble:
        return self._troubles.trouble

    @property
    def module_state(self) -> int:
        return self._module_state

    @property
    def extra_seconds(self) -> float:
        return self._troubles.slow_seconds

    # inside

    def _obey(self, request: Request) -> tuple[float, bytes]:
        timing = self._timing
        match request.command:
            case b"\x10\xff":
                self._forget_progress()
                return timing.other, answer(self._module_state)
            case b"\x11\xff":
                return timing.other, answer(self._module_state)
            case b"\x12\xff":
                return timing.other, answer(DONE, MODULE_NUMBER)
            case b"\x60\x00" | b"\x60\x01" | b"\x60\x02" | b"\x60\x03" | b"\x60\x04":
                self.baud = LINE_RATES[request.command[1]]
                return timing.other, answer(DONE)
        if self._module_state != DONE:
            return timing.other, answer(self._module_state)
        match request.command:
            case b"\x20\x01":
                return timing.find, self._step(Step.FIND) or self._find()
            case b"\x20\x02":
                return timing.select, self._step(Step.SELECT) or self._select()
            case b"\x30\x01":
                return timing.read, self._step(Step.READ) or self._read(with_fingerprint=False)
            case b"\x30\x10":
                return timing.read, self._step(Step.READ) or self._read(with_fingerprint=True)
            case b"\x30\x03":
                return timing.find, self._newest_address()
        return timing.other, answer(UNKNOWN_COMMAND)

    def _step(self, step: Step) -> bytes | None:
        if self._lift_during is step:
            self._lift_during = None
            self.lift()
        refusal = self._refusals.pop(step, None)
        return None if refusal is None else answer(refusal)

    def _forget_progress(self) -> None:
        # a card that was read stays read: a reset of the module does not take it off the glass
        if self._place in (CardPlace.FOUND, CardPlace.SELECTED):
            self._place = CardPlace.LYING
        elif self._place is CardPlace.LIFTED:
            self._place = CardPlace.AWAY

    def _find(self) -> bytes:
        if self._card is None or self._place is CardPlace.READ:
            self._forget_progress()
            return answer(NO_CARD)
        self._place = CardPlace.FOUND
        return answer(FOUND, bytes(4))

    def _select(self) -> bytes:
        if self._place is not CardPlace.FOUND:
            return answer(SELECT_FAILED)
        self._place = CardPlace.SELECTED
        return answer(DONE, bytes(8))

    def _not_selected(self) -> bytes:
        lifted = self._place is CardPlace.LIFTED
        if lifted:
            self._place = CardPlace.AWAY
        return answer(READ_FAILED if lifted else OUT_OF_ORDER)

    def _read(self, *, with_fingerprint: bool) -> bytes:
        card = self._card
        if card is None or self._place is not CardPlace.SELECTED:
            return self._not_selected()
        parts = [card.text, card.photo] + ([card.fingerprint] if with_fingerprint else [])
        self._place = CardPlace.READ
        self.reads += 1
        return answer(DONE, b"".join(len(part).to_bytes(2, "big") for part in parts) + b"".join(parts))

    def _newest_address(self) -> bytes:
        if self._card is None or self._place not in (CardPlace.SELECTED, CardPlace.READ):
            return self._not_selected()
        if self._card.new_address is None:
            return answer(NOT_ON_CARD)
        return answer(DONE, self._card.new_address)


def module_number_text(data: bytes) -> str:
    """The 16 bytes of command 12 FF as people read them on the label."""
    one, two = (int.from_bytes(data[i : i + 2], "little") for i in (0, 2))
    rest = [int.from_bytes(data[i : i + 4], "little") for i in (4, 8, 12)]
    return f"{one:02d}.{two:02d}-{rest[0]}-{rest[1]:010d}-{rest[2]:010d}"
