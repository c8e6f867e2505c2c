"""Bodies on their way to one listener: how many are waited for at once, and which of them gives way.

A body that never comes costs its sender nothing. So a request whose body is still coming takes no place of those that
are answered. Each enrolled key, as far as a request claims one, has a few places of its own: when it begins one more,
its oldest gives way, for a terminal whose line broke has begun anew. All the others share a few; there too the oldest
gives way, so that what comes in one piece, such as an enrolment, is read however many bodies never come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

MAX_ENROLLED: Final = 120
"""Bodies of all enrolled keys. With those of strangers they leave connections for who has nothing to send."""
MAX_OF_A_KEY: Final = 4
"""A terminal sends one request at a time in each of its lanes."""
MAX_OF_STRANGERS: Final = 40
_STRANGER: Final = ""


class NoPlace(Exception):  # noqa: N818 - named by the condition
    """The bodies of too many enrolled keys are on their way."""


@dataclass(eq=False)
class Arrival:
    """A body on its way. `gave_way`: its time has ended early, for a newer one."""

    who: str
    end: asyncio.Timeout
    gave_way: bool = False

    def give_way(self) -> None:
        """End it now."""
        self.gave_way = True
        self.end.reschedule(asyncio.get_running_loop().time())

    def may_last_until(self, at: float) -> None:
        """It has until then, by the event loop's clock."""
        if not self.gave_way:
            self.end.reschedule(at)


class Arrivals:
    """The bodies on their way to one listener. For its event loop only."""

    def __init__(self, enrolled: Callable[[str], bool]) -> None:
        """``enrolled``: whether somebody has the key of this fingerprint; asked for each request."""
        self._enrolled = enrolled
        self._coming: list[Arrival] = []

    @contextmanager
    def waiting(self, claimed: str, end: asyncio.Timeout) -> Iterator[Arrival]:
        """A place until the block has ended. ``claimed``: the fingerprint of the key; nothing is proved yet.

        Raises NoPlace.
        """
        who, most = (claimed, MAX_OF_A_KEY) if claimed and self._enrolled(claimed) else (_STRANGER, MAX_OF_STRANGERS)
        alike = [each for each in self._coming if each.who == who]
        if len(alike) >= most:
            self._coming.remove(alike[0])
            alike[0].give_way()
        elif who != _STRANGER and sum(each.who != _STRANGER for each in self._coming) >= MAX_ENROLLED:
            raise NoPlace
        arrival = Arrival(who, end)
        self._coming.append(arrival)
        try:
            yield arrival
        finally:
            if arrival in self._coming:
                self._coming.remove(arrival)
