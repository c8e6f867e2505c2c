"""ATR, T=0 procedure, classes and instructions, power."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from hardware_sim.cards.device import NoAnswerError
from hardware_sim.cards.foreign_card import ForeignCard
from hardware_sim.cards.psam import Psam
from hardware_sim.cards.reader_habits import FetchingReader

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
SSSE_FCI = "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103"


def test_the_sample_card_has_the_sample_atr(insert: Callable[..., Any]) -> None:
    assert insert().card.power_on().hex().upper() == "3B6D00000081544C968684990100000001"


def test_select_makes_a_t0_card_say_how_much_waits_and_get_response_fetches_it(in_ssse: Any) -> None:
    assert in_ssse.send(SSSE) == "611E"
    assert in_ssse.send("00C000001E") == SSSE_FCI + "9000"


def test_an_answer_can_be_fetched_in_parts(in_ssse: Any) -> None:
    in_ssse.send(SSSE)
    assert in_ssse.send("00C0000010") == SSSE_FCI[:32] + "610E"
    assert in_ssse.send("00C000000E") == SSSE_FCI[32:] + "9000"


def test_get_response_with_too_large_a_length_names_the_right_one_and_loses_nothing(in_ssse: Any) -> None:
    in_ssse.send(SSSE)
    assert in_ssse.send("00C00000FF") == "6C1E"
    assert in_ssse.send("00C0000000") == "6C1E"
    assert in_ssse.send("00C000001E") == SSSE_FCI + "9000"


def test_any_other_command_drops_the_answer_that_waits(in_ssse: Any) -> None:
    in_ssse.send(SSSE)
    in_ssse.send("0084000008")
    assert in_ssse.send("00C000001E") == "6F00"


def test_get_response_takes_no_parameters(in_ssse: Any) -> None:
    in_ssse.send(SSSE)
    assert in_ssse.send("00C001001E") == "6A86"


def test_the_le_of_a_case_4_command_never_reaches_a_t0_card(in_ssse: Any) -> None:
    assert in_ssse.send(SSSE + "00") == "611E"


@pytest.mark.parametrize(
    "apdu",
    [
        "00A40400" + "00" + "000F" + SSSE[10:],  # extended Lc
        "00B2012D" + "00" + "0100",  # extended Le
        "00A404000F7378",  # cut off
        "0020000003",  # PIN promised, not sent
        "00A40400027378312E",  # more data than P3 says
        "00B2012D0100",  # READ RECORD with data
        "00A404",  # not even a header
    ],
)
def test_lengths_that_t0_cannot_carry_are_refused_and_noted(in_ssse: Any, apdu: str) -> None:
    before = in_ssse.card.notes.count
    assert in_ssse.send(apdu) == "6700"
    assert in_ssse.card.notes.count == before + 1


@pytest.mark.parametrize(
    ("apdu", "status"),
    [
        ("00FF000000", "6D00"),
        ("84DC010C07290131AABBCCDD", "6D00"),
        ("80B2012D40", "6D00"),
        ("005E010007123456FF888888", "6D00"),
        ("C0B2012D40", "6E00"),
        ("90A4000000", "6E00"),
        ("BFEC0000013B", "6E00"),
    ],
)
def test_unknown_instructions_and_classes_get_their_own_status(in_ssse: Any, apdu: str, status: str) -> None:
    assert in_ssse.send(apdu) == status


def test_a_note_holds_the_header_and_never_the_data(in_ssse: Any) -> None:
    in_ssse.send("0020000003999999")
    note = in_ssse.card.notes.newest()[-1]
    assert (note.header, note.status, note.why) == ("00 20 00 00", "63C5", "wrong PIN")
    assert "99" not in repr(note)


def test_the_notes_keep_the_newest_and_count_all(in_ssse: Any) -> None:
    for _ in range(500):
        in_ssse.send("00FF000000")
    assert in_ssse.card.notes.count == 500
    assert len(in_ssse.card.notes.newest()) == 200


def test_without_power_nobody_answers(insert: Callable[..., Any]) -> None:
    hands = insert()
    hands.card.power_off()
    with pytest.raises(NoAnswerError):
        hands.send(SSSE)


def test_a_reader_that_fetches_by_itself_shows_only_the_complete_answer(insert: Callable[..., Any]) -> None:
    reader = FetchingReader(insert().card)
    assert reader.transmit(bytes.fromhex(SSSE)).hex().upper() == SSSE_FCI + "9000"
    assert reader.transmit(bytes.fromhex("00B2012C00")).hex()[-4:] == "9000"
    assert reader.transmit(bytes.fromhex("00B2092C00")).hex() == "6a83"


def test_a_command_takes_longer_the_more_bytes_it_moves(in_ssse: Any) -> None:
    seconds = in_ssse.card.seconds
    assert seconds(bytes.fromhex("0084000008")) < seconds(bytes.fromhex("00B2012D40")) < 1


def test_a_bank_card_knows_its_own_environment_and_not_ours() -> None:
    card = ForeignCard()
    atr = card.power_on()
    assert atr is not None
    assert len(atr) == 17
    assert card.transmit(bytes.fromhex(SSSE)).hex() == "6a82"
    assert card.transmit(bytes.fromhex("00A404000E315041592E5359532E4444463031")).hex() == "6117"
    assert card.transmit(bytes.fromhex("00B2010C00")).hex() == "6d00"


HEADS = (
    *("", "00A404", "00B2", "00B0", "0020", "0084", "0088", "0082", "00C0", "00DC", "04DC", "00D6", "04D6"),
    *("805E0100", "842400", "841E", "8416", "B028", "B02A0000", "B02C0100", "B026", "B02E", "B056"),
    *("80A80000", "80CA", "BFDE", "80FA", "80700100", "80720000", "BFEC"),
)
WAYS_IN = (
    SSSE,
    "00A4040006D15600000500",
    "00A4040006D15600000503",
    "00A404000C504B492EC9E7BBE1B1A3D5CF",
    "00A4040008A000000333010101",
    "00A4040006D15600000590",
    "0020000003123456",
)


def test_random_and_cut_off_commands_always_get_exactly_one_status_word(insert: Callable[..., Any]) -> None:
    chance = random.Random(20240101)
    devices = (
        insert().card,
        insert(interface="contactless").card,
        insert(card__version="1.00", card__algorithm="3DES").card,
        insert(card__version="2.00", card__algorithm="SSF33").card,
        ForeignCard(),
        Psam("SM4"),
        Psam("3DES", bad_mac2="9302"),
    )
    for device in devices:
        assert device.power_on() is not None
        for _ in range(4000):
            # Half of them start like a real command, so that the branches behind are reached too.
            head = chance.choice(HEADS)
            apdu = bytes.fromhex(head) + chance.randbytes(chance.randrange(40))
            if chance.random() < 0.1:
                apdu = bytes.fromhex(chance.choice(WAYS_IN))
            elif chance.random() < 0.5 and len(apdu) > 5:
                apdu = apdu[:4] + bytes([len(apdu) - 5]) + apdu[5:]
            answer = device.transmit(apdu)
            assert 2 <= len(answer) <= 258
            assert answer[-2] in {0x90, *range(0x61, 0x70), 0x93, 0x94}
