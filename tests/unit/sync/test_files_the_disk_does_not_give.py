"""Files that nothing accepted depends on may be unreadable: no job of the sync process ends by that."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sync.client.outcomes import Done, Later
from sync.former_keys import FORMER_KEYS
from sync.trust import read_trust
from sync.unbelieved import unbelieved
from tests.unit.sync.real_disk import RealDisk

LISTS = {"revocations": "trust/revocations.cbor", "terminal-revocations": "trust/terminal-revocations.json"}


@pytest.fixture
def disk(hall, tmp_path):
    hall.clock.at = datetime.now(UTC)
    disk = RealDisk(hall, tmp_path / "kiosk")
    disk.make()
    disk.accept("A1")
    assert disk.sync() == {}
    return disk


def unreadable(path):
    """A name that leads to itself: reading it is an error of the system, whoever reads."""
    path.unlink()
    path.symlink_to(path.name)


@pytest.mark.parametrize("job", LISTS)
def test_a_list_that_cannot_be_read_is_named_and_fetched_anew(disk, job):
    path = disk.folder / LISTS[job]
    unreadable(path)
    assert unbelieved(disk.folder, read_trust(disk.folder)) == (LISTS[job],)
    with disk.worker() as worker:
        assert worker.status().certificate.revocations_as_of is None or job == "revocations"
        assert worker.job(job, "schedule").outcome == Done()
    assert path.is_file()
    assert unbelieved(disk.folder, read_trust(disk.folder)) == ()


@pytest.mark.parametrize("job", LISTS)
def test_a_list_that_can_neither_be_read_nor_replaced_keeps_no_other_job_from_running(disk, job):
    path = disk.folder / LISTS[job]
    path.unlink()
    path.mkdir()
    with disk.worker() as worker:
        ends = {run.job: run.outcome for run in worker.all_jobs("schedule").runs}
    assert ends.pop(job) == Later("local-fault StoreRefused")
    assert all(isinstance(end, Done) for end in ends.values()), ends
    assert unbelieved(disk.folder, read_trust(disk.folder)) == (LISTS[job],)


def test_former_keys_that_cannot_be_read_keep_nothing_from_being_sent(disk):
    disk.enrol(again=True)
    unreadable(disk.folder / "trust" / FORMER_KEYS)
    disk.accept("A2")
    assert disk.sync() == {}
    with disk.worker() as worker:
        assert worker.status().backlog.pending == 0


def test_a_broken_trust_is_mended_although_its_certificate_cannot_be_read(disk):
    (disk.folder / "trust/centre.json").write_bytes(b"?")
    unreadable(disk.folder / "trust/terminal-certificate.json")
    disk.enrol(again=True)
    disk.accept("A2")
    assert disk.sync() == {}
