"""Questions to the centre and the word about devices: beside the chain, personal only as long as needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from offline_store.device_states import DeviceBoard
from offline_store.questions import Asking
from offline_store.schema import DeviceStateRow

AT, LATER = "2026-11-22T02:00:00.000Z", "2026-11-22T02:00:01.000Z"
ID, CONTENT = "q1", '{"kind":"live-record","id_number":"110199198803120233"}'


@pytest.fixture
def asking(place: Any) -> Iterator[Asking]:
    place.journal()
    asking = Asking(place.folder, place.key)
    yield asking
    asking.close()


def test_a_question_waits_until_it_is_sent_and_keeps_nothing_personal_once_it_is_settled(
    place: Any, asking: Asking
) -> None:
    delivery = place.delivery()
    asking.put(ID, "live-record", CONTENT, deadline_seconds=30, at=AT)
    (row,) = delivery.questions.open()
    assert (row.id, row.state, row.content, row.deadline_seconds) == (ID, "waiting", CONTENT, 30)
    delivery.questions.sent(ID, LATER)
    assert delivery.questions.open()[0].state == "sent"
    delivery.questions.settle(ID, "answered", LATER, answer='{"found":true}')
    assert delivery.questions.open() == ()
    settled = asking.look(ID)
    assert settled is not None
    assert (settled.state, settled.content, settled.answer) == ("answered", None, '{"found":true}')
    asking.taken(ID)
    taken = asking.look(ID)
    assert taken is not None
    assert (taken.state, taken.answer) == ("answered", None)


def test_an_answer_that_nobody_takes_is_forgotten_and_later_the_row_too(place: Any, asking: Asking) -> None:
    delivery = place.delivery()
    asking.put(ID, "live-record", CONTENT, deadline_seconds=30, at=AT)
    asking.put("q2", "live-record", CONTENT, deadline_seconds=30, at=AT)
    delivery.questions.settle(ID, "answered", AT, answer="{}")
    delivery.questions.forget_old(answers_before=LATER, rows_before=AT)
    row = asking.look(ID)
    assert row is not None
    assert row.answer is None
    delivery.questions.forget_old(answers_before=LATER, rows_before=LATER)
    assert asking.look(ID) is None
    assert [row.id for row in delivery.questions.open()] == ["q2"], "what is open is never forgotten"


@pytest.mark.parametrize("taken", [False, True])
def test_who_settles_a_question_first_has_settled_it(place: Any, asking: Asking, taken: bool) -> None:
    sync, beside = place.delivery().questions, place.delivery().questions
    asking.put(ID, "live-record", CONTENT, deadline_seconds=30, at=AT)
    assert sync.sent(ID, AT)
    assert sync.settle(ID, "answered", AT, answer='{"found":true}')
    if taken:
        asking.taken(ID)
    settled = asking.look(ID)
    assert not beside.settle(ID, "answered", LATER, answer='{"found":true}')
    assert not beside.settle(ID, "unknown", LATER, reason="answer-forgotten")
    assert not beside.sent(ID, LATER)
    assert asking.look(ID) == settled


@pytest.mark.parametrize("state", ["sent", "answered"])
def test_a_question_that_another_process_has_sent_is_never_said_to_have_stayed_here(
    place: Any, asking: Asking, state: str
) -> None:
    sync, beside = place.delivery().questions, place.delivery().questions
    asking.put(ID, "live-record", CONTENT, deadline_seconds=30, at=AT)
    assert sync.sent(ID, AT)
    if state == "answered":
        assert sync.settle(ID, "answered", AT, answer='{"found":true}')
    left = asking.look(ID)
    assert not beside.expire(ID, LATER, reason="never-arrived")
    assert asking.look(ID) == left


def test_a_question_that_never_went_out_expires_without_its_content(place: Any, asking: Asking) -> None:
    asking.put(ID, "live-record", CONTENT, deadline_seconds=30, at=AT)
    assert place.delivery().questions.expire(ID, LATER, reason="never-arrived")
    row = asking.look(ID)
    assert row is not None
    assert (row.state, row.reason, row.content) == ("expired", "never-arrived", None)


def test_neither_question_nor_answer_shows_in_a_repr(place: Any, asking: Asking) -> None:
    asking.put(ID, "live-record", CONTENT, deadline_seconds=30, at=AT)
    assert "1101991988" not in repr(asking.look(ID))


def test_the_journal_may_be_moved_aside_between_two_questions(place: Any, asking: Asking) -> None:
    asking.put(ID, "live-record", CONTENT, deadline_seconds=30, at=AT)
    place.opened[-1].close()
    for name in ("journal.db", "journal.head"):
        (place.folder / name).rename(place.folder / f"{name}.away")
    place.open()
    assert asking.look(ID) is None
    asking.put("q2", "live-record", CONTENT, deadline_seconds=30, at=AT)
    assert asking.look("q2") is not None


def test_the_latest_word_about_each_device_counts_until_the_terminal_starts_again(place: Any) -> None:
    place.journal()
    board, delivery = DeviceBoard(place.folder, place.key), place.delivery()
    board.tell(DeviceStateRow("card-reader", "online", None, AT))
    board.tell(DeviceStateRow("card-reader", "noDevice", "CR-01", LATER))
    board.tell(DeviceStateRow("id-reader", "online", None, AT))
    assert delivery.devices() == (
        DeviceStateRow("card-reader", "noDevice", "CR-01", LATER),
        DeviceStateRow("id-reader", "online", None, AT),
    )
    board.clear()
    assert delivery.devices() == ()
    board.close()
