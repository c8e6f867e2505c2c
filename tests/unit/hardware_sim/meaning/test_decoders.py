"""What the decoders make of bytes: whole things in words, nothing lost, no secret shown."""

import random

import pytest

from hardware_sim.id_reader.frames import answer
from hardware_sim.meaning import Direction, Piece
from hardware_sim.pin_pad.entry import Key
from hardware_sim.pin_pad.frames import Request, frame, read
from hardware_sim.pin_pad.meaning import PinPadDecoder
from hardware_sim.pin_pad.pad import PinPad
from hardware_sim.recording.decoders import DECODERS

TO, FROM = Direction.TO_DEVICE, Direction.FROM_DEVICE
FIND = bytes.fromhex("AAAAAA966900032001 22")


def words(device: str, direction: Direction, data: bytes) -> list[tuple[str, str]]:
    return [(piece.zh, piece.en) for piece in DECODERS[device]().hear(direction, data)]


@pytest.mark.parametrize(
    ("device", "direction", "data", "en"),
    [
        ("id-reader", TO, FIND, ["find"]),
        ("id-reader", TO, b"\x00\xaa" + FIND, ["noise", "find"]),
        ("id-reader", FROM, answer(0x80) + answer(0x90, bytes(1284)), ["no card", "done, 1284 bytes"]),
        ("id-reader", FROM, answer(0x90)[:-1] + b"\x00", ["done, wrong checksum"]),
        ("receipt-printer", TO, b"\x1b@\x1c&\xc9\xe7\n", ["initialise", "Chinese on", "text, 2 bytes", "line feed"]),
        ("receipt-printer", TO, b"\x1dr\x01\x10\x04\x01", ["queued status request 01", "real-time status request 01"]),
        ("receipt-printer", FROM, b"\x12\x16", ["real-time status 12: fine", "real-time status 16: something is set"]),
        ("receipt-printer", FROM, b"\x00\x13", ["queued status 00: all before is printed", "stop sending (XOFF)"]),
        ("receipt-printer", FROM, bytes.fromhex("38000000"), ["status: cover open, offline"]),
        ("receipt-printer", FROM, bytes.fromhex("18000F00"), ["status: paper end, offline"]),
        ("receipt-printer", FROM, bytes.fromhex("10000000"), ["status: fine"]),
        ("barcode-reader", TO, b"\x1b1", ["trigger"]),
        ("barcode-reader", TO, b"\x16M\rSUFCA2.", ["menu command"]),
        ("barcode-reader", TO, b"?", ["unknown command"]),
        ("barcode-reader", FROM, b"SUFCA2\x06", ["done"]),
        ("barcode-reader", FROM, "社会\r".encode(), ["text, 7 bytes"]),
        ("pin-pad", TO, frame(0x30) + b"x" + frame(0x45, b"\x02"), ["version", "outside a frame", "keypad: on"]),
        ("pin-pad", TO, frame(0x35, bytes.fromhex("0601010014")), ["start PIN entry: 6 digits, 20 s"]),
        ("pin-pad", FROM, b"*\x08\x0d\x1b\x00", ["a digit was pressed", "clear", "enter", "cancel", "entry timed out"]),
        ("pin-pad", FROM, frame(0xA4) + frame(0xF2), ["fine, master key not valid", "self-test fault F2"]),
        ("a4-printer", TO, b"junk", ["not IPP"]),
    ],
)  # fmt: skip
def test_every_device_is_explained_in_words(device: str, direction: Direction, data: bytes, en: list[str]) -> None:
    assert [said for _, said in words(device, direction, data)] == en
    assert all(zh for zh, _ in words(device, direction, data))


def test_a_text_in_gbk_and_in_utf_8_is_shown_as_people_read_it() -> None:
    for encoding in ("utf-8", "gbk"):
        assert words("barcode-reader", FROM, "社会保障\r\n".encode(encoding))[0][0] == "文本 «社会保障»"
    assert words("receipt-printer", TO, b"\x1c&" + "社会".encode("gbk"))[1][0] == "文字 «社会»"


