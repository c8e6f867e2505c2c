"""The table as people read it, from what the tests noted on their reports (which travel between processes)."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from typing import Any

from card_table.promise import NOT_PROVOKED, pairs
from card_table.rows import Row

PROPERTY = "wire conformance"
CLIENTS = ("driver", "outside")
_NAME_WIDTH = 28
_LINE_WIDTH = 112


def note(record_property: Callable[[str, Any], None], who: str, row: Row, difference: str) -> None:
    """What became of one row."""
    record_property(PROPERTY, [who, row.command, row.word, not difference])


def table(noted: Iterable[list[Any]]) -> list[str]:
    """Lines for a terminal: each command with its words, "d" our driver, "o" the outside client, "!" a difference."""
    marks = _marks(noted)
    lines = [
        "d: our driver, o: scriptor from outside; -: not tried, !: another answer than the sheet's",
    ]
    for command in dict.fromkeys(command for command, _ in pairs()):
        cells = "  ".join(f"{word} {_cell(marks, command, word)}" for name, word in pairs() if name == command)
        lines += textwrap.wrap(
            cells,
            _LINE_WIDTH,
            initial_indent=command.ljust(_NAME_WIDTH),
            subsequent_indent=" " * _NAME_WIDTH,
        )
    return [*lines, _sum(marks), *(f"not tried: {' '.join(pair)}: {why}" for pair, why in NOT_PROVOKED.items())]


def record(noted: Iterable[list[Any]]) -> str:
    """The whole table as a file: a line for each command and word."""
    marks = _marks(noted)
    head = f"{'command':{_NAME_WIDTH}}{'word':8}{'driver':10}outside"
    rows = [
        f"{command:{_NAME_WIDTH}}{word:8}"
        + "".join(f"{_told(marks, command, word, who):10}" for who in CLIENTS).rstrip()
        for command, word in pairs()
    ]
    return "\n".join([head, *rows, "", _sum(marks), ""])


Marks = dict[tuple[str, str, str], bool]


def _marks(noted: Iterable[list[Any]]) -> Marks:
    marks: Marks = {}
    for who, command, word, good in noted:
        marks[command, word, who] = marks.get((command, word, who), True) and good
    return marks


def _cell(marks: Marks, command: str, word: str) -> str:
    return "".join({None: "-", True: who[0], False: "!"}[marks.get((command, word, who))] for who in CLIENTS)


def _told(marks: Marks, command: str, word: str, who: str) -> str:
    return {None: "not tried", True: "agrees", False: "DIFFERS"}[marks.get((command, word, who))]


def _sum(marks: Marks) -> str:
    counts = ", ".join(
        f"{who} {sum(marks.get((command, word, who), False) for command, word in pairs())}" for who in CLIENTS
    )
    return f"{len(pairs())} pairs of command and status word; as the sheet says: {counts}"
