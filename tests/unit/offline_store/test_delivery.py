"""The sync process' side: batches in order, received and processed apart, results kept, bodies deleted in time."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from offline_store.chain import GENESIS, Position, verify_run
from offline_store.delivery import Acknowledged, Backlog, Delivery, Fork, Outdated
from offline_store.errors import RowRefused, StoreBroken, WrongKey
from offline_store.results import ItemResult, RefusedItem
from offline_store.rows import INBOX_KEPT
from offline_store.standing import OutOfService

Place = Any
AT = "2026-11-22T02:10:00.000Z"


def seqs(items: Any) -> list[int]:
    return [item.entry.seq for item in items]


def test_pending_entries_come_in_order_and_verify_as_a_chain(place: Place) -> None:
    place.fill(4)
    items = place.delivery().pending(limit=100, max_bytes=1 << 20)
    assert seqs(items) == [1, 2, 3, 4, 5]
    assert verify_run([item.entry for item in items], GENESIS, 1).whole
    assert [item.sealed is not None for item in items] == [False, True, True, True, True]


def test_a_batch_ends_at_its_count_or_its_bytes_but_never_empty(place: Place) -> None:
    place.fill(4)
    delivery = place.delivery()
    assert seqs(delivery.pending(limit=2, max_bytes=1 << 20)) == [1, 2]
    assert seqs(delivery.pending(limit=100, max_bytes=1)) == [1]
    sizes = [len(item.entry.header) + len(item.sealed or b"") for item in delivery.pending(limit=9, max_bytes=1 << 20)]
    assert seqs(delivery.pending(limit=100, max_bytes=sum(sizes[:3]))) == [1, 2, 3]
    assert seqs(delivery.pending(limit=100, max_bytes=sum(sizes[:3]) - 1)) == [1, 2]


def test_received_up_to_a_head_leaves_the_rest_pending(place: Place) -> None:
    place.fill(4)
    delivery = place.delivery()
    third = delivery.pending(limit=3, max_bytes=1 << 20)[-1].entry.position
    assert delivery.mark_received(third, AT) == Acknowledged(3)
    assert delivery.acknowledged_head() == third
    assert seqs(delivery.pending(limit=9, max_bytes=1 << 20)) == [4, 5]
    state = delivery.state_of(1, 2)
    assert (state.state, state.received_at) == ("received", AT)


def test_the_same_acknowledgement_again_changes_nothing(place: Place) -> None:
    place.fill(4)
    delivery = place.delivery()
    items = delivery.pending(limit=9, max_bytes=1 << 20)
    delivery.mark_received(items[4].entry.position, AT)
    assert delivery.mark_received(items[2].entry.position, "2026-11-22T03:00:00.000Z") == Acknowledged(0)
    assert delivery.acknowledged_head() == items[4].entry.position
    assert delivery.state_of(1, 2).received_at == AT


def test_a_head_with_another_hash_is_a_fork_and_nothing_is_marked(place: Place) -> None:
    place.fill(4)
    delivery = place.delivery()
    ours = delivery.pending(limit=3, max_bytes=1 << 20)[-1].entry.position
    theirs = replace(ours, hash=bytes(32))
    assert delivery.mark_received(theirs, AT) == Fork(ours, theirs)
    assert delivery.backlog().pending == 5
    assert delivery.acknowledged_head() is None


def test_a_head_that_was_never_given_is_a_fork(place: Place) -> None:
    place.fill(4)
    theirs = Position(1, 99, bytes(32))
    assert place.delivery().mark_received(theirs, AT) == Fork(None, theirs)


def test_a_head_of_a_journal_that_was_moved_aside_meanwhile_is_no_fork_and_changes_nothing(place: Place) -> None:
    head = place.fill(4).head
    place.opened[-1].close()
    delivery = place.delivery()
    place.open(replace_because="test")
    assert delivery.mark_received(head, AT) == Outdated("epoch-differs")
    assert delivery.rewind(1, 2, acknowledged=None) == Outdated("epoch-differs")
    assert (delivery.backlog().pending, delivery.acknowledged_head()) == (1, None)


def test_a_fork_of_an_epoch_that_has_ended_takes_the_present_journal_out_of_nothing(place: Place) -> None:
    place.fill(4).close()
    delivery = place.delivery()
    place.open(replace_because="test")
    assert not delivery.take_out_of_service(OutOfService("fork", 1, 3, AT))
    assert delivery.out_of_service() is None
    # what the centre says of an old disk names the epoch that came after it
    assert delivery.take_out_of_service(OutOfService("fork", 3, 1, AT))


def test_a_word_that_entries_were_lost_is_outdated_once_more_of_them_were_received(place: Place) -> None:
    journal = place.fill(4)
    delivery, beside = place.delivery(), place.delivery()
    third = delivery.pending(limit=3, max_bytes=1 << 20)[-1].entry.position
    delivery.mark_received(third, AT)
    beside.mark_received(journal.head, AT)
    assert delivery.rewind(1, 4, acknowledged=third) == Outdated("overtaken")
    assert delivery.state_of(1, 4).state == "received"


def test_tries_are_counted_for_the_entries_that_were_sent(place: Place) -> None:
    place.fill(4)
    delivery = place.delivery()
    items = delivery.pending(limit=2, max_bytes=1 << 20)
    delivery.attempted(items[0].entry.position, items[-1].entry.position, AT)
    delivery.attempted(items[0].entry.position, items[-1].entry.position, AT)
    assert [delivery.state_of(1, seq).attempts for seq in (1, 2, 3)] == [2, 2, 0]
    assert delivery.state_of(1, 1).last_attempt_at == AT


def test_results_come_later_per_item_and_a_refused_one_blocks_nothing(place: Place) -> None:
    journal = place.fill(4)
    delivery = place.delivery()
    delivery.mark_received(journal.head, AT)
    results = [
        place.result(2, "refused", result='{"reason":"unknown type"}'),
        place.result(3, result='{"case":"C-1"}'),
    ]
    delivery.record_results(results, cursor=42)
    assert delivery.results_cursor() == 42
    assert [journal.delivery_of(1, seq).state for seq in (2, 3, 4)] == ["refused", "processed", "received"]
    assert journal.delivery_of(1, 2).result == '{"reason":"unknown type"}'
    assert [(row.kind, row.seq, row.payload) for row in journal.inbox_after(0)] == [
        ("result", 2, '{"reason":"unknown type"}'),
        ("result", 3, '{"case":"C-1"}'),
    ]


def test_results_and_their_cursor_are_stored_together_or_not_at_all(place: Place) -> None:
    place.fill(2)
    delivery = place.delivery()
    bad = place.result(3, "somewhere")
    with pytest.raises(RowRefused):
        delivery.record_results([place.result(2), bad], cursor=9)
    assert delivery.results_cursor() == 0
    assert delivery.state_of(1, 2).state == "pending"
    assert delivery.inbox_after(0) == ()


def test_a_result_for_an_epoch_that_was_moved_aside_goes_to_the_inbox(place: Place) -> None:
    place.fill(2).close()
    result = place.result(2)
    journal = place.open(replace_because="fork").journal
    delivery = place.delivery()
    delivery.record_results([result], cursor=1)
    assert [(row.epoch, row.seq) for row in journal.inbox_after(0)] == [(1, 2)]


@pytest.mark.parametrize("end", ["an order", "a damaged chain"])
def test_a_new_epoch_goes_on_where_the_last_one_was_told_results(place: Place, end: str) -> None:
    journal = place.fill(2)
    place.delivery().record_results([place.result(2)], cursor=42, generation=7)
    journal.close()
    if end == "an order":
        outcome = place.open(replace_because="test")
    else:
        connection = place.raw()
        connection.execute("DROP TRIGGER chain_is_append_only_update")
        connection.execute("UPDATE chain SET at = 'never' WHERE seq = 2")
        connection.close()
        (place.folder / "journal.open").write_text("an unclean stop")
        outcome = place.open()
    assert outcome.journal.epoch == 2
    delivery = place.delivery()
    assert (delivery.results_cursor(), delivery.results_generation()) == (42, 7)


def test_a_result_about_another_disks_entry_at_the_same_number_changes_nothing_about_ours(place: Place) -> None:
    journal = place.fill(3)
    delivery = place.delivery()
    theirs = replace(place.result(3, result='{"case_number":"somebody else\'s"}'), hash=bytes(32))
    for _ in range(2):
        delivery.record_results([theirs, place.result(2)], cursor=2)
    ours = delivery.state_of(1, 3)
    assert (ours.state, ours.processed_at, ours.result) == ("pending", None, None)
    assert 3 in seqs(delivery.pending(limit=9, max_bytes=1 << 20))
    assert delivery.state_of(1, 2).state == "processed"
    assert [(row.kind, row.seq) for row in journal.inbox_after(0)] == [("result-of-another", 3), ("result", 2)]
    assert delivery.delete_old_bodies("2099-01-01T00:00:00.000Z") == 1


def test_a_centre_restored_from_backup_makes_entries_pending_again(place: Place) -> None:
    journal = place.fill(4)
    delivery = place.delivery()
    delivery.mark_received(journal.head, AT)
    delivery.record_results([place.result(2)], cursor=1)
    assert delivery.rewind(1, 2, acknowledged=journal.head) == 4
    assert seqs(delivery.pending(limit=9, max_bytes=1 << 20)) == [2, 3, 4, 5]
    assert delivery.acknowledged_head().seq == 1
    assert delivery.rewind(1, 1, acknowledged=delivery.acknowledged_head()) == 1
    assert delivery.acknowledged_head() is None


def test_the_backlog_tells_count_and_age_of_what_waits(place: Place) -> None:
    journal = place.fill(2)
    delivery = place.delivery()
    delivery.mark_received(journal.head, AT)
    assert delivery.backlog() == Backlog(0, None, 3, 0)
    place.clock.forward(hours=1)
    journal.append("act", {"item": "SI-01"}, b"x")
    place.clock.forward(hours=1)
    journal.append("act", {"item": "SI-01"}, b"x")
    assert delivery.backlog() == Backlog(2, "2026-11-22T03:00:00.000Z", 3, 0)


def test_what_the_centre_refused_is_counted_and_named_with_its_reason(place: Place) -> None:
    journal = place.fill(4)
    delivery = place.delivery()
    delivery.mark_received(journal.head, AT)
    results = [
        place.result(2, "refused", result='{"reason":"unknown-act","state":"refused"}'),
        place.result(4, "refused", result='{"reason":null,"state":"refused"}'),
        place.result(5),
    ]
    delivery.record_results(results, cursor=3)
    assert delivery.backlog() == Backlog(0, None, 2, 2)
    second, fourth = RefusedItem(1, 2, "act", "unknown-act", AT), RefusedItem(1, 4, "act", None, AT)
    assert delivery.refused() == (second, fourth)
    assert delivery.refused(limit=1) == (fourth,)
    delivery.record_results([place.result(2)], cursor=4)
    assert delivery.refused() == (fourth,)


def test_bodies_go_seven_days_after_processing_and_the_chain_stays(place: Place) -> None:
    journal = place.fill(4)
    delivery = place.delivery()
    delivery.mark_received(journal.head, AT)
    delivery.record_results(
        [
            place.result(2, at="2026-11-10T00:00:00.000Z"),
            place.result(3, at="2026-11-20T00:00:00.000Z"),
            place.result(4, "refused", at="2026-11-10T00:00:00.000Z"),
        ],
        cursor=1,
    )
    assert delivery.delete_old_bodies("2026-11-15T02:00:00.000Z") == 1
    connection = place.raw()
    assert connection.rows("SELECT seq FROM body ORDER BY seq") == [(3,), (4,), (5,)]
    connection.close()
    assert journal.verify().count == 5
    assert journal.verify().whole


def test_old_bodies_are_deleted_a_few_at_a_time(place: Place) -> None:
    place.fill(5)
    delivery = place.delivery()
    delivery.record_results([place.result(seq) for seq in range(2, 7)], cursor=1)
    removed = [delivery.delete_old_bodies("2026-12-01T00:00:00.000Z", limit=2) for _ in range(4)]
    assert removed == [2, 2, 1, 0]


def test_each_run_leaves_a_row_and_the_latest_is_by_id_not_by_clock(place: Place) -> None:
    place.fill(1)
    delivery = place.delivery()
    first = delivery.run_started("upload", "timer", "2026-11-22T09:00:00.000Z")
    delivery.run_ended(first, "2026-11-22T09:00:01.000Z", outcome="ok", items=3)
    second = delivery.run_started("upload", "poke", "2026-11-22T02:00:00.000Z")
    delivery.run_ended(second, "2026-11-22T02:00:01.000Z", outcome="no-network", detail="connection refused")
    other = delivery.run_started("snapshot", "timer", AT)
    assert delivery.last_run("upload").id == second.id
    assert delivery.last_run("upload", outcome="ok").items == 3
    assert delivery.last_run("snapshot").id == other.id
    assert delivery.last_run("snapshot").ended_at is None
    assert delivery.last_run("revocations") is None


def test_a_run_that_ends_after_its_journal_was_moved_aside_closes_no_row_of_another(place: Place) -> None:
    place.fill(1).close()
    delivery = place.delivery()
    before = delivery.run_started("upload", "schedule", AT)
    place.open(replace_because="test")
    delivery.run_ended(before, AT, outcome="done", items=3)
    assert delivery.last_run("upload") is None
    present = delivery.run_started("questions", "schedule", AT)
    assert present.id == before.id
    delivery.run_ended(before, AT, outcome="done", items=3)
    assert delivery.last_run("questions").ended_at is None


@pytest.mark.parametrize(
    "write",
    [
        lambda delivery, head: delivery.note_clock(5, AT),
        lambda delivery, head: delivery.attempted(head, head, AT),
        lambda delivery, head: delivery.delete_old_bodies(AT),
        lambda delivery, head: delivery.run_started("upload", "schedule", AT),
    ],
    ids=["clock", "tries", "bodies", "runs"],
)
def test_a_journal_moved_aside_while_a_call_waits_for_its_turn_lets_the_call_end(place: Place, write: Any) -> None:
    journal = place.fill(2)
    head = journal.head
    journal.close()
    inner: list[Exception | None] = []

    def live() -> None:
        delivery = Delivery(place.folder, place.key)
        ready.set()
        try:
            write(delivery, head)
            inner.append(None)
        except Exception as error:  # noqa: BLE001 handed to the test
            inner.append(error)
        delivery.close()

    ready, thread = threading.Event(), threading.Thread(target=live)
    terminal = place.raw()
    with terminal.writing():
        thread.start()
        ready.wait()
        # long enough to come to the wait for the lock, far shorter than its patience
        time.sleep(0.2)
        for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
            (place.folder / name).rename(place.folder / f"{name}.away")
        place.open()
    thread.join()
    terminal.close()
    assert inner == [None]


def test_rows_of_old_runs_go_but_for_the_latest_of_each_job_and_the_latest_that_was_done(place: Place) -> None:
    place.fill(1)
    delivery = place.delivery()

    def ran(job: str, day: int, outcome: str | None) -> int:
        run = delivery.run_started(job, "schedule", f"2026-11-{day:02}T00:00:00.000Z")
        if outcome is not None:
            delivery.run_ended(run, f"2026-11-{day:02}T00:00:01.000Z", outcome=outcome)
        return run.id

    ids = [
        ran("upload", 1, "done"),
        ran("upload", 2, "done"),
        ran("upload", 3, "later"),
        ran("upload", 4, None),
        ran("head", 5, "later"),
        ran("upload", 20, "later"),
        ran("upload", 21, "later"),
    ]
    assert [delivery.delete_old_runs("2026-11-10T00:00:00.000Z", at_once=2) for _ in range(2)] == [3, 0]
    connection = place.raw()
    assert [row[0] for row in connection.rows("SELECT id FROM runs ORDER BY id")] == [ids[1], *ids[4:]]
    assert delivery.delete_old_runs("2026-11-10T00:00:00.000Z", keep=1) == 1
    assert [row[0] for row in connection.rows("SELECT id FROM runs ORDER BY id")] == [ids[1], ids[4], ids[6]]
    connection.close()
    assert delivery.last_run("upload", outcome="done").started_at == "2026-11-02T00:00:00.000Z"


def test_answers_are_read_in_the_order_of_arrival_from_the_last_one_seen(place: Place) -> None:
    journal = place.fill(1)
    delivery = place.delivery()
    ids = [delivery.store_inbox("notice", f'{{"n":{number}}}', AT) for number in range(3)]
    assert [row.id for row in journal.inbox_after(0)] == ids
    assert [row.id for row in journal.inbox_after(ids[0], limit=1)] == [ids[1]]


def test_the_inbox_keeps_the_newest_answers_alone_and_finds_one_by_what_it_is_about(place: Place) -> None:
    journal = place.fill(1)
    connection = place.raw()
    with connection.writing():
        connection.execute_many(
            "INSERT INTO inbox(kind, epoch, seq, payload, arrived_at) VALUES ('result', 7, ?, '{}', ?)",
            ((number, AT) for number in range(INBOX_KEPT)),
        )
    delivery = place.delivery()
    ids = [delivery.store_inbox("notice", "{}", AT) for _ in range(3)]
    kept = connection.rows("SELECT min(id), max(id), count(*) FROM inbox")
    assert kept == [(ids[-1] - INBOX_KEPT + 1, ids[-1], INBOX_KEPT)]
    # a correction of an entry that is not here any more: its number is looked up, nothing is walked through
    word = ItemResult(7, 9, bytes(32), "processed", AT, "{}")
    corrected = replace(word, result='{"correction":"b"}')
    delivery.record_results([word, corrected, corrected], cursor=3)
    delivery.record_results([word, corrected], cursor=5)
    assert [(row.seq, row.payload) for row in journal.inbox_after(ids[-1])] == [(9, '{"correction":"b"}')]
    (plan,) = connection.rows(
        "EXPLAIN QUERY PLAN SELECT 1 FROM inbox WHERE kind = 'result' AND epoch = 7 AND seq = 9 AND payload = '{}'"
    )
    assert "USING INDEX" in plan[-1]
    connection.close()


def test_the_terminal_appends_while_sync_reads_and_sync_sees_it(place: Place) -> None:
    journal = place.fill(1)
    delivery = place.delivery()
    before = len(delivery.pending(limit=100, max_bytes=1 << 20))
    journal.append("audit", {"step": "x"})
    assert len(delivery.pending(limit=100, max_bytes=1 << 20)) == before + 1


def test_when_the_terminal_moved_the_journal_aside_sync_goes_to_the_new_one(place: Place) -> None:
    place.fill(3).close()
    delivery = place.delivery()
    assert len(delivery.pending(limit=100, max_bytes=1 << 20)) == 4
    place.open(replace_because="fork")
    items = delivery.pending(limit=100, max_bytes=1 << 20)
    assert [(item.entry.epoch, item.entry.seq, item.entry.kind) for item in items] == [(2, 1, "epoch-opened")]


def test_sync_does_not_set_a_journal_up(place: Place) -> None:
    place.folder.mkdir()
    with pytest.raises(StoreBroken, match="missing"):
        place.delivery()
    (place.folder / "journal.db").touch()
    with pytest.raises(StoreBroken, match="never set up"):
        place.delivery()


def test_sync_with_a_wrong_key_is_told_so(place: Place) -> None:
    place.fill(1)
    place.key[0] ^= 1
    with pytest.raises(WrongKey):
        place.delivery()
    place.key[0] ^= 1
