"""Salvage: what is readable of a journal that was moved aside is given back, and what is not is said, no more of it."""

from __future__ import annotations

import contextlib
import random
import shutil
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from offline_store.chain import Position
from offline_store.errors import StoreBroken, StoreBusy
from offline_store.journal import delete_uploaded, salvage, salvage_done, waiting_salvage
from offline_store.journal.outcomes import Salvaged
from offline_store.journal.readings import read

Place = Any
Flip = Callable[[Path, int, int], None]
AT = "2026-11-10T00:00:00.000Z"
PAGE = 4096
WAL_FRAME = 24 + PAGE
DELETED = range(2, 12)
"""Entries whose bodies were deleted in their time."""


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def with_deleted_bodies(place: Place) -> Any:
    """Forty acts; the first twenty were processed, and the bodies of ten of them deleted."""
    journal = place.fill(40)
    delivery = place.delivery()
    delivery.mark_received(delivery.pending(limit=21, max_bytes=1 << 20)[-1].entry.position, AT)
    delivery.record_results([place.result(seq, at=AT) for seq in range(2, 22)], cursor=1)
    assert delivery.delete_old_bodies("2026-11-20T00:00:00.000Z", limit=len(DELETED)) == len(DELETED)
    return journal


def salvage_of(place: Place, content: dict[str, bytes]) -> Salvaged:
    """Of those files, with the power cut in between."""
    shutil.rmtree(place.folder)
    place.folder.mkdir(mode=0o700)
    for name, octets in content.items():
        if not name.endswith("-shm"):
            (place.folder / name).write_bytes(octets)
    outcome = place.open(replace_because="test")
    outcome.journal.abandon()
    return salvage(outcome.moved_aside, key=place.key)


def without_body(salvaged: Salvaged) -> list[int]:
    """Numbers of the undelivered entries that had a body and are given back without it."""
    found = salvaged.undelivered
    return [item.entry.seq for item in found if item.entry.body_commitment is not None and item.sealed is None]


def test_salvage_gives_the_undelivered_entries_of_the_old_epoch(place: Place) -> None:
    place.fill(10)
    delivery = place.delivery()
    fourth = delivery.pending(limit=4, max_bytes=1 << 20)[-1].entry.position
    delivery.mark_received(fourth, "2026-11-22T02:01:00.000Z")
    delivery.close()
    place.opened[-1].append("print", {"job": "p1", "state": "sending"})
    place.opened[-1].close()
    outcome = place.open(replace_because="fork")
    salvaged = salvage(outcome.moved_aside, key=place.key)
    assert (salvaged.epoch, salvaged.read, salvaged.complete, salvaged.findings) == (1, 12, True, ())
    assert [item.entry.seq for item in salvaged.undelivered] == [5, 6, 7, 8, 9, 10, 11, 12]
    assert all(item.sealed for item in salvaged.undelivered[:-1])
    assert [job.job for job in salvaged.unfinished_prints] == ["p1"]


def test_salvage_gives_what_the_centre_never_acknowledged_whatever_its_state_says(place: Place) -> None:
    place.fill(5).close()
    delivery = place.delivery()
    delivery.mark_received(delivery.pending(limit=3, max_bytes=1 << 20)[-1].entry.position, AT)
    delivery.close()
    connection = place.raw()
    connection.execute("UPDATE delivery SET state = 'processed', processed_at = ? WHERE seq <= 5", (AT,))
    connection.close()
    salvaged = salvage(place.open(replace_because="fork").moved_aside, key=place.key)
    assert [item.entry.seq for item in salvaged.undelivered] == [4, 5, 6]
    assert all(item.sealed for item in salvaged.undelivered)


def test_salvage_leaves_the_evidence_as_it_was_and_nothing_beside_it(place: Place, flip: Flip) -> None:
    place.fill(40).abandon()
    flip(place.folder / "journal.db", 3 * PAGE + 100, 0)
    moved = place.open().moved_aside
    before = files(moved)
    (place.folder / ".salvage-killed").mkdir()
    salvage(moved, key=place.key)
    assert files(moved) == before
    assert not list(place.folder.glob(".salvage-*"))


