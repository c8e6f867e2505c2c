"""A gateway restored from a backup also lacks epochs that ended since, and what left a terminal's chain: all that is
still on the terminal comes back once, and what is nowhere any more is an alarm that says from where to where."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from offline_store.chain import canonical_json, make_entry, timestamp
from offline_store.delivery import BODY_RETENTION_DAYS, Delivery
from offline_store.journal import (
    LEAST_KEPT,
    Truncated,
    delete_uploaded,
    open_journal,
    salvage,
    salvage_done,
    uploaded,
    waiting_salvage,
)
from offline_store.truncation import Truncation
from sync.client import jobs
from sync.client.outcomes import Done, Later, Stopped
from sync.client.salvage import salvage as salvage_job
from sync.client.session import Session
from sync.gateway.refusals import problem
from sync.protocol.encoding import decompress
from sync.protocol.enrolment import RenewalRequest, renewal_binding
from sync.protocol.exchange import JSON, Request
from sync.protocol.messages import ChainUpload, RecordQuery, WireEntry, parse
from sync.protocol.sealing import seal_body
from sync.protocol.signatures import fingerprint, sign
from tests.unit.sync.real_disk import Backup, begin

STORE_KEY = bytes(range(32))
PAGE = 4096


class Terminal:
    """A terminal's data directory with the real jobs; `between` may stand between it and the centre."""

    def __init__(self, hall, folder):
        self.hall = hall
        self.folder = folder
        self.signer = hall.terminal("T0001").signer
        self.accepted = []
        self.asked = []
        self.between = lambda request, ask: ask(request)
        self.session = Session("T0001", self.signer, self.send, hall.clock.now, os.urandom)
        self.start()

    def start(self, folder=None, **words):
        centre = self.hall.authority.centre.public_key
        self.journal = open_journal(
            folder or self.folder, terminal="T0001", key=STORE_KEY, sign=lambda data: self.signer.sign(data),
            seal=lambda plain, info: seal_body(plain, info, centre), now=self.hall.clock.now,
            suite=self.hall.authority.suite, **words,
        ).journal  # fmt: skip
        self.delivery = Delivery(self.folder, STORE_KEY)

    def send(self, request):
        self.asked.append(request)
        return self.between(request, self.hall.ask)

    def act(self, *items):
        for item in items:
            body = RecordQuery(
                item=item, id_number="11010519491231002X", data_as_of="2026-11-01T00:00:00.000Z", outcome="shown"
            )
            self.journal.append("act", {"session": "s"}, body.to_wire())
            self.accepted.append(item)

    def signed(self, path, body, **headers):
        """A request that this terminal posts, made by hand."""
        at = int(self.hall.clock.now().timestamp())
        request = Request("POST", path, {"content-type": JSON, **headers}, body)
        return sign(request, self.signer, terminal="T0001", now=at, nonce=os.urandom(16))

    def close(self):
        self.delivery.close()
        self.journal.close()

    def new_epoch(self, *items):
        """The journal cannot go on; the next one begins."""
        self.close()
        self.start(replace_because="test")
        self.act(*items)

    def enrol_again(self):
        """An operator's code gives it another key."""
        self.session.signer = self.signer = self.hall.terminal("T0001", key="later key").signer

    def run(self, name):
        now = self.hall.clock.now
        if name == "salvage":
            return self.session.run(salvage_job(self, "T0001", now, self.delivery.results_generation()))
        if name == "head":
            return self.session.run(jobs.head(self.delivery, now))
        return self.session.run(getattr(jobs, name)(self.delivery, "T0001", now))

    def a_pass(self):
        """What the sync process does; the words of what was not done."""
        outcomes = {name: self.run(name) for name in ("upload", "salvage", "head", "results")}
        self.hall.process()
        return {name: end for name, end in outcomes.items() if not isinstance(end, Done)}

    def passes(self, count=4):
        """Until everything has settled: the generation is learned in the first, what was lost is sent in the next."""
        return [self.a_pass() for _ in range(count)]

    def uploads(self):
        return [
            parse(ChainUpload, decompress(request.body, 1 << 26)) for request in self.asked if request.method == "POST"
        ]

    def forget_the_old(self):
        return delete_uploaded(self.folder, timestamp(self.hall.clock.now() - timedelta(days=BODY_RETENTION_DAYS)))

    # what the salvage job sees

    def waiting(self):
        return waiting_salvage(self.folder)

    def uploaded(self):
        return uploaded(self.folder)

    def read(self, moved_aside):
        return salvage(moved_aside, key=STORE_KEY)

    def done(self, moved_aside, at, **words):
        salvage_done(moved_aside, at, **words)


