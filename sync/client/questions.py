"""The job that asks the centre while a person waits.

A question is marked sent before it goes out. One that may have arrived is asked for by its id; only when the centre
says that it never came is it sent again, the same, under the same id. Past its deadline nothing is sent any more; a
clock that shows less than when it was asked was put back, and is past every deadline. One that never went out is
*expired*. One that did stays *sent*, which means that nobody knows, until the authority's signature says what became of
it. It is *unknown* for good when the centre knows of none although no copy can arrive any more, or refuses it: nobody
signs that. Who says it may have let the question through, and a centre restored from a backup forgets what it has done.
*Unknown* is also one that left a day ago: nobody waits for it any more, and what was asked is personal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol, TypeAlias

from offline_store.chain import timestamp
from offline_store.schema import QuestionRow
from sync.client.outcomes import Answer, Done, Job, Later, NoAnswer, Stopped, message_of, problem_of, with_items
from sync.protocol.exchange import JSON, Request
from sync.protocol.messages import parse
from sync.protocol.questions import ANSWER_SECONDS, AnswerStatement, Question, is_about
from sync.protocol.signatures import WINDOW_SECONDS
from sync.protocol.statements import Statement, StatementRefused, read_statement

PATH: Final = "/v1/questions"
KEPT_SECONDS: Final = ANSWER_SECONDS
"""An answer that nobody takes is kept as long as the centre keeps it."""
_COPY_SECONDS: Final = 2 * WINDOW_SECONDS
"""So long it is asked for: a delayed copy is too old by then, also when the clocks differ as much as they may."""
ROW_DAYS: Final = 1
"""So long what became of a question stays, and so long one that left is asked for."""
_NOT_THERE: Final = "question-unknown"
_NO_MORE: Final = ("answer-forgotten", "question-id-reused", "malformed", "forked")
"""Problems after which there is nothing more to ask for. Nobody signs them."""
_NEVER_ARRIVED: Final = "never-arrived"
_NEVER_ANSWERED: Final = "never-answered"
_ANSWER: Final = "answer-"
"""How the codes of a stop begin that is about one answer."""

Now: TypeAlias = Callable[[], datetime]
_SettledState: TypeAlias = Literal["answered", "refused", "expired", "unknown"]
_NotYet: TypeAlias = Literal["working"]


class QuestionPort(Protocol):
    """Where the questions are: `offline_store.questions.Settling` in a terminal."""

    def open(self) -> tuple[QuestionRow, ...]: ...
    def sent(self, question: str, at: str) -> bool: ...
    def settle(
        self, question: str, state: _SettledState, at: str, *, reason: str | None = None, answer: str | None = None
    ) -> bool: ...
    def expire(self, question: str, at: str, *, reason: str) -> bool:
        """Only one that never went out, whatever this process knows of it."""

    def forget_old(self, *, answers_before: str, rows_before: str) -> None: ...


class Ages:
    """For how long questions have been known to this process, by a clock that nobody puts back."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._since: dict[str, float] = {}

    def note(self, rows: Iterable[QuestionRow]) -> None:
        """These are open now; the others may be forgotten."""
        moment = self._monotonic()
        self._since = {row.id: self._since.get(row.id, moment) for row in rows}

    def of(self, row: QuestionRow) -> float:
        """Seconds since it was first noted."""
        return self._monotonic() - self._since[row.id]


def questions(
    port: QuestionPort,
    terminal: str,
    authority_key: bytes,
    now: Now,
    note: Callable[[QuestionRow, str], None],
    ages: Ages,
) -> Job:
    """Send, ask again and settle; `note` is told what became of each. `more` while an answer is outstanding.

    What needs no network is done first, for there may be none for days. Trouble with one answer never keeps back the
    next question.
    """
    asking = _Asking(port, terminal, authority_key, now, note, ages)
    moment = now()
    port.forget_old(
        answers_before=timestamp(moment - timedelta(seconds=KEPT_SECONDS)),
        rows_before=timestamp(moment - timedelta(days=ROW_DAYS)),
    )
    rows = port.open()
    ages.note(rows)
    void = tuple(row for row in rows if asking.is_void(row))
    settled = sum(asking.give_up(row) != "working" for row in void)
    outstanding, trouble = len(void) - settled, None
    for row in (row for row in rows if row not in void):
        end = yield from asking.one(row)
        if isinstance(end, Stopped) and end.code.startswith(_ANSWER):
            trouble = trouble or end
        elif isinstance(end, Later | Stopped):
            return with_items(end, settled)
        else:
            settled += end != "working"
            outstanding += end == "working"
    return Done(settled, more=outstanding > 0) if trouble is None else with_items(trouble, settled)


