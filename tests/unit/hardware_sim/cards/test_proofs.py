"""VERIFY, GET CHALLENGE, INTERNAL and EXTERNAL AUTHENTICATION, and the counters that outlive power."""

from collections.abc import Callable
from typing import Any

import pytest

from hardware_sim.cards.crypto import FAMILIES
from hardware_sim.cards.memory import CardMemory

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
PIN, WRONG = "0020000003123456", "0020000003654321"
AUTH_DATA = {"3DES": "C7D9E4135EEAF94D", "SM4": "EC6473C40808C013"}
RAW = "0102030405060708"


def test_asking_for_the_tries_costs_none(in_ssse: Any) -> None:
    assert [in_ssse.send("00200000"), in_ssse.send("0020000000")] == ["63C6", "63C6"]


def test_a_wrong_pin_lowers_the_counter_first_and_a_right_one_sets_it_back(in_ssse: Any) -> None:
    assert [in_ssse.send(WRONG), in_ssse.send(WRONG), in_ssse.send("00200000")] == ["63C5", "63C4", "63C4"]
    assert in_ssse.send(PIN) == "9000"
    assert in_ssse.send("00200000") == "63C6"


def test_the_last_wrong_pin_locks_the_card_and_the_right_one_comes_too_late(in_ssse: Any) -> None:
    assert [in_ssse.send(WRONG) for _ in range(7)] == ["63C5", "63C4", "63C3", "63C2", "63C1", "63C0", "6983"]
    assert in_ssse.send(PIN) == "6983"
    assert in_ssse.send("00200000") == "6983"


def test_tries_outlive_power_and_a_verified_pin_does_not(in_ssse: Any) -> None:
    in_ssse.send(WRONG)
    in_ssse.card.power_off()
    in_ssse.card.power_on()
    in_ssse.fetch(SSSE)
    assert in_ssse.send("00200000") == "63C5"
    assert in_ssse.send(PIN) == "9000"
    in_ssse.card.power_on()
    in_ssse.fetch(SSSE)
    in_ssse.fetch("00A4040006D15600000500")
    assert in_ssse.send("00B2013C03") == "6982"


def test_a_wrong_pin_takes_the_verified_state_away(in_ssse: Any) -> None:
    in_ssse.send(PIN)
    in_ssse.send(WRONG)
    in_ssse.fetch("00A4040006D15600000500")
    assert in_ssse.send("00B2013C03") == "6982"


def test_a_card_without_pin_says_so_and_takes_none(insert: Callable[..., Any]) -> None:
    hands = insert(card__pin="")
    hands.fetch(SSSE)
    assert hands.send("00200000") == "9000"
    assert hands.send(PIN) == "63C6"
    assert hands.send("00200000") == "9000"


def test_a_pin_with_an_odd_number_of_digits_is_filled_with_f(insert: Callable[..., Any]) -> None:
    hands = insert(card__pin="1234567")
    hands.fetch(SSSE)
    assert hands.send("00200000041234567F") == "9000"


@pytest.mark.parametrize(
    ("apdu", "status"),
    [
        ("002000000112", "6700"),
        ("0020000009123456789012345678", "6700"),
        ("0020000002123F", "6984"),  # three digits
        ("002000000312345A", "6984"),
        ("0020000004123456FF", "6984"),
        ("0020000103123456", "6A86"),
    ],
)
def test_what_is_no_pin_costs_no_try(in_ssse: Any, apdu: str, status: str) -> None:
    assert in_ssse.send(apdu) == status
    assert in_ssse.send("00200000") == "63C6"


def test_outside_the_environment_there_is_no_pin_and_no_key(insert: Callable[..., Any]) -> None:
    hands = insert()
    assert hands.send(PIN) == "6A88"
    assert hands.send("0088000010" + "00" * 16) == "6A88"
    assert hands.send("0082000A10" + "00" * 16) == "6A88"


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
def test_internal_authentication_gives_the_worked_vector(insert: Callable[..., Any], algorithm: str) -> None:
    hands = insert(card__algorithm=algorithm)
    hands.fetch(SSSE)
    for apdu in ("00880000101122334455667788" + RAW, "00880000111122334455667788" + RAW + "01"):
        assert hands.send(apdu) == "6108"
        assert hands.send("00C0000008") == AUTH_DATA[algorithm] + "9000"


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
def test_external_authentication_takes_the_worked_vector(insert: Callable[..., Any], algorithm: str) -> None:
    hands = insert(card__algorithm=algorithm)
    hands.fetch(SSSE)
    assert hands.send("00B201345B") == "6982"
    assert hands.send("0084000008") == "11223344556677889000"
    assert hands.send("0082000A10" + AUTH_DATA[algorithm] + RAW) == "9000"
    assert hands.send("00B201355B")[-4:] == "9000"


