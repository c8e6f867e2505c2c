"""The reader's operations in virtual time, against scripted scanners of each make."""

import itertools
import random
import zlib
from dataclasses import dataclass, field

import pytest

from drivers.barcode_reader import gm65, vectors
from drivers.barcode_reader.gs1 import BrokenElementString, Element, ElementString
from drivers.barcode_reader.makes import GM65, HONEYWELL, NEWLAND, PLAIN
from drivers.barcode_reader.reader import BarcodeReader, NoScan, Scan, Unreadable
from drivers.barcode_reader.settings import (
    find_make,
    gm65_read,
    gm65_write,
    honeywell_menu,
    identify,
    newland_query,
    newland_settings,
)
from drivers.errors import Cancelled, DeviceError, LinkLost, ProtocolError, Refused, Timeout
from drivers.lanes import Done, Failed, VirtualLane
from drivers.links.memory import SerialMemoryLink
from drivers.scheduler import VirtualScheduler
from drivers.status import BarcodeReaderStatus, DeviceState, ScannerState

DONE = bytes.fromhex(vectors.GM65_DONE)
CODE = b"https://example.cn/v#abc\r\n"
PLAIN_TEXT = "https://example.cn/v#abc"


@dataclass
class Scanner:
    """Answers a command by ``answers``, shows ``codes`` after each trigger; hears nothing at another speed."""

    link: SerialMemoryLink | None = None
    answers: dict[bytes, bytes] = field(default_factory=dict)
    trigger: bytes | None = None
    codes: list[list[tuple[float, bytes]]] = field(default_factory=list)
    rate: int | None = None
    seen: list[tuple[float, bytes]] = field(default_factory=list)

    def feed(self, data, now):
        if self.rate is not None and self.link is not None and self.link.baud != self.rate:
            return [(0.01, b"\xf0\x80")]
        self.seen.append((now, data))
        reply = [(0.01, self.answers[data])] if data in self.answers else []
        if data == self.trigger and self.codes:
            reply += self.codes.pop(0)
        return reply

    def commands(self):
        return [data for _, data in self.seen]


@pytest.fixture
def scheduler():
    return VirtualScheduler()


@pytest.fixture
def scanner():
    return Scanner()


@pytest.fixture
def link(scheduler, scanner):
    link = SerialMemoryLink(scheduler, scanner)
    scanner.link = link
    return link


@pytest.fixture
def lane(scheduler, link):
    return VirtualLane("barcode_reader", scheduler, link)


@pytest.fixture
def run(scheduler, lane):
    def run(operation, deadline=120.0):
        outcomes = []
        lane.submit(operation, outcomes.append, deadline=deadline)
        scheduler.run_until_idle()
        (outcome,) = outcomes
        if isinstance(outcome, Failed):
            raise outcome.error
        assert isinstance(outcome, Done)
        return outcome.value

    return run


@pytest.fixture
def reader(scheduler):
    return BarcodeReader(scheduler.now, PLAIN)


@pytest.fixture
def show(scheduler, link):
    """A person shows a code some seconds from now."""

    def show(data, seconds=1.0):
        scheduler.call_later(seconds, lambda: link.arrive(data))

    return show


def text_of(result):
    assert isinstance(result, Scan), result
    return result.text


# --- a plain reader ---


@pytest.mark.parametrize("end", [b"\r", b"\r\n", b""])
def test_a_code_is_read_whatever_ends_it(reader, run, show, end):
    show(CODE.strip() + end)
    assert run(reader.scan(10.0)) == Scan(PLAIN_TEXT, None)


def test_a_code_in_pieces_is_one_code(reader, run, show):
    for n, byte in enumerate(CODE):
        show(bytes([byte]), 1.0 + 0.05 * n)
    assert text_of(run(reader.scan(10.0))) == PLAIN_TEXT


def test_what_is_shown_is_not_shown_on(reader, run, show):
    show(CODE)
    assert repr(run(reader.scan(10.0))) == "Scan(gs1=None)"