@pytest.fixture
def terminal(hall, tmp_path):
    terminal = Terminal(hall, tmp_path / "terminal")
    yield terminal
    terminal.close()


def processed(hall):
    found = hall.store.all("SELECT content FROM act WHERE type = 'record-query'")
    return sorted(RecordQuery.model_validate_json(row[0]).item for row in found)


def alarms(hall):
    return hall.store.all("SELECT code, epoch, seq, last_seq FROM alarm ORDER BY epoch, seq")


def numbers(hall, epoch):
    return [row[0] for row in hall.store.all("SELECT seq FROM chain WHERE epoch = ? ORDER BY seq", epoch)]


def chain(hall):
    return hall.store.all("SELECT epoch, seq, hash FROM chain ORDER BY 1, 2")


@pytest.fixture
def ended_since(hall, terminal, tmp_path):
    """Epochs 1 and 2 ended after the backup; all of them was received, processed, and noted as done."""
    terminal.act("A1", "A2")
    terminal.a_pass()
    backup = Backup(hall, tmp_path / "backup.db")
    hall.clock.forward(days=1)
    terminal.act("A3", "A4")
    terminal.a_pass()
    terminal.act("A5")
    terminal.new_epoch("B1", "B2")
    terminal.passes(2)
    terminal.act("B3")
    terminal.new_epoch("C1")
    hall.clock.forward(days=1)
    assert terminal.passes() == [{}] * 4
    assert terminal.waiting() == ()
    assert processed(hall) == sorted(terminal.accepted)
    return backup


def test_what_a_restored_gateway_lost_of_epochs_that_ended_since_is_sent_again_once(hall, terminal, ended_since):
    before = chain(hall)
    ended_since.restore()
    assert processed(hall) == ["A1", "A2"]
    assert terminal.passes(6)[-1] == {}
    assert chain(hall) == before
    assert processed(hall) == sorted(terminal.accepted)
    assert hall.store.one("SELECT count(*) FROM result") == (len(before),), "each was processed once"
    assert alarms(hall) == []
    terminal.asked.clear()
    terminal.run("salvage")
    assert terminal.asked == [], "it is looked at once for each generation"


def test_a_restart_without_a_restore_costs_one_question_for_each_ended_epoch(hall, terminal, ended_since):
    begin(hall)
    terminal.run("results")
    terminal.asked.clear()
    terminal.read = None  # nothing is decrypted for it
    assert terminal.run("salvage") == Done(0)
    assert [request.path for request in terminal.asked] == [f"/v1/chain/held?epoch={epoch}" for epoch in (1, 2)]


def test_a_second_restore_is_made_good_as_the_first(hall, terminal, ended_since):
    before = chain(hall)
    for _ in range(2):
        ended_since.restore()
        terminal.passes(6)
        assert chain(hall) == before
        assert processed(hall) == sorted(terminal.accepted)
    assert alarms(hall) == []


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_a_network_that_breaks_while_it_is_sent_again_loses_and_doubles_nothing(hall, terminal, ended_since, lost):
    before = chain(hall)
    ended_since.restore()
    cuts = iter([True, False, True, True, False, True] + [False] * 1000)

    def broken(request, ask):
        cut = next(cuts)
        if cut and lost == "request":
            return problem(503, "unavailable", "Later.")
        answer = ask(request)
        return problem(503, "unavailable", "Later.") if cut else answer

    terminal.between = broken
    terminal.passes(8)
    assert chain(hall) == before
    assert processed(hall) == sorted(terminal.accepted)


def test_a_backup_that_was_made_in_the_midst_of_a_salvage_is_filled_up(hall, terminal, tmp_path):
    terminal.act(*(f"A{number:03}" for number in range(300)))
    terminal.new_epoch("B1")
    terminal.run("upload")
    backups = []

    def backing_up(request, ask):
        answer = ask(request)
        backups.append(Backup(hall, tmp_path / f"{len(backups)}.db"))
        return answer

    terminal.between = backing_up
    assert terminal.run("salvage") == Done(301)
    terminal.between = lambda request, ask: ask(request)
    terminal.passes(2)
    assert len(backups) == 2
    backups[0].restore()
    assert numbers(hall, 1) == list(range(1, 201))
    terminal.passes(5)
    assert numbers(hall, 1) == list(range(1, 302))
    assert processed(hall) == sorted(terminal.accepted)
    assert alarms(hall) == []


