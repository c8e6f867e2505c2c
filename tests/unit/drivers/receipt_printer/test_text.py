"""Text on a receipt: what the printer's font has, what is removed, where lines may end."""

import random

import pytest

from drivers.receipt_printer.text import cleaned, clusters, columns_of, in_printer_font, text_of, wrapped


@pytest.mark.parametrize("character", "社会保障〇䶮·—，。：a~")
def test_what_gbk_has_is_printed_as_text(character: str) -> None:
    assert in_printer_font(character)


@pytest.mark.parametrize("character", "㐂𠮷𬭩€ǹñ\ue000\x7f\x1b")
def test_what_gbk_has_not_is_no_text_for_the_printer(character: str) -> None:
    assert not in_printer_font(character)


def test_every_text_character_is_one_or_two_bytes_and_none_of_them_commands() -> None:
    for code in [*range(0x20, 0xD800), *range(0xE000, 0x30000)]:
        if in_printer_font(chr(code)):
            raw = chr(code).encode("gb18030")
            assert len(raw) == (1 if code < 0x80 else 2)
            assert not set(raw) & {0x1B, 0x1C, 0x1D, 0x10}


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("张\x1b@三", "张@三"),
        ("\x10\x04\x01a\x1d\x56\x00b", "aVb"),
        ("a\r\nb\tc", "a  b c"),
        ("a\u00a0b\u2003c\u3000d", "a b c\u3000d"),
        ("a\u200b\u202e\ufeffb\x85c\u2028d", "abcd"),
        ("\ud800a", "a"),
    ],
)
def test_control_characters_do_not_reach_the_printer(dirty: str, clean: str) -> None:
    assert cleaned(dirty) == clean


def test_a_mark_stays_with_its_character() -> None:
    assert [c.text for c in clusters("葛\U000e0100城e\u0301")] == ["葛\U000e0100", "城", "e\u0301"]
    assert [c.in_printer_font for c in clusters("葛\U000e0100城")] == [False, True]


def lines_of(text: str, columns: int = 48) -> list[str]:
    return [text_of(line) for line in wrapped(clusters(text), columns)]


def test_chinese_takes_two_columns_and_breaks_anywhere() -> None:
    assert lines_of("社会保障卡", 4) == ["社会", "保障", "卡"]
    assert lines_of("a社会保障卡", 4) == ["a社", "会保", "障卡"]


def test_words_stay_whole_and_blanks_at_a_break_vanish() -> None:
    assert lines_of("the quick  brown", 9) == ["the quick", "brown"]


def test_a_word_longer_than_the_line_is_cut() -> None:
    assert lines_of("abcdefghij", 4) == ["abcd", "efgh", "ij"]


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() -> None:
    assert lines_of("社会保障。卡", 8) == ["社会保", "障。卡"]
    assert lines_of("社会保（障）", 8) == ["社会保", "（障）"]


def test_an_empty_text_is_one_empty_line() -> None:
    assert lines_of("") == [""]


def test_any_text_keeps_its_characters_and_fits_the_columns() -> None:
    chance = random.Random(48)
    alphabet = "ab1 ，。（）社会保障㐂𠮷e\u0301\x1b\n"
    for _ in range(3000):
        text = "".join(chance.choice(alphabet) for _ in range(chance.randint(0, 60)))
        columns = chance.choice((2, 5, 24, 48))
        lines = wrapped(clusters(text), columns)
        assert all(columns_of(line) <= columns for line in lines)
        printed = "".join(text_of(line) for line in lines)
        whole = text_of(clusters(text))
        assert printed.replace(" ", "") == whole.replace(" ", "")
