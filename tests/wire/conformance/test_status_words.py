"""Every status word of the sheet, from every command that may answer it, to our driver and to a stranger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from card_table.counter import Counter, Who
from card_table.promise import NOT_PROVOKED, pairs
from card_table.puts import PUTS, PutCard, PutPsam
from card_table.report import note

ROWS = [row for put in PUTS for row in put.rows]


def test_every_pair_of_the_sheet_has_a_row():
    tried = {(row.command, row.word) for row in ROWS}
    assert [pair for pair in pairs() if pair not in tried | NOT_PROVOKED.keys()] == []
    assert tried <= set(pairs())


def test_what_no_row_tries_is_little_is_in_the_sheet_and_says_why():
    assert len(NOT_PROVOKED) <= 3
    assert set(NOT_PROVOKED) <= set(pairs())
    assert not {(row.command, row.word) for row in ROWS} & NOT_PROVOKED.keys()
    assert all(len(reason) > 40 for reason in NOT_PROVOKED.values())


@pytest.mark.parametrize("who", ["driver", "outside"])
@pytest.mark.parametrize("put", PUTS, ids=lambda put: put.name)
def test_a_card_answers_what_the_sheet_says(
    counter: Counter, put: PutCard | PutPsam, who: Who, record_property: Callable[[str, Any], None]
) -> None:
    differences = []
    with counter.desk(put, who) as desk:
        for row in put.rows:
            difference = row.difference(desk)
            note(record_property, who, row, difference)
            if difference:
                differences.append(difference)
    assert not differences, "\n".join(differences)