class _Asking:
    """One run of the job."""

    def __init__(
        self,
        port: QuestionPort,
        terminal: str,
        authority_key: bytes,
        now: Now,
        note: Callable[[QuestionRow, str], None],
        ages: Ages,
    ) -> None:
        self._port = port
        self._terminal = terminal
        self._authority_key = authority_key
        self._now = now
        self._note = note
        self._ages = ages

    def one(self, row: QuestionRow) -> Generator[Request, Answer, _SettledState | _NotYet | Later | Stopped]:
        """Bring one question as far as it goes now."""
        if row.state == "sent":
            answer = yield Request("GET", f"{PATH}/{row.id}")
            if _code(answer) != _NOT_THERE:
                return self._read(row, answer)
            if self._over(row):
                return self._settle(row, "unknown", _NOT_THERE) if self._no_copy_left(row) else "working"
        elif self._over(row):
            return self.expire(row)
        if not self._port.sent(row.id, timestamp(self._now())):
            # another process has settled it meanwhile: the next look finds nothing to do
            return "working"
        answer = yield Request("POST", PATH, {"content-type": JSON}, (row.content or "").encode())
        return self._read(row, answer)

    def is_void(self, row: QuestionRow) -> bool:
        """Nothing is asked about it any more: it never went out and never will, or nobody waits for it since long."""
        return self._over(row) if row.state == "waiting" else self._long_ago(row)

    def give_up(self, row: QuestionRow) -> _SettledState | _NotYet:
        """Settle one that is void."""
        return self.expire(row) if row.state == "waiting" else self._settle(row, "unknown", _NEVER_ANSWERED)

    def expire(self, row: QuestionRow) -> _SettledState | _NotYet:
        """Certainly nothing was done and nothing will be: unless another process has sent it since it was read."""
        if not self._port.expire(row.id, timestamp(self._now()), reason=_NEVER_ARRIVED):
            return "working"
        self._note(row, "expired")
        return "expired"

    def _over(self, row: QuestionRow) -> bool:
        return self._ages.of(row) > row.deadline_seconds or not self._within(row.asked_at, row.deadline_seconds)

    def _no_copy_left(self, row: QuestionRow) -> bool:
        return not self._within(row.sent_at or row.asked_at, _COPY_SECONDS)

    def _long_ago(self, row: QuestionRow) -> bool:
        """By whichever way the clock went since."""
        since = datetime.fromisoformat(row.sent_at or row.asked_at)
        return abs(self._now() - since) > timedelta(days=ROW_DAYS)

    def _within(self, since: str, seconds: int) -> bool:
        begin = datetime.fromisoformat(since)
        return begin <= self._now() <= begin + timedelta(seconds=seconds)

    def _read(self, row: QuestionRow, answer: Answer) -> _SettledState | _NotYet | Later | Stopped:
        if not isinstance(answer, NoAnswer) and answer.status == 202 and answer.content_type == JSON:
            return "working"
        if (code := _code(answer)) in _NO_MORE:
            return self._settle(row, "unknown", code)
        signed = message_of(answer, JSON, Statement, self._now())
        if not isinstance(signed, Statement):
            return signed
        try:
            said = read_statement("answer", AnswerStatement, signed, self._authority_key)
        except StatementRefused as refused:
            return Stopped(_ANSWER + refused.reason)
        asked = hashlib.sha256((row.content or "").encode()).digest()
        if (said.terminal, said.id, said.content_hash) != (self._terminal, row.id, asked):
            return Stopped(_ANSWER + "for-another")
        if said.answer is not None and not is_about(said.answer, parse(Question, (row.content or "").encode()).asks):
            return Stopped(_ANSWER + "about-another")
        content = said.answer or said.refusal
        reason = said.refusal.reason if said.refusal else None
        return self._settle(row, said.state, reason, None if content is None else content.to_wire().decode())

    def _settle(
        self, row: QuestionRow, state: _SettledState, reason: str | None, answer: str | None = None
    ) -> _SettledState:
        if self._port.settle(row.id, state, timestamp(self._now()), reason=reason, answer=answer):
            self._note(row, state)
        return state


def _code(answer: Answer) -> str | None:
    problem = None if isinstance(answer, NoAnswer) else problem_of(answer)
    return None if problem is None else problem.code
