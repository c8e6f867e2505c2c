"""Journal, snapshot, clock, disk and backlog: when each is well, ill, or soon will be."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kiosk.clock import HALL_ZONE
from kiosk.diagnostics import machine
from kiosk.diagnostics.findings import NotFitted, Part, Result
from kiosk.diagnostics.machine import DiskReading, JournalReading, KeysReading, Refusal, SnapshotReading, SyncReading
from kiosk.diagnostics.machine_reading import read_machine
from offline_store.errors import KeyFilesRefused
from offline_store.journal import open_journal
from offline_store.keys import KeyFiles
from offline_store.serving import terminal_runs

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=HALL_ZONE)


def judged(found):
    results = {step.result for step in found.steps}
    return ("ill" if Result.FAIL in results else "well", found.causes, found.warnings)


@pytest.mark.parametrize(
    ("findings", "pages", "judgement"),
    [(0, 0, ("well", (), ())), (1, 0, ("ill", ("chain_broken",), ())), (0, 2, ("ill", ("chain_broken",), ()))],
)
def test_a_journal_is_well_when_every_page_and_link_is(findings, pages, judgement):
    reading = JournalReading(1, 12, "2026-11-22T06:00:00.000Z", findings, pages, 3.0)
    assert judged(machine.journal(reading, "journal.db")) == judgement


@pytest.mark.parametrize(
    ("days_left", "judgement"),
    [
        (20, ("well", (), ())),
        (3, ("well", (), ("expires_soon",))),
        (0, ("ill", ("lease_expired",), ())),
        (-1, ("ill", ("lease_expired",), ())),
    ],
)
def test_a_snapshot_lives_as_long_as_its_lease(days_left, judgement):
    expires = NOW + timedelta(days=days_left)
    reading = SnapshotReading(4, expires - timedelta(days=30), expires, "990100", 2.0)
    assert judged(machine.snapshot(reading, NOW, "snapshot")) == judgement


def test_a_clock_before_what_was_recorded_is_ill_and_a_little_skew_is_not():
    assert judged(machine.clock(NOW, (("journal", NOW + timedelta(minutes=2)),))) == ("well", (), ())
    behind = machine.clock(NOW, (("journal", NOW - timedelta(days=1)), ("snapshot", NOW + timedelta(hours=1))))
    assert judged(behind) == ("ill", ("clock_behind",), ())
    assert "snapshot" in behind.steps[0].detail
    assert "journal" not in behind.steps[0].detail


@pytest.mark.parametrize(
    ("free", "judgement"),
    [
        (50 * 10**9, ("well", (), ())),
        (9 * 10**9, ("well", (), ("disk_low",))),
        (10**6, ("ill", ("disk_full",), ())),
    ],
)
def test_a_disk_is_full_when_no_session_fits_and_low_below_a_tenth(free, judgement):
    assert judged(machine.disk(DiskReading("/data", 100 * 10**9, free, 64 * 10**6))) == judgement


@pytest.mark.parametrize(
    ("oldest", "uploaded", "judgement"),
    [
        (None, NOW, ("well", (), ())),
        (NOW - timedelta(hours=2), NOW - timedelta(days=3), ("well", (), ())),
        (NOW - timedelta(hours=25), NOW - timedelta(days=3), ("ill", ("backlog_late",), ())),
        (None, None, ("well", (), ("never_uploaded",))),
    ],
)
def test_what_waits_for_a_day_needs_a_person(oldest, uploaded, judgement):
    reading = SyncReading("https://gateway.example", 0 if oldest is None else 3, oldest, 0, uploaded, 1.0)
    assert judged(machine.sync(reading, NOW)) == judgement


def test_what_the_centre_refused_is_counted():
    found = machine.sync(SyncReading("https://gateway.example", 0, None, 0, NOW, 1.0, refused=2), NOW)
    assert found.status["refused"] == "2"


@pytest.mark.parametrize(
    ("facts", "judgement"),
    [
        ({}, ("well", (), ())),
        ({"warning": "keys_in_files"}, ("well", (), ("keys_in_files",))),
        ({"swap": ("/dev/sda3",)}, ("well", (), ("swap_on",))),
        ({"warning": "keys_in_files", "swap": ("/swapfile",)}, ("well", (), ("keys_in_files", "swap_on"))),
        ({"refusal": Refusal("MachineChanged", "keys/store.tpm: no")}, ("ill", ("machine_changed",), ())),
        ({"refusal": Refusal("KeyChipOther", "keys/store.tpm: no")}, ("ill", ("key_chip_other",), ())),
    ],
)
def test_keys_are_ill_when_they_cannot_be_had_and_warned_of_where_others_could_get_them(facts, judgement):
    plain = KeysReading("tpm", "device:/dev/tpmrm0", ("store",), (0, 7), None, (), None, 2.0)
    assert judged(machine.keys(replace(plain, **facts))) == judgement


def test_where_keys_lie_and_what_they_are_bound_to_is_told():
    found = machine.keys(KeysReading("tpm", "device:/dev/tpmrm0", ("seal", "store"), (0, 7), None, (), None, 2.0))
    assert found.status == {"place": "tpm", "keys": "seal store", "registers": "0,7", "swap": "-"}
    assert found.identity.port == "device:/dev/tpmrm0"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ((), ()),
        (("/dev/sda3 partition 8388604 0 -2",), ("/dev/sda3",)),
        (("/swapfile file 2097148 512 -2", "/dev/zram0 partition 4194300 0 100"), ("/swapfile",)),
        (("/dev/dm-1 partition 8388604 0 -2", "/dev/dm-2 partition 8388604 0 -3"), ("/dev/dm-2",)),
    ],
)
def test_swap_counts_unless_it_is_encrypted_or_no_disk(lines, found):
    listed = "\n".join(["Filename Type Size Used Priority", *lines]) + "\n"
    assert machine.swap_to_disk(listed, lambda device: device == "/dev/dm-1") == found


def test_a_store_that_cannot_be_read_is_ill_by_the_name_of_its_refusal():
    refusal = Refusal("WrongKey", "journal.db: it was encrypted under another key")
    found = machine.journal(refusal, "journal.db")
    assert judged(found) == ("ill", ("wrong_key",), ())
    assert found.steps[0].detail == refusal.sentence
    assert judged(machine.snapshot(Refusal("NoSnapshot", "none"), NOW, "s"))[1] == ("no_snapshot",)
    assert judged(machine.sync(Refusal("NotEnrolled", "no trust"), NOW))[1] == ("not_enrolled",)


# --- reading a data directory ---


def refused():
    raise KeyFilesRefused("keys", "key files are not allowed by the settings")


def test_settings_alone_on_a_bench_are_a_terminal_that_is_not_set_up_and_not_an_ill_one(tmp_path):
    read = read_machine(tmp_path, tmp_path / "snapshot", refused, NOW)
    assert {part for part, answer in read.answers.items() if isinstance(answer, NotFitted)} == {
        Part.KEYS,
        Part.JOURNAL,
        Part.SNAPSHOT,
        Part.PACKAGES,
        Part.SYNC,
    }
    assert judged(read.answers[Part.CLOCK])[0] == "well"
    assert read.histories == {}


def test_without_its_keys_an_enrolled_terminal_says_so_and_has_no_history(tmp_path):
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "centre.json").write_text("{}")
    read = read_machine(tmp_path, tmp_path / "snapshot", refused, NOW)
    for part in (Part.KEYS, Part.JOURNAL, Part.SNAPSHOT, Part.SYNC):
        assert read.answers[part].causes == ("key_files_refused",)
    assert read.histories is None
    assert Part.DISK in read.answers


def test_a_real_journal_is_walked_and_its_history_told(tmp_path):
    keys = KeyFiles(tmp_path / "keys", allow_file=True, warn=lambda warning: None)
    keys.create("store", bytes(range(32)))
    opened = open_journal(
        tmp_path,
        terminal="T001",
        key=bytearray(range(32)),
        sign=lambda statement: b"signature",
        seal=lambda plain, info: plain,
        now=lambda: NOW,
    )
    journal = opened.journal
    for fault in ("PR-02", "none"):
        header = {"event": "device", "device": "receipt-printer", "fault": fault, "detail": ""}
        journal.append("audit", header)
    assert terminal_runs(tmp_path)
    beside = read_machine(tmp_path, tmp_path / "snapshot", lambda: keys, NOW)
    journal.close()
    assert not terminal_runs(tmp_path)
    for read in (beside, read_machine(tmp_path, tmp_path / "snapshot", lambda: keys, NOW)):
        found = read.answers[Part.JOURNAL]
        assert judged(found) == ("well", (), ())
        assert found.status["entries"] == "3"
        history = read.histories[Part.RECEIPT_PRINTER]
        assert (history.faults, history.recoveries) == (1, 1)
        assert judged(read.answers[Part.CLOCK])[0] == "well"
        assert read.answers[Part.SNAPSHOT].causes == ("no_snapshot",)
        assert read.answers[Part.SYNC].causes == ("not_enrolled",)


def test_a_clock_that_went_back_is_told_by_the_journal(tmp_path):
    keys = KeyFiles(tmp_path / "keys", allow_file=True, warn=lambda warning: None)
    keys.create("store", bytes(range(32)))
    open_journal(
        tmp_path,
        terminal="T001",
        key=bytearray(range(32)),
        sign=lambda statement: b"signature",
        seal=lambda plain, info: plain,
        now=lambda: NOW,
    ).journal.close()
    read = read_machine(tmp_path, tmp_path / "snapshot", lambda: keys, NOW - timedelta(days=400))
    assert read.answers[Part.CLOCK].causes == ("clock_behind",)


def test_a_damaged_journal_is_ill_and_has_no_history(tmp_path):
    keys = KeyFiles(tmp_path / "keys", allow_file=True, warn=lambda warning: None)
    keys.create("store", bytes(range(32)))
    (tmp_path / "journal.db").write_bytes(b"SQLite format 3\x00" + bytes(5000))
    read = read_machine(tmp_path, tmp_path / "snapshot", lambda: keys, NOW)
    assert judged(read.answers[Part.JOURNAL])[:2] == ("ill", ("not_encrypted",))
    assert read.histories is None
