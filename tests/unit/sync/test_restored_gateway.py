"""A gateway restored from a two-days-old backup: it says how far it goes back, and nothing is lost or doubled."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from offline_store.chain import timestamp
from offline_store.delivery import BODY_RETENTION_DAYS, Delivery
from offline_store.journal import open_journal
from sync.client import jobs
from sync.client.outcomes import Done, Later
from sync.client.session import Session
from sync.gateway.house import House, publish, write_draft
from sync.gateway.sqlite_store import SqliteStore
from sync.protocol.messages import CertificateIssued, RecordQuery
from sync.protocol.sealing import seal_body

STORE_KEY = bytes(range(32))


class Terminal:
    """A terminal's journal and delivery with the real jobs, on the hall's clock."""

    def __init__(self, hall, folder, number):
        self.hall = hall
        self.number = number
        self.signer = hall.terminal(number).signer
        centre = hall.authority.centre.public_key
        self.journal = open_journal(
            folder, terminal=number, key=STORE_KEY, sign=self.signer.sign,
            seal=lambda plain, info: seal_body(plain, info, centre), now=hall.clock.now, suite=hall.authority.suite,
        ).journal  # fmt: skip
        self.delivery = Delivery(folder, STORE_KEY)
        self.session = Session(number, self.signer, lambda request: hall.ask(request), hall.clock.now, os.urandom)
        self.accepted = []

    def act(self, item):
        body = RecordQuery(
            item=item, id_number="11010519491231002X", data_as_of="2026-11-01T00:00:00.000Z", outcome="shown"
        )
        self.journal.append("act", {"session": "s"}, body.to_wire())
        self.accepted.append(item)

    def certificate(self, number):
        body = CertificateIssued(
            number=number, item="SI-04", id_number="11010519491231002X", name="somebody", facts=(("a", "b"),),
            data_as_of="2026-11-01T00:00:00.000Z", issued_at="2026-11-01T00:00:00.000Z",
            expires_at="2027-11-01T00:00:00.000Z", pdf_sha256="0" * 64, code_sha256="0" * 64, seal_key_id="k",
        )  # fmt: skip
        self.journal.append("certificate-issued", {"session": "s"}, body.to_wire())

    def head(self):
        return self.session.run(jobs.head(self.delivery, self.hall.clock.now))

    def upload(self):
        return self.session.run(jobs.upload(self.delivery, self.number, self.hall.clock.now))

    def results(self):
        return self.session.run(jobs.results(self.delivery, self.number, self.hall.clock.now))

    def send(self):
        """Upload, have it processed, and read the results."""
        assert isinstance(self.upload(), Done)
        self.hall.process()
        assert isinstance(self.results(), Done)

    @property
    def settled(self):
        backlog = self.delivery.backlog()
        return (backlog.pending, backlog.awaiting_result) == (0, 0)

    @property
    def told(self):
        """(epoch, seq) of every result in the inbox."""
        return sorted((row.epoch, row.seq) for row in self.delivery.inbox_after(0, limit=1000) if row.kind == "result")

    def forget_old_bodies(self):
        return self.delivery.delete_old_bodies(
            timestamp(self.hall.clock.now() - timedelta(days=BODY_RETENTION_DAYS)), limit=1000
        )

    def close(self):
        self.delivery.close()
        self.journal.close()


@pytest.fixture
def terminals(hall, tmp_path):
    made = [Terminal(hall, tmp_path / number, number) for number in ("T0001", "T0002")]
    yield made
    for terminal in made:
        terminal.close()


def backup(hall, place):
    """The store's file, copied while nothing writes, as a nightly job would."""
    place.mkdir()
    with closing(sqlite3.connect(hall.folder / "gateway.db")) as live, closing(sqlite3.connect(place / "b.db")) as copy:
        live.backup(copy)
    return place / "b.db"


def restore(hall, copy):
    """The gateway is stopped, the file put back, and the gateway started: what `serve` does first is done."""
    hall.store.close()
    for end in ("", "-wal", "-shm"):
        (hall.folder / f"gateway.db{end}").unlink(missing_ok=True)
    shutil.copyfile(copy, hall.folder / "gateway.db")
    hall.store = SqliteStore(hall.folder)
    start(hall)


