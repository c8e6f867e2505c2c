"""Framing of the resident ID reader: every worked frame of the sheet, and streams that are not tidy."""

import random

import pytest

from hardware_sim.id_reader.frames import PREAMBLE, Request, RequestReader, WrongChecksum, WrongLength, answer, checksum

REQUESTS = {
    "reset": ("AAAAAA9669 0003 10FF EC", "10FF"),
    "module state": ("AAAAAA9669 0003 11FF ED", "11FF"),
    "module number": ("AAAAAA9669 0003 12FF EE", "12FF"),
    "find": ("AAAAAA9669 0003 2001 22", "2001"),
    "select": ("AAAAAA9669 0003 2002 21", "2002"),
    "read": ("AAAAAA9669 0003 3001 32", "3001"),
    "read with fingerprint": ("AAAAAA9669 0003 3010 23", "3010"),
    "newest address": ("AAAAAA9669 0003 3003 30", "3003"),
    "115200": ("AAAAAA9669 0003 6000 63", "6000"),
    "57600": ("AAAAAA9669 0003 6001 62", "6001"),
    "38400": ("AAAAAA9669 0003 6002 61", "6002"),
    "19200": ("AAAAAA9669 0003 6003 60", "6003"),
    "9600": ("AAAAAA9669 0003 6004 67", "6004"),
}

ANSWERS = {
    "card found": (0x9F, "00000000", "AAAAAA9669 0008 00009F 00000000 97"),
    "no card": (0x80, "", "AAAAAA9669 0004 000080 84"),
    "selected": (0x90, "0000000000000000", "AAAAAA9669 000C 000090 0000000000000000 9C"),
    "select failed": (0x81, "", "AAAAAA9669 0004 000081 85"),
    "read failed": (0x41, "", "AAAAAA9669 0004 000041 45"),
    "fine, no data": (0x90, "", "AAAAAA9669 0004 000090 94"),
    "check sum wrong": (0x10, "", "AAAAAA9669 0004 000010 14"),
    "length wrong": (0x11, "", "AAAAAA9669 0004 000011 15"),
    "command wrong": (0x21, "", "AAAAAA9669 0004 000021 25"),
    "not allowed now": (0x23, "", "AAAAAA9669 0004 000023 27"),
    "no new address": (0x91, "", "AAAAAA9669 0004 000091 95"),
    "self-test failed": (0x60, "", "AAAAAA9669 0004 000060 64"),
    "not authorised": (0x66, "", "AAAAAA9669 0004 000066 62"),
    "module number": (
        0x90,
        "05000300E5D6340139300000F2357728",
        "AAAAAA9669 0014 000090 05000300E5D6340139300000F2357728 15",
    ),
}


@pytest.mark.parametrize(("frame", "command"), REQUESTS.values(), ids=REQUESTS.keys())
def test_every_request_of_the_sheet_is_understood(frame: str, command: str) -> None:
    assert RequestReader().hear(bytes.fromhex(frame), 0) == [Request(bytes.fromhex(command), b"")]


@pytest.mark.parametrize(("sw3", "data", "frame"), ANSWERS.values(), ids=ANSWERS.keys())
def test_every_answer_of_the_sheet_is_built_byte_for_byte(sw3: int, data: str, frame: str) -> None:
    assert answer(sw3, bytes.fromhex(data)) == bytes.fromhex(frame)


def test_bytes_may_come_one_by_one_or_many_frames_at_once() -> None:
    stream = bytes.fromhex("".join(frame for frame, _ in REQUESTS.values()))
    at_once = RequestReader().hear(stream, 0)
    reader = RequestReader()
    one_by_one = [heard for byte in stream for heard in reader.hear(bytes((byte,)), 0)]
    assert [request.command.hex().upper() for request in at_once if isinstance(request, Request)] == [
        command for _, command in REQUESTS.values()
    ]
    assert one_by_one == at_once


@pytest.mark.parametrize("noise", ["", "00", "AA", "AAAA", "AAAA9669", "96699669", "AAAAAA96"])
def test_noise_and_half_preambles_before_a_request_are_passed_over(noise: str) -> None:
    frame = bytes.fromhex(noise) + bytes.fromhex("AAAAAA9669 0003 2001 22")
    assert RequestReader().hear(frame, 0) == [Request(b"\x20\x01", b"")]


def test_a_wrong_checksum_is_told_and_the_next_request_is_found() -> None:
    wrong, right = bytes.fromhex("AAAAAA9669 0003 2001 23"), bytes.fromhex("AAAAAA9669 0003 2002 21")
    assert RequestReader().hear(wrong + right, 0) == [WrongChecksum(), Request(b"\x20\x02", b"")]


@pytest.mark.parametrize("length", ["0000", "0002", "0041", "FFFF"])
def test_an_impossible_length_is_told_and_nothing_is_waited_for(length: str) -> None:
    heard = RequestReader().hear(bytes.fromhex(f"AAAAAA9669 {length} AAAAAA9669 0003 2001 22"), 0)
    assert heard == [WrongLength(), Request(b"\x20\x01", b"")]


def test_half_a_request_is_forgotten_after_half_a_second_of_quiet() -> None:
    reader = RequestReader()
    assert reader.hear(bytes.fromhex("AAAAAA9669 0010 20"), 0.0) == []
    assert reader.hear(bytes.fromhex("AAAAAA9669 0003 2001 22"), 0.6) == [Request(b"\x20\x01", b"")]


def test_random_streams_never_hold_more_than_one_request_and_never_lose_the_next() -> None:
    chance = random.Random(7)
    good = bytes.fromhex("AAAAAA9669 0003 2001 22")
    for _ in range(2000):
        reader = RequestReader()
        junk = bytes(chance.choice((0xAA, 0x96, 0x69, 0x00, 0x03, chance.randrange(256))) for _ in range(60))
        for start in range(0, len(junk), 7):
            reader.hear(junk[start : start + 7], 0.0)
        assert reader.hear(good, 1.0) == [Request(b"\x20\x01", b"")]


def test_the_checksum_is_the_xor_of_everything_after_the_preamble() -> None:
    frame = answer(0x90, bytes(range(200)))
    assert frame.startswith(PREAMBLE)
    assert checksum(frame[5:]) == 0
