"""CHANGE PIN, PIN CHANGE/UNBLOCK, and the blocks that are for good."""

from collections.abc import Callable
from typing import Any

import pytest

from hardware_sim.cards.memory import CardMemory
from hardware_sim.cards.social_security_card import SocialSecurityCard

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
DF01, DF02 = "00A4040006D15600000500", "00A4040006D15600000501"
OLD, NEW, WRONG = "0020000003123456", "0020000003888888", "0020000003654321"
CHANGE = "805E010007123456FF888888"
CHALLENGE = bytes.fromhex("A1B2C3D4")


@pytest.fixture
def sample(changed: Callable[..., Any], insert: Callable[..., Any]) -> Callable[[str], Any]:
    """The sample card of an algorithm whose challenges of 4 bytes are A1B2C3D4, as in the worked vectors."""

    def powered(algorithm: str) -> Any:
        hands = insert(card__algorithm=algorithm)
        hands.card = SocialSecurityCard(changed(card__algorithm=algorithm), chance=lambda n: CHALLENGE.ljust(n, b"\0"))
        hands.card.power_on()
        hands.fetch(SSSE)
        return hands

    return powered


@pytest.mark.parametrize(
    ("algorithm", "unblock", "new_pin"),
    [
        ("3DES", "84240000042471698C", "842400010C4893E72A7038BF86BE4DF330"),
        ("SM4", "8424000004448BAB0E", "8424000114341D8CFC0871D957D0C6E92659046500AC0AAF3C"),
    ],
)
def test_the_worked_commands_unblock_and_set_the_pin(
    sample: Callable[[str], Any], algorithm: str, unblock: str, new_pin: str
) -> None:
    hands = sample(algorithm)
    hands.card.lock_pin()
    assert hands.send(OLD) == "6983"
    assert hands.send("0084000004") == "A1B2C3D49000"
    assert hands.send(unblock) == "9000"
    assert hands.send("00200000") == "63C6"
    assert hands.send("0084000004") == "A1B2C3D49000"
    assert hands.send(new_pin) == "9000"
    assert hands.send(NEW) == "9000"
    assert hands.send(OLD) == "63C5"


def test_the_worked_change_of_the_pin_is_taken_and_kept(in_ssse: Any, insert: Callable[..., Any]) -> None:
    assert in_ssse.send(CHANGE) == "9000"
    kept = CardMemory.model_validate_json(in_ssse.card.memory.model_dump_json())
    again = insert(memory=kept)
    again.fetch(SSSE)
    assert [again.send(OLD), again.send(NEW), again.send("00200000")] == ["63C5", "9000", "63C6"]


def test_changing_counts_wrong_old_pins_like_verify_and_a_success_sets_the_counter_back(in_ssse: Any) -> None:
    assert in_ssse.send("805E010007999999FF888888") == "63C5"
    assert in_ssse.send("805E010004FF888888") == "63C4"  # an empty old PIN is wrong here
    assert in_ssse.send(CHANGE) == "9000"
    assert in_ssse.send("00200000") == "63C6"
    assert [in_ssse.send("805E010007999999FF888888") for _ in range(7)][-2:] == ["63C0", "6983"]


def test_a_pin_can_be_taken_away_and_given_again(in_ssse: Any) -> None:
    assert in_ssse.send("805E010004123456FF") == "9000"
    assert in_ssse.send("00200000") == "9000"
    assert in_ssse.send(OLD) == "63C6"
    assert in_ssse.send("805E010005FF1234567F") == "9000"
    assert in_ssse.send("00200000041234567F") == "9000"
    assert in_ssse.send("805E0100091234567FFF12345678") == "9000"
    assert in_ssse.send("002000000412345678") == "9000"


def test_a_wrong_old_pin_ends_the_verified_state(in_ssse: Any) -> None:
    in_ssse.fetch(DF01)
    in_ssse.send(OLD)
    in_ssse.send("805E010007999999FF888888")
    assert in_ssse.send("00B2013C03") == "6982"


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
def test_the_longest_pin_fits_into_secure_messaging(insert: Callable[..., Any], algorithm: str) -> None:
    hands = insert(card__algorithm=algorithm)
    hands.fetch(SSSE)
    assert hands.enciphered("84240001", "1234567890123456") == "9000"
    assert hands.send("00200000081234567890123456") == "9000"


def test_the_pin_belongs_to_its_environment_alone(insert: Callable[..., Any]) -> None:
    hands = insert()
    assert hands.send(CHANGE) == "6A81"
    hands.fetch("00A404000C504B492EC9E7BBE1B1A3D5CF")
    assert hands.send(OLD) == "6A88"
    assert hands.send(CHANGE) == "6A81"


def test_a_blocked_application_is_blocked_for_good_and_its_neighbours_are_not(
    in_ssse: Any, insert: Callable[..., Any]
) -> None:
    in_ssse.fetch(DF01)
    assert in_ssse.protected("841E0001") == "9000"
    assert in_ssse.send("00B2013C03") == "9303"
    assert in_ssse.send("00C0000010") == "9303"
    assert in_ssse.send(DF01) == "9303"
    assert in_ssse.fetch(DF02)[-4:] == "9000"
    again = insert(memory=CardMemory.model_validate_json(in_ssse.card.memory.model_dump_json()))
    again.fetch(SSSE)
    assert again.send(DF01) == "9303"
    assert again.send("00A4000002DF01") == "9303"


def test_a_blocked_environment_takes_its_applications_with_it(in_ssse: Any) -> None:
    assert in_ssse.protected("841E0001") == "9000"
    in_ssse.fetch("00A40000023F00")
    assert in_ssse.send(SSSE) == "9303"
    assert in_ssse.fetch("00A404000E315041592E5359532E4444463031")[-4:] == "9000"


def test_a_blocked_card_says_so_to_every_command_for_ever(in_ssse: Any, insert: Callable[..., Any]) -> None:
    assert in_ssse.protected("84160000") == "9000"
    again = insert(memory=CardMemory.model_validate_json(in_ssse.card.memory.model_dump_json()))
    for hands in (in_ssse, again):
        for apdu in (SSSE, OLD, "0084000008", "00B2012C12", "FF00000000", "80CA9F3600", "00C0000010"):
            assert hands.send(apdu) == "6A81"
