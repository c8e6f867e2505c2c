"""Taking a terminal back reaches what it asked before and what was prepared for it, not only what comes afterwards."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from offline_store.chain import timestamp
from sync.gateway.answering import answer_open
from sync.gateway.beating import issue_order
from sync.gateway.cli import app
from sync.gateway.connectors.core_system import CoreUnavailable
from sync.gateway.house import make_house
from sync.gateway.refusals import code_of
from sync.gateway.sqlite_questions import SqliteQuestions
from sync.gateway.staff.alarms import Wanted
from sync.protocol.heartbeat import HeartbeatAnswer, Order, RevokedHeartbeat, TimeStatement
from sync.protocol.messages import Problem, parse
from sync.protocol.questions import CardStatusAnswer, CardStatusChange, Question
from sync.protocol.signatures import fingerprint
from sync.protocol.statements import read_statement
from sync.protocol.terminal_certificate import TerminalRevocations
from sync.protocol.terminal_certificate import read_statement as read_list

PERSON, CARD = "110199198803120233", "A00000011"
LOSS = CardStatusChange(change="loss-report", id_number=PERSON, card_number=CARD, level=1)


class Core:
    """The core system: notes what it is asked to do; `meanwhile` happens while it is asked something."""

    def __init__(self):
        self.done, self.meanwhile, self.away = [], lambda: None, False

    def change_card_status(self, key, asks, now):
        self.meanwhile()
        self.done.append(key)
        if self.away:
            raise CoreUnavailable("cut")
        return CardStatusAnswer(status="lost", case_number="C-1", words_zh="已挂失。", words_en="Reported lost.")

    def recall(self, key):
        return None


@pytest.fixture
def core():
    return Core()


def ask(terminal, letter, deadline=120, asks=LOSS):
    question = Question(id=letter * 21 + "A", deadline=deadline, asks=asks)
    assert terminal.hall.ask(terminal.signed("POST", "/v1/questions", question.to_wire())).status == 202
    return question.id


def revoke(hall, reason="stolen"):
    with hall.store.transaction():
        return hall.store.terminal_certificates.revoke("T0001", timestamp(hall.clock.now()), reason)


def answer(hall, core):
    return answer_open(hall.store, core, hall.authority.signing, 20, hall.clock)


def states(hall):
    return {row[0]: (row[1], row[2]) for row in hall.store.all("SELECT id, state, content IS NULL FROM question")}


def test_what_a_terminal_asked_before_it_was_revoked_is_not_done_afterwards(hall, core):
    id, other = ask(hall.terminal(), "B"), ask(hall.terminal("T0002"), "C")
    revoke(hall)
    assert answer(hall, core).settled == 1
    assert core.done == [f"T0002/{other}"]
    assert states(hall)[id] == ("expired", True)


def test_a_revocation_while_questions_are_answered_reaches_those_that_have_not_begun(hall, core):
    terminal = hall.terminal()
    first = ask(terminal, "B")
    hall.clock.forward(seconds=1)
    second = ask(terminal, "C")
    core.meanwhile = lambda: revoke(hall)
    answer(hall, core)
    assert core.done == [f"T0001/{first}"]
    assert (states(hall)[first][0], states(hall)[second][0]) == ("answered", "expired")


def test_what_was_begun_is_brought_to_its_end(hall, core):
    id = ask(hall.terminal(), "B")
    core.away = True
    assert answer(hall, core).unavailable == 1
    revoke(hall)
    core.away = False
    assert answer(hall, core).settled == 1
    assert states(hall)[id] == ("answered", True)


@pytest.mark.parametrize("reason", ["stolen", "compromised", "retired"])
def test_an_unused_code_of_a_revoked_terminal_enrols_nobody_and_a_newer_one_does(hall, reason, new_signer):
    terminal = hall.terminal()
    before, others = hall.code("T0001"), hall.code("T0002")
    revoke(hall, reason)
    thief = type(terminal)(hall, "T0001", new_signer("the thief's"))
    refused = thief.enrol(before)
    assert (refused.status, code_of(refused)) == (403, "enrolment-code-cancelled")
    assert thief.enrol(hall.code("T0001")).status == 200
    assert type(thief)(hall, "T0002", new_signer("another's")).enrol(others).status == 200


def beat(terminal, **changed):
    said = {"nonce": "A" * 22, "at": "2026-11-22T00:00:00Z", "version": "1", "suite": "intl", "devices": [],
            "pending": 3, "awaiting_result": 0, "free_bytes": 1, "snapshot": 0, "locked": False, **changed}  # fmt: skip
    return terminal.hall.ask(terminal.signed("POST", "/v1/heartbeat", json.dumps(said).encode()))


def stored(hall):
    return [
        hall.store.all("SELECT * FROM heartbeat"),
        hall.store.all("SELECT * FROM nonce"),
        hall.store.all("SELECT * FROM device_change"),
        hall.store.all("SELECT * FROM terminal_order"),
    ]


def order(hall, command):
    with hall.store.transaction():
        issue_order("T0001", command, "test", store=hall.store, authority=hall.authority, now=hall.clock.now())
    hall.clock.forward(seconds=1)


def test_the_refusal_of_a_revoked_heartbeat_brings_the_orders_to_wipe_and_nothing_is_stored(hall):
    terminal = hall.terminal()
    for command in ("lock", "wipe", "refresh"):
        order(hall, command)
    revoke(hall)
    before = stored(hall)
    refused = beat(terminal, devices=[{"device": "x", "state": "online", "since": "2026-11-22T00:00:00Z"}],
                   orders=[{"number": 2, "state": "done"}])  # fmt: skip
    assert (refused.status, code_of(refused)) == (401, "certificate-revoked")
    told = parse(RevokedHeartbeat, refused.body).answer
    assert isinstance(told, HeartbeatAnswer)
    authority = hall.authority.public_key
    time = read_statement("time", TimeStatement, told.time, authority)
    assert (time.terminal, time.nonce, time.time) == ("T0001", bytes(16), timestamp(hall.clock.now()))
    assert commands(hall, told) == ["wipe"]
    assert stored(hall) == before
    assert [row.code for row in hall.store.terminal_certificates.alarms("T0001")] == ["certificate-revoked"]


def test_a_revoked_terminal_is_given_the_signed_list_that_names_it_and_nothing_is_stored(hall):
    terminal = hall.terminal()
    revoke(hall)
    before = [*stored(hall), hall.store.all("SELECT * FROM terminal")]
    given = terminal.get("/v1/terminal-revocations")
    assert given.status == 200
    listed = read_list(TerminalRevocations, given.body, hall.authority.public_key)
    assert listed.names(fingerprint(terminal.signer.public_key)).reason == "stolen"
    assert [*stored(hall), hall.store.all("SELECT * FROM terminal")] == before
    assert [alarm.raised.code for alarm in hall.store.staff.alarms.of("T0001")] == ["certificate-revoked"]
    assert code_of(terminal.get("/v1/revocations")) == "certificate-revoked", "nothing else"


def test_a_machine_that_takes_the_number_of_a_stolen_one_is_not_wiped_in_its_place(hall):
    stolen = hall.terminal()
    revoke(hall)
    order(hall, "wipe")
    order(hall, "lock")
    present = hall.terminal(key="another machine's key")
    assert commands(hall, parse(HeartbeatAnswer, beat(present).body)) == ["lock"]
    assert commands(hall, parse(RevokedHeartbeat, beat(stolen).body).answer) == ["wipe"]
    order(hall, "wipe")
    assert commands(hall, parse(HeartbeatAnswer, beat(present).body)) == ["lock", "wipe"], "ordered since"


def commands(hall, answer):
    return [read_statement("order", Order, said, hall.authority.public_key).command for said in answer.orders]


def test_a_revoked_terminal_without_an_order_to_wipe_is_refused_in_the_usual_form(hall):
    terminal = hall.terminal()
    order(hall, "lock")
    revoke(hall)
    assert parse(Problem, beat(terminal).body).code == "certificate-revoked"
    order(hall, "wipe")
    assert parse(Problem, beat(terminal, pending="many").body).code == "certificate-revoked", "it is no heartbeat"
    hall.clock.forward(hours=25)
    assert parse(Problem, beat(terminal).body).code == "certificate-revoked", "the order is void"
    terminal.signer = hall.terminal("T0002").signer
    assert parse(Problem, beat(terminal).body).code == "signature-unknown-key", "that is a stranger"


def test_who_revokes_is_told_what_is_lost_and_what_can_still_be_done(tmp_path):
    folder = tmp_path / "house"
    house = make_house(folder)
    with house.store.transaction():
        house.store.run("INSERT INTO terminal (number) VALUES ('T0001')")
        house.store.run("INSERT INTO terminal_key (terminal, key, fingerprint, seal_key, enrolled_at)"
                        " VALUES ('T0001', x'00', 'f', x'00', 'x')")  # fmt: skip
        house.store.run("INSERT INTO terminal_certificate (terminal, fingerprint, serial, not_before, not_after)"
                        " VALUES ('T0001', 'f', 's', 'x', 'y')")  # fmt: skip
    house.store.close()
    said = CliRunner().invoke(app, ["terminal", "revoke", "T0001", "--reason", "stolen", "--data", str(folder)])
    assert said.exit_code == 0
    assert "not delivered can no longer be taken" in said.output
    assert "order to wipe given now is still obeyed" in said.output


class Noting:
    """A database that notes what is run on it."""

    def __init__(self):
        self.ran = []

    def run(self, sql, values=()):
        self.ran.append((sql, values))
        return 0


def test_questions_are_forgotten_without_looking_at_all_of_them(hall):
    noting = Noting()
    questions = SqliteQuestions(noting)
    noting.ran.clear()
    questions.forget(answers_before="2026-11-22", rows_before="2026-11-15")
    plans = [hall.store.all(f"EXPLAIN QUERY PLAN {sql}", *values)[0][-1] for sql, values in noting.ran]
    assert ["question_settled " in plans[0], "question_settled_at " in plans[1]] == [True, True], plans
    assert all(plan.startswith("SEARCH question ") for plan in plans), plans


def acknowledge(hall):
    alarms = hall.store.staff.alarms
    with hall.store.transaction():
        for alarm in alarms.newest(Wanted()):
            alarms.acknowledge(alarm, timestamp(hall.clock.now()), "li.na")
    assert hall.store.fleet()[0].alarms == 0


@pytest.mark.parametrize("why", ["certificate-revoked", "certificate-superseded", "certificate-expired"])
def test_a_machine_that_comes_back_weeks_after_its_alarm_was_acknowledged_is_an_open_alarm_again(hall, why):
    terminal = hall.terminal()
    if why == "certificate-revoked":
        revoke(hall)
    elif why == "certificate-superseded":
        hall.terminal(key="the key of the disk that stayed")
    else:
        hall.clock.forward(days=4000)
    first = timestamp(hall.clock.now())
    assert code_of(beat(terminal)) == why
    acknowledge(hall)
    hall.clock.forward(days=21)
    for _ in range(25):
        assert code_of(beat(terminal)) == why
        hall.clock.forward(minutes=5)
    (alarm,) = hall.store.staff.alarms.newest(Wanted())
    assert (alarm.raised.code, alarm.raised.at, alarm.raised.times, alarm.since) == (why, first, 4, 3)
    assert alarm.raised.last_at == timestamp(hall.clock.now() - timedelta(minutes=5))
    acknowledge(hall)
    assert code_of(beat(terminal)) == why
    assert hall.store.fleet()[0].alarms == 0, "what goes on stays acknowledged for an hour"
    hall.clock.forward(hours=1)
    assert code_of(beat(terminal)) == why
    assert hall.store.fleet()[0].alarms == 1
    assert len(hall.store.staff.alarms.of("T0001")) == 1, "asking on fills no disk"
