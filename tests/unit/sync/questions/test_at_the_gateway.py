"""Interactive questions at the gateway: one id is one question, and nothing is done twice."""

from __future__ import annotations

import random
from hashlib import sha256
from itertools import count

import pytest

from sync.gateway.app import terminals_app
from sync.protocol.certificate_code import signer_for
from sync.protocol.exchange import Response
from sync.protocol.messages import Malformed, parse
from sync.protocol.questions import (
    AnswerStatement,
    LiveRecord,
    Working,
)
from sync.protocol.sealed_document import SealRefusedError, check_document, seal_document
from sync.protocol.statements import make_statement, read_statement
from tests.unit.sync.questions.asker import LI, LOSS, RELEASE, WANG, WHO, Asker, q


def test_a_question_is_taken_at_once_and_its_answer_is_signed_for_this_terminal_and_this_content(asker):
    taken = asker.post(q())
    assert (taken.status, parse(Working, taken.body).id) == (202, "A" * 22)
    assert asker.get("A" * 22).status == 202
    assert asker.answer().settled == 1
    said = asker.say(asker.get("A" * 22))
    assert (said.terminal, said.id, said.content_hash) == ("T0001", "A" * 22, q().content_hash)
    assert (said.state, said.answer.verdict) == ("answered", "confirmed")


def test_the_same_id_with_the_same_content_gets_the_same_answer_and_is_done_once(asker):
    for _ in range(3):
        assert asker.post(q(LOSS)).status == 202
    asker.answer()
    first = asker.get("A" * 22)
    again = asker.post(q(LOSS))
    assert (again.status, again.body) == (200, first.body)
    assert asker.answer().settled == 0
    assert asker.core.asked == ["change_card_status"]


def test_the_same_id_with_another_content_is_refused_and_raises_an_alarm(asker, hall):
    asker.post(q(LOSS))
    refused = asker.post(q(RELEASE))
    assert (refused.status, b"question-id-reused" in refused.body) == (422, True)
    assert [(row[0], row[1]) for row in hall.store.all("SELECT terminal, code FROM alarm")] == [
        ("T0001", "question-id-reused")
    ]
    alarms = hall.store.staff.alarms
    with hall.store.transaction():
        alarms.acknowledge(alarms.of("T0001")[0], "then", "li.na")
    assert hall.store.fleet()[0].alarms == 0
    asker.answer()
    assert asker.say(asker.get("A" * 22)).answer.status == "lost"
    hall.clock.forward(hours=1)
    asker.post(q(RELEASE))
    assert hall.store.fleet()[0].alarms == 1, "one an hour later is not covered by who looked at the first"


def test_one_terminal_cannot_read_anothers_answer_nor_meet_its_ids(asker, hall, core):
    asker.post(q())
    other = Asker(hall, core, hall.terminal("T0002"))
    assert other.get("A" * 22).status == 404
    assert other.post(q(LiveRecord(id_number=WANG))).status == 202
    asker.answer()
    assert asker.say(asker.get("A" * 22)).answer.kind == "confirm-identity"
    assert other.say(other.get("A" * 22)).answer.kind == "live-record"


@pytest.mark.parametrize("id", ["A" * 21, "../" + "A" * 19, "A" * 22 + "/x", "%00", ""])
def test_an_unknown_or_impossible_id_is_unknown(asker, id):
    assert asker.get(id).status in (404, 400)


@pytest.mark.parametrize("body", [
    b"{}", b"[]", b"", b'{"id":"x","deadline":30,"asks":{"kind":"live-record","id_number":"1"}}',
    q().to_wire().replace(b'"deadline":30', b'"deadline":0'),
    q().to_wire().replace(b'"deadline":30', b'"deadline":9999'),
    q().to_wire().replace(b"confirm-identity", b"drop-all-tables"),
    q().to_wire().replace(b'"kind"', b'"more":1,"kind"'),
])  # fmt: skip
def test_what_is_no_question_is_refused_and_leaves_nothing(asker, hall, body):
    assert asker.post(body).status == 400
    assert hall.store.all("SELECT * FROM question") == []


def test_after_its_deadline_nothing_is_begun_any_more(asker, hall):
    asker.post(q(LOSS))
    hall.clock.forward(seconds=31)
    asker.answer()
    assert asker.say(asker.get("A" * 22)).state == "expired"
    assert asker.core.asked == []


def test_what_was_begun_but_not_answered_is_asked_again_under_its_key_and_done_once(asker):
    asker.post(q(LOSS))
    asker.core.cut = True
    assert asker.answer().unavailable == 1
    assert asker.get("A" * 22).status == 202
    asker.core.cut = False
    assert asker.answer().settled == 1
    assert asker.say(asker.get("A" * 22)).answer.status == "lost"
    assert asker.ask(LOSS).refusal.reason == "card-is-lost"


