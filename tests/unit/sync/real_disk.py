"""A terminal's disk with the real journal and the real sync process' passes; the gateway is asked in this process, and
may be put back to a backup."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from contextlib import closing, contextmanager
from datetime import UTC, datetime

from offline_store.chain import timestamp
from offline_store.journal import open_journal, read_journal
from offline_store.keys import KeyFiles
from sync.enrolment import enrol
from sync.gateway.sqlite_store import SqliteStore
from sync.passes import open_worker
from sync.protocol.messages import RecordQuery
from sync.protocol.sealing import seal_body
from sync.terminal_keys import load_signer
from sync.trust import read_trust

STORE_KEY = bytes(range(32))


class Line:
    """What reaches the gateway in this process."""

    def __init__(self, hall):
        self.hall = hall

    def __call__(self, request):
        return self.hall.ask(request)

    def close(self):
        """There is no line to close."""


class RealDisk:
    """One terminal's data directory."""

    def __init__(self, hall, folder):
        self.hall = hall
        self.folder = folder

    def make(self):
        """Enrolled, with a key for its stores."""
        self.folder.mkdir(mode=0o700)
        self.keys.create("store", STORE_KEY)
        self.enrol()

    @property
    def keys(self):
        return KeyFiles(self.folder / "keys", allow_file=True, warn=lambda _: None)

    def enrol(self, **words):
        enrol(
            self.folder, terminal="T0001", code=self.hall.code("T0001").to_text(), keys=self.keys,
            send=self.hall.ask, now=self.hall.clock.now, suite=self.hall.authority.suite, **words,
        )  # fmt: skip

    @property
    def out_of_service(self):
        """The word for why nobody is served, or None."""
        with closing(read_journal(self.folder, STORE_KEY)) as reader:
            found = reader.out_of_service()
        return None if found is None else found.code

    @contextmanager
    def journal(self, key=STORE_KEY, **words):
        trust = read_trust(self.folder)
        self.opened = open_journal(
            self.folder, terminal="T0001", key=key,
            sign=load_signer(self.keys, trust.terminal_key_fingerprint).sign,
            seal=lambda plain, info: seal_body(plain, info, trust.centre_key), now=lambda: datetime.now(UTC),
            suite=self.hall.authority.suite, enrolled_epoch=trust.least_epoch, **words,
        )  # fmt: skip
        with closing(self.opened.journal) as journal:
            yield journal

    def accept(self, *items):
        """Acts that people were told are accepted."""
        with self.journal() as journal:
            for item in items:
                journal.append("act", {"session": "s"}, query(item))

    def line(self):
        """What a pass sends through."""
        return Line(self.hall)

    def worker(self):
        """The passes; to be used in a with."""
        return closing(open_worker(self.folder, self.keys, lambda _: self.line()))

    def sync(self):
        """One pass; the words of what stopped."""
        with self.worker() as worker:
            return {run.job: run.outcome.code for run in worker.all_jobs("operator").alarms}


def query(item):
    """An act's octets."""
    return RecordQuery(
        item=item, id_number="11010519491231002X", data_as_of="2026-11-01T00:00:00.000Z", outcome="shown"
    ).to_wire()


class Backup:
    """The store's file, copied while nothing writes; `restore` puts it back and does what `serve` does first."""

    def __init__(self, hall, place):
        self.hall = hall
        self.copy = place
        with closing(sqlite3.connect(hall.folder / "gateway.db")) as live, closing(sqlite3.connect(place)) as copy:
            live.backup(copy)

    def restore(self):
        self.hall.store.close()
        for end in ("", "-wal", "-shm"):
            (self.hall.folder / f"gateway.db{end}").unlink(missing_ok=True)
        shutil.copyfile(self.copy, self.hall.folder / "gateway.db")
        self.hall.store = SqliteStore(self.hall.folder)
        begin(self.hall)


def begin(hall):
    """The gateway is started."""
    with hall.store.transaction():
        hall.store.rewinds.begin_generation(1 + secrets.randbelow(2**47 - 1), timestamp(hall.clock.now()))
