"""The reader's operations in virtual time, against a scripted module that can be late, torn, noisy or ill."""

import itertools
import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from drivers.errors import Cancelled, LinkLost, NotGenuine, ProtocolError, Refused, Timeout
from drivers.id_reader import vectors
from drivers.id_reader.commands import BAUD_RATES, REMEDIES, ModuleState, Sw3
from drivers.id_reader.document import DocumentKind, IdDocument, ResidencePermit
from drivers.id_reader.frames import PREAMBLE, xor_of
from drivers.id_reader.layouts import RESIDENT_LAYOUT
from drivers.id_reader.reader import (
    ALL_KINDS,
    FINGERPRINT_SIZES,
    DocumentKindNotServed,
    DocumentRead,
    DocumentRefused,
    IdReader,
    NoDocument,
    NoNewAddress,
    NotReadable,
    PollResult,
    RawDocument,
    WrongCard,
)
from drivers.lanes import Done, Failed, Outcome, VirtualLane
from drivers.links.memory import SerialMemoryLink
from drivers.operation import ReadUntil
from drivers.scheduler import VirtualScheduler

BUSINESS_DATE = date(2026, 11, 22)
CITIZEN = bytes.fromhex(vectors.CITIZEN_FRAME)
FOUND = bytes.fromhex("AAAAAA9669000800009F0000000097")
SELECTED = bytes.fromhex("AAAAAA9669000C00009000000000000000009C")
DONE = bytes.fromhex("AAAAAA9669000400009094")
NUMBER = bytes.fromhex("AAAAAA9669001400009005000300E5D6340139300000F235772815")
STATE = b"\x11\xff"
MODULE_NUMBER = b"\x12\xff"
RESET = b"\x10\xff"
FIND = b"\x20\x01"
SELECT = b"\x20\x02"
READ = b"\x30\x01"
READ_WITH_FINGERPRINT = b"\x30\x10"
READ_ADDRESS = b"\x30\x03"


def bad(sw3: int) -> bytes:
    body = bytes((0, 4, 0, 0, sw3))
    return PREAMBLE + body + bytes([xor_of(body)])


Reply = list[tuple[float, bytes]]


@dataclass
class Module:
    """Answers each command from a queue of replies, then from its usual one. A reply is (seconds, bytes) pieces."""

    scheduler: VirtualScheduler
    usual: dict[bytes, Reply] = field(default_factory=dict)
    next: dict[bytes, list[Reply]] = field(default_factory=dict)
    seen: list[tuple[float, bytes]] = field(default_factory=list)

    def feed(self, data: bytes, now: float) -> Reply:
        assert data[:5] == PREAMBLE
        assert xor_of(data[5:-1]) == data[-1]
        command = data[7:9]
        self.seen.append((now, command))
        queue = self.next.get(command)
        return queue.pop(0) if queue else self.usual[command]

    def commands(self) -> list[bytes]:
        return [command for _, command in self.seen if command != STATE]


@pytest.fixture
def scheduler() -> VirtualScheduler:
    return VirtualScheduler()


@pytest.fixture
def module(scheduler: VirtualScheduler) -> Module:
    return Module(
        scheduler,
        {
            STATE: [(0.01, DONE)],
            MODULE_NUMBER: [(0.01, NUMBER)],
            RESET: [(0.5, DONE)],
            FIND: [(0.1, FOUND)],
            SELECT: [(0.1, SELECTED)],
            READ: [(1.0, CITIZEN)],
        },
    )


@pytest.fixture
def link(scheduler: VirtualScheduler, module: Module) -> SerialMemoryLink:
    return SerialMemoryLink(scheduler, module)


@pytest.fixture
def reader(scheduler: VirtualScheduler) -> IdReader:
    return IdReader(scheduler.now)


Run = Callable[..., Any]


@pytest.fixture
def run(scheduler: VirtualScheduler, link: SerialMemoryLink) -> Run:
    lane = VirtualLane("id_reader", scheduler, link)

    def run(operation: Generator[Any, Any, Any], deadline: float = 120.0) -> Any:
        outcomes: list[Outcome[Any]] = []
        lane.submit(operation, outcomes.append, deadline=deadline)
        scheduler.run_until_idle()
        (outcome,) = outcomes
        if isinstance(outcome, Failed):
            raise outcome.error
        assert isinstance(outcome, Done)
        return outcome.value

    return run


