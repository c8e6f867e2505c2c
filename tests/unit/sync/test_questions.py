"""Interactive questions: one id is one question, nothing is done twice, and no answer is never a yes or a no."""

from __future__ import annotations

import os
import random
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from hashlib import sha256
from itertools import count

import pytest

from offline_store.delivery import Delivery
from offline_store.journal import open_journal
from offline_store.questions import Asking
from offline_store.schema import CardRow, CaseRow, ContributionRow, PersonRow, to_record
from sync.asking import Answered, Document, NotDone, NotYetKnown, Questions, Unknown
from sync.client.outcomes import Done, Later, NoAnswer, Stopped
from sync.client.questions import Ages, questions
from sync.client.session import Session
from sync.gateway.answering import answer_open
from sync.gateway.app import terminals_app
from sync.gateway.connectors.core_system import CoreUnavailable
from sync.gateway.connectors.demo import DemoCore, demo_ecard_code
from sync.gateway.house import DRAFT, write_draft
from sync.gateway.refusals import problem
from sync.protocol.certificate_code import signer_for
from sync.protocol.exchange import JSON, Response
from sync.protocol.messages import Malformed, parse
from sync.protocol.questions import (
    AnswerStatement,
    CardStatusChange,
    ConfirmEcardCode,
    ConfirmIdentity,
    DocumentAnswer,
    FetchDocument,
    IdentityAnswer,
    LiveRecord,
    LiveRecordAnswer,
    PinResetAnswer,
    PinResetToken,
    Question,
    Working,
    is_about,
)
from sync.protocol.sealed_document import SealRefusedError, check_document, seal_document
from sync.protocol.statements import Statement, make_statement, read_statement

STORE_KEY = bytes(range(32))
LI, CARD = "110199198803120233", "A00000011"
WANG = "110199194506150018"
PEOPLE = (
    PersonRow(LI, "李测试", "1", "01", "1988-03-12", "worker", "990100", None),
    PersonRow(WANG, "王测试", "1", "01", "1945-06-15", "pensioner", "990100", None),
    CardRow(CARD, LI, "normal", "2024-01-01", "2034-01-01", "990100", None, None),
    ContributionRow(LI, "110", "2026-10", "某公司", 500000, 40000, 80000, "paid"),
    CaseRow("EM-01-1", LI, "EM-01", "approved", "2026-10-01T00:00:00.000Z"),
)
WHO = ConfirmIdentity(id_number=LI, name="李测试", card_number=CARD)
LOSS = CardStatusChange(change="loss-report", id_number=LI, card_number=CARD, level=1)
RELEASE = CardStatusChange(change="release", id_number=LI, card_number=CARD, level=2)


@dataclass
class Counting:
    """The demonstration's core system; counts what it is asked, and can be away or cut off after doing."""

    demo: DemoCore
    asked: list[str] = field(default_factory=list)
    away: bool = False
    cut: bool = False

    def __getattr__(self, name):
        method = getattr(self.demo, name)

        def call(*words):
            self.asked.append(name)
            if self.away:
                raise CoreUnavailable("away")
            answer = method(*words)
            if self.cut:
                raise CoreUnavailable("cut")
            return answer

        return call


@pytest.fixture
def core(hall):
    write_draft(hall.folder, PEOPLE, lambda done: None)
    authority = hall.authority
    return Counting(DemoCore(hall.folder, hall.folder / DRAFT, authority.anchor, signer_for(authority.issuer)))


@dataclass
class Asker:
    """A terminal by hand."""

    hall: object
    core: Counting
    terminal: object

    def post(self, question):
        body = question if isinstance(question, bytes) else question.to_wire()
        return self.hall.ask(self.terminal.signed("POST", "/v1/questions", body))

    def get(self, question):
        return self.terminal.get(f"/v1/questions/{question}")

    def answer(self):
        return answer_open(self.hall.store, self.core, self.hall.authority.signing, 20, self.hall.clock)

    def say(self, response):
        signed = parse(Statement, response.body)
        return read_statement("answer", AnswerStatement, signed, self.hall.authority.public_key)

    def ask(self, asks, id=None):
        question = Question(id=id or os.urandom(8).hex() + "AAAAAA", deadline=30, asks=asks)
        assert self.post(question).status == 202
        self.answer()
        return self.say(self.get(question.id))


