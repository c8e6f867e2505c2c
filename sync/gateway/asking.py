"""POST and GET /v1/questions: a question is written down and woken for; its answer is handed to its terminal alone.

(terminal, id, content) is a question's identity. The same again is the same question, whatever state it is in; another
content under a used id is refused and raises an alarm: one for each terminal, which counts them. A key under which two
disks wrote asks nothing new. What is asked is answered by `sync.gateway.answering`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from offline_store.chain import timestamp
from sync.gateway.endpoint import Asked, Endpoint
from sync.gateway.question_store import StoredQuestion
from sync.gateway.refusals import no_more_for_a_forked_key, problem
from sync.protocol.exchange import JSON, Response
from sync.protocol.questions import QUESTION_ID, Question, Working
from sync.protocol.statements import Statement

PATH: Final = "/v1/questions"
MAX_OPEN: Final = 8
"""Open questions of one terminal: one person stands before it."""


def _ask(asked: Asked) -> Response:
    question = asked.message(Question)
    questions = asked.store.questions
    known = questions.question(asked.terminal, question.id)
    if known is not None:
        if known.content_hash != question.content_hash:
            asked.store.alarm(asked.terminal, "question-id-reused", 0, 0, timestamp(asked.now))
            return problem(422, "question-id-reused", "This id was used for another question: nothing is done for it.")
        return _standing(known)
    if asked.key.forked_at is not None:
        return no_more_for_a_forked_key()
    if questions.open_of(asked.terminal) >= MAX_OPEN:
        title = "This terminal has too many questions open."
        return problem(429, "too-many-questions", title, headers={"retry-after": "5"})
    new = StoredQuestion(
        terminal=asked.terminal,
        id=question.id,
        kind=question.asks.kind,
        content_hash=question.content_hash,
        received_at=timestamp(asked.now),
        not_after=timestamp(asked.now + timedelta(seconds=question.deadline)),
        state="waiting",
        settled_at=None,
        content=question.to_wire(),
        answer=None,
    )
    questions.ask(new)
    return _standing(new)


def _look(asked: Asked) -> Response:
    question = asked.request.route.removeprefix(PATH + "/")
    known = asked.store.questions.question(asked.terminal, question) if QUESTION_ID.fullmatch(question) else None
    if known is None:
        return problem(404, "question-unknown", "This terminal has asked no such question.")
    return _standing(known)


def _standing(question: StoredQuestion) -> Response:
    if question.open:
        return Response(202, {"content-type": JSON}, Working(id=question.id).to_wire())
    if question.answer is None:
        return problem(410, "answer-forgotten", "The answer to this question is kept no longer.")
    return Response(200, {"content-type": JSON}, question.answer)


ENDPOINTS: Final = (
    Endpoint(PATH, "POST", "Ask the centre while a person waits", _ask, Question, Statement, later=Working),
    Endpoint(
        PATH + "/{question}", "GET", "Answer to a question asked before", _look, None, Statement, later=Working,
        part="word",
    ),
)  # fmt: skip