def poll(reader: IdReader, deadline: float = 30.0, **how: Any) -> Generator[Any, Any, PollResult]:
    return reader.poll_and_read(deadline, business_date=BUSINESS_DATE, **how)


def test_a_card_on_the_reader_becomes_a_document(reader: IdReader, run: Run, module: Module) -> None:
    result = run(poll(reader))
    assert isinstance(result, DocumentRead)
    assert result.document.name == "测试人"
    assert result.photo == bytes(1024)
    assert module.commands() == [FIND, SELECT, READ]


def test_a_result_shows_nothing_of_the_person(reader: IdReader, run: Run) -> None:
    assert repr(run(poll(reader))) == "DocumentRead(document=IdDocument())"


def test_the_module_tells_its_number(reader: IdReader, run: Run) -> None:
    assert run(reader.module_number()) == vectors.MODULE_NUMBER[1]


@pytest.mark.parametrize(
    ("sw3", "state"),
    [(0x90, ModuleState.READY), (0x60, ModuleState.SELF_TEST_FAILED), (0x66, ModuleState.NOT_AUTHORISED)],
)
def test_the_module_tells_its_state(reader: IdReader, run: Run, module: Module, sw3: int, state: ModuleState) -> None:
    module.usual[STATE] = [(0.01, bad(sw3))]
    assert run(reader.module_state()) is state
    assert state.device_state.value == ("online" if sw3 == 0x90 else "hardwareError")


def test_bytes_one_by_one_give_the_same_document(reader: IdReader, run: Run, module: Module) -> None:
    module.usual[READ] = [(0.001 * n, CITIZEN[n : n + 1]) for n in range(len(CITIZEN))]
    assert isinstance(run(poll(reader)), DocumentRead)


@pytest.mark.parametrize("noise", [b"\x00\xff", b"\xaa\xaa", b"\xaa\xaa\xaa\xaa", PREAMBLE[:4]])
def test_noise_before_an_answer_does_no_harm(reader: IdReader, run: Run, module: Module, noise: bytes) -> None:
    for command, ((seconds, frame),) in list(module.usual.items()):
        module.usual[command] = [(seconds / 2, noise), (seconds, frame)]
    assert isinstance(run(poll(reader)), DocumentRead)


def test_find_is_sent_at_most_once_in_250_ms(reader: IdReader, run: Run, module: Module) -> None:
    module.usual[FIND] = [(0.02, bad(0x80))]
    assert run(poll(reader, 3.0)) == NoDocument()
    assert run(reader.find()) is False
    times = [now for now, command in module.seen if command == FIND]
    assert len(times) > 10
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.25 - 1e-9


@pytest.mark.parametrize(
    ("command", "sw3"), [(SELECT, 0x81), (SELECT, 0x23), (READ, 0x41), (READ, 0x33), (READ, 0x23), (READ, 0x31)]
)
def test_a_card_that_moved_is_polled_again_and_read(
    reader: IdReader, run: Run, module: Module, command: bytes, sw3: int
) -> None:
    module.next[command] = [[(0.1, bad(sw3))]]
    assert isinstance(run(poll(reader)), DocumentRead)
    assert module.commands().count(FIND) == 2


def test_three_unreadable_tries_are_told_to_the_person(reader: IdReader, run: Run, module: Module) -> None:
    module.usual[READ] = [(0.2, bad(0x41))]
    assert run(poll(reader)) == NotReadable(3, "0041")
    assert module.commands().count(READ) == 3


def test_a_card_that_moved_once_and_never_came_back_is_not_called_no_document(
    reader: IdReader, run: Run, module: Module
) -> None:
    module.next[READ] = [[(0.2, bad(0x41))]]
    module.next[FIND] = [[(0.1, FOUND)]]
    module.usual[FIND] = [(0.1, bad(0x80))]
    assert run(poll(reader, 5.0)) == NotReadable(1, "0041")


