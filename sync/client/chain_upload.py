"""One upload of chain entries as a request, and the answer that it was too much."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final, TypeAlias

from offline_store.chain import ChainEntry
from offline_store.schema import PendingItem
from offline_store.standing import NOT_OPENED
from offline_store.truncation import Truncation
from sync.client.outcomes import Answer, NoAnswer, problem_of
from sync.protocol.encoding import compress
from sync.protocol.exchange import JSON, Request
from sync.protocol.messages import MAX_CARRIED_BYTES, ChainUpload, FormerKey, Salvage, WireEntry

Proving: TypeAlias = Callable[[Sequence[ChainEntry]], tuple[FormerKey, ...]]
"""Of openings and truncations: those of the terminal's former keys that signed one, each with its certificate."""

MAX_BATCH_BYTES: Final = 1024 * 1024
"""Headers and sealed bodies of one upload, unless a single entry is larger."""


def upload_request(
    items: Sequence[PendingItem],
    withheld: Collection[tuple[int, int]],
    salvage: Salvage | None = None,
    truncation: ChainEntry | None = None,
    proving: Proving | None = None,
) -> Request:
    """POST /v1/chain; ``withheld``: (epoch, seq) of the entries that go without their body, as one does whose body is
    larger than can be carried.

    ``truncation``: the record of the entries that left; it goes with the first entry after them. ``proving``: finds the
    former keys that go along with what they signed.
    """
    entries = tuple(_to_wire(item, withhold=(item.entry.epoch, item.entry.seq) in withheld) for item in items)
    record = truncation if truncation is not None and _stands_after(truncation, items) else None
    signed = [item.entry for item in items if item.entry.seq == 1] + ([] if record is None else [record])
    upload = ChainUpload(
        entries=entries,
        salvage=salvage,
        truncation=None if record is None else _to_wire(PendingItem(record, None), withhold=True),
        former_keys=(proving(signed) or None) if proving is not None and signed else None,
    )
    headers = {"content-type": JSON, "content-encoding": "gzip"}
    return Request("POST", "/v1/chain", headers, compress(upload.to_wire()))


def _stands_after(record: ChainEntry, items: Sequence[PendingItem]) -> bool:
    following = (record.epoch, Truncation.read(record).up_to.seq + 1)
    return any((item.entry.epoch, item.entry.seq) == following for item in items)


def too_much(answer: Answer) -> bool:
    """The centre does not take an upload of this size."""
    return not isinstance(answer, NoAnswer) and answer.status in (413, 422) and problem_of(answer) is not None


def is_not_opened(answer: Answer) -> bool:
    """The centre knows no key that opened this epoch."""
    return _code(answer) == NOT_OPENED


def knows_no_former_keys(answer: Answer) -> bool:
    """What a gateway of an earlier release answers to an upload that brings former keys."""
    return _code(answer) == "malformed"


def _code(answer: Answer) -> str | None:
    problem = None if isinstance(answer, NoAnswer) or answer.status != 400 else problem_of(answer)
    return None if problem is None else problem.code


def is_fork(answer: Answer) -> bool:
    """The centre holds other entries at these numbers."""
    problem = None if isinstance(answer, NoAnswer) or answer.status != 409 else problem_of(answer)
    return problem is not None and problem.code == "fork"


def _to_wire(item: PendingItem, *, withhold: bool) -> WireEntry:
    entry = item.entry
    return WireEntry(
        epoch=entry.epoch,
        seq=entry.seq,
        kind=entry.kind,
        at=entry.at,
        header=entry.header,
        prev=entry.prev,
        body_commitment=entry.body_commitment,
        hash=entry.hash,
        sealed=None if withhold or len(item.sealed or b"") > MAX_CARRIED_BYTES else item.sealed,
    )
