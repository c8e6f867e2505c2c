"""Events about readers and cards: only on change, no swap missed, through the death and return of the service."""

import queue
import threading

import pytest
from smartcard import scard

from drivers.card_reader.events import (
    CardInserted,
    CardMute,
    CardRemoved,
    ReaderAppeared,
    ReaderGone,
    ServiceBack,
    ServiceGone,
)
from drivers.card_reader.monitor import PNP, PcscMonitor, pauses
from drivers.card_reader.reader_status import after
from drivers.card_reader.watch import UNAWARE, ReaderWatch, Report
from drivers.status import CardReaderStatus, ChipState, DeviceState, MediaState

READER = "Kiosk User 00 00"
ATR = b"\x3b\x6d\x00"
OTHER = b"\x3b\x6d\x01"
EMPTY, PRESENT, MUTE, CHANGED, IN_USE = (
    scard.SCARD_STATE_EMPTY,
    scard.SCARD_STATE_PRESENT,
    scard.SCARD_STATE_MUTE,
    scard.SCARD_STATE_CHANGED,
    scard.SCARD_STATE_INUSE,
)


def told(*reports):
    watch = ReaderWatch()
    watch.readers_are([READER])
    return [watch.reported(Report(READER, count << 16 | state | CHANGED, atr)) for count, state, atr in reports]


def test_an_empty_reader_appears_and_nothing_else():
    assert told((0, EMPTY, b"")) == [[ReaderAppeared(READER)]]


def test_a_card_that_is_already_in_is_told_with_the_reader():
    assert told((1, PRESENT, ATR)) == [[ReaderAppeared(READER), CardInserted(READER, ATR)]]


def test_a_card_comes_and_goes_and_is_told_once_each():
    events = told(
        (0, EMPTY, b""),
        (1, PRESENT, ATR),
        (1, PRESENT | IN_USE, ATR),
        (1, PRESENT, b""),
        (2, EMPTY, b""),
        (2, EMPTY, b""),
    )
    assert events == [[ReaderAppeared(READER)], [CardInserted(READER, ATR)], [], [], [CardRemoved(READER)], []]


def test_a_swap_within_one_poll_is_seen_by_the_counter_even_with_the_same_atr():
    assert told((1, PRESENT, ATR), (3, PRESENT, ATR))[1] == [CardRemoved(READER), CardInserted(READER, ATR)]
    assert told((1, PRESENT, ATR), (3, PRESENT, OTHER))[1] == [CardRemoved(READER), CardInserted(READER, OTHER)]


def test_a_swap_by_the_atr_alone_is_seen_too():
    assert told((1, PRESENT, ATR), (1, PRESENT, OTHER))[1] == [CardRemoved(READER), CardInserted(READER, OTHER)]


def test_a_card_the_wrong_way_round_is_mute_and_not_absent():
    events = told(
        (0, EMPTY, b""), (1, PRESENT | MUTE, b""), (1, PRESENT | MUTE, b""), (2, EMPTY, b""), (3, PRESENT, ATR)
    )
    assert events[1:] == [[CardMute(READER)], [], [CardRemoved(READER)], [CardInserted(READER, ATR)]]


def test_a_card_without_an_atr_yet_is_told_when_it_has_one():
    assert told((0, EMPTY, b""), (1, PRESENT, b""), (1, PRESENT, ATR))[1:] == [[], [CardInserted(READER, ATR)]]


def test_the_counter_wraps_round():
    assert told((0xFFFF, PRESENT, ATR), (1, PRESENT, ATR))[1] == [CardRemoved(READER), CardInserted(READER, ATR)]