def test_what_was_sent_again_stays_on_the_terminal_for_its_time_anew(hall, terminal, ended_since):
    hall.clock.forward(days=4)
    ended_since.restore()
    terminal.passes(6)
    hall.clock.forward(days=4)
    assert terminal.forget_the_old() == (), "the centre has it for four days only"
    hall.clock.forward(days=4)
    assert [place.name for place in terminal.forget_the_old()] == ["broken-1", "broken-2"]


def test_when_the_folder_is_gone_the_centre_is_told_which_epoch_has_holes(hall, terminal, ended_since):
    hall.clock.forward(days=BODY_RETENTION_DAYS + 1)
    assert len(terminal.forget_the_old()) == 2
    ended_since.restore()
    terminal.passes(6)
    assert processed(hall) == ["A1", "A2", "C1"]
    # the opening and two acts were in the backup; five acts in all, and of the second epoch nothing
    assert alarms(hall) == [("entries-lost", 1, 4, 6), ("entries-lost", 2, 1, 4)]
    terminal.asked.clear()
    terminal.run("salvage")
    assert terminal.asked == []


def test_when_the_folder_is_gone_and_nothing_is_missing_there_is_no_alarm(hall, terminal, ended_since):
    hall.clock.forward(days=BODY_RETENTION_DAYS + 1)
    assert len(terminal.forget_the_old()) == 2
    begin(hall)
    assert terminal.passes(4) == [{}] * 4
    assert alarms(hall) == []


def test_folders_of_an_earlier_release_say_where_they_ended_too(hall, terminal, ended_since):
    """Their note of the upload has the time alone."""
    for known in terminal.uploaded():
        (known.moved_aside / "uploaded").write_text(f'{{"at":"{known.at}","complete":true}}')
    before = chain(hall)
    ended_since.restore()
    terminal.passes(6)
    assert chain(hall) == before
    assert processed(hall) == sorted(terminal.accepted)


def test_a_note_that_is_torn_has_the_journal_compared_and_is_written_anew(hall, terminal, ended_since):
    (terminal.folder / "broken-1" / "uploaded").write_text("torn")
    before = chain(hall)
    ended_since.restore()
    terminal.passes(6)
    assert chain(hall) == before
    assert [known.complete for known in terminal.uploaded()] == [True, True]


def test_an_older_gateway_that_cannot_say_what_it_holds_is_no_alarm(hall, terminal, ended_since):
    begin(hall)
    terminal.run("results")

    def older(request, ask):
        if "/held" in request.path:
            return problem(404, "no-such-path", "The gateway has no such path.")
        return ask(request)

    terminal.between = older
    assert terminal.run("salvage") == Done(0)
    terminal.between = lambda request, ask: ask(request)
    terminal.asked.clear()
    assert terminal.run("salvage") == Done(0)
    assert len(terminal.asked) == 2, "it is asked again when it can"


def test_before_the_gateway_knows_that_the_epoch_ended_it_is_later_and_no_fork(hall, terminal, ended_since):
    ended_since.restore()
    terminal.run("results")
    assert terminal.run("salvage") == Later("later-epoch-not-there")
    assert alarms(hall) == []


def damage(folder, page):
    damaged = bytearray((folder / "journal.db").read_bytes())
    damaged[page * PAGE + 100] ^= 1
    (folder / "journal.db").write_bytes(damaged)


