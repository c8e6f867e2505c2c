"""A code carries whom to trust; nothing in the centre's answer counts before that authority has signed it."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.protocol.certificate_code import Anchor
from sync.protocol.encoding import canonical_json
from sync.protocol.enrolment import (
    EnrolmentAnswer,
    EnrolmentCode,
    EnrolmentRefused,
    Trust,
    authority_fingerprint,
    check_answer,
    enrolment_binding,
    proof_of,
    read_code,
    trust_to_be_signed,
)
from sync.protocol.signatures import fingerprint
from sync.protocol.suites import suite
from sync.protocol.terminal_certificate import TerminalCertificate, sign_statement

AUTHORITY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = AUTHORITY.public_key().public_bytes_raw()
CODE = EnrolmentCode(authority_fingerprint(PUBLIC), bytes(range(16)))
TERMINAL_KEY = bytes([7]) * 32


SIGNER = suite("intl").signer(bytes(32))


def certificate(**changes):
    values = {
        "terminal": "T0001", "key_fingerprint": fingerprint(TERMINAL_KEY), "serial": "0" * 32,
        "not_before": "2026-11-22T00:00:00Z", "not_after": "2027-11-22T00:00:00Z",
    }  # fmt: skip
    return sign_statement(TerminalCertificate(**{**values, **changes}), SIGNER)


def trust(**changes):
    values = {
        "terminal_certificate": certificate(),
        "demo": True, "organisation": "demo", "terminal": "T0001",
        "terminal_key_fingerprint": fingerprint(TERMINAL_KEY), "issued_at": "2026-11-22T00:00:00Z",
        "authority_key": PUBLIC, "centre_key": bytes(32), "package_key": bytes(32),
        "issuers": (Anchor(authority="demo", public_key=bytes(33), demo=True),),
        "x509_root": "-----BEGIN CERTIFICATE-----", "x509_intermediate": "-----BEGIN CERTIFICATE-----",
        "seal_certificate": "-----BEGIN CERTIFICATE-----", "compact_seal_certificate": bytes(20),
        "gateway_url": "http://127.0.0.1:1", "verify_url": "http://127.0.0.1:2",
    }  # fmt: skip
    return Trust(**{**values, **changes})


def answer(trusted=None, key=AUTHORITY, authority_key=None):
    data = (trusted or trust()).to_wire()
    return EnrolmentAnswer(
        authority_key=authority_key or key.public_key().public_bytes_raw(),
        trust=data,
        signature=key.sign(trust_to_be_signed(data)),
    )


def refusal(given, code=CODE):
    with pytest.raises(EnrolmentRefused) as caught:
        check_answer(given, code, terminal="T0001", terminal_key=TERMINAL_KEY)
    assert caught.value.sentence.endswith((".", "?"))
    return caught.value.code


def test_a_code_survives_being_typed_in_small_letters_with_spaces_and_confused_digits():
    text = CODE.to_text()
    assert read_code(text) == CODE
    assert read_code(text.lower().replace("-", " ").replace("o", "0").replace("i", "1")) == CODE
    assert all(len(group) == 4 for group in text.split("-"))


def test_any_single_typing_error_in_a_code_is_noticed():
    text = CODE.to_text().replace("-", "")
    for at in range(len(text)):
        wrong = text[:at] + ("A" if text[at] != "A" else "C") + text[at + 1 :]
        with pytest.raises(EnrolmentRefused) as caught:
            read_code(wrong)
        assert caught.value.code == "code-mistyped"


@pytest.mark.parametrize("typed", ["", "hello", "A" * 56, "ÄÖ", "=" * 8])
def test_what_is_no_code_is_called_a_typing_error(typed):
    with pytest.raises(EnrolmentRefused):
        read_code(typed)


def test_a_code_keeps_its_secret_out_of_its_repr_and_out_of_its_proof_key():
    assert repr(bytes(range(16))) not in repr(CODE)
    assert CODE.secret not in CODE.proof_key
    assert CODE.code_id not in CODE.proof_key


def test_a_proof_covers_the_terminal_and_both_keys():
    proofs = {
        proof_of(CODE.proof_key, enrolment_binding(*parts))
        for parts in [("T1", b"a", b"b"), ("T2", b"a", b"b"), ("T1", b"c", b"b"), ("T1", b"a", b"c")]
    }
    assert len(proofs) == 4


def test_the_answer_of_the_authority_on_the_code_is_trusted():
    assert check_answer(answer(), CODE, terminal="T0001", terminal_key=TERMINAL_KEY) == trust()


def test_another_authority_is_refused_even_with_a_good_signature():
    stranger = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
    assert refusal(answer(key=stranger)) == "authority-differs"
    assert refusal(answer(key=stranger, authority_key=PUBLIC)) == "answer-not-genuine"


def test_an_answer_for_another_terminal_or_another_key_is_refused():
    assert refusal(answer(trust(terminal="T0002"))) == "answer-for-another"
    assert refusal(answer(trust(terminal_key_fingerprint="00" * 32))) == "answer-for-another"


@pytest.mark.parametrize(
    "given",
    [None, bytes(64), certificate(terminal="T0002"), certificate(key_fingerprint="0" * 64)],
    ids=["none", "garbage", "another terminal's", "another key's"],
)
def test_trust_without_a_certificate_of_this_very_key_is_refused(given):
    assert refusal(answer(trust(terminal_certificate=given))) == "key-not-certified"


def test_a_signed_answer_of_another_shape_is_refused():
    data = canonical_json({"format": "terminal-trust-1"})
    given = EnrolmentAnswer(authority_key=PUBLIC, trust=data, signature=AUTHORITY.sign(trust_to_be_signed(data)))
    assert refusal(given) == "answer-malformed"
    assert refusal(answer(trust(authority_key=bytes(32)))) == "answer-malformed"
