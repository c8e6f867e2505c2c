"""What the centre takes of a journal that could not go on: all that fits, each thing once, and every hole an alarm."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from offline_store.chain import Position
from sync.gateway.receiving import MOST_EPOCHS_LOST, receive
from sync.protocol.messages import ChainReceipt, ChainUpload, LastEntry, Malformed, Problem, Salvage, parse


def refusal(response):
    found = parse(Problem, response.body)
    return response.status, found.code


def numbers(hall, epoch=1):
    return sorted(row.seq for row in hall.store.records(1000) if row.epoch == epoch)


def alarms(hall):
    with closing(sqlite3.connect(hall.folder / "gateway.db")) as db:
        return db.execute("SELECT code, epoch, seq, last_seq FROM alarm ORDER BY id").fetchall()


@pytest.fixture
def terminal(hall):
    """Epoch 1 has nine entries, of which the centre holds three; epoch 2 is open there and says where 1 ended."""
    terminal = hall.terminal()
    terminal.open_epoch()
    for _ in range(8):
        terminal.append("audit")
    terminal.upload(*terminal.chain[:3])
    last = terminal.chain[-1]
    terminal.upload(terminal.open_epoch(2, Position(1, last.seq, last.hash)))
    del terminal.chain[-1]
    return terminal


def test_the_rest_of_an_old_epoch_is_taken_after_a_new_one_began(hall, terminal):
    receipt = parse(ChainReceipt, terminal.salvage(*terminal.chain[3:]).body)
    assert (receipt.received, receipt.already) == (6, 0)
    assert (receipt.expected.epoch, receipt.expected.seq, receipt.expected.head) == (1, 10, terminal.chain[-1].hash)
    assert numbers(hall) == list(range(1, 10))
    assert alarms(hall) == []
    again = parse(ChainReceipt, terminal.salvage(*terminal.chain[3:]).body)
    assert (again.received, again.already) == (0, 6)
    assert hall.process() == (10, 0)
    assert hall.process() == (0, 0)


def test_holes_are_left_and_each_is_an_alarm_once(hall, terminal):
    left = [entry for entry in terminal.chain if entry.seq in (5, 8, 9)]
    for _ in range(2):
        assert terminal.salvage(*left).status == 200
    assert numbers(hall) == [1, 2, 3, 5, 8, 9]
    assert alarms(hall) == [("entries-lost", 1, 4, 4), ("entries-lost", 1, 6, 7)]
    assert hall.process() == (7, 0)


def test_a_tail_that_the_new_epoch_speaks_of_and_nobody_has_is_an_alarm(hall, terminal):
    assert terminal.salvage(*terminal.chain[3:6], last=False).status == 200
    assert alarms(hall) == []
    assert terminal.salvage(*terminal.chain[3:6]).status == 200
    assert alarms(hall) == [("entries-lost", 1, 7, 9)]


def test_a_journal_of_which_nothing_could_be_read_is_an_alarm_too(hall, terminal):
    receipt = parse(ChainReceipt, terminal.salvage().body)
    assert (receipt.received, receipt.expected.seq, receipt.expected.head) == (0, 4, terminal.chain[2].hash)
    assert alarms(hall) == [("entries-lost", 1, 4, 9)]


def test_an_epoch_of_which_the_centre_had_nothing_is_taken_without_its_lost_opening(hall):
    terminal = hall.terminal()
    terminal.open_epoch()
    terminal.append("audit")
    late = terminal.append("audit")
    assert terminal.upload(terminal.open_epoch(2)).status == 200
    assert terminal.salvage(late).status == 200
    assert alarms(hall) == [("entries-lost", 1, 1, 2)]
    assert numbers(hall) == [3]


def test_a_hole_may_be_filled_later_but_only_with_what_fits(hall, terminal):
    terminal.salvage(*terminal.chain[5:])
    fourth, fifth = terminal.chain[3:5]
    del terminal.chain[4:]
    stranger = terminal.append("audit", of="another past")
    assert refusal(terminal.salvage(stranger)) == (409, "fork")
    assert refusal(terminal.upload(fourth, fifth)) == (409, "fork"), "an ordinary upload has no business in there"
    assert terminal.salvage(fifth).status == 200
    assert terminal.salvage(fourth).status == 200
    assert numbers(hall) == list(range(1, 10))


def test_holes_are_never_taken_while_the_epoch_goes_on(hall):
    terminal = hall.terminal()
    terminal.open_epoch()
    terminal.upload()
    terminal.append("audit")
    later = terminal.append("audit")
    assert refusal(terminal.salvage(later)) == (409, "gap")
    assert refusal(terminal.upload(later)) == (409, "gap")
    assert numbers(hall) == [1]


def test_another_entry_at_a_used_number_is_a_fork_also_when_salvaged(hall, terminal):
    del terminal.chain[2:]
    clone = [terminal.append("audit", of="the clone's") for _ in range(3)]
    assert refusal(terminal.salvage(*clone)) == (409, "fork")
    assert numbers(hall) == [1, 2, 3]
    assert alarms(hall) == [("fork", 1, 3, None)]


@pytest.mark.parametrize("way", ["upload", "salvage"])
def test_an_entry_that_the_new_epochs_opening_contradicts_is_a_fork(hall, terminal, way):
    del terminal.chain[8:]
    other_ninth = terminal.append("audit", of="the clone's")
    send = getattr(terminal, way)
    assert refusal(send(*terminal.chain[3:8], other_ninth)) == (409, "fork")
    assert alarms(hall) == [("fork", 1, 9 if way == "salvage" else 4, None)], (
        "an ended epoch is closed to ordinary uploads"
    )


def test_an_entry_after_a_hole_must_still_be_what_its_hash_says(hall, terminal):
    forged = terminal.chain[7].model_copy(update={"at": "2026-01-01T00:00:00.000Z"})
    assert refusal(terminal.salvage(forged)) == (400, "hash-differs")


def test_a_fork_that_is_met_each_minute_is_one_alarm(hall, terminal):
    del terminal.chain[2:]
    terminal.append("audit", of="the clone's")
    for _ in range(3):
        assert refusal(terminal.upload()) == (409, "fork")
    assert hall.store.fleet()[0].alarms == 1


def test_a_salvage_speaks_of_one_epoch_and_an_ordinary_upload_of_something(terminal):
    for upload in (
        ChainUpload.model_construct(entries=(), salvage=None),
        ChainUpload.model_construct(entries=tuple(terminal.chain), salvage=Salvage(epoch=2, last=True)),
    ):
        with pytest.raises(Malformed):
            parse(ChainUpload, upload.to_wire())


def ends(terminal, epoch, seq, hash=bytes(32)):
    """Word of where an epoch ended, with nothing of it."""
    body = ChainUpload(entries=(), salvage=Salvage(epoch=epoch, last=True, end=LastEntry(seq=seq, hash=hash)))
    return terminal.hall.ask(terminal.signed("POST", "/v1/chain", body.to_wire())).status


def test_nothing_is_lost_of_an_epoch_that_has_not_ended(hall):
    terminal = hall.terminal()
    for epoch in range(5, 25):
        assert ends(terminal, epoch, 1) == 200
    terminal.open_epoch()
    terminal.append("audit")
    terminal.upload()
    for seq in range(1, 10):
        assert ends(terminal, 1, seq, bytes([seq]) * 32) == 200
    assert alarms(hall) == []


def test_the_alarms_of_epochs_that_nothing_speaks_of_are_bounded(hall):
    terminal = hall.terminal()
    terminal.open_epoch()
    terminal.upload()
    assert terminal.upload(terminal.open_epoch(9000)).status == 200
    for epoch in range(2, MOST_EPOCHS_LOST + 20):
        assert ends(terminal, epoch, 5) == 200
        assert ends(terminal, epoch, 7) == 200
    raised = alarms(hall)
    assert len(raised) == MOST_EPOCHS_LOST
    assert raised[0] == ("entries-lost", 2, 1, 7), "one for each epoch, and it grows"
    assert ends(terminal, 1, 4) == 200
    assert ("entries-lost", 1, 2, 4) in alarms(hall), "that one is held"


def test_each_opening_is_read_once_for_an_upload_however_many_entries_ask(hall):
    terminal = hall.terminal()
    terminal.open_epoch()
    late = [terminal.append("audit") for _ in range(30)]
    held = terminal.chain[0]
    assert terminal.upload(held).status == 200
    for epoch in range(2, 12):
        assert terminal.upload(terminal.open_epoch(epoch, Position(epoch - 1, 1, terminal.chain[-1].hash)
                               if epoch > 2 else Position(1, 31, late[-1].hash))).status == 200  # fmt: skip
    asked = []
    key = hall.store.terminal_certificates.keys("T0001")[0]

    class Counting:
        """The store, which notes how often it is asked for openings."""

        def __getattr__(self, name):
            return getattr(hall.store, name)

        def openings_after(self, number, epoch):
            asked.append(epoch)
            return hall.store.openings_after(number, epoch)

    body = ChainUpload(entries=tuple(late), salvage=Salvage(epoch=1, last=True))
    with hall.store.transaction():
        answer = receive(body, key, Counting(), "2026-11-22T00:00:00.000Z", hall.authority.public_key)
    assert answer.status == 200
    assert asked == [1]
