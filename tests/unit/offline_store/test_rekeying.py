"""Another key for the stores: everything is under the new one afterwards, and a kill at any step loses nothing."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from offline_store.chain import timestamp
from offline_store.connection import open_encrypted
from offline_store.errors import StoreBroken, StoreBusy, StoreFull, WrongKey
from offline_store.journal import Opened, open_journal, salvage
from offline_store.journal.aside import OLD_KEY
from offline_store.journal.aside_keys import NEXT_OLD_KEY, keep_key, old_key_of
from offline_store.keys import KeyFiles
from offline_store.rekeying import Rekeyed, finish_rekeying, load_store_key, rekey
from offline_store.schema import Manifest, PersonRow
from offline_store.snapshot import Snapshot, build_generation
from offline_store.snapshot.generations import read_pointer

Place = Any
PEOPLE = 30


@dataclass
class Terminal:
    """A data directory with keys in files, a journal, a snapshot, and one journal that was moved aside."""

    place: Place
    keys: KeyFiles

    @property
    def folder(self) -> Path:
        folder: Path = self.place.folder
        return folder

    def key(self) -> bytes:
        with load_store_key(self.folder, self.keys) as key:
            return bytes(key.material)

    def contents(self) -> tuple[Any, ...]:
        """Everything a terminal would find, read with the key that it would load."""
        key = self.key()
        outcome = self.place.open(key=bytearray(key))
        assert isinstance(outcome, Opened)
        journal = outcome.journal
        assert journal.verify().whole
        entries = tuple(entry.hash for entry in journal.entries())
        inbox = tuple(row.payload for row in journal.inbox_after(0))
        delivery = tuple(journal.delivery_of(1, seq) for seq in range(1, len(entries) + 1))
        journal.close()
        with Snapshot(self.folder / "snapshot", key).open_session(datetime(2026, 11, 22, tzinfo=UTC)) as session:
            people = [session.person(f"{number:017}X").value for number in range(PEOPLE)]
        salvaged = salvage(self.folder / "broken-1", key=key)
        assert salvaged.complete
        return entries, inbox, delivery, people, salvaged.read


@pytest.fixture
def terminal(place: Place) -> Terminal:
    keys = KeyFiles(place.folder / "keys", allow_file=True, warn=lambda warning: None)
    place.folder.mkdir(mode=0o700)
    keys.create("store", place.key)
    place.fill(7).close()
    outcome = place.open(replace_because="fork")
    for number in range(12):
        outcome.journal.append("act", {"number": number}, f"body {number}".encode())
    outcome.journal.close()
    delivery = place.delivery()
    delivery.store_inbox("notice", '{"n": 1}', timestamp(place.clock()))
    delivery.close()
    rows = [
        PersonRow(f"{number:017}X", "某人", "1", "01", "1990-01-01", "worker", "110105", None)
        for number in range(PEOPLE)
    ]
    now = datetime(2026, 11, 22, tzinfo=UTC)
    manifest = Manifest(3, timestamp(now), timestamp(now.replace(month=12)), "110105", "centre", {"person": PEOPLE})
    build_generation(place.folder / "snapshot", place.key, manifest, rows)
    return Terminal(place, keys)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_everything_is_there_under_another_key_and_the_old_one_is_gone(terminal: Terminal) -> None:
    before, old, files = terminal.contents(), terminal.key(), names(terminal.folder)
    outcome = rekey(terminal.folder, terminal.keys)
    assert isinstance(outcome, Rekeyed)
    assert (outcome.snapshot, outcome.moved_aside) == ("kept", 1)
    assert terminal.key() != old
    assert terminal.contents() == before
    with pytest.raises(WrongKey):
        terminal.place.open(key=bytearray(old))
    with pytest.raises(WrongKey):
        open_encrypted(terminal.folder / "snapshot" / "snapshot-3" / "people.db", old)
    # nothing new but the moved journal's own key, and no key file but the store's
    assert sorted(set(names(terminal.folder)) - set(files)) == ["broken-1/store-key"]
    assert old not in b"".join(path.read_bytes() for path in terminal.folder.rglob("*") if path.is_file())


def test_a_second_change_still_salvages_what_was_moved_aside_under_the_first_key(terminal: Terminal) -> None:
    before = terminal.contents()
    first = terminal.key()
    rekey(terminal.folder, terminal.keys)
    rekey(terminal.folder, terminal.keys)
    assert terminal.contents() == before
    with pytest.raises(WrongKey):
        salvage(terminal.folder / "broken-1", key=first)


def test_a_terminal_that_runs_is_not_given_another_key(terminal: Terminal) -> None:
    journal = terminal.place.open().journal
    with pytest.raises(StoreBusy):
        rekey(terminal.folder, terminal.keys)
    journal.close()


def test_a_journal_that_is_not_whole_keeps_its_key(terminal: Terminal, flip: Callable[..., None]) -> None:
    old = terminal.key()
    flip(terminal.folder / "journal.db", 3 * 4096 + 100)
    with pytest.raises(StoreBroken):
        rekey(terminal.folder, terminal.keys)
    assert terminal.key() == old


@pytest.mark.parametrize("word", ["snapshot copy", "old key aside", "note"])
def test_a_change_that_the_disk_has_no_room_for_gives_back_what_it_took(terminal: Terminal, word: str) -> None:
    old, files = terminal.contents(), names(terminal.folder)

    def full(step: str) -> None:
        if step == word:
            raise StoreFull("journal.db", "the disk is full")

    with pytest.raises(StoreFull):
        rekey(terminal.folder, terminal.keys, step=full)
    assert names(terminal.folder) == files
    assert terminal.contents() == old


def test_a_moved_journals_own_key_leaves_no_copy_in_memory(tmp_path: Path) -> None:
    own, present = bytearray(os.urandom(32)), bytearray(os.urandom(32))
    keep_key(tmp_path, own, present, os.urandom(12))
    (tmp_path / NEXT_OLD_KEY).rename(tmp_path / OLD_KEY)
    done, told = os.pipe()
    child = os.fork()
    if child == 0:
        for _ in range(3):
            os.write(told, b"x")
            os.kill(os.getpid(), signal.SIGSTOP)
            with old_key_of(tmp_path, present) as buffer:
                assert buffer.material == own
        os._exit(0)
    found = []
    for _ in range(3):
        assert os.read(done, 1)
        assert os.WIFSTOPPED(os.waitpid(child, os.WUNTRACED)[1])
        found.append((in_memory(child, own), in_memory(child, present)))
        os.kill(child, signal.SIGCONT)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    # the test's own copies are in the child too, and they may get fewer
    assert min(found[0]) > 0
    assert max(own for own, _ in found) == found[0][0]
    assert max(present for _, present in found) == found[0][1]


def in_memory(process: int, octets: bytearray) -> int:
    """How often these octets stand in what a process can write to."""
    count = 0
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            place, rights = line.split()[:2]
            if "w" in rights:
                first, behind = (int(end, 16) for end in place.split("-"))
                memory.seek(first)
                count += memory.read(behind - first).count(octets)
    return count


def test_a_snapshot_that_cannot_be_read_is_dropped_and_comes_again(
    terminal: Terminal, flip: Callable[..., None]
) -> None:
    flip(terminal.folder / "snapshot" / "snapshot-3" / "people.db", 4096 + 100)
    assert rekey(terminal.folder, terminal.keys).snapshot == "dropped"
    pointer = read_pointer(terminal.folder / "snapshot")
    assert pointer is not None
    # its number stays: no older one may come
    assert (pointer.generation, pointer.damaged) == (3, True)


def all_steps(terminal: Terminal) -> list[str]:
    """The steps of a whole change, found on a copy."""
    steps: list[str] = []
    copy = terminal.folder.with_name("copy")
    shutil.copytree(terminal.folder, copy)
    rekey(copy, KeyFiles(copy / "keys", allow_file=True, warn=lambda warning: None), step=steps.append)
    return steps


def killed_at(step: int, work: Callable[[Callable[[str], None]], object]) -> bool:
    """Run it in a process that kills itself before its n-th effect; False when it came to its end."""
    child = os.fork()
    if child == 0:
        passed = 0

        def count(word: str) -> None:
            nonlocal passed
            if passed == step:
                os.kill(os.getpid(), signal.SIGKILL)
            passed += 1

        work(count)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_a_kill_before_any_step_leaves_every_entry_under_one_key(terminal: Terminal) -> None:
    steps = all_steps(terminal)
    assert len(steps) > 12
    before, old = terminal.contents(), terminal.key()
    whole = terminal.folder.with_name("whole")
    shutil.copytree(terminal.folder, whole)
    keys_met = set()
    for number, word in enumerate(steps):
        shutil.rmtree(terminal.folder)
        shutil.copytree(whole, terminal.folder)
        assert killed_at(number, lambda step: rekey(terminal.folder, terminal.keys, step=step))
        new = terminal.key() != old
        keys_met.add(new)
        # before the note the old key, from it on the new one
        assert new == (number > steps.index("note")), word
        assert terminal.contents() == before, word
        assert not list(terminal.folder.glob("journal.rekey")), word
        if number % 4 == 0:
            # and it can be asked for again
            rekey(terminal.folder, terminal.keys)
            assert terminal.contents() == before, word
        assert not [name for name in names(terminal.folder) if "rekeyed" in name or "next" in name], word
    assert keys_met == {True, False}


def test_a_kill_while_it_is_ended_is_ended_by_the_next(terminal: Terminal) -> None:
    before = terminal.contents()
    steps = all_steps(terminal)
    first = steps.index("note") + 1
    for number in range(first, len(steps)):
        assert killed_at(number, lambda step: rekey(terminal.folder, terminal.keys, step=step))
        assert terminal.folder.joinpath("journal.rekey").exists()
        assert finish_rekeying(terminal.folder, terminal.keys)
        assert not finish_rekeying(terminal.folder, terminal.keys)
        assert terminal.contents() == before


def test_the_new_key_is_32_random_octets_from_where_chance_is_handed_in(terminal: Terminal) -> None:
    given: list[int] = []

    def chance(length: int) -> bytes:
        given.append(length)
        return os.urandom(length)

    rekey(terminal.folder, terminal.keys, random=chance)
    assert given[0] == 32


def test_opening_with_the_loaded_key_needs_no_more_than_the_keys(terminal: Terminal) -> None:
    rekey(terminal.folder, terminal.keys)
    with load_store_key(terminal.folder, terminal.keys) as key:
        outcome = open_journal(
            terminal.folder,
            terminal="T-0001",
            key=key.material,
            sign=terminal.place.sign,
            seal=terminal.place.seal,
            now=terminal.place.clock,
        )
        assert isinstance(outcome, Opened)
        assert outcome.how == "clean"
        outcome.journal.close()