def test_an_unknown_error_twice_resets_the_module(reader: IdReader, run: Run, module: Module) -> None:
    module.next[SELECT] = [[(0.1, bad(0x24))], [(0.1, bad(0x47))]]
    assert isinstance(run(poll(reader)), DocumentRead)
    assert module.commands() == [FIND, SELECT, FIND, SELECT, RESET, FIND, SELECT, READ]


def test_a_card_that_fails_to_prove_itself_is_not_served_and_not_tried_again(
    reader: IdReader, run: Run, module: Module
) -> None:
    module.usual[READ] = [(0.2, bad(0x32))]
    with pytest.raises(NotGenuine) as error:
        run(poll(reader))
    assert error.value.facts == {"command": "read text and photo", "sw": "0032"}
    assert module.commands() == [FIND, SELECT, READ]


def test_another_contactless_card_is_a_wrong_card(reader: IdReader, run: Run, module: Module) -> None:
    module.usual[SELECT] = [(0.1, bad(0x40))]
    assert run(poll(reader)) == WrongCard()


@pytest.mark.parametrize("sw3", [0x11, 0x21, 0x60, 0x66, 0x55])
def test_a_module_that_cannot_is_an_error_with_its_word(reader: IdReader, run: Run, module: Module, sw3: int) -> None:
    module.usual[FIND] = [(0.1, bad(sw3))]
    with pytest.raises(Refused) as error:
        run(poll(reader))
    known = {0x11: "report-program", 0x21: "do-without", 0x60: "out-of-service", 0x66: "out-of-service"}
    told = {"remedy": known[sw3]} if sw3 in known else {}
    assert error.value.facts == {"command": "find", "sw": f"{sw3:04x}"} | told


def test_a_broken_request_is_sent_again_and_three_in_a_row_are_a_line_fault(
    reader: IdReader, run: Run, module: Module
) -> None:
    module.next[FIND] = [[(0.1, bad(0x10))], [(0.1, bad(0x10))]]
    assert run(reader.find()) is True
    module.usual[FIND] = [(0.1, bad(0x10))]
    with pytest.raises(ProtocolError):
        run(reader.find())


def text_frame(text: bytes) -> bytes:
    body = bytes.fromhex("0508000090" + "01000400") + text + bytes(1024)
    return PREAMBLE + body + bytes([xor_of(body)])


@pytest.mark.parametrize("letter", "JIY")
def test_a_kind_of_document_that_was_not_asked_for_is_named_not_read(
    reader: IdReader, run: Run, module: Module, letter: str
) -> None:
    text = bytearray(bytes.fromhex(vectors.CITIZEN_TEXT))
    text[248:250] = letter.encode("utf-16-le")
    module.usual[READ] = [(1.0, text_frame(bytes(text)))]
    assert run(poll(reader)) == DocumentKindNotServed(DocumentKind(letter))


def test_a_kind_of_document_that_was_asked_for_is_read(reader: IdReader, run: Run, module: Module) -> None:
    permit = next(vector for vector in vectors.DOCUMENTS if vector.letter == "J")
    module.usual[READ] = [(1.0, text_frame(bytes(RESIDENT_LAYOUT.build(permit.fields))))]
    result = run(poll(reader, kinds=ALL_KINDS))
    assert isinstance(result, DocumentRead)
    assert isinstance(result.document, ResidencePermit)
    assert run(poll(reader, kinds=frozenset({DocumentKind.FOREIGNER_2023}))) == DocumentKindNotServed(
        DocumentKind.HK_MACAU_TAIWAN_RESIDENT
    )


def test_a_wrong_check_digit_is_refused_without_the_number(reader: IdReader, run: Run, module: Module) -> None:
    text = bytearray(bytes.fromhex(vectors.CITIZEN_TEXT))
    text[156:158] = b"1\x00"
    module.usual[READ] = [(1.0, text_frame(bytes(text)))]
    assert run(poll(reader)) == DocumentRefused("number", "check-character")


@pytest.mark.parametrize("lengths", ["01000200", "00000000", "FFFFFFFF", "01000401"])
def test_length_words_that_do_not_fit_are_a_protocol_error(
    reader: IdReader, run: Run, module: Module, lengths: str
) -> None:
    body = bytes.fromhex("0508000090" + lengths) + bytes(1280)
    module.usual[READ] = [(1.0, PREAMBLE + body + bytes([xor_of(body)]))]
    with pytest.raises(ProtocolError):
        run(poll(reader))


