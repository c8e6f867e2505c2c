"""The time in an answer, which nobody signs."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from sync.asking import NotDone, NotYetKnown
from sync.client.outcomes import Done, Later, NoAnswer, Stopped
from sync.gateway.refusals import problem
from tests.unit.sync.questions.asker import LOSS


def about_time(at):
    return problem(401, "signature-too-old", "The signature is too old.", headers={"date": format_datetime(at, True)})


def test_a_false_date_makes_no_question_that_can_be_kept_back_and_done_a_day_later(kiosk):
    kept_back, begun = [], kiosk.hall.clock.now()

    def portal(request, ask):
        if request.method == "POST":
            kept_back.append(request)
        return about_time(kiosk.hall.clock.now() + timedelta(hours=23, minutes=50))

    id = kiosk.questions.put(LOSS, deadline=30)
    kiosk.between = portal
    assert kiosk.run() == Stopped("clock-differs")
    assert kiosk.run() == Stopped("clock-differs"), "asked for by a request that does nothing, whatever its time"
    kiosk.between = lambda request, ask: ask(request)
    for _ in range(24 * 12):
        kiosk.hall.clock.forward(minutes=5)
        if kiosk.hall.clock.now() > begun + timedelta(minutes=5):
            assert {kiosk.hall.ask(request).status for request in kept_back} == {401}
    assert isinstance(kiosk.run(), Done)
    kiosk.asker.answer()
    assert kiosk.asker.core.asked == []
    assert not isinstance(kiosk.questions.look(id), NotDone)


@pytest.mark.parametrize("measured", [None, 0, 3_000_000, 4_000_000, 5_000_000])
def test_a_question_of_a_clock_that_is_behind_waits_until_the_signed_time_bears_the_difference_out(kiosk, measured):
    kiosk.behind = timedelta(seconds=4000)
    if measured is not None:
        kiosk.delivery.note_clock(measured, "2026-11-22T00:00:00.000Z")
    id = kiosk.questions.put(LOSS, deadline=30)
    believed = (measured or 0) >= 4_000_000
    assert kiosk.run() == (Done(0, more=True) if believed else Stopped("clock-differs"))
    kiosk.asker.answer()
    assert kiosk.asker.core.asked == (["change_card_status"] if believed else [])
    assert kiosk.questions.look(id) == NotYetKnown(sent=True)


def test_a_clock_that_is_ahead_needs_nobodys_word_for_an_earlier_time_makes_nothing_last_longer(kiosk):
    kiosk.behind = timedelta(seconds=-4000)
    kiosk.questions.put(LOSS, deadline=30)
    assert kiosk.run() == Done(0, more=True)
    kiosk.asker.answer()
    assert kiosk.asker.core.asked == ["change_card_status"]


def test_a_clock_known_to_be_ahead_signs_no_question_for_a_time_to_come(kiosk):
    kiosk.behind = timedelta(seconds=-4000)
    kiosk.delivery.note_clock(-4_000_000, "2026-11-22T00:00:00.000Z")
    kept_back = []

    def keep_back(request, ask):
        kept_back.append(request)
        return NoAnswer("timeout")

    kiosk.questions.put(LOSS, deadline=30)
    kiosk.between = keep_back
    assert kiosk.run() == Later("timeout")
    kiosk.hall.clock.forward(seconds=4000)
    (late,) = kept_back
    assert (late.method, kiosk.hall.ask(late).status) == ("POST", 401)
