"""What status bytes mean: the sheet's examples, and the masks over all values a byte can have."""

import itertools

import pytest

from drivers.receipt_printer.condition import NO_ANSWER, Condition
from drivers.status import CoverState, DeviceState, MediaState, PaperState, TonerState

IDLE = 0x12
STATUS_BYTES = [b for b in range(256) if b & 0x93 == 0x12]
AUTOMATIC_REST = [b for b in range(256) if b & 0x90 == 0]


def real_time(n1: int = IDLE, n2: int = IDLE, n3: int = IDLE, n4: int = IDLE) -> Condition:
    return Condition.from_real_time(n1, n2, n3, n4)


def automatic(status: str) -> Condition:
    return Condition.from_automatic(bytes.fromhex(status))


@pytest.mark.parametrize(
    ("examined", "troubles", "device", "paper", "cover"),
    [
        # the sheet's examples, byte by byte
        (real_time(), (), "online", "full", "closed"),
        (real_time(n1=0x1A), (), "offline", "full", "closed"),
        (real_time(n1=0x1A, n2=0x16), ("cover-open",), "userError", "full", "open"),
        (real_time(n1=0x1A, n2=0x32), ("paper-out",), "online", "out", "closed"),
        (real_time(n1=0x1A, n2=0x52), ("printer-error",), "hardwareError", "full", "closed"),
        (real_time(n1=0x1A, n2=0x52, n3=0x1A), ("cutter",), "hardwareError", "full", "closed"),
        (real_time(n1=0x1A, n2=0x52, n3=0x32), ("printer-error",), "hardwareError", "full", "closed"),
        (real_time(n1=0x1A, n2=0x52, n3=0x52), (), "deviceBusy", "full", "closed"),
        (real_time(n1=0x1A, n2=0x52, n3=0x16), ("jam",), "hardwareError", "full", "closed"),
        (real_time(n1=0x3A), ("waiting-for-button",), "userError", "full", "closed"),
        (real_time(n1=0x52), (), "deviceBusy", "full", "closed"),
        (real_time(n1=0x1A, n2=0x1A), (), "deviceBusy", "full", "closed"),
        (real_time(n4=0x1E), (), "online", "low", "closed"),
        (real_time(n4=0x72), ("paper-out",), "online", "out", "closed"),
        (real_time(n4=0x7E), ("paper-out",), "online", "out", "closed"),
        (
            real_time(n1=0x1A, n2=0x36, n3=0x3E, n4=0x7E),
            ("paper-out", "cover-open", "cutter", "jam", "printer-error"),
            "hardwareError",
            "out",
            "open",
        ),
        (automatic("10000000"), (), "online", "full", "closed"),
        (automatic("14000000"), (), "online", "full", "closed"),
        (automatic("38000000"), ("cover-open",), "userError", "full", "open"),
        (automatic("18000F00"), ("paper-out",), "online", "out", "closed"),
        (automatic("18000C00"), ("paper-out",), "online", "out", "closed"),
        (automatic("10000300"), (), "online", "low", "closed"),
        (automatic("18080000"), ("cutter",), "hardwareError", "full", "closed"),
        (automatic("18040000"), ("jam",), "hardwareError", "full", "closed"),
        (automatic("18200000"), ("printer-error",), "hardwareError", "full", "closed"),
        (automatic("18400000"), (), "deviceBusy", "full", "closed"),
        (automatic("50020000"), (), "deviceBusy", "full", "closed"),
        (automatic("18010000"), ("waiting-for-button",), "userError", "full", "closed"),
    ],
)
def test_the_sheets_examples_mean_what_the_sheet_says(
    examined: Condition, troubles: tuple[str, ...], device: str, paper: str, cover: str
) -> None:
    assert examined.troubles() == troubles
    status = examined.status()
    assert (status.device.value, status.paper.value, status.cover.value) == (device, paper, cover)


def test_every_real_time_byte_in_every_place_means_its_bits() -> None:
    assert len(STATUS_BYTES) == 16
    for n1, n2, n3, n4 in itertools.product(STATUS_BYTES, repeat=4):
        examined = real_time(n1, n2, n3, n4)
        out = n4 // 0x20 % 4 > 0 or n2 // 0x20 % 2 == 1
        low = n4 // 4 % 4 > 0
        opened = n2 // 4 % 2 == 1
        causes = {"jam": n3 // 4 % 2 == 1, "cutter": n3 // 8 % 2 == 1}
        other = n3 // 0x20 % 2 == 1 or (n2 // 0x40 % 2 == 1 and n3 == IDLE)
        waits = n1 // 0x20 % 2 == 1 and n1 // 8 % 2 == 1
        expected = {
            "paper-out": out,
            "cover-open": opened,
            "printer-error": other,
            "waiting-for-button": waits,
        } | causes
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


def test_every_automatic_byte_in_every_place_means_its_bits() -> None:
    firsts = [b for b in range(256) if b & 0x93 == 0x10]
    for first, second, third in itertools.product(firsts, AUTOMATIC_REST, (0x00, 0x03, 0x0C, 0x0F, 0x01, 0x04, 0x60)):
        examined = Condition.from_automatic(bytes((first, second, third, 0x6F)))
        assert examined.offline == (first & 0x08 > 0)
        assert examined.cover_open == (first & 0x20 > 0)
        assert examined.feeding == (first & 0x40 > 0 or second & 0x02 > 0)
        assert examined.waiting == (second & 0x01 > 0)
        assert (examined.jammed, examined.cutter_error) == (second & 0x04 > 0, second & 0x08 > 0)
        assert (examined.unrecoverable, examined.too_hot) == (second & 0x20 > 0, second & 0x40 > 0)
        assert (examined.paper_low, examined.paper_out) == (third & 0x03 > 0, third & 0x0C > 0)


@pytest.mark.parametrize("near", [0x12, 0x16, 0x1A, 0x1E])
@pytest.mark.parametrize("end", [0x20, 0x40, 0x60])
def test_paper_end_wins_whatever_near_end_says(near: int, end: int) -> None:
    assert real_time(n4=near | end).status().paper is PaperState.OUT


@pytest.mark.parametrize("near", [0x00, 0x01, 0x02, 0x03])
@pytest.mark.parametrize("end", [0x04, 0x08, 0x0C])
def test_paper_end_wins_in_the_other_forms_too(near: int, end: int) -> None:
    assert Condition.from_automatic(bytes((0x18, 0, near | end, 0))).status().paper is PaperState.OUT
    assert Condition.from_queued(near | end).status().paper is PaperState.OUT


def test_the_older_word_for_paper_claims_nothing_else() -> None:
    assert Condition.from_queued(0).status().paper is PaperState.FULL
    assert Condition.from_queued(0).status().cover is CoverState.UNKNOWN
    assert Condition.from_queued(0x03).status().paper is PaperState.LOW
    assert Condition.from_queued(0x20).paper_out, "0 is fine, and a bit that nobody knows is not 0"


def test_silence_is_offline_and_says_nothing_of_the_paper() -> None:
    assert NO_ANSWER.device is DeviceState.OFFLINE
    assert NO_ANSWER.paper is PaperState.UNKNOWN
    assert NO_ANSWER.cover is CoverState.UNKNOWN
    assert NO_ANSWER.toner is TonerState.NOT_SUPPORTED