def test_of_a_damaged_journal_all_that_came_home_comes_home_again_and_the_hole_stays_an_alarm(hall, terminal, tmp_path):
    backup = Backup(hall, tmp_path / "backup.db")
    terminal.act(*(f"A{number:03}" for number in range(100)))
    terminal.close()
    for page in range(2, (terminal.folder / "journal.db").stat().st_size // PAGE):
        probe = tmp_path / f"probe-{page}"
        shutil.copytree(terminal.folder, probe)
        damage(probe, page)
        terminal.start(folder=probe, replace_because="test")
        terminal.close()
        found = terminal.read(probe / "broken-1")
        held = [item.entry.seq for item in found.undelivered]
        if found.read > 50 and not found.lost_bodies and held != list(range(held[0], held[-1] + 1)):
            break
    else:
        raise AssertionError("no page holds a part of the chain alone")
    damage(terminal.folder, page)
    terminal.start(replace_because="test")
    terminal.passes(3)
    before, was = chain(hall), alarms(hall)
    assert was
    backup.restore()
    terminal.passes(6)
    assert (chain(hall), alarms(hall)) == (before, was)
    assert len(processed(hall)) == hall.store.one("SELECT count(*) FROM chain WHERE kind = 'act'")[0]


def test_a_branch_that_lost_is_kept_again_in_a_gateway_restored_to_before_it_was(hall, terminal, tmp_path):
    terminal.act("A1")
    terminal.a_pass()
    clone = tmp_path / "clone"
    terminal.close()
    shutil.copytree(terminal.folder, clone)
    own, terminal.folder = terminal.folder, clone
    terminal.start()
    terminal.act("X1", "X2")
    terminal.a_pass()
    terminal.close()
    terminal.folder = own
    terminal.start()
    terminal.act("A2")
    assert terminal.run("upload") == Stopped("fork", 1, 3)
    terminal.enrol_again()
    backup = Backup(hall, tmp_path / "backup.db")
    terminal.new_epoch("B1")
    terminal.passes(3)
    kept = [(row.entry.seq, row.entry.hash) for row in hall.store.rewinds.forked("T0001")]
    assert [seq for seq, _ in kept] == [3]
    backup.restore()
    terminal.passes(6)
    assert [(row.entry.seq, row.entry.hash) for row in hall.store.rewinds.forked("T0001")] == kept
    assert "entries-lost" not in {row[0] for row in alarms(hall)}
    hall.clock.forward(days=BODY_RETENTION_DAYS + 1)
    terminal.forget_the_old()
    backup.restore()
    terminal.passes(6)
    assert ("entries-lost", 1, 3, 3) in alarms(hall), "now nobody has it any more"


# --- what left the terminal's chain ---


@pytest.fixture
def truncated_since(hall, terminal, tmp_path):
    """Backups with 1, 3 and 8 entries; later 2 to 9 left the terminal's chain. All was processed."""
    backups = {0: Backup(hall, tmp_path / "0.db")}
    terminal.run("upload")
    backups[1] = Backup(hall, tmp_path / "1.db")
    for held, items in ((3, ("A1", "A2")), (8, ("A3", "A4", "A5", "A6", "A7")), (9, ("A8",))):
        terminal.act(*items)
        terminal.a_pass()
        terminal.run("results")
        backups[held] = Backup(hall, tmp_path / f"{held}.db")
    hall.clock.forward(days=LEAST_KEPT.days + 1)
    terminal.act("B1", "B2")
    terminal.passes(2)
    outcome = terminal.journal.truncate(kept=LEAST_KEPT, worth=1)
    assert isinstance(outcome, Truncated)
    assert outcome.up_to.seq == 9
    terminal.act("C1")
    assert terminal.passes(2) == [{}] * 2
    return backups


HELD_BEFORE = {0: ("entries-lost", 1, 2, 9), 1: ("entries-lost", 1, 2, 9), 3: ("entries-lost", 1, 4, 9),
               8: ("entries-lost", 1, 9, 9)}  # fmt: skip


@pytest.mark.parametrize("held", HELD_BEFORE)
@pytest.mark.parametrize("waits", [True, False])
def test_a_gateway_restored_to_before_a_truncation_takes_the_rest_with_a_known_hole(
    hall, terminal, truncated_since, held, waits
):
    truncated_since[held].restore()
    had = processed(hall)
    if waits:
        terminal.act("D1")
    assert [step for step in terminal.passes() if step] == []
    assert alarms(hall) == [HELD_BEFORE[held]]
    left = [entry.seq for entry in terminal.journal.entries()]
    assert numbers(hall, 1) == sorted({*range(1, held + 1), *left})
    assert processed(hall) == sorted({*had, *(item for item in terminal.accepted if item[0] != "A")})
    assert terminal.delivery.backlog().pending == 0
    terminal.act("E1")
    assert terminal.passes(1) == [{}]
    assert alarms(hall) == [HELD_BEFORE[held]], "said once, and the chain goes on"


def test_a_gateway_restored_to_the_very_cut_has_lost_nothing(hall, terminal, truncated_since):
    truncated_since[9].restore()
    assert [step for step in terminal.passes() if step] == []
    assert alarms(hall) == []
    assert processed(hall) == sorted(terminal.accepted)


def test_a_record_that_the_terminals_key_of_before_signed_counts(hall, terminal, truncated_since, new_signer):
    truncated_since[3].restore()
    old, new = terminal.signer.public_key, new_signer("T0001 later")
    proof = new.sign(renewal_binding("T0001", fingerprint(old), new.public_key))
    asked = RenewalRequest(terminal_key=new.public_key, suite=hall.authority.suite, proof=proof).to_wire()
    assert hall.ask(terminal.signed("/v1/renew", asked)).status == 200
    terminal.session.signer = terminal.signer = new
    assert [step for step in terminal.passes() if step] == []
    assert hall.store.keys_of("T0001") == (new.public_key, old)
    assert alarms(hall) == [HELD_BEFORE[3]]


def header(record, signer, *, up_to=None, opening=None):
    """The header of a record that says something else, signed."""
    cut = Truncation.read(record)
    up_to, opening = up_to or cut.up_to, opening or cut.opening
    signature = signer.sign(Truncation.statement("T0001", record.at, up_to, opening))
    return canonical_json(Truncation(up_to, opening, signature).header())


FORGERIES = {
    "none": lambda record, own, other: None,
    "a hash that differs": lambda record, own, other: replace(record, at="2020-01-01T00:00:00.000Z"),
    "another kind": lambda record, own, other: anew(record, kind="audit"),
    "no record": lambda record, own, other: anew(record, header=b"[" * 4000),
    "another's signature": lambda record, own, other: anew(record, header=header(record, other)),
    "another opening": lambda record, own, other: anew(record, header=header(record, own, opening=b"x" * 32)),
    "another cut": lambda record, own, other: anew(record, header=header(record, own, up_to=another_cut(record))),
    "another hash at the cut": lambda record, own, other: anew(
        record, header=header(record, own, up_to=replace(Truncation.read(record).up_to, hash=bytes(32)))
    ),
}


def anew(record, **changed):
    """With its hash worked out anew."""
    values = {name: getattr(record, name) for name in ("prev", "terminal", "epoch", "seq", "kind", "at", "header")}
    return lambda suite: make_entry(**{**values, **changed}, suite=suite)


def another_cut(record):
    return replace(Truncation.read(record).up_to, seq=8)


@pytest.mark.parametrize("how", FORGERIES)
def test_no_record_but_the_terminals_own_makes_a_hole(hall, terminal, truncated_since, other_signer, how):
    truncated_since[3].restore()
    terminal.run("head")
    made = FORGERIES[how](terminal.delivery.cut(), terminal.signer, other_signer)
    entry = made(hall.authority.suite) if callable(made) else made

    def forging(request, ask):
        upload = parse(ChainUpload, decompress(request.body, 1 << 26))
        assert upload.truncation is not None
        forged = upload.model_copy(update={"truncation": None if entry is None else to_wire(entry)})
        return ask(terminal.signed("/v1/chain", forged.to_wire()))

    terminal.between = forging
    assert terminal.run("upload").code == "gap"
    assert numbers(hall, 1) == [1, 2, 3]
    assert alarms(hall) == []


def test_another_disk_that_writes_into_the_hole_is_a_fork(hall, terminal, truncated_since):
    truncated_since[3].restore()
    terminal.passes(2)
    (third,) = hall.store.one("SELECT hash FROM chain WHERE epoch = 1 AND seq = 3")
    fourth = make_entry(
        prev=third, terminal="T0001", epoch=1, seq=4, kind="audit", at=timestamp(hall.clock.now()),
        header=canonical_json({}), suite=hall.authority.suite,
    )  # fmt: skip
    upload = ChainUpload(entries=(to_wire(fourth),)).to_wire()
    assert hall.ask(terminal.signed("/v1/chain", upload)).status == 409
    assert ("fork", 1, 4, None) in alarms(hall)


def to_wire(entry):
    return WireEntry(
        epoch=entry.epoch, seq=entry.seq, kind=entry.kind, at=entry.at, header=entry.header, prev=entry.prev,
        body_commitment=entry.body_commitment, hash=entry.hash,
    )  # fmt: skip
