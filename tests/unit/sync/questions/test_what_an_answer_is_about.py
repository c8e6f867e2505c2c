"""An answer counts only when it is about what was asked."""

from __future__ import annotations

from hashlib import sha256

import pytest

from offline_store.schema import PersonRow, to_record
from sync.asking import NotYetKnown
from sync.client.outcomes import Stopped
from sync.protocol.certificate_code import signer_for
from sync.protocol.exchange import JSON, Response
from sync.protocol.questions import (
    AnswerStatement,
    DocumentAnswer,
    FetchDocument,
    IdentityAnswer,
    LiveRecord,
    LiveRecordAnswer,
    PinResetAnswer,
    PinResetToken,
    is_about,
)
from sync.protocol.sealed_document import seal_document
from sync.protocol.statements import make_statement
from tests.unit.sync.questions.asker import CARD, LI, WANG, WHO


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