def test_a_gs1_code_is_typed_and_a_broken_one_says_what_it_breaks(reader, run, show):
    show(b"]C10106901234567892\r")
    assert run(reader.scan(10.0)).gs1 == ElementString((Element("01", "06901234567892"),))
    show(b"]C10106901234567893\r")
    assert run(reader.scan(10.0)).gs1 == BrokenElementString("01", "check digit")


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_chinese_text_is_read_in_either_encoding(reader, run, show, encoding):
    show("社会保障卡\r".encode(encoding))
    assert text_of(run(reader.scan(10.0))) == "社会保障卡"


def test_nobody_shows_a_code(reader, run, scheduler):
    assert run(reader.scan(10.0)) == NoScan()
    assert 10.0 <= scheduler.now() <= 10.2


def test_what_came_before_the_scan_was_asked_is_dropped_with_its_rest(reader, run, link, show):
    link.arrive(b"old code\rold beg")
    show(b"inning\r", 0.05)
    show(CODE, 1.0)
    assert text_of(run(reader.scan(10.0))) == PLAIN_TEXT


def test_a_code_that_began_in_time_is_read_to_its_end(reader, run, show):
    for n in range(4):
        show(CODE[7 * n : 7 * n + 7], 10.05 + 0.05 * n)
    assert text_of(run(reader.scan(10.0))) == PLAIN_TEXT


def test_babble_that_began_in_time_does_not_hold_the_scan_for_ever(reader, run, show, scheduler):
    for n in range(1000):
        show(b"A", 9.0 + 0.05 * n)
    assert run(reader.scan(10.0), deadline=300.0) == NoScan()


@pytest.mark.parametrize(("line", "rule"), [(b"A" * 4097 + b"\r", "too-long"), (b"\xff\xff\r", "encoding")])
def test_a_code_that_cannot_be_taken_is_named_and_not_guessed(reader, run, show, line, rule):
    show(line)
    assert run(reader.scan(10.0)) == Unreadable(rule)


@pytest.mark.parametrize(("pause", "counts"), [(0.5, False), (1.9, False), (2.5, True)])
def test_the_same_text_within_two_seconds_counts_once(reader, run, show, pause, counts):
    show(CODE)
    run(reader.scan(10.0))
    show(CODE, pause)
    assert run(reader.scan(5.0)) == (Scan(PLAIN_TEXT, None) if counts else NoScan())


def test_a_code_that_is_held_there_counts_once_and_another_one_at_once(reader, run, show):
    def twice():
        first = yield from reader.scan(10.0)
        return first, (yield from reader.scan(10.0))

    for n in range(12):
        show(CODE, 1.0 + 0.5 * n)
    show(b"other\r", 7.0)
    first, second = run(twice())
    assert (text_of(first), text_of(second)) == (PLAIN_TEXT, "other")


def test_a_plain_reader_cannot_be_asked_how_it_is(reader, run):
    assert run(reader.status()) == BarcodeReaderStatus(DeviceState.UNKNOWN, ScannerState.NOT_SUPPORTED)
    assert run(reader.lamp(True)) is False


def test_a_line_that_never_falls_silent_is_an_error_and_not_an_endless_wait(reader):
    def babble(operation):
        next(operation)
        for _ in range(1000):
            operation.send(b"A" * 100)

    with pytest.raises(ProtocolError):
        babble(reader.scan(10.0))


def test_an_unplugged_reader_is_a_lost_link_and_works_when_it_is_back(reader, run, link, scanner, scheduler, show):
    scheduler.call_at(0.5, link.unplug)
    with pytest.raises(LinkLost):
        run(reader.scan(10.0))
    link.plug(scanner)
    show(CODE)
    assert text_of(run(reader.scan(10.0))) == PLAIN_TEXT


# --- lamp and trigger ---


MAKES_WITH_TRIGGER = [NEWLAND, HONEYWELL, GM65]


@pytest.mark.parametrize("make", MAKES_WITH_TRIGGER, ids=lambda make: make.name.value)
def test_the_lamp_is_on_for_the_scan_and_off_after_it(scheduler, run, scanner, make):
    reader = BarcodeReader(scheduler.now, make)
    scanner.trigger = make.trigger
    scanner.codes = [[(1.0, CODE)]]
    assert text_of(run(reader.scan(10.0))) == PLAIN_TEXT
    assert scanner.commands() == [make.trigger, make.stop]


