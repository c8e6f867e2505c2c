"""The frame codec: worked frames both ways, and streams no honest pad would send."""

import random

import pytest

from drivers.pin_pad import vectors
from drivers.pin_pad.frames import Answer, Broken, Item, KeyByte, PadParser, request_frame, xor_of
from drivers.pin_pad.pin_block import Account, format0

FUZZ_FRAMES = 20_000
DONE = bytes.fromhex(vectors.GOOD_ANSWER)


def answer_frame(status: int, data: bytes = b"") -> bytes:
    """Written out by the sheet, apart from the layout under test."""
    body = bytes((len(data) + 1, status)) + data
    return b"\x02" + (body + bytes([xor_of(body)])).hex().upper().encode() + b"\x03"


@pytest.mark.parametrize("vector", vectors.REQUESTS, ids=lambda vector: vector.meaning)
def test_a_request_is_the_worked_frame_and_is_read_back(vector: vectors.RequestVector) -> None:
    frame = request_frame(vector.code, bytes.fromhex(vector.data))
    assert frame == b"\x02" + vector.text.encode() + b"\x03"
    assert PadParser().feed(frame) == [Answer(vector.code, bytes.fromhex(vector.data))]


def test_the_good_answer_is_understood_whole_and_byte_by_byte() -> None:
    assert answer_frame(0x04) == DONE
    assert PadParser().feed(DONE) == [Answer(0x04, b"")]
    parser = PadParser()
    assert [item for byte in DONE for item in parser.feed(bytes([byte]))] == [Answer(0x04, b"")]


def test_small_letters_are_hex_too() -> None:
    assert PadParser().feed(answer_frame(0xA4, b"\xab\xcd").lower()) == [Answer(0xA4, b"\xab\xcd")]


def test_the_longest_frame_is_built_and_read_and_a_longer_one_is_not_built() -> None:
    data = bytes(range(254))
    assert PadParser().feed(request_frame(0x36, data)) == [Answer(0x36, data)]
    with pytest.raises(ValueError, match="254"):
        request_frame(0x36, bytes(255))


def test_keys_between_frames_come_out_in_their_order() -> None:
    stream = b"\x2a" + DONE + b"\x08\x31" + DONE + b"\x00\x0d\x1b"
    assert PadParser().feed(stream) == [
        KeyByte(0x2A),
        Answer(0x04, b""),
        KeyByte(0x08),
        KeyByte(0x31),
        Answer(0x04, b""),
        KeyByte(0x00),
        KeyByte(0x0D),
        KeyByte(0x1B),
    ]


@pytest.mark.parametrize(
    ("damaged", "shape"),
    [
        (b"\x02010406\x03", "check"),
        (b"\x020004\x03", "length"),
        (b"\x02000000\x03", "length"),
        (b"\x0201G405\x03", "character"),
        (b"\x0201 405\x03", "character"),
        (b"\x0201040505\x03", "end"),
        (b"\x020104\x03", "cut-off"),
        (b"\x0203040506\x03", "cut-off"),
        (b"\x02\x03", "cut-off"),
        (b"\x02010", "cut-off"),
    ],
)
def test_damage_is_named_and_the_next_frame_is_found(damaged: bytes, shape: str) -> None:
    assert PadParser().feed(damaged + DONE) == [Broken(shape), Answer(0x04, b"")]


def test_the_rest_of_a_damaged_frame_is_never_given_out_as_keys() -> None:
    assert PadParser().feed(b"\x020A\xff3132333435363738\x03\x31") == [Broken("character"), KeyByte(0x31)]


def test_silence_in_the_middle_tears_a_frame_and_silence_elsewhere_is_nothing() -> None:
    parser = PadParser()
    parser.feed(DONE[:5])
    assert parser.inside
    assert parser.silence() == Broken("cut-off")
    assert parser.silence() is None
    assert parser.feed(b"\x35" + DONE) == [KeyByte(0x35), Answer(0x04, b"")]


def test_nothing_that_may_be_secret_is_shown_or_kept() -> None:
    parser = PadParser()
    (answer,) = parser.feed(answer_frame(0x04, b"12345678"))
    assert repr(answer) == "Answer(status=4)"
    assert repr(KeyByte(0x35)) == "KeyByte()"
    assert not any(parser._text)


@pytest.mark.parametrize("vector", vectors.BLOCKS, ids=lambda vector: vector.block)
def test_a_pin_block_of_format_0_is_the_worked_one(vector: vectors.BlockVector) -> None:
    digits = [int(digit) for digit in vector.pin]
    assert format0(digits, Account.of_card(vector.number)).hex().upper() == vector.block


@pytest.mark.parametrize("digits", [[1, 2, 3], [1] * 13, [1, 2, 3, 10], [1, 2, 3, -1], []])
def test_what_is_no_pin_makes_no_block(digits: list[int]) -> None:
    with pytest.raises(ValueError, match="4 to 12"):
        format0(digits, Account.of_card("6210980000000000013"))


@pytest.mark.parametrize("number", ["", "123456789012", "1" * 20, "621098000000000001X", "６210980000000000013"])
def test_what_is_no_card_number_gives_no_account_and_is_not_repeated(number: str) -> None:
    with pytest.raises(ValueError, match="13 to 19") as refused:
        Account.of_card(number)
    assert not number or number not in str(refused.value)
    assert repr(Account.of_card("6210980000000000013")) == "Account()"


def mutated(frame: bytes, chance: random.Random) -> bytes:
    raw = bytearray(frame)
    for _ in range(chance.randint(0, 3)):
        match chance.randrange(5):
            case 0 if raw:
                raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
            case 1:
                del raw[chance.randint(0, len(raw)) :]
            case 2:
                at = chance.randrange(len(raw) + 1)
                raw[at:at] = chance.randbytes(chance.randint(1, 8))
            case 3:
                at = chance.randrange(len(raw) + 1)
                raw[at:at] = chance.choice((b"\x02", b"\x03", b"\x02FF", b"00", b"\x0d"))
            case _:
                raw = bytearray(chance.randbytes(chance.randint(0, 24)))
    return bytes(raw)


def test_twenty_thousand_damaged_frames_raise_nothing_and_a_good_frame_behind_them_is_found() -> None:
    chance = random.Random(20261122)
    frames = [DONE, answer_frame(0x04, b"KMY3501 V1.0"), answer_frame(0xA4), answer_frame(0x04, bytes(200))]
    parser = PadParser()
    seen: dict[type[Item], int] = {}
    for _ in range(FUZZ_FRAMES):
        stream = mutated(chance.choice(frames), chance)
        while stream:
            cut = chance.randint(1, len(stream))
            for item in parser.feed(stream[:cut]):
                seen[type(item)] = seen.get(type(item), 0) + 1
            stream = stream[cut:]
        assert len(parser._text) <= 2 * 257
    assert min(seen[kind] for kind in (Answer, Broken, KeyByte)) > 1000
    assert parser.feed(DONE)[-1] == Answer(0x04, b"")
