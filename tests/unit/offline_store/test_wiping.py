"""A revoked terminal's stores: nothing is readable afterwards, and a cut at any step is gone on from."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from offline_store.errors import KeyMissing, StoreBusy, StoreError, StoreRefused
from offline_store.keys import KeyFiles
from offline_store.wiping import KEY_NAMES, Wiped, Wiping, finish_wiping, wipe_stores, wiping

Place = Any
AT = "2026-11-22T02:00:00.000Z"
KEYS = ("store", "terminal", "seal", "pseudonym")


def key_files(folder: Path) -> KeyFiles:
    return KeyFiles(folder / "keys", allow_file=True, warn=lambda warning: None)


@pytest.fixture
def folder(place: Place) -> Path:
    """A provisioned data directory with everything a terminal keeps."""
    where: Path = place.folder
    where.mkdir(mode=0o700)
    for number, name in enumerate(KEYS):
        key_files(where).create(name, bytes([number + 1]) * 32)
    place.fill(5).close()
    (where / "terminal.toml").write_text('terminal = "T-0001"\n')
    for name in ("trust/centre.json", "snapshot/snapshot-1/people.db", "broken-1/journal.db"):
        (where / name).parent.mkdir(parents=True)
        (where / name).write_bytes(b"canary" * 1000)
    return where


def below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_nothing_but_the_settings_and_the_mark_is_left(folder: Path) -> None:
    outcome = wipe_stores(folder, key_files(folder), reason="revoked", at=AT)
    assert outcome == Wiped(keys=4, files=5)
    assert below(folder) == ["journal.open", "terminal.toml", "wiped.json"]
    assert wiping(folder) == Wiping("revoked", AT, AT)


def test_the_keys_go_before_any_file(folder: Path) -> None:
    steps: list[str] = []
    wipe_stores(folder, key_files(folder), reason="revoked", at=AT, step=steps.append)
    kinds = [step.split()[0] for step in steps]
    assert kinds == ["mark", *["key"] * len(KEY_NAMES), *["file"] * 5, "done"]


def test_what_an_open_handle_still_shows_is_zeros(folder: Path) -> None:
    watched = ["keys/store", "keys/terminal", "journal.db", "snapshot/snapshot-1/people.db", "trust/centre.json"]
    handles = {name: os.open(folder / name, os.O_RDONLY) for name in watched}
    wipe_stores(folder, key_files(folder), reason="revoked", at=AT)
    for name, handle in handles.items():
        content = os.pread(handle, 1 << 20, 0)
        os.close(handle)
        # a key file and every other one is overwritten in place before its name goes
        assert content == bytes(len(content)), name
        assert content, name


def killed_at(step: int, folder: Path) -> bool:
    child = os.fork()
    if child == 0:
        passed = 0

        def count(word: str) -> None:
            nonlocal passed
            if passed == step:
                os.kill(os.getpid(), signal.SIGKILL)
            passed += 1

        wipe_stores(folder, key_files(folder), reason="revoked", at=AT, step=count)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_a_cut_at_any_step_is_gone_on_from_at_the_next_start(folder: Path) -> None:
    whole = folder.with_name("whole")
    shutil.copytree(folder, whole)
    step, keys_gone = 0, 0
    while killed_at(step, folder):
        ordered = wiping(folder)
        if step == 0:
            # not even the order was on disk
            assert ordered is None
        else:
            assert ordered == Wiping("revoked", AT, None)
            assert finish_wiping(folder, key_files(folder), at="later") is not None
            assert below(folder) == ["journal.open", "terminal.toml", "wiped.json"]
        assert finish_wiping(folder, key_files(folder), at="later") is None
        shutil.rmtree(folder)
        shutil.copytree(whole, folder)
        step += 1
        keys_gone += 1
    assert keys_gone == 1 + len(KEY_NAMES) + 5 + 1


def test_a_key_provider_that_refuses_keeps_nothing_else_and_leaves_the_order_standing(folder: Path) -> None:
    asked: list[str] = []

    class Refusing:
        def names(self) -> tuple[str, ...]:
            raise StoreRefused("tpm", "it does not answer")

        def destroy(self, name: str) -> bool:
            asked.append(name)
            raise StoreRefused("tpm", "it does not answer")

    with pytest.raises(StoreRefused):
        wipe_stores(folder, Refusing(), reason="revoked", at=AT)
    assert tuple(asked) == KEY_NAMES
    assert below(folder) == ["journal.open", "terminal.toml", "wiped.json"]
    assert wiping(folder) == Wiping("revoked", AT, None)
    assert finish_wiping(folder, key_files(folder), at=AT) == Wiped(keys=0, files=0)


def as_an_ordinary_user(act: Callable[[], None]) -> str:
    """Done by a child that modes hold for, as they do not for root: "", or the name of what it raised."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        # capset(2): version 3, this process; no capability is left
        nothing = (ctypes.c_uint32 * 6)()
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        said = "crashed"
        try:
            if ctypes.CDLL(None).capset(header, nothing) == 0:
                act()
                said = ""
        except StoreError as error:
            said = type(error).__name__
        finally:
            os.write(writer, said.encode())
            os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as answer:
        return answer.read()


@pytest.mark.parametrize("name", ["trust/centre.json", "keys/store", "journal.db"])
@pytest.mark.parametrize("mode", [0o400, 0o000])
def test_a_file_that_its_owner_may_not_write_goes_like_every_other(folder: Path, name: str, mode: int) -> None:
    (folder / name).chmod(mode)
    with (folder / name).open("rb") as handle:
        assert as_an_ordinary_user(lambda: wipe(folder)) == ""
        content = handle.read()
    assert content == bytes(len(content)), "overwritten in place"
    assert below(folder) == ["journal.open", "terminal.toml", "wiped.json"]