def test_a_reader_that_leaves_is_gone_whatever_is_in_it_and_begins_anew_when_it_returns():
    watch = ReaderWatch()
    assert watch.readers_are([READER]) == []
    assert watch.state_of(READER) == UNAWARE
    watch.reported(Report(READER, 1 << 16 | PRESENT | CHANGED, ATR))
    assert watch.state_of(READER) == 1 << 16 | PRESENT
    assert watch.reported(Report(READER, scard.SCARD_STATE_UNAVAILABLE, b"")) == []
    assert watch.readers_are([]) == [ReaderGone(READER)]
    assert watch.readers_are([]) == []
    assert watch.state_of(READER) == UNAWARE
    assert watch.reported(Report(READER, PRESENT, ATR)) == [ReaderAppeared(READER), CardInserted(READER, ATR)]


def test_an_event_shows_no_atr():
    assert "3b" not in repr(CardInserted(READER, ATR))


class FakeService:
    """A PC/SC whose answers a test puts in one by one; waiting calls block like real ones."""

    def __init__(self):
        self.up = True
        self.readers = [READER]
        self.reports = queue.Queue()
        self.contexts = set()
        self.made = 0
        self.waited = []

    def SCardEstablishContext(self, scope):  # noqa: N802
        if not self.up:
            return scard.SCARD_E_NO_SERVICE, 0
        self.made += 1
        self.contexts.add(self.made)
        return scard.SCARD_S_SUCCESS, self.made

    def SCardReleaseContext(self, context):  # noqa: N802
        self.contexts.remove(context)
        return scard.SCARD_S_SUCCESS

    def SCardListReaders(self, context, groups):  # noqa: N802
        assert context in self.contexts
        if not self.readers:
            return scard.SCARD_E_NO_READERS_AVAILABLE, []
        return scard.SCARD_S_SUCCESS, list(self.readers)

    def SCardGetStatusChange(self, context, milliseconds, states):  # noqa: N802
        assert context in self.contexts
        self.waited.append(states)
        return self.reports.get()

    def SCardCancel(self, context):  # noqa: N802
        self.reports.put((scard.SCARD_E_CANCELLED, []))
        return scard.SCARD_S_SUCCESS

    def report(self, count, state, atr=b""):
        self.reports.put(
            (scard.SCARD_S_SUCCESS, [(READER, count << 16 | state | CHANGED, list(atr)), (PNP, CHANGED, [])])
        )


@pytest.fixture
def watched():
    service, events = FakeService(), queue.Queue()
    monitor = PcscMonitor(events.put, chance=lambda: 0.0, api=service)
    monitor.start()
    yield service, lambda: events.get(timeout=30), events
    monitor.stop()
    monitor.stop()
    assert service.contexts == set()


def test_the_monitor_tells_the_service_the_reader_and_the_card(watched):
    service, event, events = watched
    assert event() == ServiceBack()
    service.report(0, EMPTY)
    assert event() == ReaderAppeared(READER)
    service.report(1, PRESENT, ATR)
    assert event() == CardInserted(READER, ATR)
    service.report(1, PRESENT | IN_USE, ATR)
    service.report(2, EMPTY)
    assert event() == CardRemoved(READER)
    assert events.empty()


def test_it_waits_with_the_state_it_last_saw_so_that_no_change_is_missed(watched):
    service, event, _ = watched
    event()
    service.report(1, PRESENT, ATR)
    assert [event(), event()] == [ReaderAppeared(READER), CardInserted(READER, ATR)]
    service.report(2, EMPTY)
    event()
    assert service.waited[0] == [(READER, UNAWARE), (PNP, UNAWARE)]
    assert service.waited[1] == [(READER, 1 << 16 | PRESENT), (PNP, 0)]


def test_a_dead_service_is_told_once_and_everything_again_when_it_is_back(watched):
    service, event, events = watched
    event()
    service.report(1, PRESENT, ATR)
    assert [event(), event()] == [ReaderAppeared(READER), CardInserted(READER, ATR)]
    service.up = False
    service.reports.put((scard.SCARD_F_COMM_ERROR, []))
    assert event() == ServiceGone("SCARD_F_COMM_ERROR")
    service.up = True
    service.report(1, PRESENT, ATR)
    assert [event(), event(), event()] == [ServiceBack(), ReaderAppeared(READER), CardInserted(READER, ATR)]
    assert events.empty()
    assert service.made == 2


