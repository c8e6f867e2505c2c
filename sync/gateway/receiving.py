"""Receiving: which entries of an upload are taken, as decided by the chain alone.

(terminal, epoch, seq, hash) is an entry's identity. The same again is received again and stored once; another hash at a
used number, or an entry that continues another past, is a fork: two disks claim to be one terminal. An unknown epoch
begins with its opening, signed by a key this terminal had. Everything is checked before anything is written: an upload
is taken whole or not at all. What is wrong with a body never matters here: that is said when it is processed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from offline_store.chain import GENESIS, ChainEntry, EpochOpened, Position, compute_hash
from sync.gateway.refusals import problem
from sync.gateway.store import Store
from sync.protocol.exchange import JSON, Response
from sync.protocol.messages import ChainReceipt, ChainUpload, Expected, WireEntry


@dataclass
class _Plan:
    """What an upload would change."""

    new: list[tuple[ChainEntry, bytes | None]] = field(default_factory=list)
    already: int = 0
    heads: dict[int, Position] = field(default_factory=dict)


def receive(upload: ChainUpload, terminal: str, store: Store, at: str) -> Response:
    """Take the upload, or say why not: 400 for an entry that contradicts itself, 409 for a gap or a fork."""
    plan = _Plan()
    for wire in upload.entries:
        entry = _entry(wire, terminal)
        if _hash_of(entry) != entry.hash:
            return _bad(entry, "hash-differs", "An entry's hash is not the hash of its content.")
        refusal = _place(entry, wire.sealed, plan, store, at)
        if refusal is not None:
            return refusal
    for entry, sealed in plan.new:
        store.receive(entry, sealed, at)
    expected = _expected(plan.heads[upload.entries[-1].epoch])
    receipt = ChainReceipt(terminal=terminal, received=len(plan.new), already=plan.already, expected=expected)
    return Response(200, {"content-type": JSON}, receipt.to_wire())


def _place(entry: ChainEntry, sealed: bytes | None, plan: _Plan, store: Store, at: str) -> Response | None:
    head = plan.heads.get(entry.epoch) or store.head(entry.terminal, entry.epoch)
    if head is not None:
        plan.heads[entry.epoch] = head
        if entry.seq <= head.seq:
            return _again(entry, plan, store, at)
        if entry.seq != head.seq + 1:
            return _gap(entry, _expected(head))
        if entry.prev != head.hash:
            return _fork(entry, store, at)
    elif entry.seq != 1:
        return _gap(entry, Expected(epoch=entry.epoch, seq=1, head=GENESIS))
    elif not _opens(entry, store.keys_of(entry.terminal)):
        return _bad(entry, "epoch-not-opened", "A new epoch begins with its opening, signed by the terminal.")
    plan.new.append((entry, sealed))
    plan.heads[entry.epoch] = entry.position
    return None


def _again(entry: ChainEntry, plan: _Plan, store: Store, at: str) -> Response | None:
    stored = store.hash_at(entry.terminal, entry.epoch, entry.seq)
    in_this_upload = next((new.hash for new, _ in plan.new if (new.epoch, new.seq) == (entry.epoch, entry.seq)), None)
    if entry.hash not in (stored, in_this_upload):
        return _fork(entry, store, at)
    plan.already += 1
    return None


def _opens(entry: ChainEntry, keys: tuple[bytes, ...]) -> bool:
    if entry.kind != "epoch-opened" or entry.prev != GENESIS or entry.body_commitment is not None:
        return False
    try:
        opened = EpochOpened.read(entry)
    except (ValueError, RecursionError):  # the header is whatever was sent, nested as deep as it likes
        return False
    statement = EpochOpened.statement(entry.terminal, entry.epoch, entry.at, opened.reason, opened.last_known)
    return any(_signed_by(key, opened.signature, statement) for key in keys)


def _signed_by(key: bytes, signature: bytes, statement: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, statement)
    except InvalidSignature:
        return False
    return True


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


def _hash_of(entry: ChainEntry) -> bytes:
    return compute_hash(
        prev=entry.prev,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        kind=entry.kind,
        at=entry.at,
        header=entry.header,
        body_commitment=entry.body_commitment,
    )


def _expected(head: Position) -> Expected:
    return Expected(epoch=head.epoch, seq=head.seq + 1, head=head.hash)


def _bad(entry: ChainEntry, code: str, title: str) -> Response:
    return problem(400, code, title, epoch=entry.epoch, seq=entry.seq)


def _gap(entry: ChainEntry, expected: Expected) -> Response:
    return problem(
        409, "gap", "Entries before these are missing: go on from the expected number.",
        expected=expected, epoch=entry.epoch, seq=entry.seq,
    )  # fmt: skip


def _fork(entry: ChainEntry, store: Store, at: str) -> Response:
    store.alarm(entry.terminal, "fork", entry.epoch, entry.seq, at)
    return problem(
        409, "fork", "The centre holds another entry at this number: out of service until an operator has looked.",
        epoch=entry.epoch, seq=entry.seq,
    )  # fmt: skip
