"""The serial link on a real tty: bytes, silence, unplugging, and none of pyserial's own errors."""

import os
import queue
import termios
import threading
import time
from collections.abc import Generator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import serial

from drivers.errors import Cancelled, DeviceBusy, LinkLost, NoDevice, Timeout
from drivers.id_reader import vectors
from drivers.id_reader.reader import DocumentRead, IdReader
from drivers.lanes import Done, Failed, Outcome, ThreadLane
from drivers.links.serial import SerialLink, SerialSettings
from drivers.operation import ReadUntil, Request, SetBaud, Write


def everything(link: SerialLink, size: int) -> bytes:
    received = b""
    while len(received) < size:
        piece: bytes = link.perform(ReadUntil(2.0), 2.0)
        assert piece, "silence too early"
        received += piece
    return received


def test_all_byte_values_go_both_ways_unchanged(link: SerialLink, peer: Any) -> None:
    data = bytes(range(256)) * 8
    link.perform(Write(data), 2.0)
    assert everything(link, len(data)) == data


def test_silence_until_the_deadline_is_no_bytes(link: SerialLink, peer: Any) -> None:
    peer.answer = lambda _: None
    link.perform(Write(b"hello"), 1.0)
    assert link.perform(ReadUntil(0.05), 1.0) == b""
    assert link.perform(ReadUntil(0.0), 1.0) == b""


def test_the_shorter_of_the_two_times_counts(link: SerialLink) -> None:
    started = time.monotonic()
    assert link.perform(ReadUntil(30.0), 0.05) == b""
    assert time.monotonic() - started < 10


def test_the_speed_is_set_on_the_line(link: SerialLink, peer: Any) -> None:
    link.perform(ReadUntil(0.0), 1.0)
    assert peer.speed() == termios.B115200
    link.perform(SetBaud(9600), 1.0)
    assert peer.speed() == termios.B9600


def test_nothing_is_opened_before_the_first_request(tmp_path: Path) -> None:
    link = SerialLink("test_device", SerialSettings(str(tmp_path / "not-there")))
    link.interrupt()
    link.close()
    link.close()
    with pytest.raises(NoDevice) as error:
        link.perform(Write(b"x"), 1.0)
    assert error.value.facts == {"reason": "no such tty"}
    assert str(tmp_path) not in str(error.value)


