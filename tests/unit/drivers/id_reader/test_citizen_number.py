"""GB 11643: the printed check characters, and each rule on its own."""

from datetime import date

import pytest

from drivers.id_reader.citizen_number import CitizenNumber, NumberRefusedError, check_character

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("first17", "check"),
    [
        ("11010519491231002", "X"),
        ("44052418800101001", "4"),
        ("83000019491231002", "1"),
        ("91184019491231002", "7"),
    ],
)
def test_the_check_character_is_the_printed_one(first17: str, check: str) -> None:
    assert check_character(first17) == check
    assert CitizenNumber.parse(first17 + check, today=TODAY).text == first17 + check


def test_a_small_x_is_taken_and_stored_as_a_capital() -> None:
    number = CitizenNumber.parse("11010519491231002x", today=TODAY)
    assert number.text == "11010519491231002X"
    assert number.birth_date == date(1949, 12, 31)
    assert not number.male


def test_a_withdrawn_region_is_no_reason_to_refuse() -> None:
    first17 = "99999919491231002"
    assert CitizenNumber.parse(first17 + check_character(first17), today=TODAY).text.startswith("999999")


@pytest.mark.parametrize("digit", range(10))
def test_exactly_one_last_character_is_right(digit: int) -> None:
    with pytest.raises(NumberRefusedError, match="check-character"):
        CitizenNumber.parse(f"11010519491231002{digit}", today=TODAY)


def with_check(first17: str) -> str:
    return first17 + check_character(first17)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "shape"),
        ("110105491231002", "shape"),
        ("11010519491231002XX", "shape"),
        ("1101051949123100２X", "shape"),
        ("1101051949123100X2", "shape"),
        (" 1010519491231002X", "shape"),
        ("11010519491231002X\n", "shape"),
        (with_check("11010520230229002"), "birth-date"),
        (with_check("11010519491331002"), "birth-date"),
        (with_check("11010500001231002"), "birth-date"),
        (with_check("11010520261123002"), "future-date"),
    ],
)
def test_a_broken_rule_is_named_and_the_number_is_not(text: str, rule: str) -> None:
    with pytest.raises(NumberRefusedError) as refused:
        CitizenNumber.parse(text, today=TODAY)
    assert refused.value.rule == rule
    assert refused.value.args == (rule,)


def test_born_today_is_allowed() -> None:
    assert CitizenNumber.parse(with_check("11010520261122002"), today=TODAY).birth_date == TODAY


def test_a_number_does_not_show_itself() -> None:
    assert repr(CitizenNumber.parse("11010519491231002X", today=TODAY)) == "CitizenNumber()"