def test_half_a_frame_then_silence_is_a_timeout_and_the_next_command_works(
    reader: IdReader, run: Run, module: Module
) -> None:
    module.next[READ] = [[(0.1, CITIZEN[:700])]]
    run(reader.find())
    run(reader.select())
    with pytest.raises(Timeout) as error:
        run(reader.read_text_and_photo())
    assert error.value.facts == {"command": "read text and photo", "discarded": 0, "wrong_checks": 0}
    assert run(reader.find()) is True


def test_a_flipped_bit_in_an_answer_costs_one_try_and_is_counted(reader: IdReader, run: Run, module: Module) -> None:
    broken = bytearray(CITIZEN)
    broken[600] ^= 0x04
    module.next[READ] = [[(1.0, bytes(broken))]]
    assert isinstance(run(poll(reader)), DocumentRead)
    module.next[READ] = [[(1.0, bytes(broken))]]
    with pytest.raises(Timeout) as error:
        run(reader.read_text_and_photo())
    assert error.value.facts["wrong_checks"] == 1


def other_citizen() -> bytes:
    text = bytearray(bytes.fromhex(vectors.CITIZEN_TEXT))
    text[0:6] = "前一人".encode("utf-16-le")
    return text_frame(bytes(text))


def test_a_late_answer_to_the_previous_read_is_never_taken_for_the_new_one(
    reader: IdReader, run: Run, module: Module
) -> None:
    run(reader.find())
    run(reader.select())
    # the previous person's card comes 0.3 s after the driver gave up; the module answers in order, its state after it
    module.next[READ] = [[(3.3, other_citizen())]]
    module.next[STATE] = [[(0.4, DONE)]]

    def impatient() -> Generator[Any, Any, RawDocument]:
        try:
            yield from reader.read_text_and_photo()
        except Timeout:
            return (yield from reader.read_text_and_photo())
        raise AssertionError("the read was not late")

    assert run(impatient()).text == bytes.fromhex(vectors.CITIZEN_TEXT)


def test_a_late_find_answer_is_not_taken_by_the_select_after_it(reader: IdReader, run: Run, module: Module) -> None:
    run(reader.module_state())
    module.next[FIND] = [[(1.2, bad(0x80))]]
    module.next[STATE] = [[(0.3, DONE)]]

    def both() -> Generator[Any, Any, bool]:
        try:
            yield from reader.find()
        except Timeout:
            return (yield from reader.select())
        raise AssertionError("the find was not late")

    assert run(both()) is True


def test_a_reader_just_opened_first_lets_an_old_answer_go_by(
    reader: IdReader, run: Run, module: Module, link: SerialMemoryLink, scheduler: VirtualScheduler
) -> None:
    scheduler.call_at(0.005, lambda: link.arrive(bad(0x41)))  # what a process before us had asked for
    assert run(reader.find()) is True


def test_a_silent_reader_ends_the_polling(reader: IdReader, run: Run, module: Module) -> None:
    module.usual[STATE] = []
    with pytest.raises(Timeout) as error:
        run(poll(reader, 60.0))
    assert error.value.facts["command"] == "module state"


def test_a_line_that_never_falls_silent_is_an_error_and_not_an_endless_wait(reader: IdReader) -> None:
    def babble(operation: Generator[Any, Any, bool]) -> None:
        assert next(operation) == ReadUntil(0.0)
        for _ in range(1000):
            operation.send(b"\xaa" * 100)

    with pytest.raises(ProtocolError):
        babble(reader.find())


