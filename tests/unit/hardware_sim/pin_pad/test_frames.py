"""Framing: the sheet's own frames, pieces of any size, and damage of every kind."""

import random

import pytest

from hardware_sim.pin_pad.frames import LONGEST_TEXT, Heard, Malformed, Request, RequestReader, frame, read


@pytest.mark.parametrize(
    ("first", "data", "text"),
    [
        (0x30, "", "013031"),
        (0x31, "", "013130"),
        (0x31, "38", "0231380B"),
        (0x32, "003131313131313131", "0A3200313131313131313138"),
        (0x34, "313233343536373839303132", "0D343132333435363738393031323B"),
        (0x35, "0601010014", "0635060101001421"),
        (0x38, "", "013839"),
        (0x42, "", "014243"),
        (0x43, "0000", "0343000040"),
        (0x45, "02", "02450245"),
        (0x45, "01", "02450146"),
        (0x46, "0030", "0346003075"),
        (0x04, "", "010405"),
    ],
)
def test_every_frame_of_the_sheet_is_written_and_read(first: int, data: str, text: str) -> None:
    assert frame(first, bytes.fromhex(data)) == b"\x02" + text.encode() + b"\x03"
    heard = read(text.encode())
    assert isinstance(heard, Request)
    assert (heard.command, heard.data) == (first, bytes.fromhex(data))


@pytest.mark.parametrize(
    "text", ["", "01", "0130", "013032", "023031", "01303", "0130311", "01303g", "0231380b", "FF3031"]
)
def test_a_frame_with_anything_wrong_is_malformed(text: str) -> None:
    assert isinstance(read(text.encode()), Malformed)


def test_a_request_shows_nothing_of_its_data_in_its_repr() -> None:
    shown = repr(read(b"0A3200313131313131313138"))
    assert "3131" not in shown
    assert "1111" not in shown


def test_frames_are_found_whatever_the_pieces_and_whatever_stands_between() -> None:
    stream = b"\x00noise" + frame(0x30) + b"\x03\x03" + frame(0x38) + b"\x02half" + frame(0x42)
    whole = RequestReader().hear(stream, 0.0)
    piecewise = RequestReader()
    assert [one for byte in stream for one in piecewise.hear(bytes((byte,)), 0.0)] == whole
    assert [one.command for one in whole if isinstance(one, Request)] == [0x30, 0x38, 0x42]


def test_half_a_frame_is_forgotten_after_a_while() -> None:
    reader = RequestReader()
    assert reader.hear(b"\x020130", 0.0) == []
    assert reader.hear(b"31\x03", 1.0) == []
    (whole,) = reader.hear(frame(0x30), 1.1)
    assert isinstance(whole, Request)


def test_a_frame_without_end_is_given_up() -> None:
    reader = RequestReader()
    assert reader.hear(b"\x02" + b"0" * (LONGEST_TEXT + 1) + b"\x03", 0.0) == []
    assert len(reader.hear(frame(0x30), 0.1)) == 1


def test_random_and_damaged_bytes_never_break_the_reader() -> None:
    chance = random.Random(11)
    reader = RequestReader()
    good = frame(0x35, bytes.fromhex("0601010014"))
    kinds: set[type[Heard]] = set()
    for _ in range(20_000):
        damaged = bytearray(good)
        for _ in range(chance.randrange(4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        for heard in reader.hear(bytes(damaged[: chance.randrange(len(damaged) + 1)]), 0.0):
            kinds.add(type(heard))
    assert kinds == {Request, Malformed}