@pytest.mark.parametrize("make", MAKES_WITH_TRIGGER, ids=lambda make: make.name.value)
def test_a_cancelled_scan_switches_the_lamp_off(scheduler, lane, scanner, make):
    reader = BarcodeReader(scheduler.now, make)
    outcomes = []
    ticket = lane.submit(reader.scan(30.0), outcomes.append, deadline=60.0)
    scheduler.call_at(1.0, ticket.cancel)
    scheduler.run_until_idle()
    assert isinstance(outcomes[0], Failed)
    assert isinstance(outcomes[0].error, Cancelled)
    assert scanner.commands() == [make.trigger, make.stop]


def test_the_lanes_deadline_switches_the_lamp_off(scheduler, run, scanner):
    reader = BarcodeReader(scheduler.now, HONEYWELL)
    with pytest.raises(Timeout):
        run(reader.scan(30.0), deadline=2.0)
    assert scanner.commands() == [HONEYWELL.trigger, HONEYWELL.stop]


def test_an_engine_that_gives_up_by_itself_is_triggered_again(scheduler, run, scanner):
    reader = BarcodeReader(scheduler.now, NEWLAND)
    scanner.trigger = NEWLAND.trigger
    scanner.codes = [[], [], [(0.5, CODE)]]
    assert text_of(run(reader.scan(30.0))) == PLAIN_TEXT
    times = [now for now, data in scanner.seen if data == NEWLAND.trigger]
    assert len(times) == 3
    assert all(3.9 < b - a < 4.1 for a, b in itertools.pairwise(times))


def test_acknowledgements_are_no_part_of_the_text(scheduler, run, scanner):
    reader = BarcodeReader(scheduler.now, NEWLAND)
    scanner.trigger, scanner.answers = NEWLAND.trigger, {NEWLAND.trigger: b"\x06"}
    scanner.codes = [[(1.0, CODE)]]
    assert text_of(run(reader.scan(10.0))) == PLAIN_TEXT


def test_a_gm65_answer_is_no_part_of_the_text(scheduler, run, scanner):
    reader = BarcodeReader(scheduler.now, GM65)
    scanner.trigger, scanner.answers = GM65.trigger, {GM65.trigger: DONE, GM65.stop: DONE}
    scanner.codes = [[(1.0, CODE.strip())]]
    assert text_of(run(reader.scan(10.0))) == PLAIN_TEXT
    scanner.codes = [[(0.01, b"6901234567892")]]
    assert text_of(run(reader.scan(10.0))) == "6901234567892"


def test_a_text_that_came_with_a_damaged_answer_is_not_taken(scheduler, run, scanner):
    reader = BarcodeReader(scheduler.now, GM65)
    scanner.trigger, scanner.answers = GM65.trigger, {GM65.trigger: b"\x02\x00\x00\x01\xff\x33\x31"}
    scanner.codes = [[(0.01, CODE)]]
    assert run(reader.scan(10.0)) == Unreadable("damaged")


def test_the_status_knows_whether_the_lamp_is_on(scheduler, run, scanner):
    reader = BarcodeReader(scheduler.now, GM65)
    scanner.answers = {gm65.read_zone(gm65.Zone.LIGHT): answer(b"\xd6")}
    assert run(reader.status()) == BarcodeReaderStatus(DeviceState.ONLINE, ScannerState.UNKNOWN)
    run(reader.trigger())
    assert run(reader.status()).scanner is ScannerState.ON
    run(reader.stop())
    assert run(reader.status()).scanner is ScannerState.OFF
    scanner.answers = {}
    assert run(reader.status()) == BarcodeReaderStatus(DeviceState.OFFLINE, ScannerState.UNKNOWN)


def test_a_gm65_lamp_is_lit_all_the_time_or_with_the_trigger_and_its_other_bits_stay(scheduler, run, scanner):
    reader = BarcodeReader(scheduler.now, GM65)
    scanner.answers = {gm65.read_zone(0): answer(b"\xd7")} | {
        gm65.write_zone(0, bytes([value])): DONE for value in (0xDF, 0xD7)
    }
    assert run(reader.lamp(True)) is True
    assert scanner.commands()[-1] == gm65.write_zone(0, b"\xdf")
    assert run(reader.lamp(False)) is True
    assert scanner.commands()[-1] == gm65.write_zone(0, b"\xd7")


