"""The centre's order to wipe, from the moment that nothing keeps it any more: known before any store is opened.

Terminal process, sync process and `kiosk sync now` ask here first. Whoever finds it begun ends it; the stores are wiped
by the first of them that finds that the others have let go. The mark of `offline_store.wiping` outlives everything
else in the data directory, so a power cut at any point changes nothing.

Before the first key goes, when no terminal can write any more, one last look tells whether the centre has everything: a
session that began before the terminal saw its lock may have recorded an act since. Then the order drains again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offline_store.connection import KeyBytes
from offline_store.delivery import Delivery
from offline_store.errors import KeyChipOther, KeyMissing, StoreBroken, StoreBusy, WrongKey
from offline_store.journal import salvage, waiting_salvage
from offline_store.keys import KeyProvider
from offline_store.rekeying import load_store_key
from offline_store.wiping import Wiping, wipe_stores, wiping
from sync.carrying_out import drain_again
from sync.orders import read_orders, wipe_is_due, wipes_undelivered
from sync.poke import poke
from sync.trust import CENTRE, FOLDER

_ORDERED: Final = "ordered"
_PAUSE_SECONDS: Final = 1.0
_TRIES: Final = 120
"""A terminal process lets go when nobody stands at it, at its next look at the devices."""
_NEVER_AGAIN: Final = (KeyMissing, KeyChipOther, StoreBroken)
"""What proves that the stores' key is gone for good. All else (a chip that does not answer, a changed firmware, a full
disk) says nothing about what waits under it: the wipe is tried again."""


class TerminalWiped(Exception):  # noqa: N818 - named by the condition
    """Nothing of this terminal is left but its settings."""


class _SomethingWaitsError(Exception):
    """Inner signal of the last look: the centre does not have everything."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A wipe that was begun. `since`: RFC 3339, empty if nobody knows; `done`: nothing is left to be wiped."""

    reason: str
    since: str
    done: bool


def begun(data_dir: Path) -> Begun | None:
    """Whether these stores were wiped or are to be, whatever comes. None after a new enrolment in the same place."""
    mark = standing_mark(data_dir)
    if mark is not None:
        return Begun(mark.reason, mark.ordered_at, done=mark.done_at is not None)
    book = read_orders(data_dir)
    if wipe_is_due(book):
        return Begun(_ORDERED, book.lock.since if book.lock else "", done=False)
    return None


def standing_mark(data_dir: Path) -> Wiping | None:
    """What the mark of a wipe says; None, too, when a terminal was enrolled in the same place after it was done."""
    mark = wiping(data_dir)
    if mark is not None and mark.done_at is not None and (data_dir / FOLDER / CENTRE).exists():
        return None
    return mark


def go_on(data_dir: Path, keys: KeyProvider, at: str) -> Begun | None:
    """One step: wipe now if that was begun. How it stands afterwards: None when something has to be sent first.

    Raises StoreBusy while another process has the journal open; StoreRefused when disk or keys refuse; and any other
    StoreError that leaves it unknown whether something has to be sent first. Then it is tried again.
    """
    found = begun(data_dir)
    if found is None or found.done:
        return found
    try:
        with _last_look(data_dir, keys) as last_look:
            wipe_stores(data_dir, keys, reason=found.reason, at=found.since or at, last_look=last_look)
    except _SomethingWaitsError:
        drain_again(data_dir)
    return begun(data_dir)


@contextmanager
def _last_look(data_dir: Path, keys: KeyProvider) -> Iterator[Callable[[], None]]:
    """The key is loaded before the journal is locked: an interrupted change of it wants that lock, too."""
    if standing_mark(data_dir) is not None or wipes_undelivered(read_orders(data_dir)):
        # the keys have begun to go, or the centre takes nothing more
        yield lambda: None
        return
    try:
        key = load_store_key(data_dir, keys)
    except _NEVER_AGAIN:
        # nothing of the journal can be sent, by anybody
        yield lambda: None
        return
    with key:
        yield lambda: _refuse_what_waits(data_dir, key.material)


def _refuse_what_waits(data_dir: Path, key: KeyBytes) -> None:
    try:
        with closing(Delivery(data_dir, key)) as delivery:
            pending = delivery.backlog().pending
    except WrongKey as error:
        if error.facts.get("key_check") != "noted":
            # without the head file a damaged first page looks the same
            raise
        pending = 0
    except StoreBroken:
        # all was received when the wipe became due; a journal that broke since keeps no stolen terminal readable
        pending = 0
    if pending or any(_can_be_read(place, key) for place in waiting_salvage(data_dir)):
        raise _SomethingWaitsError


def _can_be_read(moved_aside: Path, key: KeyBytes) -> bool:
    try:
        salvage(moved_aside, key=key)
    except WrongKey:
        return False
    return True


def refuse_wiped(data_dir: Path, keys: KeyProvider, at: str) -> None:
    """At a start: end what was begun. Raises TerminalWiped, and what `go_on` raises."""
    found = go_on(data_dir, keys, at)
    if found is not None:
        raise TerminalWiped(f"this terminal was wiped ({found.reason}): its keys and data are gone for good")


def carry_out(data_dir: Path, keys: KeyProvider, at: str, pause: Callable[[float], None] = time.sleep) -> bool:
    """Wipe as soon as the other processes have let go.

    False when they do not: then the next start goes on with it. False, too, when something has to be sent first: then
    `begun` answers None.
    """
    for _ in range(_TRIES):
        # a sync process that runs beside looks at its orders again, and ends
        poke(data_dir)
        try:
            found = go_on(data_dir, keys, at)
        except StoreBusy:
            pause(_PAUSE_SECONDS)
        else:
            return found is not None and found.done
    return False
