"""GS1 element strings: what they say, and each rule broken once."""

import random
from datetime import date
from decimal import Decimal

import pytest

from drivers.barcode_reader import vectors
from drivers.barcode_reader.application_identifiers import IDENTIFIERS, PREDEFINED_LENGTH
from drivers.barcode_reader.gs1 import (
    SYMBOLOGIES,
    BrokenElementString,
    Element,
    ElementString,
    Gs1RefusedError,
    check_digit,
    gs1_content,
    parse_element_string,
)

FUZZ_STRINGS = 20_000
TODAY = date(2026, 11, 22)
GTIN = "06901234567892"


def elements(text):
    return [(element.identifier, element.data) for element in parse_element_string(text).elements]


@pytest.mark.parametrize("gtin", vectors.GTINS)
def test_the_check_digit_is_the_printed_one_and_every_other_is_wrong(gtin):
    assert check_digit(gtin[:-1]) == gtin[-1]
    for other in set("0123456789") - {gtin[-1]}:
        with pytest.raises(Gs1RefusedError, match="check digit"):
            parse_element_string("01" + gtin[:-1] + other)


def test_fixed_and_variable_data_are_cut_where_they_end():
    assert elements(f"01{GTIN}17271130" + "10AB-12\x1d21S/N7") == [
        ("01", GTIN),
        ("17", "271130"),
        ("10", "AB-12"),
        ("21", "S/N7"),
    ]


def test_a_separator_behind_fixed_data_and_in_front_of_all_is_allowed():
    assert elements(f"\x1d01{GTIN}\x1d10AB") == [("01", GTIN), ("10", "AB")]


def test_the_last_variable_data_needs_no_separator():
    assert elements("10AB") == [("10", "AB")]


def test_values_are_typed():
    string = parse_element_string("3103001250" + "392219990\x1d15270200" + "11240229")
    assert string.get("3103").decimal == Decimal("1.250")
    assert string.get("3922").decimal == Decimal("199.90")
    assert string.get("15").day(TODAY) == date(2027, 2, 28)
    assert string.get("11").day(TODAY) == date(2024, 2, 29)
    assert string.get("11").decimal is None
    assert string.get("3103").day(TODAY) is None
    assert string.get("21") is None


@pytest.mark.parametrize(
    ("data", "today", "day"),
    [
        ("760101", TODAY, date(2076, 1, 1)),
        ("770101", TODAY, date(1977, 1, 1)),
        ("991231", TODAY, date(1999, 12, 31)),
        ("000229", date(2060, 1, 1), date(2100, 2, 28)),
        ("261100", TODAY, date(2026, 11, 30)),
    ],
)
def test_a_date_belongs_to_the_nearest_century(data, today, day):
    assert Element("17", data).day(today) == day


@pytest.mark.parametrize("mark", SYMBOLOGIES)
def test_a_code_that_says_that_it_is_gs1_is_read_as_such(mark):
    assert gs1_content(f"{mark}01{GTIN}") == ElementString((Element("01", GTIN),))


@pytest.mark.parametrize("text", [f"\x1d01{GTIN}", f"01{GTIN}10A\x1d21B"])
def test_a_separator_says_so_too(text):
    assert isinstance(gs1_content(text), ElementString)


@pytest.mark.parametrize("text", ["", GTIN, f"01{GTIN}", "https://example.cn/v#x", "]C0ABC", "]Q1ABC", "张三"])
def test_text_that_only_looks_like_gs1_stays_plain(text):
    assert gs1_content(text) is None


@pytest.mark.parametrize(
    ("text", "identifier", "rule"),
    [
        ("", "", "empty"),
        ("\x1d", "", "empty"),
        ("01" + GTIN[:-1] + "3", "01", "check digit"),
        ("01" + GTIN[:-1], "01", "length"),
        ("01" + GTIN[:-2] + "A2", "01", "character"),
        ("0", "0", "unknown identifier"),
        ("0500", "0500", "unknown identifier"),
        ("3176000001", "3176", "unknown identifier"),
        ("AB", "", "unknown identifier"),
        ("𝟎𝟏" + GTIN, "", "unknown identifier"),
        ("10", "10", "length"),
        ("10" + "A" * 21, "10", "length"),
        ("10中", "10", "character"),
        ("10A B", "10", "character"),
        ("17271330", "17", "no such day"),
        ("17270230", "17", "no such day"),
        ("17270001", "17", "no such day"),
        ("37123456789", "37", "length"),
        ("37٣", "37", "character"),
        ("10A\x1d10B", "10", "twice"),
        ("10A\x1d\x1d21B", "", "unknown identifier"),
        ("253" + "1" * 13 + "X" * 18, "253", "length"),
        ("4140000000000001", "414", "check digit"),
    ],
)
def test_a_broken_rule_names_the_identifier_and_shows_no_data(text, identifier, rule):
    with pytest.raises(Gs1RefusedError) as refused:
        parse_element_string(text)
    assert (refused.value.identifier, refused.value.rule) == (identifier, rule)
    assert str(refused.value) == f"({identifier}) {rule}"
    if text:
        assert gs1_content("]C1" + text) == BrokenElementString(identifier, rule)


def test_the_same_element_twice_is_one():
    assert elements("10A\x1d10A") == [("10", "A")]


def test_no_data_are_shown():
    assert repr(gs1_content("]C110SECRET")) == "ElementString(elements=(Element(identifier='10'),))"


def test_identifiers_are_unambiguous_and_predefined_lengths_are_fixed():
    assert not {code for code in IDENTIFIERS for other in IDENTIFIERS if code != other and other.startswith(code)}
    for code, identifier in IDENTIFIERS.items():
        if code[:2] in PREDEFINED_LENGTH:
            assert identifier.digits > 0
            assert identifier.most == 0


def test_twenty_thousand_damaged_strings_are_read_or_refused():
    chance = random.Random(128)
    good = (
        f"01{GTIN}17271130" + "10AB-12\x1d21S/N7",
        "00106141412345678908",
        "3103001250" + "392219990\x1d15270200",
        "253" + "4006381333931" + "X1\x1d414" + "4006381333931",
        "8008260101\x1d90abc",
    )
    read = refused = 0
    for _ in range(FUZZ_STRINGS):
        text = list(chance.choice(good))
        for _ in range(chance.randint(0, 2)):
            at = chance.randrange(len(text) + 1)
            text[at : at + chance.randint(0, 3)] = chance.choice(
                ("", "\x1d", "0", "9", "A", "中", "\x00", "37", "\ud800")
            )
        try:
            for element in parse_element_string("".join(text)).elements:
                assert element.day(TODAY) is None or element.decimal is None
            read += 1
        except Gs1RefusedError:
            refused += 1
    assert read > 2_000
    assert refused > 2_000