@pytest.fixture
def asker(hall, core):
    return Asker(hall, core, hall.terminal("T0001"))


def q(asks=WHO, id="A" * 22, deadline=30):
    return Question(id=id, deadline=deadline, asks=asks)


# --- the gateway ----------------------------------------------------------------------------------------------------


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


# --- the demonstration's core system --------------------------------------------------------------------------------


def test_identity_has_three_answers(asker):
    assert asker.ask(WHO).answer.verdict == "confirmed"
    assert asker.ask(ConfirmIdentity(id_number=LI, name="李别人")).answer.verdict == "differs"
    other_card = ConfirmIdentity(id_number=LI, name="李测试", card_number="B00000000")
    assert asker.ask(other_card).answer.verdict == "differs"
    nobody = ConfirmIdentity(id_number="110199199001010019", name="无")
    assert asker.ask(nobody).answer.verdict == "cannot-be-said"


def test_a_status_change_is_seen_by_every_later_question_and_by_the_live_record(asker):
    said = asker.ask(LOSS).answer
    assert (said.status, said.case_number in said.words_zh) == ("lost", True)
    rows = asker.ask(LiveRecord(id_number=LI)).answer.rows
    assert [row.status for row in rows if isinstance(row, CardRow)] == ["lost"]
    assert [row.number for row in rows if isinstance(row, CaseRow)] == ["EM-01-1", said.case_number]
    assert asker.ask(LOSS).refusal.reason == "card-is-lost"
    assert asker.ask(RELEASE.model_copy(update={"level": 1})).refusal.reason == "level-too-low"
    assert asker.ask(RELEASE).answer.status == "normal"


def test_a_token_is_for_one_card_and_needs_the_highest_level(asker, hall):
    def token(level, card=CARD):
        return asker.ask(PinResetToken(id_number=LI, card_number=card, level=level))

    assert token(2).refusal.reason == "level-too-low"
    assert token(3, "B00000000").refusal.reason == "card-unknown"
    first, second = token(3).answer, token(3).answer
    assert first.token != second.token
    assert first.not_after > hall.clock.now().isoformat()[:19]
    asker.ask(LOSS)
    assert token(3).refusal.reason == "card-is-lost"


def test_an_e_card_code_is_good_for_minutes_and_once(asker, hall):
    code = demo_ecard_code(LI, hall.clock.now())
    hall.clock.forward(minutes=3)
    holder = asker.ask(ConfirmEcardCode(code=code)).answer.holder
    assert (holder.id_number, holder.name, holder.card_number) == (LI, "李测试", CARD)
    assert asker.ask(ConfirmEcardCode(code=code)).answer.holder is None
    late = demo_ecard_code(WANG, hall.clock.now())
    hall.clock.forward(minutes=6)
    assert asker.ask(ConfirmEcardCode(code=late)).answer.holder is None
    assert asker.ask(ConfirmEcardCode(code="DEMOEC29921666deadbeefdeadbeef")).answer.holder is None


def test_a_document_comes_with_a_seal_that_holds_for_it_alone(asker, hall):
    got = asker.ask(FetchDocument(id_number=LI, number="EM-01-1")).answer
    facts = check_document(got.document, got.seal, [hall.authority.anchor])
    assert (facts.number, got.document[:5]) == ("EM-01-1", b"%PDF-")
    for document, seal, anchors, reason in [
        (got.document + b" ", got.seal, [hall.authority.anchor], "document-differs"),
        (got.document, got.seal[:-1] + bytes([got.seal[-1] ^ 1]), [hall.authority.anchor], "not-genuine"),
        (got.document, got.seal, [], "unknown-authority"),
        (got.document, b"seal", [hall.authority.anchor], "malformed"),
    ]:
        with pytest.raises(SealRefusedError) as refused:
            check_document(document, seal, anchors)
        assert refused.value.reason == reason
    assert asker.ask(FetchDocument(id_number=WANG, number="EM-01-1")).refusal.reason == "document-unknown"


