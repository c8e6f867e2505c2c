"""A terminal's key counts for a year: renewed in time without a gap, refused when taken back, replaced or over."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from offline_store.errors import KeyUnfit
from offline_store.keys import KeyFiles
from sync.client.outcomes import Done, Later, NoAnswer, Stopped
from sync.client.renewal import expires, renewal, terminal_revocations
from sync.client.session import Session
from sync.enrolment import enrol
from sync.former_keys import FORMER_KEYS, FormerKeys, signed_by_this_terminal
from sync.gateway.terminal_certificates import revocations, revoked_seals
from sync.protocol.certificate_code import read_revocations, read_seal_certificate
from sync.protocol.enrolment import EnrolmentRefused, RenewalRequest, certificate_in, renewal_binding
from sync.protocol.exchange import JSON, Request, Response
from sync.protocol.messages import FormerKey, Problem, parse
from sync.protocol.signatures import fingerprint
from sync.protocol.suites import suite
from sync.protocol.terminal_certificate import (
    Signed,
    StatementUnfit,
    TerminalCertificate,
    TerminalRevocations,
    read_statement,
    sign_statement,
)
from sync.renewing import Own, Renewing
from sync.terminal_keys import (
    AGAIN_KEY,
    NEXT_KEY,
    TERMINAL_KEY,
    load_signer,
    make_terminal_key,
    name_in,
    settle_keys,
    signer_named,
)
from sync.trust import NotEnrolled, TerminalRevocationFile, read_trust, write_trust


class PowerCut(Exception):  # noqa: N818 - what happens
    """The machine stops here."""


class Disk:
    """An enrolled terminal's data directory; `between` may stand between it and the centre."""

    def __init__(self, hall, folder, number="T0001"):
        self.hall = hall
        self.folder = folder
        self.number = number
        self.between = lambda request, ask: ask(request)
        folder.mkdir(mode=0o700)
        self.keys = KeyFiles(folder / "keys", allow_file=True, warn=lambda _: None)
        self.enrol()

    def enrol(self, **words):
        return enrol(
            self.folder, terminal=self.number, code=self.hall.code(self.number).to_text(), keys=self.keys,
            send=self.send, now=self.hall.clock.now, suite=self.hall.authority.suite, **words,
        )  # fmt: skip

    def send(self, request):
        return self.between(request, self.hall.ask)

    @property
    def trust(self):
        return read_trust(self.folder)

    @property
    def signer(self):
        """As a process that starts now finds it."""
        return load_signer(self.keys, self.trust.terminal_key_fingerprint)

    def run(self, job, signer=None):
        return Session(self.number, signer or self.signer, self.send, self.hall.clock.now, os.urandom).run(job)

    def renew(self, port=None):
        return self.run(renewal(port or Renewing(self.folder, self.keys), self.hall.clock.now))

    def ask(self, signer=None):
        """Any request, by another key than its own if one is given: the code of its refusal, or 200."""

        def asked():
            answer = yield Request("GET", "/v1/results?after=0&generation=0")
            return answer

        answer = self.run(asked(), signer)
        return answer.status if answer.status == 200 else parse(Problem, answer.body).code

    def key_name(self, *use):
        return name_in(self.hall.authority.suite, *use)

    def key_file(self, *use):
        return self.folder / "keys" / self.key_name(*use)

    def names(self):
        return sorted(path.name for path in (self.folder / "keys").iterdir())


@pytest.fixture
def disk(hall, tmp_path):
    return Disk(hall, tmp_path / "terminal")


def alarms(hall):
    with closing(sqlite3.connect(hall.folder / "gateway.db")) as db:
        return db.execute("SELECT terminal, code FROM alarm ORDER BY id").fetchall()


def nonces(hall):
    with closing(sqlite3.connect(hall.folder / "gateway.db")) as db:
        return db.execute("SELECT count(*) FROM nonce").fetchone()[0]


def revoke(hall, number="T0001", reason="stolen"):
    with hall.store.transaction():
        hall.store.terminal_certificates.revoke(number, hall.clock.now().isoformat().replace("+00:00", "Z"), reason)


# --- the certificate ---


