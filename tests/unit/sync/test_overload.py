"""Too many at once: each is told a moment of its own, and is served then."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from sync.client.outcomes import Later, body_of
from sync.gateway.admitting import behind_admission
from sync.gateway.claims import claimed_fingerprint
from sync.gateway.enrolled_keys import EnrolledKeys
from sync.gateway.overload import LONGEST_SECONDS, Admission, turned_away
from sync.protocol.exchange import JSON, Response
from sync.protocol.signatures import fingerprint


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


def names(word, number):
    return f'terminal=("@method");keyid="{word}{number:04}:{sha256(f"{word}{number}".encode()).hexdigest()}"'


def test_a_flood_of_made_up_keys_moves_nobody_who_is_enrolled():
    enrolled = {claimed_fingerprint(names("T", number)) for number in range(2000)}
    admission = Admission(300, enrolled.__contains__)
    flood = [turned_away(admission, "/v1/chain", names("X", n % 7000), n / 5000) for n in range(5 * 5000)]
    waits = {refusal.headers["retry-after"] for refusal in flood if refusal is not None}
    assert len(flood) - flood.count(None) > 20_000
    assert len(waits) == 1
    # while it goes on
    for number in range(2000):
        now = 5.0 + number / 200
        for more in range(25):
            turned_away(admission, "/v1/questions", names("X", more), now)
        assert turned_away(admission, "/v1/chain", names("T", number), now) is None


def test_a_flood_without_any_key_leaves_the_line_of_a_returning_fleet_as_it_is():
    told = []
    for flooded in (False, True):
        admission = Admission(10, lambda who: who.startswith("T"))
        waits = []
        for number in range(200):
            if flooded:
                for stranger in ("", "X1", f"X{number}"):
                    admission.ask(stranger, 100.0 + number / 100, urgent=True)
            waits.append(admission.ask(f"T{number}", 100.0 + number / 100, urgent=True))
        told.append([wait for wait in waits if wait is not None])
    alone, beside = told
    # at the beginning, when there is plenty, strangers take half of it
    assert len(beside) - len(alone) <= 5
    assert max(beside) - max(alone) <= 1


def test_a_key_that_nobody_enrolled_is_served_while_there_is_plenty():
    admission = Admission(10, lambda who: False)
    taken = [admission.ask("", number / 4, urgent=True) for number in range(100)]
    assert taken == [None] * 100


def test_a_gateway_knows_a_key_as_soon_as_it_is_enrolled_or_renewed(hall):
    keys = EnrolledKeys()
    keys.read_on(hall.store)
    first = hall.terminal("T0001")
    assert fingerprint(first.signer.public_key) not in keys
    keys.read_on(hall.store)
    assert fingerprint(first.signer.public_key) in keys
    second = hall.terminal("T0002")
    keys.read_on(hall.store)
    assert all(fingerprint(each.signer.public_key) in keys for each in (first, second))


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
