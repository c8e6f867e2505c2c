"""A fork puts a disk out of service until an operator has looked, whatever becomes of its journal."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from offline_store.journal import NewEpoch, Opened
from offline_store.keys import KeyFiles
from offline_store.standing import OutOfService
from offline_store.wiping import wipe_stores

Place = Any
Flip = Callable[..., None]
FORK = OutOfService("fork", 1, 4, "2026-11-22T02:00:00.000Z")
REVOKED = OutOfService("certificate-revoked", None, None, "2026-11-22T02:00:00.000Z")
NOTE = "journal.fork"


def forked(place: Place) -> None:
    """A disk with some acts that the centre does not take for the terminal's."""
    place.fill().close()
    assert place.delivery().take_out_of_service(FORK)


def gone(place: Place, *names: str) -> None:
    for delivery in place.deliveries:
        delivery.close()
    for name in names:
        (place.folder / name).unlink(missing_ok=True)


def damage(place: Place, flip: Flip, how: str) -> None:
    database = ("journal.db", "journal.db-wal", "journal.db-shm")
    match how:
        case "a page":
            gone(place)
            flip(place.folder / "journal.db", 4096 + 200)
        case "the first page":
            gone(place)
            flip(place.folder / "journal.db", 700)
        case "no database":
            gone(place, *database)
        case "no database and no head file":
            gone(place, *database, "journal.head")
        case "a plain file":
            gone(place, *database)
            (place.folder / "journal.db").write_bytes(b"SQLite format 3\0" + bytes(4080))


@pytest.mark.parametrize(
    "how", ["a page", "the first page", "no database", "no database and no head file", "a plain file"]
)
def test_a_fork_goes_on_in_the_epoch_that_follows_a_broken_journal(place: Place, flip: Flip, how: str) -> None:
    forked(place)
    damage(place, flip, how)
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert outcome.journal.out_of_service() == FORK
    outcome.journal.close()
    gone(place, NOTE)
    again = place.open()
    assert isinstance(again, Opened)
    assert again.journal.out_of_service() == FORK, "the new journal says it, too"
    assert place.delivery().out_of_service() == FORK
    assert not place.delivery().put_back_in_service()


def test_a_fork_ends_when_the_terminal_is_enrolled_later_than_it_was_found(place: Place, flip: Flip) -> None:
    forked(place)
    outcome = place.open(enrolled_epoch=2)
    assert (outcome.reason, outcome.journal.epoch, outcome.journal.out_of_service()) == ("fork", 2, None)
    outcome.journal.close()
    assert place.open(enrolled_epoch=2).journal.out_of_service() is None
    place.opened[-1].close()
    damage(place, flip, "no database")
    assert place.open(enrolled_epoch=2).journal.out_of_service() is None


def test_an_enrolment_from_before_the_fork_ends_it_in_no_epoch(place: Place, flip: Flip) -> None:
    place.open(enrolled_epoch=3).journal.close()
    assert place.delivery().take_out_of_service(OutOfService("fork", 3, 1, FORK.since))
    for _ in range(2):
        damage(place, flip, "no database")
        outcome = place.open(enrolled_epoch=3)
        assert outcome.journal.out_of_service().code == "fork"
        outcome.journal.close()
    assert outcome.journal.epoch == 5


def test_a_new_code_ends_a_fork_also_where_this_disk_went_on_counting_by_itself(place: Place, flip: Flip) -> None:
    forked(place)
    damage(place, flip, "a page")
    place.open().journal.close()
    damage(place, flip, "a page")
    assert place.open().journal.epoch == 3
    place.opened[-1].close()
    outcome = place.open(enrolled_epoch=2)
    assert isinstance(outcome, NewEpoch)
    assert (outcome.reason, outcome.journal.epoch, outcome.journal.out_of_service()) == ("fork", 4, None)
    outcome.journal.close()
    assert isinstance(place.open(enrolled_epoch=2), Opened)


