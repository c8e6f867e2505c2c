"""What the centre answers one terminal, no other one reads, whatever it writes into its request. In both suites."""

from __future__ import annotations

import json
import os

import pytest

from sync.gateway.answering import answer_open
from sync.gateway.beating import issue_order
from sync.gateway.connectors.demo import DemoCore
from sync.gateway.house import DRAFT, write_draft
from sync.protocol.certificate_code import signer_for
from sync.protocol.encoding import from_base64url
from sync.protocol.exchange import PROBLEM
from sync.protocol.heartbeat import HeartbeatAnswer, Order, OrderReport, TimeStatement
from sync.protocol.messages import Problem, Results, parse
from sync.protocol.questions import AnswerStatement, Question
from sync.protocol.statements import Statement, StatementRefused, read_statement
from sync.protocol.suites import CannotOpen, suite_of_public_key
from tests.unit.sync.conftest import signer_from
from tests.violence.forgery.samples import ACTS, QUESTIONS, SAMPLES, heartbeat, new_id


@pytest.fixture
def b(hall):
    """The other terminal: with acts that were processed, a question that was answered, and an order."""
    terminal = hall.terminal("T0002")
    terminal.open_epoch()
    for act in ACTS.values():
        terminal.append("act", act.to_wire(), session="s")
    assert terminal.upload().status == 200
    hall.process()
    with hall.store.transaction():
        issue_order("T0002", "lock", "theft", store=hall.store, authority=hall.authority, now=hall.clock.now())
    return terminal


@pytest.fixture
def a(hall):
    """The one that wants to know."""
    return hall.terminal("T0001")


def answered_question(hall, b):
    write_draft(hall.folder, (), lambda done: None)
    authority = hall.authority
    core = DemoCore(hall.folder, hall.folder / DRAFT, authority.anchor, signer_for(authority.issuer))
    question = Question(id=new_id(), deadline=30, asks=QUESTIONS[0])
    assert hall.ask(b.signed("POST", "/v1/questions", question.to_wire())).status == 202
    answer_open(hall.store, core, authority.signing, 20, hall.clock)
    assert b.get(f"/v1/questions/{question.id}").status == 200
    return question


def test_results_come_to_their_own_terminal_whatever_the_query_says(hall, a, b):
    assert len(parse(Results, b.get("/v1/results?after=0&generation=0").body).results) == 4
    for query in (
        "after=0&generation=0", "after=0&generation=0&terminal=T0002", "terminal=T0002&after=0&generation=0",
        "after=0&generation=0&terminal=%27%20OR%201%3D1",
    ):  # fmt: skip
        page = parse(Results, a.get(f"/v1/results?{query}").body)
        assert (page.terminal, page.results) == ("T0001", ())


def test_the_head_of_a_chain_is_told_to_its_own_terminal(hall, a, b):
    theirs = json.loads(b.get("/v1/chain/head?epoch=1").body)
    mine = json.loads(a.get("/v1/chain/head?epoch=1").body)
    assert (theirs["seq"], mine["seq"]) == (5, 1)


def test_an_answer_to_a_question_comes_to_the_one_who_asked(hall, a, b):
    question = answered_question(hall, b)
    for path in (
        f"/v1/questions/{question.id}", f"/v1/questions/{question.id}?terminal=T0002", "/v1/questions/",
        f"/v1/questions/T0002/{question.id}", f"/v1/questions/..%2F{question.id}", "/v1/questions/%25",
        f"/v1/questions/{question.id}%00", f"/v1/questions/{question.id.lower()}x",
    ):  # fmt: skip
        answer = a.get(path)
        assert (answer.status, answer.content_type) == (404, PROBLEM), path
        assert parse(Problem, answer.body).code == "question-unknown"


def test_the_same_id_asked_by_another_is_another_question(hall, a, b):
    question = answered_question(hall, b)
    mine = hall.ask(a.signed("POST", "/v1/questions", question.to_wire()))
    assert mine.status == 202, "it has an answer for the other one, and none for this one"
    assert a.get(f"/v1/questions/{question.id}").status == 202
    assert b.get(f"/v1/questions/{question.id}").status == 200


def test_an_answer_that_was_overheard_is_no_answer_to_another(hall, a, b):
    """Whoever reads it on its way can show it to another terminal; it names the one it is for."""
    question = answered_question(hall, b)
    signed = parse(Statement, b.get(f"/v1/questions/{question.id}").body)
    said = read_statement("answer", AnswerStatement, signed, hall.authority.public_key)
    assert (said.terminal, said.id) == ("T0002", question.id)
    forged = said.model_copy(update={"terminal": "T0001"}).to_wire()
    other = signed.model_copy(update={"statement": forged})
    with pytest.raises(StatementRefused):
        read_statement("answer", AnswerStatement, other, hall.authority.public_key)
    with pytest.raises(StatementRefused):
        read_statement("time", TimeStatement, signed, hall.authority.public_key)


def test_orders_and_the_time_come_with_ones_own_heartbeat(hall, a, b):
    # the order is still open when the other terminal asks
    mine = parse(HeartbeatAnswer, hall.ask(a.signed("POST", "/v1/heartbeat", heartbeat(a))).body)
    assert mine.orders == ()
    time = read_statement("time", TimeStatement, mine.time, hall.authority.public_key)
    assert time.terminal == "T0001"
    theirs = parse(HeartbeatAnswer, hall.ask(b.signed("POST", "/v1/heartbeat", heartbeat(b, orders=()))).body)
    (order,) = theirs.orders
    said = read_statement("order", Order, order, hall.authority.public_key)
    assert (said.terminal, said.command) == ("T0002", "lock")


def test_nobody_reports_on_anothers_order(hall, a, b):
    def order():
        with hall.store.transaction():
            (found,) = hall.store.heartbeats.open_orders("T0002", "2026-01-01T00:00:00.000Z", 10)
        return found

    done = OrderReport(number=order().number, state="done", reason="carried-out")
    assert hall.ask(a.signed("POST", "/v1/heartbeat", heartbeat(a, orders=(done,)))).status == 200
    assert order().state == "issued"


def test_bodies_are_sealed_to_the_centre_and_to_nobody_else(hall, a, b):
    sealed = next(entry.sealed for entry in b.chain if entry.sealed)
    suite = suite_of_public_key(hall.authority.public_key)
    for act in ACTS.values():
        assert act.id_number.encode() not in sealed
    for info in (b"", os.urandom(16)):
        with pytest.raises(CannotOpen):
            hall.authority.centre.open(sealed, info)
    assert suite.name == hall.authority.suite


def test_a_captured_enrolment_answer_gives_no_other_terminal_anything(hall, a):
    """It holds public keys and certificates alone: nothing in it is a secret."""
    third = type(a)(hall, "T0003", signer_from("the third", a.suite))
    answer = json.loads(hall.ask(third.signed("POST", "/v1/enrol", third.enrolment(hall.code("T0003")).to_wire())).body)
    trust = json.loads(from_base64url(answer["trust"]))
    assert not [name for name in trust if "private" in name or "secret" in name]
    assert "PRIVATE" not in json.dumps(trust)


@pytest.mark.parametrize("path", SAMPLES)
def test_no_path_answers_in_anothers_name(hall, a, b, path):
    """The terminal is the one whose key signed, whatever a header says."""
    method, target, body = SAMPLES[path](a)
    answer = hall.ask(a.signed(method, target, body, x_terminal="T0002", host="T0002", forwarded="for=T0002"))
    assert b"T0002" not in answer.body
