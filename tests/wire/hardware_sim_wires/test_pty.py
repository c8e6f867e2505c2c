"""Serial devices on a real tty, opened with pyserial as a driver would."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from hardware_sim.id_reader.frames import answer
from hardware_sim.id_reader.reader import IdReader, Timing
from hardware_sim.receipt_printer.printer import ReceiptPrinter
from hardware_sim.wires.pty import PtyWire, Said

STATE = bytes.fromhex("AAAAAA9669 0003 11FF ED")
DONE = answer(0x90)


class Echo:
    """Says back what it hears, after a while."""

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay

    def feed(self, data: bytes, now: float) -> Said:
        return [(self.delay, data)]


@contextmanager
def opened(path: Path, rate: int = 115200, wait: float = 5.0) -> Iterator[serial.Serial]:
    with serial.Serial(str(path), rate, timeout=wait) as port:
        yield port


@pytest.fixture
def reader_wire(folder: Path) -> Iterator[PtyWire[IdReader]]:
    wire = PtyWire(IdReader(Timing(0, 0, 0, 0)), folder / "id.tty", rate=lambda reader: reader.baud)
    yield wire
    wire.close()


def test_a_program_asks_and_is_answered(reader_wire: PtyWire[IdReader]) -> None:
    with opened(reader_wire.path) as port:
        port.write(STATE)
        assert port.read(len(DONE)) == DONE


def test_all_byte_values_pass_unchanged_both_ways(folder: Path) -> None:
    wire = PtyWire(Echo(), folder / "echo.tty")
    everything = bytes(range(256)) * 8
    with opened(wire.path) as port:
        port.write(everything)
        assert port.read(len(everything)) == everything
    wire.close()


def test_a_second_program_may_open_the_tty_after_the_first(reader_wire: PtyWire[IdReader]) -> None:
    for _ in range(3):
        with opened(reader_wire.path) as port:
            port.write(STATE)
            assert port.read(len(DONE)) == DONE


def test_what_is_sent_at_the_wrong_rate_is_lost(reader_wire: PtyWire[IdReader]) -> None:
    with opened(reader_wire.path, 9600, wait=0.2) as port:
        port.write(STATE)
        assert port.read(len(DONE)) == b""
        port.baudrate = 115200
        port.timeout = 5
        port.write(STATE)
        assert port.read(len(DONE)) == DONE
    assert reader_wire.lost_to_wrong_rate == len(STATE)


def test_a_rate_set_by_command_is_the_rate_from_then_on(reader_wire: PtyWire[IdReader]) -> None:
    with opened(reader_wire.path) as port:
        port.write(bytes.fromhex("AAAAAA9669 0003 6004 67"))
        assert port.read(len(DONE)) == DONE
        port.baudrate = 9600
        port.write(STATE)
        assert port.read(len(DONE)) == DONE


def test_unplugging_wakes_a_reading_program_with_an_error(reader_wire: PtyWire[IdReader]) -> None:
    with opened(reader_wire.path, wait=30) as port:
        timer = threading.Timer(0.1, reader_wire.unplug)
        timer.start()
        with pytest.raises(serial.SerialException):
            port.read(1)
        timer.join()
    assert not reader_wire.plugged
    with pytest.raises(serial.SerialException):
        serial.Serial(str(reader_wire.path))


def test_plugging_in_again_gives_the_same_path(reader_wire: PtyWire[IdReader]) -> None:
    reader_wire.unplug()
    reader_wire.unplug()
    reader_wire.plug()
    reader_wire.plug()
    with opened(reader_wire.path) as port:
        port.write(STATE)
        assert port.read(len(DONE)) == DONE


def test_an_answer_under_way_is_lost_with_the_plug(folder: Path) -> None:
    wire = PtyWire(Echo(delay=0.3), folder / "echo.tty")
    with opened(wire.path) as port:
        port.write(b"hello")
        wire.unplug()
    wire.plug()
    with opened(wire.path, wait=0.5) as port:
        assert port.read(5) == b""
    wire.close()


def test_what_a_hand_causes_goes_over_the_line(folder: Path) -> None:
    wire = PtyWire(ReceiptPrinter(pace=0), folder / "printer.tty")
    with opened(wire.path) as port:
        port.write(b"\x1da\x0e")
        assert port.read(4) == bytes.fromhex("10000000")
        wire.tell(lambda printer, now: printer.open_cover(now))
        assert port.read(4) == bytes.fromhex("38000000")
    assert wire.look(lambda printer: printer.condition.cover_open)
    wire.close()


def test_a_program_that_does_not_read_stops_nobody(folder: Path) -> None:
    wire = PtyWire(Echo(), folder / "echo.tty")
    with opened(wire.path) as port:
        for _ in range(64):
            port.write(bytes(4096))
        port.reset_input_buffer()
        wire.tell(lambda echo, now: None)
    wire.close()
    assert not wire.path.is_symlink()


class Alarm:
    """Says a bell some time after it was fed, without being asked again; a second feeding puts it off."""

    def __init__(self) -> None:
        self.due: float | None = None
        self.fed: list[bytes] = []

    def feed(self, data: bytes, now: float) -> Said:
        self.fed.append(data)
        if data:
            self.due = now + 0.2
            return []
        self.due = None
        return [(0.0, b"bell")]


def test_what_ends_by_itself_ends_although_nobody_speaks(folder: Path) -> None:
    wire = PtyWire(Alarm(), folder / "alarm.tty", due=lambda alarm: alarm.due)
    with opened(wire.path) as port:
        for _ in range(2):
            port.write(b"x")
            assert port.read(4) == b"bell"
        wire.tell(lambda alarm, now: alarm.feed(b"by hand", now))
        assert port.read(4) == b"bell"
    assert wire.look(lambda alarm: alarm.fed) == [b"x", b"", b"x", b"", b"by hand", b""]
    wire.close()


def test_an_alarm_does_not_ring_while_unplugged_and_rings_when_plugged_in_again(folder: Path) -> None:
    wire = PtyWire(Alarm(), folder / "alarm.tty", due=lambda alarm: alarm.due)
    wire.unplug()
    wire.tell(lambda alarm, now: alarm.feed(b"x", now - 1))
    assert wire.look(lambda alarm: alarm.fed) == [b"x"]
    wire.plug()
    until = time.monotonic() + 10
    while wire.look(lambda alarm: alarm.fed) != [b"x", b""]:
        assert time.monotonic() < until
        time.sleep(0.01)
    wire.close()


def test_a_tap_hears_what_passes_in_the_order_it_passes_and_nothing_that_is_lost(folder: Path) -> None:
    heard: list[tuple[str, bytes]] = []
    wire = PtyWire(
        Echo(), folder / "echo.tty", rate=lambda _: 9600, tap=lambda direction, data: heard.append((direction, data))
    )
    with opened(wire.path, 9600) as port:
        port.write(b"one")
        assert port.read(3) == b"one"
        wire.tell(lambda _echo, _now: [(0.0, b"two")])
        assert port.read(3) == b"two"
        port.baudrate = 19200
        port.write(b"lost")
        port.timeout = 0.2
        assert port.read(4) == b""
    wire.unplug()
    wire.tell(lambda _echo, _now: [(0.0, b"lost too")])
    assert heard == [("to", b"one"), ("from", b"one"), ("from", b"two")]
    wire.close()
