"""Files that the centre brings anew may be unreadable: no job of the sync process ends by that, and each is named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sync.client.outcomes import Done, Later
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
