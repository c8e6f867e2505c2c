"""The job that brings home what is left of journals that could not go on.

Each goes under its own old epoch, so that every entry keeps its identity. What the disk lost is lost: the centre is
told so, takes the entries around the hole and raises an alarm. Where another disk had written at the same numbers, the
rest goes up as a forked branch, which the centre keeps for a person to look at. The job runs after the upload of the
present journal, whose opening proves to the centre that the old epoch has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from offline_store.chain import timestamp
from offline_store.errors import WrongKey
from offline_store.journal import Salvaged
from offline_store.schema import PendingItem
from sync.client.chain_upload import MAX_BATCH_BYTES, is_fork, too_much, upload_request
from sync.client.outcomes import Answer, Done, Job, Later, Stopped, message_of, with_items
from sync.protocol.exchange import JSON, Request
from sync.protocol.messages import MAX_BATCH_ENTRIES, ChainReceipt, Salvage

INCOMPLETE: Final = "salvage-incomplete"
"""Everything readable is at the centre, but not everything was readable. Said once; the centre keeps its own alarm."""


class SalvagePort(Protocol):
    """The journals that were moved aside: `offline_store.journal` in a terminal."""

    def waiting(self) -> tuple[Path, ...]:
        """Those that are not at the centre yet, oldest first."""

    def read(self, moved_aside: Path) -> Salvaged:
        """What can be read of one. Raises WrongKey."""

    def done(self, moved_aside: Path, at: str, *, complete: bool) -> None:
        """The centre has what could be read of it."""


def salvage(port: SalvagePort, terminal: str, now: Callable[[], datetime]) -> Job:
    """Upload the undelivered entries of every journal that waits; trouble with one never keeps back the next."""
    sent, trouble = 0, None
    for moved_aside in port.waiting():
        try:
            found = port.read(moved_aside)
        except WrongKey:
            trouble = trouble or Stopped("salvage-wrong-key")
            continue
        end = yield from _send(found, terminal, now)
        sent += end.items
        if isinstance(end, Later):
            return with_items(end, sent)
        if isinstance(end, Stopped):
            trouble = trouble or end
            continue
        port.done(moved_aside, timestamp(now()), complete=found.complete)
        if not found.complete:
            trouble = trouble or Stopped(INCOMPLETE, found.epoch)
    return Done(sent) if trouble is None else with_items(trouble, sent)


def _send(
    found: Salvaged, terminal: str, now: Callable[[], datetime]
) -> Generator[Request, Answer, Done | Later | Stopped]:
    """One journal's undelivered entries, oldest first. `items` of its end: entries that were new to the centre."""
    items, new, limit, forked = found.undelivered, 0, MAX_BATCH_ENTRIES, False
    withheld: set[tuple[int, int]] = set()
    if found.epoch is None or (not items and found.complete):
        return Done()
    while True:
        batch = _batch(items, limit)
        last = len(batch) == len(items)
        answer = yield upload_request(batch, withheld, Salvage(epoch=found.epoch, last=last, forked=forked))
        if batch and too_much(answer):
            first = batch[0]
            place = (first.entry.epoch, first.entry.seq)
            if len(batch) > 1:
                limit = len(batch) // 2
                continue
            if place not in withheld and first.sealed is not None:
                withheld.add(place)
                continue
        if not forked and is_fork(answer):
            # another disk of this terminal was quicker: what is left is of the other branch, all that follow too
            forked = True
            continue
        receipt = message_of(answer, JSON, ChainReceipt, now())
        if not isinstance(receipt, ChainReceipt):
            return with_items(receipt, new)
        if receipt.terminal != terminal:
            return Stopped("receipt-for-another", items=new)
        if receipt.received + receipt.already != len(batch):
            return Later("nothing-acknowledged", items=new)
        new += receipt.received
        items, limit = items[len(batch) :], MAX_BATCH_ENTRIES
        if last:
            return Done(new)


def _batch(items: tuple[PendingItem, ...], limit: int) -> tuple[PendingItem, ...]:
    """The next entries within the limits; at least one, if there are any."""
    size = 0
    for count, item in enumerate(items[:limit]):
        size += len(item.entry.header) + len(item.sealed or b"")
        if count and size > MAX_BATCH_BYTES:
            return items[:count]
    return items[:limit]
