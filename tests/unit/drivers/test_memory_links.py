"""Wires in memory behave like wires: bytes arrive when they are sent, handles die when a card goes."""

import pytest

from drivers.errors import CardGone, CardMute, LinkLost, NoDevice, Timeout
from drivers.lanes import Done, VirtualLane
from drivers.links.memory import CardMemoryLink, IppMemoryLink, SerialMemoryLink
from drivers.operation import Exchange, Post, PowerOff, PowerOn, ReadUntil, SecretExchange, SetBaud, Sleep, Slot, Write
from drivers.scheduler import VirtualScheduler


class Card:
    def __init__(self, atr=b"\x3b\x00"):
        self.atr, self.seen, self.on = atr, [], False

    def power_on(self):
        self.on = True
        return self.atr

    def power_off(self):
        self.on = False

    def transmit(self, apdu):
        self.seen.append(apdu)
        return b"\x90\x00"

    def seconds(self, apdu):
        return 2.0


class Echo:
    """Answers each write after one second, and again after three."""

    def feed(self, data, now):
        return [(1.0, data), (3.0, b"!" + data)]


class Printer:
    def handle(self, body, now):
        return body + str(now).encode(), 4.0


@pytest.fixture
def scheduler():
    return VirtualScheduler()


def run(scheduler, link, operation, deadline=60.0, meanwhile=()):
    outcomes = []
    VirtualLane("device", scheduler, link).submit(operation, outcomes.append, deadline=deadline)
    for time, function in meanwhile:
        scheduler.call_later(time, function)
    scheduler.run_until_idle()
    (outcome,) = outcomes
    return outcome


def one(request):
    return (yield request)


def test_a_card_answers_after_its_own_time(scheduler):
    def operation():
        atr = yield PowerOn(Slot.SAM)
        return atr, (yield Exchange(Slot.SAM, b"\x00\x84\x00\x00"))

    assert run(scheduler, CardMemoryLink(scheduler, sam=Card()), operation()) == Done((b"\x3b\x00", b"\x90\x00"))
    assert scheduler.now() == 2.0


def test_no_card_and_a_mute_card_are_two_things(scheduler):
    assert type(run(scheduler, CardMemoryLink(scheduler), one(PowerOn(Slot.USER))).error) is CardGone
    mute = CardMemoryLink(scheduler, user=Card(atr=None))
    assert type(run(scheduler, mute, one(PowerOn(Slot.USER))).error) is CardMute


def test_without_power_a_card_gets_nothing(scheduler):
    card = Card()
    link = CardMemoryLink(scheduler, user=card)
    assert type(run(scheduler, link, one(Exchange(Slot.USER, b"\x00"))).error) is CardGone
    assert run(scheduler, link, one(PowerOff(Slot.USER))) == Done(None)
    assert card.seen == []


def test_a_card_pulled_in_the_middle_of_a_command_does_not_answer_and_its_handle_is_dead(scheduler):
    card, other = Card(), Card()
    link = CardMemoryLink(scheduler, user=card)

    def operation():
        yield PowerOn(Slot.USER)
        faults = []
        for _ in range(2):
            try:
                yield Exchange(Slot.USER, b"\x00")
            except CardGone:
                faults.append("gone")
        return faults

    swap = [(1.0, lambda: link.insert(Slot.USER, other))]
    assert run(scheduler, link, operation(), meanwhile=swap) == Done(["gone", "gone"])
    assert other.seen == []
    assert not card.on


def test_a_secret_command_is_overwritten_when_the_card_has_it(scheduler):
    card, command = Card(), bytearray(b"\x00\x20\x00\x00\x01\x99")

    def operation():
        yield PowerOn(Slot.USER)
        yield SecretExchange(Slot.USER, lambda: command)

    run(scheduler, CardMemoryLink(scheduler, user=card), operation())
    assert card.seen == [b"\x00\x20\x00\x00\x01\x99"]
    assert not any(command)


