"""Journal, snapshot, clock, disk and backlog: when each is well, ill, or soon will be."""

from __future__ import annotations

import fcntl
from datetime import datetime, timedelta

import pytest

from kiosk.clock import HALL_ZONE
from kiosk.diagnostics import machine
from kiosk.diagnostics.findings import NotFitted, Part, Result
from kiosk.diagnostics.machine import DiskReading, JournalReading, Refusal, SnapshotReading, SyncReading
from kiosk.diagnostics.machine_reading import read_machine, terminal_runs
from offline_store.errors import KeyFilesRefused

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
        Part.JOURNAL,
        Part.SNAPSHOT,
        Part.SYNC,
    }
    assert judged(read.answers[Part.CLOCK])[0] == "well"
    assert read.histories == {}


def test_without_its_keys_an_enrolled_terminal_says_so_and_has_no_history(tmp_path):
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "centre.json").write_text("{}")
    read = read_machine(tmp_path, tmp_path / "snapshot", refused, NOW)
    for part in (Part.JOURNAL, Part.SNAPSHOT, Part.SYNC):
        assert read.answers[part].causes == ("key_files_refused",)
    assert read.histories is None
    assert Part.DISK in read.answers


def test_a_terminal_runs_as_long_as_its_journals_mark_is_locked(tmp_path):
    assert not terminal_runs(tmp_path)
    mark = tmp_path / "journal.open"
    mark.write_text("open\n")
    assert not terminal_runs(tmp_path), "a mark that a crash left is no terminal"
    with mark.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert terminal_runs(tmp_path)
    assert not terminal_runs(tmp_path)
