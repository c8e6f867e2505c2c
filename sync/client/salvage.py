"""The job that brings home what is left of journals that could not go on.

Each goes under its own old epoch, so that every entry keeps its identity. What the disk lost is lost: the centre is
told so, takes the entries around the hole and raises an alarm. Where another disk had written at the same numbers, the
rest goes up as a forked branch, which the centre keeps for a person to look at; so does an epoch under a key that the
centre has forgotten and that this terminal cannot prove. The job runs after the upload of the
present journal, whose opening proves to the centre that the old epoch has ended.

A centre that was restored from a backup may have lost what it had of such a journal. Whenever the generation of its
store is another one, it is asked what it holds, and given the rest while the journal is still here. When only the notes
of it are left, they say where the epoch ended: the centre sees what it has lost, and raises an alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from offline_store.chain import Position, timestamp
from offline_store.errors import WrongKey
from offline_store.journal import Salvaged, Uploaded
from offline_store.schema import PendingItem
from sync.client.chain_upload import (
    MAX_BATCH_BYTES,
    Proving,
    is_fork,
    is_not_opened,
    knows_no_former_keys,
    too_much,
    upload_request,
)
from sync.client.outcomes import Answer, Done, Job, Later, Stopped, message_of, with_items
from sync.protocol.exchange import JSON, Request
from sync.protocol.messages import MAX_BATCH_ENTRIES, ChainReceipt, Held, LastEntry, Salvage

_Sending: TypeAlias = Generator[Request, Answer, Done | Later | Stopped]

INCOMPLETE: Final = "salvage-incomplete"
"""Everything readable is at the centre, but not everything was readable. Said once; the centre keeps its own alarm."""
WRONG_KEY: Final = "salvage-wrong-key"
"""Nothing of it is readable, and never will be: it was written under a key that is gone."""
_OLDER_GATEWAY: Final = Stopped("no-such-path")
"""It cannot say what it holds of an epoch that has ended."""


class SalvagePort(Protocol):
    """The journals that were moved aside: `offline_store.journal` in a terminal."""

    def waiting(self) -> tuple[Path, ...]:
        """Those that are not at the centre yet, oldest first."""

    def read(self, moved_aside: Path) -> Salvaged:
        """What can be read of one. Raises WrongKey."""

    def uploaded(self) -> tuple[Uploaded, ...]:
        """Those that were uploaded, oldest first, also when only their notes are left."""

    def done(
        self, moved_aside: Path, at: str, *, complete: bool, generation: int = 0, head: Position | None = None
    ) -> None:
        """The centre has what could be read of it, in that generation of its store."""


def salvage(
    port: SalvagePort,
    terminal: str,
    now: Callable[[], datetime],
    generation: int = 0,
    proving: Proving | None = None,
) -> Job:
    """Upload the undelivered entries of every journal that waits; trouble with one never keeps back the next.

    ``generation``: of the centre's store, as last told with results; 0 when it is not known, then nothing is looked at
    again. ``proving``: finds the former keys that signed what is sent, for a centre that has forgotten them.
    """
    sender = _Sender(terminal, now, proving)
    sent, trouble = 0, None
    for moved_aside in port.waiting():
        try:
            found = port.read(moved_aside)
        except WrongKey:
            trouble = trouble or Stopped(WRONG_KEY)
            continue
        end: Done | Later | Stopped = Done()
        if found.undelivered or not found.complete:
            items = yield from _not_held(found, sender)
            end = (yield from sender.send(found.epoch, items, None)) if isinstance(items, tuple) else items
        sent += end.items
        if isinstance(end, Later):
            return with_items(end, sent)
        if isinstance(end, Stopped):
            trouble = trouble or end
            continue
        at = timestamp(now())
        port.done(moved_aside, at, complete=found.complete, generation=generation, head=found.head)
        if not found.complete:
            trouble = trouble or Stopped(INCOMPLETE, found.epoch)
    for known in port.uploaded() if generation else ():
        if known.generation == generation:
            continue
        end = yield from _look_again(port, known, sender, generation)
        sent += end.items
        if isinstance(end, Later):
            return with_items(end, sent)
        if end == _OLDER_GATEWAY:
            break
        if isinstance(end, Stopped):
            trouble = trouble or end
    return Done(sent) if trouble is None else with_items(trouble, sent)


def _not_held(found: Salvaged, sender: _Sender) -> Generator[Request, Answer, tuple[PendingItem, ...] | Later]:
    """What was not delivered, and of the rest what the centre has lost since: sent later it would be a hole for now."""
    waits = {item.entry.seq for item in found.undelivered}
    if found.epoch is None or not found.undelivered or len(waits) == len(found.items):
        return found.undelivered
    held = message_of((yield Request("GET", f"/v1/chain/held?epoch={found.epoch}")), JSON, Held, sender.now())
    if isinstance(held, Later):
        return held
    if not isinstance(held, Held):
        # an earlier release, which cannot say it; whatever else it is, the upload is told so too
        return found.undelivered
    waits |= {item.entry.seq for item in _missing(found.items, held)}
    return tuple(item for item in found.items if item.entry.seq in waits)


def _look_again(port: SalvagePort, known: Uploaded, sender: _Sender, generation: int) -> _Sending:
    """Have the centre hold what it held of this journal before, as far as that is still here."""
    ends = [position for position in (known.head, known.last_known) if position is not None]
    if not ends:
        return Done()  # nothing of it was ever readable, not even its number
    epoch = ends[0].epoch
    last = max((end for end in ends if end.epoch == epoch), key=lambda end: end.seq)
    held = message_of((yield Request("GET", f"/v1/chain/held?epoch={epoch}")), JSON, Held, sender.now())
    if not isinstance(held, Held):
        return held
    sent: Done | Later | Stopped = Done()
    complete, head = known.complete, known.head
    if not _holds_all(held, known, last):
        items: tuple[PendingItem, ...] = ()
        if known.there:
            try:
                found = port.read(known.moved_aside)
            except WrongKey:
                return Stopped(WRONG_KEY)
            items, complete, head = _missing(found.items, held), found.complete, found.head
        if items and not held.ended:
            # it would not take what stands after a hole: the present journal's opening comes with the next upload
            return Later("later-epoch-not-there")
        if items or not (known.there and complete):
            sent = yield from sender.send(epoch, items, last)
        if not isinstance(sent, Done):
            return sent
    # what was sent again stays for its time, for the centre has it only since now
    at = known.at if known.at and not sent.items else timestamp(sender.now())
    port.done(known.moved_aside, at, complete=complete, generation=generation, head=head)
    return sent


def _holds_all(held: Held, known: Uploaded, last: Position) -> bool:
    """The centre has all of it, without a gap. Where its end is not sure it has to be read."""
    sure = not known.there or (known.complete and known.head is not None)
    return sure and [(run.first, run.last, run.hash) for run in held.runs] == [(1, last.seq, last.hash)]


def _missing(items: tuple[PendingItem, ...], held: Held) -> tuple[PendingItem, ...]:
    """Those that the centre does not hold. A run is ours if its last hash is ours; each stands for all before it."""
    ours = {item.entry.seq - 1: item.entry.prev for item in items} | {item.entry.seq: item.entry.hash for item in items}
    runs = [run for run in held.runs if ours.get(run.last) == run.hash]
    return tuple(item for item in items if not any(run.first <= item.entry.seq <= run.last for run in runs))


@dataclass(frozen=True, slots=True)
class _Sender:
    terminal: str
    now: Callable[[], datetime]
    proving: Proving | None

    def send(self, epoch: int | None, items: tuple[PendingItem, ...], end: Position | None) -> _Sending:
        """Entries of one journal, oldest first. `items` of its end: entries that were new to the centre."""
        new, limit, forked, proving = 0, MAX_BATCH_ENTRIES, False, self.proving
        withheld: set[tuple[int, int]] = set()
        if epoch is None:
            return Done()
        stated = None if end is None else LastEntry(seq=end.seq, hash=end.hash)
        while True:
            batch = _batch(items, limit)
            last = len(batch) == len(items)
            about = Salvage(epoch=epoch, last=last, forked=forked, end=stated)
            answer = yield upload_request(batch, withheld, about, proving=proving)
            if proving is not None and knows_no_former_keys(answer):
                proving = None
                continue
            if batch and too_much(answer):
                first = batch[0]
                place = (first.entry.epoch, first.entry.seq)
                if len(batch) > 1:
                    limit = len(batch) // 2
                    continue
                if place not in withheld and first.sealed is not None:
                    withheld.add(place)
                    continue
            if not forked and (is_fork(answer) or is_not_opened(answer)):
                # another disk of this terminal was quicker, or no key proves the opening: what is left is of the other
                # branch, all that follow too
                forked = True
                continue
            receipt = message_of(answer, JSON, ChainReceipt, self.now())
            if not isinstance(receipt, ChainReceipt):
                return with_items(receipt, new)
            if receipt.terminal != self.terminal:
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
