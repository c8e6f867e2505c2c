"""The frame codec: worked frames both ways, and streams no honest reader would send."""

import hashlib
import random

import pytest

from drivers.id_reader import vectors
from drivers.id_reader.frames import LONGEST_ANSWER, PREAMBLE, Answer, FrameParser, request_frame, xor_of

FUZZ_FRAMES = 20_000

NO_CARD = bytes.fromhex("AAAAAA9669000400008084")
FOUND = bytes.fromhex("AAAAAA9669000800009F0000000097")


def answer_frame(data: bytes, sw: bytes = b"\x00\x00\x90") -> bytes:
    body = (len(data) + 4).to_bytes(2, "big") + sw + data
    return PREAMBLE + body + bytes([xor_of(body)])


@pytest.mark.parametrize("vector", vectors.REQUESTS, ids=lambda vector: vector.meaning)
def test_a_request_is_the_worked_frame(vector: vectors.RequestVector) -> None:
    assert request_frame(bytes.fromhex(vector.command)).hex().upper() == vector.frame


@pytest.mark.parametrize("vector", vectors.ANSWERS, ids=lambda vector: vector.meaning)
def test_a_worked_answer_is_understood_whole_and_byte_by_byte(vector: vectors.AnswerVector) -> None:
    expected = [Answer(bytes.fromhex(vector.sw), bytes.fromhex(vector.data))]
    frame = bytes.fromhex(vector.frame)
    assert FrameParser().feed(frame) == expected
    parser = FrameParser()
    assert [answer for byte in frame for answer in parser.feed(bytes([byte]))] == expected


def test_the_citizens_frame_has_the_printed_hash_and_length() -> None:
    frame = bytes.fromhex(vectors.CITIZEN_FRAME)
    assert (len(frame), hashlib.sha256(frame).hexdigest()) == (1295, vectors.CITIZEN_FRAME_SHA256)
    (answer,) = FrameParser().feed(frame)
    assert len(answer.data) == 4 + 256 + 1024


def test_many_frames_at_once_all_come_out_in_order() -> None:
    assert [answer.sw[2] for answer in FrameParser().feed(NO_CARD + FOUND + NO_CARD)] == [0x80, 0x9F, 0x80]


@pytest.mark.parametrize(
    "noise", ["00FF13", "AAAA", "AA", "AAAAAAAAAAAA", "AAAAAA96", "AAAAAA9669", "AAAAAA966900", "AAAAAA966900040000"]
)
def test_a_frame_is_found_behind_noise_and_torn_frames(noise: str) -> None:
    # a torn one promises up to 170 bytes more than it brings; what follows fills them and is then looked through
    answers = FrameParser().feed(bytes.fromhex(noise) + 20 * NO_CARD + FOUND)
    assert [answer.sw[2] for answer in answers][-2:] == [0x80, 0x9F]


def test_a_wrong_checksum_throws_away_one_byte_and_finds_the_next_frame() -> None:
    parser = FrameParser()
    broken = NO_CARD[:-1] + b"\x00"
    assert [answer.sw[2] for answer in parser.feed(broken + FOUND)] == [0x9F]
    assert parser.wrong_checks == 1
    assert parser.noise_bytes == len(broken)


def test_a_frame_inside_a_broken_one_is_not_lost() -> None:
    broken = bytearray(answer_frame(b"\x00" * 9 + FOUND + b"\x00" * 9))
    broken[-1] ^= 0xFF
    assert [answer.sw[2] for answer in FrameParser().feed(bytes(broken))] == [0x9F]


def test_a_preamble_inside_a_photo_is_only_photo() -> None:
    photo = (NO_CARD * 100)[:1024]
    assert FrameParser().feed(answer_frame(photo)) == [Answer(b"\x00\x00\x90", photo)]


@pytest.mark.parametrize("length", [0, 3, LONGEST_ANSWER + 1, 0xFFFF])
def test_an_impossible_length_is_not_waited_for(length: int) -> None:
    parser = FrameParser()
    assert [a.sw[2] for a in parser.feed(PREAMBLE + length.to_bytes(2, "big") + NO_CARD)] == [0x80]
    assert parser.wrong_lengths == 1


def test_the_longest_length_allowed_is_read() -> None:
    data = bytes(LONGEST_ANSWER - 4)
    assert FrameParser().feed(answer_frame(data)) == [Answer(b"\x00\x00\x90", data)]


def test_endless_noise_is_not_kept() -> None:
    parser = FrameParser()
    for _ in range(1000):
        assert parser.feed(b"\xaa" * 997) == []
    assert len(parser._held) < len(PREAMBLE)
    assert parser.feed(NO_CARD)[0].sw[2] == 0x80


def mutated(frame: bytes, chance: random.Random) -> bytes:
    raw = bytearray(frame)
    for _ in range(chance.randint(0, 3)):
        match chance.randrange(5):
            case 0:
                raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
            case 1:
                del raw[chance.randrange(len(raw)) :]
            case 2:
                at = chance.randrange(len(raw) + 1)
                raw[at:at] = chance.randbytes(chance.randint(1, 8))
            case 3:
                at = chance.randrange(len(raw) + 1)
                raw[at:at] = PREAMBLE[: chance.randint(1, 5)]
            case _:
                raw = bytearray(chance.randbytes(chance.randint(1, 24)))
        if not raw:
            break
    return bytes(raw)


def test_twenty_thousand_damaged_frames_raise_nothing_and_a_good_frame_behind_them_is_found() -> None:
    chance = random.Random(20261122)
    frames = [bytes.fromhex(v.frame) for v in vectors.ANSWERS] + [answer_frame(bytes(40))]
    parser = FrameParser()
    for _ in range(FUZZ_FRAMES):
        stream = mutated(chance.choice(frames), chance)
        while stream:
            cut = chance.randint(1, len(stream))
            for answer in parser.feed(stream[:cut]):
                assert len(answer.sw) == 3
            stream = stream[cut:]
        assert len(parser._held) <= 7 + LONGEST_ANSWER
    # enough of the same to fill whatever length a torn frame had promised
    assert parser.feed(NO_CARD * 600)[-1].sw[2] == 0x80
