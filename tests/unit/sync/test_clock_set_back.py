"""The gateway's clock is set back: nothing is taken twice, and hardly anybody has to wait for it."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from sync.gateway.refusals import code_of
from sync.gateway.sqlite_store import SqliteStore
from sync.protocol.suites import Suite
from sync.protocol.suites import suite as suite_named

RESULTS = "/v1/results?after=0&generation=0"


@pytest.fixture
def suite() -> Suite:
    """A clock is the same in both."""
    return suite_named("intl")


@pytest.fixture
def terminal(hall):
    return hall.terminal()


def asked(terminal):
    """A request that was answered."""
    request = terminal.signed("GET", RESULTS)
    assert terminal.hall.ask(request).status == 200
    return request


def busy(terminal, hours):
    """The terminal asks every ten minutes; what it asked."""
    requests = []
    for _ in range(round(hours * 6)):
        requests.append(asked(terminal))
        terminal.hall.clock.forward(minutes=10)
    return requests


def again(hall, requests):
    """Why they are not taken a second time."""
    return {(answer.status, code_of(answer)) for answer in map(hall.ask, requests)}


@pytest.mark.parametrize("hours", [0.2, 1, 8, 24])
def test_a_clock_that_is_set_back_by_a_day_or_less_takes_nothing_again_and_refuses_nobody(hall, terminal, hours):
    before = busy(terminal, hours + 1)[::5]
    hall.clock.forward(hours=-hours)
    for _ in range(round(hours * 6) + 7):
        asked(terminal)
        assert again(hall, before) <= {(401, code) for code in
                                       ("nonce-used", "signature-too-old", "signature-from-the-future")}  # fmt: skip
        hall.clock.forward(minutes=10)


@pytest.mark.parametrize("days", [1, 30, 300])
def test_a_clock_that_was_ahead_for_hours_keeps_nobody_waiting_when_it_is_right_nor_when_that_time_comes(
    hall, terminal, days
):
    busy(terminal, 1)
    hall.clock.forward(days=days)
    ahead = busy(terminal, 3)
    hall.clock.forward(days=-days)
    assert len(busy(terminal, 1)) == 6
    hall.clock.forward(days=days, hours=-5)
    for _ in range(36):
        asked(terminal)
        assert again(hall, ahead) <= {(401, code) for code in
                                      ("nonce-used", "signature-too-old", "signature-from-the-future")}  # fmt: skip
        hall.clock.forward(minutes=10)


def behind(hall, terminal):
    """Two days of requests, and a clock that goes wrong: what was asked then is asked again at its own time."""
    early = busy(terminal, 48)
    hall.clock.forward(days=-2)
    return early[0]


def test_a_clock_that_is_set_back_further_takes_nothing_of_a_time_whose_requests_are_forgotten(hall, terminal):
    early = behind(hall, terminal)
    for request in (early, terminal.signed("GET", RESULTS)):
        refused = hall.ask(request)
        assert (refused.status, code_of(refused)) == (503, "clock-set-back")
        assert 0 < int(refused.headers["retry-after"]) <= 3600
    hall.clock.forward(days=2)
    asked(terminal)


def test_a_key_that_was_enrolled_since_is_answered_at_a_time_whose_requests_are_forgotten(hall, terminal):
    early = behind(hall, terminal)
    assert again(hall, [asked(hall.terminal("T0002"))]) == {(401, "nonce-used")}
    assert code_of(hall.ask(early)) == "clock-set-back"
    assert code_of(terminal.get(RESULTS)) == "clock-set-back"
    assert again(hall, [asked(hall.terminal(key="another key"))]) == {(401, "nonce-used")}


def test_however_the_clock_is_set_no_request_is_ever_answered_twice(hall):
    chance = random.Random(11)
    terminals = [hall.terminal(f"T000{n}") for n in range(3)]
    answered = []
    for _ in range(240):
        back = chance.random() < 0.1
        hall.clock.forward(hours=-chance.choice([0.1, 2, 23, 30, 80]) if back else chance.choice([0.01, 0.1, 1, 9]))
        request = chance.choice(terminals).signed("GET", RESULTS)
        if hall.ask(request).status == 200:
            answered.append(request)
        assert not any(hall.ask(each).status == 200 for each in answered[-12:])
    assert len(answered) > 80
    for days in range(-4, 20, 2):
        hall.clock.at = datetime(2026, 11, 22, tzinfo=UTC)
        hall.clock.forward(days=days)
        assert not any(hall.ask(each).status == 200 for each in answered)


def test_a_days_nonces_are_taken_away_a_share_with_each_request(hall):
    def use(nonce, until, now):
        with hall.store.transaction():
            return hall.store.use_nonce("f" * 64, nonce, until=until, now=now)

    with hall.store.transaction():
        for second in range(2500):
            hall.store.run("INSERT INTO nonce VALUES (?, ?)", (second, "ffffffffn"))
    left = []
    for n in range(4):
        assert use(f"new{n}", 300_000, 300_000)
        left.append(hall.store.one("SELECT count(*) FROM nonce WHERE until < 200000")[0])
    assert left == [1500, 500, 0, 0]
    assert hall.store.forgotten_until(2499, "f" * 64) == 2499
    assert not use("new0", 300_000, 300_000)


def test_what_an_earlier_release_remembered_is_remembered(hall, terminal):
    """Its nonces lie in another order."""
    store, request = hall.store, asked(terminal)
    store.run("DROP TABLE forgotten_nonces")
    (used,) = store.all("SELECT until, substr(mark, 9) FROM nonce")
    store.run("DROP TABLE nonce")
    store.run("CREATE TABLE nonce (fingerprint TEXT NOT NULL, nonce TEXT NOT NULL, until INTEGER NOT NULL,"
              " PRIMARY KEY (fingerprint, nonce)) WITHOUT ROWID")  # fmt: skip
    store.run("CREATE INDEX nonce_until ON nonce (until)")
    fingerprint = store.terminal("T0001").fingerprint
    store.run("INSERT INTO nonce VALUES (?, ?, ?)", (fingerprint, used[1], used[0]))
    store.run("DELETE FROM schema_step WHERE name = '015-forgotten-nonces'")
    store.close()
    hall.store = SqliteStore(hall.folder)
    assert again(hall, [request]) == {(401, "nonce-used")}
    asked(terminal)
