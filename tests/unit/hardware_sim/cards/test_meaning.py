"""Commands and answers in words, and the log of what passed; a PIN is in neither."""

import random
import tomllib
from pathlib import Path

import pytest

from hardware_sim.cards.meaning import CardDecoder
from hardware_sim.meaning import Direction
from hardware_sim.pcsc.traffic import KEPT, Traffic

TABLE = tomllib.loads(Path(__file__).with_name("status_words.toml").read_text(encoding="utf-8"))
TO, FROM = Direction.TO_DEVICE, Direction.FROM_DEVICE


def english(direction: Direction, data: str) -> str:
    (piece,) = CardDecoder().hear(direction, bytes.fromhex(data))
    assert piece.zh
    return piece.en


@pytest.mark.parametrize(
    ("apdu", "words"),
    [
        ("00A404000F7378312E73682EC9E7BBE1B1A3D5CF", "SELECT: social security (sx1)"),
        ("00A404000F7378312E73682EC9E7BBE1B1A3D5CF00", "SELECT: social security (sx1)"),
        ("00A4040006D15600000502", "SELECT: DF03"),
        ("00A4040005A000000334", "SELECT: unknown name"),
        ("00A4000002EF05", "SELECT: EF05"),
        ("00A40000", "SELECT: 3F00"),
        ("00B2072C0B", "READ RECORD: EF05 record 7"),
        ("00B2080014", "READ RECORD: current EF tag 08"),
        ("00B0880010", "READ BINARY: EF08"),
        ("0020000000", "VERIFY: asks for the tries left"),
        ("0082000A10" + "00" * 16, "EXTERNAL AUTHENTICATION: key 0A"),
        ("BFDE680820" + "00" * 32, "DELIVERY SESSION KEY: key 08"),
        ("00FF000000", "unknown command"),
        ("00A4", "not a whole command"),
    ],
)
def test_a_command_is_told_in_words(apdu: str, words: str) -> None:
    assert english(TO, apdu) == words


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("9000", "9000 done"),
        ("11223344556677889000", "9000 done, 8 bytes"),
        ("611E", "611E 30 bytes wait"),
        ("6C12", "6C12 Le should be 18"),
        ("63C5", "63C5 5 tries left"),
        ("6F01", "6F01 unknown status"),
        ("61", "cut-off answer"),
        ("", "no answer"),
        ("3B6D00000081544C968684990100000001", "answer to reset"),
    ],
)
def test_an_answer_is_told_in_words(answer: str, words: str) -> None:
    assert english(FROM, answer) == words


def test_every_word_of_the_sheet_has_a_meaning() -> None:
    for words in TABLE["sheet"].values():
        for word in words.split():
            assert "unknown" not in english(FROM, word.replace("x", "1")) or word in ("6D00", "6E00")


@pytest.mark.parametrize("apdu", ["0020000003123456", "805E010007123456FF888888", "842400010C4893E72A7038BF86BE4DF330"])
def test_a_pin_is_blanked_at_its_length(apdu: str) -> None:
    (piece,) = CardDecoder().hear(TO, bytes.fromhex(apdu))
    assert piece.data.hex().upper() == apdu[:10] + "00" * (len(apdu) // 2 - 5)
    traffic = Traffic(lambda: 1.0)
    traffic.add("user", TO, bytes.fromhex(apdu))
    assert traffic.since(0)[0].data == piece.data


def test_any_bytes_get_words_and_nothing_is_held_back() -> None:
    chance = random.Random(3)
    decoder = CardDecoder()
    for _ in range(5000):
        data = chance.randbytes(chance.randrange(12))
        assert [piece.en != "" for piece in decoder.hear(chance.choice((TO, FROM)), data)] == [True]
    assert decoder.rest() == []


def test_the_log_keeps_the_newest_and_numbers_them_all() -> None:
    traffic = Traffic(lambda: 2.5)
    for number in range(KEPT + 10):
        traffic.add("psam", FROM, bytes([number % 256]))
    kept = traffic.since(0)
    assert (len(kept), kept[0].number, kept[-1].number) == (KEPT, 11, KEPT + 10)
    assert [passage.number for passage in traffic.since(KEPT + 8)] == [KEPT + 9, KEPT + 10]
    assert (kept[0].slot, kept[0].direction, kept[0].at) == ("psam", FROM, 2.5)
