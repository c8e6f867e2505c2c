"""The end of a print reaches the journal, if not now, then when it takes something again."""

from __future__ import annotations

import pytest

from kiosk import effects
from kiosk.intents import Press
from kiosk.screen import Page, ResultKind
from offline_store.errors import StoreFull
from offline_store.journal import NoRoom


def full_from(hall, state):
    """The disk is full from the entry that says `state` of a print on."""
    full = False

    def append(action):
        nonlocal full
        full = full or action.header.get("state") == state
        return StoreFull("journal.db", "the disk is full") if full else None

    hall.answers[effects.Append] = append
    hall.answers[effects.CheckRoom] = lambda _: NoRoom("low-disk", 0, 1, "full")


def room_again(hall):
    hall.answers.clear()
    hall.appended.clear()
    hall.wait(25)


def prints(hall):
    return [dict(append.header) for append in hall.appended if append.kind == "print"]


@pytest.mark.parametrize(
    ("refused", "kind", "end"),
    [("printed", ResultKind.DONE, "printed"), ("sending", ResultKind.NOT_DONE, "failed")],
)
def test_an_end_that_the_full_disk_refused_is_recorded_once_when_there_is_room(hall, refused, kind, end):
    hall.to_result()
    full_from(hall, refused)
    hall.press(Press.PRINT)
    assert hall.page is Page.RESULT
    assert hall.screen.body.kind is kind
    hall.wait(45)
    assert [append.header["state"] for append in hall.state.jobs.owed] == [end]
    room_again(hall)
    assert [header["state"] for header in prints(hall)] == [end]
    assert prints(hall)[0]["job"].startswith("boot-1-T001-")
    hall.wait(60)
    assert len(prints(hall)) == 1


def test_a_print_that_was_never_recorded_owes_no_end(hall):
    hall.to_result()
    full_from(hall, "queued")
    hall.press(Press.PRINT)
    room_again(hall)
    assert prints(hall) == []


def test_an_end_that_is_refused_again_stays_owed(hall):
    hall.to_result()
    full_from(hall, "printed")
    hall.press(Press.PRINT)
    del hall.answers[effects.CheckRoom]
    hall.wait(45)
    assert len(hall.state.jobs.owed) == 1
    room_again(hall)
    assert [header["state"] for header in prints(hall)] == ["printed"]
