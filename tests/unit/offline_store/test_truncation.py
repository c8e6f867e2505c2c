"""Old entries leave the chain only by a signed record; what is left stays provable, and nothing else may be missing."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from offline_store.chain import GENESIS, ChainEntry, Gap, Position, canonical_json, make_entry, timestamp
from offline_store.errors import RowRefused
from offline_store.journal import (
    LEAST_KEPT,
    NewEpoch,
    NothingToTruncate,
    Opened,
    Truncated,
    read_journal,
    salvage,
)
from offline_store.results import ItemResult
from offline_store.truncation import BadRecord, Truncation, verify_epoch

Place = Any
KEPT = timedelta(days=200)


def proves(place: Place) -> Callable[[bytes, bytes], bool]:
    return lambda statement, signature: bool(place.sign(statement) == signature)


def settle(place: Place, *, up_to: int | None = None, refused: tuple[int, ...] = ()) -> None:
    """The centre receives everything and processes what it is told to."""
    delivery = place.delivery()
    items = delivery.pending(limit=10_000, max_bytes=1 << 30)
    at = timestamp(place.clock())
    delivery.mark_received(items[-1].entry.position, at)
    settled = [item.entry for item in items if up_to is None or item.entry.seq <= up_to]
    results = [
        ItemResult(entry.epoch, entry.seq, entry.hash, "refused" if entry.seq in refused else "processed", at, "{}")
        for entry in settled
    ]
    delivery.record_results(results, cursor=len(results))
    delivery.close()


def aged(place: Place, count: int = 30, **settled: Any) -> Any:
    """A journal whose entries were processed long ago."""
    journal = place.fill(count)
    settle(place, **settled)
    place.clock.forward(days=201)
    return journal


def truncated(place: Place, count: int = 30, *, at_once: int = 10) -> Any:
    journal = aged(place, count)
    assert isinstance(journal.truncate(kept=KEPT, at_once=at_once, worth=1), Truncated)
    return journal


def test_what_was_processed_long_ago_leaves_by_a_signed_record(place: Place) -> None:
    journal = aged(place, 30)
    before = {entry.seq: entry for entry in journal.entries()}
    outcome = journal.truncate(kept=KEPT, at_once=10, worth=1)
    assert outcome == Truncated(before[11].position, 10, journal.head)
    left = list(journal.entries())
    assert [entry.seq for entry in left] == [1, *range(12, 33)]
    assert left[:-1] == [before[1], *(before[seq] for seq in range(12, 32))]
    record = Truncation.read(left[-1])
    statement = Truncation.statement("T-0001", left[-1].at, before[11].position, before[1].hash)
    assert (record.up_to, record.signature) == (before[11].position, place.sign(statement))
    verified = journal.verify(proves(place))
    assert verified.whole
    assert verified.cut is not None
    assert (verified.count, verified.cut.removed, verified.cut.proved) == (22, 10, True)


def test_the_bodies_and_delivery_rows_of_what_left_are_gone_too(place: Place) -> None:
    truncated(place).close()
    connection = place.raw()
    for table in ("chain", "body", "delivery"):
        numbers = [row["seq"] for row in connection.tables.table(table).rows]
        assert [seq for seq in numbers if 2 <= seq <= 11] == []
        assert 12 in numbers
    connection.close()


def test_a_second_record_goes_on_from_the_first_and_takes_it_along(place: Place) -> None:
    journal = truncated(place)
    settle(place)
    place.clock.forward(days=201)
    second = journal.truncate(kept=KEPT, at_once=1000, worth=1)
    # all but the newest entry, which the new record links to
    assert isinstance(second, Truncated)
    assert (second.up_to.seq, second.removed) == (31, 20)
    assert [entry.seq for entry in journal.entries()] == [1, 32, 33]
    verified = journal.verify(proves(place))
    assert verified.whole
    assert verified.cut is not None
    assert verified.cut.removed == 30


@pytest.mark.parametrize(
    ("settled", "kept_from", "because"),
    [({"up_to": 5}, 6, "not-processed"), ({"refused": (7,)}, 7, "refused")],
)
def test_the_first_entry_that_has_to_stay_keeps_all_behind_it(
    place: Place, settled: dict[str, Any], kept_from: int, because: str
) -> None:
    journal = aged(place, 30, **settled)
    assert journal.truncate(kept=KEPT, worth=20) == NothingToTruncate(kept_from, because)  # type: ignore[arg-type]
    outcome = journal.truncate(kept=KEPT, worth=1)
    assert isinstance(outcome, Truncated)
    assert outcome.up_to.seq == kept_from - 1


def test_what_is_younger_than_its_retention_stays(place: Place) -> None:
    journal = place.fill(10)
    settle(place)
    place.clock.forward(days=199)
    assert journal.truncate(kept=KEPT, worth=1) == NothingToTruncate(2, "too-young")
    assert journal.verify().count == 11


def test_entries_stay_for_two_years_if_nothing_else_is_asked(place: Place) -> None:
    journal = place.fill(5)
    settle(place)
    place.clock.forward(days=730)
    assert journal.truncate(worth=1) == NothingToTruncate(2, "too-young")
    place.clock.forward(days=2)
    outcome = journal.truncate(worth=1)
    assert isinstance(outcome, Truncated)
    assert outcome.removed == 4


def test_a_retention_below_what_the_law_asks_is_refused(place: Place) -> None:
    with pytest.raises(ValueError, match="184 days"):
        aged(place).truncate(kept=LEAST_KEPT - timedelta(days=1))


def test_a_print_that_has_no_end_yet_stays(place: Place) -> None:
    journal = place.fill(5)
    journal.append("print", {"job": "p1", "state": "sending"})
    journal.append("audit", {})
    settle(place)
    place.clock.forward(days=201)
    outcome = journal.truncate(kept=KEPT, worth=1)
    assert isinstance(outcome, Truncated)
    assert outcome.up_to.seq == 6
    assert [job.job for job in journal.unfinished_prints()] == ["p1"]


def test_nobody_appends_a_record_by_hand_or_deletes_without_one(place: Place) -> None:
    journal = truncated(place)
    with pytest.raises(ValueError, match="kind"):
        journal.append("truncated", {})
    connection = place.raw()
    for seq in (1, 12, 32):
        with pytest.raises(RowRefused):
            connection.execute("DELETE FROM chain WHERE seq = ?", (seq,))
    connection.close()


@pytest.mark.parametrize("clean", [True, False])
def test_a_truncated_journal_starts_as_any_other_and_goes_on(place: Place, clean: bool) -> None:
    journal = truncated(place)
    head = journal.head
    journal.close() if clean else journal.abandon()
    outcome = place.open(proves=proves(place))
    assert isinstance(outcome, Opened)
    assert outcome.how == ("clean" if clean else "checked-after-unclean-stop")
    assert outcome.journal.head == head
    assert outcome.journal.append("audit", {}).seq == head.seq + 1
    assert outcome.journal.verify(proves(place)).whole


def test_a_stop_between_the_truncation_and_the_head_file_is_no_loss(place: Place) -> None:
    journal = aged(place)
    old_head = (place.folder / "journal.head").read_bytes()
    journal.truncate(kept=KEPT, at_once=10, worth=1)
    journal.abandon()
    (place.folder / "journal.head").write_bytes(old_head)
    assert isinstance(place.open(), Opened)


def test_a_head_file_older_than_the_cut_is_replaced_after_everything_was_looked_at(place: Place) -> None:
    journal = place.fill(3)
    old_head = (place.folder / "journal.head").read_bytes()
    for number in range(20):
        journal.append("act", {"number": number}, b"more")
    settle(place)
    place.clock.forward(days=201)
    journal.truncate(kept=KEPT, at_once=10, worth=1)
    journal.close()
    (place.folder / "journal.head").write_bytes(old_head)
    outcome = place.open()
    assert isinstance(outcome, Opened)
    assert outcome.how == "head-file-repaired"


def test_an_old_database_from_before_the_truncation_is_seen(place: Place) -> None:
    journal = aged(place)
    journal.close()
    old = (place.folder / "journal.db").read_bytes()
    journal = place.journal()
    journal.truncate(kept=KEPT, at_once=10, worth=1)
    journal.close()
    (place.folder / "journal.db").write_bytes(old)
    outcome = place.open()
    assert isinstance(outcome, NewEpoch)
    assert outcome.reason == "behind-head-file"


def test_the_export_shows_the_hole_and_the_record_that_explains_it(place: Place) -> None:
    truncated(place).close()
    reader = read_journal(place.folder, place.key)
    lines = list(reader.export())
    reader.close()
    assert [line["seq"] for line in lines] == [1, *range(12, 33)]
    assert lines[-1]["header"]["up_to"] == {"seq": 11, "hash": lines[1]["prev"]}  # type: ignore[call-overload,index]


def test_a_truncated_journal_is_salvaged_whole(place: Place) -> None:
    truncated(place).close()
    salvaged = salvage(place.open(replace_because="fork").moved_aside, key=place.key)
    assert (salvaged.read, salvaged.complete, salvaged.findings) == (22, True, ())
    assert [item.entry.seq for item in salvaged.undelivered] == [32]


def test_the_centre_is_given_the_record_and_its_head_still_fits(place: Place) -> None:
    journal = truncated(place)
    delivery = place.delivery()
    (item,) = delivery.pending(limit=10, max_bytes=10_000)
    assert item.entry.kind == "truncated"
    delivery.mark_received(item.entry.position, timestamp(place.clock()))
    assert delivery.acknowledged_head() == journal.head
    journal.abandon()
    assert isinstance(place.open(), Opened)


def test_a_centre_that_fell_back_to_the_cut_is_sent_what_is_left(place: Place) -> None:
    truncated(place)
    delivery = place.delivery()
    assert delivery.rewind(1, 12, acknowledged=delivery.acknowledged_head()) == 20
    assert [item.entry.seq for item in delivery.pending(limit=100, max_bytes=1 << 20)] == list(range(12, 33))
    acknowledged = delivery.acknowledged_head()
    assert acknowledged is not None
    assert acknowledged.seq == 11


# --- tampering by somebody who holds the store's key, but not the terminal's ---


def changed(place: Place, *statements: str) -> None:
    """SQL past the triggers."""
    connection = place.raw()
    for event in ("update", "delete"):
        connection.execute(f"DROP TRIGGER chain_is_append_only_{event}")
    connection.execute("PRAGMA foreign_keys = OFF")
    for statement in statements:
        connection.execute(statement)
    connection.close()


DELETE_MORE = "DELETE FROM chain WHERE seq BETWEEN 12 AND 14"
MOVE_THE_NOTE = "UPDATE truncation SET seq = 14, hash = (SELECT prev FROM chain WHERE seq = 15)"


@pytest.mark.parametrize("clean", [True, False])
@pytest.mark.parametrize(
    "statements",
    [
        ("DELETE FROM chain WHERE seq = 12",),
        (DELETE_MORE, MOVE_THE_NOTE),
        ("DELETE FROM truncation",),
        ("UPDATE truncation SET seq = 10",),
        ("UPDATE truncation SET hash = zeroblob(32)",),
        ("UPDATE truncation SET record_seq = 20",),
        ("DELETE FROM chain WHERE seq = 1",),
        ("DELETE FROM chain WHERE kind = 'truncated'",),
        ("UPDATE chain SET header = CAST(replace(CAST(header AS TEXT), '11', '12') AS BLOB) WHERE kind = 'truncated'",),
    ],
)
def test_no_change_of_the_cut_passes_a_start(place: Place, statements: tuple[str, ...], clean: bool) -> None:
    journal = truncated(place)
    journal.close() if clean else journal.abandon()
    changed(place, *statements)
    assert isinstance(place.open(), NewEpoch)


def chained(count: int) -> list[ChainEntry]:
    made: list[ChainEntry] = []
    for seq in range(1, count + 1):
        entry = make_entry(
            prev=made[-1].hash if made else GENESIS, terminal="T-0001", epoch=1, seq=seq,
            kind="act" if seq > 1 else "epoch-opened", at="2026-11-22T00:00:00.000Z", header=b"{}",
        )  # fmt: skip
        made.append(entry)
    return made


def signed(place: Place, entries: list[ChainEntry], up_to: Position, *, key: bytes = b"") -> list[ChainEntry]:
    """With a record at the end; ``key``: somebody else's."""
    at = "2027-11-22T00:00:00.000Z"
    signature = place.sign(key + Truncation.statement("T-0001", at, up_to, entries[0].hash))
    header = canonical_json(Truncation(up_to, entries[0].hash, signature).header())
    last = entries[-1]
    record = make_entry(
        prev=last.hash, terminal="T-0001", epoch=1, seq=last.seq + 1, kind="truncated", at=at, header=header
    )
    return [*entries, record]


