"""Receiving: which entries of an upload are taken, as decided by the chain alone.

(terminal, epoch, seq, hash) is an entry's identity. The same again is received again and stored once; another hash at a
used number, or an entry that continues another past, is a fork: two disks claim to be one terminal. An unknown epoch
begins with its opening, signed by a key this terminal had. Everything is checked before anything is written: an upload
is taken whole or not at all. What is wrong with a body never matters here: that is said when it is processed.

After a fork nobody can say which disk the key belongs to: it is marked, and opens no later epoch. What goes on in an
epoch that exists is taken as before. An opening that states another hash than the centre holds at that number is a fork
too; an older head than the centre's is none, for the head file is written once a session. Epochs from before the key's
enrolment say nothing about it: an operator has looked at those.

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

from dataclasses import dataclass, field
from typing import Final

from offline_store.chain import GENESIS, ChainEntry, EpochOpened, Position, hash_fits, stated_suite, timestamp
from offline_store.truncation import Truncation
from sync.gateway.endpoint import Asked, Endpoint, answered, number_in
from sync.gateway.refusals import problem
from sync.gateway.store import Store
from sync.gateway.terminal_certificate_store import CertifiedKey
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
from sync.protocol.suites import SuiteName, suite_of_public_key
from sync.protocol.suites import suite as suite_named


@dataclass
class _Plan:
    """What an upload would change, and what is known of the epochs it speaks of."""

    store: Store
    key: CertifiedKey
    salvaged: bool
    new: dict[tuple[int, int], tuple[ChainEntry, bytes | None]] = field(default_factory=dict)
    truncation: ChainEntry | None = None
    already: int = 0
    lost: list[tuple[int, int, int]] = field(default_factory=list)
    """Holes: epoch, first and last number."""
    heads: dict[int, Position] = field(default_factory=dict)
    _openings: dict[int, tuple[ChainEntry, ...]] = field(default_factory=dict)

    @property
    def terminal(self) -> str:
        """Its number."""
        return self.key.terminal

    def head(self, epoch: int) -> Position | None:
        """The highest entry of an epoch, those of this upload included."""
        head = self.heads.get(epoch) or self.store.head(self.terminal, epoch)
        if head is not None:
            self.heads[epoch] = head
        return head

    def take(self, entry: ChainEntry, sealed: bytes | None) -> None:
        """The entry is new."""
        self.new[entry.epoch, entry.seq] = (entry, sealed)
        head = self.heads.get(entry.epoch)
        if head is None or head.seq < entry.seq:
            self.heads[entry.epoch] = entry.position

    def hash_at(self, epoch: int, seq: int) -> bytes | None:
        """The hash held at a number."""
        new = self.new.get((epoch, seq))
        return new[0].hash if new else self.store.hash_at(self.terminal, epoch, seq)

    def prev_at(self, epoch: int, seq: int) -> bytes | None:
        """What the entry held at a number says of the one before it."""
        head = self.head(epoch)
        if head is None or seq > head.seq:
            return None
        new = self.new.get((epoch, seq))
        return new[0].prev if new else self.store.prev_at(self.terminal, epoch, seq)

    def suite(self, entry: ChainEntry) -> SuiteName | None:
        """The suite of an entry's epoch; None when nobody has its opening."""
        if entry.seq == 1:
            return stated_suite(entry) if entry.kind == "epoch-opened" else None
        new = self.new.get((entry.epoch, 1))
        opening = new[0] if new else self.store.opening(self.terminal, entry.epoch)
        return None if opening is None else stated_suite(opening)

    def openings_after(self, epoch: int) -> tuple[ChainEntry, ...]:
        """The first entries of later epochs, in this upload too; none while this one goes on."""
        if epoch not in self._openings:
            self._openings[epoch] = tuple(self.store.openings_after(self.terminal, epoch))
        coming = [entry for (later, seq), (entry, _) in self.new.items() if seq == 1 and later > epoch]
        return (*self._openings[epoch], *coming)

    def stated(self, epoch: int) -> dict[int, bytes]:
        """The hash a later opening states for a number of this epoch."""
        known = [_last_known(opening) for opening in self.openings_after(epoch)]
        return {position.seq: position.hash for position in known if position and position.epoch == epoch}

    def takes_holes(self, epoch: int) -> bool:
        """A salvaged journal of an epoch that has ended."""
        return self.salvaged and bool(self.openings_after(epoch))

    def contradicted(self, opening: ChainEntry) -> Position | None:
        """Where an opening states another entry than is held, of an epoch that was written under this key."""
        known = _last_known(opening)
        if known is None or known.epoch < self.key.least_epoch:
            return None
        return None if self.hash_at(known.epoch, known.seq) in (None, known.hash) else known

    def cut_before(self, entry: ChainEntry) -> bool:
        """Whether the terminal proves that what came before this entry left its chain after its retention."""
        record = self.truncation
        if record is None or record.epoch != entry.epoch:
            return False
        try:
            cut = Truncation.read(record)
        except (ValueError, RecursionError):  # the header is whatever was sent, nested as deep as it likes
            return False
        # its own hash is looked at when it comes in its place; all that counts of it here is signed
        fits = (cut.up_to.seq + 1, cut.up_to.hash) == (entry.seq, entry.prev)
        statement = Truncation.statement(self.terminal, record.at, cut.up_to, cut.opening)
        return (
            fits
            and cut.opening == self.hash_at(entry.epoch, 1)
            and any(
                suite_of_public_key(key).verify(key, cut.signature, statement)
                for key in self.store.keys_of(self.terminal)
            )
        )