def wipe(folder: Path) -> None:
    wipe_stores(folder, key_files(folder), reason="revoked", at=AT)


def test_a_folder_that_its_owner_may_not_write_goes_with_all_that_is_in_it(folder: Path) -> None:
    for name, mode in (("trust", 0o500), ("snapshot/snapshot-1", 0o000)):
        (folder / name).chmod(mode)
    assert as_an_ordinary_user(lambda: wipe(folder)) == ""
    assert below(folder) == ["journal.open", "terminal.toml", "wiped.json"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file of another owner")
def test_a_file_of_another_owner_keeps_no_other_from_going(folder: Path) -> None:
    (folder / "trust" / "authorities.pem").write_text("public")
    (folder / "trust" / "authorities.pem").chmod(0o644)
    os.chown(folder / "trust" / "authorities.pem", 65534, 65534)
    assert as_an_ordinary_user(lambda: wipe(folder)) == ""
    assert below(folder) == ["journal.open", "terminal.toml", "wiped.json"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of another owner")
def test_what_cannot_be_removed_keeps_nothing_else_and_is_said_at_the_end(folder: Path) -> None:
    os.chown(folder / "trust", 65534, 65534)
    assert as_an_ordinary_user(lambda: wipe(folder)) == "StoreRefused"
    # its name stays, as it stands in somebody else's folder; its content was ours to overwrite
    assert below(folder) == ["journal.open", "terminal.toml", "trust", "trust/centre.json", "wiped.json"]
    assert (folder / "trust" / "centre.json").read_bytes() == bytes(6000)
    assert wiping(folder) == Wiping("revoked", AT, None)
    assert as_an_ordinary_user(lambda: wipe(folder)) == "StoreRefused"
    os.chown(folder / "trust", os.geteuid(), os.getegid())
    assert finish_wiping(folder, key_files(folder), at=AT) == Wiped(keys=0, files=1)


def test_a_key_whose_file_its_owner_may_not_write_is_replaced_and_overwritten(folder: Path) -> None:
    keys = key_files(folder)
    keys.create("terminal-next", b"n" * 32)
    path = folder / "keys" / "terminal"
    path.chmod(0o400)
    with path.open("rb") as old:
        assert as_an_ordinary_user(lambda: keys.replace("terminal", by="terminal-next")) == ""
        assert old.read() == bytes(32)
    with keys.load("terminal") as key:
        assert bytes(key.material) == b"n" * 32


def test_a_disk_that_does_not_take_the_mark_keeps_no_key(folder: Path) -> None:
    # where the mark would be written first
    (folder / f".wiped.json.{os.getpid()}.new").mkdir()
    outcome = wipe_stores(folder, key_files(folder), reason="revoked", at=AT)
    assert outcome == Wiped(keys=4, files=5)
    # what went made room for it
    assert below(folder) == ["journal.open", "terminal.toml", "wiped.json"]
    assert wiping(folder) == Wiping("revoked", AT, AT)


def test_the_mark_is_there_before_the_files_go_when_the_keys_made_room_for_it(folder: Path) -> None:
    in_the_way = folder / f".wiped.json.{os.getpid()}.new"
    in_the_way.mkdir()
    marks: list[Wiping | None] = []

    def watch(word: str) -> None:
        if word == f"key {KEY_NAMES[-1]}":
            in_the_way.rmdir()
        if word.startswith("file"):
            marks.append(wiping(folder))

    wipe_stores(folder, key_files(folder), reason="revoked", at=AT, step=watch)
    assert marks == [Wiping("revoked", AT, None)] * 5


def test_every_key_of_the_chip_is_asked_to_go(folder: Path) -> None:
    asked: list[str] = []

    class Chip:
        def names(self) -> tuple[str, ...]:
            return ("device", "store")

        def destroy(self, name: str) -> bool:
            asked.append(name)
            return True

    wipe_stores(folder, Chip(), reason="revoked", at=AT)
    assert asked == [*KEY_NAMES, "device"]


def test_a_running_terminal_is_not_wiped_under_its_feet(folder: Path, place: Place) -> None:
    journal = place.open().journal
    with pytest.raises(StoreBusy):
        wipe_stores(folder, key_files(folder), reason="revoked", at=AT)
    journal.close()
    with key_files(folder).load("store") as key:
        assert len(key.material) == 32


def test_a_link_is_removed_and_what_it_leads_to_stays(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("not ours")
    (folder / "link").symlink_to(outside)
    (folder / "file-link").symlink_to(outside / "file")
    wipe_stores(folder, key_files(folder), reason="revoked", at=AT)
    assert (outside / "file").read_text() == "not ours"
    assert below(folder) == ["journal.open", "terminal.toml", "wiped.json"]


def test_a_mark_that_cannot_be_read_is_taken_for_an_order(folder: Path) -> None:
    (folder / "wiped.json").write_text("torn")
    assert finish_wiping(folder, key_files(folder), at=AT) is not None
    assert wiping(folder) == Wiping("unreadable-mark", AT, AT)


def test_without_an_order_nothing_happens(folder: Path) -> None:
    before = below(folder)
    assert finish_wiping(folder, key_files(folder), at=AT) is None
    assert below(folder) == before


def test_destroying_a_key_twice_says_that_there_is_none(folder: Path) -> None:
    keys: Any = key_files(folder)
    destroy: Callable[[str], bool] = keys.destroy
    assert destroy("store")
    assert not destroy("store")
    with pytest.raises(KeyMissing):
        keys.load("store")
