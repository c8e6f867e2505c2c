"""A code carries whom to trust; nothing in the centre's answer counts before that authority has signed it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from sync.protocol.certificate_code import Anchor
from sync.protocol.encoding import canonical_json, to_base64url
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
from sync.protocol.messages import Malformed, parse
from sync.protocol.signatures import fingerprint
from sync.protocol.suites import Signer
from sync.protocol.suites import suite as suite_named
from sync.protocol.terminal_certificate import TerminalCertificate, sign_statement

CODE = EnrolmentCode(bytes(range(100, 116)), bytes(range(16)))


@dataclass(frozen=True)
class Centre:
    """An authority with its code, and the key of the terminal that asks it."""

    signer: Signer
    terminal: Signer

    @property
    def code(self):
        return EnrolmentCode(authority_fingerprint(self.signer.public_key), bytes(range(16)))

    def certificate(self, **changes):
        values = {
            "suite": self.signer.suite, "terminal": "T0001", "key_suite": self.signer.suite,
            "key_fingerprint": fingerprint(self.terminal.public_key), "serial": "0" * 32,
            "not_before": "2026-11-22T00:00:00Z", "not_after": "2027-11-22T00:00:00Z",
        }  # fmt: skip
        return sign_statement(TerminalCertificate(**{**values, **changes}), self.signer)

    def trust(self, **changes):
        public = self.signer.public_key
        values = {
            "terminal_certificate": self.certificate(),
            "demo": True, "organisation": "demo", "terminal": "T0001",
            "terminal_key_fingerprint": fingerprint(self.terminal.public_key), "issued_at": "2026-11-22T00:00:00Z",
            "authority_key": public, "centre_key": public, "package_key": public,
            "issuers": (Anchor(authority="demo", public_key=bytes(33), demo=True),),
            "x509_root": "-----BEGIN CERTIFICATE-----", "x509_intermediate": "-----BEGIN CERTIFICATE-----",
            "seal_certificate": "-----BEGIN CERTIFICATE-----", "compact_seal_certificate": bytes(20),
            "gateway_url": "http://127.0.0.1:1", "verify_url": "http://127.0.0.1:2",
        }  # fmt: skip
        return Trust(**{**values, **changes})

    def answer(self, trusted=None, signer=None, authority_key=None):
        data = (trusted or self.trust()).to_wire()
        signer = signer or self.signer
        return EnrolmentAnswer(
            authority_key=authority_key or signer.public_key,
            trust=data,
            signature=signer.sign(trust_to_be_signed(data)),
        )

    def refusal(self, given):
        with pytest.raises(EnrolmentRefused) as caught:
            check_answer(given, self.code, terminal="T0001", terminal_key=self.terminal.public_key)
        assert caught.value.sentence.endswith((".", "?"))
        return caught.value.code


@pytest.fixture
def centre(new_signer):
    return Centre(new_signer("authority"), new_signer("terminal"))


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


def test_the_answer_of_the_authority_on_the_code_is_trusted(centre):
    trusted = centre.trust()
    given = centre.answer(trusted)
    checked = check_answer(given, centre.code, terminal="T0001", terminal_key=centre.terminal.public_key)
    assert checked == trusted
    assert checked.suite.name == centre.signer.suite


def test_another_authority_is_refused_even_with_a_good_signature(centre, new_signer):
    stranger = new_signer("stranger")
    assert centre.refusal(centre.answer(signer=stranger)) == "authority-differs"
    forged = centre.answer(signer=stranger, authority_key=centre.signer.public_key)
    assert centre.refusal(forged) == "answer-not-genuine"


def test_an_answer_for_another_terminal_or_another_key_is_refused(centre):
    for changes in ({"terminal": "T0002"}, {"terminal_key_fingerprint": "00" * 32}):
        assert centre.refusal(centre.answer(centre.trust(**changes))) == "answer-for-another"


@pytest.mark.parametrize("key", ["authority_key", "centre_key", "package_key"])
def test_trust_with_a_key_of_another_suite_is_refused(centre, key):
    other = suite_named("intl" if centre.signer.suite == "sm" else "sm")
    foreign = other.signer(bytes(31) + b"\x05").public_key
    expected = "answer-malformed" if key == "authority_key" else "suite-differs"
    assert centre.refusal(centre.answer(centre.trust(**{key: foreign}))) == expected


def test_an_authority_of_another_suite_than_the_terminals_key_is_refused(centre):
    other = suite_named("intl" if centre.signer.suite == "sm" else "sm")
    mixed = Centre(centre.signer, other.signer(bytes(31) + b"\x05"))
    assert mixed.refusal(mixed.answer()) == "suite-differs"


@pytest.mark.parametrize(
    "changes",
    [None, bytes(64), {"terminal": "T0002"}, {"key_fingerprint": "0" * 64}],
    ids=["none", "garbage", "another terminal's", "another key's"],
)
def test_trust_without_a_certificate_of_this_very_key_is_refused(centre, changes):
    given = centre.certificate(**changes) if isinstance(changes, dict) else changes
    assert centre.refusal(centre.answer(centre.trust(terminal_certificate=given))) == "key-not-certified"


def test_a_signed_answer_of_another_shape_is_refused(centre, new_signer):
    data = canonical_json({"format": "terminal-trust-1"})
    public, signature = centre.signer.public_key, centre.signer.sign(trust_to_be_signed(data))
    assert centre.refusal(EnrolmentAnswer(authority_key=public, trust=data, signature=signature)) == "answer-malformed"
    named = centre.trust(authority_key=new_signer("stranger").public_key)
    assert centre.refusal(centre.answer(named)) == "answer-malformed"


def test_octets_that_are_no_key_of_any_suite_are_no_message(centre):
    wire = json.loads(centre.answer().to_wire())
    for bad in (bytes(33), bytes(64), centre.signer.public_key + b"\x00"):
        with pytest.raises(Malformed):
            parse(EnrolmentAnswer, json.dumps({**wire, "authority_key": to_base64url(bad)}).encode())
