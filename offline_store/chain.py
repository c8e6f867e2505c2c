"""The journal's hash chain as pure functions: hashing, salted commitments, checking a run of entries.

Both ends use this module: the terminal when it appends and when it starts, the central platform when
it receives. Nothing here reads a clock, a file or a random source.

One terminal's history is addressed by (terminal, epoch, seq). An epoch is one unbroken run of numbers
1, 2, 3 ...; it begins with an entry of kind ``epoch-opened`` whose ``prev`` is `GENESIS` and whose header
names the last head known of the epoch before and the suite of algorithms whose digest this epoch is hashed by
(see `EpochOpened`; an opening of an earlier release names none, and means ``intl``). Encodings: deterministic CBOR is
RFC 8949 section 4.2.1; times are RFC 3339 in UTC with milliseconds (`timestamp`).
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias, TypeGuard, get_args

import cbor2

from offline_store.digests import SUITE_NAMES, SuiteName, digest, suite_named

EntryKind: TypeAlias = Literal[
    "epoch-opened",
    "session-opened",
    "session-closed",
    "act",
    "certificate-issued",
    "print",
    "custody",
    "audit",
    "truncated",
]
ENTRY_KINDS: Final[tuple[str, ...]] = get_args(EntryKind)

GENESIS: Final = bytes(32)
"""``prev`` of the first entry of every epoch. The head before it may be unreadable, so it is stated, not linked."""

SALT_BYTES: Final = 32
HASH_BYTES: Final = 32
MAX_HEADER_BYTES: Final = 4096
"""Of canonical JSON. The centre takes no longer one, and an entry that it does not take would keep all behind it."""
MOST_ENTRIES: Final = 2**48
"""An epoch, and a number in it, is below this: what is worked out from one fits every integer that keeps it."""

HeaderValue: TypeAlias = "str | int | bool | list[HeaderValue] | dict[str, HeaderValue] | None"
Header: TypeAlias = Mapping[str, HeaderValue]

_HEADER_KEY = re.compile(r"[a-z][a-z0-9_]*")
# made once: json.dumps makes an encoder at each call (a fifth of an append's own work)
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Position:
    """Where an entry stands: epoch (from 1), seq (from 1 in each epoch), hash (32 bytes)."""

    epoch: int
    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """One row of the chain, with everything its hash covers.

    ``at``: RFC 3339 UTC text. ``header``: canonical JSON bytes without personal data. ``prev``, ``hash``: 32 bytes.
    ``body_commitment``: 32 bytes, or None when the entry has no body.
    """

    terminal: str
    epoch: int
    seq: int
    kind: str
    at: str
    header: bytes
    prev: bytes
    body_commitment: bytes | None
    hash: bytes

    @property
    def position(self) -> Position:
        """The address of this entry together with its hash."""
        return Position(self.epoch, self.seq, self.hash)

    def header_values(self) -> dict[str, HeaderValue]:
        """The header as a dictionary. Raises ValueError when the bytes are not a JSON object."""
        values = json.loads(self.header)
        if not isinstance(values, dict):
            raise ValueError("a chain header is a JSON object")
        return values


def timestamp(moment: datetime) -> str:
    """An aware datetime as RFC 3339 UTC text with milliseconds, the form that is hashed."""
    if moment.tzinfo is None:
        raise ValueError("a time in the chain needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def canonical_json(header: Header) -> bytes:
    """A header as UTF-8 JSON with sorted keys and no spaces.

    Equal to RFC 8785 for what is allowed here: ASCII keys (``[a-z][a-z0-9_]*``) and no floating-point numbers.
    Raises ValueError for anything else.
    """
    _refuse_ambiguous(header)
    return _encode(header).encode()


@functools.lru_cache(maxsize=1024)
def _is_header_key(key: str) -> bool:
    return _HEADER_KEY.fullmatch(key) is not None


def _refuse_ambiguous(value: object) -> None:
    if type(value) is str:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str) or not _is_header_key(key):
                raise ValueError("a header key is lower-case ASCII: letters, digits, underscore")
            _refuse_ambiguous(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _refuse_ambiguous(inner)
    elif value is not None and not isinstance(value, (str, int)):
        raise ValueError(f"a header holds text, whole numbers, booleans, lists and objects, not {type(value).__name__}")


def compute_hash(
    *,
    prev: bytes,
    terminal: str,
    epoch: int,
    seq: int,
    kind: str,
    at: str,
    header: bytes,
    body_commitment: bytes | None,
    suite: SuiteName = "intl",
) -> bytes:
    """Digest of deterministic CBOR [prev, terminal, epoch, seq, kind, at, header (bytes), body_commitment|null]."""
    return digest(cbor2.dumps([prev, terminal, epoch, seq, kind, at, header, body_commitment], canonical=True), suite)


def hash_of(entry: ChainEntry, suite: SuiteName) -> bytes:
    """The hash that an entry's content gives."""
    return compute_hash(
        prev=entry.prev,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        kind=entry.kind,
        at=entry.at,
        header=entry.header,
        body_commitment=entry.body_commitment,
        suite=suite,
    )


