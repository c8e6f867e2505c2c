"""Numbers at the edge of their range, and rows of another release: refused or settled, never a fault that stays."""

from __future__ import annotations

import json
import os

import pytest

from offline_store.chain import (
    GENESIS,
    MOST_ENTRIES,
    EpochOpened,
    Position,
    canonical_json,
    make_entry,
    timestamp,
)
from sync.gateway.answering import answer_open
from sync.gateway.beating import issue_order
from sync.gateway.cli_operations import fleet_line, with_heartbeat
from sync.gateway.refusals import code_of
from sync.protocol.heartbeat import HeartbeatAnswer
from sync.protocol.messages import LastEntry, parse
from sync.protocol.questions import LiveRecord, Question


def body(entries, **more):
    """An upload of entries whose numbers no message of ours would take."""
    return json.dumps({"entries": entries, **more}).encode()


def on_the_wire(entry, **changed):
    return {**json.loads(entry.to_wire()), **changed}


def post(terminal, data):
    return terminal.hall.ask(terminal.signed("POST", "/v1/chain", data))


@pytest.fixture
def terminal(hall):
    terminal = hall.terminal()
    terminal.open_epoch()
    terminal.append("audit")
    assert terminal.upload().status == 200
    return terminal


@pytest.mark.parametrize("number", [0, -1, True, 1.0, MOST_ENTRIES, 2**53 - 1, 2**63, 10**30])
@pytest.mark.parametrize("field", ["epoch", "seq"])
def test_an_epoch_and_a_number_in_it_are_whole_and_bounded(hall, terminal, field, number):
    late = on_the_wire(terminal.append("audit"), **{field: number})
    salvage = {"epoch": late["epoch"], "last": True}
    for data in (body([late]), body([late], salvage=salvage)):
        refused = post(terminal, data)
        assert (refused.status, code_of(refused)) == (400, "malformed")


def opening(terminal, last_known):
    """Signed by the terminal, whatever it states."""
    at = timestamp(terminal.hall.clock.now())
    known = Position(last_known["epoch"], last_known["seq"], bytes.fromhex(last_known["hash"]))
    statement = EpochOpened.statement("T0001", 2, at, "test", known, terminal.suite)
    opened = EpochOpened("test", known, terminal.signer.sign(statement), terminal.suite)
    return make_entry(
        prev=GENESIS, terminal="T0001", epoch=2, seq=1, kind="epoch-opened", at=at,
        header=canonical_json(opened.header()), suite=terminal.suite,
    )  # fmt: skip


@pytest.mark.parametrize("stated", [
    {"seq": 10**30}, {"seq": 2**63}, {"seq": True}, {"seq": 0}, {"seq": -5}, {"seq": MOST_ENTRIES}, {"epoch": 0},
    {"epoch": True}, {"epoch": -1}, {"hash": ""}, {"hash": "00"}, {"hash": "00" * 1000},
])  # fmt: skip
def test_an_opening_that_states_an_impossible_head_is_refused_and_salvage_goes_on(hall, terminal, stated):
    entry = opening(terminal, {"epoch": 1, "seq": 9, "hash": "00" * 32} | stated)
    wire = terminal.chain[0].model_copy(
        update={"epoch": 2, "at": entry.at, "header": entry.header, "prev": entry.prev, "hash": entry.hash}
    )
    refused = terminal.upload(wire)
    assert (refused.status, code_of(refused)) == (400, "epoch-not-opened")
    assert terminal.upload(terminal.open_epoch(2)).status == 200
    assert terminal.salvage(last=True).status == 200


def test_an_impossible_head_that_an_earlier_release_took_states_nothing(hall, terminal):
    assert terminal.upload(terminal.open_epoch(2, Position(1, 9, b"9" * 32))).status == 200
    odd = opening(terminal, {"epoch": 1, "seq": 10**30, "hash": "00" * 32})
    with hall.store.transaction():
        hall.store.run("UPDATE chain SET header = ?, hash = ? WHERE epoch = 2", (odd.header, odd.hash))
    assert terminal.salvage(last=True).status == 200
    assert hall.store.terminal_certificates.alarms("T0001") == []


