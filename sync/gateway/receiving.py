"""Receiving: which entries of an upload are taken, as decided by the chain alone.

(terminal, epoch, seq, hash) is an entry's identity. The same again is received again and stored once; another hash at a
used number, or an entry that continues another past, is a fork: two disks claim to be one terminal. An unknown epoch
begins with its opening, signed by a key this terminal had; one that a restored gateway has forgotten comes with its
certificate (`sync.gateway.former_keys`), and an opening that nothing proves is an alarm. Everything is checked before
anything is written: an upload is taken whole or not at all. What is wrong with a body never matters here: that is said
when it is processed.

After a fork nobody can say which disk the key belongs to: it is marked, and opens no later epoch. What goes on in an
epoch that exists is taken as before. Marked is who wrote what cannot be of one disk; whoever is late with an epoch that
has ended meanwhile is refused alike, but stays unmarked. An opening that states another hash than the centre holds at
that number is a fork too; an older head than the centre's is none, for the head file is written once a session. Epochs
from before the key's enrolment say nothing about it: an operator has looked at those.

A journal that could not go on is salvaged with holes. They are taken when a later epoch of the terminal was opened, for
then nothing else will ever fill them; each raises an alarm. All that is known still has to fit: the neighbours' links,
and the last head that a later opening states. Otherwise nothing is taken for an epoch that has ended: whoever goes on
in it is an old disk or a copy.

A gateway that was restored from a backup may lack what the terminal does not have any more. Entries that left by a
truncation are taken as lost on its record, which a key of the terminal signed and the next entry links to. Of an ended
epoch the terminal asks what is held (`/v1/chain/held`), sends the rest out of the folder it was moved into, and says
where it ended: what is missing then is lost. Each hole is an alarm that says from where to where.

Of two disks that wrote at the same number the first one's entry stands. What the other had accepted is not lost: when
an operator has given it a new key and epoch, it salvages its branch, which is kept, sealed as it is, beside the chain.

An epoch is hashed by the suite that its opening names, which is the suite of the key that signed the opening. Only
where the opening itself is lost may an entry be of either.
"""

from __future__ import annotations

from typing import Final

from offline_store.chain import GENESIS, ChainEntry, EpochOpened, Position, hash_fits, timestamp
from sync.gateway.endpoint import Asked, Endpoint, answered, number_in
from sync.gateway.former_keys import certified_keys
from sync.gateway.refusals import problem
from sync.gateway.store import Store
from sync.gateway.terminal_certificate_store import CertifiedKey
from sync.gateway.upload_plan import UploadPlan
from sync.protocol.exchange import JSON, Response
from sync.protocol.messages import (
    MAX_HELD_RUNS,
    MAX_UNPACKED_REQUEST_BYTES,
    ChainReceipt,
    ChainUpload,
    Expected,
    Held,
    Salvage,
    WireEntry,
)
from sync.protocol.suites import suite as suite_named

MOST_EPOCHS_LOST: Final = 64
"""Epochs of a terminal that nothing here speaks of and that are yet said to be lost: more are made up."""


def receive(upload: ChainUpload, key: CertifiedKey, store: Store, at: str, authority_key: bytes) -> Response:
    """Take the upload, or say why not: 400 for an entry that contradicts itself, 409 for a gap or a fork.

    `authority_key`: the public key that certificates of former keys have to be signed with.
    """
    if upload.salvage is not None and upload.salvage.forked:
        return _keep_branch(upload, key, store, at)
    terminal = key.terminal
    cut = None if upload.truncation is None else _entry(upload.truncation, terminal)
    former = certified_keys(upload.former_keys or (), terminal, store, authority_key)
    plan = UploadPlan(store, key, salvaged=upload.salvage is not None, former=former, truncation=cut)
    for wire in upload.entries:
        entry = _entry(wire, terminal)
        if not hash_fits(entry, plan.suite(entry)):
            return _bad(entry, "hash-differs", "An entry's hash is not the hash of its content.")
        refusal = _place(entry, wire.sealed, plan, at)
        if refusal is not None:
            return refusal
    for entry, sealed in plan.new.values():
        store.receive(entry, sealed, at)
    if upload.salvage is not None:
        _close(upload.salvage, plan)
    for hole in plan.lost:
        store.rewinds.lost(terminal, *hole, at)
    epoch = upload.salvage.epoch if upload.salvage else upload.entries[-1].epoch
    expected = _expected(epoch, plan.head(epoch))
    receipt = ChainReceipt(terminal=terminal, received=len(plan.new), already=plan.already, expected=expected)
    return Response(200, {"content-type": JSON}, receipt.to_wire())


