"""Every status word of the card sheet's table, row by row, provoked on the pure card; and none from outside its row.

The rows and their cases are data (status_words.toml), so that clients on real wires can go through the same ones.
"""

import random
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hardware_sim.cards.memory import CardMemory

TABLE = tomllib.loads(Path(__file__).with_name("status_words.toml").read_text(encoding="utf-8"))
SHEET: dict[str, str] = TABLE["sheet"]
NAMES: dict[str, str] = TABLE["names"]


def fits(word: str, pattern: str) -> bool:
    """63Cx stands for any count, 61xx and 6Cxx for any length."""
    return word.startswith(pattern.rstrip("x"))


def play(hands: Any, step: str) -> str:
    """One step of a case; the answer's status word."""
    if step == "worn":
        hands.card.fail_writes(1)
        return "9000"
    if step == "locked":
        hands.card.lock_pin()
        return "9000"
    return str(hands.send(NAMES.get(step, step))[-4:])


@pytest.mark.parametrize(
    "case", TABLE["case"], ids=lambda case: f"{case['row']}-{case['word']}-{case['steps'][-1][:24]}"
)
def test_each_status_word_of_the_sheet_can_be_provoked(case: dict[str, Any], insert: Callable[..., Any]) -> None:
    memory = CardMemory.model_validate({"pin_tries_left": 6, **case.get("memory", {})})
    hands = insert(memory=memory, **{f"card__{field}": value for field, value in case.get("card", {}).items()})
    *before, last = case["steps"]
    repeats = before.count(last)
    for step in before:
        word = play(hands, step)
        assert word[:2] in ("90", "61") or (repeats and word[:3] == "63C"), step
    assert fits(play(hands, last), case["word"])


def test_no_row_and_no_word_of_the_sheet_is_missing() -> None:
    wanted = {(row, word) for row, words in SHEET.items() for word in words.split()}
    assert {(case["row"], case["word"]) for case in TABLE["case"]} == wanted


def test_the_rows_are_those_of_the_sheet() -> None:
    # Counted by hand in the sheet: 18 rows, of which "load / purchase init" and "CREDIT / DEBIT" are two here each.
    assert len(SHEET) == 20
    assert sum(len(words.split()) for words in SHEET.values()) == 123


ROW_OF = {
    "00A4": "SELECT",
    "00B2": "READ RECORD",
    "00B0": "READ BINARY",
    "00DC": "UPDATE RECORD",
    "04DC": "UPDATE RECORD",
    "00D6": "UPDATE BINARY",
    "04D6": "UPDATE BINARY",
    "0020": "VERIFY",
    "805E": "CHANGE PIN",
    "8424": "PIN CHANGE/UNBLOCK",
    "0082": "EXTERNAL AUTH",
    "0088": "INTERNAL AUTH",
    "0084": "GET CHALLENGE",
    "00C0": "GET RESPONSE",
    "841E": "BLOCK",
    "8416": "BLOCK",
    "B028": "INITIALIZE FOR PURCHASE",
    "B02A": "CREDIT",
    "B02C": "DEBIT",
    "B026": "GET BALANCE",
    "B02E": "TRANSACTION PROOF",
}
_ANSWERS_ONLY = ("00B2", "00B0", "0084", "00C0", "B026")


def test_random_commands_get_no_word_that_is_not_in_their_row(insert: Callable[..., Any]) -> None:
    chance = random.Random(990100)
    begin = (*NAMES, "B02800010B0100000064990100000001", "B02801011301000000640000001000000020990100000001")
    seen: set[tuple[str, str]] = set()
    hands = insert()
    for turn in range(20_000):
        if turn % 50 == 0:
            hands = insert()
        if chance.random() < 0.3:
            play(hands, chance.choice(begin))
            if chance.random() < 0.2:
                hands.authenticate(chance.choice(("0A", "85", "86", "87", "8B")))
            continue
        head = chance.choice(list(ROW_OF))
        p1 = chance.choice((0, 1, 2, 4, 0x80 | chance.randrange(32), chance.randrange(256)))
        p2 = chance.choice((0, 1, 2, 0x0A, chance.randrange(16) << 3 | chance.randrange(8), chance.randrange(256)))
        if head in _ANSWERS_ONLY:
            rest = bytes([chance.randrange(256)])
        else:
            data = chance.randbytes(chance.choice((0, 1, 2, 3, 4, 6, 11, 16, 19, chance.randrange(40))))
            rest = bytes([len(data)]) + data
        word = hands.send(f"{head}{p1:02X}{p2:02X}{rest.hex()}")[-4:]
        allowed = ["9000", "61xx", *SHEET[ROW_OF[head]].split(), *SHEET["all"].split()]
        assert any(fits(word, pattern) for pattern in allowed), (head, p1, p2, rest.hex(), word)
        seen.add((head, word))
    # So that it is known to reach more than the first check of each command.
    assert len(seen) > 60
