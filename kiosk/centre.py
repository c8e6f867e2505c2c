"""The centre, as a service item asks it while a person waits.

A question is put once, under one id; its row is looked at until the page's limit (UX guide, section 2, `host.limit`).
Without an answer by then the result is *not yet known*: a value of its own, never yes or no, and what the person is
told. The question lives on: an answer that comes later belongs to the same id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from sync.asking import Answered, Document, NotDone, NotYetKnown, Reply, Unknown
from sync.protocol.questions import MAX_DEADLINE_SECONDS, Asks


class Centre(Protocol):
    """`sync.asking.Questions` in a terminal."""

    def put(self, asks: Asks, *, deadline: int) -> str:
        """Ask; answers the question's id. The store's typed errors when it cannot be written down."""

    def look(self, question: str) -> Reply:
        """How it stands; returns at once."""

    def taken(self, question: str) -> None:
        """The answer was used: it is deleted."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question on a page. `until`: the page's limit, monotonic seconds."""

    question: str
    until: float


@dataclass(frozen=True, slots=True)
class ResultNotYetKnown:
    """The page's limit came first. `may_be_done`: it left the terminal, so the centre may have done it."""

    question: str
    may_be_done: bool


Outcome: TypeAlias = Answered | Document | NotDone | ResultNotYetKnown


def ask(centre: Centre, asks: Asks, *, limit: float, now: float) -> Waiting:
    """Put a question that the centre may begin within the page's limit. Seconds; `now` is monotonic."""
    deadline = min(max(int(limit), 1), MAX_DEADLINE_SECONDS)
    return Waiting(centre.put(asks, deadline=deadline), now + limit)


def outcome(centre: Centre, waiting: Waiting, now: float) -> Outcome | None:
    """What came of it; None while the page goes on waiting."""
    match centre.look(waiting.question):
        case NotYetKnown(sent=sent):
            return ResultNotYetKnown(waiting.question, may_be_done=sent) if now >= waiting.until else None
        case Unknown():
            return ResultNotYetKnown(waiting.question, may_be_done=True)
        case reply:
            return reply
