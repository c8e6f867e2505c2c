"""Making and reading codes, seals and lists: one spelling, bounded, typed errors with a remedy."""

import random
from datetime import timedelta

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.protocol import cose
from sync.protocol.certificate_code import (
    Answer,
    CertificateFacts,
    Code,
    CodeRefusedError,
    CodeUnreadableError,
    NumberOnly,
    OtherSuite,
    RegisterAnswer,
    RevocationsUnusableError,
    code_text,
    decide,
    issue_code,
    issue_revocations,
    issue_seal_certificate,
    read_code,
    read_revocations,
    read_text,
    signer_for,
)

URL = "https://verify.example/v"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def test_what_is_written_is_read_back(office, facts):
    code = read_code(office.code(facts))
    assert code.facts == facts
    assert code.seal == office.seal


def test_the_code_is_a_cose_sign1_that_another_reader_of_the_standard_accepts(office, facts):
    """RFC 9052: tag 18, [protected, unprotected, payload, signature], Sig_structure with an empty external_aad."""
    message = cbor2.loads(office.code(facts))
    assert message.tag == 18
    protected, unprotected, payload, signature = message.value
    assert cbor2.loads(protected)[1] == -7
    assert cbor2.loads(protected)["suite"] == "intl"
    assert unprotected == {}
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    office.seal_key.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        office.key.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))


def test_the_person_in_a_code_does_not_show_in_a_repr(office, facts):
    assert "002X" not in repr(read_code(office.code(facts)).facts)
    assert "张" not in repr(facts)


def test_the_text_of_the_qr_code_keeps_the_code_out_of_server_logs(office, facts):
    text = code_text(URL, office.code(facts))
    address, fragment = text.split("#")
    assert address == URL
    read = read_text(f"  {text}\r\n")
    assert isinstance(read, Code)
    assert read == read_text(fragment)


def test_six_insurance_kinds_with_long_employers_fit_into_a_qr_code(office, facts):
    rows = tuple((f"城镇企业职工基本养老保险{n}", "正常参保，2010-07 起，累计 185 个月") for n in range(6))
    employer = (("当前参保单位", "示例省示例市高新技术产业开发区某某某某科技发展有限责任公司示例分公司"),)
    data = office.code(facts.model_copy(update={"facts": (*rows, *employer)}))
    assert len(code_text(URL, data)) < 2000


@pytest.mark.parametrize("text", ["T01-1-20261102-0007-K", "310195323433", "t01-1-20261102-0007-k"])
def test_a_bare_number_is_never_called_false(office, text, printed):
    shown = read_text(text)
    assert shown == NumberOnly(text.upper())
    for register in RegisterAnswer:
        assert decide(shown, [office.anchor], None, register, printed).answer is Answer.CANNOT_VERIFY


@pytest.mark.parametrize(
    "text",
    [
        "http://verify.example/v#abcd",
        "https://verify.example/v",
        "https://verify.example/other#abcd",
        "https://[broken/v#abcd",
        "weixin://pay/v#x",
        "WIFI:T:WPA;S:hall;;",
    ],
)
def test_another_code_is_told_apart_with_a_remedy(text):
    with pytest.raises(CodeUnreadableError) as caught:
        read_text(text)
    assert caught.value.reason == "other-address"
    assert "扫描" in caught.value.remedy_zh
    assert caught.value.remedy_en


@pytest.mark.parametrize(
    ("text", "reason"), [("", "empty"), ("   ", "empty"), ("证明！" * 30, "not-base64"), ("A" * 9000, "too-long")]
)
def test_what_is_no_code_at_all_is_a_typed_error(text, reason):
    with pytest.raises(CodeUnreadableError) as caught:
        read_text(text)
    assert caught.value.reason == reason


def test_a_verifier_on_this_machine_may_be_without_tls_for_demonstration(office, facts):
    assert isinstance(read_text(code_text("http://127.0.0.1:8443/v", office.code(facts))), Code)


def test_every_cut_off_code_is_a_typed_error(office, facts):
    data = office.code(facts)
    for length in range(len(data)):
        with pytest.raises(CodeUnreadableError):
            read_code(data[:length])


def test_a_code_with_something_behind_it_is_refused(office, facts):
    with pytest.raises(CodeUnreadableError):
        read_code(office.code(facts) + b"\x00")


def test_another_suite_of_algorithms_cannot_be_verified_and_is_not_called_false(office, facts, printed):
    protected, unprotected, payload, signature = cbor2.loads(office.code(facts)).value
    header = cbor2.loads(protected) | {"suite": "gm", 1: -65000}
    other = cbor2.dumps(
        cbor2.CBORTag(18, [cbor2.dumps(header, canonical=True), unprotected, payload, signature]), canonical=True
    )
    shown = read_text(code_text(URL, other))
    assert shown == OtherSuite("gm")
    assert decide(shown, [office.anchor], None, RegisterAnswer.NOT_ASKED, printed).answer is Answer.CANNOT_VERIFY


def test_the_other_form_of_a_signature_is_not_taken_so_that_a_code_has_one_digest(office, facts, printed):
    protected, unprotected, payload, signature = cbor2.loads(office.code(facts)).value
    flipped = signature[:32] + (ORDER - int.from_bytes(signature[32:])).to_bytes(32)
    twin = read_code(cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected, payload, flipped])))
    verdict = decide(twin, [office.anchor], None, RegisterAnswer.NOT_ASKED, printed)
    assert verdict.answer is Answer.NOT_GENUINE_OR_REVOKED