# --- settings ---


def answer(data, kind=0):
    body = bytes((kind, len(data))) + data
    return b"\x02\x00" + body + gm65.crc(body).to_bytes(2, "big")


NEWLAND_ANSWERS = {b"$$$$": b"@@@@", b"%%%%": b"^^^^", b"#99900030;": b"!99900030;"}


def test_newland_settings_are_made_between_enter_and_leave(reader, run, scanner):
    scanner.answers = dict(NEWLAND_ANSWERS)
    run(newland_settings(reader.line, ["#99900030;"]))
    assert scanner.commands() == [b"$$$$", b"#99900030;", b"%%%%"]


def test_a_refused_newland_setting_is_named_and_the_reader_still_leaves(reader, run, scanner):
    scanner.answers = NEWLAND_ANSWERS | {b"#99900099;": b"?99900099;"}
    with pytest.raises(Refused) as refused:
        run(newland_settings(reader.line, ["#99900099;", "#99900030;"]))
    assert refused.value.facts == {"command": "#99900099;", "sw": "?"}
    assert scanner.commands() == [b"$$$$", b"#99900099;", b"%%%%"]


def test_a_newland_that_falls_silent_among_its_settings_is_told_to_leave(reader, run, scanner):
    scanner.answers = {b"$$$$": b"@@@@"}
    with pytest.raises(Timeout) as silence:
        run(newland_settings(reader.line, ["#99900030;"]))
    assert silence.value.facts["command"] == "#99900030;"
    assert scanner.commands()[-1] == b"%%%%"


def test_a_newland_query_is_answered_with_a_checked_text(reader, run, scanner):
    good = b"&{HR1030|" + f"{zlib.crc32(b'HR1030'):08X}".encode() + b"}"
    scanner.answers = NEWLAND_ANSWERS | {b"#99900035;": good}
    assert run(newland_query(reader.line, "#99900035;")) == "HR1030"
    scanner.answers[b"#99900035;"] = good.replace(b"HR", b"HX")
    with pytest.raises(ProtocolError):
        run(newland_query(reader.line, "#99900035;"))
    assert scanner.commands()[-1] == b"%%%%"


def test_a_honeywell_menu_answers_or_refuses(reader, run, scanner):
    scanner.answers = {b"\x16M\rREVINF.": b"REVINF: Xenon\x06.", b"\x16M\rNOSUCH.": b"NOSUCH\x05."}
    assert run(honeywell_menu(reader.line, "REVINF")) == "REVINF: Xenon"
    with pytest.raises(Refused):
        run(honeywell_menu(reader.line, "NOSUCH"))


def test_gm65_zones_are_read_and_written(reader, run, scanner):
    scanner.answers = {
        gm65.read_zone(0x0A): answer(b"\x3e"),
        gm65.write_zone(0x0A, b"\x3e"): DONE,
        gm65.write_zone(0x0A, b"\x00"): answer(b"\x00", 3),
        gm65.read_zone(0x0B, 2): answer(b"\x3e"),
    }
    assert run(gm65_read(reader.line, 0x0A)) == b"\x3e"
    run(gm65_write(reader.line, 0x0A, b"\x3e"))
    with pytest.raises(Refused) as refused:
        run(gm65_write(reader.line, 0x0A, b"\x00"))
    assert refused.value.facts == {"command": "write zone 000a", "sw": "0003"}
    with pytest.raises(ProtocolError):
        run(gm65_read(reader.line, 0x0B, 2))


# --- finding out which make it is ---

IDENTITIES = {
    NEWLAND: {b"$$$$": b"@@@@", b"%%%%": b"^^^^"},
    HONEYWELL: {b"\x16M\rREVINF.": b"REVINF: Xenon\x06."},
    GM65: {gm65.read_zone(gm65.Zone.LIGHT): answer(b"\xd6")},
}


@pytest.mark.parametrize("rate", [115200, 9600])
@pytest.mark.parametrize("make", IDENTITIES, ids=lambda make: make.name.value)
def test_the_make_and_the_speed_are_found_by_asking(reader, run, scanner, link, make, rate):
    scanner.answers, scanner.rate = IDENTITIES[make], rate
    assert run(find_make(reader.line)) == (make, rate)
    assert link.baud == rate