@pytest.mark.parametrize("device", ["id-reader", "receipt-printer", "barcode-reader", "a4-printer"])
def test_nothing_is_lost_or_added_whatever_the_bytes_and_the_pieces(device: str) -> None:
    chance = random.Random(device)
    heads = [b"\xaa\xaa\xaa\x96\x69\x00", b"\x1b", b"\x1d", b"\x10\x04", b"\x1dv0", b"\x10", b"\xc9\xe7", b"\x1c&"]
    for _ in range(200):
        decoder = DECODERS[device]()
        sent: dict[Direction, bytes] = {TO: b"", FROM: b""}
        heard: dict[Direction, bytes] = {TO: b"", FROM: b""}
        for _ in range(20):
            direction = chance.choice((TO, FROM))
            data = chance.choice(heads) if chance.random() < 0.4 else chance.randbytes(chance.randrange(1, 40))
            sent[direction] += data
            heard[direction] += b"".join(piece.data for piece in decoder.hear(direction, data))
        for direction, piece in decoder.rest():
            heard[direction] += piece.data
        assert heard == sent
        assert decoder.rest() == []


def shown(decoder: PinPadDecoder, direction: Direction, data: bytes) -> bytes:
    return b"".join(piece.data for piece in decoder.hear(direction, data))


@pytest.mark.parametrize(
    ("command", "data", "blank"),
    [
        (0x32, b"\x00" + b"MASTERKEY1234567", b"\x00" + bytes(16)),
        (0x33, b"\x00\x01" + b"WORKING!", b"\x00\x01" + bytes(8)),
        (0x34, b"621098000000", b"000000000000"),
        (0x36, b"plain...", bytes(8)),
        (0x37, b"cipher..", bytes(8)),
        (0x41, b"message", bytes(7)),
        (0x43, b"\x00\x01", b"\x00\x01"),
    ],
)
def test_keys_and_data_are_blanked_in_a_frame_that_is_still_one(command: int, data: bytes, blank: bytes) -> None:
    raw = shown(PinPadDecoder(), TO, frame(command, data))
    assert raw == frame(command, blank)
    assert isinstance(read(raw[1:-1]), Request)


def test_what_a_key_made_is_blanked_in_the_answer() -> None:
    decoder = PinPadDecoder()
    decoder.hear(TO, frame(0x42))
    assert shown(decoder, FROM, frame(0x04, b"PINBLOCK")) == frame(0x04, bytes(8))
    decoder.hear(TO, frame(0x30))
    assert shown(decoder, FROM, frame(0x04, b"VERSION!")) == frame(0x04, b"VERSION!")


def test_an_answer_that_could_be_secret_is_blanked_also_after_lost_and_torn_ones() -> None:
    lost = PinPadDecoder()
    lost.hear(TO, frame(0x30) + frame(0x42))
    assert b"50494E" not in shown(lost, FROM, frame(0x04, b"PINBLOCK"))
    torn = PinPadDecoder()
    torn.hear(TO, frame(0x42))
    assert b"50494E" not in shown(torn, FROM, frame(0x04, b"PINBLOCK")[:10] + frame(0x04, b"PINBLOCK"))
    assert b"50494E" not in shown(PinPadDecoder(), FROM, frame(0x04, b"PINBLOCK"))


def test_digits_in_clear_are_blanked_and_other_keys_are_not() -> None:
    assert shown(PinPadDecoder(), FROM, b"12\x0834\x0d") == b"**\x08**\x0d"


def test_half_a_frame_and_a_bad_one_show_only_their_length() -> None:
    decoder = PinPadDecoder()
    whole = frame(0x32, b"\x00SECRETK!")
    assert shown(decoder, TO, whole[:12]) == b""
    ((direction, piece),) = decoder.rest()
    assert (direction, piece.data) == (TO, b"\x02" + b"0" * 11)
    assert shown(decoder, TO, whole[:-3] + b"00\x03") == b"\x02" + b"0" * (len(whole) - 2) + b"\x03"


def test_no_pin_can_be_found_in_anything_shown_of_a_whole_conversation() -> None:
    pad = PinPad(pace=0, master_key=b"1" * 8)
    decoder = PinPadDecoder()
    pieces: list[Piece] = []

    def talk(data: bytes) -> None:
        pieces.extend(decoder.hear(TO, data))
        for _, said in pad.feed(data, 0.0):
            pieces.extend(decoder.hear(FROM, said))

    talk(frame(0x45, b"\x02"))
    for key in "739164":
        for _, said in pad.press(Key(key), 0.0):
            pieces.extend(decoder.hear(FROM, said))
    everything = b"".join(piece.data for piece in pieces)
    assert not set(everything) & set(b"79")
    assert all("7" not in piece.zh + piece.en for piece in pieces)
