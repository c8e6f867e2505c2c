"""The four answers, for every combination of what can be known."""

import itertools
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from sync.protocol import cose
from sync.protocol.certificate_code import (
    Answer,
    NumberOnly,
    OtherSuite,
    Reason,
    RegisterAnswer,
    RevokedKey,
    decide,
    issue_code,
    issue_seal_certificate,
    read_code,
    signer_for,
)

SIGNATURES = ("sound", "facts altered", "seal by a stranger under the authority's name", "unknown authority")
KEYS = ("valid", "not yet valid", "no longer valid", "other kind", "revoked before", "revoked at", "revoked after")
REGISTERS = ("known", "unknown, printed today", "unknown, printed long ago", "revoked", "not asked")
LISTS = ("fresh", "names it", "too old", "none", "of another authority")


def _expected(signature, key, register, listed):
    """The sheet's sentences again, written as questions in their own order (independent of the table)."""
    if signature == "unknown authority":
        return Answer.CANNOT_VERIFY
    if signature != "sound" or key in ("not yet valid", "no longer valid", "other kind"):
        return Answer.NOT_GENUINE_OR_REVOKED
    has_list = listed in ("fresh", "names it", "too old")
    if register == "revoked" or listed == "names it":
        return Answer.NOT_GENUINE_OR_REVOKED
    if has_list and key in ("revoked before", "revoked at"):
        return Answer.NOT_GENUINE_OR_REVOKED
    if register == "known":
        return Answer.GENUINE_VALID
    if has_list and key == "revoked after":
        return Answer.CANNOT_VERIFY
    if register == "unknown, printed long ago" or listed != "fresh":
        return Answer.CANNOT_VERIFY
    return Answer.GENUINE_VALID


def _present(office, other_office, facts, signature, key):
    """A code that its own maker may have refused to sign: forgers do not ask."""
    days = {"not yet valid": -20, "no longer valid": 81}.get(key, 0)
    moved = facts.model_copy(update={"printed_at": facts.printed_at + timedelta(days=days)})
    seal = office.seal.model_copy(update={"kinds": ("benefits",)}) if key == "other kind" else office.seal
    authority = other_office.key if signature.startswith("seal by a stranger") else office.key
    return _sign_without_asking(moved, seal, authority, office.seal_key)


def _sign_without_asking(facts, seal, authority, seal_key):
    payload = {
        1: facts.number,
        2: facts.kind,
        3: facts.place,
        4: facts.name_masked,
        5: facts.id_last4,
        6: [list(pair) for pair in facts.facts],
        7: int(facts.data_as_of.timestamp()),
        8: int(facts.printed_at.timestamp()),
        9: int(facts.expires_at.timestamp()),
    }
    sealed = issue_seal_certificate(seal, signer_for(authority))
    return cose.sign("x/certificate-code", payload, signer_for(seal_key), header={"seal": sealed})


def _altered(data, facts):
    masked = facts.name_masked.encode()
    assert data.count(masked) == 1
    return data.replace(masked, "李*".encode())


@pytest.mark.parametrize("signature", SIGNATURES)
@pytest.mark.parametrize("key", KEYS)
def test_every_combination_gives_the_answer_of_the_sheet(office, other_office, facts, signature, key):
    data = _present(office, other_office, facts, signature, key)
    if signature == "facts altered":
        data = _altered(data, facts)
    code = read_code(data)
    anchors = [other_office.anchor] if signature == "unknown authority" else [office.anchor, other_office.anchor]
    signed_at = code.facts.printed_at
    offset = {"revoked before": -1, "revoked at": 0, "revoked after": 1}.get(key)
    keys = () if offset is None else (RevokedKey(key_id=office.seal.key_id, since=signed_at + timedelta(days=offset)),)
    for register, listed in itertools.product(REGISTERS, LISTS):
        long_after = register == "unknown, printed long ago"
        now = signed_at + (timedelta(days=30) if long_after else timedelta(hours=8))
        numbers = (facts.number,) if listed == "names it" else ()
        age = timedelta(days=31) if listed == "too old" else timedelta(hours=5)
        maker = other_office if listed == "of another authority" else office
        revocations = None if listed == "none" else maker.revocations(now - age, numbers, keys)
        asked = RegisterAnswer(register.split(",")[0].replace(" ", "_"))
        verdict = decide(code, anchors, revocations, asked, now)
        case = (signature, key, register, listed, verdict)
        assert verdict.answer is _expected(signature, key, register, listed), case
        assert (verdict.facts is None) is (signature != "sound"), case