def test_both_ends_keep_the_same_certificate_of_the_terminals_key(hall, disk):
    trust = disk.trust
    certificate = certificate_in(trust)
    assert certificate is not None
    assert (certificate.terminal, certificate.key_fingerprint) == ("T0001", fingerprint(disk.signer.public_key))
    assert certificate.suite == certificate.key_suite == hall.authority.suite
    assert expires(trust) - hall.clock.now().replace(microsecond=0) == timedelta(days=365)
    (held,) = hall.store.terminal_certificates.keys("T0001")
    assert (held.serial, held.not_after, held.current) == (certificate.serial, certificate.not_after, True)
    beside = (disk.folder / "trust/terminal-certificate.json").read_bytes()
    assert read_statement(TerminalCertificate, beside, trust.authority_key) == certificate


def test_a_statement_changed_or_signed_by_another_says_nothing(hall, disk):
    data = disk.trust.terminal_certificate
    changed = json.loads(data)
    flipped = bytearray(data)
    flipped[data.index(b'"statement":"') + 20] ^= 1
    other = hall.authority.package.public_key
    for wrong, key in [(bytes(flipped), disk.trust.authority_key), (data, other), (b"{}", disk.trust.authority_key)]:
        with pytest.raises(StatementUnfit):
            read_statement(TerminalCertificate, wrong, key)
    assert set(changed) == {"statement", "signature"}
    with pytest.raises(StatementUnfit):
        read_statement(TerminalRevocations, data, disk.trust.authority_key)


# --- refused ---


def test_a_revoked_key_is_refused_by_name_once_alarmed_and_leaves_nothing(hall, disk):
    assert disk.ask() == 200
    revoke(hall)
    before = nonces(hall)
    assert [disk.ask() for _ in range(3)] == ["certificate-revoked"] * 3
    assert disk.renew() == Done(), "it is not due"
    hall.clock.forward(days=350)
    assert disk.renew() == Stopped("certificate-revoked")
    assert alarms(hall) == [("T0001", "certificate-revoked")]
    assert nonces(hall) == before


def test_an_expired_key_is_refused_by_name_and_a_new_code_brings_the_terminal_back(hall, disk):
    hall.clock.forward(days=365, seconds=1)
    assert disk.ask() == "certificate-expired"
    assert disk.renew() == Stopped("certificate-expired")
    assert alarms(hall) == [("T0001", "certificate-expired")]
    disk.enrol(again=True)
    assert disk.ask() == 200


def test_a_strangers_signature_with_a_revoked_terminals_name_raises_no_alarm(hall, disk, tmp_path):
    thief = Disk(hall, tmp_path / "thief", "T0002")
    revoke(hall)
    thief.number = "T0001"
    assert thief.ask() == "signature-unknown-key"
    assert alarms(hall) == []


def test_a_key_that_was_taken_back_is_enrolled_no_more_and_neither_is_its_seal(hall, disk):
    revoke(hall)
    with pytest.raises(EnrolmentRefused) as refused:
        disk.enrol()
    assert refused.value.code == "key-revoked"
    with pytest.raises(EnrolmentRefused) as refused:
        disk.enrol(again=True)
    assert refused.value.code == "seal-key-revoked"


def test_a_retired_terminal_may_come_back_with_a_new_key(hall, disk):
    revoke(hall, reason="retired")
    disk.enrol(again=True)
    assert disk.ask() == 200


def test_a_retired_terminal_that_is_stolen_afterwards_loses_its_seal_too_and_a_stolen_one_is_never_retired(hall, disk):
    revoke(hall, reason="retired")
    assert revoked_seals(hall.store) == ()
    hall.clock.forward(days=3)
    revoke(hall, reason="retired")
    revoke(hall, reason="stolen")
    (seal,) = revoked_seals(hall.store)
    assert seal.key_id == read_seal_certificate(disk.trust.compact_seal_certificate).key_id
    assert seal.since == hall.clock.now().replace(microsecond=0)
    revoke(hall, reason="retired")
    assert revoked_seals(hall.store) == (seal,)
    with pytest.raises(EnrolmentRefused) as refused:
        disk.enrol(again=True)
    assert refused.value.code == "seal-key-revoked"


# --- renewal ---


def test_nothing_is_renewed_before_the_last_thirty_days(hall, disk):
    before = disk.trust
    assert disk.renew() == Done()
    hall.clock.forward(days=334)
    assert disk.renew() == Done()
    assert (disk.trust, disk.names()) == (before, ["seal", disk.key_name()])


def test_a_renewal_gives_a_new_key_a_later_certificate_and_new_seal_certificates(hall, disk):
    old, before = disk.signer, disk.trust
    hall.clock.forward(days=336)
    assert disk.renew() == Done(1)
    assert disk.signer.public_key != old.public_key
    assert expires(disk.trust) - expires(before) == timedelta(days=336)
    assert disk.trust.seal_certificate != before.seal_certificate
    assert disk.names() == ["seal", disk.key_name()]
    assert disk.ask() == 200
    hall.clock.forward(days=100)
    assert disk.ask() == 200, "long after the old certificate's end"


