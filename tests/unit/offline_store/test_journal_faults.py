"""The journal in bad days: damage is named, the old files are kept, a new epoch opens, nothing vanishes silently."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from offline_store.chain import EpochOpened
from offline_store.errors import EpochUnknown, StoreBroken, WrongKey
from offline_store.journal import (
    NewEpoch,
    Opened,
    read_journal,
    salvage,
    waiting_salvage,
)

Place = Any
Flip = Callable[[Path, int, int], None]
WAL_FRAME = 24 + 4096


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def put_back(folder: Path, content: dict[str, bytes]) -> None:
    shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    for name, data in content.items():
        (folder / name).write_bytes(data)


def killed_in_a_session(place: Place, *, wal_index: bool = False) -> tuple[dict[str, bytes], int]:
    """The files of a terminal that died with entries in the WAL that no head file knows; and its last number.

    Without the wal-index by a power cut, with it by a kill on a machine that is still on.
    """
    journal = place.fill(5)
    for number in range(8):
        journal.append("act", {"item": "SI-02", "number": number}, f"late {number}".encode() * 20)
    content, last = files(place.folder), journal.head.seq
    journal.abandon()
    if not wal_index:
        del content["journal.db-shm"]
    return content, last


def with_leavings(content: dict[str, bytes]) -> dict[str, bytes]:
    """A transaction of two frames never came to its end, and the next writer had begun to overwrite the first."""
    wal = content["journal.db-wal"]
    leavings = bytearray(wal[-2 * WAL_FRAME :])
    leavings[40] ^= 0xFF
    return {**content, "journal.db-wal": wal + bytes(leavings)}


def test_a_damaged_page_opens_a_new_epoch_that_names_the_last_head(place: Place, flip: Flip) -> None:
    journal = place.fill(40)
    head = journal.head
    journal.abandon()
    flip(place.folder / "journal.db", 3 * 4096 + 100, 0)
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert outcome.last_known_head == head
    assert outcome.moved_aside == place.folder / "broken-1"
    assert outcome.journal.epoch == 2
    record = EpochOpened.read(next(outcome.journal.entries()))
    assert (record.reason, record.last_known) == (outcome.reason, head)
    assert outcome.journal.append("audit", {"step": "on"}).seq == 2
    assert {path.name for path in outcome.moved_aside.iterdir()} >= {"journal.db", "journal.head", "moved.json"}


def test_damage_met_in_service_is_not_forgotten_by_a_clean_stop(place: Place, flip: Flip) -> None:
    place.fill(60).close()
    journal = place.journal()
    flip(place.folder / "journal.db", 4 * 4096 + 100, 0)
    verified = journal.verify()
    assert not verified.whole
    assert verified.damaged_pages == 1
    journal.close()
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert outcome.reason == "page-damaged"
    assert outcome.last_known_head.seq == 61


def test_a_page_found_unreadable_by_a_reading_is_not_forgotten_either(place: Place, flip: Flip) -> None:
    place.fill(60).close()
    whole = files(place.folder)
    met = 0
    for page in range(1, len(whole["journal.db"]) // 4096):
        put_back(place.folder, whole)
        journal = place.journal()
        # while it is open; what SQLite has read already it reads from memory
        flip(place.folder / "journal.db", page * 4096 + 7, 0)
        try:
            assert len(list(journal.export())) == 61
        except StoreBroken:
            met += 1
        journal.close()
        assert isinstance(place.open(), NewEpoch)
        place.opened[-1].abandon()
    assert met > 0


def test_any_flipped_bit_of_the_database_after_a_clean_stop_is_found_at_start(place: Place) -> None:
    place.fill(30).close()
    whole = files(place.folder)
    chance = random.Random(14)
    for _ in range(25):
        put_back(place.folder, whole)
        damaged = bytearray(whole["journal.db"])
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        (place.folder / "journal.db").write_bytes(damaged)
        outcome = place.open()
        assert isinstance(outcome, NewEpoch)
        assert outcome.reason in ("page-damaged", "unreadable")
        outcome.journal.abandon()


def test_any_flipped_bit_of_the_database_after_a_kill_is_found_at_start(place: Place) -> None:
    place.fill(30).abandon()
    whole = files(place.folder)
    chance = random.Random(11)
    for _ in range(25):
        put_back(place.folder, whole)
        damaged = bytearray(whole["journal.db"])
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        (place.folder / "journal.db").write_bytes(damaged)
        outcome = place.open()
        assert isinstance(outcome, NewEpoch)
        assert outcome.reason in ("page-damaged", "unreadable")
        assert outcome.journal.epoch == 2
        outcome.journal.abandon()


def test_a_flipped_bit_of_the_wal_never_leaves_fewer_rows_in_silence(place: Place) -> None:
    whole, last = killed_in_a_session(place)
    chance = random.Random(12)
    salvaged_all = 0
    for _ in range(40):
        put_back(place.folder, whole)
        damaged = bytearray(whole["journal.db-wal"])
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        (place.folder / "journal.db-wal").write_bytes(damaged)
        outcome = place.open()
        if isinstance(outcome, Opened):
            # a bit that no checksum covers and nobody reads, as the checkpoint counter's
            assert outcome.journal.head.seq == last
        else:
            assert outcome.reason == "wal-damaged"
            assert outcome.last_known_head.seq == 6
            salvaged = salvage(outcome.moved_aside, key=place.key)
            assert salvaged.read >= 6
            assert not salvaged.complete or salvaged.read == last
            salvaged_all += salvaged.read == last
        outcome.journal.abandon()
    # the pages behind a flipped bit are whole and authenticated: nearly always everything comes back
    assert salvaged_all > 25


def test_the_leavings_of_a_killed_writer_open_no_new_epoch(place: Place) -> None:
    whole, last = killed_in_a_session(place, wal_index=True)
    put_back(place.folder, with_leavings(whole))
    outcome = place.open()
    assert isinstance(outcome, Opened)
    assert outcome.journal.head.seq == last
    outcome.journal.abandon()


@pytest.mark.parametrize("known", [{"journal.open": b"another boot\n"}, {"journal.db-shm": bytes(32768)}])
def test_leavings_that_no_wal_index_of_this_boot_explains_are_taken_for_damage(
    place: Place, known: dict[str, bytes]
) -> None:
    whole, last = killed_in_a_session(place, wal_index=True)
    put_back(place.folder, {**with_leavings(whole), **known})
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert outcome.reason == "wal-damaged"
    assert salvage(outcome.moved_aside, key=place.key).read == last


def test_after_a_kill_every_entry_that_the_wal_index_counts_is_there_or_missed(place: Place) -> None:
    whole, last = killed_in_a_session(place, wal_index=True)
    chance = random.Random(13)
    for number in range(40):
        damaged = bytearray(whole["journal.db-wal"])
        if number % 4:
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        else:
            del damaged[chance.randrange(len(damaged)) :]
        put_back(place.folder, {**whole, "journal.db-wal": bytes(damaged)})
        outcome = place.open()
        assert isinstance(outcome, NewEpoch) or outcome.journal.head.seq == last
        # without the wal-index a log that ends early is a crash; with it the missing end is seen
        assert number % 4 or isinstance(outcome, NewEpoch)
        outcome.journal.abandon()


def test_a_wal_that_vanished_under_a_killed_terminal_is_missed(place: Place) -> None:
    whole, _ = killed_in_a_session(place, wal_index=True)
    put_back(place.folder, {name: data for name, data in whole.items() if name != "journal.db-wal"})
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert outcome.reason == "wal-damaged"


def test_the_undamaged_wal_of_a_killed_terminal_is_taken_whole(place: Place) -> None:
    whole, last = killed_in_a_session(place)
    put_back(place.folder, whole)
    outcome = place.open()
    assert isinstance(outcome, Opened)
    assert outcome.how == "checked-after-unclean-stop"
    assert outcome.journal.head.seq == last


def test_a_wal_cut_off_in_a_commit_that_was_never_acknowledged_is_no_damage(place: Place) -> None:
    journal = place.fill(2)
    kept = journal.append("act", {"item": "SI-01"}, b"kept")
    acknowledged = (place.folder / "journal.db-wal").stat().st_size
    journal.append("act", {"item": "SI-01"}, b"lost in the power cut" * 100)
    content = files(place.folder)
    journal.abandon()
    wal = content["journal.db-wal"]
    del content["journal.db-shm"]
    for end in (acknowledged, acknowledged + 10, acknowledged + 24, acknowledged + 4096, acknowledged + 4120 + 30):
        put_back(place.folder, {**content, "journal.db-wal": wal[: min(end, len(wal) - 4120)]})
        outcome = place.open()
        assert isinstance(outcome, Opened)
        assert outcome.journal.head == kept
        outcome.journal.abandon()


def test_while_the_wal_is_damaged_no_other_process_opens_and_drops_it(place: Place) -> None:
    whole, _ = killed_in_a_session(place)
    damaged = bytearray(whole["journal.db-wal"])
    damaged[32 + 24 + 200] ^= 1
    put_back(place.folder, {**whole, "journal.db-wal": bytes(damaged)})
    with pytest.raises(StoreBroken, match="terminal has to open it first"):
        place.delivery()
    with pytest.raises(StoreBroken, match="terminal has to open it first"):
        read_journal(place.folder, place.key)
    assert (place.folder / "journal.db-wal").read_bytes() == damaged


@pytest.mark.parametrize("clean", [True, False])
def test_any_flipped_bit_of_the_head_file_is_repaired_from_a_whole_journal(place: Place, clean: bool) -> None:
    journal = place.fill(5)
    head = journal.head
    journal.close() if clean else journal.abandon()
    whole = files(place.folder)
    chance = random.Random(13)
    for _ in range(25):
        put_back(place.folder, whole)
        damaged = bytearray(whole["journal.head"])
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        (place.folder / "journal.head").write_bytes(damaged)
        outcome = place.open()
        assert isinstance(outcome, Opened)
        assert outcome.how == "head-file-repaired"
        assert outcome.journal.head == head
        assert (place.folder / "journal.head").read_bytes() == whole["journal.head"]
        outcome.journal.abandon()


def test_a_missing_head_file_is_written_again_from_a_whole_journal(place: Place) -> None:
    place.fill(5).close()
    (place.folder / "journal.head").unlink()
    outcome = place.open()
    assert isinstance(outcome, Opened)
    assert outcome.how == "head-file-repaired"
    assert (place.folder / "journal.head").exists()


def test_an_old_database_put_back_is_behind_the_head_file(place: Place) -> None:
    place.fill(3).close()
    old = (place.folder / "journal.db").read_bytes()
    head = place.fill(3).head
    place.opened[-1].close()
    (place.folder / "journal.db").write_bytes(old)
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert (outcome.reason, outcome.last_known_head) == ("behind-head-file", head)


def test_a_rewritten_row_breaks_the_chain(place: Place) -> None:
    place.fill(5).abandon()
    connection = place.raw()
    connection.execute("DROP TRIGGER chain_is_append_only_update")
    connection.execute("UPDATE chain SET kind = 'audit' WHERE seq = 3")
    connection.close()
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert outcome.reason == "chain-broken"


def test_a_chain_that_lost_what_the_centre_acknowledged_is_found(place: Place) -> None:
    place.fill(5)
    delivery = place.delivery()
    batch = delivery.pending(limit=100, max_bytes=1 << 20)
    delivery.mark_received(batch[-1].entry.position, "2026-11-22T02:01:00.000Z")
    delivery.close()
    place.opened[-1].abandon()
    connection = place.raw()
    connection.execute("UPDATE meta SET value = '1 6 ' || ? WHERE key = 'acknowledged'", ("ab" * 32,))
    connection.close()
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert outcome.reason == "behind-acknowledged-head"


def test_a_plain_database_put_in_place_is_moved_aside(place: Place) -> None:
    place.fill().close()
    (place.folder / "journal.db").unlink()
    plain = sqlite3.connect(place.folder / "journal.db")
    plain.execute("CREATE TABLE chain(epoch, seq)")
    plain.commit()
    plain.close()
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert outcome.reason == "not-encrypted"
    assert not (place.folder / "journal.db").read_bytes().startswith(b"SQLite format 3")


@pytest.mark.parametrize("content", [b"", b"x" * 5000, b"\x00" * 8192])
def test_rubbish_in_the_place_of_the_database_is_moved_aside(place: Place, content: bytes) -> None:
    place.fill().close()
    (place.folder / "journal.db").write_bytes(content)
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert outcome.last_known_head.seq == 6
    assert (outcome.moved_aside / "journal.db").read_bytes()[:100] == content[:100] or content == b""


def test_a_missing_database_opens_a_new_epoch_after_the_one_in_the_head_file(place: Place) -> None:
    place.fill().close()
    (place.folder / "journal.db").unlink()
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert (outcome.reason, outcome.journal.epoch) == ("database-missing", 2)


def test_when_nothing_tells_the_last_epoch_the_operator_must(place: Place, flip: Flip) -> None:
    place.fill().close()
    flip(place.folder / "journal.head", 3, 0)
    (place.folder / "journal.db").unlink()
    with pytest.raises(EpochUnknown):
        place.open()
    assert not (place.folder / "journal.db").exists()
    outcome = place.open(least_epoch=4)
    assert isinstance(outcome, NewEpoch)
    assert outcome.journal.epoch == 4


def test_without_a_head_file_an_unreadable_database_may_be_a_wrong_key(place: Place) -> None:
    place.fill().close()
    (place.folder / "journal.head").unlink()
    (place.folder / "journal.db").write_bytes(b"x" * 8192)
    with pytest.raises(WrongKey):
        place.open()
    outcome = place.open(least_epoch=2)
    assert isinstance(outcome, NewEpoch)
    assert outcome.reason == "unreadable"


def test_every_damage_takes_the_next_epoch_and_its_own_folder(place: Place, flip: Flip) -> None:
    for number in range(1, 4):
        place.fill(20).abandon()
        flip(place.folder / "journal.db", 2 * 4096 + 50, 1)
        outcome = place.open()
        assert isinstance(outcome, NewEpoch)
        assert outcome.journal.epoch == number + 1
        assert outcome.moved_aside.name == f"broken-{number}"
        outcome.journal.close()
    assert [path.name for path in waiting_salvage(place.folder)] == ["broken-1", "broken-2", "broken-3"]


def cut_off_while_moving_aside(place: Place, content: dict[str, bytes], *, after: tuple[str, ...]) -> None:
    """A start that moves this journal aside, with the power gone when its note and these files were moved."""
    put_back(place.folder, content)
    place.open().journal.abandon()
    aside = {name: (place.folder / "broken-1" / name).read_bytes() for name in ("moved.json", "journal.head")}
    put_back(place.folder, content)
    (place.folder / "broken-next").mkdir()
    for name, data in aside.items():
        (place.folder / "broken-next" / name).write_bytes(data)
    for name in after:
        (place.folder / name).rename(place.folder / "broken-next" / name)


MOVES = ("journal.db", "journal.db-wal", "journal.db-shm")


@pytest.mark.parametrize("moved", [0, 1, 2, 3], ids=["note alone", "database", "database and wal", "all"])
def test_a_power_cut_while_moving_aside_goes_on_at_the_next_start(place: Place, moved: int) -> None:
    whole, last = killed_in_a_session(place)
    damaged = bytearray(whole["journal.db-wal"])
    damaged[32 + 24 + 200] ^= 1
    cut = {**whole, "journal.db-wal": bytes(damaged), "journal.db-shm": b""}
    cut_off_while_moving_aside(place, cut, after=MOVES[:moved])
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert (outcome.reason, outcome.journal.epoch) == ("wal-damaged", 2)
    assert outcome.journal.verify().count == 1
    assert [path.name for path in waiting_salvage(place.folder)] == ["broken-1"]
    assert sorted(path.name for path in place.folder.glob("broken-*")) == ["broken-1"]
    assert salvage(outcome.moved_aside, key=place.key).read == last


def test_a_journal_whose_fault_has_passed_before_it_was_moved_goes_on_and_nothing_is_said_of_it(
    place: Place, flip: Flip
) -> None:
    place.fill(20).close()
    whole = files(place.folder)
    flip(place.folder / "journal.db", 2 * 4096 + 50, 1)
    cut_off_while_moving_aside(place, files(place.folder), after=())
    (place.folder / "journal.db").write_bytes(whole["journal.db"])
    outcome = place.open()
    assert isinstance(outcome, Opened)
    assert (outcome.journal.epoch, outcome.journal.verify().count) == (1, 21)
    assert waiting_salvage(place.folder) == ()
    assert list(place.folder.glob("broken-*")) == []
    outcome.journal.close()
    flip(place.folder / "journal.db", 2 * 4096 + 50, 1)
    assert place.open().journal.epoch == 2


def test_a_wal_without_its_database_is_mixed_with_no_other_journal(place: Place) -> None:
    place.fill(5).close()
    first = place.open(replace_because="test")
    journal = first.journal
    for number in range(5):
        journal.append("act", {"item": "SI-01", "number": number}, b"x")
    left = files(place.folder)["journal.db-wal"]
    journal.abandon()
    (place.folder / "journal.db").unlink()
    (place.folder / "journal.db-wal").write_bytes(left)
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert (outcome.reason, outcome.journal.epoch) == ("database-missing", 3)
    assert not (first.moved_aside / "journal.db-wal").exists()
    salvaged = salvage(first.moved_aside, key=place.key)
    assert (salvaged.read, salvaged.complete) == (6, True)


@pytest.mark.parametrize("leftover", [b"", b"half a database" * 1000])
def test_a_power_cut_while_the_first_journal_is_made_is_a_first_start_again(place: Place, leftover: bytes) -> None:
    place.folder.mkdir()
    (place.folder / "journal.new").write_bytes(leftover)
    (place.folder / "journal.new-wal").write_bytes(leftover)
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert outcome.reason == "first-start"
    assert not (place.folder / "journal.new").exists()


def test_a_power_cut_before_the_new_head_file_keeps_the_new_epoch(place: Place, flip: Flip) -> None:
    place.fill(20).abandon()
    old_head = (place.folder / "journal.head").read_bytes()
    flip(place.folder / "journal.db", 2 * 4096 + 50, 1)
    place.open().journal.abandon()
    (place.folder / "journal.head").write_bytes(old_head)
    outcome = place.open()
    assert isinstance(outcome, Opened)
    assert (outcome.how, outcome.journal.epoch) == ("head-file-repaired", 2)


def test_no_file_of_the_journal_holds_the_plain_text_of_a_body(place: Place) -> None:
    canary = "欧阳金丝雀"
    journal = place.fill(2)
    for number in range(30):
        body = json.dumps({"name": canary, "id_number": "110105198803120013", "n": number}, ensure_ascii=False)
        journal.append("act", {"item": "SI-04", "number": number}, body.encode())
    journal.room_for_session()
    journal.close_session()
    journal.append("act", {"item": "SI-04"}, canary.encode())
    place.delivery().pending(limit=100, max_bytes=1 << 20)
    searched = files(place.folder)
    assert set(searched) >= {"journal.db", "journal.db-wal", "journal.db-shm", "journal.head"}
    needles = [canary.encode(), canary.encode("utf-16-le"), b"110105198803120013"]
    assert [name for name, content in searched.items() if any(needle in content for needle in needles)] == []


def test_even_with_the_store_key_a_body_is_not_readable_on_the_terminal(place: Place) -> None:
    canary = "欧阳金丝雀".encode()
    place.fill(1).append("act", {"item": "SI-04"}, canary * 10)
    place.opened[-1].close()
    connection = place.raw()
    dump = b"".join(repr(row).encode() for row in connection.rows("SELECT * FROM body"))
    dump += b"".join(bytes(row[0]) for row in connection.rows("SELECT sealed FROM body"))
    connection.close()
    assert canary not in dump