def test_two_thousand_damaged_conversations_end_in_a_result_or_one_of_our_errors(
    reader: IdReader, scheduler: VirtualScheduler, link: SerialMemoryLink, module: Module
) -> None:
    chance = random.Random(42)
    good = {command: reply[0][1] for command, reply in module.usual.items()}
    lane = VirtualLane("id_reader", scheduler, link)
    outcomes: list[Outcome[PollResult]] = []
    for _ in range(2000):
        for command in (STATE, FIND, SELECT, READ):
            raw = bytearray(good[command])
            if chance.random() < 0.3:
                raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
            if chance.random() < 0.1:
                raw = raw[: chance.randrange(len(raw))]
            if chance.random() < 0.1:
                raw += good[chance.choice((FIND, SELECT))]
            module.next[command] = [[(chance.uniform(0.0, 1.5), bytes(raw))]]
        lane.submit(poll(reader, 3.0), outcomes.append, deadline=30.0)
        scheduler.run_until_idle()
    assert len(outcomes) == 2000
    names = [
        outcome.value.document.name
        for outcome in outcomes
        if isinstance(outcome, Done) and isinstance(outcome.value, DocumentRead)
    ]
    assert len(names) > 500
    assert set(names) == {"测试人"}


def test_an_unplugged_reader_is_a_lost_link(
    reader: IdReader, run: Run, link: SerialMemoryLink, scheduler: VirtualScheduler, module: Module
) -> None:
    scheduler.call_at(0.7, link.unplug)
    with pytest.raises(LinkLost):
        run(poll(reader))
    link.plug(module)
    assert isinstance(run(poll(reader)), DocumentRead)


def test_cancelling_ends_the_polling_at_once(
    reader: IdReader, scheduler: VirtualScheduler, link: SerialMemoryLink, module: Module
) -> None:
    module.usual[FIND] = [(0.02, bad(0x80))]
    lane = VirtualLane("id_reader", scheduler, link)
    outcomes: list[Outcome[PollResult]] = []
    ticket = lane.submit(poll(reader), outcomes.append, deadline=60.0)
    scheduler.call_at(1.0, ticket.cancel)
    scheduler.run_until(1.0)
    (outcome,) = outcomes
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Cancelled)


def test_the_lanes_own_deadline_ends_the_polling_at_once(reader: IdReader, run: Run, module: Module) -> None:
    module.usual[FIND] = [(0.02, bad(0x80))]
    with pytest.raises(Timeout) as error:
        run(poll(reader, 60.0), deadline=2.0)
    assert error.value.facts == {}
    assert module.seen[-1][0] <= 2.0


def test_a_card_that_still_lies_there_is_not_read_again_until_it_is_lifted(
    reader: IdReader, run: Run, module: Module
) -> None:
    assert isinstance(run(poll(reader)), DocumentRead)
    assert run(poll(reader, 3.0, must_be_laid_anew=True)) == NoDocument()
    module.next[FIND] = [[(0.1, FOUND)], [(0.1, bad(0x80))]]
    module.seen.clear()
    assert isinstance(run(poll(reader, 3.0, must_be_laid_anew=True)), DocumentRead)
    assert module.commands() == [FIND, FIND, FIND, SELECT, READ]


def test_every_word_of_sw3_has_a_remedy() -> None:
    assert set(REMEDIES) == set(Sw3)


# --- fingerprints and the newest address ---


def fingerprint_frame(size: int) -> bytes:
    lengths = b"\x01\x00\x04\x00" + size.to_bytes(2, "big")
    data = b"\x00\x00\x90" + lengths + bytes.fromhex(vectors.CITIZEN_TEXT) + bytes(1024) + bytes(size)
    body = (len(data) + 1).to_bytes(2, "big") + data
    return PREAMBLE + body + bytes([xor_of(body)])


@pytest.mark.parametrize(("size", "total"), [(1024, 2321), (512, 1809), (0, 1297)])
def test_fingerprints_of_every_size_are_read_and_not_shown(
    reader: IdReader, run: Run, module: Module, size: int, total: int
) -> None:
    frame = fingerprint_frame(size)
    assert len(frame) == total
    module.usual[READ_WITH_FINGERPRINT] = [(1.5, frame)]
    raw = run(reader.read_with_fingerprint())
    assert raw.fingerprint == bytes(size)
    assert repr(raw) == "RawDocument()"
    result = run(poll(reader, fingerprint=True))
    assert isinstance(result, DocumentRead)
    assert result.fingerprint == bytes(size)


