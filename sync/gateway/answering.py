"""Answering: open questions are put to the core system, one after the other, outside any transaction of the store.

A question is marked begun before the core system is asked, and settled after it answered. After a crash in between it
is asked again under the same key: the core system does nothing twice for a key. What has not been begun by its deadline
is never begun; of what was begun without an answer, the core system is then asked only whether it did it. So it is with
a question that this release cannot read, for another one wrote it. What was settled meanwhile, because its terminal was
revoked, is not begun either.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from offline_store.chain import timestamp
from sync.gateway.connectors.core_system import CoreSystem, CoreUnavailable
from sync.gateway.question_store import StoredQuestion
from sync.gateway.store import Store
from sync.protocol.messages import Malformed, parse
from sync.protocol.questions import (
    ANSWER_SECONDS,
    Answer,
    AnswerStatement,
    CardStatusChange,
    ConfirmEcardCode,
    ConfirmIdentity,
    FetchDocument,
    LiveRecord,
    PinResetToken,
    Question,
    Refusal,
)
from sync.protocol.statements import make_statement
from sync.protocol.suites import Signer

ID_DAYS: Final = 7
"""How long an id is remembered: far beyond any deadline, and any signature's window."""


class Clock(Protocol):
    """Wall time."""

    def now(self) -> datetime:
        """Aware, UTC."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How many questions were settled, and how many are open still because the core system could not be reached."""

    settled: int
    unavailable: int


def answer_open(store: Store, core: CoreSystem, signer: Signer, limit: int, clock: Clock) -> Settled:
    """Settle up to `limit` open questions in order of receipt, and forget what is older than it need be."""
    now = clock.now()
    with store.transaction():
        found = store.questions.open(limit)
        store.questions.forget(
            answers_before=timestamp(now - timedelta(seconds=ANSWER_SECONDS)),
            rows_before=timestamp(now - timedelta(days=ID_DAYS)),
        )
    settled = unavailable = 0
    for question in found:
        try:
            outcome = _outcome(store, question, core, clock)
            if outcome == "settled":
                continue
            _settle(store, question, outcome, signer, clock)
            settled += 1
        except CoreUnavailable:
            unavailable += 1
    return Settled(settled, unavailable)


def _outcome(
    store: Store, question: StoredQuestion, core: CoreSystem, clock: Clock
) -> Answer | Refusal | Literal["settled"] | None:
    """The core system's word; None if it was never begun and never will be; settled if somebody else has said so."""
    now, key = clock.now(), f"{question.terminal}/{question.id}"
    asked = _read(question)
    if asked is None or timestamp(now) > question.not_after:
        return core.recall(key) if question.state == "begun" else None
    with store.transaction():
        begun = store.questions.begin(question.terminal, question.id)
    return _put(core, key, asked, now) if begun else "settled"


def _read(question: StoredQuestion) -> Question | None:
    try:
        return parse(Question, question.content or b"")
    except Malformed:
        return None


def _put(core: CoreSystem, key: str, question: Question, now: datetime) -> Answer | Refusal:
    match question.asks:
        case ConfirmIdentity() as asks:
            return core.confirm_identity(asks)
        case ConfirmEcardCode() as asks:
            return core.confirm_ecard_code(key, asks, now)
        case LiveRecord() as asks:
            return core.live_record(asks, now)
        case CardStatusChange() as asks:
            return core.change_card_status(key, asks, now)
        case PinResetToken() as asks:
            return core.pin_reset_token(key, asks, now)
        case FetchDocument() as asks:
            return core.fetch_document(asks, now)


def _settle(
    store: Store, question: StoredQuestion, outcome: Answer | Refusal | None, signer: Signer, clock: Clock
) -> None:
    at = timestamp(clock.now())
    state = "expired" if outcome is None else "refused" if isinstance(outcome, Refusal) else "answered"
    said = AnswerStatement.model_validate(
        {
            "terminal": question.terminal,
            "id": question.id,
            "content_hash": question.content_hash,
            "state": state,
            "at": at,
            "answer": outcome if state == "answered" else None,
            "refusal": outcome if state == "refused" else None,
        }
    )
    statement = make_statement("answer", said, signer).to_wire()
    with store.transaction():
        store.questions.settle(question.terminal, question.id, said.state, statement, at)