def receive(upload: ChainUpload, key: CertifiedKey, store: Store, at: str) -> Response:
    """Take the upload, or say why not: 400 for an entry that contradicts itself, 409 for a gap or a fork."""
    if upload.salvage is not None and upload.salvage.forked:
        return _keep_branch(upload, key, store, at)
    terminal = key.terminal
    cut = None if upload.truncation is None else _entry(upload.truncation, terminal)
    plan = _Plan(store, key, salvaged=upload.salvage is not None, truncation=cut)
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


def _place(entry: ChainEntry, sealed: bytes | None, plan: _Plan, at: str) -> Response | None:
    head = plan.head(entry.epoch)
    following = 1 if head is None else head.seq + 1
    held = plan.hash_at(entry.epoch, entry.seq) if entry.seq < following else None
    if held == entry.hash:
        plan.already += 1
        return None
    fills = held is None and entry.seq < following and plan.takes_holes(entry.epoch)
    ended = not plan.salvaged and bool(plan.openings_after(entry.epoch))
    if ended or not _fits(entry, plan) or (entry.seq < following and not fills):
        return _fork(entry, plan.store, at)
    if entry.seq == 1:
        if not _opens(entry, plan.store.keys_of(entry.terminal)):
            return _bad(entry, "epoch-not-opened", "A new epoch begins with its opening, signed by the terminal.")
        contradicted = plan.contradicted(entry)
        if contradicted is not None or (plan.key.forked_at is not None and not plan.openings_after(entry.epoch)):
            return _fork(entry, plan.store, at, contradicted)
    elif entry.seq > following:
        if not plan.takes_holes(entry.epoch) and not plan.cut_before(entry):
            # nothing of this upload is taken: what is expected goes by what was held before it
            return _gap(entry, _expected(entry.epoch, plan.store.head(entry.terminal, entry.epoch)))
        plan.lost.append((entry.epoch, following, entry.seq - 1))
    plan.take(entry, sealed)
    return None


def _fits(entry: ChainEntry, plan: _Plan) -> bool:
    """No entry beside it and no later opening says otherwise."""
    before = GENESIS if entry.seq == 1 else plan.hash_at(entry.epoch, entry.seq - 1)
    return (
        before in (None, entry.prev)
        and plan.prev_at(entry.epoch, entry.seq + 1) in (None, entry.hash)
        and plan.stated(entry.epoch).get(entry.seq) in (None, entry.hash)
    )


def _close(salvage: Salvage, plan: _Plan) -> None:
    """If nothing more comes of this epoch, what a later opening or the terminal states beyond its head is lost."""
    if not salvage.last:
        return
    epoch, head = salvage.epoch, plan.head(salvage.epoch)
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


def _keep_branch(upload: ChainUpload, key: CertifiedKey, store: Store, at: str) -> Response:
    """Keep the entries of a salvaged branch that lost beside the chain; they stay sealed until somebody has looked."""
    terminal = key.terminal
    plan = _Plan(store, key, salvaged=True)
    entries = [(_entry(wire, terminal), wire.sealed) for wire in upload.entries]
    for entry, _ in entries:
        if not hash_fits(entry, plan.suite(entry)):
            return _bad(entry, "hash-differs", "An entry's hash is not the hash of its content.")
        if not plan.takes_holes(entry.epoch):
            return _fork(entry, store, at)
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
    except (ValueError, RecursionError):  # the header is whatever was sent, nested as deep as it likes
        return False
    if opened.last_known is not None and opened.last_known.epoch >= entry.epoch:
        return False
    suite, statement = suite_named(opened.suite), opened.stated_in(entry)
    return any(suite.verify(key, opened.signature, statement) for key in keys)


def _last_known(opening: ChainEntry) -> Position | None:
    """The head that an opening which was taken states; of one with odd numbers, taken by an earlier release, none."""
    try:
        return EpochOpened.read(opening).last_known
    except (ValueError, RecursionError):
        return None


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


def _fork(entry: ChainEntry, store: Store, at: str, contradicted: Position | None = None) -> Response:
    """Refused, marked and alarmed. `contradicted`: what an opening states, where that is the fork."""
    wrote = entry.epoch if contradicted is None else contradicted.epoch
    store.terminal_certificates.mark_forked(entry.terminal, wrote, at)
    place = (wrote, contradicted.seq) if contradicted else _met(entry, store)
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
    return receive(asked.message(ChainUpload), asked.key, asked.store, timestamp(asked.now))


def _head(asked: Asked) -> Response:
    """What the centre waits for next in an epoch; 409 when a later one was opened: then this disk is an old one."""
    epoch = number_in(asked.request.query.get("epoch", ""))
    later = asked.store.openings_after(asked.terminal, epoch)
    if later:
        return _fork(later[0], asked.store, timestamp(asked.now))
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
