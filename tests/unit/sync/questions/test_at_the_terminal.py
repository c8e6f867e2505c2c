"""Interactive questions at the terminal: no answer is never a yes or a no."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import timedelta

import pytest

from offline_store.questions import Asking
from sync.asking import Answered, Document, NotDone, NotYetKnown, Questions, Unknown
from sync.client.outcomes import Done, Later, NoAnswer, Stopped
from sync.gateway.refusals import problem
from sync.protocol.exchange import JSON, Response
from sync.protocol.questions import (
    AnswerStatement,
    FetchDocument,
    LiveRecord,
)
from sync.protocol.statements import make_statement
from tests.unit.sync.questions.asker import LI, LOSS, RELEASE, STORE_KEY, WHO


def test_an_answer_reaches_the_terminal_and_is_gone_once_taken(kiosk):
    id = kiosk.questions.put(LiveRecord(id_number=LI), deadline=30)
    assert kiosk.questions.look(id) == NotYetKnown(sent=False)
    assert kiosk.run() == Done(0, more=True)
    assert kiosk.questions.look(id) == NotYetKnown(sent=True)
    kiosk.asker.answer()
    assert kiosk.run() == Done(1)
    reply = kiosk.questions.look(id)
    assert isinstance(reply, Answered)
    assert reply.answer.rows[0].name == "李测试"
    assert kiosk.noted == [("live-record", "answered")]
    kiosk.questions.taken(id)
    assert kiosk.questions.look(id) == Unknown("answer-taken")


@pytest.mark.parametrize("late", ["the answer again", "that it is forgotten"])
def test_a_late_answer_to_another_process_neither_comes_back_once_taken_nor_changes_what_became_of_it(kiosk, late):
    id = kiosk.questions.put(LiveRecord(id_number=LI), deadline=30)
    kiosk.run()
    kiosk.asker.answer()

    def slow(request, ask):
        kiosk.between = lambda request, ask: ask(request)
        answer = ask(request)
        assert kiosk.run() == Done(1)
        kiosk.questions.taken(id)
        return answer if late == "the answer again" else problem(404, "answer-forgotten", "Forgotten.")

    kiosk.between = slow
    kiosk.run()
    assert kiosk.questions.look(id) == Unknown("answer-taken")
    assert kiosk.noted == [("live-record", "answered")]


def test_a_question_settled_by_another_process_does_not_go_out_any_more(kiosk):
    first, second = (kiosk.questions.put(asks, deadline=30) for asks in (LiveRecord(id_number=LI), LOSS))

    def slow(request, ask):
        kiosk.between = lambda request, ask: ask(request)
        answer = ask(request)
        kiosk.hall.clock.forward(seconds=31)
        kiosk.run()
        kiosk.hall.clock.forward(seconds=-31)
        return answer

    kiosk.between = slow
    kiosk.run()
    posts = [request for request in kiosk.requests if request[0] == "POST"]
    assert {kiosk.questions.look(id) for id in (first, second)} == {NotYetKnown(sent=True), NotDone("expired")}
    assert len(posts) == 1


def test_a_question_that_another_process_sent_meanwhile_is_not_said_to_be_not_done(kiosk):
    kiosk.questions.put(LiveRecord(id_number=LI), deadline=30)
    kiosk.hall.clock.forward(seconds=1)
    lost = kiosk.questions.put(LOSS, deadline=30)

    def answer_is_lost(request, ask):
        answer = ask(request)
        if request.method != "POST":
            return answer
        kiosk.asker.answer()
        return NoAnswer("timeout")

    def slow(request, ask):
        answer = ask(request)
        kiosk.between = answer_is_lost
        kiosk.run()
        kiosk.between = lambda request, ask: ask(request)
        kiosk.hall.clock.forward(seconds=31)
        return answer

    kiosk.between = slow
    assert kiosk.run() == Done(0, more=True)
    assert kiosk.asker.core.asked.count("change_card_status") == 1
    assert kiosk.questions.look(lost) == NotYetKnown(sent=True)
    kiosk.run()
    assert kiosk.questions.look(lost).answer.status == "lost"
    assert ("card-status-change", "expired") not in kiosk.noted


def test_a_fetched_document_is_shown_only_under_a_seal_that_holds(kiosk):
    id = kiosk.questions.put(FetchDocument(id_number=LI, number="EM-01-1"), deadline=30)
    kiosk.run()
    kiosk.asker.answer()
    kiosk.run()
    reply = kiosk.questions.look(id)
    assert isinstance(reply, Document)
    assert len(reply.seal.sha256_hex) == 64
    stranger = Questions(kiosk.folder, STORE_KEY, (), kiosk.hall.clock.now, os.urandom)
    assert stranger.look(id) == NotDone("seal-unknown-authority")
    stranger.close()


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_whatever_is_lost_the_question_keeps_its_id_and_is_done_once(kiosk, lost):
    def cut(request, ask):
        if lost == "answer":
            ask(request)
        return NoAnswer("timeout")

    id = kiosk.questions.put(LOSS, deadline=30)
    kiosk.between = cut
    assert kiosk.run() == Later("timeout")
    assert kiosk.questions.look(id) == NotYetKnown(sent=True), "it may have arrived"
    kiosk.between = lambda request, ask: ask(request)
    kiosk.run()
    kiosk.asker.answer()
    kiosk.run()
    assert kiosk.questions.look(id).answer.status == "lost"
    assert kiosk.asker.core.asked == ["change_card_status"]
    posts = [request for request in kiosk.requests if request[0] == "POST"]
    assert len(posts) == (2 if lost == "request" else 1)


def test_without_an_answer_it_is_never_a_yes_or_a_no_until_the_centre_has_spoken(kiosk):
    id = kiosk.questions.put(LOSS, deadline=30)
    kiosk.run()
    kiosk.asker.answer()
    kiosk.between = lambda request, ask: NoAnswer("unreachable")
    for _ in range(40):
        kiosk.hall.clock.forward(seconds=10)
        assert kiosk.run() == Later("unreachable")
        assert kiosk.questions.look(id) == NotYetKnown(sent=True)
    kiosk.between = lambda request, ask: ask(request)
    assert kiosk.run() == Done(1)
    assert kiosk.questions.look(id).answer.status == "lost"


def test_an_answer_that_the_centre_has_forgotten_is_unknown_and_stays_so(kiosk):
    id = kiosk.questions.put(LOSS, deadline=30)
    kiosk.run()
    kiosk.asker.answer()
    kiosk.hall.clock.forward(seconds=901)
    kiosk.asker.answer()
    kiosk.run()
    assert kiosk.questions.look(id) == Unknown("answer-forgotten")


def test_the_key_of_a_fork_is_told_at_once_that_it_asks_nothing_and_nobody_waits_for_it(kiosk):
    with kiosk.hall.store.transaction():
        kiosk.hall.store.terminal_certificates.mark_forked("T0001", 1, "2026-11-22T00:00:00.000Z")
    id = kiosk.questions.put(LOSS, deadline=30)
    assert kiosk.run() == Done(1)
    assert kiosk.questions.look(id) == Unknown("forked")
    assert kiosk.hall.store.questions.open_of("T0001") == 0


def test_what_never_left_is_not_done_after_its_deadline_and_never_leaves_afterwards(kiosk):
    id = kiosk.questions.put(LOSS, deadline=30)
    kiosk.hall.clock.forward(seconds=31)
    assert kiosk.run() == Done(1)
    assert kiosk.questions.look(id) == NotDone("expired")
    assert kiosk.requests == []


def test_what_left_and_never_came_is_asked_for_while_a_copy_may_arrive_and_then_unknown(kiosk):
    id = kiosk.questions.put(LOSS, deadline=30)
    kiosk.between = lambda request, ask: NoAnswer("timeout")
    kiosk.run()
    kiosk.between = lambda request, ask: ask(request)
    kiosk.hall.clock.forward(seconds=60)
    assert kiosk.run() == Done(0, more=True)
    assert kiosk.questions.look(id) == NotYetKnown(sent=True)
    kiosk.hall.clock.forward(seconds=600)
    assert kiosk.run() == Done(1)
    assert kiosk.questions.look(id) == Unknown("question-unknown")
    assert kiosk.asker.core.asked == []


def test_what_a_centre_did_before_it_was_restored_from_a_backup_is_never_said_to_be_not_done(kiosk):
    id = kiosk.questions.put(LOSS, deadline=30)
    kiosk.run()
    kiosk.asker.answer()
    with kiosk.hall.store.transaction():
        kiosk.hall.store.run("DELETE FROM question")
    kiosk.hall.clock.forward(seconds=700)
    assert kiosk.run() == Done(1)
    assert kiosk.questions.look(id) == Unknown("question-unknown")
    assert kiosk.asker.core.asked == ["change_card_status"]


@pytest.mark.parametrize(
    ("status", "code"), [(400, "malformed"), (422, "question-id-reused"), (410, "answer-forgotten")]
)
def test_a_refusal_that_nobody_signed_is_no_word_about_what_was_done(kiosk, status, code):
    def proxy(request, ask):
        ask(request)
        return problem(status, code, "No.")

    id = kiosk.questions.put(LOSS, deadline=30)
    kiosk.between = proxy
    assert kiosk.run() == Done(1)
    kiosk.asker.answer()
    assert kiosk.asker.core.asked == ["change_card_status"]
    assert kiosk.questions.look(id) == Unknown(code)


@pytest.mark.parametrize("left_before", [False, True])
@pytest.mark.parametrize("put_back", [timedelta(minutes=50), timedelta(seconds=61)])
def test_a_clock_put_back_lets_no_question_out_after_its_deadline(kiosk, left_before, put_back):
    kiosk.behind = -put_back
    id = kiosk.questions.put(LOSS, deadline=30)
    kiosk.between = lambda request, ask: NoAnswer("unreachable")
    if left_before:
        assert kiosk.run() == Later("unreachable")
    kiosk.hall.clock.forward(seconds=60)
    kiosk.behind = timedelta()
    kiosk.between = lambda request, ask: ask(request)
    assert isinstance(kiosk.run(), Done)
    kiosk.asker.answer()
    assert kiosk.asker.core.asked == []
    assert kiosk.questions.look(id) == (Unknown("question-unknown") if left_before else NotDone("expired"))


def test_a_clock_put_back_again_and_again_does_not_stretch_a_deadline_either(kiosk):
    kiosk.questions.put(LOSS, deadline=30)
    kiosk.between = lambda request, ask: NoAnswer("unreachable")
    kiosk.run()
    kiosk.hall.clock.forward(seconds=40)
    kiosk.behind, kiosk.elapsed = timedelta(seconds=20), 40.0
    kiosk.between = lambda request, ask: ask(request)
    assert kiosk.run() == Done(0, more=True)
    assert kiosk.requests[-1][0] == "GET"
    kiosk.asker.answer()
    assert kiosk.asker.core.asked == []


def test_without_a_network_what_is_over_is_over_and_an_answer_nobody_took_is_deleted_in_time(kiosk):
    known = kiosk.questions.put(LiveRecord(id_number=LI), deadline=30)
    kiosk.run()
    kiosk.asker.answer()
    kiosk.run()
    left = kiosk.questions.put(LOSS, deadline=30)
    kiosk.run()
    never_left = kiosk.questions.put(WHO, deadline=30)
    kiosk.between = lambda request, ask: NoAnswer("unreachable")
    kiosk.hall.clock.forward(seconds=31)
    assert kiosk.run() == Later("unreachable", items=1)
    assert kiosk.questions.look(never_left) == NotDone("expired")
    assert kiosk.questions.look(left) == NotYetKnown(sent=True)
    assert isinstance(kiosk.questions.look(known), Answered)
    kiosk.hall.clock.forward(seconds=900)
    assert kiosk.run() == Later("unreachable")
    assert kiosk.questions.look(known) == Unknown("answer-taken")


def content_of(kiosk, id):
    """What was asked, as far as the terminal still has it."""
    with closing(Asking(kiosk.folder, STORE_KEY)) as asking:
        return asking.look(id).content


@pytest.mark.parametrize("clock", [timedelta(days=1, seconds=40), timedelta(days=-1, seconds=-40)])
def test_a_question_that_nobody_answers_for_a_day_is_unknown_and_what_was_asked_is_deleted(kiosk, clock):
    id = kiosk.questions.put(LOSS, deadline=30)
    kiosk.between = lambda request, ask: NoAnswer("unreachable")
    kiosk.run()
    kiosk.hall.clock.forward(hours=23)
    assert kiosk.run() == Later("unreachable")
    assert kiosk.questions.look(id) == NotYetKnown(sent=True)
    kiosk.hall.clock.forward(hours=-23)
    kiosk.behind = -clock
    asked = len(kiosk.requests)
    assert kiosk.run() == Done(1)
    assert kiosk.questions.look(id) == Unknown("never-answered")
    assert content_of(kiosk, id) is None
    assert len(kiosk.requests) == asked


def test_an_answer_that_is_not_believed_does_not_keep_back_the_next_question(kiosk, hall):
    kiosk.questions.put(LOSS, deadline=30)
    kiosk.run()
    kiosk.asker.answer()
    hall.clock.forward(seconds=1)
    next_one = kiosk.questions.put(WHO, deadline=30)
    forged = make_statement(
        "answer",
        AnswerStatement(
            terminal="T0001", id="A" * 22, content_hash=bytes(32), state="expired", at="2026-11-22T00:00:00Z"
        ),
        hall.terminal("T0002").signer,
    )

    def between(request, ask):
        asks_for_the_first = request.method == "GET" and next_one not in request.path
        return Response(200, {"content-type": JSON}, forged.to_wire()) if asks_for_the_first else ask(request)

    kiosk.between = between
    assert kiosk.run() == Stopped("answer-not-genuine")
    kiosk.asker.answer()
    assert kiosk.run() == Stopped("answer-not-genuine", items=1)
    assert isinstance(kiosk.questions.look(next_one), Answered)


def test_a_refusal_brings_the_centres_words(kiosk):
    id = kiosk.questions.put(RELEASE, deadline=30)
    kiosk.run()
    kiosk.asker.answer()
    kiosk.run()
    reply = kiosk.questions.look(id)
    assert (reply.reason, reply.refusal.words_zh) == ("card-is-normal", "卡片的当前状态不能办理此业务。")


def test_an_answer_that_the_authority_did_not_sign_for_this_question_stops_the_job(kiosk, hall):
    kiosk.questions.put(WHO, deadline=30)
    kiosk.run()
    kiosk.asker.answer()
    stranger = hall.terminal("T0002").signer.public_key
    assert kiosk.run(stranger) == Stopped("answer-not-genuine")

    def other(**changes):
        said = AnswerStatement(
            terminal="T0001", id=kiosk.delivery.questions.open()[0].id, content_hash=bytes(32), state="expired",
            at="2026-11-22T00:00:00Z",
        ).model_copy(update=changes)  # fmt: skip
        signed = make_statement("answer", said, hall.authority.signing).to_wire()
        return lambda request, ask: Response(200, {"content-type": JSON}, signed)

    kiosk.between = other()
    assert kiosk.run() == Stopped("answer-for-another"), "another content"
    kiosk.between = other(terminal="T0002")
    assert kiosk.run() == Stopped("answer-for-another")
    kiosk.between = lambda request, ask: ask(request)
    assert kiosk.run() == Done(1)