def test_every_reason_can_be_given(office, other_office, facts, printed):
    """No row of the table is dead: each reason is reached by one situation of its own."""
    good = read_code(office.code(facts))
    broken = read_code(_altered(good.data, facts))
    late = read_code(
        _sign_without_asking(
            facts.model_copy(update={"printed_at": printed + timedelta(days=81)}),
            office.seal,
            office.key,
            office.seal_key,
        )
    )
    kind = read_code(
        _sign_without_asking(facts.model_copy(update={"kind": "benefits"}), office.seal, office.key, office.seal_key)
    )
    now = printed + timedelta(hours=8)
    fresh, old = office.revocations(now), office.revocations(now - timedelta(days=40))
    naming = office.revocations(now, (facts.number,))
    key = office.seal.key_id
    taken = office.revocations(now, (), (RevokedKey(key_id=key, since=printed - timedelta(days=1)),))
    later = office.revocations(now, (), (RevokedKey(key_id=key, since=printed + timedelta(hours=1)),))
    not_asked, unknown = RegisterAnswer.NOT_ASKED, RegisterAnswer.UNKNOWN
    week = timedelta(days=8)
    situations = {
        Reason.NUMBER_ONLY: (NumberOnly("T01"), fresh, RegisterAnswer.REVOKED, now),
        Reason.UNKNOWN_SUITE: (OtherSuite("gm"), fresh, not_asked, now),
        Reason.UNKNOWN_ISSUER: (read_code(other_office.code(facts)), fresh, not_asked, now),
        Reason.SIGNATURE_BROKEN: (broken, fresh, RegisterAnswer.KNOWN, now),
        Reason.KEY_NOT_VALID: (late, fresh, not_asked, printed + timedelta(days=82)),
        Reason.KIND_NOT_ALLOWED: (kind, fresh, not_asked, now),
        Reason.REVOKED: (good, naming, not_asked, now),
        Reason.KEY_REVOKED: (good, taken, RegisterAnswer.KNOWN, now),
        Reason.IN_REGISTER: (good, None, RegisterAnswer.KNOWN, now),
        Reason.KEY_REVOKED_LATER: (good, later, not_asked, now),
        Reason.NOT_REGISTERED: (good, office.revocations(now + week), unknown, now + week),
        Reason.NO_LIST: (good, None, not_asked, now),
        Reason.LIST_TOO_OLD: (good, old, not_asked, now),
        Reason.NOT_YET_REGISTERED: (good, fresh, unknown, now),
        Reason.SIGNATURE_HOLDS: (good, fresh, not_asked, now),
        Reason.CLOCK_DIFFERS: (good, None, RegisterAnswer.KNOWN, printed - timedelta(hours=1)),
    }
    assert set(situations) == set(Reason)
    given = {
        reason: decide(shown, [office.anchor], listed, asked, at).reason
        for reason, (shown, listed, asked, at) in situations.items()
    }
    assert given == {reason: reason for reason in Reason}


@pytest.mark.parametrize("register", [RegisterAnswer.NOT_ASKED, RegisterAnswer.KNOWN])
def test_a_genuine_certificate_past_its_date_is_called_genuine_and_expired(office, facts, register):
    code = read_code(office.code(facts))
    at = facts.expires_at
    last = decide(code, [office.anchor], office.revocations(at), register, at)
    after = decide(code, [office.anchor], office.revocations(at), register, at + timedelta(seconds=1))
    assert (last.text_zh, after.text_zh) == ("真实且在有效期", "真实，已过有效期")


def test_a_code_signed_while_the_seal_was_valid_stays_genuine_after_the_seal_has_expired(office, facts, printed):
    at = printed + timedelta(days=85)
    verdict = decide(
        read_code(office.code(facts)), [office.anchor], office.revocations(at), RegisterAnswer.NOT_ASKED, at
    )
    assert verdict.answer is Answer.GENUINE_VALID


