"""The journal in good days: append, sessions, starts, room, prints, reading beside it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from offline_store.chain import (
    GENESIS,
    MAX_HEADER_BYTES,
    EpochOpened,
    body_info,
    canonical_json,
    commitment,
    open_commitment,
)
from offline_store.errors import (
    RowRefused,
    SchemaTooNew,
    StoreBroken,
    StoreBusy,
    StoreRefused,
    WrongKey,
)
from offline_store.journal import Limits, NewEpoch, NoRoom, Opened, Room, read_journal

Place = Any
"""The fixture of conftest.py: one data directory that can be opened again and again."""


def test_the_first_start_opens_epoch_one_with_a_signed_record(place: Place) -> None:
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert (outcome.reason, outcome.last_known_head, outcome.moved_aside) == ("first-start", None, None)
    (entry,) = outcome.journal.entries()
    assert (entry.kind, entry.epoch, entry.seq, entry.prev) == ("epoch-opened", 1, 1, GENESIS)
    record = EpochOpened.read(entry)
    statement = EpochOpened.statement("T-0001", 1, entry.at, "first-start", None, "intl")
    assert (record.named, record.signature) == ("intl", place.sign(statement))


def test_a_clean_stop_is_a_clean_start_and_the_chain_goes_on(place: Place) -> None:
    journal = place.fill(3)
    head = journal.head
    journal.close()
    outcome = place.open()
    assert isinstance(outcome, Opened)
    assert outcome.how == "clean"
    assert outcome.journal.head == head
    assert outcome.journal.append("audit", {"step": "start"}).seq == head.seq + 1
    assert outcome.journal.verify().whole


def test_a_stop_without_close_is_checked_whole_and_keeps_every_entry(place: Place) -> None:
    journal = place.fill(3)
    last = journal.append("act", {"item": "SI-02"}, b"after the session")
    journal.abandon()
    outcome = place.open()
    assert isinstance(outcome, Opened)
    assert outcome.how == "checked-after-unclean-stop"
    assert outcome.journal.head == last


def test_a_body_reaches_the_disk_only_sealed_and_committed(place: Place) -> None:
    journal = place.journal()
    position = journal.append("act", {"item": "SI-01"}, b"plain body")
    journal.close_session()
    item = place.delivery().pending(limit=10, max_bytes=10_000)[-1]
    assert item.entry.position == position
    assert item.sealed is not None
    salted = place.seal(item.sealed, body_info("T-0001", 1, position.seq, "act"))
    assert item.entry.body_commitment == commitment(salted[:32], b"plain body")
    assert open_commitment(salted, item.entry.body_commitment) == b"plain body"


def test_two_equal_bodies_have_different_commitments(place: Place) -> None:
    journal = place.journal()
    for _ in range(2):
        journal.append("act", {"item": "SI-01"}, b"same")
    first, second = list(journal.entries(after=1))
    assert first.body_commitment != second.body_commitment


@pytest.mark.parametrize("kind", ["epoch-opened", "other", ""])
def test_only_known_kinds_are_appended(place: Place, kind: str) -> None:
    with pytest.raises(ValueError, match="kind"):
        place.journal().append(kind, {})


def test_a_header_that_the_centre_would_never_take_is_refused_and_nothing_is_kept(place: Place) -> None:
    journal = place.journal()
    fits = MAX_HEADER_BYTES - len(canonical_json({"text": ""}))
    with pytest.raises(RowRefused, match="too long") as refused:
        journal.append("audit", {"text": "x" * (fits + 1)})
    assert refused.value.facts == {"octets": MAX_HEADER_BYTES + 1, "most": MAX_HEADER_BYTES}
    assert journal.append("audit", {"text": "x" * fits}).seq == 2
    assert journal.verify().whole


def test_a_failing_seal_leaves_no_entry(place: Place) -> None:
    def broken_seal(plain: bytes, info: bytes) -> bytes:
        raise ArithmeticError

    journal = place.open(seal=broken_seal).journal
    with pytest.raises(ArithmeticError):
        journal.append("act", {}, b"body")
    assert journal.verify().count == 1
    assert journal.append("audit", {}).seq == 2


def test_the_chain_table_refuses_to_be_changed_or_shortened(place: Place) -> None:
    place.fill().close()
    connection = place.raw()
    for statement in ("UPDATE chain SET kind = 'audit' WHERE seq = 2", "DELETE FROM chain WHERE seq = 6"):
        with pytest.raises(RowRefused):
            connection.execute(statement)
    connection.close()


def test_a_second_terminal_process_is_refused_while_the_first_lives(place: Place) -> None:
    place.fill()
    with pytest.raises(StoreBusy, match="another terminal process"):
        place.open()


def test_closing_a_session_empties_the_wal(place: Place) -> None:
    journal = place.fill()
    wal = place.folder / "journal.db-wal"
    assert wal.stat().st_size == 0
    journal.append("audit", {})
    assert wal.stat().st_size > 0
    assert journal.close_session()
    assert wal.stat().st_size == 0


def test_a_reader_in_the_way_delays_the_wal_but_not_the_head_file(place: Place) -> None:
    journal = place.fill()
    journal.append("audit", {})
    connection = place.raw()
    connection.execute("BEGIN")
    connection.one("SELECT count(*) FROM chain")
    journal.append("audit", {})
    assert not journal.close_session()
    connection.execute("ROLLBACK")
    connection.close()
    head = json.loads((place.folder / "journal.head").read_text().splitlines()[0])
    assert (head["epoch"], head["seq"], head["count"], head["hash"]) == (1, 8, 8, journal.head.hash.hex())


def test_there_is_room_when_the_disk_takes_a_test_write(place: Place) -> None:
    room = place.journal().room_for_session()
    assert isinstance(room, Room)
    assert not (place.folder / ".room").exists()


def test_too_little_free_disk_is_a_refusal_with_its_figures(place: Place) -> None:
    journal = place.open(limits=Limits(free_bytes=1 << 60)).journal
    room = journal.room_for_session()
    assert isinstance(room, NoRoom)
    assert (room.reason, room.needed_bytes) == ("low-disk", 1 << 60)
    assert room.free_bytes < room.needed_bytes


def test_a_test_write_that_fails_is_a_refusal_with_its_reason(place: Place) -> None:
    journal = place.journal()
    (place.folder / ".room").mkdir()
    room = journal.room_for_session()
    assert isinstance(room, NoRoom)
    assert room.reason == "write-failed"


def test_a_print_is_what_its_last_entry_says(place: Place) -> None:
    journal = place.journal()
    for job, state in (
        ("a", "queued"), ("b", "queued"), ("a", "sending"), ("c", "queued"), ("c", "sending"), ("c", "printed"),
        ("d", "queued"), ("d", "failed"),
    ):  # fmt: skip
        journal.append("print", {"job": job, "state": state, "session": "s1"})
    assert {job: print_.state for job, print_ in journal.prints().items()} == {
        "a": "sending",
        "b": "queued",
        "c": "printed",
        "d": "failed",
    }


def test_after_a_crash_unfinished_prints_are_named_and_become_unknown(place: Place) -> None:
    journal = place.journal()
    journal.append("print", {"job": "a", "state": "queued", "session": "s1"})
    journal.append("print", {"job": "a", "state": "sending", "session": "s1"})
    journal.append("print", {"job": "b", "state": "queued"})
    journal.append("print", {"job": "b", "state": "printed"})
    journal.abandon()
    journal = place.journal()
    (unfinished,) = journal.unfinished_prints()
    assert (unfinished.job, unfinished.state, unfinished.session) == ("a", "sending", "s1")
    journal.append("print", {"job": unfinished.job, "state": "unknown"})
    assert journal.unfinished_prints() == ()
    assert journal.prints()["a"].state == "unknown"


@pytest.mark.parametrize("header", [{}, {"job": "a"}, {"job": "a", "state": "done"}, {"job": 1, "state": "queued"}])
def test_a_print_entry_without_a_job_or_a_known_state_is_refused(place: Place, header: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="print entry"):
        place.journal().append("print", header)


def test_the_journal_is_read_and_verified_beside_a_running_terminal(place: Place) -> None:
    journal = place.fill(4)
    reader = read_journal(place.folder, place.key)
    verified = reader.verify()
    assert verified.whole
    assert (verified.epoch, verified.count, verified.head) == (1, 5, journal.head)
    reader.close()


def test_the_export_shows_the_chain_and_its_delivery_but_no_body(place: Place) -> None:
    journal = place.fill(2)
    exported = list(journal.export())
    assert [(line["seq"], line["kind"], line["delivery"]) for line in exported] == [
        (1, "epoch-opened", "pending"), (2, "act", "pending"), (3, "act", "pending"),
    ]  # fmt: skip
    assert exported[1]["header"] == {"item": "SI-01", "number": 0}
    assert "sealed" not in json.dumps(exported)
    assert exported[2]["prev"] == exported[1]["hash"]


def test_a_wrong_key_never_starts_over(place: Place) -> None:
    place.fill().close()
    with pytest.raises(WrongKey):
        place.open(key=bytes(32))
    outcome = place.open()
    assert isinstance(outcome, Opened)
    assert outcome.journal.verify().count == 6


def test_another_terminals_journal_is_refused(place: Place) -> None:
    place.fill().close()
    with pytest.raises(StoreRefused, match="another terminal"):
        place.open(terminal="T-0002")


def test_a_journal_of_a_later_release_is_refused_and_left_alone(place: Place) -> None:
    place.fill().close()
    connection = place.raw()
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = hashlib.sha256((place.folder / "journal.db").read_bytes()).digest()
    with pytest.raises(SchemaTooNew):
        place.open()
    assert hashlib.sha256((place.folder / "journal.db").read_bytes()).digest() == before


def test_an_operator_can_order_a_new_epoch_after_a_fork(place: Place) -> None:
    journal = place.fill(2)
    head = journal.head
    journal.close()
    outcome = place.open(replace_because="fork", least_epoch=7)
    assert isinstance(outcome, NewEpoch)
    assert (outcome.reason, outcome.last_known_head, outcome.journal.epoch) == ("fork", head, 7)


def test_another_writer_of_the_chain_is_noticed_before_it_forks(place: Place) -> None:
    journal = place.fill(1)
    connection = place.raw()
    connection.execute(
        "INSERT INTO chain SELECT epoch, seq + 1, kind, at, header, prev, body_commitment, hash"
        " FROM chain WHERE seq = 2"
    )
    connection.close()
    with pytest.raises(StoreBroken, match="chain's end"):
        journal.append("audit", {})


def test_every_file_of_the_data_directory_is_private(place: Place) -> None:
    place.fill()
    assert place.folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o077 for path in Path(place.folder).iterdir()} == dict.fromkeys(
        ["journal.db", "journal.db-wal", "journal.db-shm", "journal.head", "journal.open"], 0
    )
