"""Ports asked in virtual time: every device is known by its answer, and none is harmed by a question for another."""

from __future__ import annotations

import random

import pytest

from drivers.discovery.auto import SEARCH_AGAIN_SECONDS, AutoLink, PortFinder
from drivers.discovery.port import Busy, Found, Gone, NotPermitted, Silent, who_is_there, why_not
from drivers.discovery.probes import PROBES, Kind
from drivers.errors import DeviceBusy, LinkLost, NoDevice, Timeout
from drivers.lanes import Done, Failed, VirtualLane
from drivers.links.memory import SerialMemoryLink
from drivers.operation import ReadUntil, SetBaud, Write
from drivers.scheduler import VirtualScheduler
from hardware_sim.barcode_reader.reader import BarcodeReader
from hardware_sim.id_reader.reader import SELF_TEST_FAILED, IdReader
from hardware_sim.pin_pad.pad import PinPad
from hardware_sim.receipt_printer.printer import ReceiptPrinter

DEVICES = {
    "receipt printer": (ReceiptPrinter, Kind.RECEIPT_PRINTER, "ESC/POS"),
    "ID reader": (IdReader, Kind.ID_READER, "SAM_V"),
    "PIN pad": (PinPad, Kind.PIN_PAD, "KMY350"),
    "Newland scanner": (lambda: BarcodeReader("newland"), Kind.BARCODE_READER, "newland"),
    "Honeywell scanner": (lambda: BarcodeReader("honeywell"), Kind.BARCODE_READER, "honeywell"),
    "GM65 scanner": (lambda: BarcodeReader("gm65"), Kind.BARCODE_READER, "gm65"),
}


class AtItsSpeed(SerialMemoryLink):
    """A line whose device understands one speed; at any other it hears broken characters and says as much."""

    def __init__(self, scheduler, device, rate, chance):
        super().__init__(scheduler, device)
        self.rate, self.chance, self.said = rate, chance, []

    def _write(self, data):
        self.said.append((self.baud, data))
        if self.baud == self.rate:
            return super()._write(data)
        self._scheduler.call_later(0.01, lambda: self.arrive(self.chance.randbytes(2)))
        return None


def ask(link, scheduler, **how):
    outcomes = []
    VirtualLane("port", scheduler, link).submit(
        who_is_there("/dev/p", scheduler.now, **how), outcomes.append, deadline=60.0
    )
    scheduler.run_until_idle()
    (outcome,) = outcomes
    return outcome


@pytest.fixture
def scheduler():
    return VirtualScheduler()


@pytest.mark.parametrize("name", DEVICES)
def test_every_device_is_known_by_its_answer(scheduler, name):
    make, kind, family = DEVICES[name]
    outcome = ask(SerialMemoryLink(scheduler, make()), scheduler)
    assert isinstance(outcome, Done)
    found = outcome.value
    assert (found.port, found.kind, found.make) == ("/dev/p", kind, family)


def test_what_a_device_tells_of_itself_is_told(scheduler):
    found = ask(SerialMemoryLink(scheduler, IdReader()), scheduler).value
    assert found.facts == {"state": "ready", "module": "05.03-20240101-0000012345-0678901234"}
    printer = ReceiptPrinter()
    printer.run_out(0.0)
    assert ask(SerialMemoryLink(scheduler, printer), scheduler).value.facts["paper"] == "out"
    pad = ask(SerialMemoryLink(scheduler, PinPad()), scheduler).value
    assert pad.facts["keys"] == "invalid"
    assert pad.facts["version"]


def test_a_module_that_is_ill_is_found_all_the_same(scheduler):
    module = IdReader()
    module.set_module_state(SELF_TEST_FAILED)
    assert ask(SerialMemoryLink(scheduler, module), scheduler).value.facts["state"] == "60"


@pytest.mark.parametrize("rate", [115_200, 57_600, 38_400, 19_200, 9_600])
@pytest.mark.parametrize("name", ["receipt printer", "ID reader"])
def test_a_device_set_to_another_speed_is_found_at_that_speed(scheduler, name, rate):
    make, kind, _ = DEVICES[name]
    link = AtItsSpeed(scheduler, make(), rate, random.Random(rate))
    found = ask(link, scheduler).value
    assert (found.kind, found.baud) == (kind, rate)
    assert link.baud == rate


def test_a_printer_hears_nothing_but_real_time_status_at_its_own_speed(scheduler):
    for rate in PROBES[0].rates:
        link = AtItsSpeed(scheduler, ReceiptPrinter(), rate, random.Random(rate))
        ask(link, scheduler)
        assert {data[:2] for baud, data in link.said if baud == rate} == {b"\x10\x04"}
        assert all(data[:2] == b"\x10\x04" for _, data in link.said), "it was known before anything else was said"


def test_no_question_prints_moves_or_types_anything(scheduler):
    printer = ReceiptPrinter()
    link = SerialMemoryLink(scheduler, printer)
    ask(link, scheduler)
    printer.feed(b"\x1d\x56\x00", scheduler.now())
    assert "".join(ticket.text() for ticket in printer.collect()).strip() == ""
    pad = PinPad()
    ask(SerialMemoryLink(scheduler, pad), scheduler)
    assert not pad.keypad.open
    assert pad.entry is None
    module = IdReader()
    ask(SerialMemoryLink(scheduler, module), scheduler)
    assert not module.has_card
    scanner = BarcodeReader("newland")
    ask(SerialMemoryLink(scheduler, scanner), scheduler)
    assert not scanner.lit(scheduler.now())


