"""What may leave the chain, and how the rest stays provable. Pure, for both ends.

An epoch's oldest entries leave after their retention by one signed statement: an entry of kind ``truncated`` in the
same chain, which names the last number that left, its hash and how many left. The opening (seq 1) never leaves. What is
left is then: the opening, a hole, and an unbroken run whose first ``prev`` is the hash in the newest record. Nothing
else explains a hole. The centre holds what left and can compare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

import cbor2

from offline_store.chain import (
    GENESIS,
    ChainEntry,
    Finding,
    Gap,
    HeaderValue,
    Position,
    WrongPrev,
    verify_run,
)

KIND: Final = "truncated"
NOT_SIGNED: Final = "not-signed"

Proves: TypeAlias = Callable[[bytes, bytes], bool]
"""(statement, signature) -> whether a key of this terminal made it."""


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A truncation record says what cannot be. ``seq``: of the record; ``why``: a short word."""

    seq: int
    why: str


ChainFinding: TypeAlias = Finding | BadRecord


@dataclass(frozen=True, slots=True)
class Truncation:
    """The record: entries 2 to ``up_to.seq`` left; ``up_to.hash`` was the last one's. ``opening``: hash of seq 1."""

    up_to: Position
    opening: bytes
    signature: bytes

    @property
    def removed(self) -> int:
        """How many entries are not in the chain any more, those of earlier records included."""
        return self.up_to.seq - 1

    @staticmethod
    def statement(terminal: str, at: str, up_to: Position, opening: bytes) -> bytes:
        """What is signed: deterministic CBOR ["truncated", terminal, epoch, at, seq, hash, removed, opening's hash]."""
        return cbor2.dumps(
            [KIND, terminal, up_to.epoch, at, up_to.seq, up_to.hash, up_to.seq - 1, opening], canonical=True
        )

    def header(self) -> dict[str, HeaderValue]:
        """The header of the entry: up_to {seq, hash (hex)}, removed, opening (hex), signature (hex)."""
        return {
            "up_to": {"seq": self.up_to.seq, "hash": self.up_to.hash.hex()},
            "removed": self.removed,
            "opening": self.opening.hex(),
            "signature": self.signature.hex(),
        }

    def hole(self) -> tuple[Finding, Finding]:
        """What `verify_run` says of the hole that this record explains, and of no other."""
        following = self.up_to.seq + 1
        return Gap(following, 2), WrongPrev(following, self.opening, self.up_to.hash)

    @classmethod
    def read(cls, entry: ChainEntry) -> Truncation:
        """Read it back from a chain entry. Raises ValueError when the header is not of this shape."""
        values = entry.header_values()
        up_to, removed = values.get("up_to"), values.get("removed")
        opening, signature = values.get("opening"), values.get("signature")
        if entry.kind != KIND or not isinstance(up_to, dict):
            raise ValueError("a truncation record has up_to")
        seq, digest = up_to.get("seq"), up_to.get("hash")
        if not isinstance(seq, int) or not isinstance(digest, str) or not 2 <= seq < entry.seq or removed != seq - 1:
            raise ValueError("up_to has a hash and a number between the opening and the record")
        if not isinstance(opening, str) or not isinstance(signature, str):
            raise ValueError("a truncation record has the opening's hash and a signature")
        position = Position(entry.epoch, seq, bytes.fromhex(digest))
        return cls(position, bytes.fromhex(opening), bytes.fromhex(signature))


@dataclass(frozen=True, slots=True)
class EpochRun:
    """A walk over what is left of an epoch. ``truncation``: the newest record with the entry that holds it."""

    count: int
    head: Position | None
    findings: tuple[ChainFinding, ...]
    truncation: Truncation | None
    recorded_at: ChainEntry | None

    @property
    def whole(self) -> bool:
        """True when nothing was found wrong."""
        return not self.findings


def verify_epoch(entries: Iterable[ChainEntry], proves: Proves | None = None) -> EpochRun:
    """Walk all entries of one epoch from its opening on, a truncated one too, and say everything that is wrong.

    A hole behind the opening is a finding unless the newest record explains it to the octet. ``proves``: checks each
    record's signature; without it the signature is not looked at.
    """
    walk = _Walk(proves)
    run = verify_run(walk.watched(entries), GENESIS, 1)
    findings = [*run.findings, *walk.findings]
    newest = walk.newest
    if newest is not None:
        hole = newest.hole()
        if all(finding in findings for finding in hole):
            findings = [finding for finding in findings if finding not in hole]
        else:
            findings.append(BadRecord(walk.recorded_at.seq if walk.recorded_at else 0, "no-such-hole"))
    return EpochRun(run.count, run.head, tuple(findings), newest, walk.recorded_at)


class _Walk:
    """Looks at the records while the chain is walked."""

    def __init__(self, proves: Proves | None) -> None:
        self._proves = proves
        self._opening: bytes | None = None
        self.findings: list[ChainFinding] = []
        self.newest: Truncation | None = None
        self.recorded_at: ChainEntry | None = None

    def watched(self, entries: Iterable[ChainEntry]) -> Iterable[ChainEntry]:
        for entry in entries:
            if self._opening is None:
                self._opening = entry.hash
            if entry.kind == KIND:
                self._look(entry)
            yield entry

    def _look(self, entry: ChainEntry) -> None:
        try:
            record = Truncation.read(entry)
        except (ValueError, RecursionError):
            self.findings.append(BadRecord(entry.seq, "malformed"))
            return
        if record.opening != self._opening:
            self.findings.append(BadRecord(entry.seq, "another-opening"))
        if self.newest is not None and record.up_to.seq <= self.newest.up_to.seq:
            self.findings.append(BadRecord(entry.seq, "goes-back"))
        statement = Truncation.statement(entry.terminal, entry.at, record.up_to, record.opening)
        if self._proves is not None and not self._proves(statement, record.signature):
            self.findings.append(BadRecord(entry.seq, NOT_SIGNED))
        self.newest, self.recorded_at = record, entry