def test_the_worked_frame_with_a_fingerprint_is_the_sheets() -> None:
    frame = fingerprint_frame(1024)
    assert frame == bytes.fromhex(vectors.FINGERPRINT_FRAME)
    assert (len(frame), frame[-1]) == (2321, 0xAC)
    assert FINGERPRINT_SIZES == (0, 512, 1024)


@pytest.mark.parametrize("size", [1, 511, 513, 1023])
def test_a_fingerprint_of_another_size_is_a_protocol_error(
    reader: IdReader, run: Run, module: Module, size: int
) -> None:
    module.usual[READ_WITH_FINGERPRINT] = [(1.5, fingerprint_frame(size))]
    with pytest.raises(ProtocolError):
        run(reader.read_with_fingerprint())


def test_without_asking_there_is_no_fingerprint_and_no_newest_address(reader: IdReader, run: Run) -> None:
    result = run(poll(reader))
    assert (result.fingerprint, result.newest_address) == (None, NoNewAddress.NOT_ASKED)


def test_the_newest_address_comes_with_the_document(reader: IdReader, run: Run, module: Module) -> None:
    module.usual[READ_ADDRESS] = [(0.2, bytes.fromhex(vectors.NEW_ADDRESS_FRAME))]
    result = run(poll(reader, newest_address=True))
    assert result.newest_address == vectors.NEW_ADDRESS
    assert isinstance(result.document, IdDocument)
    assert vectors.NEW_ADDRESS not in repr(result)
    assert module.commands() == [FIND, SELECT, READ, READ_ADDRESS]


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ([(0.2, bad(0x91))], NoNewAddress.NOT_ON_CARD),
        ([(0.2, bad(0x21))], NoNewAddress.UNKNOWN),
        ([(0.2, bad(0x41))], NoNewAddress.UNKNOWN),
        ([], NoNewAddress.UNKNOWN),
    ],
)
def test_a_newest_address_that_does_not_come_does_not_spoil_the_document(
    reader: IdReader, run: Run, module: Module, reply: Reply, answer: NoNewAddress
) -> None:
    module.usual[READ_ADDRESS] = reply
    result = run(poll(reader, newest_address=True))
    assert result.document.name == "测试人"
    assert result.newest_address is answer


def test_an_address_that_is_no_text_is_a_protocol_error(reader: IdReader, run: Run, module: Module) -> None:
    body = b"\x00\x4a\x00\x00\x90" + b"\x00\xd8" * 35
    module.usual[READ_ADDRESS] = [(0.2, PREAMBLE + body + bytes([xor_of(body)]))]
    with pytest.raises(ProtocolError):
        run(reader.read_new_address())


def test_a_card_that_turns_out_false_at_the_address_is_not_served(reader: IdReader, run: Run, module: Module) -> None:
    module.usual[READ_ADDRESS] = [(0.2, bad(0x32))]
    with pytest.raises(NotGenuine):
        run(poll(reader, newest_address=True))


# --- the speed of the line ---


@dataclass
class SpeedyModule(Module):
    """Understands nothing at another speed than its own, and changes it when told."""

    link: SerialMemoryLink | None = None
    rate: int = 115200
    deaf_to_change: bool = False
    silent_about_change: bool = False

    def feed(self, data: bytes, now: float) -> Reply:
        assert self.link is not None
        if (self.link.baud or 115200) != self.rate:
            return [(0.01, b"\xf0\x0f\xff")]
        if data[7] != 0x60:
            return super().feed(data, now)
        self.seen.append((now, data[7:9]))
        if not self.deaf_to_change:
            self.rate = BAUD_RATES[data[8]]
        return [] if self.silent_about_change else [(0.01, DONE)]


@pytest.fixture
def speedy(scheduler: VirtualScheduler, module: Module, link: SerialMemoryLink) -> SpeedyModule:
    speedy = SpeedyModule(scheduler, module.usual, link=link)
    link.plug(speedy)
    return speedy


@pytest.mark.parametrize("rate", BAUD_RATES)
def test_module_and_line_go_to_another_speed_together(
    reader: IdReader, run: Run, speedy: SpeedyModule, link: SerialMemoryLink, rate: int
) -> None:
    run(reader.change_baud(rate))
    assert speedy.rate == link.baud == rate
    assert isinstance(run(poll(reader)), DocumentRead)