def start(hall):
    with hall.store.transaction():
        hall.store.rewinds.begin_generation(1 + secrets.randbelow(2**47 - 1), timestamp(hall.clock.now()))


def processed(hall, number):
    found = hall.store.all("SELECT content FROM act WHERE terminal = ? AND type = 'record-query'", number)
    return sorted(RecordQuery.model_validate_json(row[0]).item for row in found)


def two_days_of_work(hall, terminals, place):
    """A day, the backup, two more days. All of it was received, processed and told."""
    for terminal in terminals:
        for item in ("A1", "A2", "A3"):
            terminal.act(item)
        terminal.send()
    copy = backup(hall, place)
    for day in ("B", "C"):
        hall.clock.forward(days=1)
        for terminal in terminals:
            for number in "123":
                terminal.act(day + number)
            terminal.send()
            terminal.forget_old_bodies()
            assert terminal.settled
    return copy


def test_every_act_is_processed_exactly_once_in_the_restored_gateway(hall, terminals, tmp_path):
    copy = two_days_of_work(hall, terminals, tmp_path / "backup")
    before = [terminal.told for terminal in terminals]
    restore(hall, copy)
    for terminal in terminals:
        assert processed(hall, terminal.number) == ["A1", "A2", "A3"], "the backup is two days old"
        terminal.act("D1")
        terminal.send()
    for terminal, told in zip(terminals, before, strict=True):
        assert terminal.settled
        assert processed(hall, terminal.number) == sorted(terminal.accepted)
        assert terminal.told == sorted([*told, (1, terminal.journal.head.seq)]), "each result told once"
        held = hall.store.one("SELECT max(n), count(*) FROM result WHERE terminal = ?", terminal.number)
        assert held == (terminal.delivery.results_cursor(), terminal.journal.head.seq)
    assert hall.store.all("SELECT code FROM alarm") == []


def test_a_terminal_that_has_nothing_to_send_brings_back_what_the_centre_lost_all_the_same(hall, terminals, tmp_path):
    copy = two_days_of_work(hall, terminals, tmp_path / "backup")
    restore(hall, copy)
    for terminal in terminals:
        assert terminal.upload() == Done(), "nothing waits"
        assert terminal.head() == Done()
        assert terminal.delivery.backlog().pending == 6
        terminal.send()
        assert terminal.settled
        assert processed(hall, terminal.number) == sorted(terminal.accepted)


def test_results_that_are_numbered_anew_are_all_read_whoever_was_processed_first(hall, terminals, tmp_path):
    copy = two_days_of_work(hall, terminals, tmp_path / "backup")
    first, second = terminals
    restore(hall, copy)
    # the restored gateway is beyond the number the terminals had read before any of them asks
    for terminal in (second, first):
        for number in range(20):
            terminal.act(f"D{number}")
        assert isinstance(terminal.upload(), Done)
    hall.process()
    for terminal in (first, second):
        assert isinstance(terminal.results(), Done)
        assert terminal.settled
        assert len(terminal.told) == terminal.journal.head.seq


def test_only_what_may_differ_is_read_again(hall, terminals, tmp_path):
    copy = two_days_of_work(hall, terminals, tmp_path / "backup")
    cursor = terminals[0].delivery.results_cursor()
    restore(hall, copy)
    common = hall.store.rewinds.common_results("T0001", terminals[0].delivery.results_generation())
    assert (cursor, common) == (10, 4), "the opening and three acts"


def test_a_restart_without_a_restore_has_nothing_read_again(hall, terminals):
    terminal = terminals[0]
    terminal.act("A1")
    terminal.send()
    cursor = terminal.delivery.results_cursor()
    for _ in range(3):
        start(hall)
        assert terminal.results() == Done(0)
        assert terminal.delivery.results_cursor() == cursor
    terminal.act("A2")
    start(hall)
    terminal.send()
    assert len(terminal.told) == 3


