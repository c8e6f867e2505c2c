"""A refusal: an RFC 9457 problem as a value, and as an exception where nothing of the transaction is to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sync.protocol.exchange import PROBLEM, Response
from sync.protocol.heartbeat import RevokedHeartbeat
from sync.protocol.messages import Expected, Malformed, Problem, parse


def problem(
    status: int,
    code: str,
    title: str,
    *,
    headers: Mapping[str, str] | None = None,
    expected: Expected | None = None,
    epoch: int | None = None,
    seq: int | None = None,
) -> Response:
    """The refusal as an answer."""
    body = Problem(status=status, code=code, title=title, expected=expected, epoch=epoch, seq=seq).to_wire()
    return Response(status, {**(headers or {}), "content-type": PROBLEM}, body)


def code_of(response: Response) -> str | None:
    """The code of a refusal of ours; None for any other answer."""
    if response.content_type != PROBLEM:
        return None
    try:
        return parse(RevokedHeartbeat, response.body).code
    except Malformed:
        return None


def no_more_for_a_forked_key() -> Response:
    """Two disks wrote under the key that asks: nothing new begins with it."""
    return problem(403, "forked", "Two disks of this terminal wrote under its key: an operator has to give a new one.")


def unavailable() -> Response:
    """The store takes nothing now: come back in half a minute."""
    return problem(503, "store-unavailable", "The centre cannot take this now.", headers={"retry-after": "30"})


def too_busy(seconds: int) -> Response:
    """More was asked than this gateway answers: come back after so many seconds."""
    return problem(503, "too-busy", "The centre is busy; come back later.", headers={"retry-after": str(seconds)})


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a person should look at, raised once. About a certificate: `epoch` is 0, `seq` the number of its row."""

    terminal: str
    code: str
    epoch: int
    seq: int


class Refused(Exception):  # noqa: N818 - named by the condition
    """Ends a request with `response` and rolls its transaction back; `alarm` is kept all the same."""

    def __init__(self, response: Response, alarm: Alarm | None = None) -> None:
        super().__init__(f"refused with {response.status}")
        self.response = response
        self.alarm = alarm