@pytest.mark.parametrize(("done_before", "state"), [(True, "answered"), (False, "expired")])
def test_after_the_deadline_a_begun_question_is_only_asked_what_became_of_it(asker, hall, done_before, state):
    asker.post(q(LOSS))
    asker.core.cut, asker.core.away = done_before, not done_before
    asker.answer()
    asker.core.cut = asker.core.away = False
    hall.clock.forward(seconds=31)
    asker.answer()
    assert asker.core.asked == ["change_card_status", "recall"]
    assert asker.say(asker.get("A" * 22)).state == state


def test_after_a_recall_a_late_copy_of_the_request_does_nothing(asker):
    assert asker.core.demo.recall("T0001/x") is None
    late = asker.core.demo.change_card_status("T0001/x", LOSS, asker.hall.clock.now())
    assert late.reason == "too-late"
    assert asker.ask(LiveRecord(id_number=LI)).answer.rows[1].status == "normal"


def test_two_keys_whose_hashes_begin_alike_get_two_case_numbers(asker):
    seen: dict[str, str] = {}
    for n in count():
        key = f"T0001/{n}"
        begins = sha256(key.encode()).hexdigest()[:8]
        if begins in seen:
            break
        seen[begins] = key
    change, now = asker.core.demo.change_card_status, asker.hall.clock.now()
    first, released, second = change(seen[begins], LOSS, now), change("T0001/x", RELEASE, now), change(key, LOSS, now)
    assert released.status == "normal"
    assert second.case_number.startswith(first.case_number)
    assert second.case_number != first.case_number


def test_an_answer_is_kept_a_quarter_of_an_hour_and_its_id_a_week(asker, hall):
    asker.ask(WHO, "A" * 22)
    stored = b"".join(bytes(row[0] or b"") for row in hall.store.all("SELECT content FROM question"))
    assert stored == b"", "the question itself goes when it is answered"
    hall.clock.forward(seconds=901)
    asker.answer()
    gone = asker.get("A" * 22)
    assert (gone.status, b"answer-forgotten" in gone.body) == (410, True)
    assert hall.store.all("SELECT answer FROM question") == [(None,)]
    assert asker.post(q()).status == 410, "still the same question: not done again"
    hall.clock.forward(days=8)
    asker.answer()
    assert hall.store.all("SELECT * FROM question") == []


def test_a_terminal_has_only_so_many_questions_open(asker):
    ids = [f"{number:021}A" for number in range(9)]
    answers = [asker.post(q(id=id)) for id in ids]
    assert [answer.status for answer in answers] == [202] * 8 + [429]
    assert answers[-1].headers["retry-after"] == "5"


def test_nothing_personal_stands_in_a_repr():
    assert LI not in repr(q()) + repr(q(LOSS)) + repr(q(LiveRecord(id_number=LI)))


def test_a_statement_of_one_kind_does_not_pass_as_another(hall):
    said = AnswerStatement(
        terminal="T0001", id="A" * 22, content_hash=bytes(32), state="expired", at="2026-11-22T00:00:00Z"
    )
    signed = make_statement("answer", said, hall.authority.signing)
    with pytest.raises(Exception, match="not-genuine"):
        read_statement("order", AnswerStatement, signed, hall.authority.public_key)


@pytest.mark.parametrize("state", ["answered", "refused"])
def test_an_answer_says_what_its_state_says(state):
    with pytest.raises(Malformed):
        parse(
            AnswerStatement,
            f'{{"terminal":"T0001","id":"{"A" * 22}","content_hash":"{"A" * 43}","state":"{state}",'
            '"at":"2026-11-22T00:00:00Z"}'.encode(),
        )


def test_a_seal_of_one_document_does_not_fit_another(hall):
    anchor, signer = hall.authority.anchor, signer_for(hall.authority.issuer)
    seal = seal_document(b"one", number="1", title="t", sealed_at="2026-11-22T00:00:00Z", anchor=anchor, signer=signer)
    assert check_document(b"one", seal, [anchor]).number == "1"
    with pytest.raises(SealRefusedError, match="document-differs"):
        check_document(b"two", seal, [anchor])


def test_whatever_arrives_is_a_question_or_refused_and_never_a_fault_of_the_gateway(asker):
    chance = random.Random(20261122)
    good = q(LOSS).to_wire()
    for _ in range(150):
        body = bytearray(good[: chance.randrange(1, len(good) + 1)] if chance.random() < 0.3 else good)
        for _ in range(chance.randrange(1, 4)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        answer = asker.post(bytes(body))
        assert answer.status in (202, 400, 422, 429), bytes(body)
        asker.answer()


def test_the_description_of_the_gateway_names_every_new_path():
    document = terminals_app(lambda request: Response(204), {}).openapi()
    assert document["paths"].keys() >= {"/v1/questions", "/v1/questions/{question}", "/v1/heartbeat"}
    look = document["paths"]["/v1/questions/{question}"]["get"]
    assert look["parameters"][0]["schema"]["type"] == "string"
    assert "202" in look["responses"]
    number = document["paths"]["/v1/snapshot/{generation}"]["get"]["parameters"][0]["schema"]["type"]
    assert number == "integer"
