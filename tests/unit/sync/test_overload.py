"""Too many at once: each is told a moment of its own, and is served then."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime

import pytest

from sync.client.outcomes import Later, body_of
from sync.gateway.admitting import behind_admission
from sync.gateway.overload import LONGEST_SECONDS, Admission, turned_away
from sync.protocol.exchange import JSON, Response


def test_what_a_gateway_can_answer_is_taken():
    admission = Admission(10)
    assert [admission.ask(f"T{n}", n / 10, urgent=True) for n in range(200)] == [None] * 200


def test_each_terminal_beyond_it_is_told_another_moment_and_taken_then():
    admission = Admission(10)
    told = {f"T{n:03}": admission.ask(f"T{n:03}", 100.0, urgent=True) for n in range(110)}
    waits = [wait for wait in told.values() if wait is not None]
    assert len(waits) == 100
    assert waits == sorted(waits)
    assert max(waits) == math.ceil(100 * 1.05 / 10)
    assert max(waits.count(second) for second in set(waits)) <= 10
    for who, wait in told.items():
        if wait is not None:
            assert admission.ask(who, 100.0 + wait, urgent=True) is None


def test_who_comes_before_its_turn_keeps_it():
    admission = Admission(1)
    assert admission.ask("T1", 0.0, urgent=True) is None
    waits = [admission.ask(f"T{n}", 0.0, urgent=True) for n in range(2, 8)]
    assert admission.ask("T7", 1.0, urgent=True) == waits[-1] - 1


def test_downloads_wait_while_anybody_stands_in_line():
    admission = Admission(10)
    for number in range(15):
        admission.ask(f"T{number}", 0.0, urgent=True)
    assert admission.ask("T99", 2.0, urgent=False) >= 300
    assert admission.ask("T99", 60.0, urgent=False) is None


def test_a_turn_nobody_came_for_is_forgotten_and_the_line_ends():
    admission = Admission(10)
    for number in range(30):
        admission.ask(f"T{number}", 0.0, urgent=True)
    assert [admission.ask(f"N{n}", 100.0, urgent=True) for n in range(10)] == [None] * 10
    assert admission.ask("T29", 100.0, urgent=True) is not None


def test_no_wait_is_longer_than_a_terminal_believes():
    admission = Admission(1)
    waits = [admission.ask(f"T{n}", 0.0, urgent=bool(n % 2)) for n in range(9000)]
    assert max(wait for wait in waits if wait is not None) == LONGEST_SECONDS


def test_a_gateway_that_answers_nothing_is_no_gateway():
    with pytest.raises(ValueError, match="more than no request"):
        Admission(0)


def through(application, *, path="/v1/chain", who="T0001"):
    """One request through an ASGI application that must not read it; what was sent back."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        raise AssertionError("nothing of it is read")

    header = (b"signature-input", f'terminal=("@method");keyid="{who}:00"'.encode())
    asyncio.run(application({"type": "http", "path": path, "headers": [header]}, receive, send))
    return sent


def test_a_refused_request_is_not_read_and_the_terminal_obeys():
    taken = []

    async def application(scope, receive, send):
        taken.append(scope["path"])

    door = behind_admission(application, Admission(1), lambda: 0.0)
    assert through(door) == []
    start, body = through(door)
    assert taken == ["/v1/chain"]
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    refused = Response(start["status"], headers, body["body"])
    outcome = body_of(refused, JSON, datetime(2026, 11, 22, tzinfo=UTC))
    assert isinstance(outcome, Later)
    assert (outcome.reason, outcome.retry_after) == ("status-503", float(headers["retry-after"]))
    assert outcome.retry_after > 0


def test_a_person_who_waits_is_urgent_and_a_download_is_not():
    admission = Admission(1)
    assert turned_away(admission, "/v1/chain", "", 0.0) is None
    assert turned_away(admission, "/v1/questions/abc", "", 0.0).headers["retry-after"] == "2"
    assert int(turned_away(admission, "/v1/snapshot", "", 0.0).headers["retry-after"]) >= 300
