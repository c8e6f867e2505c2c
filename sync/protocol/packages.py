"""Snapshot packages: a signed manifest and gzip NDJSON of typed rows.

The manifest says what the package is (generation, area, times, count per table) and what it must hash to (SHA-256 in
either suite); it is signed with the centre's package key, which is not the key of the connection, by that key's suite.
Each line of the package is one row as `offline_store.schema.to_record` makes it, in the order of the tables in the
manifest. A terminal takes a package only if signature, size, hash, counts and expiry hold and its generation is higher
than its own: there is no way back to old data.
"""
# ruff: noqa: N818 - an exception is named by the condition, as everywhere in this project

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from sync.protocol.encoding import Base64Bytes
from sync.protocol.messages import Hex256, Malformed, Message, Number, Time, parse
from sync.protocol.suites import Signer, suite_of_public_key

MAX_PACKAGE_BYTES: Final = 2 * 1024**3
TAKEN_BYTES: Final = 256 * 1024**2
"""What a terminal takes of it: it holds a package in memory until its hash is known."""
MAX_UNPACKED_BYTES: Final = 16 * 1024**3
MAX_LINE_BYTES: Final = 64 * 1024
_CHUNK: Final = 1 << 18
_CONTEXT: Final = b"snapshot manifest, version 1\x00"

TableName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Record = Mapping[str, Any]
"""One row as it travels: its columns and, under "table", the name of its table."""


class PackageRefused(Exception):
    """A package that must not be used. `code` is a short word; `generation` what its genuine manifest says, else 0."""

    def __init__(self, code: str, sentence: str, generation: int = 0) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.generation = generation


class Manifest(Message):
    """What a package is. `rows` maps each table, in package order, to its number of rows."""

    format: Literal["snapshot-1"] = "snapshot-1"
    generation: Annotated[int, Field(ge=1, lt=2**53)]
    area: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    origin: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    as_of: Time
    made_at: Time
    expires_at: Time
    rows: tuple[tuple[TableName, Number], ...] = Field(max_length=64)
    package_sha256: Hex256
    package_bytes: Annotated[int, Field(ge=1, le=MAX_PACKAGE_BYTES)]
    unpacked_bytes: Annotated[int, Field(ge=0, le=MAX_UNPACKED_BYTES)]


class SignedManifest(Message):
    """GET /v1/snapshot. The signature covers a context string and the manifest's octets as they are here.

    `suite` is the word of the signature's algorithm.
    """

    suite: Literal["ed25519", "sm2-sm3"] = "ed25519"
    manifest: Annotated[Base64Bytes, Field(max_length=65_536)]
    signature: Annotated[Base64Bytes, Field(min_length=64, max_length=64)]


def sign_manifest(manifest: Manifest, key: Signer) -> SignedManifest:
    """The manifest under the package key."""
    data = manifest.to_wire()
    algorithm = suite_of_public_key(key.public_key).signature_algorithm
    return SignedManifest(suite=algorithm, manifest=data, signature=key.sign(_CONTEXT + data))


def check_manifest(signed: SignedManifest, package_key: bytes, *, have: int, now: datetime) -> Manifest:
    """The manifest, if the centre signed it, and its package is one to fetch.

    That is one newer than generation `have` (0: none yet), not larger than a terminal takes, and not expired.
    """
    suite = suite_of_public_key(package_key)
    genuine = suite.verify(package_key, signed.signature, _CONTEXT + signed.manifest)
    if not genuine or signed.suite != suite.signature_algorithm:
        raise PackageRefused("manifest-not-genuine", "The manifest is not signed by the centre's key.")
    try:
        manifest = parse(Manifest, signed.manifest)
    except Malformed as error:
        raise PackageRefused("manifest-malformed", f"The manifest cannot be read ({error.where}).") from None
    if manifest.generation <= have:
        raise PackageRefused(
            "generation-not-newer", f"Generation {manifest.generation} is not newer than {have}.", manifest.generation
        )
    if manifest.package_bytes > TAKEN_BYTES:
        raise PackageRefused("package-too-large", f"A package of {manifest.package_bytes} octets is not taken.")
    if datetime.fromisoformat(manifest.expires_at) <= now:
        raise PackageRefused("package-expired", f"Generation {manifest.generation} has expired.")
    return manifest


