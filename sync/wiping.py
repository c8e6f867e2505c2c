"""The centre's order to wipe, from the moment that nothing keeps it any more: known before any store is opened.

Terminal process, sync process and `kiosk sync now` ask here first. Whoever finds it begun ends it; the stores are wiped
by the first of them that finds that the others have let go. The mark of `offline_store.wiping` outlives everything
else in the data directory, so a power cut at any point changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offline_store.errors import StoreBusy
from offline_store.keys import KeyProvider
from offline_store.wiping import wipe_stores, wiping
from sync.orders import read_orders, wipe_is_due
from sync.poke import poke
from sync.trust import CENTRE, FOLDER

_ORDERED: Final = "ordered"
_PAUSE_SECONDS: Final = 1.0
_TRIES: Final = 120
"""A terminal process lets go when nobody stands at it, at its next look at the devices."""


class TerminalWiped(Exception):  # noqa: N818 - named by the condition
    """Nothing of this terminal is left but its settings."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A wipe that was begun. `since`: RFC 3339, empty if nobody knows; `done`: nothing is left to be wiped."""

    reason: str
    since: str
    done: bool


def begun(data_dir: Path) -> Begun | None:
    """Whether these stores were wiped or are to be, whatever comes. None after a new enrolment in the same place."""
    mark = wiping(data_dir)
    if mark is not None and mark.done_at is None:
        return Begun(mark.reason, mark.ordered_at, done=False)
    if mark is not None and not (data_dir / FOLDER / CENTRE).exists():
        return Begun(mark.reason, mark.ordered_at, done=True)
    book = read_orders(data_dir)
    if wipe_is_due(book):
        return Begun(_ORDERED, book.lock.since if book.lock else "", done=False)
    return None


def go_on(data_dir: Path, keys: KeyProvider, at: str) -> Begun | None:
    """One step: wipe now if that was begun. How it stands afterwards.

    Raises StoreBusy while another process has the journal open; StoreRefused when disk or keys refuse.
    """
    found = begun(data_dir)
    if found is None or found.done:
        return found
    wipe_stores(data_dir, keys, reason=found.reason, at=found.since or at)
    return begun(data_dir)


def refuse_wiped(data_dir: Path, keys: KeyProvider, at: str) -> None:
    """At a start: end what was begun. Raises TerminalWiped, and what `go_on` raises."""
    found = go_on(data_dir, keys, at)
    if found is not None:
        raise TerminalWiped(f"this terminal was wiped ({found.reason}): its keys and data are gone for good")


def carry_out(data_dir: Path, keys: KeyProvider, at: str, pause: Callable[[float], None] = time.sleep) -> bool:
    """Wipe as soon as the other processes have let go. False when they do not: then the next start goes on with it."""
    for _ in range(_TRIES):
        # a sync process that runs beside looks at its orders again, and ends
        poke(data_dir)
        try:
            go_on(data_dir, keys, at)
        except StoreBusy:
            pause(_PAUSE_SECONDS)
        else:
            return True
    return False
