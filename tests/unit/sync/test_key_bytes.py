"""Key bytes that were made or lent are overwritten also when what they were wanted for fails."""

from __future__ import annotations

from contextlib import closing

import pytest

from kiosk.app.directory import DataDirectory
from kiosk.app.stores import TerminalStores
from kiosk.clock import SystemClock
from kiosk.settings import Crypto, Settings
from offline_store.errors import KeyMissing, StoreBusy, StoreFull, StoreRefused
from offline_store.keys import hand_over
from sync.passes import open_worker
from sync.seal_key import make_seal_key
from tests.unit.sync.real_disk import RealDisk


class Watched:
    """A key provider that knows what it was given and what it has lent."""

    def __init__(self, keys, full=False):
        self.keys = keys
        self.full = full
        self.seen = []

    def load(self, name, **wanted):
        lent = self.keys.load(name, **wanted)
        self.seen.append((name, lent.material))
        return lent

    def create(self, name, material):
        self.seen.append((name, material))
        if self.full:
            raise StoreFull("keys", "the disk is full")
        return self.keys.create(name, material)

    def names(self):
        return self.keys.names()

    def left(self):
        """Names of keys whose bytes are still there."""
        assert self.seen
        return [name for name, material in self.seen if any(material)]


@pytest.fixture
def disk(hall, tmp_path):
    disk = RealDisk(hall, tmp_path / "terminal")
    disk.make()
    disk.keys.create("pseudonym", bytes(range(1, 33)))
    with disk.journal():
        pass
    return disk


@pytest.mark.parametrize("make", [make_seal_key, lambda keys: hand_over(keys, "store", bytearray(b"k" * 32))])
def test_a_new_key_that_the_disk_does_not_take_is_overwritten(make):
    keys = Watched(None, full=True)
    with pytest.raises(StoreFull):
        make(keys)
    assert keys.left() == []


def test_a_worker_that_cannot_sign_leaves_no_key_behind(disk):
    disk.keys.destroy("terminal" if disk.hall.authority.suite == "intl" else "terminal-sm")
    keys = Watched(disk.keys)
    with pytest.raises(KeyMissing):
        open_worker(disk.folder, keys, lambda _: disk.line())
    assert "store" in [name for name, _ in keys.seen]
    assert keys.left() == []


def stores(disk, keys):
    settings = Settings(terminal="T0001", crypto=Crypto(suite=disk.hall.authority.suite))
    return TerminalStores(DataDirectory(disk.folder), settings, keys, SystemClock())


def missing(disk):
    disk.keys.destroy("pseudonym")
    return KeyMissing


def unreadable_snapshot(disk):
    """The journal opens; the snapshot, which is looked at last, does not."""
    (disk.folder / "snapshot" / "current").mkdir(parents=True)
    return StoreRefused


@pytest.mark.parametrize("fault", [missing, unreadable_snapshot])
def test_stores_that_cannot_be_opened_leave_no_key_behind_and_can_be_opened_once_they_are_mended(disk, fault):
    keys = Watched(disk.keys)
    with pytest.raises(fault(disk)):
        stores(disk, keys)
    assert keys.left() == []
    with disk.journal():
        pass


def test_stores_that_another_process_has_open_leave_no_key_behind(disk):
    keys = Watched(disk.keys)
    with disk.journal(), pytest.raises(StoreBusy):
        stores(disk, keys)
    assert keys.left() == []
    with closing(stores(disk, keys)):
        assert keys.left() == ["store", "pseudonym"]
    assert keys.left() == []