class Nobody:
    def feed(self, data, now):
        return []


class Echo:
    def feed(self, data, now):
        return [(0.01, data)]


class Noise:
    """Answers every write with random bytes, as a device at another speed does."""

    def __init__(self, seed):
        self.chance = random.Random(seed)

    def feed(self, data, now):
        return [(0.01, self.chance.randbytes(self.chance.randint(1, 30)))]


@pytest.mark.parametrize("device", [Nobody(), Echo()], ids=["nobody", "an echo"])
def test_a_line_on_which_nobody_understands_is_silent(scheduler, device):
    assert ask(SerialMemoryLink(scheduler, device), scheduler).value == Silent("/dev/p")
    assert scheduler.now() < 30.0


def test_noise_is_no_frame_of_anybody(scheduler):
    found = [ask(SerialMemoryLink(scheduler, Noise(seed)), scheduler).value for seed in range(40)]
    # single status bytes of a printer are easy to come by, whole frames with check sums are not
    assert {each.kind for each in found if isinstance(each, Found)} <= {Kind.RECEIPT_PRINTER, Kind.BARCODE_READER}


def test_only_what_is_wanted_and_what_must_come_before_it_is_asked(scheduler):
    link = AtItsSpeed(scheduler, Nobody(), 9_600, random.Random(1))
    ask(link, scheduler, wanted=frozenset({Kind.ID_READER}))
    firsts = {data[:2] for _, data in link.said}
    assert firsts == {b"\x10\x04", b"\xaa\xaa"}


def test_a_line_that_breaks_in_the_middle_is_told_as_such(scheduler):
    link = SerialMemoryLink(scheduler, Nobody())
    scheduler.call_later(1.0, link.unplug)
    outcome = ask(link, scheduler)
    assert isinstance(outcome, Failed)
    assert why_not("/dev/p", outcome.error) == Gone("/dev/p", "link_lost")


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (DeviceBusy("x"), Busy("p")),
        (NoDevice("x", reason="not permitted"), NotPermitted("p")),
        (NoDevice("x", reason="no such tty"), Gone("p", "no such tty")),
        (Timeout("x", doing="write"), Silent("p")),
        (LinkLost("x", reason="EIO"), Gone("p", "EIO")),
    ],
)
def test_every_reason_not_to_be_asked_has_its_word(error, answer):
    assert why_not("p", error) == answer


# a link that finds its own port


class Line:
    """Where a device was found; `gone` makes the next request fail."""

    def __init__(self, port):
        self.port, self.gone, self.closed = port, False, False

    def perform(self, request, deadline):
        if self.gone:
            raise LinkLost("id_reader")
        return self.port

    def interrupt(self): ...

    def close(self):
        self.closed = True


class Machine:
    def __init__(self, **places):
        self.places, self.asked, self.now, self.lines = places, [], 0.0, []
        self.finder = PortFinder(lambda: self.places, self.find, lambda: self.now)

    def find(self, ports):
        self.asked.append(sorted(ports))
        kinds = {port: self.places[port] for port in ports}
        return [Found(port, kind, "make", 9_600) if kind else Silent(port) for port, kind in kinds.items()]

    def link(self, kind):
        return AutoLink("id_reader", kind, self.finder, self.connect)

    def connect(self, device, found):
        self.lines.append(Line(found.port))
        return self.lines[-1]


def test_devices_are_found_by_one_search_and_each_has_its_own_port():
    machine = Machine(a=Kind.PIN_PAD, b=Kind.ID_READER, c=None)
    assert machine.link(Kind.ID_READER).perform(Write(b"1"), 1.0) == "b"
    assert machine.link(Kind.PIN_PAD).perform(ReadUntil(1.0), 1.0) == "a"
    assert machine.asked == [["a", "b", "c"]]


def test_a_device_plugged_into_another_port_is_found_there():
    machine = Machine(a=Kind.ID_READER, b=None)
    link = machine.link(Kind.ID_READER)
    link.perform(Write(b"1"), 1.0)
    machine.lines[-1].gone = True
    with pytest.raises(LinkLost):
        link.perform(Write(b"1"), 1.0)
    assert machine.lines[-1].closed
    machine.places = {"b": Kind.ID_READER}
    assert link.perform(SetBaud(9_600), 1.0) == "b"


def test_what_is_missing_is_looked_for_when_ports_change_or_after_a_while_and_not_each_time():
    machine = Machine(a=None)
    link = machine.link(Kind.ID_READER)
    for _ in range(5):
        with pytest.raises(NoDevice):
            link.perform(Write(b"1"), 1.0)
    assert len(machine.asked) == 1
    machine.now += SEARCH_AGAIN_SECONDS
    with pytest.raises(NoDevice):
        link.perform(Write(b"1"), 1.0)
    assert len(machine.asked) == 2
    machine.places = {"a": None, "b": Kind.ID_READER}
    assert link.perform(Write(b"1"), 1.0) == "b"


def test_let_go_of_and_taken_again_it_is_where_it_was():
    machine = Machine(a=Kind.ID_READER)
    link = machine.link(Kind.ID_READER)
    link.perform(Write(b"1"), 1.0)
    link.close()
    assert machine.lines[-1].closed
    assert link.perform(Write(b"1"), 1.0) == "a"
    assert len(machine.asked) == 1