def hash_fits(entry: ChainEntry, suite: SuiteName | None) -> bool:
    """Whether an entry's hash is its content's. ``suite`` None: the epoch's opening is lost, either digest may be."""
    return any(entry.hash == hash_of(entry, name) for name in ([suite] if suite else SUITE_NAMES))


def make_entry(
    *,
    prev: bytes,
    terminal: str,
    epoch: int,
    seq: int,
    kind: str,
    at: str,
    header: bytes,
    body_commitment: bytes | None = None,
    suite: SuiteName = "intl",
) -> ChainEntry:
    """The entry with its hash worked out."""
    worked_out = compute_hash(
        prev=prev,
        terminal=terminal,
        epoch=epoch,
        seq=seq,
        kind=kind,
        at=at,
        header=header,
        body_commitment=body_commitment,
        suite=suite,
    )
    return ChainEntry(terminal, epoch, seq, kind, at, header, prev, body_commitment, worked_out)


def commitment(salt: bytes, plain: bytes, suite: SuiteName = "intl") -> bytes:
    """Digest of (salt || plain). The 32 random bytes keep a short body from being guessed from its commitment."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a commitment's salt has {SALT_BYTES} bytes, not {len(salt)}")
    return digest(salt + plain, suite)


def open_commitment(salted: bytes, expected: bytes, suite: SuiteName | None = "intl") -> bytes | None:
    """The plain body out of an unsealed ``salt || plain``, or None when it is not what the chain committed to.

    ``suite``: of the epoch; None when its opening is lost, so that either digest may be.
    """
    if len(salted) < SALT_BYTES:
        return None
    salt, plain = salted[:SALT_BYTES], salted[SALT_BYTES:]
    fits = any(commitment(salt, plain, name) == expected for name in ([suite] if suite else SUITE_NAMES))
    return plain if fits else None


def body_info(terminal: str, epoch: int, seq: int, kind: str) -> bytes:
    """The ``info`` a body is sealed under, so that it fits one place only: CBOR [terminal, epoch, seq, kind]."""
    return cbor2.dumps([terminal, epoch, seq, kind], canonical=True)


# --- checking a run ---


@dataclass(frozen=True, slots=True)
class Gap:
    """A number is missing or repeated: ``seq`` came where ``expected_seq`` should be."""

    seq: int
    expected_seq: int


@dataclass(frozen=True, slots=True)
class WrongPrev:
    """The entry does not link to the one before it."""

    seq: int
    expected: bytes
    found: bytes


@dataclass(frozen=True, slots=True)
class WrongHash:
    """The entry's content does not give the hash written beside it."""

    seq: int
    computed: bytes
    found: bytes


@dataclass(frozen=True, slots=True)
class Foreign:
    """The entry belongs to another terminal or epoch than the first one of the run."""

    seq: int
    terminal: str
    epoch: int


Finding: TypeAlias = Gap | WrongPrev | WrongHash | Foreign


@dataclass(frozen=True, slots=True)
class Run:
    """What a walk over entries found. ``head`` is the last entry's position (None for an empty run)."""

    count: int
    head: Position | None
    findings: tuple[Finding, ...]

    @property
    def whole(self) -> bool:
        """True when nothing was found wrong."""
        return not self.findings


