"""The demonstration's core system, as a terminal's questions meet it."""

from __future__ import annotations

import pytest

from offline_store.schema import CardRow, CaseRow
from sync.gateway.connectors.demo import DemoCore, demo_ecard_code
from sync.gateway.house import DRAFT
from sync.protocol.certificate_code import signer_for
from sync.protocol.questions import (
    ConfirmEcardCode,
    ConfirmIdentity,
    FetchDocument,
    LiveRecord,
    PinResetToken,
)
from sync.protocol.sealed_document import SealRefusedError, check_document
from tests.unit.sync.questions.asker import CARD, LI, LOSS, RELEASE, WANG, WHO


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