def test_serial_bytes_arrive_when_they_are_sent_whether_or_not_somebody_reads(scheduler):
    def operation():
        yield Write(b"x")
        first = yield ReadUntil(10.0)
        nothing = yield ReadUntil(1.0)
        yield Sleep(5.0)
        yield Write(b"y")
        yield Sleep(5.0)
        return first, nothing, (yield ReadUntil(10.0))

    assert run(scheduler, SerialMemoryLink(scheduler, Echo()), operation()) == Done((b"x", b"", b"!xy!y"))


def test_bytes_nobody_asked_for_wake_a_reader_at_once(scheduler):
    link = SerialMemoryLink(scheduler, Echo())
    assert run(scheduler, link, one(ReadUntil(30.0)), meanwhile=[(7.0, lambda: link.arrive(b"cover"))]) == Done(
        b"cover"
    )
    assert scheduler.now() == 7.0


def test_an_unplugged_line_wakes_a_reader_with_the_loss_and_comes_back_with_a_new_device(scheduler):
    link = SerialMemoryLink(scheduler, Echo())
    assert type(run(scheduler, link, one(ReadUntil(30.0)), meanwhile=[(1.0, link.unplug)]).error) is LinkLost
    assert type(run(scheduler, link, one(Write(b"x"))).error) is LinkLost
    link.plug(Echo())

    def operation():
        yield SetBaud(9600)
        yield Write(b"x")
        return (yield ReadUntil(2.0))

    assert run(scheduler, link, operation()) == Done(b"x")
    assert link.baud == 9600


def test_what_an_unplugged_device_still_had_to_say_never_arrives(scheduler):
    link = SerialMemoryLink(scheduler, Echo())

    def operation():
        yield Write(b"x")
        yield Sleep(2.0)
        return (yield ReadUntil(10.0))

    def swap():
        link.unplug()
        link.plug(Echo())

    assert run(scheduler, link, operation(), meanwhile=[(0.5, swap)]) == Done(b"")


def test_a_read_that_is_cancelled_by_the_deadline_loses_no_bytes(scheduler):
    link = SerialMemoryLink(scheduler, Echo())

    def hasty():
        yield Write(b"x")
        yield ReadUntil(10.0)

    run(scheduler, link, hasty(), deadline=0.5)
    assert run(scheduler, link, one(ReadUntil(10.0))) == Done(b"x!x")


def test_bytes_that_arrive_at_the_very_moment_of_the_deadline_wait_for_the_next_reader(scheduler):
    link = SerialMemoryLink(scheduler, Echo())

    def hasty():
        try:
            yield ReadUntil(10.0)
        except Timeout:
            return (yield Sleep(1.0))

    # Asked for before the lane's own alarm of the same moment, so that it comes first.
    scheduler.call_at(5.0, lambda: link.arrive(b"x"))
    assert run(scheduler, link, hasty(), deadline=5.0) == Done(None)
    assert run(scheduler, link, one(ReadUntil(10.0))) == Done(b"x")


def test_a_printer_behind_http_answers_after_its_own_time_or_is_not_there(scheduler):
    link = IppMemoryLink(scheduler, Printer())
    assert run(scheduler, link, one(Post("/ipp/print", b"body", "application/ipp"))) == Done(b"body0.0")
    assert scheduler.now() == 4.0
    link.device = None
    assert type(run(scheduler, link, one(Post("/ipp/print", b"", "application/ipp"))).error) is NoDevice


def test_a_request_on_the_wrong_wire_is_a_bug(scheduler):
    for link, request in (
        (CardMemoryLink(scheduler), Write(b"")),
        (SerialMemoryLink(scheduler, Echo()), PowerOn(Slot.USER)),
        (IppMemoryLink(scheduler, Printer()), Write(b"")),
    ):
        with pytest.raises(TypeError):
            run(scheduler, link, one(request))
