"""A journal breaks while the terminal is off-line: after the next sync the centre has both epochs, each entry once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from offline_store.chain import timestamp
from offline_store.journal import delete_uploaded, salvage, waiting_salvage
from sync import process
from sync.client.outcomes import Done, Stopped
from sync.protocol.messages import RecordQuery

QUERY = RecordQuery(
    item="SI-02", id_number="110199198803120233", data_as_of="2026-11-01T00:00:00.000Z", outcome="shown"
).to_wire()


def outcome(summary, job):
    return next(run.outcome for run in summary.runs if run.job == job)


def mine(gateway, terminal):
    return sorted((row["epoch"], row["seq"]) for row in gateway.records() if row["terminal"] == terminal.number)


def alarms(gateway, terminal):
    return next(row["alarms"] for row in gateway.answer("fleet") if row["number"] == terminal.number)


def killed_with_a_damaged_log(terminal, offset):
    """The disk as it was when the terminal died within a session, but for one bit of the write-ahead log."""
    names = ("journal.db", "journal.db-wal", "journal.head", "journal.open")
    with terminal.journal() as journal:
        for _ in range(6):
            journal.append("act", {"session": "s1"}, QUERY)
        disk = {name: bytearray((terminal.data / name).read_bytes()) for name in names}
    disk["journal.db-wal"][offset] ^= 1
    for name, data in disk.items():
        (terminal.data / name).write_bytes(data)


def test_a_broken_journals_undelivered_entries_come_home_beside_the_new_epoch(gateway, terminal):
    process.now(terminal.data, keys=terminal.keys)
    killed_with_a_damaged_log(terminal, 32 + 8)  # the first frame's salt: every page is whole
    with terminal.journal() as journal:
        assert journal.epoch == 2
        journal.append("act", {"session": "s2"}, QUERY)
    summary = process.now(terminal.data, keys=terminal.keys)
    assert outcome(summary, "upload") == Done(2)
    assert outcome(summary, "salvage") == Done(6)
    assert mine(gateway, terminal) == [*((1, seq) for seq in range(1, 8)), (2, 1), (2, 2)]
    assert alarms(gateway, terminal) == 0
    assert waiting_salvage(terminal.data) == ()

    again = process.now(terminal.data, keys=terminal.keys)
    assert outcome(again, "salvage") == Done(0)
    assert len(mine(gateway, terminal)) == 9
    run = dict(process.status(terminal.data, keys=terminal.keys).last_done)["salvage"]
    assert (run.outcome, run.started_by) == ("done", "operator")
    assert (terminal.data / "broken-1" / "journal.db").exists(), "kept for seven days"
    delete_uploaded(terminal.data, timestamp(datetime.now(UTC) + timedelta(days=1)))
    assert not (terminal.data / "broken-1" / "journal.db").exists()


def test_what_cannot_be_read_any_more_is_an_alarm_at_both_ends_and_blocks_nothing(gateway, terminal):
    with terminal.journal() as journal:
        for _ in range(3):
            journal.append("act", {"session": "s1"}, QUERY)
    process.now(terminal.data, keys=terminal.keys)
    with terminal.journal() as journal:
        for _ in range(3):
            journal.append("act", {"session": "s1"}, QUERY)
    size = (terminal.data / "journal.db").stat().st_size
    (terminal.data / "journal.db").write_bytes(bytes(size))
    with terminal.journal() as journal:
        journal.append("act", {"session": "s2"}, QUERY)
    with terminal.keys.load("store", length=32) as key:
        assert salvage(waiting_salvage(terminal.data)[0], key=key.material).read == 0
    summary = process.now(terminal.data, keys=terminal.keys)
    assert outcome(summary, "upload") == Done(2)
    assert outcome(summary, "salvage") == Stopped("salvage-incomplete", 1)
    assert [run.job for run in summary.alarms] == ["salvage"]
    assert alarms(gateway, terminal) == 1
    assert mine(gateway, terminal) == [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2)]
    assert process.now(terminal.data, keys=terminal.keys).alarms == ()
