"""Two disks that claim to be one terminal: the second one is seen, serves nobody, and loses nothing it had accepted."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from offline_store.chain import timestamp
from offline_store.delivery import Delivery
from offline_store.journal import NewEpoch
from sync.client.outcomes import Done, Later, NoAnswer, Stopped
from sync.client.session import Session
from sync.gateway.processing import adopt
from sync.gateway.terminal_certificates import revocations
from sync.passes import open_worker
from sync.protocol.exchange import JSON, Request, Response
from sync.protocol.messages import CertificateIssued, RecordQuery
from sync.terminal_keys import load_signer
from sync.trust import read_trust
from tests.unit.sync.real_disk import STORE_KEY, Line, RealDisk


class Disk(RealDisk):
    """A disk that can be copied and enrolled again."""

    @classmethod
    def new(cls, hall, folder):
        disk = cls(hall, folder)
        disk.make()
        with disk.journal():
            pass
        return disk

    def copy(self, folder):
        shutil.copytree(self.folder, folder)
        return Disk(self.hall, folder)

    def enrol_again(self):
        """What an operator does with a new code."""
        self.enrol(again=True)
        with self.journal():
            assert isinstance(self.opened, NewEpoch)
            return self.opened.reason


def rows(hall, sql):
    with closing(sqlite3.connect(hall.folder / "gateway.db")) as db:
        return db.execute(sql).fetchall()


def processed(hall):
    """The items of all acts that were processed, in the chain and on adopted branches."""
    hall.process()
    acts = "SELECT content FROM act UNION ALL SELECT act FROM fork_entry WHERE state = 'accepted' AND act IS NOT NULL"
    return sorted(RecordQuery.model_validate_json(row[0]).item for row in rows(hall, acts))


def adopted(hall, cut_off=False):
    with hall.store.transaction():
        done = adopt(hall.store, "T0001", hall.authority.centre, hall.clock.now())
        if cut_off:
            raise ConnectionAbortedError
        return done


def alarms(hall):
    return {row[0] for row in rows(hall, "SELECT code FROM alarm")}


@pytest.fixture
def original(hall, tmp_path):
    hall.clock.at = datetime.now(UTC)
    disk = Disk.new(hall, tmp_path / "original")
    disk.accept("A1", "A2")
    assert disk.sync() == {}
    return disk


@pytest.fixture
def clone(original, tmp_path):
    return original.copy(tmp_path / "clone")


def test_of_a_cloned_disk_run_beside_the_original_the_second_is_seen_and_serves_nobody(hall, original, clone):
    original.accept("A3")
    clone.accept("B3", "B4")
    assert original.sync() == {}
    stopped = clone.sync()
    assert stopped["upload"] == "fork"
    assert (original.out_of_service, clone.out_of_service) == (None, "fork")
    assert alarms(hall) == {"fork"}
    assert processed(hall) == ["A1", "A2", "A3"]
    original.accept("A4")
    assert original.sync() == {}, "who came first goes on"


def test_a_clone_that_came_first_puts_the_original_out_of_service_until_an_operator_has_looked(hall, original, clone):
    clone.accept("B3")
    assert clone.sync() == {}
    original.accept("A3", "A4")
    assert original.sync()["upload"] == "fork"
    assert original.sync()["upload"] == "fork"
    assert original.out_of_service == "fork", "no answer of the centre to this key takes it away"
    with original.journal():
        pass
    assert original.out_of_service == "fork", "nor does a restart"

    assert original.enrol_again() == "fork"
    assert original.out_of_service is None
    original.accept("A5")
    assert original.sync() == {}
    assert processed(hall) == ["A1", "A2", "A5", "B3"]
    kept = hall.store.rewinds.forked("T0001")
    assert [(row.entry.epoch, row.state) for row in kept] == [(1, "kept"), (1, "kept")]
    assert alarms(hall) >= {"fork", "act-on-forked-branch"}
    assert "entries-lost" not in alarms(hall), "what the new epoch says of the old one's end is kept"

    with pytest.raises(ConnectionAbortedError):
        adopted(hall, cut_off=True)
    assert {row.state for row in hall.store.rewinds.forked("T0001")} == {"kept"}, "kept with who did it, or not at all"
    done = adopted(hall)
    assert (done.accepted, done.refused) == (2, 0)
    assert processed(hall) == ["A1", "A2", "A3", "A4", "A5", "B3"], "every promise once"
    again = adopted(hall)
    assert (again.accepted, again.refused) == (0, 0)

    clone.accept("B4")
    assert set(clone.sync().values()) == {"certificate-superseded"}
    assert clone.out_of_service == "certificate-superseded"
    assert "certificate-superseded" in alarms(hall)


def test_a_forked_branch_stays_sealed_until_it_is_adopted_and_is_uploaded_once(hall, original, clone):
    clone.accept("B3")
    clone.sync()
    original.accept("A3")
    original.sync()
    original.enrol_again()
    for _ in range(3):
        assert original.sync() == {}
    ((sealed, act),) = rows(hall, "SELECT sealed, act FROM fork_entry WHERE kind = 'act'")
    assert act is None
    assert b"11010519491231002X" not in sealed


def test_an_old_disk_put_back_is_seen_at_its_first_pass_although_nothing_waits(hall, original, tmp_path):
    old = original.copy(tmp_path / "old")
    original.accept("A3")
    assert original.sync() == {}
    assert old.sync() == {"head": "fork"}
    assert old.out_of_service == "fork"
    assert old.enrol_again() == "fork"
    old.accept("A4")
    assert old.sync() == {}
    assert processed(hall) == ["A1", "A2", "A3", "A4"]
    assert rows(hall, "SELECT count(*) FROM fork_entry") == [(0,)]
    assert rows(hall, "SELECT DISTINCT epoch FROM chain ORDER BY 1") == [(1,), (2,)]


def test_an_old_disk_that_served_people_before_the_network_came_loses_none_of_them(hall, original, tmp_path):
    old = original.copy(tmp_path / "old")
    original.accept("A3", "A4")
    original.sync()
    old.accept("B3")
    assert old.sync()["upload"] == "fork"
    assert old.enrol_again() == "fork"
    assert old.sync() == {}
    assert adopted(hall).accepted == 1
    assert processed(hall) == ["A1", "A2", "A3", "A4", "B3"]


def test_the_result_of_another_disks_act_at_the_same_number_says_nothing_of_this_disks_act(hall, original, tmp_path):
    old = original.copy(tmp_path / "old")
    original.accept("A3", "A4")
    original.sync()
    assert processed(hall) == ["A1", "A2", "A3", "A4"]
    old.accept("B3")
    assert old.sync()["upload"] == "fork"
    with closing(Delivery(old.folder, STORE_KEY)) as delivery:
        assert (delivery.state_of(1, 4).state, delivery.state_of(1, 4).result) == ("pending", None)
        assert [item.entry.seq for item in delivery.pending(limit=9, max_bytes=1 << 20) if item.sealed] == [4]
    assert old.enrol_again() == "fork"
    assert old.sync() == {}
    assert adopted(hall).accepted == 1
    assert processed(hall) == ["A1", "A2", "A3", "A4", "B3"]


def test_a_disk_of_an_epoch_that_has_ended_is_an_old_one_even_where_its_last_entry_fits(hall, original, tmp_path):
    old = original.copy(tmp_path / "old")
    with original.journal():
        pass
    (original.folder / "journal.db").unlink()
    for end in ("-wal", "-shm"):
        (original.folder / f"journal.db{end}").unlink(missing_ok=True)
    with original.journal():
        assert original.opened.reason == "database-missing"
    original.sync()
    old.accept("B3")
    stopped = old.sync()
    assert (stopped["head"], stopped["upload"]) == ("fork", "fork")
    assert processed(hall) == ["A1", "A2"]


def test_what_waited_on_the_disk_when_it_is_enrolled_again_goes_up_under_its_old_epoch(hall, original):
    original.accept("A3")
    assert original.enrol_again() == "enrolled-again"
    original.accept("A4")
    assert original.sync() == {}
    assert processed(hall) == ["A1", "A2", "A3", "A4"]
    assert alarms(hall) == set()
    assert rows(hall, "SELECT max(seq) FROM chain WHERE epoch = 1") == [(4,)]


def test_a_cut_after_the_new_key_and_before_the_new_epoch_is_made_good_at_the_next_start(hall, original, clone):
    clone.accept("B3")
    clone.sync()
    original.accept("A3")
    original.sync()
    original.enrol(again=True)
    assert original.sync()["upload"] == "fork", "sync alone opens no epoch"
    with original.journal() as journal:
        assert (original.opened.reason, journal.epoch) == ("fork", 2)
    assert original.sync() == {}
    with original.journal() as journal:
        assert journal.epoch == 2


def test_a_new_disk_for_a_number_that_was_in_use_begins_after_the_epochs_the_centre_has(hall, original, tmp_path):
    fresh = Disk.new(hall, tmp_path / "fresh")
    fresh.accept("C1")
    assert fresh.sync() == {}
    assert processed(hall) == ["A1", "A2", "C1"]
    assert rows(hall, "SELECT DISTINCT epoch FROM chain ORDER BY 1") == [(1,), (2,)]


def test_a_key_the_centre_has_forgotten_stops_service_and_comes_back_with_it(hall, original):
    with hall.store.transaction():
        hall.store.run("ALTER TABLE terminal_certificate RENAME TO hidden")
        hall.store.run("CREATE TABLE terminal_certificate AS SELECT * FROM hidden WHERE 0")
    assert set(original.sync().values()) == {"signature-unknown-key"}
    assert original.out_of_service == "signature-unknown-key"
    with hall.store.transaction():
        hall.store.run("DROP TABLE terminal_certificate")
        hall.store.run("ALTER TABLE hidden RENAME TO terminal_certificate")
    assert original.sync() == {}
    assert original.out_of_service is None


def test_a_terminal_that_finds_its_key_in_the_list_of_revoked_ones_serves_nobody(hall, original):
    class OnlyTheList(Line):
        """A cache before the centre: nothing else of it is reached."""

        def __call__(self, request):
            if request.route != "/v1/terminal-revocations":
                return NoAnswer("unreachable")
            with hall.store.transaction():
                taken_back = revocations(hall.store, hall.authority, hall.clock.now())
            return Response(200, {"content-type": JSON}, taken_back)

    with hall.store.transaction():
        hall.store.terminal_certificates.revoke("T0001", timestamp(hall.clock.now()), "stolen")
    worker = open_worker(original.folder, original.keys, lambda _: OnlyTheList(hall))
    try:
        worker.all_jobs("schedule")
    finally:
        worker.close()
    assert original.out_of_service == "certificate-revoked"


def test_a_running_sync_process_speaks_with_the_new_key_as_soon_as_it_is_there(hall, original):
    worker = open_worker(original.folder, original.keys, lambda _: Line(hall))
    try:
        assert worker.all_jobs("schedule").alarms == ()
        original.enrol(again=True)
        with original.journal():
            pass
        assert worker.all_jobs("schedule").alarms == ()
    finally:
        worker.close()


def test_a_word_about_the_old_key_takes_nobody_out_of_service_when_the_key_was_changed_meanwhile(hall, original):
    class ChangedOnTheWay(Line):
        """The other lane changes the key, and uses it, while this request is on its way."""

        def __call__(self, request):
            if not self.changed:
                self.changed = True
                original.enrol(again=True)
                new = Session("T0001", load_signer(original.keys, read_trust(original.folder).terminal_key_fingerprint),
                              hall.ask, hall.clock.now, os.urandom)  # fmt: skip
                new.run(asked_results())
            return super().__call__(request)

        changed = False

    def asked_results():
        yield Request("GET", "/v1/results?after=0&generation=0")
        return Done()

    original.sync()
    worker = open_worker(original.folder, original.keys, lambda _: ChangedOnTheWay(hall))
    try:
        assert worker.job("results", "schedule").outcome == Later("key-changed")
        assert original.out_of_service is None
        assert not isinstance(worker.job("results", "schedule").outcome, Stopped)
    finally:
        worker.close()


def test_a_certificate_number_that_both_branches_gave_out_is_registered_once(hall, original, clone):
    paper = CertificateIssued(
        number="ZM-T0001-20261101-1-0002-X", item="SI-04", id_number="11010519491231002X", name="somebody",
        facts=(("a", "b"),),
        data_as_of="2026-11-01T00:00:00.000Z", issued_at="2026-11-01T00:00:00.000Z",
        expires_at="2027-11-01T00:00:00.000Z", pdf_sha256="0" * 64, code_sha256="0" * 64, seal_key_id="k",
    ).to_wire()  # fmt: skip
    for disk in (clone, original):
        with disk.journal() as journal:
            journal.append("certificate-issued", {"session": os.urandom(4).hex()}, paper)
        disk.sync()
    original.enrol_again()
    original.sync()
    hall.process()
    done = adopted(hall)
    assert (done.accepted, done.refused) == (0, 1)
    assert rows(hall, "SELECT state, reason FROM fork_entry") == [("refused", "certificate-number-taken")]
    assert rows(hall, "SELECT count(*) FROM register") == [(1,)]
