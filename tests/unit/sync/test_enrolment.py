"""Enrolment at the centre: a code is good once, for a day, for one terminal, and proves itself without being sent."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from sync.gateway.authority import CERTIFICATE_KINDS, load_authority, save_authority
from sync.protocol.certificate_code import public_key_of, read_seal_certificate
from sync.protocol.enrolment import EnrolmentAnswer, EnrolmentCode, check_answer, enrolment_binding, proof_of
from sync.protocol.messages import Problem, parse
from sync.protocol.suites import suite


def enrolled(hall, terminal, code):
    response = terminal.enrol(code)
    assert response.status == 200, response.body
    answer = parse(EnrolmentAnswer, response.body)
    return check_answer(answer, code, terminal=terminal.number, terminal_key=terminal.signer.public_key)


def newcomer(hall, number="T0001", seed="new"):
    made = hall.terminal("T9999")
    made.number = number
    made.signer = suite(hall.authority.suite).signer(seed.encode().ljust(32, b"."))
    return made


def refusal(response):
    found = parse(Problem, response.body)
    assert found.title.endswith(".")
    return response.status, found.code


def test_an_enrolled_terminal_is_told_what_to_trust_and_gets_its_seal_certified(hall):
    terminal = newcomer(hall)
    trust = enrolled(hall, terminal, hall.code("T0001"))
    assert trust.demo
    assert "DEMO" in trust.organisation
    leaf = x509.load_pem_x509_certificate(trust.seal_certificate.encode())
    middle = x509.load_pem_x509_certificate(trust.x509_intermediate.encode())
    root = x509.load_pem_x509_certificate(trust.x509_root.encode())
    leaf.verify_directly_issued_by(middle)
    middle.verify_directly_issued_by(root)
    assert leaf.public_key() == terminal.seal_key.public_key()
    assert leaf.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
    assert "DEMO" in leaf.issuer.rfc4514_string()
    seal = read_seal_certificate(trust.compact_seal_certificate)
    assert (seal.terminal, seal.kinds, seal.demo) == ("T0001", CERTIFICATE_KINDS, True)
    assert seal.public_key == public_key_of(terminal.seal_key)
    assert seal.authority_key_id == trust.issuers[0].key_id


def test_a_code_used_twice_is_refused_but_a_lost_answer_is_given_again(hall):
    code = hall.code("T0001")
    terminal = newcomer(hall)
    first = terminal.enrol(code)
    assert terminal.enrol(code).body == first.body
    thief = newcomer(hall, seed="thief")
    assert refusal(thief.enrol(code)) == (403, "enrolment-code-used")


def test_a_code_older_than_a_day_is_refused(hall):
    code = hall.code("T0001")
    hall.clock.forward(hours=24, seconds=1)
    assert refusal(newcomer(hall).enrol(code)) == (403, "enrolment-code-expired")


def test_a_newer_code_cancels_the_unused_ones_of_its_number_and_no_others(hall):
    used, of_another = hall.code("T0001"), hall.code("T0002")
    terminal = newcomer(hall)
    first = terminal.enrol(used)
    unused, newest = hall.code("T0001"), hall.code("T0001")
    finder = newcomer(hall, seed="finder")
    cancelled = finder.enrol(unused)
    assert refusal(cancelled) == (403, "enrolment-code-cancelled")
    assert "cancelled by a newer code" in parse(Problem, cancelled.body).title
    assert terminal.enrol(used).body == first.body, "a lost answer is given again all the same"
    assert finder.enrol(newest).status == 200
    assert newcomer(hall, "T0002", seed="other").enrol(of_another).status == 200


def test_a_cancelled_code_stays_cancelled_when_the_newer_one_is_used_or_over(hall):
    older, newer = hall.code("T0001"), hall.code("T0001")
    assert newcomer(hall).enrol(newer).status == 200
    assert refusal(newcomer(hall, seed="late").enrol(older)) == (403, "enrolment-code-cancelled")
    hall.clock.forward(hours=25)
    assert refusal(newcomer(hall, seed="late").enrol(older)) == (403, "enrolment-code-cancelled")


def test_a_code_for_another_terminal_is_refused(hall):
    assert refusal(newcomer(hall, "T0002").enrol(hall.code("T0001"))) == (403, "enrolment-code-other-terminal")


def test_a_key_that_another_number_has_is_refused_and_the_code_stays_good(hall):
    terminal = newcomer(hall)
    enrolled(hall, terminal, hall.code("T0001"))
    code = hall.code("T0002")
    terminal.number = "T0002"
    assert refusal(terminal.enrol(code)) == (403, "key-of-another-terminal")
    assert hall.store.terminal("T0002") is None
    enrolled(hall, newcomer(hall, "T0002", "own"), code)


def test_a_code_nobody_issued_is_refused(hall):
    assert refusal(newcomer(hall).enrol(EnrolmentCode(bytes(16), bytes(16)))) == (403, "enrolment-code-unknown")


def test_who_saw_a_request_cannot_enrol_keys_of_his_own_with_it(hall):
    code = hall.code("T0001")
    seen = newcomer(hall).enrolment(code)
    thief = newcomer(hall, seed="thief")
    own = thief.enrolment(code).model_copy(update={"proof": seen.proof})
    assert refusal(hall.ask(thief.signed("POST", "/v1/enrol", own.to_wire()))) == (403, "enrolment-code-unknown")
    copied = thief.signed("POST", "/v1/enrol", seen.to_wire())
    assert refusal(hall.ask(copied)) == (401, "signature-unknown-key")


def test_a_seal_key_without_a_proof_is_refused_and_the_code_stays_good(hall):
    code = hall.code("T0001")
    terminal = newcomer(hall)
    genuine, terminal.seal_key = terminal.seal_key, ec.generate_private_key(ec.SECP256R1())
    other = terminal.enrolment(code)
    terminal.seal_key = genuine
    mixed = terminal.enrolment(code).model_copy(update={"seal_proof": other.seal_proof})
    assert refusal(hall.ask(terminal.signed("POST", "/v1/enrol", mixed.to_wire()))) == (400, "seal-key-not-proved")
    assert terminal.enrol(code).status == 200


def unknown_kind(spki):
    """Of an algorithm that nobody knows: its object identifier is changed."""
    return spki.replace(bytes.fromhex("2a8648ce3d0201"), bytes.fromhex("2a8648ce3d0277"))


@pytest.mark.parametrize("changed", [unknown_kind, lambda spki: spki[:-1] + b"."])
def test_a_seal_key_that_is_none_is_refused_in_words(hall, changed):
    code, terminal = hall.code("T0001"), newcomer(hall)
    asked = terminal.enrolment(code)
    binding = enrolment_binding("T0001", asked.terminal_key, changed(asked.seal_key))
    asked = asked.model_copy(update={
        "seal_key": changed(asked.seal_key), "proof": proof_of(code.proof_key, binding),
        "seal_proof": terminal.seal_key.sign(binding, ec.ECDSA(hashes.SHA256())),
    })  # fmt: skip
    assert refusal(hall.ask(terminal.signed("POST", "/v1/enrol", asked.to_wire()))) == (400, "seal-key-not-proved")
    assert terminal.enrol(code).status == 200


def test_a_new_key_replaces_the_old_one_for_requests(hall):
    terminal = hall.terminal("T0001")
    assert terminal.get("/v1/results?after=0").status == 200
    again = newcomer(hall, seed="second key")
    assert again.enrol(hall.code("T0001")).status == 200
    assert refusal(terminal.get("/v1/results?after=0")) == (401, "certificate-superseded")
    assert again.get("/v1/results?after=0").status == 200


def test_an_authority_comes_back_from_its_folder_as_it_was_and_only_its_owner_reads_it(hall, tmp_path):
    folder = tmp_path / "keys"
    save_authority(hall.authority, folder)
    again = load_authority(folder)
    assert (again.public_key, again.anchor, again.root) == (
        hall.authority.public_key,
        hall.authority.anchor,
        hall.authority.root,
    )
    assert again.demo
    assert {path.stat().st_mode & 0o077 for path in [folder, *folder.iterdir()]} == {0}