def test_the_seal_key_is_believed_at_both_ends_of_its_validity_and_no_second_further(office, facts):
    for at, answer in (
        (office.seal.not_before, Answer.GENUINE_VALID),
        (office.seal.not_before - timedelta(seconds=1), Answer.NOT_GENUINE_OR_REVOKED),
        (office.seal.not_after, Answer.GENUINE_VALID),
        (office.seal.not_after + timedelta(seconds=1), Answer.NOT_GENUINE_OR_REVOKED),
    ):
        data = _sign_without_asking(
            facts.model_copy(update={"printed_at": at}), office.seal, office.key, office.seal_key
        )
        now = min(at + timedelta(hours=1), facts.expires_at)
        verdict = decide(read_code(data), [office.anchor], office.revocations(now), RegisterAnswer.NOT_ASKED, now)
        assert verdict.answer is answer, at


def test_the_four_answers_have_the_wording_of_the_sheet():
    assert [each.zh for each in Answer] == ["真实且在有效期", "真实，已过有效期", "不真实或已撤销", "无法离线核验"]


def test_a_demonstration_authority_is_marked_in_every_answer_about_its_codes(demo_office, facts, printed):
    code = read_code(demo_office.code(facts))
    now = printed + timedelta(hours=1)
    for listed in (None, demo_office.revocations(now), demo_office.revocations(now, (facts.number,))):
        verdict = decide(code, [demo_office.anchor], listed, RegisterAnswer.NOT_ASKED, now)
        assert verdict.text_zh.endswith("（演示机构）")
        assert "demonstration" in verdict.text_en


def test_a_demonstration_seal_under_a_real_authority_is_marked_too(office, facts, printed):
    seal = issue_seal_certificate(office.seal.model_copy(update={"demo": True}), signer_for(office.key))
    code = read_code(issue_code(facts, seal, signer_for(office.seal_key)))
    assert decide(code, [office.anchor], None, RegisterAnswer.KNOWN, printed).demo


def test_a_known_issuers_code_signed_by_a_foreign_key_is_not_genuine(office, facts, printed):
    forged = _sign_without_asking(facts, office.seal, office.key, ec.derive_private_key(77, ec.SECP256R1()))
    verdict = decide(read_code(forged), [office.anchor], None, RegisterAnswer.NOT_ASKED, printed)
    assert (verdict.answer, verdict.reason) == (Answer.NOT_GENUINE_OR_REVOKED, Reason.SIGNATURE_BROKEN)
    assert verdict.facts is None


@pytest.mark.parametrize(
    ("age", "zh", "en"),
    [
        (timedelta(minutes=59), "不到 1 小时前", "less than an hour old"),
        (timedelta(hours=1), "1 小时前", "1 hour old"),
        (timedelta(hours=23), "23 小时前", "23 hours old"),
        (timedelta(days=1, hours=2), "1 天前", "1 day old"),
        (timedelta(days=29), "29 天前", "29 days old"),
    ],
)
def test_the_verdict_says_how_old_the_revocation_list_is(office, facts, printed, age, zh, en):
    now = printed + timedelta(days=30)
    listed = office.revocations(now - age)
    verdict = decide(read_code(office.code(facts)), [office.anchor], listed, RegisterAnswer.NOT_ASKED, now)
    assert verdict.list_age == age
    assert any(zh in each for each in verdict.remarks_zh)
    assert any(en in each for each in verdict.remarks_en)


def test_the_list_counts_for_thirty_days_and_no_second_longer(office, facts, printed):
    now = printed + timedelta(days=40)
    code = read_code(office.code(facts))
    for age, answer in (
        (timedelta(days=30), Answer.GENUINE_VALID),
        (timedelta(days=30, seconds=1), Answer.CANNOT_VERIFY),
    ):
        verdict = decide(code, [office.anchor], office.revocations(now - age), RegisterAnswer.NOT_ASKED, now)
        assert verdict.answer is answer


def test_every_verifier_is_told_to_compare_the_facts_with_the_paper(office, facts, printed):
    verdict = decide(read_code(office.code(facts)), [office.anchor], None, RegisterAnswer.KNOWN, printed)
    assert verdict.facts == facts
    assert "请与纸面逐项核对。" in verdict.remarks_zh
