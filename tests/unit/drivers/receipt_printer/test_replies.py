"""Bytes from the printer: the kinds told apart, and the masks over all values a status byte can have."""

import itertools

import pytest

from drivers.receipt_printer.replies import NO_ANSWER, Reading, ReplyKind, ReplyReader
from drivers.status import CoverState, DeviceState, MediaState, PaperState, TonerState

IDLE = 0x12
STATUS_BYTES = [b for b in range(256) if b & 0x93 == 0x12]


def reading(n1: int = IDLE, n2: int = IDLE, n3: int = IDLE, n4: int = IDLE) -> Reading:
    return Reading(n1, n2, n3, n4)


@pytest.mark.parametrize(
    ("examined", "troubles", "device", "paper", "cover"),
    [
        # the sheet's examples, byte by byte
        (reading(), (), "online", "full", "closed"),
        (reading(n1=0x1A), (), "offline", "full", "closed"),
        (reading(n1=0x1A, n2=0x16), ("cover-open",), "userError", "full", "open"),
        (reading(n1=0x1A, n2=0x32), ("paper-out",), "online", "out", "closed"),
        (reading(n1=0x1A, n2=0x52), ("printer-error",), "hardwareError", "full", "closed"),
        (reading(n1=0x1A, n2=0x52, n3=0x1A), ("cutter",), "hardwareError", "full", "closed"),
        (reading(n1=0x1A, n2=0x52, n3=0x32), ("printer-error",), "hardwareError", "full", "closed"),
        (reading(n1=0x1A, n2=0x52, n3=0x52), (), "deviceBusy", "full", "closed"),
        (reading(n1=0x1A, n2=0x52, n3=0x16), ("jam",), "hardwareError", "full", "closed"),
        (reading(n4=0x1E), (), "online", "low", "closed"),
        (reading(n4=0x72), ("paper-out",), "online", "out", "closed"),
        (reading(n4=0x7E), ("paper-out",), "online", "out", "closed"),
        (
            reading(n1=0x1A, n2=0x36, n3=0x3E, n4=0x7E),
            ("paper-out", "cover-open", "cutter", "jam", "printer-error"),
            "hardwareError",
            "out",
            "open",
        ),
    ],
)
def test_the_sheets_examples_mean_what_the_sheet_says(
    examined: Reading, troubles: tuple[str, ...], device: str, paper: str, cover: str
) -> None:
    assert examined.troubles() == troubles
    status = examined.status()
    assert (status.device.value, status.paper.value, status.cover.value) == (device, paper, cover)


def test_every_status_byte_in_every_place_means_its_bits() -> None:
    assert len(STATUS_BYTES) == 16
    for n1, n2, n3, n4 in itertools.product(STATUS_BYTES, repeat=4):
        examined = reading(n1, n2, n3, n4)
        out = n4 // 0x20 % 4 > 0 or n2 // 0x20 % 2 == 1
        low = n4 // 4 % 4 > 0
        opened = n2 // 4 % 2 == 1
        causes = {"jam": n3 // 4 % 2 == 1, "cutter": n3 // 8 % 2 == 1}
        other = n3 // 0x20 % 2 == 1 or (n2 // 0x40 % 2 == 1 and n3 == IDLE)
        expected = {"paper-out": out, "cover-open": opened, "printer-error": other} | causes
        assert set(examined.troubles()) == {word for word, holds in expected.items() if holds}
        status = examined.status()
        assert status.paper is (PaperState.OUT if out else PaperState.LOW if low else PaperState.FULL)
        assert status.cover is (CoverState.OPEN if opened else CoverState.CLOSED)
        broken = other or any(causes.values())
        assert (status.device is DeviceState.HARDWARE_ERROR) == broken
        assert (status.media is MediaState.JAMMED) == any(causes.values())
        if status.device is DeviceState.ONLINE:
            assert not opened
            assert n1 == n1 & ~0x08 or out


@pytest.mark.parametrize("near", [0x12, 0x16, 0x1A, 0x1E])
@pytest.mark.parametrize("end", [0x20, 0x40, 0x60])
def test_paper_end_wins_whatever_near_end_says(near: int, end: int) -> None:
    assert reading(n4=near | end).status().paper is PaperState.OUT


def test_silence_is_offline_and_says_nothing_of_the_paper() -> None:
    assert NO_ANSWER.device is DeviceState.OFFLINE
    assert NO_ANSWER.paper is PaperState.UNKNOWN
    assert NO_ANSWER.cover is CoverState.UNKNOWN
    assert NO_ANSWER.toner is TonerState.NOT_SUPPORTED


@pytest.mark.parametrize("byte", range(256))
def test_a_byte_is_of_exactly_one_kind(byte: int) -> None:
    got = ReplyReader(queued_pending=1).feed(bytes([byte]))
    if byte & 0x93 == 0x12:
        assert got == [(ReplyKind.REAL_TIME, byte)]
    elif byte & 0x90 == 0:
        assert got == [(ReplyKind.QUEUED, byte)]
    else:
        assert got == []


def test_a_queued_answer_that_nobody_asked_for_is_passed_over() -> None:
    reader = ReplyReader()
    assert reader.feed(b"\x00\x0f") == []
    reader.queued_pending = 1
    assert reader.feed(b"\x03\x00") == [(ReplyKind.QUEUED, 0x03)]


@pytest.mark.parametrize("automatic", ["10000000", "38000000", "18000F00", "10000300", "18080000"])
def test_automatic_status_is_taken_whole_and_is_no_answer(automatic: str) -> None:
    reader = ReplyReader(queued_pending=1)
    stream = bytes.fromhex(automatic) + b"\x12" + bytes.fromhex(automatic) + b"\x11\x13\x0c"
    pieces = [answer for byte in stream for answer in reader.feed(bytes([byte]))]
    assert pieces == [(ReplyKind.REAL_TIME, 0x12), (ReplyKind.QUEUED, 0x0C)]


def test_a_torn_automatic_status_does_not_swallow_the_next_answer() -> None:
    reader = ReplyReader(queued_pending=1)
    assert reader.feed(b"\x10\x00\x12\x00") == [(ReplyKind.REAL_TIME, 0x12), (ReplyKind.QUEUED, 0x00)]


def test_flow_control_is_remembered() -> None:
    reader = ReplyReader(queued_pending=1)
    assert reader.feed(b"\x12\x13") == [(ReplyKind.REAL_TIME, 0x12)]
    assert reader.full
    assert reader.feed(b"\x00\x11") == [(ReplyKind.QUEUED, 0x00)]
    assert not reader.full
