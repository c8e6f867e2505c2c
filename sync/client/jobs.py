"""The jobs but one (`sync.client.salvage`). Each is a generator: it yields a request, is sent the answer, and returns
how it ended.

They are independent: what stops one says nothing about another. None of them sleeps or tries again by itself; when to
try again is the schedule's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeAlias

from offline_store.chain import GENESIS, Position, timestamp
from offline_store.delivery import Acknowledged, Delivery, Fork, Outdated
from offline_store.errors import StoreFull, StoreRefused
from offline_store.results import ItemResult
from offline_store.schema import Manifest as StoreManifest
from offline_store.schema import PendingItem, RowError, SnapshotRow, from_record
from offline_store.truncation import Truncation
from sync.client.chain_upload import MAX_BATCH_BYTES, Proving, knows_no_former_keys, too_much, upload_request
from sync.client.outcomes import (
    Answer,
    Done,
    Job,
    Later,
    NoAnswer,
    Stopped,
    body_of,
    message_of,
    problem_of,
    with_items,
)
from sync.protocol.certificate_code import RevocationList, RevocationsUnusableError, read_revocations
from sync.protocol.certificate_wire import Anchor
from sync.protocol.encoding import canonical_json
from sync.protocol.exchange import COSE, JSON, NDJSON_GZIP, Request
from sync.protocol.messages import MAX_BATCH_ENTRIES, ChainReceipt, Expected, Results
from sync.protocol.messages import ItemResult as WireResult
from sync.protocol.packages import (
    Manifest,
    PackageRefused,
    Record,
    SignedManifest,
    check_manifest,
    hash_matches,
    read_rows,
)

MAX_REWINDS: Final = 8
"""In one run: a centre that names one gap after the other and takes nothing is not asked for ever."""
_EPOCH_DIFFERS: Final = "epoch-differs"
_FUTURE: Final = timedelta(days=1)
_READ_CHUNK: Final = 1 << 18
_TOO_LARGE: Final = "too-large"

Now: TypeAlias = Callable[[], datetime]


# --- upload ---------------------------------------------------------------------------------------------------------


def upload(delivery: Delivery, terminal: str, now: Now, proving: Proving | None = None) -> Job:
    """Send what is pending, oldest first, until nothing is or the centre will not take more.

    ``proving``: finds the former keys that signed what is sent, for a centre that has forgotten them.

    An answer about a journal that was moved aside meanwhile, or overtaken by another process' upload, changes nothing.

    An item the centre will not take is sent again without its body: its number must be used up, for the chain goes on;
    the centre answers it with a result "refused", which stays visible. After a gap the upload goes on from the number
    the centre expects (it may have been restored from a backup), but never twice from the same and not without end.
    """
    sent, limit = 0, MAX_BATCH_ENTRIES
    rewound: set[Position] = set()
    withheld: set[tuple[int, int]] = set()
    while True:
        batch = _batch(delivery.pending(limit=limit, max_bytes=MAX_BATCH_BYTES))
        if not batch:
            return Done(sent)
        first, last = batch[0].entry.position, batch[-1].entry.position
        delivery.attempted(first, last, timestamp(now()))
        acknowledged = delivery.acknowledged_head()
        answer = yield upload_request(batch, withheld, truncation=delivery.cut(), proving=proving)
        if delivery.present()[1] != first.epoch:
            # also its word of a fork: the present journal's own upload will tell
            return Later(_EPOCH_DIFFERS, items=sent)
        if proving is not None and knows_no_former_keys(answer):
            proving = None
            continue
        if too_much(answer):
            if len(batch) > 1:
                limit = max(1, len(batch) // 2)
                continue
            if (first.epoch, first.seq) not in withheld and batch[0].sealed is not None:
                withheld.add((first.epoch, first.seq))
                continue
        expected = _expected_after_gap(answer, first.epoch)
        if expected is not None and expected not in rewound and len(rewound) < MAX_REWINDS:
            rewound.add(expected)
            lost = _rewind(delivery, expected, acknowledged, timestamp(now()))
            if lost is not None:
                return with_items(lost, sent)
            continue
        receipt = message_of(answer, JSON, ChainReceipt, now())
        if not isinstance(receipt, ChainReceipt):
            return with_items(receipt, sent)
        if (receipt.terminal, receipt.expected.epoch) != (terminal, first.epoch):
            return Stopped("receipt-for-another", items=sent)
        done = _acknowledge(delivery, first.epoch, receipt.expected.seq, receipt.expected.head, now)
        if not isinstance(done, int):
            return with_items(done, sent)
        if done == 0:
            # A receipt that acknowledges nothing would be asked for again and again.
            return Later("nothing-acknowledged", items=sent)
        sent += done
        limit = MAX_BATCH_ENTRIES


def _batch(items: tuple[PendingItem, ...]) -> tuple[PendingItem, ...]:
    """The pending items of the oldest epoch: an upload speaks of one epoch."""
    return tuple(item for item in items if item.entry.epoch == items[0].entry.epoch)


def _expected_after_gap(answer: Answer, epoch: int) -> Position | None:
    """The position before which the centre has everything, if it answered that entries of that epoch are missing."""
    problem = None if isinstance(answer, NoAnswer) or answer.status != 409 else problem_of(answer)
    if problem is None or problem.code != "gap" or problem.expected is None or problem.expected.epoch != epoch:
        return None
    return Position(problem.expected.epoch, problem.expected.seq, problem.expected.head)


def _rewind(delivery: Delivery, expected: Position, acknowledged: Position | None, at: str) -> Stopped | Later | None:
    """Go on from what the centre expects. `acknowledged`: its head as it was known when it was asked."""
    if expected.seq > 1:
        last = Position(expected.epoch, expected.seq - 1, expected.hash)
        # what left is not here to be compared with; the upload sends what is left with the record of the rest
        if not _left(delivery, last):
            answer = delivery.mark_received(last, at)
            if not isinstance(answer, Acknowledged):
                return _not_ours(answer, last)
            if acknowledged is None or acknowledged.seq < last.seq:
                acknowledged = last
    elif expected.hash != GENESIS:
        return Stopped("fork", expected.epoch, expected.seq)
    again = delivery.rewind(expected.epoch, expected.seq, acknowledged=acknowledged)
    return Later(again.why) if isinstance(again, Outdated) else None


def _not_ours(answer: Fork | Outdated, position: Position) -> Stopped | Later:
    return Later(answer.why) if isinstance(answer, Outdated) else Stopped("fork", position.epoch, position.seq)


def _left(delivery: Delivery, position: Position) -> bool:
    """Whether that entry left the chain when its retention was over; of the last that left the hash is known still."""
    record = delivery.cut()
    if record is None or record.epoch != position.epoch:
        return False
    return 1 < position.seq < Truncation.read(record).up_to.seq


def _acknowledge(delivery: Delivery, epoch: int, seq: int, head: bytes, now: Now) -> int | Stopped | Later:
    position = Position(epoch, seq - 1, head)
    answer = delivery.mark_received(position, timestamp(now()))
    return answer.newly_received if isinstance(answer, Acknowledged) else _not_ours(answer, position)


# --- head -----------------------------------------------------------------------------------------------------------


def head(delivery: Delivery, now: Now) -> Job:
    """Compare the journal with what the centre holds of it, also when nothing waits to be sent.

    An old disk that was put back, or a copy of one, is found before anybody is served; a centre that was restored from
    a backup is told again what it lost. An answer that was overtaken meanwhile changes nothing.
    """
    present, acknowledged = delivery.present(), delivery.acknowledged_head()
    epoch = present[1]
    expected = message_of((yield Request("GET", f"/v1/chain/head?epoch={epoch}")), JSON, Expected, now())
    if delivery.present() != present:
        # also a word of a fork: what opened the later epoch may be the present journal
        return Later(_EPOCH_DIFFERS)
    if not isinstance(expected, Expected):
        return expected
    if expected.epoch != epoch:
        return Later(_EPOCH_DIFFERS)
    lost = _rewind(delivery, Position(epoch, expected.seq, expected.head), acknowledged, timestamp(now()))
    return lost or Done()


# --- results --------------------------------------------------------------------------------------------------------


def results(delivery: Delivery, terminal: str, now: Now) -> Job:
    """Fetch what became of the items, page by page, in the order of their numbers and for this terminal alone."""
    got, went_back = 0, False
    while True:
        asked, generation = delivery.results_cursor(), delivery.results_generation()
        answer = yield Request("GET", f"/v1/results?after={asked}&generation={generation}")
        page = message_of(answer, JSON, Results, now())
        if not isinstance(page, Results):
            return with_items(page, got)
        if page.terminal != terminal:
            return Stopped("results-for-another", items=got)
        after = asked if page.after is None else page.after
        numbers = [item.n for item in page.results]
        if after > asked or numbers != list(range(after + 1, after + 1 + len(numbers))):
            return Stopped("results-out-of-order", items=got)
        if after < asked:
            # only a store of another generation numbers anew, and it says so once: else the pages never end
            if went_back or page.generation == generation:
                return Stopped("results-out-of-order", items=got)
            went_back = True
        if page.results or (after, page.generation) != (asked, generation):
            # an earlier number: the centre was restored from a backup, and says where its numbering is another one
            delivery.record_results(
                [_stored(item) for item in page.results], cursor=after + len(numbers), generation=page.generation
            )
            got += len(numbers)
        if not page.more or not page.results:
            return Done(got, more=delivery.backlog().awaiting_result > 0)


def _stored(item: WireResult) -> ItemResult:
    more = {"case_number": item.case_number, "decision": item.decision, "correction": item.correction}
    result = {"state": item.state, "reason": item.reason} | {name: value for name, value in more.items() if value}
    return ItemResult(
        epoch=item.epoch,
        seq=item.seq,
        hash=item.hash,
        state="processed" if item.state == "accepted" else "refused",
        at=item.processed_at,
        result=canonical_json(result).decode(),
    )


# --- snapshot -------------------------------------------------------------------------------------------------------


class SnapshotPort(Protocol):
    """What keeps generations: `offline_store.snapshot` in a terminal."""

    def generation(self) -> int:
        """The generation in use; 0 if there is none."""

    def load(self, manifest: StoreManifest, rows: Iterable[SnapshotRow]) -> None:
        """Build the generation from its rows, all of them, and switch to it; nothing is switched if `rows` raises."""


def snapshot(port: SnapshotPort, package_key: bytes, now: Now) -> Job:
    """Fetch a newer generation, if there is one, and hand its rows to the store once all of it has been verified.

    One that is larger than it may be is not fetched. One that came damaged, or that the disk did not take, is fetched
    again, but seldom: nothing says that it will be otherwise.
    """
    answer = yield Request("GET", "/v1/snapshot")
    if not isinstance(answer, NoAnswer) and answer.status == 404 and _code(answer) == "no-snapshot":
        return Done()
    signed = message_of(answer, JSON, SignedManifest, now())
    if not isinstance(signed, SignedManifest):
        return signed
    have = port.generation()
    try:
        manifest = check_manifest(signed, package_key, have=have, now=now())
    except PackageRefused as refused:
        # The generation that is here already is the usual answer; an older one is said aloud.
        return Done() if refused.generation == have > 0 else Stopped(refused.code)
    answer = yield Request("GET", f"/v1/snapshot/{manifest.generation}")
    if answer == NoAnswer(_TOO_LARGE):
        return Later(_TOO_LARGE, seldom=True)
    body = body_of(answer, NDJSON_GZIP, now())
    if not isinstance(body, bytes):
        return body
    if not hash_matches(manifest, [body]):
        return Later("package-damaged", seldom=True)
    try:
        port.load(_store_manifest(manifest), _rows(read_rows(manifest, _chunks(body))))
    except PackageRefused as refused:
        return Stopped(refused.code)
    except RowError:
        return Stopped("row-malformed")
    except (StoreFull, StoreRefused) as error:
        return Later(f"local-fault {type(error).__name__}", seldom=True)
    return Done(sum(count for _, count in manifest.rows))


def _code(answer: Answer) -> str | None:
    problem = None if isinstance(answer, NoAnswer) else problem_of(answer)
    return None if problem is None else problem.code


def _rows(records: Iterable[Record]) -> Iterator[SnapshotRow]:
    for record in records:
        yield from_record(record)


def _chunks(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _READ_CHUNK):
        yield data[start : start + _READ_CHUNK]


def _store_manifest(manifest: Manifest) -> StoreManifest:
    return StoreManifest(
        generation=manifest.generation,
        as_of=manifest.as_of,
        expires=manifest.expires_at,
        area=manifest.area,
        origin=manifest.origin,
        counts=dict(manifest.rows),
    )


# --- revocations ----------------------------------------------------------------------------------------------------


class RevocationPort(Protocol):
    """Where the terminal keeps the list it trusts: `sync.trust` in a terminal."""

    def current(self) -> RevocationList | None:
        """The list in use, verified when it was read."""

    def keep(self, data: bytes) -> None:
        """Replace it, durably."""


def revocations(port: RevocationPort, anchors: tuple[Anchor, ...], now: Now) -> Job:
    """Fetch the dated list of what was taken back; an older one never replaces a newer one."""
    body = body_of((yield Request("GET", "/v1/revocations")), COSE, now())
    if not isinstance(body, bytes):
        return body
    try:
        listed = read_revocations(body, anchors)
    except RevocationsUnusableError as error:
        return Stopped(f"revocations-{error.reason}")
    current = port.current()
    if current is not None and listed.issued_at < current.issued_at:
        return Stopped("revocations-older")
    if listed.issued_at > now() + _FUTURE:
        # believed, it would keep every honest list out for as long
        return Stopped("revocations-from-the-future")
    port.keep(body)
    return Done(len(listed.numbers) + len(listed.keys))