def test_both_keys_count_until_the_new_one_is_used(hall, disk):
    hall.clock.forward(days=336)
    lost = disk.between
    answers = []

    def lose(request, ask):
        answers.append(ask(request))
        return NoAnswer("timeout")

    disk.between = lose
    assert disk.renew() == Later("timeout")
    assert disk.renew() == Later("timeout")
    assert answers[0].body == answers[1].body, "the same key gets the same answer"
    disk.between = lost
    assert disk.ask() == 200, "the old key still counts"
    old = disk.signer
    assert disk.renew() == Done(1)
    assert disk.ask() == 200
    assert Session("T0001", old, disk.send, hall.clock.now, os.urandom).run(
        renewal(Renewing(disk.folder, disk.keys), lambda: hall.clock.now() + timedelta(days=340))
    ) == Stopped("certificate-superseded")
    assert alarms(hall) == [("T0001", "certificate-superseded")]


def test_a_new_key_that_was_never_heard_does_not_outlive_the_old_ones_revocation(hall, disk):
    hall.clock.forward(days=336)
    disk.between = lambda request, ask: (ask(request), NoAnswer("timeout"))[1]
    disk.renew()
    revoke(hall)
    disk.between = lambda request, ask: ask(request)
    assert disk.ask() == "certificate-revoked"
    next_signer = load_signer(disk.keys, fingerprint(Renewing(disk.folder, disk.keys).next_key().public_key))
    assert disk.ask(next_signer) == "certificate-revoked"


def test_an_operators_new_code_goes_before_a_renewal_whose_answer_is_still_under_way(hall, disk):
    hall.clock.forward(days=336)

    def overtaken(request, ask):
        answer = ask(request)
        disk.between = lambda request, ask: ask(request)
        disk.enrol(again=True)
        return answer

    disk.between = overtaken
    assert disk.renew() == Later("key-changed")
    assert disk.ask() == 200
    assert alarms(hall) == []
    assert disk.renew() == Done(), "the operator's certificate has its year before it"


def test_of_two_processes_that_renew_at_once_both_end_with_the_same_key(hall, disk):
    hall.clock.forward(days=336)

    def together(request, ask):
        answer = ask(request)
        disk.between = lambda request, ask: ask(request)
        assert disk.renew() == Done(1)
        return answer

    disk.between = together
    assert disk.renew() == Done(1)
    assert disk.ask() == 200


class CutAt(Renewing):
    """A disk whose power is cut at one step of the switch."""

    step = ""

    def next_key(self):
        key = super().next_key()
        if self.step == "after the key was made":
            raise PowerCut
        return key

    def keep(self, trust, begun_with):
        if self.step == "before the switch":
            raise PowerCut
        write_trust(self.data_dir, trust)
        if self.step == "after the switch, before the key has its name":
            raise PowerCut
        kept = super().keep(trust, begun_with)
        if self.step == "after everything":
            raise PowerCut
        return kept


@pytest.mark.parametrize("step", [
    "after the key was made", "before the switch", "after the switch, before the key has its name", "after everything",
])  # fmt: skip
def test_a_power_cut_at_any_step_of_a_renewal_leaves_a_terminal_that_works(hall, disk, step):
    hall.clock.forward(days=336)
    port = CutAt(disk.folder, disk.keys)
    object.__setattr__(port, "step", step)
    with pytest.raises(PowerCut):
        disk.renew(port)
    assert disk.ask() == 200
    assert disk.renew() in (Done(), Done(1))
    assert disk.ask() == 200
    assert expires(disk.trust) > hall.clock.now() + timedelta(days=300)


def test_a_cut_between_any_two_files_of_the_trust_leaves_a_terminal_that_works(hall, disk):
    hall.clock.forward(days=336)
    before = {path.name: path.read_bytes() for path in (disk.folder / "trust").iterdir()}
    key = disk.key_file().read_bytes()
    assert disk.renew() == Done(1)
    after = {path.name: path.read_bytes() for path in (disk.folder / "trust").iterdir()}
    new = disk.key_file().read_bytes()
    order = ["authority.pem", "seal-certificate.pem", "seal-certificate.cbor", "terminal-certificate.json"]
    for count in range(len(order) + 1):
        for name, content in {**before, **{name: after[name] for name in order[:count]}}.items():
            (disk.folder / "trust" / name).write_bytes(content)
        disk.key_file().write_bytes(key)
        disk.key_file(NEXT_KEY).write_bytes(new)
        disk.key_file(NEXT_KEY).chmod(0o600)
        assert disk.ask() == 200
    assert disk.renew() == Done(1)
    assert disk.ask() == 200