@pytest.mark.parametrize("asked", IDENTITIES, ids=lambda make: make.name.value)
@pytest.mark.parametrize("there", IDENTITIES, ids=lambda make: make.name.value)
def test_one_make_is_not_taken_for_another(reader, run, scanner, asked, there):
    scanner.answers = IDENTITIES[there]
    assert run(identify(reader.line, asked)) is (asked is there)


@pytest.mark.parametrize("refusal", [b"REVINF\x05.", b"\x15"])
def test_a_refusal_identifies_a_honeywell_too(reader, run, scanner, refusal):
    scanner.answers = {b"\x16M\rREVINF.": refusal}
    assert run(identify(reader.line, HONEYWELL)) is True


def test_an_engine_that_refuses_the_question_is_identified_by_that(reader, run, scanner):
    scanner.answers = {gm65.read_zone(gm65.Zone.LIGHT): answer(b"\x00", 3)}
    assert run(identify(reader.line, GM65)) is True


def test_nobody_answers_and_the_line_is_as_it_was(reader, run, scanner, link):
    assert run(find_make(reader.line)) is None
    assert link.baud == 115200
    assert run(identify(reader.line, PLAIN)) is False


def test_a_cancel_while_asking_is_a_cancel(reader, scheduler, lane, scanner):
    outcomes = []
    ticket = lane.submit(find_make(reader.line), outcomes.append, deadline=60.0)
    scheduler.call_at(0.3, ticket.cancel)
    scheduler.run_until_idle()
    assert isinstance(outcomes[0].error, Cancelled)


def test_a_thousand_damaged_scans_end_in_a_result_or_one_of_our_errors(scheduler, lane, link, scanner):
    chance = random.Random(1030)
    outcomes = []
    for _ in range(1000):
        make = chance.choice((PLAIN, NEWLAND, GM65))
        raw = bytearray(chance.choice((CODE, DONE + CODE, b"]C10106901234567892\r", "张三".encode("gbk"))))
        for _ in range(chance.randint(0, 2)):
            raw[chance.randrange(len(raw)) :][:1] = b""
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        scheduler.call_later(chance.uniform(0.05, 3.0), lambda raw=raw: link.arrive(bytes(raw)))
        lane.submit(BarcodeReader(scheduler.now, make).scan(2.0), outcomes.append, deadline=30.0)
        scheduler.run_until_idle()
    assert len(outcomes) == 1000
    assert all(isinstance(o.error, DeviceError) for o in outcomes if isinstance(o, Failed))
    kinds = {type(o.value) for o in outcomes if isinstance(o, Done)}
    assert kinds == {Scan, NoScan, Unreadable}


def test_an_answer_that_comes_too_late_does_not_stand_before_the_next_code(scheduler, run, scanner, link):
    reader = BarcodeReader(scheduler.now, NEWLAND)
    scanner.trigger, scanner.codes = NEWLAND.trigger, [[(0.3, CODE)]]
    scheduler.call_later(1.6, lambda: link.arrive(b"@@@@"))
    assert run(reader.status()).device is DeviceState.OFFLINE
    assert text_of(run(reader.scan(10.0))) == PLAIN_TEXT


def test_what_somebody_shows_meanwhile_does_not_pass_for_the_late_answer(scheduler, run, scanner, link):
    reader = BarcodeReader(scheduler.now, NEWLAND)
    scanner.trigger, scanner.codes = NEWLAND.trigger, [[(0.3, CODE)]]
    scheduler.call_later(1.2, lambda: link.arrive(b"too early\r"))
    scheduler.call_later(1.8, lambda: link.arrive(b"@@@@"))
    assert run(reader.status()).device is DeviceState.OFFLINE
    assert text_of(run(reader.scan(10.0))) == PLAIN_TEXT


def test_an_answered_question_is_not_waited_for_again(scheduler, run, scanner):
    reader = BarcodeReader(scheduler.now, HONEYWELL)
    scanner.answers = {bytes.fromhex("164D0D") + b"REVINF.": b"REVINF: 1\x06"}
    assert run(reader.status()).device is DeviceState.ONLINE
    begun = scheduler.now()
    run(reader.line.quiet())
    assert scheduler.now() - begun < 0.2
