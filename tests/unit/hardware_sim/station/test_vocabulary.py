"""The vocabulary: one table, all of it understandable, and helpful words for what is not."""

import random
import re

import pytest

from hardware_sim.station.phrases import PHRASES, Phrase
from hardware_sim.station.understanding import (
    KINDS,
    NotUnderstoodError,
    understand,
    with_any_digits,
    without_secrets,
)

EXAMPLES = {
    "persona": "worker",
    "n": "7",
    "count": "2",
    "bytes": "700",
    "pages": "1",
    "sheets": "0",
    "mm": "12.5",
    "seconds": "0.5",
    "status": "32",
    "step": "select",
    "version": "3.00",
    "algorithm": "SM4",
    "word": "6a82",
    "key": "enter",
    "digits": "1234",
    "fault": "F2",
    "text": "(01)06901234567892",
    "hex": "c4e3",
    "make": "gm65",
    "terminator": "crlf",
    "mode": "host",
    "device": "pin-pad",
}


def example(phrase: Phrase) -> str:
    return re.sub(r"<(\w+)>", lambda place: EXAMPLES[place[1]], phrase.pattern)


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.pattern)
def test_every_phrase_of_the_table_is_understood_as_itself(phrase: Phrase) -> None:
    hand = understand(f"  {example(phrase)} ".replace(" ", "  "))
    assert getattr(hand, "args")[0] is phrase.act  # noqa: B009


def test_no_two_phrases_mean_the_same_words() -> None:
    shapes = [re.sub(r"<\w+>", "<>", phrase.pattern) for phrase in PHRASES]
    assert len(set(shapes)) == len(shapes)


def test_every_phrase_is_explained_in_both_languages() -> None:
    for phrase in PHRASES:
        assert re.search("[\u4e00-\u9fff]", phrase.zh), phrase.pattern
        assert re.search("[a-z]", phrase.en), phrase.pattern


def test_every_place_has_a_kind_and_every_kind_a_place() -> None:
    used = {name for phrase in PHRASES for name in re.findall(r"<(\w+)>", phrase.pattern)}
    assert used == set(KINDS) == set(EXAMPLES)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("insert crad worker", "insert card <persona>"),
        ("receipt-printer paperout", "receipt-printer paper-out"),
        ("remove cards", "remove card"),
        ("a4-printer toner-empty", "a4-printer toner-"),
    ],
)
def test_a_slip_of_the_finger_gets_the_phrase_that_was_meant(text: str, hint: str) -> None:
    with pytest.raises(NotUnderstoodError, match="Did you mean") as wrong:
        understand(text)
    assert hint in str(wrong.value)
    assert "do help" in str(wrong.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("pull card after soon", "<n> in «pull card after <n>» is a whole number, not «soon»."),
        ("card garbage 0", "at least 1"),
        ("card slow -1", "a number such as"),
        ("card slow 1e9", "a number such as"),
        ("card slow 9999999", "up to 1000000"),
        ("id-reader refuse select 3", "two hexadecimal digits"),
        ("id-reader refuse look 32", "find, select or read"),
        ("insert card worker version 4", "1.00, 2.00, 2.01 or 3.00"),
        ("card answers 5A82 for 1", "a status word such as 6A82"),
        ("pin-pad press pound", "a digit, enter, cancel or clear, not that"),
        ("pin-pad type 12a4", "1 to 16 digits, not that"),
        ("pin-pad self-test-failed F8", "F0 to F7"),
        ("scan bytes c4e", "pairs of hexadecimal digits"),
        ("barcode-reader make honeycomb", "newland, honeywell or gm65"),
        ("unplug a4-printer", "id-reader, receipt-printer, pin-pad or barcode-reader"),
        ("a4-printer sheets ²", "a whole number"),
        ("a4-printer sheets 99999999999999999999", "a whole number"),
    ],
)
def test_a_place_filled_wrongly_is_named(text: str, reason: str) -> None:
    with pytest.raises(NotUnderstoodError) as wrong:
        understand(text)
    assert reason in str(wrong.value)


@pytest.mark.parametrize("text", ["", "   ", "do", "insert", "worker card insert", "x" * 5000, "\x00", "<persona>"])
def test_nonsense_is_not_understood_and_breaks_nothing(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        understand(text)


def test_random_word_salad_is_understood_or_refused_and_nothing_else() -> None:
    chance = random.Random(5)
    words = sorted({word for phrase in PHRASES for word in example(phrase).split()})
    understood = 0
    for _ in range(600):
        text = " ".join(chance.choice(words) for _ in range(chance.randrange(1, 5)))
        try:
            understand(text)
        except NotUnderstoodError:
            continue
        understood += 1
    assert understood > 0


def test_a_text_to_scan_keeps_its_blanks() -> None:
    assert getattr(understand("scan  a  b c "), "args")[1] == {"text": "a  b c"}  # noqa: B009
    assert getattr(understand("scan gbk 你 好"), "args")[1] == {"text": "你 好"}  # noqa: B009


@pytest.mark.parametrize(
    ("said", "kept", "again"),
    [
        ("pin-pad press 7", "pin-pad press *", "pin-pad press 0"),
        ("pin-pad press enter", "pin-pad press enter", "pin-pad press enter"),
        ("pin-pad  type 123456", "pin-pad type ******", "pin-pad type 000000"),
        ("scan 123456", "scan 123456", "scan 123456"),
        ("insert card worker", "insert card worker", "insert card worker"),
    ],
)
def test_digits_pressed_on_the_pad_are_blanked_wherever_a_phrase_is_kept(said: str, kept: str, again: str) -> None:
    assert without_secrets(said) == kept
    assert with_any_digits(kept) == again
    assert callable(understand(again))


def test_a_phrase_that_is_not_understood_is_not_kept() -> None:
    with pytest.raises(NotUnderstoodError) as wrong:
        without_secrets("pin-pad type 12345678901234567890")
    assert "1234" not in str(wrong.value)