def test_unprotected_headers_and_second_spellings_are_refused(office, facts):
    protected, _, payload, signature = cbor2.loads(office.code(facts)).value
    with pytest.raises(CodeUnreadableError):
        read_code(cbor2.dumps(cbor2.CBORTag(18, [protected, {"note": "x"}, payload, signature])))
    shuffled = dict(reversed(cbor2.loads(protected).items()))
    with pytest.raises(CodeUnreadableError):
        read_code(cbor2.dumps(cbor2.CBORTag(18, [cbor2.dumps(shuffled), {}, payload, signature])))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"issuer": "另一家机构"}, "other-issuer"),
        ({"terminal": "T02"}, "other-issuer"),
        ({"kind": "benefits"}, "other-kind"),
        (timedelta(days=81), "out-of-time"),
        (timedelta(days=-11), "out-of-time"),
    ],
)
def test_a_seal_signs_nothing_outside_what_its_certificate_allows(office, facts, change, reason):
    update = change if isinstance(change, dict) else {"printed_at": facts.printed_at + change}
    with pytest.raises(CodeRefusedError) as caught:
        issue_code(facts.model_copy(update=update), office.seal_bytes(), signer_for(office.seal_key))
    assert caught.value.reason == reason


def test_facts_too_long_for_a_qr_code_are_refused_before_anything_is_printed(office, facts):
    rows = tuple(("险种" * 20, "值" * 280) for _ in range(24))
    with pytest.raises(CodeRefusedError, match="too long"):
        office.code(facts.model_copy(update={"facts": rows}))


def test_a_mutated_code_is_an_error_or_not_genuine_and_never_says_anything_else(office, facts, printed):
    chance = random.Random(20261102)
    data = office.code(facts)
    listed = office.revocations(printed)
    outcomes = {"unreadable": 0, "refused": 0, "same": 0, "suite": 0}
    for _ in range(4000):
        mutated = bytearray(data)
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            at = chance.randrange(len(mutated))
            how = chance.randrange(4)
            if how == 0:
                mutated[at] ^= 1 << chance.randrange(8)
            elif how == 1:
                mutated[at] = chance.randrange(256)
            elif how == 2:
                del mutated[at : at + chance.randrange(1, 9)]
            else:
                mutated[at:at] = chance.randbytes(chance.randrange(1, 5))
        try:
            shown = read_text(code_text(URL, bytes(mutated)))
        except CodeUnreadableError:
            outcomes["unreadable"] += 1
            continue
        verdict = decide(shown, [office.anchor], listed, RegisterAnswer.NOT_ASKED, printed)
        if verdict.answer is Answer.GENUINE_VALID:
            assert bytes(mutated) == data
            outcomes["same"] += 1
        else:
            outcomes["suite" if isinstance(shown, OtherSuite) else "refused"] += 1
            assert verdict.facts is None
    assert outcomes["unreadable"] > 100
    assert outcomes["refused"] > 100


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_random_octets_are_a_typed_error(data):
    with pytest.raises(CodeUnreadableError):
        read_code(data)


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 9) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_JUNK, _JUNK, _JUNK)
@settings(max_examples=300, deadline=None)
def test_well_formed_cbor_of_another_meaning_is_a_typed_error_even_when_signed(office, one, two, three):
    signer = signer_for(office.seal_key)
    inner = cose.sign("x/seal-certificate", one, signer_for(office.key))
    for header in ({"seal": inner}, {"seal": three}, {"seal": office.seal_bytes()}):
        with pytest.raises(CodeUnreadableError):
            read_code(cose.sign("x/certificate-code", two, signer, header=header))


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_number_or_a_typed_error(text):
    try:
        shown = read_text(text)
    except CodeUnreadableError:
        return
    assert isinstance(shown, NumberOnly)


def test_a_revocation_list_is_read_only_when_a_known_authority_signed_it(office, other_office, printed):
    data = issue_revocations(office.anchor, printed, ("B", "A", "A"), (), signer_for(office.key))
    assert read_revocations(data, [other_office.anchor, office.anchor]).numbers == {"A", "B"}
    with pytest.raises(RevocationsUnusableError) as unknown:
        read_revocations(data, [other_office.anchor])
    assert unknown.value.reason == "unknown-issuer"
    forged = issue_revocations(office.anchor, printed, (), (), signer_for(other_office.key))
    with pytest.raises(RevocationsUnusableError) as not_genuine:
        read_revocations(forged, [office.anchor])
    assert not_genuine.value.reason == "not-genuine"


def test_a_damaged_revocation_list_is_a_typed_error_at_every_octet(office, printed):
    data = issue_revocations(office.anchor, printed, ("A", "B"), (), signer_for(office.key))
    for at in range(len(data)):
        damaged = bytearray(data)
        damaged[at] ^= 0x01
        with pytest.raises(RevocationsUnusableError):
            read_revocations(bytes(damaged), [office.anchor])
        with pytest.raises(RevocationsUnusableError):
            read_revocations(data[:at], [office.anchor])


def test_a_seal_certificate_cannot_pass_for_a_list_nor_for_a_code(office):
    seal = office.seal_bytes()
    with pytest.raises(RevocationsUnusableError):
        read_revocations(seal, [office.anchor])
    with pytest.raises(CodeUnreadableError):
        read_code(seal)


def test_a_seal_for_what_is_no_point_of_the_curve_is_not_issued(office):
    seal = office.seal.model_copy(update={"public_key": b"\x02" + b"\xff" * 32})
    with pytest.raises(ValueError, match=r"[Pp]oint|key"):
        issue_seal_certificate(seal, signer_for(office.key))


def test_times_are_cut_to_seconds_so_that_facts_read_equal_facts_written(facts):
    exact = CertificateFacts.model_validate(
        facts.model_dump() | {"printed_at": facts.printed_at + timedelta(microseconds=900_000)}
    )
    assert exact.printed_at == facts.printed_at