def test_a_module_that_went_without_saying_so_is_followed(
    reader: IdReader, run: Run, speedy: SpeedyModule, link: SerialMemoryLink
) -> None:
    speedy.silent_about_change = True
    run(reader.change_baud(9600))
    assert speedy.rate == link.baud == 9600
    assert isinstance(run(poll(reader)), DocumentRead)


def test_a_module_that_says_nothing_and_stays_is_stayed_with(
    reader: IdReader, run: Run, speedy: SpeedyModule, link: SerialMemoryLink
) -> None:
    speedy.silent_about_change = speedy.deaf_to_change = True
    with pytest.raises(Timeout) as error:
        run(reader.change_baud(9600))
    assert error.value.facts["command"] == "set baud"
    assert link.baud == 115200
    assert isinstance(run(poll(reader)), DocumentRead)


def test_a_module_that_says_yes_and_stays_is_an_error_and_the_line_goes_back(
    reader: IdReader, run: Run, speedy: SpeedyModule, link: SerialMemoryLink
) -> None:
    speedy.deaf_to_change = True
    with pytest.raises(ProtocolError):
        run(reader.change_baud(38400))
    assert link.baud == 115200
    assert isinstance(run(poll(reader)), DocumentRead)


def test_a_module_that_refuses_a_speed_keeps_its_own(
    reader: IdReader, run: Run, module: Module, link: SerialMemoryLink
) -> None:
    module.usual[b"\x60\x01"] = [(0.01, bad(0x21))]
    with pytest.raises(Refused) as refused:
        run(reader.change_baud(57600))
    assert refused.value.facts == {"command": "set baud", "sw": "0021", "remedy": "do-without"}
    assert link.baud is None
    assert run(reader.find()) is True


def test_a_late_yes_to_one_speed_is_not_a_yes_to_the_next(
    reader: IdReader, run: Run, module: Module, link: SerialMemoryLink
) -> None:
    run(reader.module_state())
    module.usual[b"\x60\x04"] = [(1.2, DONE)]  # too late, and taken for the module's state
    module.next[STATE] = [[(0.3, DONE)]]  # which comes behind it
    module.usual[b"\x60\x03"] = [(0.3, bad(0x21))]

    def both() -> Generator[Any, Any, None]:
        yield from reader.change_baud(9600)
        yield from reader.change_baud(19200, current=9600)

    with pytest.raises(Refused):
        run(both())
    assert link.baud == 9600


def test_a_cancel_in_the_middle_of_a_change_is_mended_by_the_next_question(
    reader: IdReader, run: Run, speedy: SpeedyModule, link: SerialMemoryLink, scheduler: VirtualScheduler
) -> None:
    run(reader.module_state())
    speedy.silent_about_change = True
    lane = VirtualLane("id_reader", scheduler, link)
    outcomes: list[Outcome[None]] = []
    ticket = lane.submit(reader.change_baud(19200), outcomes.append, deadline=60.0)
    scheduler.call_later(0.5, ticket.cancel)
    scheduler.run_until_idle()
    assert isinstance(outcomes[0], Failed)
    assert link.baud is None
    assert isinstance(run(poll(reader)), DocumentRead)
    assert link.baud == 19200


def test_a_module_is_found_at_any_speed(
    reader: IdReader, run: Run, speedy: SpeedyModule, link: SerialMemoryLink
) -> None:
    for rate in BAUD_RATES:
        speedy.rate = rate
        assert run(reader.find_baud()) == link.baud == rate


def test_a_module_that_is_at_no_speed_is_a_timeout_and_is_found_when_it_is_back(
    reader: IdReader, run: Run, speedy: SpeedyModule
) -> None:
    speedy.rate = 1200
    with pytest.raises(Timeout) as error:
        run(reader.find_baud())
    assert error.value.facts == {"command": "module state", "rates": 5}
    speedy.rate = 115200
    assert isinstance(run(poll(reader)), DocumentRead)


@pytest.mark.parametrize("rate", [0, 4800, 230400])
def test_a_speed_that_no_module_has_is_a_mistake(reader: IdReader, run: Run, rate: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        run(reader.change_baud(rate))