def rehashed(entries: list[ChainEntry]) -> list[ChainEntry]:
    """Every hash and link behind the opening worked out anew, as one who may write the whole file would do."""
    made = [entries[0]]
    for entry in entries[1:]:
        prev = made[-1].hash if entry.seq == made[-1].seq + 1 else entry.prev
        made.append(
            make_entry(
                prev=prev,
                terminal=entry.terminal,
                epoch=entry.epoch,
                seq=entry.seq,
                kind=entry.kind,
                at=entry.at,
                header=entry.header,
                body_commitment=entry.body_commitment,
            )
        )
    return made


def test_no_tampering_with_record_or_cut_is_whole(place: Place) -> None:
    chance = random.Random(20261122)
    check = proves(place)
    tried = 0
    for _ in range(150):
        whole = chained(chance.randrange(6, 30))
        cut = chance.randrange(2, len(whole) - 1)
        left = signed(place, whole, whole[cut - 1].position)
        left = [left[0], *left[cut:]]
        assert verify_epoch(left, check).whole
        victim = chance.randrange(1, len(left) - 1)
        other = chance.choice([seq for seq in range(2, len(whole)) if seq != cut])
        forged = signed(place, whole, whole[other - 1].position, key=b"another key")
        for tampered in (
            [*left[:victim], *left[victim + 1 :]],
            [left[0], *left[2:]],
            left[:-1],
            left[1:],
            [left[0], whole[cut - 1], *left[1:]],
            [replace(left[0], hash=bytes(32)), *left[1:]],
            # the whole file rewritten, hashes and all, but without the terminal's key
            rehashed([left[0], *(replace(entry, at="2020-01-01T00:00:00.000Z") for entry in left[1:])]),
            [forged[0], *forged[other:]],
            # an old record that is true, under a deeper cut
            [left[0], *left[chance.randrange(2, len(left)) :]],
            [*left[:-1], replace(left[-1], header=left[-1].header.replace(b"removed", b"removes"))],
        ):
            tried += 1
            assert not verify_epoch(tampered, check).whole
    assert tried == 1500


