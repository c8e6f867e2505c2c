"""Journals that could not go on come home under their old epoch: all that is readable, each entry once."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta

import pytest

from offline_store.chain import timestamp
from offline_store.delivery import Delivery
from offline_store.journal import delete_uploaded, open_journal, salvage, salvage_done, uploaded, waiting_salvage
from sync.client import jobs
from sync.client.outcomes import Done, Later, NoAnswer, Stopped
from sync.client.salvage import salvage as salvage_job
from sync.client.session import Session
from sync.gateway.refusals import problem
from sync.protocol.encoding import decompress
from sync.protocol.messages import MAX_BATCH_ENTRIES, ChainUpload, RecordQuery, parse
from sync.protocol.sealing import seal_body

STORE_KEY = bytes(range(32))
QUERY = RecordQuery(
    item="SI-02", id_number="11010519491231002X", data_as_of="2026-11-01T00:00:00.000Z", outcome="shown"
).to_wire()
PAGE = 4096


class Broken:
    """A terminal whose journal breaks as often as a test wants; `between` may stand between it and the centre."""

    def __init__(self, hall, folder):
        self.hall = hall
        self.folder = folder
        self.signer = hall.terminal("T0001").signer
        self.asked = []
        self.between = lambda request, ask: ask(request)
        self.session = Session("T0001", self.signer, self.send, hall.clock.now, os.urandom)
        self.start()

    def start(self, folder=None, **words):
        centre = self.hall.authority.centre.public_key
        self.journal = open_journal(
            folder or self.folder, terminal="T0001", key=STORE_KEY, sign=self.signer.sign,
            seal=lambda plain, info: seal_body(plain, info, centre), now=self.hall.clock.now,
            suite=self.hall.authority.suite, **words,
        ).journal  # fmt: skip

    def act(self, times=1, body=QUERY):
        for _ in range(times):
            self.journal.append("act", {"session": "s"}, body)

    def break_off(self):
        """The journal cannot go on."""
        self.journal.close()
        self.start(replace_because="test")

    def damage_a_page_of_the_chain(self, probes):
        """Flip a bit so that some entries in the middle are lost, start again, and say what is readable."""
        for page in range(2, (self.folder / "journal.db").stat().st_size // PAGE):
            probe = probes / f"probe-{page}"
            shutil.copytree(self.folder, probe)
            flip(probe, page)
            self.start(folder=probe, replace_because="test")
            self.journal.close()
            found = self.read(probe / "broken-1")
            numbers = [item.entry.seq for item in found.undelivered]
            if found.read > 50 and not found.lost_bodies and numbers != list(range(numbers[0], numbers[-1] + 1)):
                flip(self.folder, page)
                self.start(replace_because="test")
                return found
        raise AssertionError("no page holds a part of the chain alone")

    def send(self, request):
        self.asked.append(request)
        return self.between(request, self.hall.ask)

    def upload(self):
        delivery = Delivery(self.folder, STORE_KEY)
        try:
            return self.session.run(jobs.upload(delivery, "T0001", self.hall.clock.now))
        finally:
            delivery.close()

    def salvage(self):
        return self.session.run(salvage_job(self, "T0001", self.hall.clock.now))

    def uploads(self):
        return [parse(ChainUpload, decompress(request.body, 1 << 26)) for request in self.asked]

    # what the job sees

    def waiting(self):
        return waiting_salvage(self.folder)

    def read(self, moved_aside):
        return salvage(moved_aside, key=STORE_KEY)

    def uploaded(self):
        return uploaded(self.folder)

    def done(self, moved_aside, at, **words):
        salvage_done(moved_aside, at, **words)


def flip(folder, page):
    damaged = bytearray((folder / "journal.db").read_bytes())
    damaged[page * PAGE + 100] ^= 1
    (folder / "journal.db").write_bytes(damaged)


@pytest.fixture
def terminal(hall, tmp_path):
    terminal = Broken(hall, tmp_path / "terminal")
    yield terminal
    terminal.journal.close()


def numbers(hall, epoch):
    return sorted(row.seq for row in hall.store.records(10_000) if row.epoch == epoch)


def test_nothing_to_salvage_asks_nothing(terminal):
    assert terminal.salvage() == Done(0)
    assert terminal.asked == []


def test_what_was_not_delivered_before_the_break_comes_home_once(terminal, hall):
    terminal.act(2)
    terminal.upload()
    terminal.act(3)
    terminal.break_off()
    terminal.act()
    assert terminal.upload() == Done(2)
    assert terminal.salvage() == Done(3)
    assert (numbers(hall, 1), numbers(hall, 2)) == ([1, 2, 3, 4, 5, 6], [1, 2])
    assert hall.process() == (8, 0)
    assert hall.store.fleet()[0].alarms == 0
    terminal.asked.clear()
    assert terminal.salvage() == Done(0)
    assert terminal.asked == []


def test_a_journal_that_was_delivered_whole_needs_no_network(terminal):
    terminal.act()
    terminal.upload()
    terminal.break_off()
    terminal.asked.clear()
    assert terminal.salvage() == Done(0)
    assert terminal.asked == []
    assert terminal.waiting() == ()


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_a_lost_request_or_answer_leaves_it_waiting_and_stores_nothing_twice(terminal, hall, lost):
    terminal.act(3)
    terminal.break_off()
    terminal.upload()

    def cut(request, ask):
        if lost == "answer":
            ask(request)
        return NoAnswer("broken")

    terminal.between = cut
    assert terminal.salvage() == Later("broken")
    assert len(terminal.waiting()) == 1
    terminal.between = lambda request, ask: ask(request)
    assert terminal.salvage() == Done(4 if lost == "request" else 0)
    assert numbers(hall, 1) == [1, 2, 3, 4]
    assert terminal.waiting() == ()


def test_before_the_new_epoch_is_at_the_centre_a_whole_one_is_taken_all_the_same(terminal, hall):
    terminal.act(3)
    terminal.break_off()
    assert terminal.salvage() == Done(4)
    assert terminal.upload() == Done(1)
    assert (numbers(hall, 1), numbers(hall, 2)) == ([1, 2, 3, 4], [1])


@pytest.mark.parametrize("received_before", [0, 30])
def test_of_a_damaged_journal_the_readable_part_comes_home_and_the_loss_is_said_at_both_ends(
    terminal, hall, tmp_path, received_before
):
    terminal.act(received_before)
    if received_before:
        terminal.upload()
    terminal.act(100)
    terminal.journal.close()
    found = terminal.damage_a_page_of_the_chain(tmp_path)
    readable = {item.entry.seq for item in found.undelivered}
    before = set(numbers(hall, 1))
    assert terminal.upload() == Done(1)
    assert terminal.salvage() == Stopped("salvage-incomplete", 1, items=len(readable - before))
    assert set(numbers(hall, 1)) == readable | before
    assert hall.store.fleet()[0].alarms > 0
    assert hall.process() == (len(readable | before) + 1, 0)
    assert terminal.salvage() == Done(0), "it is said once"


def test_a_long_salvage_goes_up_in_batches_and_says_which_is_the_last(terminal, hall):
    for _ in range(MAX_BATCH_ENTRIES * 2):
        terminal.journal.append("audit", {})
    terminal.break_off()
    terminal.upload()
    terminal.asked.clear()
    assert terminal.salvage() == Done(MAX_BATCH_ENTRIES * 2 + 1)
    assert [(len(upload.entries), upload.salvage.last) for upload in terminal.uploads()] == [
        (MAX_BATCH_ENTRIES, False), (MAX_BATCH_ENTRIES, False), (1, True),
    ]  # fmt: skip
    assert len(numbers(hall, 1)) == MAX_BATCH_ENTRIES * 2 + 1


def test_an_item_the_centre_will_not_take_goes_without_its_body(terminal, hall):
    terminal.act()
    terminal.act(body=b"x" * 70_000)
    terminal.act()
    terminal.break_off()
    terminal.upload()

    def strict(request, ask):
        upload = parse(ChainUpload, decompress(request.body, 1 << 26))
        if any(entry.sealed and len(entry.sealed) > 65_536 for entry in upload.entries):
            return problem(413, "body-too-large", "An item is too large.")
        return ask(request)

    terminal.between = strict
    assert terminal.salvage() == Done(4)
    hall.process()
    assert {row.seq: row.reason for row in hall.store.records(10) if row.epoch == 1}[3] == "body-withheld"


def test_of_a_journal_whose_database_is_gone_the_centre_hears_what_it_has_lost(terminal, hall):
    terminal.act(2)
    terminal.upload()
    terminal.act(2)
    terminal.journal.close()
    (terminal.folder / "journal.db").unlink()
    terminal.start()
    terminal.upload()
    assert terminal.salvage() == Stopped("salvage-incomplete", 1)
    assert hall.store.all("SELECT code, epoch, seq FROM alarm") == [("entries-lost", 1, 4)]


def test_a_fork_in_one_journal_never_keeps_back_the_next(terminal, hall):
    terminal.act(2)
    terminal.break_off()
    terminal.act(2)
    terminal.break_off()
    terminal.upload()

    def fork_in_the_first(request, ask):
        upload = parse(ChainUpload, decompress(request.body, 1 << 26))
        return problem(409, "fork", "Another.", epoch=1, seq=1) if upload.salvage.epoch == 1 else ask(request)

    terminal.between = fork_in_the_first
    assert terminal.salvage() == Stopped("fork", 1, 1, items=3)
    assert [path.name for path in terminal.waiting()] == ["broken-1"]
    assert numbers(hall, 2) == [1, 2, 3]


def test_a_journal_under_another_key_is_an_alarm_and_stays(terminal, hall):
    terminal.act(2)
    terminal.break_off()
    terminal.act()
    terminal.break_off()
    terminal.upload()
    terminal.read = lambda moved: salvage(moved, key=bytes(32) if moved.name == "broken-1" else STORE_KEY)
    assert terminal.salvage() == Stopped("salvage-wrong-key", items=2)
    assert [path.name for path in terminal.waiting()] == ["broken-1"]


def test_an_answer_that_is_not_the_centres_marks_nothing(terminal):
    terminal.act()
    terminal.break_off()
    terminal.upload()
    genuine = terminal.between
    for answer, outcome in [
        (b'{"already":0,"expected":{"epoch":1,"head":"%s","seq":3},"received":1,"terminal":"T0001"}' % (b"A" * 43),
         Later("nothing-acknowledged")),
        (b'{"already":0,"expected":{"epoch":1,"head":"%s","seq":3},"received":2,"terminal":"T0002"}' % (b"A" * 43),
         Stopped("receipt-for-another")),
        (b"<html>", Later("not-the-gateway")),
    ]:  # fmt: skip
        terminal.between = lambda request, ask, body=answer: replaced(ask(request), body)
        assert terminal.salvage() == outcome
        assert len(terminal.waiting()) == 1
        terminal.between = genuine


def replaced(response, body):
    return type(response)(response.status, response.headers, body)


def test_a_salvaged_journal_is_deleted_when_its_time_is_over_and_not_before(terminal, hall):
    terminal.act()
    terminal.break_off()
    terminal.upload()
    terminal.salvage()
    database = terminal.folder / "broken-1" / "journal.db"
    now = hall.clock.now()
    delete_uploaded(terminal.folder, timestamp(now - timedelta(seconds=1)))
    assert database.exists()
    delete_uploaded(terminal.folder, timestamp(now + timedelta(seconds=1)))
    assert not database.exists()
    assert (terminal.folder / "broken-1" / "moved.json").exists()
    assert terminal.salvage() == Done(0)