def proves(disk, statement, signature):
    return signed_by_this_terminal(disk.folder, disk.trust, disk.signer.public_key)(statement, signature)


def test_what_a_former_key_signed_is_known_for_this_terminals_after_each_renewal(hall, disk):
    signed = []
    for _ in range(3):
        signed.append(disk.signer.sign(b"a truncation"))
        hall.clock.forward(days=336)
        assert disk.renew() == Done(1)
    assert [proves(disk, b"a truncation", each) for each in signed] == [True, True, True]
    assert not proves(disk, b"another statement", signed[0])
    stranger = suite(disk.signer.suite).signer(suite(disk.signer.suite).new_signing_key())
    assert not proves(disk, b"a truncation", stranger.sign(b"a truncation"))


class CutKeys(KeyFiles):
    """Keys of a disk whose power is cut before the new key has its name."""

    def replace(self, name, by):
        raise PowerCut


def test_a_power_cut_in_a_renewal_forgets_no_former_key(hall, disk):
    signature = disk.signer.sign(b"a truncation")
    hall.clock.forward(days=336)
    with pytest.raises(PowerCut):
        disk.renew(Renewing(disk.folder, CutKeys(disk.folder / "keys", allow_file=True, warn=lambda _: None)))
    assert proves(disk, b"a truncation", signature)
    disk.renew()
    assert proves(disk, b"a truncation", signature)
    assert len(json.loads((disk.folder / "trust" / FORMER_KEYS).read_bytes())["keys"]) == 1


def test_a_former_key_counts_only_with_a_certificate_of_the_authority_that_is_trusted(hall, disk):
    own = disk.signer
    stranger = suite(own.suite).signer(suite(own.suite).new_signing_key())
    statement = disk.trust.terminal_certificate
    kept = FormerKeys(keys=(FormerKey(public_key=stranger.public_key, certificate=statement),))
    (disk.folder / "trust" / FORMER_KEYS).write_bytes(kept.to_wire())
    assert not proves(disk, b"a truncation", stranger.sign(b"a truncation"))
    forged = FormerKey(public_key=own.public_key, certificate=bytes(64))
    (disk.folder / "trust" / FORMER_KEYS).write_bytes(FormerKeys(keys=(forged,)).to_wire())
    hall.clock.forward(days=336)
    before = own.sign(b"a truncation")
    assert disk.renew() == Done(1)
    assert proves(disk, b"a truncation", before), "the certificate that is there takes the forged one's place"
    (disk.folder / "trust" / FORMER_KEYS).write_bytes(b"{")
    assert not proves(disk, b"a truncation", before)
    assert proves(disk, b"a truncation", disk.signer.sign(b"a truncation"))


@pytest.mark.parametrize("what", ["another key's proof", "the old key again", "another suite's name"])
def test_a_renewal_that_proves_nothing_is_refused(hall, disk, what):
    from sync.protocol.exchange import JSON, Request

    own = disk.signer
    new = suite(own.suite).signer(suite(own.suite).new_signing_key())
    other = suite(own.suite).signer(suite(own.suite).new_signing_key())
    key = own if what == "the old key again" else new
    signed_by = other if what == "another key's proof" else key
    proof = signed_by.sign(renewal_binding("T0001", fingerprint(own.public_key), key.public_key))
    named = ("sm" if own.suite == "intl" else "intl") if what == "another suite's name" else own.suite
    body = RenewalRequest(terminal_key=key.public_key, suite=named, proof=proof).to_wire()

    def job():
        answer = yield Request("POST", "/v1/renew", {"content-type": JSON}, body)
        return parse(Problem, answer.body).code

    assert disk.run(job()) == "renewal-not-proved"
    assert len(hall.store.terminal_certificates.keys("T0001")) == 1


