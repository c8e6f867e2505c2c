"""What the driver's operations make of a status word agrees with the word a stranger is told by a card like it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from card_table.agreements import AGREEMENTS, Agreement
from card_table.counter import Counter, Teller
from card_table.psam_agreements import PSAM_AGREEMENTS
from card_table.puts import PutCard, PutPsam
from card_table.report import TYPED, note


@pytest.mark.parametrize(("put", "agreements"), AGREEMENTS, ids=[put.name for put, _ in AGREEMENTS])
def test_an_operation_ends_as_the_status_word_means(
    counter: Counter,
    put: PutCard,
    agreements: tuple[Agreement, ...],
    record_property: Callable[[str, Any], None],
) -> None:
    _agree(counter, counter.teller(put), put, agreements, record_property)


@pytest.mark.parametrize(
    ("put", "psam", "agreements"),
    PSAM_AGREEMENTS,
    ids=[f"{put.name} - {psam.name}" for put, psam, _ in PSAM_AGREEMENTS],
)
def test_an_operation_ends_as_the_word_of_the_psam_means(
    counter: Counter,
    put: PutCard,
    psam: PutPsam,
    agreements: tuple[Agreement, ...],
    record_property: Callable[[str, Any], None],
) -> None:
    _agree(counter, counter.teller(put, psam), psam, agreements, record_property)


def _agree(
    counter: Counter,
    teller: Teller,
    asked: PutCard | PutPsam,
    agreements: tuple[Agreement, ...],
    record_property: Callable[[str, Any], None],
) -> None:
    """Our operations first, then the stranger on `asked`."""
    ours = [agreement.difference(teller) for agreement in agreements]
    with counter.desk(asked, "outside") as desk:
        outside = [agreement.row.difference(desk) for agreement in agreements]
    for agreement, *differences in zip(agreements, ours, outside, strict=True):
        note(record_property, TYPED, agreement.row, "".join(differences))
    assert not any((*ours, *outside)), "\n".join(filter(None, (*ours, *outside)))
