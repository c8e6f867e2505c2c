"""The table as people read it, from what the tests noted on their reports (which travel between processes)."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from typing import Any

from card_table.promise import NOT_PROVOKED, pairs
from card_table.rows import Row

PROPERTY = "wire conformance"
CLIENTS = ("driver", "outside")
TYPED = "typed"

_NAME_WIDTH = 28
_LINE_WIDTH = 116
_LEGEND = """\
d: our driver, o: scriptor from outside, t: the driver's typed operation ends as the word means;
-: not tried, !: another answer than the sheet's"""

Noted = tuple[str, str, str, bool]
"""Who, the command, the word, and whether it was as the sheet says."""

Marks = dict[tuple[str, str, str], bool]
"""Command, word and who; True when all rows of the pair were as the sheet says."""


def note(record_property: Callable[[str, Any], None], who: str, row: Row, difference: str) -> None:
    """What became of one row."""
    record_property(PROPERTY, [who, row.command, row.word, not difference])


def table(noted: Iterable[Noted]) -> list[str]:
    """Lines for a terminal: each command with its words and their marks."""
    marks = _marks(noted)
    lines = _LEGEND.splitlines()
    for command in dict.fromkeys(command for command, _ in pairs()):
        cells = "  ".join(f"{word} {_cell(marks, command, word)}" for name, word in pairs() if name == command)
        start = command.ljust(_NAME_WIDTH)
        lines += textwrap.wrap(cells, _LINE_WIDTH, initial_indent=start, subsequent_indent=" " * _NAME_WIDTH)
    reasons = [f"not tried: {' '.join(pair)}: {why}" for pair, why in NOT_PROVOKED.items()]
    return [*lines, _sum(marks), *(line for reason in reasons for line in textwrap.wrap(reason, _LINE_WIDTH))]


def record(noted: Iterable[Noted]) -> str:
    """The whole table as a file: a line for each command and word."""
    marks = _marks(noted)
    lines = [("command", "word", "driver", "outside", "typed operation")]
    lines += [
        (command, word, *(_told(marks, command, word, who) for who in (*CLIENTS, TYPED))) for command, word in pairs()
    ]
    widths = (_NAME_WIDTH, 8, 11, 11, 0)
    rows = ["".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([*rows, "", _sum(marks), ""])


def _marks(noted: Iterable[Noted]) -> Marks:
    marks: Marks = {}
    for who, command, word, good in noted:
        marks[command, word, who] = marks.get((command, word, who), True) and good
    return marks


def _cell(marks: Marks, command: str, word: str) -> str:
    tried = "".join({None: "-", True: who[0], False: "!"}[marks.get((command, word, who))] for who in CLIENTS)
    # Not every word is an operation's to understand: where there is none, nothing is missing.
    return tried + {None: " ", True: TYPED[0], False: "!"}[marks.get((command, word, TYPED))]


def _told(marks: Marks, command: str, word: str, who: str) -> str:
    missing = "" if who == TYPED else "not tried"
    return {None: missing, True: "agrees", False: "DIFFERS"}[marks.get((command, word, who))]


def _sum(marks: Marks) -> str:
    counts = ", ".join(
        f"{who} {sum(marks.get((command, word, who), False) for command, word in pairs())}" for who in (*CLIENTS, TYPED)
    )
    return f"{len(pairs())} pairs of command and status word; as the sheet says: {counts}"
