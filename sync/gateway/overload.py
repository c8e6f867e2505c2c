"""How much a gateway takes at once, and when the rest may come back. Pure but for its own count.

A token bucket says what is taken. Who is refused gets a turn in a line, told as Retry-After: one turn for each free
moment, so that a fleet that comes back after an outage spreads itself over exactly the time that its backlog needs, and
nobody waits twice. While anybody stands in line, who comes for the first time goes to its end, and what is not urgent
is sent behind it.

Turns are for enrolled keys. A key that nobody enrolled can be made up, thousands in a second: who names such a one, or
none, is taken while there is plenty, and otherwise sent away for a while that is the same for all. He moves nothing.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Final

from sync.gateway.claims import claimed_fingerprint
from sync.gateway.refusals import too_busy
from sync.protocol.exchange import Response

DEFAULT_PER_SECOND: Final = 300.0
LONGEST_SECONDS: Final = 3600
URGENT: Final = ("/v1/chain", "/v1/results", "/v1/questions", "/v1/enrol", "/v1/renew", "/v1/time")
"""Paths of what is urgent; the rest is fetched when there is time."""
_LATE_SECONDS: Final = 2.0
"""Retry-After has whole seconds and the network takes its time: so long after its end the line is still awaited."""
_REFUSAL_TOKENS: Final = 0.07
"""What a refusal costs beside a request that is answered; measured: 0.24 ms of processor time, at 300/s of 3.3 ms."""
_STRANGER_SECONDS: Final = 30
_DOWNLOAD_SECONDS: Final = 300.0
"""Who may wait is not sent away for less: the line may grow meanwhile."""
_KEPT_SECONDS: Final = 60.0
"""A terminal that does not come within this time after its turn has lost it."""


def turned_away(admission: Admission, route: str, signature_input: str, now: float) -> Response | None:
    """The answer to a request that is too much, by its path and the key it claims to be signed by; None: take it."""
    urgent = route in URGENT or route.startswith("/v1/questions/")
    wait = admission.ask(claimed_fingerprint(signature_input) or "", now, urgent=urgent)
    return None if wait is None else too_busy(wait)


class Admission:
    """Counts requests against a capacity. Safe to be asked by several threads."""

    def __init__(
        self, per_second: float = DEFAULT_PER_SECOND, enrolled: Callable[[str], bool] = lambda who: True
    ) -> None:
        """``per_second``: requests this gateway can answer in a second for as long as it takes. ``enrolled``: whether a
        turn can be somebody's; asked for each request, so it looks nothing up."""
        if per_second <= 0:
            raise ValueError("a gateway answers more than no request in a second")
        self._per_second = per_second
        self._enrolled = enrolled
        self._tokens = per_second
        self._counted_at = -math.inf
        self._turns: dict[str, float] = {}
        """Who stands in line, in order of their turns."""
        self._line_ends = -math.inf
        self._behind = -math.inf
        self._lock = threading.Lock()

    def ask(self, who: str, now: float, *, urgent: bool) -> int | None:
        """None: take this request. Otherwise the whole seconds after which to come back.

        ``who``: the fingerprint of the key that is claimed; nothing is proved yet, another's gains its place in a line.
        ``now``: monotonic seconds. ``urgent``: an act, its result, a person who waits.
        """
        with self._lock:
            self._count(now)
            turn = self._turns.get(who)
            if turn is not None and urgent:
                if turn > now:
                    return _whole(turn - now)
                del self._turns[who]
                self._tokens -= 1.0
                return None
            awaited = self._line_ends + _LATE_SECONDS > now
            if not self._enrolled(who):
                if awaited or self._tokens < max(self._per_second / 2, 1.0):
                    return _STRANGER_SECONDS
                self._tokens -= 1.0
                return None
            if self._tokens >= (self._per_second / 2 if awaited and urgent else 1.0) and (urgent or not awaited):
                self._tokens -= 1.0
                return None
            self._tokens = max(self._tokens - _REFUSAL_TOKENS, -self._per_second)
            return _whole((self._line_up(who, now) if urgent else self._sent_behind(now)) - now)

    def _count(self, now: float) -> None:
        passed = max(now - self._counted_at, 0.0)
        self._tokens = min(self._per_second, self._tokens + passed * self._per_second)
        self._counted_at = max(now, self._counted_at)
        while self._turns:
            first = next(iter(self._turns))
            if self._turns[first] > now - _KEPT_SECONDS:
                break
            del self._turns[first]

    def _line_up(self, who: str, now: float) -> float:
        turn = max(self._line_ends, now) + (1.0 + _REFUSAL_TOKENS) / self._per_second
        if turn - now < LONGEST_SECONDS:
            self._turns[who] = self._line_ends = turn
        return turn

    def _sent_behind(self, now: float) -> float:
        self._behind = max(self._behind, self._line_ends, now + _DOWNLOAD_SECONDS) + 1.0 / self._per_second
        return self._behind


def _whole(seconds: float) -> int:
    return min(LONGEST_SECONDS, max(1, math.ceil(seconds)))