def verify_run(
    entries: Iterable[ChainEntry],
    expected_prev: bytes,
    expected_seq: int | None = None,
    suite: SuiteName | None = None,
) -> Run:
    """Walk entries of one (terminal, epoch) in order and say everything that is wrong.

    ``expected_prev``: hash of the entry before the first one (`GENESIS` for seq 1). ``expected_seq``: number the first
    entry must have; None accepts any. ``suite``: of the epoch; None takes it from the opening that the run begins with,
    and ``intl`` when it begins with none. After a finding the walk goes on from what the entry itself says, so one
    fault gives one finding (a changed hash gives two: its own entry and the link of the next).
    """
    findings: list[Finding] = []
    count = 0
    first: ChainEntry | None = None
    last: ChainEntry | None = None
    for entry in entries:
        first = first or entry
        suite = suite or stated_suite(first)
        count += 1
        if (entry.terminal, entry.epoch) != (first.terminal, first.epoch):
            findings.append(Foreign(entry.seq, entry.terminal, entry.epoch))
        if expected_seq is not None and entry.seq != expected_seq:
            findings.append(Gap(entry.seq, expected_seq))
        if entry.prev != expected_prev:
            findings.append(WrongPrev(entry.seq, expected_prev, entry.prev))
        computed = hash_of(entry, suite)
        if computed != entry.hash:
            findings.append(WrongHash(entry.seq, computed, entry.hash))
        expected_prev = entry.hash
        expected_seq = entry.seq + 1
        last = entry
    return Run(count, last.position if last else None, tuple(findings))


# --- the first entry of an epoch ---


@dataclass(frozen=True, slots=True)
class EpochOpened:
    """What the first entry of an epoch states: why it was opened, the last head known before it, and a signature.

    ``signature`` is the terminal's, over `statement`. ``named``: the suite of the epoch and of that signature; None in
    an opening of an earlier release, which knew ``intl`` alone.
    """

    reason: str
    last_known: Position | None
    signature: bytes
    named: SuiteName | None = None

    @property
    def suite(self) -> SuiteName:
        """The suite of the epoch."""
        return self.named or "intl"

    @staticmethod
    def statement(
        terminal: str,
        epoch: int,
        at: str,
        reason: str,
        last_known: Position | None,
        named: SuiteName | None = None,
    ) -> bytes:
        """What is signed: deterministic CBOR.

        ["epoch-opened", terminal, epoch, at, reason, [epoch, seq, hash]|null, suite]; without the last when none is
        named.
        """
        known = None if last_known is None else [last_known.epoch, last_known.seq, last_known.hash]
        parts = ["epoch-opened", terminal, epoch, at, reason, known]
        return cbor2.dumps(parts if named is None else [*parts, named], canonical=True)

    def stated_in(self, entry: ChainEntry) -> bytes:
        """What was signed for the entry that this was read from."""
        return self.statement(entry.terminal, entry.epoch, entry.at, self.reason, self.last_known, self.named)

    def header(self) -> dict[str, HeaderValue]:
        """The header of the entry: reason, last_known {epoch, seq, hash (hex)} or null, signature (hex), suite."""
        known: HeaderValue = None
        if self.last_known is not None:
            known = {
                "epoch": self.last_known.epoch,
                "seq": self.last_known.seq,
                "hash": self.last_known.hash.hex(),
            }
        header: dict[str, HeaderValue] = {
            "reason": self.reason,
            "last_known": known,
            "signature": self.signature.hex(),
        }
        return header if self.named is None else {**header, "suite": self.named}

    @classmethod
    def read(cls, entry: ChainEntry) -> EpochOpened:
        """Read it back from a chain entry. Raises ValueError when the header is not of this shape."""
        values = entry.header_values()
        reason, known, signature = values.get("reason"), values.get("last_known"), values.get("signature")
        if not isinstance(reason, str) or not isinstance(signature, str):
            raise ValueError("an epoch-opened header has a reason and a signature")
        position: Position | None = None
        if isinstance(known, dict):
            epoch, seq, digest = known.get("epoch"), known.get("seq"), known.get("hash")
            if not _is_ordinal(epoch) or not _is_ordinal(seq) or not isinstance(digest, str):
                raise ValueError("last_known has epoch, seq and hash")
            position = Position(epoch, seq, bytes.fromhex(digest))
            if len(position.hash) != HASH_BYTES:
                raise ValueError(f"a hash in the chain has {HASH_BYTES} bytes")
        elif known is not None:
            raise ValueError("last_known is an object or null")
        named = None if "suite" not in values else suite_named(values["suite"])
        return cls(reason, position, bytes.fromhex(signature), named)


def _is_ordinal(value: HeaderValue) -> TypeGuard[int]:
    """A whole number that an epoch or an entry may have; JSON's true is none."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < MOST_ENTRIES


def stated_suite(opening: ChainEntry) -> SuiteName:
    """The suite that an epoch's first entry names; ``intl`` when it names none that is known here."""
    if opening.kind != "epoch-opened":
        return "intl"
    try:
        return suite_named(opening.header_values().get("suite", "intl"))
    except (ValueError, RecursionError):
        return "intl"