def test_one_flipped_octet_of_a_record_is_found_even_with_its_hashes_made_anew(place: Place) -> None:
    whole = chained(12)
    left = signed(place, whole, whole[5].position)
    left = [left[0], *left[6:]]
    record = left[-1]
    for place_in_header in range(len(record.header)):
        header = bytearray(record.header)
        header[place_in_header] ^= 1
        tampered = rehashed([*left[:-1], replace(record, header=bytes(header))])
        assert not verify_epoch(tampered, proves(place)).whole, header


def test_what_is_wrong_is_said(place: Place) -> None:
    whole = chained(9)
    left = signed(place, whole, whole[3].position)
    assert verify_epoch(left, proves(place)).findings == (BadRecord(10, "no-such-hole"),)
    hole = [left[0], *left[4:9]]
    assert verify_epoch(hole).findings[0] == Gap(5, 2)
    other = signed(place, whole, whole[3].position, key=b"x")
    assert verify_epoch([other[0], *other[4:]], proves(place)).findings == (BadRecord(10, "not-signed"),)


def test_a_bit_flipped_in_a_truncated_journal_is_found_after_a_kill(place: Place, flip: Any) -> None:
    truncated(place, 60, at_once=40).abandon()
    size = (place.folder / "journal.db").stat().st_size
    flip(place.folder / "journal.db", size // 2, 3)
    assert isinstance(place.open(), NewEpoch)


def test_the_folder_holds_nothing_of_what_left(place: Place) -> None:
    journal = truncated(place, 40)
    journal.close()
    names = sorted(path.name for path in Path(place.folder).iterdir())
    assert names == ["journal.db", "journal.head", "journal.open"]
