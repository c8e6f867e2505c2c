"""The contactless interface: the ATR a reader makes, whole answers, and the habits with Le 00 on both interfaces."""

from collections.abc import Callable
from typing import Any

import pytest

from hardware_sim.cards.atr import ats, historical_bytes

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
SSSE_FCI = "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103"
CARD_ID = "0110990100D15600000500000001FFFFFFFF"


@pytest.fixture
def near(insert: Callable[..., Any]) -> Any:
    """The worker's card, held to the reader."""
    return insert(interface="contactless")


def test_the_sample_card_has_the_sample_atr_and_ats(near: Any) -> None:
    assert near.card.power_on().hex().upper() == "3B8D80010081544C96868499010000000198"
    assert ats(historical_bytes("990100", bytes.fromhex("00000001"))).hex().upper() == (
        "127880A0020081544C968684990100000001"
    )


@pytest.mark.parametrize("le", ["", "00", "1E", "FF"])
def test_answers_come_whole_with_le_and_without(near: Any, le: str) -> None:
    assert near.send(SSSE + le) == SSSE_FCI + "9000"


def test_a_shorter_le_gets_a_part_and_get_response_the_rest(near: Any) -> None:
    assert near.send(SSSE + "10") == SSSE_FCI[:32] + "610E"
    assert near.send("00C0000000") == SSSE_FCI[32:] + "9000"
    assert near.send("00C0000000") == "6F00"


def test_a_whole_session_works_without_get_response(near: Any) -> None:
    assert near.send(SSSE)[-4:] == "9000"
    assert near.send("00880000101122334455667788" + "0102030405060708") == "EC6473C40808C0139000"
    assert near.send("00B2012C00") == CARD_ID + "9000"
    assert near.send("00B2010540")[-4:] == "9000"
    assert near.authenticate("0A") == "9000"
    assert near.send("00B201355B")[-4:] == "9000"
    assert near.send("0020000003123456") == "9000"
    assert near.send("00A4040006D15600000503")[-4:] == "9000"
    assert near.begin_purchase(10, 0, 0)[-4:] == "9000"
    assert near.debit(10, 0, 0)[-4:] == "9000"
    assert near.card.notes.count == 0


def test_a_wrong_length_is_told_here_too(near: Any) -> None:
    near.send(SSSE)
    assert near.send("00B2012C10") == "6C12"
    assert near.send("00B2012C12") == CARD_ID + "9000"
    assert near.send("00A40400000F" + SSSE[10:]) == "6700"
    assert near.send("00A404000F7378") == "6700"


def test_only_third_generation_cards_have_an_antenna(insert: Callable[..., Any]) -> None:
    for version in ("", "1.00", "2.00", "2.01"):
        with pytest.raises(ValueError, match="contacts only"):
            insert(interface="contactless", card__version=version)


@pytest.mark.parametrize(
    ("interface", "le_zero", "answer"),
    [
        ("contact", None, "6C12"),
        ("contact", "6Cxx", "6C12"),
        ("contact", "data", CARD_ID + "9000"),
        ("contactless", None, CARD_ID + "9000"),
        ("contactless", "data", CARD_ID + "9000"),
        ("contactless", "6Cxx", "6C12"),
    ],
)
def test_le_00_is_answered_by_habit(insert: Callable[..., Any], interface: str, le_zero: str, answer: str) -> None:
    hands = insert(interface=interface, le_zero=le_zero)
    hands.fetch(SSSE)
    assert hands.send("00B2012C00") == answer
    assert hands.send("00B2012C12") == CARD_ID + "9000"


def test_the_same_chip_is_behind_both_interfaces(insert: Callable[..., Any]) -> None:
    hands = insert()
    hands.fetch(SSSE)
    hands.send("0020000003999999")
    near = insert(memory=hands.card.memory, interface="contactless")
    near.send(SSSE)
    assert near.send("00200000") == "63C5"


def test_the_air_is_faster_than_the_line(near: Any, insert: Callable[..., Any]) -> None:
    read = bytes.fromhex("00B2012D40")
    assert near.card.seconds(read) < insert().card.seconds(read)