def test_a_reader_that_is_unplugged_and_plugged_in_is_told(watched):
    service, event, _ = watched
    event()
    service.report(0, EMPTY)
    event()
    service.readers = []
    service.reports.put((scard.SCARD_E_UNKNOWN_READER, []))
    assert event() == ReaderGone(READER)
    service.readers = [READER]
    service.reports.put((scard.SCARD_E_TIMEOUT, []))
    service.report(0, EMPTY)
    assert event() == ReaderAppeared(READER)


def test_a_service_that_never_was_there_is_told_first():
    service, events = FakeService(), queue.Queue()
    service.up = False
    monitor = PcscMonitor(events.put, chance=lambda: 0.0, api=service)
    monitor.start()
    assert events.get(timeout=30) == ServiceGone("SCARD_E_NO_SERVICE")
    monitor.stop()
    assert events.empty()


def test_a_bug_in_the_listener_is_not_swallowed():
    crashes = queue.Queue()

    def emit(event):
        raise ZeroDivisionError

    service = FakeService()
    monitor = PcscMonitor(emit, crash=crashes.put, api=service)
    monitor.start()
    assert type(crashes.get(timeout=30)) is ZeroDivisionError
    monitor.stop()
    assert service.contexts == set()


def test_a_stopped_monitor_leaves_no_thread():
    service, events = FakeService(), queue.Queue()
    monitor = PcscMonitor(events.put, api=service)
    monitor.start()
    events.get(timeout=30)
    monitor.stop()
    assert "pcsc-monitor" not in [thread.name for thread in threading.enumerate()]


def test_pauses_grow_to_five_seconds_and_chance_spreads_them():
    short, long = pauses(lambda: 0.0), pauses(lambda: 1.0)
    assert [round(next(short), 3) for _ in range(8)] == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.5, 2.5]
    assert [round(next(long), 3) for _ in range(8)] == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


@pytest.mark.parametrize(
    ("events", "device", "media", "chip"),
    [
        ([], DeviceState.UNKNOWN, MediaState.UNKNOWN, ChipState.UNKNOWN),
        ([ServiceGone("x")], DeviceState.OFFLINE, MediaState.UNKNOWN, ChipState.UNKNOWN),
        ([ServiceBack()], DeviceState.NO_DEVICE, MediaState.UNKNOWN, ChipState.NO_DEVICE),
        ([ReaderAppeared(READER)], DeviceState.ONLINE, MediaState.NOT_PRESENT, ChipState.NO_CARD),
        ([ReaderAppeared("Kiosk PSAM 00 00")], DeviceState.UNKNOWN, MediaState.UNKNOWN, ChipState.UNKNOWN),
        ([CardInserted(READER, ATR)], DeviceState.ONLINE, MediaState.PRESENT, ChipState.POWERED_OFF),
        ([CardMute(READER)], DeviceState.ONLINE, MediaState.PRESENT, ChipState.HARDWARE_ERROR),
        ([CardMute(READER), CardRemoved(READER)], DeviceState.ONLINE, MediaState.NOT_PRESENT, ChipState.NO_CARD),
        (
            [CardInserted(READER, ATR), ReaderGone(READER)],
            DeviceState.NO_DEVICE,
            MediaState.UNKNOWN,
            ChipState.NO_DEVICE,
        ),
        ([CardInserted(READER, ATR), ServiceGone("x")], DeviceState.OFFLINE, MediaState.UNKNOWN, ChipState.UNKNOWN),
    ],
)
def test_events_fold_into_the_status_of_one_reader(events, device, media, chip):
    status = CardReaderStatus()
    for event in events:
        status = after(status, event, lambda name: name == READER)
    assert (status.device, status.media, status.chip) == (device, media, chip)
