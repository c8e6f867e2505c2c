"""UPDATE RECORD and UPDATE BINARY: what stays, what a MAC costs, how cyclic files turn."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from hardware_sim.cards.crypto import mac
from hardware_sim.cards.memory import CardMemory

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
DF01, DF02 = "00A4040006D15600000500", "00A4040006D15600000501"
PIN = "0020000003123456"


@pytest.fixture
def in_df01(in_ssse: Any) -> Any:
    in_ssse.fetch(DF01)
    in_ssse.send(PIN)
    return in_ssse


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
def test_a_record_is_updated_by_number_and_by_tag_with_both_families(
    insert: Callable[..., Any], algorithm: str
) -> None:
    hands = insert(card__algorithm=algorithm)
    hands.fetch(SSSE)
    hands.fetch(DF01)
    hands.send(PIN)
    assert hands.protected("04DC013C", "290132") == "9000"
    assert hands.send("00B2013C03") == "2901329000"
    assert hands.protected("04DC2938", "290133") == "9000"
    assert hands.send("00B2013C03") == "2901339000"
    assert hands.protected("04DC203C", "290134") == "6A83"  # record number 20, there is one
    assert hands.send("00A4020002EF07") == "9000"
    assert hands.protected("04DC0104", "290135") == "9000"
    assert hands.send("00B2290003") == "2901359000"


def test_next_and_previous_update_what_they_would_read(in_df01: Any) -> None:
    assert in_df01.authenticate("8A") == "9000"
    degree = "4034" + "5703343033" + "5803201007" + "5928" + "41" * 40
    assert in_df01.fetch("00B240A800")[-4:] == "9000"
    assert in_df01.send("00DC40AA36" + degree) == "9000"
    assert in_df01.fetch("00B203AC00") == degree + "9000"
    assert in_df01.fetch("00B202AC00") != degree + "9000"
    assert in_df01.send("00DC40A936" + degree) == "9000"
    assert in_df01.fetch("00B204AC00") == degree + "9000"


def test_a_challenge_serves_one_mac_right_or_wrong(in_df01: Any) -> None:
    session_key = in_df01.session_key()
    assert in_df01.send("04DC013C07290132AABBCCDD") == "6988"
    whole = bytes.fromhex("04DC013C07290132")
    assert in_df01.send((whole + mac(in_df01.family, session_key, whole)).hex()) == "6984"
    assert in_df01.send("00B2013C03") == "2901319000"


def test_the_write_key_counts_only_inside_its_application(in_df01: Any) -> None:
    assert in_df01.authenticate("86") == "9000"
    assert in_df01.send("00DC013C03290132") == "9000"
    in_df01.fetch(DF02)
    in_df01.fetch(DF01)
    assert in_df01.send("00DC013C03290133") == "6982"


def test_a_cyclic_file_takes_new_records_in_front_and_loses_the_oldest(in_ssse: Any) -> None:
    in_ssse.fetch(DF02)
    in_ssse.send(PIN)
    in_ssse.authenticate("87")
    jobs = [f"{number:02X}" * 0x55 for number in range(1, 6)]
    for job in jobs:
        assert in_ssse.send(f"00DC003B55{job}") == "9000"
    read = [in_ssse.send(f"00B2{number:02X}3C55") for number in range(1, 6)]
    assert read == [job + "9000" for job in reversed(jobs[1:])] + ["6A83"]
    # Records without tags are found by "any", never by a tag.
    assert in_ssse.send("00B2003855") == jobs[-1] + "9000"
    assert in_ssse.send("00B2003A55") == jobs[-2] + "9000"
    assert in_ssse.send("00B2013855") == "6A83"


@pytest.mark.parametrize("apdu", ["00DC013C5500", "00DC003855", "00DC013B55", "00DC003A55"])
def test_a_cyclic_file_is_written_in_no_other_way(in_ssse: Any, apdu: str) -> None:
    in_ssse.fetch(DF02)
    in_ssse.authenticate("87")
    assert in_ssse.send(apdu[:10] + "31" * 0x55) == "6981"
    assert in_ssse.send("00DC003B54" + "31" * 0x54) == "6700"


def test_bytes_are_written_where_the_offset_says_and_nowhere_else(in_df01: Any) -> None:
    assert in_df01.protected("04D69600", "AABBCC") == "9000"
    assert in_df01.send("00A4020002EF16") == "9000"
    assert in_df01.protected("04D6007E", "DDEE") == "9000"
    assert in_df01.send("00B0960080") == "AABBCC" + "00" * 123 + "DDEE9000"
    assert in_df01.protected("04D6007F", "DDEE") == "6700"
    assert in_df01.protected("04D60080", "DD") == "6B00"


def test_what_was_written_outlives_power_and_goes_through_json(in_df01: Any, insert: Callable[..., Any]) -> None:
    assert in_df01.protected("04DC013C", "290132") == "9000"
    assert in_df01.protected("04D69600", "AABBCC") == "9000"
    in_df01.card.power_off()
    kept = CardMemory.model_validate_json(in_df01.card.memory.model_dump_json())
    again = insert(memory=kept)
    again.fetch(SSSE)
    again.fetch(DF01)
    again.send(PIN)
    assert again.send("00B2013C03") == "2901329000"
    assert again.send("00B0960003") == "AABBCC9000"


def test_a_worn_memory_says_so_writes_nothing_and_takes_the_next_write(in_df01: Any) -> None:
    in_df01.card.fail_writes(2)
    before = in_df01.card.memory.model_dump()
    for _ in range(2):
        assert in_df01.protected("04DC013C", "290132") == "6581"
    assert in_df01.card.memory.model_dump() == before
    assert in_df01.protected("04DC013C", "290132") == "9000"


def test_the_memory_shows_counters_and_no_contents(in_df01: Any) -> None:
    in_df01.protected("04DC013C", "290132")
    in_df01.send("805E010007123456FF888888")
    memory = in_df01.card.memory
    assert memory.summary() == {
        "pin_tries_left": 6,
        "auth_tries_left": {},
        "certificate_tries_left": None,
        "pin_changed": True,
        "written": ["SSSE/DF01/EF07"],
        "balance": 50_000,
        "blocked": [],
        "card_blocked": False,
    }
    assert "888888" not in f"{memory!r} {memory} {memory.summary()}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"pin": "12345"},
        {"pin": "12" * 9},
        {"records": {"SSSE/DF01/EF07": ["29013"]}},
        {"records": {"SSSE/DF01/EF07": [""]}},
        {"contents": {"SSSE/DF01/EF16": "XY"}},
        {"auth_tries_left": {"SSSE/RK_SSSE": -1}},
        {"account": {"balance": -1, "year": 2024}},
        {"account": {"balance": 0, "year": 2024, "proofs": {1: {"sequence": 0, "mac": "00", "tac": "00000000"}}}},
        {"card_block": True},
    ],
)
def test_a_memory_that_no_card_can_have_is_refused_and_not_repeated(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as told:
        CardMemory.model_validate({"pin_tries_left": 6, **wrong})
    assert "12121212" not in str(told.value)
