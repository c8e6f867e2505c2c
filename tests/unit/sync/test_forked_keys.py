"""After a fork nobody knows which disk a key belongs to: it begins nothing new until an operator has given another."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from offline_store.chain import GENESIS, Position, canonical_json, make_entry, timestamp
from sync.gateway.sqlite_store import SqliteStore
from sync.gateway.store import PublishedSnapshot
from sync.protocol.enrolment import RenewalRequest, renewal_binding
from sync.protocol.messages import Application, ChainUpload, Problem, Salvage, WireEntry, parse
from sync.protocol.questions import LiveRecord, Question
from sync.protocol.signatures import fingerprint

ACT = Application(item="SB-01", id_number="11010519491231002X", local_number="L1", content=()).to_wire()


def refusal(response):
    return response.status, parse(Problem, response.body).code


def alarms(hall, number="T0001"):
    rows = hall.store.terminal_certificates.alarms(number)
    return [(row.code, row.epoch, row.seq, row.last_seq) for row in rows]


def question(terminal):
    asked = Question(id=os.urandom(8).hex() + "AAAAAA", deadline=30, asks=LiveRecord(id_number="11010519491231002X"))
    return asked, terminal.hall.ask(terminal.signed("POST", "/v1/questions", asked.to_wire()))


def last(terminal):
    return Position(terminal.chain[-1].epoch, terminal.chain[-1].seq, terminal.chain[-1].hash)


@pytest.fixture
def original(hall):
    original = hall.terminal()
    original.open_epoch()
    original.append("audit", who="original")
    assert original.upload().status == 200
    return original


@pytest.fixture
def clone(original):
    """The same key, and another second entry, which the centre has refused."""
    clone = type(original)(original.hall, "T0001", original.signer, original.seal_key, original.chain[:1])
    clone.append("audit", who="clone")
    return clone


@pytest.fixture
def forked(clone):
    assert refusal(clone.upload()) == (409, "fork")
    return clone


@pytest.mark.parametrize("says", ["what it wrote", "what the centre holds", "nothing"])
def test_the_key_of_a_fork_opens_no_later_epoch_whatever_it_says_of_the_one_before(hall, original, forked, says):
    known = {"what it wrote": last(forked), "what the centre holds": last(original), "nothing": None}[says]
    assert refusal(forked.upload(forked.open_epoch(2, known))) == (409, "fork")
    assert refusal(forked.upload(forked.append("act", ACT, epoch=2))) == (409, "gap")
    original.append("audit", who="original")
    assert original.upload().status == 200, "who came first goes on in its epoch"
    assert {code for code, *_ in alarms(hall)} == {"fork"}


def test_the_key_of_a_fork_asks_nothing_new_renews_nothing_and_gets_no_snapshot(hall, original, clone, new_signer):
    asked, taken = question(original)
    assert taken.status == 202
    with hall.store.transaction():
        hall.store.publish(PublishedSnapshot(1, b"{}", "snapshot-1.ndjson.gz", timestamp(hall.clock.now())))
    assert original.get("/v1/snapshot").status == 200
    clone.upload()
    new = new_signer("another")
    proof = new.sign(renewal_binding("T0001", fingerprint(original.signer.public_key), new.public_key))
    renewal = RenewalRequest(terminal_key=new.public_key, suite=hall.authority.suite, proof=proof).to_wire()
    for answer in (
        question(original)[1],
        original.get("/v1/snapshot"),
        original.get("/v1/snapshot/1"),
        hall.ask(original.signed("POST", "/v1/renew", renewal)),
    ):
        assert refusal(answer) == (403, "forked")
    for path in ("/v1/results?after=0&generation=0", "/v1/revocations", "/v1/terminal-revocations",
                 "/v1/chain/head?epoch=1", "/v1/chain/held?epoch=1"):  # fmt: skip
        assert original.get(path).status == 200, path
    assert original.get(f"/v1/questions/{asked.id}").status == 202, "what was asked before it is answered"


def test_a_new_key_is_not_marked_by_the_branch_that_it_brings_home(hall, original, forked):
    lost = forked.append("act", ACT)
    assert refusal(forked.enrol(hall.code("T0001"))) == (403, "key-forked")
    new = hall.terminal(key="new key")
    new.chain = list(forked.chain)
    assert refusal(new.upload()) == (409, "fork"), "it has not opened its epoch yet"
    assert new.upload(new.open_epoch(2, last(forked))).status == 200, "the centre holds another entry at that number"
    assert refusal(new.salvage(*forked.chain[1:])) == (409, "fork")
    body = ChainUpload(entries=(forked.chain[1], lost), salvage=Salvage(epoch=1, last=True, forked=True)).to_wire()
    assert hall.ask(new.signed("POST", "/v1/chain", body)).status == 200
    assert question(new)[1].status == 202
    assert new.upload(new.open_epoch(3, Position(2, 1, new.chain[-1].hash))).status == 200


def test_a_renewed_key_is_marked_with_the_one_that_it_took_over_from(hall, original, clone, new_signer):
    old, new = original.signer, new_signer("T0001 renewed")
    proof = new.sign(renewal_binding("T0001", fingerprint(old.public_key), new.public_key))
    asked = RenewalRequest(terminal_key=new.public_key, suite=hall.authority.suite, proof=proof).to_wire()
    assert hall.ask(original.signed("POST", "/v1/renew", asked)).status == 200
    assert refusal(clone.upload()) == (409, "fork")
    original.signer = new
    assert refusal(question(original)[1]) == (403, "forked")
    assert refusal(original.upload(original.open_epoch(2, last(original)))) == (409, "fork")


def test_an_opening_that_contradicts_what_is_held_is_a_fork_and_one_that_knows_less_is_none(hall, original, clone):
    assert refusal(clone.upload(clone.open_epoch(2, last(clone)))) == (409, "fork")
    assert alarms(hall) == [("fork", 1, 2, None)], "there two disks wrote"
    assert refusal(question(original)[1]) == (403, "forked")
    other = hall.terminal("T0002")
    other.open_epoch()
    first = last(other)
    other.append("audit")
    assert other.upload().status == 200
    assert other.upload(other.open_epoch(2, first)).status == 200, "the head file is written once a session"
    assert question(other)[1].status == 202


def test_an_opening_that_knows_its_own_or_a_later_epoch_is_none(hall, original):
    for epoch in (2, 3):
        opening = original.open_epoch(2, Position(epoch, 1, bytes(32)))
        assert refusal(original.upload(opening)) == (400, "epoch-not-opened")


def test_who_asks_for_an_ended_epoch_is_told_and_alarmed_and_not_marked_for_a_question(hall, original):
    """An old disk; or a question that was on its way while the next epoch was opened."""
    assert original.upload(original.open_epoch(2, last(original))).status == 200
    assert refusal(original.get("/v1/chain/head?epoch=1")) == (409, "fork")
    assert alarms(hall) == [("fork", 2, 1, None)]
    assert question(original)[1].status == 202


def test_a_new_key_that_asks_for_an_epoch_of_the_former_one_is_not_marked(hall, original):
    new = hall.terminal(key="new key")
    new.chain = list(original.chain)
    assert new.upload(new.open_epoch(2, last(original))).status == 200
    assert refusal(new.get("/v1/chain/head?epoch=1")) == (409, "fork")
    assert question(new)[1].status == 202


def test_an_upload_that_was_on_its_way_when_the_next_epoch_was_opened_marks_nobody(hall, original):
    late = original.append("audit", who="original")
    known = last(original)
    assert original.upload(original.open_epoch(2, known)).status == 200
    assert refusal(original.upload(late)) == (409, "fork")
    assert question(original)[1].status == 202
    assert original.salvage(late).status == 200, "it comes home with the rest"


def test_an_opening_that_was_on_its_way_when_the_next_epoch_was_opened_marks_nobody(hall):
    terminal = hall.terminal()
    opening = terminal.open_epoch()
    assert terminal.upload(terminal.open_epoch(2, last(terminal))).status == 200
    assert refusal(terminal.upload(opening)) == (409, "fork")
    assert question(terminal)[1].status == 202


@pytest.mark.parametrize("what", ["beyond the end", "another past", "an end nobody stated"])
def test_who_writes_in_an_ended_epoch_what_cannot_be_of_one_disk_is_marked(hall, original, what):
    old = type(original)(hall, "T0001", original.signer, original.seal_key, list(original.chain))
    third = original.append("audit", who="original")
    assert original.upload(third).status == 200
    known = None if what == "an end nobody stated" else last(original)
    assert original.upload(original.open_epoch(2, known)).status == 200
    if what == "another past":
        written = old.append("audit", who="old disk")
    else:
        old.chain.append(third)
        written = old.append("audit", who="old disk")
    assert refusal(old.upload(written)) == (409, "fork")
    assert refusal(question(original)[1]) == (403, "forked")


def test_a_branch_of_an_epoch_that_goes_on_is_refused_and_marks_nobody(hall, original):
    assert refusal(forked_branch(original, 1)) == (409, "fork")
    assert question(original)[1].status == 202


def test_the_forks_of_an_epoch_are_one_alarm_from_the_first_to_the_last(hall, original):
    victim = hall.terminal("T0009")
    victim.open_epoch()
    victim.append("audit")
    victim.upload()
    del victim.chain[1:]
    victim.append("audit", of="a clone")
    victim.upload()
    original.upload(original.open_epoch(2))
    for seq in (9, 4, 300, 5):
        assert refusal(original.upload(stray(original, 1, seq))) == (409, "fork")
    for epoch in range(3, 20):
        # none of them was ever held
        refusal(original.upload(stray(original, epoch, 1)))
        original.upload(original.open_epoch(epoch + 20, last(original)))
        assert refusal(forked_branch(original, epoch + 50)) == (409, "fork")
    assert [row for row in alarms(hall) if row[0] == "fork"] == [("fork", 1, 4, 300), ("fork", 2, 1, None)]
    assert [row[0] for row in alarms(hall)].count("epoch-not-opened") == 1
    assert hall.store.terminal_certificates.alarms("T0001")[0].place == "1/4-300"
    assert alarms(hall, "T0009") == [("fork", 1, 2, None)]


def stray(terminal, epoch, seq):
    """An entry that fits nothing."""
    entry = make_entry(
        prev=b"\1" * 32 if seq > 1 else GENESIS, terminal="T0001", epoch=epoch, seq=seq, kind="audit",
        at=timestamp(terminal.hall.clock.now()), header=canonical_json({}), suite=terminal.suite,
    )  # fmt: skip
    return wire(entry)


def wire(entry):
    return WireEntry(
        epoch=entry.epoch, seq=entry.seq, kind=entry.kind, at=entry.at, header=entry.header, prev=entry.prev,
        body_commitment=None, hash=entry.hash,
    )  # fmt: skip


def forked_branch(terminal, epoch):
    body = ChainUpload(entries=(stray(terminal, epoch, 1),), salvage=Salvage(epoch=epoch, last=True, forked=True))
    return terminal.hall.ask(terminal.signed("POST", "/v1/chain", body.to_wire()))


def test_an_earlier_releases_keys_learn_which_epochs_are_theirs_and_its_alarms_become_one(hall, original, tmp_path):
    """As a gateway finds its file that was made before keys were marked."""
    store = hall.store
    hall.clock.at += timedelta(days=1)
    hall.terminal(key="second key")
    store.run("DELETE FROM alarm")
    for seq in (7, 3, 5):
        store.run("INSERT INTO alarm (at, terminal, code, epoch, seq) VALUES ('x', 'T0001', 'fork', 1, ?)", (seq,))
    store.run("INSERT INTO alarm (at, terminal, code, epoch, seq) VALUES ('x', 'T0001', 'fork', 2, 4)")
    for column in ("forked_at", "least_epoch"):
        store.run(f"ALTER TABLE terminal_certificate DROP COLUMN {column}")
    store.run("INSERT INTO terminal_certificate (terminal, fingerprint, serial, not_before, not_after)"
              " VALUES ('T0001', 'renewed', 's', 'x', 'y')")  # fmt: skip
    second = store.terminal("T0001").fingerprint
    store.run("INSERT INTO key_renewal VALUES ('T0001', ?, 'renewed', x'00', 'x', NULL)", (second,))
    store.run("DELETE FROM schema_step WHERE name = '013-forked-keys'")
    store.close()
    hall.store = SqliteStore(hall.folder)
    found = hall.store.all("SELECT least_epoch, forked_at FROM terminal_certificate ORDER BY id")
    assert found == [(1, "x"), (2, "x"), (2, "x")], "a fork of epoch 2 is of all of them"
    assert alarms(hall) == [("fork", 1, 3, 7), ("fork", 2, 4, None)]


def test_forks_that_an_earlier_release_found_mark_the_keys_that_may_have_written(hall, original, clone, new_signer):
    """As a gateway finds its file that was made before keys were marked: one fork before the second code, one after."""
    store = hall.store
    clone.upload()
    hall.clock.at += timedelta(days=1)
    second = hall.terminal(key="second key")
    second.chain = list(original.chain)
    assert second.upload(second.open_epoch(2)).status == 200
    copy = type(second)(hall, "T0001", second.signer, second.seal_key, list(second.chain))
    second.append("audit", epoch=2)
    assert second.upload(second.chain[-1]).status == 200
    copy.append("audit", epoch=2, who="copy")
    proof = new_signer("renewed").sign(
        renewal_binding("T0001", fingerprint(second.signer.public_key), new_signer("renewed").public_key)
    )
    asked = RenewalRequest(
        terminal_key=new_signer("renewed").public_key, suite=hall.authority.suite, proof=proof
    ).to_wire()
    assert hall.ask(second.signed("POST", "/v1/renew", asked)).status == 200
    hall.clock.at += timedelta(hours=1)
    assert refusal(copy.upload(copy.chain[-1])) == (409, "fork")
    third = hall.terminal(key="third key")
    marked = "SELECT least_epoch, forked_at IS NOT NULL FROM terminal_certificate ORDER BY id"
    before = store.all(marked)
    assert before == [(1, 1), (2, 1), (2, 1), (3, 0)]
    for column in ("forked_at", "least_epoch"):
        store.run(f"ALTER TABLE terminal_certificate DROP COLUMN {column}")
    store.run("DELETE FROM schema_step WHERE name = '013-forked-keys'")
    store.close()
    hall.store = SqliteStore(hall.folder)
    assert hall.store.all(marked) == before
    assert question(third)[1].status == 202
