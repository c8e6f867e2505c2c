"""How a job ends, and how an answer of HTTP is read: done, later, or stopped.

*Later* is nobody's fault and is tried again. *Stopped* means that terminal and centre disagree about who the terminal
is or what it has sent: it is never tried blindly again, it raises an alarm, and nothing is set aside for it.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, TypeAlias, TypeVar

from pydantic import BaseModel

from sync.protocol.exchange import PROBLEM, Request, Response
from sync.protocol.messages import Malformed, Problem, parse

MAX_RETRY_AFTER_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Done:
    """The job did what there was to do; `items` counts it. `more`: answers are still outstanding at the centre.

    `note`: what the run's record should say besides. `every`: seconds between usual runs that the centre asks for.
    """

    items: int = 0
    more: bool = False
    note: str | None = None
    every: float | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """Try again. `reason` is a short word; `retry_after` the seconds the centre asked for.

    `seldom`: each try costs a large download and may end in the same way, so the pauses grow to hours.
    """

    reason: str
    retry_after: float | None = None
    items: int = 0
    seldom: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """Stop and raise an alarm. `code` is a short word, `epoch` and `seq` the entry it is about."""

    code: str
    epoch: int | None = None
    seq: int | None = None
    items: int = 0


Outcome: TypeAlias = Done | Later | Stopped


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """There was no answer to a request: unreachable, timeout, tls, too-large, broken."""

    reason: str


Answer: TypeAlias = Response | NoAnswer
Job: TypeAlias = Generator[Request, Answer, Outcome]
M = TypeVar("M", bound=BaseModel)


P = TypeVar("P", bound=Problem)


def problem_of(response: Response) -> Problem | None:
    """The refusal in an answer, if it is one of ours."""
    return refusal_of(response, Problem)


def refusal_of(response: Response, model: type[P]) -> P | None:
    """A refusal that may say more than others do."""
    if response.content_type != PROBLEM:
        return None
    try:
        problem = parse(model, response.body)
    except Malformed:
        return None
    return problem if problem.status == response.status else None


def body_of(answer: Answer, content_type: str, now: datetime) -> bytes | Later | Stopped:
    """The body of a good answer, or what its refusal means.

    A page of another kind with status 200 is a captive portal or a proxy, not the gateway: later. So is a redirect.
    """
    if isinstance(answer, NoAnswer):
        return Later(answer.reason)
    if answer.status == 200:
        return answer.body if answer.content_type == content_type else Later("not-the-gateway")
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return Later(f"status-{answer.status}", retry_after(answer, now))
    problem = problem_of(answer)
    if problem is None:
        return Later("not-the-gateway")
    if problem.code == "nonce-used":
        # a proxy on the way has sent the request twice: the first one counted, and a new one will be answered
        return Later(problem.code)
    return Stopped(problem.code, problem.epoch, problem.seq)


def message_of(answer: Answer, content_type: str, model: type[M], now: datetime) -> M | Later | Stopped:
    """The message in a good answer; a body that is no such message is not from the gateway."""
    body = body_of(answer, content_type, now)
    if not isinstance(body, bytes):
        return body
    try:
        return parse(model, body)
    except Malformed:
        return Later("not-the-gateway")


def with_items(outcome: Later | Stopped, items: int) -> Later | Stopped:
    """The same end, with what was done before it."""
    return replace(outcome, items=items)


def retry_after(response: Response, now: datetime) -> float | None:
    """Seconds in a Retry-After field (RFC 9110 section 10.2.3: seconds or a date), at most an hour; None if absent."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return min(float(text), MAX_RETRY_AFTER_SECONDS)
    at = date_of(text)
    if at is None:
        return None
    return min(max((at - now).total_seconds(), 0.0), MAX_RETRY_AFTER_SECONDS)


def date_of(text: str) -> datetime | None:
    """An HTTP date, aware; None for anything else."""
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