def test_after_a_generation_that_the_backup_never_knew_everything_is_read_again_and_told_once(
    hall, terminals, tmp_path
):
    terminal = terminals[0]
    terminal.act("A1")
    terminal.send()
    copy = backup(hall, tmp_path / "backup")
    start(hall)  # as after an update, later than the backup
    terminal.act("B1")
    terminal.send()
    told = terminal.told
    restore(hall, copy)
    assert hall.store.rewinds.common_results("T0001", terminal.delivery.results_generation()) == 0
    assert terminal.head() == Done()
    terminal.send()
    assert terminal.settled
    assert terminal.told == told
    assert processed(hall, "T0001") == ["A1", "B1"]


def test_a_snapshot_published_after_a_restore_is_a_newer_one_for_who_has_the_lost_one(hall, tmp_path):
    house = House(hall.folder, hall.authority, hall.store, "", "")
    write_draft(hall.folder, [], lambda done: None)
    publish(house, hall.clock.now())
    copy = backup(hall, tmp_path / "backup")
    hall.clock.forward(hours=1)
    lost = publish(house, hall.clock.now())
    restore(hall, copy)
    hall.clock.forward(hours=1)
    again = publish(House(hall.folder, hall.authority, hall.store, "", ""), hall.clock.now())
    assert again.generation > lost.generation


def test_a_snapshot_whose_file_was_lost_is_asked_for_again_later(hall, terminals):
    house = House(hall.folder, hall.authority, hall.store, "", "")
    write_draft(hall.folder, [], lambda done: None)
    made = publish(house, hall.clock.now())
    (hall.folder / "snapshots" / f"snapshot-{made.generation}.ndjson.gz").unlink()
    lost = terminals[0].session.run(jobs.snapshot(NoSnapshotYet(), hall.authority.package.public_key, hall.clock.now))
    assert lost == Later("status-503", 600.0)


class NoSnapshotYet:
    """A terminal's folder of generations before the first one."""

    def generation(self):
        return 0

    def load(self, manifest, rows):
        raise AssertionError("there is nothing to load")


def test_two_snapshots_of_one_second_have_two_numbers(hall):
    house = House(hall.folder, hall.authority, hall.store, "", "")
    write_draft(hall.folder, [], lambda done: None)
    made = [publish(house, hall.clock.now()).generation for _ in range(2)]
    assert made[0] < made[1]


def test_a_certificate_comes_back_into_the_register_and_is_not_called_taken(hall, terminals, tmp_path):
    terminal = terminals[0]
    terminal.act("A1")
    terminal.send()
    copy = backup(hall, tmp_path / "backup")
    hall.clock.forward(days=2)
    terminal.certificate("ZM-T0001-20261101-1-0003-X")
    terminal.send()
    restore(hall, copy)
    assert hall.store.certificate("ZM-T0001-20261101-1-0003-X") is None
    assert terminal.head() == Done()
    terminal.send()
    assert hall.store.certificate("ZM-T0001-20261101-1-0003-X").state == "known"
    assert hall.store.all("SELECT state FROM result WHERE state = 'refused'") == []


def test_bodies_older_than_their_retention_are_named_as_missing_and_block_nothing(hall, terminals, tmp_path):
    terminal = terminals[0]
    copy = backup(hall, tmp_path / "backup")
    terminal.act("A1")
    terminal.send()
    hall.clock.forward(days=BODY_RETENTION_DAYS, minutes=1)
    assert terminal.forget_old_bodies() == 1
    terminal.act("B1")
    restore(hall, copy)
    terminal.send()
    assert terminal.settled
    assert processed(hall, "T0001") == ["B1"]
    assert hall.store.all("SELECT reason FROM result WHERE state = 'refused'") == [("body-withheld",)]


def test_the_store_forgets_generations_of_long_ago_and_says_so_by_the_beginning(hall, terminals):
    terminal = terminals[0]
    terminal.act("A1")
    terminal.send()
    generation = terminal.delivery.results_generation()
    for _ in range(60):
        start(hall)
    assert hall.store.rewinds.common_results("T0001", generation) == 0
    assert hall.store.one("SELECT count(*) FROM store_generation") == (50,)
    assert terminal.results() == Done(2)
    assert len(terminal.told) == 2