def test_an_operators_order_for_a_new_epoch_ends_a_fork(place: Place) -> None:
    forked(place)
    assert place.open(replace_because="fork").journal.out_of_service() is None
    place.opened[-1].close()
    assert place.open().journal.out_of_service() is None


def test_a_fork_that_only_its_journal_says_is_noted_beside_it_at_the_next_start(place: Place, flip: Flip) -> None:
    forked(place)
    gone(place, NOTE)
    assert place.delivery().out_of_service() == FORK
    place.journal().close()
    damage(place, flip, "no database")
    assert place.journal().out_of_service() == FORK


def test_a_fork_that_only_the_note_says_counts_too(place: Place) -> None:
    place.fill().close()
    whole = {path.name: path.read_bytes() for path in place.folder.glob("journal.*")}
    assert place.delivery().take_out_of_service(FORK)
    gone(place)
    for name, content in whole.items():
        (place.folder / name).write_bytes(content)
    (place.folder / "journal.db-wal").unlink(missing_ok=True)
    outcome = place.open()
    assert isinstance(outcome, Opened), "an older copy of the journal was put back"
    assert outcome.journal.out_of_service() == FORK
    delivery = place.delivery()
    assert not delivery.take_out_of_service(REVOKED)
    assert not delivery.put_back_in_service()


@pytest.mark.parametrize("content", [b"", b"{}\n\n", b"\xff\xfe", b"torn"])
def test_a_note_that_cannot_be_read_is_a_fork_until_the_next_enrolment(
    place: Place, flip: Flip, content: bytes
) -> None:
    place.fill().close()
    (place.folder / NOTE).write_bytes(content)
    journal = place.journal()
    assert journal.out_of_service().code == "fork"
    journal.close()
    damage(place, flip, "no database")
    (place.folder / NOTE).write_bytes(content)
    assert place.journal().out_of_service().code == "fork"
    place.opened[-1].close()
    assert place.open(enrolled_epoch=3).journal.out_of_service() is None


def test_a_flipped_bit_in_the_note_lets_nobody_out(place: Place, flip: Flip) -> None:
    forked(place)
    note = (place.folder / NOTE).read_bytes()
    for offset in range(len(note)):
        flip(place.folder / NOTE, offset, offset % 8)
        found = place.delivery().out_of_service()
        assert found is not None
        assert found.code == "fork"
        (place.folder / NOTE).write_bytes(note)


def test_a_note_that_the_disk_did_not_take_is_written_when_the_centre_says_it_again(place: Place, flip: Flip) -> None:
    place.fill().close()
    in_the_way = place.folder / f".{NOTE}.{os.getpid()}.new"
    in_the_way.mkdir()
    assert place.delivery().take_out_of_service(FORK)
    in_the_way.rmdir()
    assert place.delivery().out_of_service() == FORK
    assert not place.delivery().take_out_of_service(FORK)
    damage(place, flip, "no database")
    assert place.journal().out_of_service() == FORK


def test_another_terminals_note_is_nothing_to_this_one(place: Place) -> None:
    forked(place)
    gone(place, "journal.db", "journal.db-wal", "journal.db-shm", "journal.head")
    assert place.open(terminal="T-0002").journal.out_of_service() is None


def test_a_word_about_the_key_ends_with_its_journal(place: Place, flip: Flip) -> None:
    place.fill().close()
    assert place.delivery().take_out_of_service(REVOKED)
    damage(place, flip, "no database")
    assert place.journal().out_of_service() is None


def test_a_wipe_takes_the_note_too(place: Place) -> None:
    forked(place)
    gone(place)
    keys = KeyFiles(place.folder / "keys", allow_file=True, warn=lambda warning: None)
    wipe_stores(place.folder, keys, reason="revoked", at=FORK.since)
    assert not (place.folder / NOTE).exists()


def test_the_note_is_for_its_owner_alone(place: Place) -> None:
    forked(place)
    assert Path(place.folder / NOTE).stat().st_mode & 0o777 == 0o600