def test_the_algorithm_is_told_in_the_answer_to_select(insert: Callable[..., Any]) -> None:
    assert insert(card__algorithm="3DES").fetch(SSSE)[-10:] == "8601019000"
    assert insert(card__algorithm="SM4").fetch(SSSE)[-10:] == "8601039000"


def test_internal_authentication_between_does_not_use_the_challenge_up(in_ssse: Any) -> None:
    in_ssse.send("0084000008")
    in_ssse.fetch("00880000101122334455667788" + RAW)
    assert in_ssse.send("0082000A10" + AUTH_DATA["SM4"] + RAW) == "9000"


def test_a_challenge_is_good_for_one_try_only(in_ssse: Any) -> None:
    assert in_ssse.send("0082000A10" + AUTH_DATA["SM4"] + RAW) == "6984"
    in_ssse.send("0084000008")
    assert in_ssse.send("0082000A10" + "00" * 16) == "63C2"
    assert in_ssse.send("0082000A10" + AUTH_DATA["SM4"] + RAW) == "6984"


def test_a_short_challenge_is_filled_with_zeros(in_ssse: Any) -> None:
    # The fixture's challenge of 4 bytes is 11223344.
    assert in_ssse.send("0084000004") == "112233449000"
    family = FAMILIES["SM4"]
    session_key = family.session_key(bytes.fromhex("EA1D6E8D284DC4D61C980659EA3CB33D"), bytes.fromhex("11223344"))
    auth = family.authentication_data(session_key, bytes.fromhex(RAW)).hex()
    assert in_ssse.send("0082000A10" + auth + RAW) == "9000"


def test_a_key_locks_after_three_failures_and_a_success_before_sets_it_back(in_ssse: Any) -> None:
    def fail() -> str:
        in_ssse.send("0084000008")
        answer: str = in_ssse.send("0082000A10" + "00" * 16)
        return answer

    assert [fail(), fail()] == ["63C2", "63C1"]
    assert in_ssse.authenticate("0A") == "9000"
    assert [fail(), fail(), fail(), fail()] == ["63C2", "63C1", "63C0", "6983"]
    assert in_ssse.authenticate("0A") == "6983"
    in_ssse.card.power_on()
    in_ssse.fetch(SSSE)
    assert in_ssse.authenticate("0A") == "6983"


def test_a_failed_authentication_ends_the_proof_held_before(in_ssse: Any) -> None:
    assert in_ssse.authenticate("0A") == "9000"
    in_ssse.send("0084000008")
    in_ssse.send("0082000A10" + "00" * 16)
    assert in_ssse.send("00B201345B") == "6982"


@pytest.mark.parametrize(
    ("apdu", "status"),
    [
        ("0082000C10" + "00" * 16, "6A88"),
        ("0082000010" + "00" * 16, "6A88"),  # IRK proves the card, not the terminal
        ("0082000610" + "00" * 16, "6A88"),  # PUK only makes MACs
        ("0082008210" + "00" * 16, "6A88"),  # a key of an application, outside one
        ("0082010A10" + "00" * 16, "6A86"),
        ("0082000A0F" + "00" * 15, "6700"),
        ("0082000A11" + "00" * 16 + "09", "6A88"),  # a version this card does not hold
        ("0088000110" + "00" * 16, "6A86"),
        ("0088000008" + "00" * 8, "6700"),
        ("0084000005", "6700"),
        ("0084000000", "6700"),
        ("0084000108", "6A86"),
    ],
)
def test_wrong_authentication_commands_get_the_status_of_the_sheet(in_ssse: Any, apdu: str, status: str) -> None:
    assert in_ssse.send(apdu) == status


def test_a_challenge_longer_than_a_des_block_cannot_be_a_factor(insert: Callable[..., Any]) -> None:
    hands = insert(card__algorithm="3DES")
    hands.fetch(SSSE)
    hands.send("0084000010")
    assert hands.send("0082000A10" + "00" * 16) == "6984"


def test_what_a_card_remembers_goes_through_json_into_the_next_life(in_ssse: Any, insert: Callable[..., Any]) -> None:
    in_ssse.send(WRONG)
    in_ssse.send("0084000008")
    in_ssse.send("0082000A10" + "00" * 16)
    kept = CardMemory.model_validate_json(in_ssse.card.memory.model_dump_json())
    again = insert(memory=kept)
    again.fetch(SSSE)
    assert again.send("00200000") == "63C5"
    again.send("0084000008")
    assert again.send("0082000A10" + "00" * 16) == "63C1"


def test_a_card_can_be_locked_from_outside(in_ssse: Any) -> None:
    in_ssse.card.lock_pin()
    assert in_ssse.send(PIN) == "6983"