def test_what_the_core_system_remembers_survives_its_end(asker, hall):
    asker.ask(LOSS, "A" * 22)
    again = DemoCore(hall.folder, hall.folder / DRAFT, hall.authority.anchor, signer_for(hall.authority.issuer))
    assert again.confirm_identity(WHO).verdict == "confirmed"
    rows = again.live_record(LiveRecord(id_number=LI), hall.clock.now()).rows
    assert [row.status for row in rows if isinstance(row, CardRow)] == ["lost"]


# --- the terminal ---------------------------------------------------------------------------------------------------


class Kiosk:
    """A terminal with a real journal; `between` stands between it and the centre."""

    def __init__(self, asker, folder):
        self.asker, self.hall, self.folder = asker, asker.hall, folder
        self.behind, self.elapsed = timedelta(), 0.0
        signer = asker.terminal.signer
        self.journal = open_journal(
            folder, terminal="T0001", key=STORE_KEY, sign=signer.sign, seal=lambda plain, info: plain,
            now=self.now,
        ).journal  # fmt: skip
        self.delivery = Delivery(folder, STORE_KEY)
        self.questions = Questions(folder, STORE_KEY, (self.hall.authority.anchor,), self.now, os.urandom)
        self.ages = Ages(lambda: self.elapsed)
        self.requests, self.noted = [], []
        self.between = lambda request, ask: ask(request)
        self.session = Session(
            "T0001", signer, self.send, self.now, os.urandom, measured=lambda: self.delivery.clock_offset()
        )

    def now(self):
        """By the terminal's own clock."""
        return self.hall.clock.now() - self.behind

    def send(self, request):
        self.requests.append((request.method, request.path))
        return self.between(request, self.hall.ask)

    def run(self, key=None):
        job = questions(
            self.delivery.questions, "T0001", key or self.hall.authority.public_key, self.now,
            lambda row, state: self.noted.append((row.kind, state)), self.ages,
        )  # fmt: skip
        return self.session.run(job)

    def close(self):
        self.questions.close()
        self.delivery.close()
        self.journal.close()


@pytest.fixture
def kiosk(asker, tmp_path):
    with closing(Kiosk(asker, tmp_path / "terminal")) as kiosk:
        yield kiosk


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


# --- the time in an answer, which nobody signs ---


def about_time(at):
    return problem(401, "signature-too-old", "The signature is too old.", headers={"date": format_datetime(at, True)})


def test_a_false_date_makes_no_question_that_can_be_kept_back_and_done_a_day_later(kiosk):
    kept_back, begun = [], kiosk.hall.clock.now()

    def portal(request, ask):
        if request.method == "POST":
            kept_back.append(request)
        return about_time(kiosk.hall.clock.now() + timedelta(hours=23, minutes=50))

    id = kiosk.questions.put(LOSS, deadline=30)
    kiosk.between = portal
    assert kiosk.run() == Stopped("clock-differs")
    assert kiosk.run() == Stopped("clock-differs"), "asked for by a request that does nothing, whatever its time"
    kiosk.between = lambda request, ask: ask(request)
    for _ in range(24 * 12):
        kiosk.hall.clock.forward(minutes=5)
        if kiosk.hall.clock.now() > begun + timedelta(minutes=5):
            assert {kiosk.hall.ask(request).status for request in kept_back} == {401}
    assert isinstance(kiosk.run(), Done)
    kiosk.asker.answer()
    assert kiosk.asker.core.asked == []
    assert not isinstance(kiosk.questions.look(id), NotDone)


@pytest.mark.parametrize("measured", [None, 0, 3_000_000, 4_000_000, 5_000_000])
def test_a_question_of_a_clock_that_is_behind_waits_until_the_signed_time_bears_the_difference_out(kiosk, measured):
    kiosk.behind = timedelta(seconds=4000)
    if measured is not None:
        kiosk.delivery.note_clock(measured, "2026-11-22T00:00:00.000Z")
    id = kiosk.questions.put(LOSS, deadline=30)
    believed = (measured or 0) >= 4_000_000
    assert kiosk.run() == (Done(0, more=True) if believed else Stopped("clock-differs"))
    kiosk.asker.answer()
    assert kiosk.asker.core.asked == (["change_card_status"] if believed else [])
    assert kiosk.questions.look(id) == NotYetKnown(sent=True)