def test_salvage_of_a_damaged_page_gives_the_rows_of_all_other_pages(place: Place) -> None:
    place.fill(60).close()
    whole = files(place.folder)
    chance = random.Random(14)
    best = 0
    for page in range(len(whole["journal.db"]) // PAGE):
        damaged = bytearray(whole["journal.db"])
        damaged[page * PAGE + chance.randrange(PAGE)] ^= 1 << chance.randrange(8)
        salvaged = salvage_of(place, {**whole, "journal.db": bytes(damaged)})
        # what is not complete says so
        assert salvaged.complete == (salvaged.read == 61 and not salvaged.lost_bodies and not salvaged.findings)
        best = max(best, salvaged.read if not salvaged.complete else 0)
    assert 40 < best <= 61


def readable_by_themselves(place: Place, numbers: Iterable[int]) -> set[int]:
    """Of the journal's file as it stands, each asked for on a connection of its own."""
    found: set[int] = set()
    for seq in numbers:
        connection = place.raw()
        with contextlib.suppress(StoreBroken):
            if connection.one("SELECT seq FROM chain WHERE epoch = 1 AND seq = ?", (seq,)):
                found.add(seq)
        connection.close()
    return found


def with_damage(whole: dict[str, bytes], pages: Iterable[int]) -> dict[str, bytes]:
    content = bytearray(whole["journal.db"])
    for page in pages:
        content[(page - 1) * PAGE + 100] ^= 1
    return {**whole, "journal.db": bytes(content)}


def test_no_readable_entry_behind_a_long_unreadable_stretch_is_jumped_over(place: Place) -> None:
    journal = place.journal()
    for number in range(400):
        journal.append("act", {"item": "SI-01", "number": number, "note": "n" * 600}, b"body")
    journal.close()
    whole = files(place.folder)
    last, probes = 401, range(40, 400, 40)
    inner: list[int] = []
    ends: list[int] = []
    for page in range(2, len(whole["journal.db"]) // PAGE + 1):
        (place.folder / "journal.db").write_bytes(with_damage(whole, (page,))["journal.db"])
        probed = readable_by_themselves(place, (*probes, last))
        # an inner page of the tree: far more numbers than a page has rows are unreadable, but not all of them
        if 1 < len(probed) < len(probes):
            inner.append(page)
        elif last not in probed and len(probed) == len(probes):
            ends.append(page)
    assert inner
    assert ends
    # the second time nobody can say how far the chain goes, either
    for pages in [*((page,) for page in inner), *((page, ends[0]) for page in inner)]:
        damaged = with_damage(whole, pages)
        shutil.rmtree(place.folder)
        place.folder.mkdir(mode=0o700)
        for name, octets in damaged.items():
            (place.folder / name).write_bytes(octets)
        readable = readable_by_themselves(place, range(1, last + 1))
        salvaged = salvage_of(place, damaged)
        assert {item.entry.seq for item in salvaged.items} == readable
        assert not salvaged.complete


def test_two_salvages_at_once_both_give_everything(place: Place) -> None:
    place.fill(60).close()
    moved = place.open(replace_because="test").moved_aside
    given: list[tuple[int, int, bool]] = []
    together = threading.Barrier(2, timeout=30)

    def live() -> None:
        for _ in range(10):
            together.wait()
            salvaged = salvage(moved, key=place.key)
            given.append((salvaged.read, len(salvaged.undelivered), salvaged.complete))

    threads = [threading.Thread(target=live) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert given == [(61, 61, True)] * 20
    assert not list(place.folder.glob(".salvage-*"))


def test_a_copy_that_was_taken_away_while_it_is_read_is_not_called_unreadable(tmp_path: Path) -> None:
    with pytest.raises(StoreBusy):
        read(tmp_path / "journal.db", bytes(32), None, "T-0001", Position(1, 9, bytes(32)), of_one_moment=True)


def test_salvage_does_not_need_the_page_that_says_whose_journal_it_was(place: Place) -> None:
    place.fill(30).close()
    connection = place.raw()
    page = connection.one("SELECT rootpage FROM sqlite_master WHERE name = 'meta'")[0]
    connection.close()
    damaged = bytearray((place.folder / "journal.db").read_bytes())
    damaged[(page - 1) * PAGE + 9] ^= 1
    (place.folder / "journal.db").write_bytes(damaged)
    salvaged = salvage(place.open().moved_aside, key=place.key)
    assert (salvaged.read, salvaged.epoch) == (31, 1)
    assert {item.entry.terminal for item in salvaged.undelivered} == {"T-0001"}


def test_salvage_of_an_unreadable_file_is_empty_and_says_so(place: Place) -> None:
    place.fill().close()
    (place.folder / "journal.db").write_bytes(b"x" * 8192)
    salvaged = salvage(place.open().moved_aside, key=place.key)
    assert (salvaged.read, salvaged.undelivered, salvaged.complete, salvaged.epoch) == (0, (), False, 1)


def test_a_salvage_that_was_uploaded_is_not_offered_again(place: Place) -> None:
    place.fill().close()
    moved = place.open(replace_because="fork").moved_aside
    assert waiting_salvage(place.folder) == (moved,)
    salvage_done(moved, "2026-11-22T02:00:00.000Z", complete=True)
    assert waiting_salvage(place.folder) == ()


def test_a_moved_journal_is_deleted_seven_days_after_its_upload_and_its_note_stays(place: Place) -> None:
    place.fill().close()
    moved = place.open(replace_because="fork").moved_aside
    assert delete_uploaded(place.folder, "2027-01-01T00:00:00.000Z") == ()
    salvage_done(moved, "2026-11-22T02:00:00.000Z", complete=True)
    assert delete_uploaded(place.folder, "2026-11-22T02:00:00.000Z") == ()
    assert delete_uploaded(place.folder, "2026-11-22T02:00:00.001Z") == (moved,)
    assert sorted(path.name for path in moved.iterdir()) == ["journal.head", "moved.json", "uploaded"]
    assert delete_uploaded(place.folder, "2027-01-01T00:00:00.000Z") == ()
    place.opened[-1].close()
    (place.folder / "journal.db").unlink()
    assert place.open().journal.epoch == 3


def test_a_moved_journal_that_could_not_be_read_to_its_end_is_never_deleted(place: Place) -> None:
    place.fill().close()
    moved = place.open(replace_because="fork").moved_aside
    salvage_done(moved, "2026-11-22T02:00:00.000Z", complete=False)
    assert waiting_salvage(place.folder) == ()
    assert delete_uploaded(place.folder, "2027-01-01T00:00:00.000Z") == ()
    assert (moved / "journal.db").exists()
    (moved / "uploaded").write_text("torn")
    assert delete_uploaded(place.folder, "2027-01-01T00:00:00.000Z") == ()
    assert (moved / "journal.db").exists()


def test_a_torn_frame_of_delivery_does_not_make_lost_bodies_of_deleted_ones(
    place: Place, with_deleted_bodies: Any
) -> None:
    delivery = place.deliveries[-1]
    delivery.attempted(*[item.entry.position for item in delivery.pending(limit=2, max_bytes=1 << 20)], AT)
    left = files(place.folder)
    with_deleted_bodies.abandon()
    # the power failed while sync's last write was on its way: one sector of its last frame never came
    torn = bytearray(left["journal.db-wal"])
    torn[-1024:-512] = bytes(512)
    salvaged = salvage_of(place, {**left, "journal.db-wal": bytes(torn), "journal.open": b"another boot\n"})
    assert (salvaged.read, salvaged.lost_bodies, without_body(salvaged)) == (41, 0, [])
    assert [item.entry.seq for item in salvaged.undelivered] == list(range(22, 42))
    assert salvaged.complete


def test_a_commit_torn_in_several_frames_adds_its_entry_and_takes_nothing_from_the_others(
    place: Place, with_deleted_bodies: Any
) -> None:
    before = len(files(place.folder)["journal.db-wal"])
    with_deleted_bodies.append("act", {"item": "SI-01"}, b"the last")
    left = files(place.folder)
    with_deleted_bodies.abandon()
    wal = left["journal.db-wal"]
    frames = range(before, len(wal), WAL_FRAME)
    whole, outcomes = 0, set()
    # every way in which some of its frames are torn and the rest came
    for torn in range(1, 2 ** len(frames)):
        damaged = bytearray(wal)
        for number, start in enumerate(frames):
            if torn >> number & 1:
                damaged[start + 2048 : start + 2560] = bytes(512)
        salvaged = salvage_of(place, {**left, "journal.db-wal": bytes(damaged), "journal.open": b"another boot\n"})
        missing = without_body(salvaged)
        # of the entry that was never acknowledged nothing is promised, but it is not called complete without its body
        assert salvaged.read in (41, 42)
        assert set(missing) <= {42}
        assert salvaged.lost_bodies == len(missing)
        assert not (salvaged.complete and missing)
        assert {item.entry.seq for item in salvaged.undelivered} >= set(range(22, 42))
        whole += salvaged.complete
        outcomes.add((salvaged.read, len(missing)))
    assert whole
    assert {(41, 0), (42, 0)} <= outcomes


def test_of_a_damaged_page_only_bodies_that_were_still_there_are_counted_as_lost(
    place: Place, with_deleted_bodies: Any
) -> None:
    with_deleted_bodies.close()
    left = files(place.folder)
    unknown, lost = 0, 0
    for page in range(1, len(left["journal.db"]) // PAGE):
        damaged = bytearray(left["journal.db"])
        damaged[page * PAGE + 100] ^= 1
        salvaged = salvage_of(place, {**left, "journal.db": bytes(damaged)})
        if salvaged.read < 41:
            continue
        missing = set(without_body(salvaged))
        if missing & set(DELETED):
            unknown += 1
            # their delivery is unknown, so that they are offered again; the bodies are no loss
            assert (missing, salvaged.lost_bodies, salvaged.complete) == (set(DELETED), 0, True)
        elif missing:
            lost += 1
            assert (salvaged.lost_bodies, salvaged.complete) == (len(missing), False)
    assert unknown
    assert lost
