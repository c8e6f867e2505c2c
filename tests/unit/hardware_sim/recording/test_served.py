"""A recorded device that answers a driver: by what was asked, in order, and not at all to what never was."""

from typing import Any

from hardware_sim.pin_pad.frames import frame
from hardware_sim.recording.decoders import DECODERS
from hardware_sim.recording.file import Passed, read_recording
from hardware_sim.recording.served import RecordedDevice


def passed(*lines: tuple[float, str, bytes]) -> list[Passed]:
    return [
        Passed.model_validate({"at": at, "device": "id-reader", "direction": direction, "hex": data.hex().upper()})
        for at, direction, data in lines
    ]


def served(*lines: tuple[float, str, bytes]) -> RecordedDevice:
    return RecordedDevice(passed(*lines), DECODERS["barcode-reader"]())


def test_a_question_gets_the_answer_it_got_with_its_delay() -> None:
    device = served(
        (1.0, "to", b"A?"), (1.25, "from", b"a"), (1.5, "from", b"!"), (3.0, "to", b"B?"), (3.1, "from", b"b")
    )
    assert device.feed(b"A", 10.0) == []
    assert device.feed(b"?", 10.1) == [(0.25, b"a"), (0.5, b"!")]
    assert [data for _, data in device.feed(b"B?", 11.0)] == [b"b"]
    assert [data for _, data in device.feed(b"B?", 12.0)] == [b"b"], "asked again"
    assert device.answered == 3


def test_the_same_question_is_answered_in_the_order_of_the_recording() -> None:
    device = served((0, "to", b"?"), (0, "from", b"1"), (1, "to", b"?"), (1, "from", b"2"))
    assert [device.feed(b"?", at)[0][1] for at in (5.0, 6.0, 7.0)] == [b"1", b"2", b"1"]


def test_what_was_never_asked_is_met_with_silence_and_a_remark() -> None:
    device = served((0, "to", b"ask"), (0, "from", b"yes"))
    assert device.feed(b"x", 0.0) == []
    assert list(device.remarks) == ["never asked: 78"]
    assert device.feed(b"ask", 0.1) == [(0.0, b"yes")]


def test_half_a_question_is_forgotten_after_a_while() -> None:
    device = served((0, "to", b"ask"), (0, "from", b"yes"))
    assert device.feed(b"as", 0.0) == []
    assert device.feed(b"ask", 5.0) == [(0.0, b"yes")]


def test_a_driver_with_real_keys_is_still_recognised_by_a_blanked_recording(session: Any) -> None:
    load = frame(0x32, b"\x00MASTER!!")
    session.ask("pin-pad", load)
    session.ask("pin-pad", frame(0x30))
    session.end()
    device = RecordedDevice(read_recording(session.file).of("pin-pad"), DECODERS["pin-pad"]())
    assert [data for _, data in device.feed(frame(0x32, b"\x00ANOTHER!"), 0.0)] == [frame(0x04)]
    assert device.feed(frame(0x30), 1.0)[0][1].startswith(b"\x02")