def test_a_clock_that_is_ahead_needs_nobodys_word_for_an_earlier_time_makes_nothing_last_longer(kiosk):
    kiosk.behind = timedelta(seconds=-4000)
    kiosk.questions.put(LOSS, deadline=30)
    assert kiosk.run() == Done(0, more=True)
    kiosk.asker.answer()
    assert kiosk.asker.core.asked == ["change_card_status"]


def test_a_clock_known_to_be_ahead_signs_no_question_for_a_time_to_come(kiosk):
    kiosk.behind = timedelta(seconds=-4000)
    kiosk.delivery.note_clock(-4_000_000, "2026-11-22T00:00:00.000Z")
    kept_back = []

    def keep_back(request, ask):
        kept_back.append(request)
        return NoAnswer("timeout")

    kiosk.questions.put(LOSS, deadline=30)
    kiosk.between = keep_back
    assert kiosk.run() == Later("timeout")
    kiosk.hall.clock.forward(seconds=4000)
    (late,) = kept_back
    assert (late.method, kiosk.hall.ask(late).status) == ("POST", 401)


# --- an answer is about what was asked ---


def sealed(hall, number):
    document = b"%PDF-1.7 somebody's"
    anchor, signer = hall.authority.anchor, signer_for(hall.authority.issuer)
    words = {"number": number, "title": "t", "sealed_at": "2026-11-22T00:00:00Z", "anchor": anchor, "signer": signer}
    return DocumentAnswer(document=document, seal=seal_document(document, **words))


def person(number):
    return to_record(PersonRow(number, "某某", "1", "01", "1988-03-12", "worker", "990100", None))


def live(*numbers):
    records = tuple(person(number) for number in numbers)
    return LiveRecordAnswer(as_of="2026-11-22T00:00:00Z", origin="centre", records=records)


def token(card):
    return PinResetAnswer(card_number=card, token=bytes(16), not_after="2026-11-22T00:00:00Z")


@pytest.mark.parametrize(("asks", "given"), [
    (FetchDocument(id_number=LI, number="EM-01-1"), lambda hall: sealed(hall, "EM-01-2")),
    (PinResetToken(id_number=LI, card_number=CARD, level=3), lambda hall: token("B00000000")),
    (LiveRecord(id_number=LI), lambda hall: live(LI, WANG)),
    (LiveRecord(id_number=LI), lambda hall: token(CARD)),
])  # fmt: skip
def test_a_signed_answer_about_another_card_person_or_document_is_none_and_raises_an_alarm(kiosk, hall, asks, given):
    id = kiosk.questions.put(asks, deadline=30)
    kiosk.run()
    (row,) = kiosk.delivery.questions.open()
    said = AnswerStatement(
        terminal="T0001", id=id, content_hash=sha256(row.content.encode()).digest(), state="answered",
        at="2026-11-22T00:00:00Z", answer=given(hall),
    )  # fmt: skip
    signed = make_statement("answer", said, hall.authority.signing).to_wire()
    kiosk.between = lambda request, ask: Response(200, {"content-type": JSON}, signed)
    assert kiosk.run() == Stopped("answer-about-another")
    assert kiosk.questions.look(id) == NotYetKnown(sent=True)


@pytest.mark.parametrize(("asks", "given"), [
    (FetchDocument(id_number=LI, number="EM-01-1"), lambda hall: sealed(hall, "EM-01-1")),
    (PinResetToken(id_number=LI, card_number=CARD, level=3), lambda hall: token(CARD)),
    (LiveRecord(id_number=LI), lambda hall: live(LI)),
    (LiveRecord(id_number=LI), lambda hall: live()),
    (WHO, lambda hall: IdentityAnswer(verdict="differs")),
])  # fmt: skip
def test_an_answer_about_what_was_asked_is_one(hall, asks, given):
    assert is_about(given(hall), asks)


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