def _place(entry: ChainEntry, sealed: bytes | None, plan: UploadPlan, at: str) -> Response | None:
    head = plan.head(entry.epoch)
    following = 1 if head is None else head.seq + 1
    held = plan.hash_at(entry.epoch, entry.seq) if entry.seq < following else None
    if held == entry.hash:
        plan.already += 1
        return None
    if held is not None or not _fits(entry, plan):
        return _fork(entry, plan.store, at)
    if not plan.salvaged and plan.has_ended(entry.epoch):
        return _ended(entry, plan, at)
    if entry.seq < following and not plan.takes_holes(entry.epoch):
        return _fork(entry, plan.store, at)
    if entry.seq == 1:
        if not _opens(entry, plan.keys):
            return _not_opened(entry, plan, at)
        contradicted = plan.contradicted(entry)
        if contradicted is not None or (plan.key.forked_at is not None and not plan.has_ended(entry.epoch)):
            return _fork(entry, plan.store, at, contradicted)
    elif entry.seq > following:
        if not plan.takes_holes(entry.epoch) and not plan.cut_before(entry):
            # nothing of this upload is taken: what is expected goes by what was held before it
            return _gap(entry, _expected(entry.epoch, plan.store.head(entry.terminal, entry.epoch)))
        plan.lost.append((entry.epoch, following, entry.seq - 1))
    plan.take(entry, sealed)
    return None


def _fits(entry: ChainEntry, plan: UploadPlan) -> bool:
    """No entry beside it and no later opening says otherwise."""
    before = GENESIS if entry.seq == 1 else plan.hash_at(entry.epoch, entry.seq - 1)
    return (
        before in (None, entry.prev)
        and plan.prev_at(entry.epoch, entry.seq + 1) in (None, entry.hash)
        and plan.stated(entry.epoch).get(entry.seq) in (None, entry.hash)
    )


def _close(salvage: Salvage, plan: UploadPlan) -> None:
    """If nothing more comes of this epoch, what a later opening or the terminal states beyond its head is lost.

    Nobody can say so of an epoch that has not ended; and not endlessly of such as nothing here speaks of.
    """
    if not salvage.last or not plan.has_ended(salvage.epoch):
        return
    epoch, head = salvage.epoch, plan.head(salvage.epoch)
    if head is None and not plan.stated(epoch) and not _one_more(plan, epoch):
        return
    following = 1 if head is None else head.seq + 1
    ends = set(plan.stated(epoch).items())
    if salvage.end is not None:
        ends.add((salvage.end.seq, salvage.end.hash))
    for seq, digest in ends:
        held = plan.hash_at(epoch, seq)
        hole = held is None and seq < following  # an alarm was raised when it was left
        if held != digest and not hole and not plan.store.rewinds.keeps(plan.terminal, epoch, seq, digest):
            # below the head: the end of a branch that lost, of which nobody knows any more where it began
            plan.lost.append((epoch, min(following, seq), seq))


def _one_more(plan: UploadPlan, epoch: int) -> bool:
    """Whether an alarm about an unheard-of epoch may be raised: its number is whatever was sent."""
    raised = plan.store.terminal_certificates.alarms(plan.terminal)
    epochs = {alarm.epoch for alarm in raised if alarm.code == "entries-lost"}
    return epoch in epochs or len(epochs) < MOST_EPOCHS_LOST


def _keep_branch(upload: ChainUpload, key: CertifiedKey, store: Store, at: str) -> Response:
    """Keep the entries of a salvaged branch that lost beside the chain; they stay sealed until somebody has looked."""
    terminal = key.terminal
    plan = UploadPlan(store, key, salvaged=True)
    entries = [(_entry(wire, terminal), wire.sealed) for wire in upload.entries]
    for entry, _ in entries:
        if not hash_fits(entry, plan.suite(entry)):
            return _bad(entry, "hash-differs", "An entry's hash is not the hash of its content.")
        if not plan.takes_holes(entry.epoch):
            return _fork_told(entry, store, _met(entry, store), at)
    new = 0
    for entry, sealed in entries:
        if store.hash_at(terminal, entry.epoch, entry.seq) != entry.hash and store.rewinds.keep(entry, sealed, at):
            new += 1
            if entry.body_commitment is not None:
                store.alarm(terminal, "act-on-forked-branch", entry.epoch, entry.seq, at)
    epoch = upload.salvage.epoch if upload.salvage else 0
    if upload.salvage is not None:
        _close(upload.salvage, plan)
    for hole in plan.lost:
        store.rewinds.lost(terminal, *hole, at)
    expected = _expected(epoch, plan.head(epoch))
    receipt = ChainReceipt(terminal=terminal, received=new, already=len(entries) - new, expected=expected)
    return Response(200, {"content-type": JSON}, receipt.to_wire())


def _opens(entry: ChainEntry, keys: tuple[bytes, ...]) -> bool:
    if entry.kind != "epoch-opened" or entry.prev != GENESIS or entry.body_commitment is not None:
        return False
    try:
        opened = EpochOpened.read(entry)
        statement = opened.stated_in(entry)
    except (ValueError, RecursionError):  # the header is whatever was sent: half a character, nested without end
        return False
    if opened.last_known is not None and opened.last_known.epoch >= entry.epoch:
        return False
    suite = suite_named(opened.suite)
    return any(suite.verify(key, opened.signature, statement) for key in keys)