class PackageWriter:
    """Makes a package in pieces, so that it need never be whole in memory. Tables come in the order of first use."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        self._hash = hashlib.sha256()
        self._bytes = 0
        self._unpacked = 0
        self._rows: dict[str, int] = {}
        self._table = ""

    def pack(self, rows: Iterable[Record]) -> Iterator[bytes]:
        """The package's octets; call `manifest` when it is exhausted."""
        held = bytearray()
        for record in rows:
            self._count(record["table"])
            held += line_of(record)
            if len(held) >= _CHUNK:
                yield from self._deflate(bytes(held))
                held.clear()
        yield from self._deflate(bytes(held))
        yield self._took(self._packer.flush())

    def _count(self, table: str) -> None:
        if table != self._table and table in self._rows:
            raise ValueError(f"rows of {table} must stand together")
        self._table = table
        self._rows[table] = self._rows.get(table, 0) + 1

    def _deflate(self, data: bytes) -> Iterator[bytes]:
        self._unpacked += len(data)
        if packed := self._packer.compress(data):
            yield self._took(packed)

    def _took(self, packed: bytes) -> bytes:
        self._hash.update(packed)
        self._bytes += len(packed)
        return packed

    def manifest(
        self, *, generation: int, area: str, origin: str, as_of: str, made_at: str, expires_at: str
    ) -> Manifest:
        """The manifest of what was packed."""
        return Manifest(
            generation=generation,
            area=area,
            origin=origin,
            as_of=as_of,
            made_at=made_at,
            expires_at=expires_at,
            rows=tuple(self._rows.items()),
            package_sha256=self._hash.hexdigest(),
            package_bytes=self._bytes,
            unpacked_bytes=self._unpacked,
        )


def line_of(record: Record) -> bytes:
    """One row as one line. No canonical spelling is needed here: the package is hashed as it is."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def hash_matches(manifest: Manifest, chunks: Iterable[bytes]) -> bool:
    """Whether these octets are the package the manifest speaks of. To be asked before anything is unpacked."""
    digest, length = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        length += len(chunk)
    return length == manifest.package_bytes and digest.hexdigest() == manifest.package_sha256


def read_rows(manifest: Manifest, chunks: Iterable[bytes]) -> Iterator[Record]:
    """The rows of a package whose hash has been checked, one after the other.

    PackageRefused at the first thing that is not as the manifest says; after the last row the counts are compared, so a
    reader must exhaust this before it commits anything.
    """
    promised = dict(manifest.rows)
    seen: dict[str, int] = {}
    for line in _lines(manifest, chunks):
        record = _record(line)
        table = record["table"]
        if table not in promised:
            raise PackageRefused("table-unknown", "The package holds a table that its manifest does not name.")
        seen[table] = seen.get(table, 0) + 1
        yield record
    if seen != {table: count for table, count in promised.items() if count}:
        raise PackageRefused("counts-differ", "The package does not hold as many rows as its manifest says.")


def _record(line: bytes) -> Record:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("table"), str):
        raise PackageRefused("row-malformed", "The package holds a line that is not a row.")
    return value


def _lines(manifest: Manifest, chunks: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    total, rest = 0, b""
    for chunk in chunks:
        data = chunk
        while data and not unpacker.eof:
            try:
                plain = unpacker.decompress(data, _CHUNK)
            except zlib.error:
                raise PackageRefused("package-damaged", "The package cannot be unpacked.") from None
            data = unpacker.unconsumed_tail
            total += len(plain)
            if total > manifest.unpacked_bytes:
                raise PackageRefused("package-too-large", "The package unpacks to more than its manifest says.")
            *lines, rest = (rest + plain).split(b"\n")
            if len(rest) > MAX_LINE_BYTES:
                raise PackageRefused("row-malformed", "The package holds a line that is too long.")
            yield from lines
        if data or unpacker.unused_data:
            raise PackageRefused("package-damaged", "Octets follow the end of the package.")
    if not unpacker.eof or rest or total != manifest.unpacked_bytes:
        raise PackageRefused("package-damaged", "The package is cut off.")