def test_the_highest_numbers_are_taken_and_answered(hall, terminal):
    highest = MOST_ENTRIES - 1
    assert terminal.upload(terminal.open_epoch(highest)).status == 200
    assert terminal.get(f"/v1/chain/head?epoch={highest}").status == 200
    far = make_entry(
        prev=b"1" * 32, terminal="T0001", epoch=1, seq=highest, kind="audit", at=timestamp(hall.clock.now()),
        header=b"{}", suite=terminal.suite,
    )  # fmt: skip
    wire = terminal.chain[1].model_copy(
        update={"seq": far.seq, "at": far.at, "header": far.header, "prev": far.prev, "hash": far.hash}
    )
    assert terminal.salvage(wire).status == 200
    end = {"epoch": 1, "last": True, "end": json.loads(LastEntry(seq=highest, hash=b"2" * 32).to_wire())}
    assert post(terminal, body([], salvage=end)).status == 200


def test_a_number_whose_last_epoch_was_opened_is_enrolled_no_more_and_that_is_said(hall, terminal, new_signer):
    assert terminal.upload(terminal.open_epoch(MOST_ENTRIES - 1)).status == 200
    new = type(terminal)(hall, "T0001", new_signer("a new key"))
    refused = new.enrol(hall.code("T0001"))
    assert (refused.status, code_of(refused)) == (403, "epochs-used-up")


# --- what another release kept ---


BEAT = {"nonce": "A" * 22, "at": "2026-11-22T00:00:00Z", "version": "1", "suite": "intl", "devices": [],
        "pending": 3, "awaiting_result": 0, "free_bytes": 1, "snapshot": 0, "locked": False}  # fmt: skip


def beat(terminal):
    return terminal.hall.ask(terminal.signed("POST", "/v1/heartbeat", json.dumps(BEAT).encode()))


def test_a_heartbeat_that_another_release_kept_counts_as_none_until_the_next_comes(hall, terminal):
    beat(terminal)
    with hall.store.transaction():
        hall.store.run("UPDATE heartbeat SET content = ?", (json.dumps({**BEAT, "later": 1}).encode(),))
    (row,) = [with_heartbeat(row, hall.store, hall.clock.now()) for row in hall.store.fleet()]
    assert fleet_line(row)[-1] == "no heartbeat yet"
    assert beat(terminal).status == 200
    (row,) = [with_heartbeat(row, hall.store, hall.clock.now()) for row in hall.store.fleet()]
    assert row["heartbeat"]["pending"] == 3


def test_an_order_that_another_release_kept_in_another_form_holds_up_no_other(hall, terminal):
    with hall.store.transaction():
        for command in ("lock", "wipe"):
            issue_order("T0001", command, "test", store=hall.store, authority=hall.authority, now=hall.clock.now())
        hall.store.run("UPDATE terminal_order SET statement = x'7b7d' WHERE command = 'lock'")
    assert len(parse(HeartbeatAnswer, beat(terminal).body).orders) == 1


class Core:
    """The core system; notes what it is asked."""

    def __init__(self):
        self.asked = []

    def recall(self, key):
        self.asked.append(key)


@pytest.mark.parametrize("state", ["waiting", "begun"])
def test_a_question_that_another_release_wrote_is_settled_and_holds_up_no_other(hall, terminal, state):
    asked = Question(id=os.urandom(8).hex() + "AAAAAA", deadline=30, asks=LiveRecord(id_number="110199198803120233"))
    assert hall.ask(terminal.signed("POST", "/v1/questions", asked.to_wire())).status == 202
    with hall.store.transaction():
        hall.store.run("UPDATE question SET content = ?, state = ?", (b'{"asks":"later"}', state))
    core = Core()
    assert answer_open(hall.store, core, hall.authority.signing, 20, hall.clock).settled == 1
    assert core.asked == ([f"T0001/{asked.id}"] if state == "begun" else []), "what was begun may have been done"
    assert hall.store.questions.question("T0001", asked.id).state == "expired"
    assert answer_open(hall.store, core, hall.authority.signing, 20, hall.clock).settled == 0
