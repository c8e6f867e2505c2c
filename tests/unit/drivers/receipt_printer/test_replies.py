"""Bytes from the printer: four kinds in one stream, told apart."""

import random

import pytest

from drivers.receipt_printer.replies import Reply, ReplyKind, ReplyReader

FINE = bytes.fromhex("10000000")


def real_time(byte: int) -> Reply:
    return Reply(ReplyKind.REAL_TIME, bytes([byte]))


def queued(byte: int) -> Reply:
    return Reply(ReplyKind.QUEUED, bytes([byte]))


def automatic(status: bytes) -> Reply:
    return Reply(ReplyKind.AUTOMATIC, status)


@pytest.mark.parametrize("byte", range(256))
def test_a_byte_is_of_exactly_one_kind(byte: int) -> None:
    reader = ReplyReader(queued_pending=1)
    got = reader.feed(bytes([byte]))
    if byte & 0x93 == 0x12:
        assert got == [real_time(byte)]
    elif byte & 0x90 == 0:
        assert got == [queued(byte)]
    else:
        assert got == []
    rest = reader.feed(bytes(3))
    assert rest == (
        [automatic(bytes([byte, 0, 0, 0]))] if byte & 0x93 == 0x10 else [queued(0)] if not got or byte & 0x90 else []
    )


def test_a_queued_answer_that_nobody_asked_for_is_passed_over() -> None:
    reader = ReplyReader()
    assert reader.feed(b"\x00\x0f") == []
    reader.queued_pending = 1
    assert reader.feed(b"\x03\x00") == [queued(0x03)]


@pytest.mark.parametrize("status", ["10000000", "38000000", "18000F00", "10000300", "18080000"])
def test_automatic_status_is_taken_whole_and_in_its_place(status: str) -> None:
    reader = ReplyReader(queued_pending=1)
    raw = bytes.fromhex(status)
    stream = raw + b"\x12" + raw + b"\x11\x13\x0c"
    pieces = [answer for byte in stream for answer in reader.feed(bytes([byte]))]
    assert pieces == [automatic(raw), real_time(0x12), automatic(raw), queued(0x0C)]


def test_flow_control_may_come_between_the_bytes_of_an_automatic_status() -> None:
    reader = ReplyReader()
    assert reader.feed(b"\x18\x13\x00\x0f") == []
    assert reader.full
    assert reader.feed(b"\x11\x00") == [automatic(b"\x18\x00\x0f\x00")]
    assert not reader.full


def test_a_torn_automatic_status_does_not_swallow_the_next_answer() -> None:
    reader = ReplyReader(queued_pending=1)
    assert reader.feed(b"\x10\x00\x12\x00") == [real_time(0x12), queued(0x00)]
    assert reader.feed(b"\x10\x00" + FINE) == [automatic(FINE)]


def test_silence_ends_an_automatic_status_that_was_begun() -> None:
    reader = ReplyReader(queued_pending=1)
    assert reader.feed(b"\x10\x00\x00") == []
    reader.silence()
    assert reader.feed(b"\x00") == [queued(0x00)]


def test_flow_control_is_remembered() -> None:
    reader = ReplyReader(queued_pending=1)
    assert reader.feed(b"\x12\x13") == [real_time(0x12)]
    assert reader.full
    assert reader.feed(b"\x00\x11") == [queued(0x00)]
    assert not reader.full


def test_twenty_thousand_damaged_streams_end_in_answers_of_the_right_shape() -> None:
    chance = random.Random(1004)
    good = (
        FINE,
        b"\x38\x00\x00\x00",
        b"\x18\x00\x0f\x00",
        b"\x12",
        b"\x1a",
        b"\x7e",
        b"\x00",
        b"\x0f",
        b"\x13",
        b"\x11",
    )
    answers = 0
    for _ in range(20_000):
        stream = bytearray(b"".join(chance.choice(good) for _ in range(chance.randint(1, 8))))
        for _ in range(chance.randint(0, 3)):
            at = chance.randrange(len(stream) + 1)
            match chance.randrange(3):
                case 0:
                    stream[at : at + 1] = chance.randbytes(1)
                case 1:
                    del stream[at : at + chance.randint(1, 3)]
                case _:
                    stream[at:at] = chance.randbytes(chance.randint(1, 3))
        pending = chance.randint(0, 3)
        whole, pieces = ReplyReader(queued_pending=pending), ReplyReader(queued_pending=pending)
        found = whole.feed(bytes(stream))
        assert [reply for byte in stream for reply in pieces.feed(bytes([byte]))] == found
        assert pieces.full == whole.full
        for reply in found:
            first = reply.data[0]
            match reply.kind:
                case ReplyKind.REAL_TIME:
                    assert len(reply.data) == 1
                    assert first & 0x93 == 0x12
                case ReplyKind.QUEUED:
                    assert len(reply.data) == 1
                    assert first & 0x90 == 0
                case ReplyKind.AUTOMATIC:
                    assert len(reply.data) == 4
                    assert first & 0x93 == 0x10
                    assert not any(byte & 0x90 for byte in reply.data[1:])
        assert sum(reply.kind is ReplyKind.QUEUED for reply in found) <= pending
        answers += len(found)
    assert answers > 20_000
