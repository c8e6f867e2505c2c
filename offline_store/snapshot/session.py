"""Reading the snapshot: a session is one read transaction on one generation; every fact has its origin and date."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Generic, TypeVar

from offline_store.chain import timestamp
from offline_store.connection import Connection, KeyBytes, Value, open_encrypted
from offline_store.errors import LeaseExpired, NoSnapshot, StoreBroken
from offline_store.schema import (
    SNAPSHOT_SCHEMA_VERSION,
    BenefitRow,
    CardRow,
    CaseRow,
    ContributionRow,
    EnrolmentRow,
    Manifest,
    PersonRow,
)
from offline_store.snapshot.generations import folder_of, mark_damaged, read_pointer, used
from offline_store.snapshot.tables import DATABASE, SELECT

T = TypeVar("T")
_STORE: Final = "snapshot"


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """What the snapshot says: ``value`` (None or () means "not in this snapshot", which has its date too).

    ``origin``: system it comes from. ``as_of``: moment it is of, RFC 3339 UTC; a screen says 截至, never 当前.
    """

    value: T
    origin: str
    as_of: str


class SnapshotSession:
    """One read transaction on one generation; a context manager, for one thread, made by `Snapshot.open_session`."""

    def __init__(self, connection: Connection, manifest: Manifest, held: contextlib.ExitStack) -> None:
        self._connection = connection
        self._held = held
        self.manifest = manifest

    def person(self, id_number: str) -> Fact[PersonRow | None]:
        """The person with this ID number."""
        row = self._one("person", "id_number = ?", id_number)
        return self._fact(None if row is None else PersonRow(*row))

    def person_of_card(self, number: str) -> Fact[PersonRow | None]:
        """The person a card number belongs to."""
        row = self._one("person", "id_number = (SELECT id_number FROM card WHERE number = ?)", number)
        return self._fact(None if row is None else PersonRow(*row))

    def card(self, number: str) -> Fact[CardRow | None]:
        """The card with this number."""
        row = self._one("card", "number = ?", number)
        return self._fact(None if row is None else CardRow(*row))

    def cards(self, id_number: str) -> Fact[tuple[CardRow, ...]]:
        """All cards of a person, newest first."""
        rows = self._rows("card", "id_number = ? ORDER BY issued DESC, number", id_number)
        return self._fact(tuple(CardRow(*row) for row in rows))

    def enrolments(self, id_number: str) -> Fact[tuple[EnrolmentRow, ...]]:
        """Enrolments of a person, by kind."""
        rows = self._rows("enrolment", "id_number = ? ORDER BY kind, region, since", id_number)
        return self._fact(tuple(EnrolmentRow(*row) for row in rows))

    def contributions(
        self, id_number: str, *, kind: str | None = None, first: str | None = None, last: str | None = None
    ) -> Fact[tuple[ContributionRow, ...]]:
        """Contributions of a person by kind and month. ``first``, ``last``: months ``YYYY-MM``, both included."""
        where, values = "id_number = ?", [id_number]
        for condition, value in (("kind = ?", kind), ("month >= ?", first), ("month <= ?", last)):
            if value is not None:
                where += f" AND {condition}"
                values.append(value)
        rows = self._rows("contribution", f"{where} ORDER BY kind, month, employer, state", *values)
        return self._fact(tuple(ContributionRow(*row) for row in rows))

    def benefits(self, id_number: str) -> Fact[tuple[BenefitRow, ...]]:
        """Benefits a person draws or drew."""
        rows = self._rows("benefit", "id_number = ? ORDER BY kind, since", id_number)
        return self._fact(tuple(BenefitRow(*row) for row in rows))

    def cases(self, id_number: str) -> Fact[tuple[CaseRow, ...]]:
        """Cases of a person, latest first."""
        rows = self._rows("case_", "id_number = ? ORDER BY at DESC, number", id_number)
        return self._fact(tuple(CaseRow(*row) for row in rows))

    def case(self, number: str) -> Fact[CaseRow | None]:
        """The case with this number."""
        row = self._one("case_", "number = ?", number)
        return self._fact(None if row is None else CaseRow(*row))

    def close(self) -> None:
        """End the read transaction and let the generation go; calling it again does nothing."""
        self._held.close()

    def __enter__(self) -> SnapshotSession:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _fact(self, value: T) -> Fact[T]:
        return Fact(value, self.manifest.origin, self.manifest.as_of)

    def _one(self, table: str, where: str, *values: Value) -> tuple[Any, ...] | None:
        return self._connection.one(f"{SELECT[table]} WHERE {where}", values)

    def _rows(self, table: str, where: str, *values: Value) -> list[tuple[Any, ...]]:
        return self._connection.rows(f"{SELECT[table]} WHERE {where}", values)


class Snapshot:
    """The snapshot of a data directory. Holds no file open between sessions."""

    def __init__(self, root: Path, key: KeyBytes) -> None:
        self._root = root
        self._key = key
        self._last: int | None = None

    def open_session(self, now: datetime) -> SnapshotSession:
        """A session on the present generation. ``now``: the terminal's trusted time, aware.

        Raises NoSnapshot, LeaseExpired (also when ``now`` is before the snapshot's date: then the clock is wrong),
        WrongKey, NotEncrypted, StoreBroken.
        """
        with contextlib.ExitStack() as held:
            connection = self._connect(held)
            manifest = _manifest(connection)
            moment = timestamp(now)
            if moment >= manifest.expires:
                raise LeaseExpired(_STORE, "its lease has ended", {"expires": manifest.expires, "now": moment})
            if moment < manifest.as_of:
                raise LeaseExpired(_STORE, "the clock is before its date", {"as_of": manifest.as_of, "now": moment})
            return SnapshotSession(connection, manifest, held.pop_all())

    def give_up(self) -> None:
        """Say that the generation looked at last is damaged: a load brings it again. Raises StoreFull, StoreRefused."""
        mark_damaged(self._root, self._last)

    def manifest(self) -> Manifest:
        """What the present generation says of itself, expired or not. Raises as `open_session` but LeaseExpired."""
        with contextlib.ExitStack() as held:
            return _manifest(self._connect(held))

    def _connect(self, held: contextlib.ExitStack) -> Connection:
        while True:
            pointer = read_pointer(self._root)
            if pointer is None:
                raise NoSnapshot(_STORE, "none was loaded yet")
            if pointer.damaged:
                raise NoSnapshot(_STORE, "it is damaged and is loaded anew", {"generation": pointer.generation})
            self._last = pointer.generation
            folder = folder_of(self._root, pointer.generation)
            if held.enter_context(used(folder)):
                break
            held.close()
            if read_pointer(self._root) == pointer:
                raise StoreBroken(_STORE, "the present generation is missing", {"generation": pointer.generation})
        connection = open_encrypted(folder / DATABASE, self._key, query_only=True, expected_key_check=pointer.key_check)
        held.callback(connection.close)
        # one read transaction for the whole session: it sees one state, even if a delta is applied meanwhile
        connection.execute("BEGIN")
        held.callback(connection.execute, "ROLLBACK")
        return connection


def _manifest(connection: Connection) -> Manifest:
    version = connection.one("PRAGMA user_version")
    if version is None or version[0] != SNAPSHOT_SCHEMA_VERSION:
        raise NoSnapshot(_STORE, "it was made for another schema version and is loaded anew")
    row = connection.one("SELECT generation, as_of, expires, area, origin, counts, cursor FROM manifest")
    if row is None:
        raise StoreBroken(_STORE, "it has no manifest")
    generation, as_of, expires, area, origin, counts, cursor = row
    return Manifest(generation, as_of, expires, area, origin, json.loads(counts), cursor)