@pytest.mark.parametrize("its", ["present", "former"])
def test_no_terminal_renews_to_a_key_that_was_ever_anothers(hall, its):
    own, other = hall.terminal("T0001"), hall.terminal("T0002")
    if its == "former":
        hall.terminal("T0002", key="later key")
    proof = other.signer.sign(renewal_binding("T0001", fingerprint(own.signer.public_key), other.signer.public_key))
    body = RenewalRequest(terminal_key=other.signer.public_key, suite=other.suite, proof=proof).to_wire()
    answer = hall.ask(own.signed("POST", "/v1/renew", body))
    assert (answer.status, parse(Problem, answer.body).code) == (403, "key-of-another-terminal")
    assert len(hall.store.terminal_certificates.keys("T0001")) == 1


def test_an_operators_code_gives_a_new_key_and_a_cut_before_its_name_is_made_good(hall, disk):
    old = disk.signer.public_key
    disk.enrol(again=True)
    assert disk.signer.public_key != old
    assert disk.names() == ["seal", disk.key_name()]
    assert disk.ask() == 200
    # as if the power had been cut between the trust and the name
    disk.key_file().rename(disk.key_file(AGAIN_KEY))
    assert disk.ask() == 200


# --- one name per suite ---


def test_a_key_made_for_a_refused_suite_is_never_a_key_of_another(hall, tmp_path):
    own = hall.authority.suite
    wrong = "sm" if own == "intl" else "intl"
    keys = KeyFiles(tmp_path / "again" / "keys", allow_file=True, warn=lambda _: None)
    keys.create("store", bytes(32))
    asked = {
        "terminal": "T0009", "code": hall.code("T0009").to_text(), "keys": keys, "send": hall.ask,
        "now": hall.clock.now,
    }  # fmt: skip
    with pytest.raises(EnrolmentRefused):
        enrol(tmp_path / "again", suite=wrong, **asked)
    refused = keys.load(name_in(wrong)).material
    trust = enrol(tmp_path / "again", suite=own, **asked)
    used = keys.load(name_in(own)).material
    assert used != refused
    assert load_signer(keys, trust.terminal_key_fingerprint).public_key != suite(own).signer(bytes(refused)).public_key
    assert keys.names() == ("seal", "store", name_in(own)), "the refused key is gone"


def test_the_names_of_keys_that_exist_stay_and_a_key_of_sm_under_such_a_name_goes_on(tmp_path):
    assert [name_in("intl", use) for use in ("terminal", NEXT_KEY, AGAIN_KEY)] == [
        "terminal", "terminal-next", "terminal-again",
    ]  # fmt: skip
    keys = KeyFiles(tmp_path / "keys", allow_file=True, warn=lambda _: None)
    private = suite("sm").new_signing_key()
    keys.create("terminal", private)
    mine = fingerprint(suite("sm").signer(private).public_key)
    assert fingerprint(load_signer(keys, mine).public_key) == mine
    settle_keys(keys, mine)
    assert keys.names() == ("terminal-sm",)
    assert fingerprint(load_signer(keys, mine).public_key) == mine


def test_a_number_that_is_no_key_of_its_suite_is_named_and_does_not_hide_the_key_that_is_looked_for(tmp_path):
    keys = KeyFiles(tmp_path / "keys", allow_file=True, warn=lambda _: None)
    keys.create("terminal-sm", b"\xff" * 32)
    with pytest.raises(KeyUnfit, match="order"):
        signer_named(keys, TERMINAL_KEY, "sm")
    make_terminal_key(keys, NEXT_KEY)
    mine = fingerprint(signer_named(keys, NEXT_KEY).public_key)
    assert fingerprint(load_signer(keys, mine).public_key) == mine


def test_a_process_whose_trust_was_taken_away_says_that_it_is_not_enrolled(disk):
    own = Own(disk.folder, disk.keys)
    assert not own.look()
    (disk.folder / "trust" / "centre.json").unlink()
    with pytest.raises(NotEnrolled):
        own.look()


def test_two_that_settle_the_same_key_at_once_do_not_trip_over_one_another(hall, tmp_path):
    name = hall.authority.suite

    class Quicker(KeyFiles):
        """Another process gives the key its name just before."""

        def replace(self, name, by):
            super().replace(name, by)
            super().replace(name, by)

    keys = Quicker(tmp_path / "keys", allow_file=True, warn=lambda _: None)
    make_terminal_key(keys, NEXT_KEY, name)
    mine = fingerprint(signer_named(keys, NEXT_KEY, name).public_key)
    settle_keys(keys, mine)
    assert keys.names() == (name_in(name),)


# --- the list ---


def listed(disk):
    port = TerminalRevocationFile(disk.folder, disk.trust)
    own = disk.trust.terminal_key_fingerprint
    return disk.run(terminal_revocations(port, disk.trust.authority_key, own, disk.hall.clock.now))