def _entry(wire: WireEntry, terminal: str) -> ChainEntry:
    return ChainEntry(
        terminal=terminal,
        epoch=wire.epoch,
        seq=wire.seq,
        kind=wire.kind,
        at=wire.at,
        header=wire.header,
        prev=wire.prev,
        body_commitment=wire.body_commitment,
        hash=wire.hash,
    )


def _expected(epoch: int, head: Position | None) -> Expected:
    return Expected(epoch=epoch, seq=head.seq + 1 if head else 1, head=head.hash if head else GENESIS)


def _bad(entry: ChainEntry, code: str, title: str) -> Response:
    return problem(400, code, title, epoch=entry.epoch, seq=entry.seq)


def _gap(entry: ChainEntry, expected: Expected) -> Response:
    return problem(
        409, "gap", "Entries before these are missing: go on from the expected number.",
        expected=expected, epoch=entry.epoch, seq=entry.seq,
    )  # fmt: skip


def _not_opened(entry: ChainEntry, plan: UploadPlan, at: str) -> Response:
    """Refused; the alarm stands at the key that asks, for the epoch may be any."""
    plan.store.alarm(entry.terminal, "epoch-not-opened", 0, plan.key.certificate, at)
    return _bad(entry, "epoch-not-opened", "A new epoch begins with its opening, signed by the terminal.")


def _fork(entry: ChainEntry, store: Store, at: str, contradicted: Position | None = None) -> Response:
    """Two disks wrote: refused, marked and alarmed. `contradicted`: what an opening states, where that is the fork."""
    wrote = entry.epoch if contradicted is None else contradicted.epoch
    store.terminal_certificates.mark_forked(entry.terminal, wrote, at)
    place = (wrote, contradicted.seq) if contradicted else _met(entry, store)
    return _fork_told(entry, store, place, at)


def _ended(entry: ChainEntry, plan: UploadPlan, at: str) -> Response:
    """An entry that would go on in an epoch that has ended. Up to where a later opening says that it ended, it may have
    been on its way since before: then nobody is marked for it."""
    if entry.seq <= max(plan.stated(entry.epoch), default=0):
        return _fork_told(entry, plan.store, _met(entry, plan.store), at)
    return _fork(entry, plan.store, at)


def _fork_told(entry: ChainEntry, store: Store, place: tuple[int, int], at: str) -> Response:
    """Refused and alarmed, and nothing more: no second entry was seen."""
    store.rewinds.fork(entry.terminal, *place, at)
    return problem(
        409, "fork", "The centre holds another entry at this number: out of service until an operator has looked.",
        epoch=entry.epoch, seq=entry.seq,
    )  # fmt: skip


def _met(entry: ChainEntry, store: Store) -> tuple[int, int]:
    """Epoch and number for the alarm: always of an epoch that is held, or a terminal could raise one for each number.

    An entry of one that is not held met the opening after it, or the end of the last one.
    """
    terminal = entry.terminal
    if store.head(terminal, entry.epoch) is not None:
        return entry.epoch, entry.seq
    later = store.openings_after(terminal, entry.epoch)
    if later:
        return later[0].epoch, 1
    head = store.head(terminal, store.terminal_certificates.last_epoch(terminal))
    return (head.epoch, head.seq) if head else (1, 1)


def _chain(asked: Asked) -> Response:
    authority_key = asked.centre.authority.public_key
    return receive(asked.message(ChainUpload), asked.key, asked.store, timestamp(asked.now), authority_key)


def _head(asked: Asked) -> Response:
    """What the centre waits for next in an epoch; 409 when a later one was opened: then this disk is an old one.

    Or the question was on its way meanwhile. Who only asks has not written: the key is not marked for it.
    """
    epoch = number_in(asked.request.query.get("epoch", ""))
    later = asked.store.openings_after(asked.terminal, epoch)
    if later:
        return _fork_told(later[0], asked.store, (later[0].epoch, 1), timestamp(asked.now))
    return answered(_expected(epoch, asked.store.head(asked.terminal, epoch)))


def _held(asked: Asked) -> Response:
    """What there is of an epoch; no claim to go on in it, so that one that has ended is no fork."""
    epoch = number_in(asked.request.query.get("epoch", ""))
    runs = asked.store.rewinds.runs(asked.terminal, epoch, MAX_HELD_RUNS)
    return answered(Held(epoch=epoch, ended=bool(asked.store.openings_after(asked.terminal, epoch)), runs=tuple(runs)))


ENDPOINTS: Final = (
    Endpoint(
        "/v1/chain",
        "POST",
        "Upload chain entries with their sealed bodies",
        _chain,
        ChainUpload,
        ChainReceipt,
        most=MAX_UNPACKED_REQUEST_BYTES,
    ),
    Endpoint("/v1/chain/head", "GET", "What is expected next in an epoch", _head, None, Expected, ("epoch",)),
    Endpoint("/v1/chain/held", "GET", "What the centre holds of an epoch", _held, None, Held, ("epoch",)),
)
