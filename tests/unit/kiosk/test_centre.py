"""A question on a page ends with the centre's word or with "not yet known", and nothing in between."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from kiosk.centre import ResultNotYetKnown, Waiting, ask, outcome
from sync.asking import Answered, NotDone, NotYetKnown, Reply, Unknown
from sync.protocol.questions import Asks, IdentityAnswer, LiveRecord

ASKS = LiveRecord(id_number="110199198803120233")
CONFIRMED = Answered(IdentityAnswer(verdict="confirmed"))


@dataclass
class Desk:
    """Answers as it is told to."""

    reply: Reply
    asked: list[tuple[str, int]] = field(default_factory=list)

    def put(self, asks: Asks, *, deadline: int) -> str:
        self.asked.append((asks.kind, deadline))
        return "q1"

    def look(self, question: str) -> Reply:
        return self.reply

    def taken(self, question: str) -> None:
        raise AssertionError("nobody used it")


@pytest.mark.parametrize(("limit", "deadline"), [(30.0, 30), (0.5, 1), (500.0, 120)])
def test_the_centre_may_begin_it_no_longer_than_the_page_waits(limit: float, deadline: int) -> None:
    desk = Desk(CONFIRMED)
    assert ask(desk, ASKS, limit=limit, now=10.0) == Waiting("q1", 10.0 + limit)
    assert desk.asked == [("live-record", deadline)]


@pytest.mark.parametrize("reply", [CONFIRMED, NotDone("expired")])
def test_what_the_centre_said_counts_also_at_the_limit(reply: Reply) -> None:
    assert outcome(Desk(reply), Waiting("q1", 40.0), 40.0) == reply


@pytest.mark.parametrize("sent", [True, False])
def test_without_an_answer_the_page_waits_and_then_says_that_nobody_knows(sent: bool) -> None:
    desk = Desk(NotYetKnown(sent=sent))
    assert outcome(desk, Waiting("q1", 40.0), 39.9) is None
    assert outcome(desk, Waiting("q1", 40.0), 40.0) == ResultNotYetKnown("q1", may_be_done=sent)


def test_what_nobody_can_say_any_more_is_not_yet_known_at_once() -> None:
    desk = Desk(Unknown("answer-forgotten"))
    assert outcome(desk, Waiting("q1", 40.0), 1.0) == ResultNotYetKnown("q1", may_be_done=True)