def test_the_list_of_revoked_terminals_is_kept_and_read_without_a_network(hall, disk, tmp_path):
    stolen = Disk(hall, tmp_path / "stolen", "T0002")
    assert listed(disk) == Done(0)
    revoke(hall, "T0002")
    assert listed(disk) == Done(1)
    kept = TerminalRevocationFile(disk.folder, disk.trust).current()
    row = kept.names(stolen.trust.terminal_key_fingerprint)
    assert (row.terminal, row.reason) == ("T0002", "stolen")
    assert kept.names(disk.trust.terminal_key_fingerprint) is None
    assert kept.age(hall.clock.now() + timedelta(days=3)) == timedelta(days=3)


def test_a_list_that_names_the_terminals_own_key_says_what_the_centre_says_to_that_key(hall, disk):
    revoke(hall)
    taken_back = revocations(hall.store, hall.authority, hall.clock.now())
    disk.between = lambda request, ask: answer_of(taken_back)
    assert listed(disk) == Stopped("certificate-revoked")
    kept = TerminalRevocationFile(disk.folder, disk.trust).current()
    assert kept.names(disk.trust.terminal_key_fingerprint) is not None, "for use without a network, too"


def test_an_older_list_a_forged_one_and_one_from_the_future_are_not_kept(hall, disk):
    assert listed(disk) == Done(0)
    now = hall.clock.now()
    path = disk.folder / "trust/terminal-revocations.json"
    before = path.read_bytes()
    forged = Signed.model_validate_json(before).model_copy(update={"signature": bytes(64)}).to_wire()
    for given, reason in [
        (revocations(hall.store, hall.authority, now - timedelta(days=1)), "terminal-revocations-older"),
        (revocations(hall.store, hall.authority, now + timedelta(days=2)), "terminal-revocations-from-the-future"),
        (forged, "terminal-revocations-not-genuine"),
    ]:
        disk.between = lambda request, ask, given=given: answer_of(given)
        assert listed(disk).code.startswith(reason)
        assert path.read_bytes() == before


@pytest.mark.parametrize(("first", "then", "outcome"), [
    ("00Z", "00.5Z", Done(0)), ("00.500Z", "00.5Z", Done(0)), ("00.5Z", "00Z", Stopped("terminal-revocations-older")),
])  # fmt: skip
def test_lists_of_one_second_are_told_apart_by_their_time_and_not_by_their_spelling(hall, disk, first, then, outcome):
    for spelling, end in ((first, Done(0)), (then, outcome)):
        said = TerminalRevocations(suite=hall.authority.suite, issued_at=f"2026-11-22T00:00:{spelling}", revoked=())
        octets = sign_statement(said, hall.authority.signing)
        disk.between = lambda request, ask, octets=octets: answer_of(octets)
        assert listed(disk) == end


def answer_of(body):
    return Response(200, {"content-type": JSON}, body)


@pytest.mark.parametrize("page", [b"{}", b'{"login":"please"}', b"<html>"])
def test_a_portal_that_answers_for_the_centre_is_no_alarm_and_nothing_is_kept(disk, page):
    disk.between = lambda request, ask: answer_of(page)
    assert listed(disk) == Later("not-the-gateway")
    assert not (disk.folder / "trust/terminal-revocations.json").exists()


def test_a_damaged_list_on_disk_counts_as_none(disk):
    assert listed(disk) == Done(0)
    (disk.folder / "trust/terminal-revocations.json").write_bytes(b"{}")
    assert TerminalRevocationFile(disk.folder, disk.trust).current() is None


def test_the_seal_of_a_stolen_terminal_is_on_the_list_for_papers_a_retired_ones_is_not(hall, disk, tmp_path):
    stolen = Disk(hall, tmp_path / "stolen", "T0002")
    Disk(hall, tmp_path / "retired", "T0003")
    revoke(hall, "T0002")
    revoke(hall, "T0003", reason="retired")

    def job():
        answer = yield Request("GET", "/v1/revocations")
        return read_revocations(answer.body, disk.trust.issuers)

    papers = disk.run(job())
    assert [key.key_id for key in papers.keys] == [read_seal_certificate(stolen.trust.compact_seal_certificate).key_id]


def test_keys_of_one_terminal_count_for_no_other(hall, disk, tmp_path):
    other = Disk(hall, tmp_path / "other", "T0002")
    other.number = "T0001"
    assert other.ask() == "signature-unknown-key"