def test_a_file_that_is_no_tty_is_no_device(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    with pytest.raises(NoDevice):
        SerialLink("test_device", SerialSettings(str(path))).perform(Write(b"x"), 1.0)


def test_a_tty_that_somebody_holds_is_busy(link: SerialLink, peer: Any) -> None:
    with serial.Serial(str(peer.path), exclusive=True), pytest.raises(DeviceBusy):
        link.perform(Write(b"x"), 1.0)
    link.perform(Write(b"x"), 1.0)
    assert everything(link, 1) == b"x"


def test_unplugging_while_reading_is_a_lost_link(link: SerialLink, peer: Any) -> None:
    timer = threading.Timer(0.1, peer.unplug)
    timer.start()
    with pytest.raises(LinkLost):
        link.perform(ReadUntil(10.0), 10.0)
    timer.join()


@pytest.mark.parametrize("request_", [Write(b"x"), ReadUntil(0.0), ReadUntil(1.0)], ids=repr)
def test_after_unplugging_a_request_says_so_and_then_there_is_no_device(
    link: SerialLink, peer: Any, request_: Request
) -> None:
    link.perform(Write(b"x"), 1.0)
    everything(link, 1)
    peer.unplug()
    with pytest.raises(LinkLost):
        link.perform(request_, 1.0)
    with pytest.raises(NoDevice):
        link.perform(request_, 1.0)


def test_setting_the_speed_of_a_dead_line_is_one_of_our_errors(link: SerialLink, peer: Any) -> None:
    link.perform(ReadUntil(0.0), 1.0)
    peer.unplug()
    with pytest.raises(LinkLost):
        link.perform(SetBaud(9600), 1.0)


def test_a_device_that_was_plugged_in_again_is_found_under_its_stable_name(link: SerialLink, peer: Any) -> None:
    link.perform(Write(b"x"), 1.0)
    everything(link, 1)
    old = os.readlink(peer.path)
    keeps_the_old_number_taken = os.open(old, os.O_RDWR | os.O_NOCTTY)
    peer.unplug()
    peer.plug()
    os.close(keeps_the_old_number_taken)
    with pytest.raises(LinkLost):
        link.perform(Write(b"lost"), 1.0)
    link.perform(Write(b"back"), 1.0)
    assert everything(link, 4) == b"back"
    assert b"lost" not in peer.received


def test_a_device_that_takes_no_bytes_is_a_timeout_and_the_rest_is_thrown_away(link: SerialLink, peer: Any) -> None:
    peer.unplug()
    peer.plug(listening=False)
    with pytest.raises(Timeout) as error:
        link.perform(Write(bytes(1_000_000)), 10.0)
    assert error.value.facts == {"doing": "write"}
    with pytest.raises(Timeout):
        link.perform(Write(bytes(1_000_000)), 10.0)


def test_what_a_process_before_us_left_on_the_line_is_not_read(link: SerialLink, peer: Any) -> None:
    peer.say(b"old answer")
    assert link.perform(ReadUntil(0.05), 1.0) == b""


def test_an_interrupt_wakes_a_waiting_read(link: SerialLink) -> None:
    link.perform(ReadUntil(0.0), 1.0)
    timer = threading.Timer(0.05, link.interrupt)
    timer.start()
    started = time.monotonic()
    assert link.perform(ReadUntil(60.0), 60.0) == b""
    assert time.monotonic() - started < 30
    timer.join()


def run_on_thread(link: SerialLink, operation: Generator[Any, Any, Any], deadline: float = 30.0) -> Outcome[Any]:
    lane = ThreadLane("test_device", link)
    outcomes: queue.Queue[Outcome[Any]] = queue.Queue()
    lane.submit(operation, outcomes.put, deadline=deadline)
    outcome = outcomes.get(timeout=60)
    assert lane.stop()
    return outcome


ANSWERS = {
    "11ff": "AAAAAA9669000400009094",
    "2001": "AAAAAA9669000800009F0000000097",
    "2002": "AAAAAA9669000C00009000000000000000009C",
    "3001": vectors.CITIZEN_FRAME,
}


def scripted(frames: bytes) -> bytes:
    return b"".join(bytes.fromhex(ANSWERS[frame[2:4].hex()]) for frame in frames.split(bytes.fromhex("AAAAAA9669"))[1:])


def test_a_document_is_read_over_a_real_tty(link: SerialLink, peer: Any) -> None:
    peer.answer = scripted
    outcome = run_on_thread(link, IdReader(time.monotonic).poll_and_read(10.0, business_date=date(2026, 11, 22)))
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, DocumentRead)
    assert outcome.value.document.name == "测试人"


def test_a_torn_frame_on_a_real_tty_is_survived(link: SerialLink, peer: Any) -> None:
    torn = iter([500, 1295])

    def answer(frames: bytes) -> bytes:
        whole = scripted(frames)
        return whole[: next(torn)] if len(whole) > 1000 else whole

    peer.answer = answer
    outcome = run_on_thread(link, IdReader(time.monotonic).poll_and_read(20.0, business_date=date(2026, 11, 22)))
    assert isinstance(outcome, Done)
    assert isinstance(outcome.value, DocumentRead)


def test_cancelling_comes_back_while_a_real_tty_is_silent(link: SerialLink, peer: Any) -> None:
    peer.answer = lambda _: None
    lane = ThreadLane("test_device", link)
    outcomes: queue.Queue[Outcome[Any]] = queue.Queue()
    ticket = lane.submit(IdReader(time.monotonic).module_state(), outcomes.put, deadline=60.0)
    while not peer.received:
        time.sleep(0.002)
    ticket.cancel()
    outcome = outcomes.get(timeout=30)
    assert lane.stop()
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Cancelled)
