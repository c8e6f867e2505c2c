"""A fleet in virtual time: the terminals' own schedule and reading of answers against the gateway's own admission.

Terminals hold items since an outage, or collect them in normal running; each upload brings all of them, each result
page all results. The network takes a tenth of a second, the gateway a fixed time for a request it takes and a small
part of it for one it refuses. Everything else is arithmetic of `sync.client.schedule` and `sync.gateway.overload`.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sync.client.outcomes import Done, NoAnswer, Outcome, body_of
from sync.client.schedule import Schedule
from sync.gateway.beating import interval
from sync.gateway.overload import DEFAULT_PER_SECOND, URGENT, Admission
from sync.gateway.refusals import too_busy
from sync.protocol.exchange import JSON, Response

TRAVEL_SECONDS = 0.1
REFUSAL_COST = 0.07
_PATHS = {"upload": "/v1/chain", "results": "/v1/results"}
SWITCHED_ON_WITHIN = 6 * 3600.0
_NOW = datetime(2026, 11, 22, tzinfo=UTC)
_TAKEN = Response(200, {"content-type": JSON})


def drain_after_outage(terminals: int, per_second: float, seed: int) -> tuple[Fleet, float, float]:
    """The fleet after an hour without a gateway; the seconds until every item was taken and every result known, and
    the least that this number of requests needs."""
    fleet = Fleet(terminals, per_second, seed)
    fleet.run_until(SWITCHED_ON_WITHIN)
    fleet.outage(3600.0, items=20)
    back = fleet.now
    empty = fleet.run_until(back + 7200.0, stop_when_empty=True)
    return fleet, empty - back, 2 * terminals / per_second


@dataclass
class Terminal:
    """What one terminal still has to tell and to learn."""

    schedule: Schedule
    chance: random.Random
    pending: int = 0
    awaiting: int = 0
    sessions_per_hour: float = 0.0
    next_session: float = float("inf")

    def live(self, now: float) -> None:
        """People come: each session leaves something to send, at once when it is urgent."""
        while self.next_session <= now:
            self.pending += 8
            self.schedule.poke(self.next_session)
            self.next_session += self.chance.expovariate(self.sessions_per_hour / 3600)

    def next_at(self) -> float:
        return min(self.schedule.next_at(), self.next_session)


@dataclass
class Gateway:
    """Takes ``per_second`` requests; those it takes wait in one line for their turn."""

    per_second: float
    admission: Admission = field(init=False)
    up: bool = True
    free_at: float = 0.0
    taken: int = 0
    refused: int = 0
    arrivals: Counter[int] = field(default_factory=Counter)
    longest_wait: float = 0.0

    def __post_init__(self) -> None:
        self.admission = Admission(self.per_second)

    def ask(self, who: str, job: str, now: float) -> tuple[Response | NoAnswer, float]:
        """The answer, and when it is there."""
        arrives = now + TRAVEL_SECONDS / 2
        if not self.up:
            return NoAnswer("unreachable"), now + 1.0
        self.arrivals[int(arrives // 10)] += 1
        wait = self.admission.ask(who, arrives, urgent=_PATHS.get(job) in URGENT)
        cost = (1.0 if wait is None else REFUSAL_COST) / self.per_second
        self.free_at = max(self.free_at, arrives) + cost
        self.longest_wait = max(self.longest_wait, self.free_at - arrives)
        if wait is None:
            self.taken += 1
            return _TAKEN, self.free_at + TRAVEL_SECONDS / 2
        self.refused += 1
        return too_busy(wait), self.free_at + TRAVEL_SECONDS / 2


class Fleet:
    """Terminals and their gateway, one moment after the other."""

    def __init__(self, terminals: int, per_second: float, seed: int) -> None:
        self.chance = random.Random(seed)
        self.gateway = Gateway(per_second)
        self.now = 0.0
        self.terminals = [
            Terminal(
                Schedule(f"T{number:05}", self.chance.random, self.chance.random() * SWITCHED_ON_WITHIN), self.chance
            )
            for number in range(terminals)
        ]
        self._agenda: list[tuple[float, int]] = []

    def outage(self, seconds: float, *, items: int) -> None:
        """The gateway is gone for so long; at its end each terminal has items to send."""
        self.gateway.up = False
        for terminal in self.terminals:
            terminal.pending = items
        self.run_until(self.now + seconds)
        self.gateway.up = True

    def open_to_people(self, sessions_per_hour: float) -> None:
        """From now on people come to every terminal."""
        for terminal in self.terminals:
            terminal.sessions_per_hour = sessions_per_hour
            terminal.next_session = self.now + self.chance.expovariate(sessions_per_hour / 3600)

    def run_until(self, end: float, *, stop_when_empty: bool = False) -> float:
        """Go on until then; answers the moment at which the last thing was known."""
        waiting = sum(1 for terminal in self.terminals if terminal.pending or terminal.awaiting)
        self._agenda = [(max(terminal.next_at(), self.now), number) for number, terminal in enumerate(self.terminals)]
        heapq.heapify(self._agenda)
        while self._agenda and self._agenda[0][0] <= end:
            moment, number = heapq.heappop(self._agenda)
            self.now = moment
            terminal = self.terminals[number]
            before = bool(terminal.pending or terminal.awaiting)
            free = self._wake(terminal, moment)
            if before and not (terminal.pending or terminal.awaiting):
                waiting -= 1
                if stop_when_empty and not waiting:
                    self.now = free
                    return free
            heapq.heappush(self._agenda, (max(terminal.next_at(), free), number))
        self.now = end
        return end

    def _wake(self, terminal: Terminal, now: float) -> float:
        """One run of one job, as in the sync process' loop."""
        terminal.live(now)
        due = terminal.schedule.due(now)
        if due:
            outcome, now = self._run(terminal, due[0], now)
            terminal.schedule.finished(due[0], outcome, now)
        return now

    def _run(self, terminal: Terminal, job: str, now: float) -> tuple[Outcome, float]:
        if (
            (job == "upload" and not terminal.pending)
            or job in ("salvage", "questions")
            or (job == "results" and not terminal.awaiting)
        ):
            return Done(), now
        answer, now = self.gateway.ask(terminal.schedule.terminal, job, now)
        body = body_of(answer, JSON, _NOW)
        if not isinstance(body, bytes):
            return body, now
        if job == "upload":
            sent, terminal.pending = terminal.pending, 0
            terminal.awaiting += sent
            return Done(sent), now
        if job == "results":
            terminal.awaiting = 0
        if job == "heartbeat":
            # a smaller gateway with a smaller fleet stands for a whole one
            whole = len(self.terminals) * DEFAULT_PER_SECOND / self.gateway.per_second
            return Done(every=float(interval(round(whole)))), now
        return Done(1), now
