"""The gateway's core: received once, processed once, refused with a reason; and nobody speaks for anybody else."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import date

import pytest

from kiosk.certificates.number import CertificateNumber
from offline_store.chain import GENESIS, EpochOpened, Position, body_info, canonical_json, make_entry
from sync.gateway.sqlite_store import SqliteStore
from sync.protocol.exchange import PROBLEM, Request
from sync.protocol.messages import (
    CertificateIssued,
    ChainReceipt,
    ChainUpload,
    Problem,
    RecordQuery,
    Results,
    parse,
)
from sync.protocol.sealing import seal_body
from sync.protocol.suites import suite

QUERY = RecordQuery(
    item="SI-02", id_number="11010519491231002X", data_as_of="2026-11-01T00:00:00.000Z", outcome="shown"
).to_wire()


NUMBER = str(CertificateNumber("T0001", date(2026, 11, 22), 1, 2))


def certificate(number=NUMBER, code="cd"):
    return CertificateIssued(
        number=number, item="SI-05", id_number="11010519491231002X", name="测试人", facts=(("险种", "养老"),),
        data_as_of="2026-11-01T00:00:00.000Z", issued_at="2026-11-22T00:00:00.000Z",
        expires_at="2027-02-22T00:00:00.000Z", pdf_sha256="ab" * 32, code_sha256=code * 32,
        seal_key_id="0011223344556677",
    ).to_wire()  # fmt: skip


def refusal(response):
    assert response.headers["content-type"] == PROBLEM
    found = parse(Problem, response.body)
    assert found.status == response.status
    return response.status, found.code


def rows(hall):
    return [(row.terminal, row.epoch, row.seq, row.kind, row.state, row.reason) for row in hall.store.records(1000)]


@pytest.fixture
def terminal(hall):
    terminal = hall.terminal()
    terminal.open_epoch()
    return terminal


# --- received


def test_everything_sent_twice_is_received_twice_and_stored_once(hall, terminal):
    terminal.append("session-opened", session="s1")
    terminal.append("act", QUERY)
    first = parse(ChainReceipt, terminal.upload().body)
    again = parse(ChainReceipt, terminal.upload().body)
    assert (first.received, first.already) == (3, 0)
    assert (again.received, again.already) == (0, 3)
    assert again.expected == first.expected
    assert (first.expected.seq, first.expected.head) == (4, terminal.chain[-1].hash)
    assert hall.process() == (3, 0)
    terminal.upload()
    assert hall.process() == (0, 0)
    assert len(rows(hall)) == 3


def test_an_entry_twice_in_one_upload_is_one_row(hall, terminal):
    terminal.upload(terminal.chain[0], terminal.chain[0])
    assert len(rows(hall)) == 1


def test_another_entry_at_a_used_number_is_a_fork_with_an_alarm_and_nothing_is_stored(hall, terminal):
    terminal.append("session-opened", session="s1")
    assert terminal.upload().status == 200
    del terminal.chain[1]
    terminal.append("session-opened", session="the clone's")
    terminal.append("session-closed", session="the clone's")
    assert refusal(terminal.upload()) == (409, "fork")
    assert len(rows(hall)) == 2
    assert hall.store.fleet()[0].alarms == 1


def test_an_entry_that_continues_another_past_is_a_fork(hall, terminal):
    terminal.append("session-opened", session="s1")
    terminal.upload()
    del terminal.chain[1]
    terminal.append("session-opened", session="another")
    last = terminal.append("session-closed", session="another")
    assert refusal(terminal.upload(last)) == (409, "fork")


def test_a_gap_is_answered_with_the_number_that_is_expected(hall, terminal):
    terminal.upload()
    terminal.append("session-opened")
    later = terminal.append("session-closed")
    response = terminal.upload(later)
    assert refusal(response) == (409, "gap")
    expected = parse(Problem, response.body).expected
    assert (expected.epoch, expected.seq, expected.head) == (1, 2, terminal.chain[0].hash)
    assert len(rows(hall)) == 1


def test_an_upload_is_taken_whole_or_not_at_all(hall, terminal):
    terminal.append("session-opened")
    bad = terminal.append("session-closed").model_copy(update={"at": "2026-01-01T00:00:00.000Z"})
    assert refusal(terminal.upload(*terminal.chain[:2], bad)) == (400, "hash-differs")
    assert rows(hall) == []


def test_an_epoch_begins_with_its_signed_opening_only(hall, terminal, other_signer):
    genuine = terminal.chain.pop()
    terminal.append("session-opened")
    assert refusal(terminal.upload()) == (400, "epoch-not-opened")
    terminal.chain.clear()
    own, terminal.signer = terminal.signer, other_signer
    forged = terminal.open_epoch()
    terminal.signer = own
    assert refusal(terminal.upload(forged)) == (400, "epoch-not-opened")
    assert terminal.upload(genuine).status == 200


def test_an_opening_nested_as_deep_as_it_can_be_is_refused_and_never_crashes(hall, terminal):
    entry = make_entry(
        prev=GENESIS, terminal="T0001", epoch=1, seq=1, kind="epoch-opened", at="2026-11-22T00:00:00.000Z",
        header=b"[" * 4096,
    )  # fmt: skip
    deep = terminal.chain[0].model_copy(update={"at": entry.at, "header": entry.header, "hash": entry.hash})
    assert refusal(terminal.upload(deep)) == (400, "epoch-not-opened")


def test_an_opening_with_half_a_character_is_refused_and_never_crashes(hall, terminal):
    for header in (
        b'{"last_known":null,"reason":"\\ud800","signature":"00"}',
        b'{"last_known":null,"reason":"first","signature":"\\ud800"}',
        b'{"last_known":{"epoch":1,"hash":"\\ud800","seq":1},"reason":"first","signature":"00"}',
        b'{"last_known":null,"reason":"first","signature":"00","suite":"\\ud800"}',
    ):
        entry = make_entry(
            prev=GENESIS, terminal="T0001", epoch=1, seq=1, kind="epoch-opened", at="2026-11-22T00:00:00.000Z",
            header=header,
        )  # fmt: skip
        odd = terminal.chain[0].model_copy(update={"at": entry.at, "header": entry.header, "hash": entry.hash})
        assert refusal(terminal.upload(odd)) == (400, "epoch-not-opened")
    assert rows(hall) == []


def test_an_epoch_is_of_the_suite_of_the_key_that_opened_it(hall, terminal):
    other = "intl" if hall.authority.suite == "sm" else "sm"
    genuine = terminal.chain[0]
    for named, hashed in [(other, other), (other, hall.authority.suite), (hall.authority.suite, other)]:
        statement = EpochOpened.statement("T0001", 1, genuine.at, "first", None, named)
        opened = EpochOpened("first", None, terminal.signer.sign(statement), named)
        entry = make_entry(
            prev=GENESIS, terminal="T0001", epoch=1, seq=1, kind="epoch-opened", at=genuine.at,
            header=canonical_json(opened.header()), suite=hashed,
        )  # fmt: skip
        wire = genuine.model_copy(update={"header": entry.header, "hash": entry.hash})
        assert refusal(terminal.upload(wire))[0] == 400
    assert rows(hall) == []
    assert terminal.upload().status == 200


def test_an_entry_hashed_by_another_suite_than_its_epochs_is_refused(hall, terminal):
    terminal.upload()
    wire = terminal.append("audit")
    entry = make_entry(
        prev=wire.prev, terminal="T0001", epoch=1, seq=2, kind="audit", at=wire.at, header=wire.header,
        suite="intl" if hall.authority.suite == "sm" else "sm",
    )  # fmt: skip
    assert refusal(terminal.upload(wire.model_copy(update={"hash": entry.hash}))) == (400, "hash-differs")
    assert terminal.upload(wire).status == 200


@pytest.mark.parametrize("suite", ["intl"], indirect=True)
def test_an_opening_of_a_release_that_knew_one_suite_is_taken(hall, terminal):
    at = terminal.chain[0].at
    opened = EpochOpened("first", None, terminal.signer.sign(EpochOpened.statement("T0001", 1, at, "first", None)))
    entry = make_entry(
        prev=GENESIS, terminal="T0001", epoch=1, seq=1, kind="epoch-opened", at=at,
        header=canonical_json(opened.header()),
    )  # fmt: skip
    wire = terminal.chain[0].model_copy(update={"header": entry.header, "hash": entry.hash})
    assert terminal.upload(wire).status == 200


def test_a_terminal_and_its_centre_go_over_to_another_suite_and_the_old_epoch_still_counts(
    hall, terminal, authority_in
):
    terminal.append("audit")
    terminal.upload(terminal.chain[0])
    other = "intl" if hall.authority.suite == "sm" else "sm"
    hall.authority = authority_in(other)
    terminal.signer = suite(other).signer(bytes(range(32)))
    assert terminal.enrol(hall.code("T0001")).status == 200
    opened = terminal.open_epoch(2, last_known=Position(1, 2, terminal.chain[1].hash))
    terminal.append("audit", epoch=2)
    assert terminal.upload(opened, terminal.chain[-1]).status == 200
    assert terminal.salvage(terminal.chain[1]).status == 200
    assert hall.process() == (4, 0)
    assert hall.store.fleet()[0].alarms == 0


def test_an_enrolment_with_a_key_of_another_suite_is_refused(hall, terminal):
    other = "intl" if hall.authority.suite == "sm" else "sm"
    terminal.signer = suite(other).signer(bytes(range(32)))
    assert refusal(terminal.enrol(hall.code("T0001"))) == (403, "suite-differs")


def test_a_new_epoch_goes_beside_the_old_one(hall, terminal):
    terminal.append("session-opened")
    terminal.upload()
    terminal.open_epoch(2)
    late = terminal.append("session-closed")
    # in order: once the new epoch was opened nothing goes on in the old one
    receipt = parse(ChainReceipt, terminal.upload(late, terminal.chain[2]).body)
    assert (receipt.received, receipt.expected.epoch, receipt.expected.seq) == (2, 2, 2)


def test_an_epoch_that_this_very_upload_has_ended_is_not_gone_on_in(hall, terminal):
    terminal.upload()
    opening, late = terminal.open_epoch(2), terminal.append("custody")
    assert refusal(terminal.upload(opening, late)) == (409, "fork")
    assert [row[:3] for row in rows(hall)] == [("T0001", 1, 1)]
    other = hall.terminal("T0002")
    other.open_epoch()
    other.upload()
    opening, late = other.open_epoch(2), other.append("custody")
    assert other.upload(late, opening).status == 200


# --- refused at the door


def test_a_forged_signature_stores_nothing(hall, terminal, other_signer):
    own, terminal.signer = terminal.signer, other_signer
    assert refusal(terminal.upload()) == (401, "signature-unknown-key")
    terminal.signer = own
    assert rows(hall) == []


@pytest.mark.parametrize("added", ["#&epoch=1", "&epoch=1", "#"])
def test_whoever_carries_a_request_cannot_make_it_ask_for_an_ended_epoch(hall, terminal, added):
    first = terminal.chain[0]
    second = terminal.open_epoch(2, Position(1, 1, first.hash))
    assert terminal.upload(first).status == 200
    assert terminal.upload(second).status == 200
    asked = terminal.signed("GET", "/v1/chain/head?epoch=2")
    assert hall.ask(replace(asked, path=asked.path + added)).status == 401
    assert hall.store.terminal_certificates.keys("T0001")[0].forked_at is None
    assert hall.store.fleet()[0].alarms == 0
    assert hall.ask(asked).status == 200


def test_another_terminals_key_does_not_open_this_terminals_chain(hall, terminal):
    other = hall.terminal("T0002")
    other.number = "T0001"
    assert refusal(other.upload(*terminal.chain)) == (401, "signature-unknown-key")
    assert rows(hall) == []


def test_another_terminals_entries_under_ones_own_name_are_not_taken(hall, terminal):
    other = hall.terminal("T0002")
    assert refusal(other.upload(*terminal.chain)) == (400, "hash-differs")
    assert rows(hall) == []


def test_a_replayed_request_is_refused(hall, terminal):
    request = terminal.signed("GET", "/v1/results?after=0")
    assert hall.ask(request).status == 200
    assert refusal(hall.ask(request)) == (401, "nonce-used")
    hall.clock.forward(seconds=301)
    assert refusal(hall.ask(request)) == (401, "signature-too-old")


def test_a_request_sent_to_another_path_is_refused(hall, terminal):
    request = terminal.signed("GET", "/v1/results?after=5")
    assert refusal(hall.ask(replace(request, path="/v1/results?after=0"))) == (401, "signature-not-genuine")
    assert refusal(hall.ask(replace(request, path="/v1/snapshot"))) == (401, "signature-not-genuine")


def test_unsigned_requests_get_the_time_and_nothing_else(hall):
    answer = hall.ask(Request("GET", "/v1/time"))
    assert (answer.status, answer.headers["date"]) == (204, "Sat, 21 Nov 2026 22:26:40 GMT")
    for path in ["/v1/results?after=0", "/v1/snapshot", "/v1/snapshot/1", "/v1/revocations"]:
        assert refusal(hall.ask(Request("GET", path))) == (401, "signature-missing")


def test_oversize_and_exploding_bodies_are_refused(hall, terminal):
    assert refusal(terminal.hall.ask(terminal.signed("POST", "/v1/chain", bytes(5_000_000)))) == (413, "body-too-large")
    bomb = gzip.compress(bytes(60_000_000))
    request = terminal.signed("POST", "/v1/chain", bomb, content_encoding="gzip")
    assert refusal(hall.ask(request)) == (413, "body-too-large")
    assert rows(hall) == []


def test_a_packed_upload_is_taken_like_a_plain_one(hall, terminal):
    body = gzip.compress(ChainUpload(entries=tuple(terminal.chain)).to_wire())
    assert hall.ask(terminal.signed("POST", "/v1/chain", body, content_encoding="gzip")).status == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "expected"),
    [
        ("POST", "/v1/chain", b"{}", {}, (400, "malformed")),
        ("POST", "/v1/chain", b"<html>", {}, (400, "malformed")),
        ("POST", "/v1/chain", b"{}", {"content_type": "text/plain"}, (415, "wrong-content-type")),
        ("POST", "/v1/chain", b"{}", {"content_encoding": "br"}, (415, "wrong-content-encoding")),
        ("POST", "/v1/chain", b"{}", {"content_encoding": "gzip"}, (400, "malformed")),
        ("GET", "/v1/chain", b"", {}, (405, "wrong-method")),
        ("GET", "/v1/results", b"", {}, (400, "malformed")),
        ("GET", "/v1/results?after=-1", b"", {}, (400, "malformed")),
        ("GET", "/v1/results?after=1&after=0", b"", {}, (400, "malformed")),
        ("GET", "/v1/results?after=1&%61fter=0", b"", {}, (400, "malformed")),
        ("GET", "/v1/results?after=²", b"", {}, (401, "signature-malformed")),
        ("GET", "/v1/snapshot", b"", {}, (404, "no-snapshot")),
        ("GET", "/v1/snapshot/7", b"", {}, (404, "no-snapshot")),
        ("GET", "/v1/else", b"", {}, (404, "no-such-path")),
    ],
)
def test_what_the_gateway_does_not_take_it_names(hall, terminal, method, path, body, headers, expected):
    request = terminal.signed(method, path.replace("²", "2"), body, **headers)
    assert refusal(hall.ask(replace(request, path=path))) == expected


# --- processed


def results(terminal, after=0):
    return parse(Results, terminal.get(f"/v1/results?after={after}").body)


def test_a_result_comes_for_each_item_in_order_and_for_that_terminal_alone(hall, terminal):
    other = hall.terminal("T0002")
    other.open_epoch()
    terminal.append("act", QUERY)
    terminal.upload()
    other.upload()
    hall.process()
    mine, theirs = results(terminal), results(other)
    assert mine.terminal == "T0001"
    assert [(item.n, item.seq, item.state, item.hash) for item in mine.results] == [
        (1, 1, "accepted", terminal.chain[0].hash),
        (2, 2, "accepted", terminal.chain[1].hash),
    ]
    assert [(item.n, item.hash) for item in theirs.results] == [(1, other.chain[0].hash)]
    assert results(terminal, after=1).results == mine.results[1:]
    assert results(terminal, after=2).results == ()


def test_results_come_in_pages(hall, terminal):
    for n in range(250):
        terminal.append("audit", n=str(n))
    terminal.upload(*terminal.chain[:200])
    terminal.upload(*terminal.chain[200:])
    hall.process()
    first = results(terminal)
    assert (len(first.results), first.more) == (200, True)
    rest = results(terminal, after=200)
    assert (len(rest.results), rest.more) == (51, False)


def test_refused_items_never_block_the_next_and_say_why(hall, terminal):
    wrong = terminal.append("act", QUERY)
    centre = hall.authority.centre.public_key
    terminal.chain[-1] = wrong.model_copy(update={"sealed": seal_body(b"x" * 99, b"another place", centre)})
    terminal.append("act", b'{"type":"claim"}')
    terminal.append("act", b"not json")
    terminal.append("act", b"[" * 9000)
    withheld = terminal.append("act", QUERY)
    terminal.chain[-1] = withheld.model_copy(update={"sealed": None})
    swapped = terminal.append("act", QUERY)
    other_plain = seal_body(bytes(32) + b"{}", body_info("T0001", 1, swapped.seq, "act"), centre)
    terminal.chain[-1] = swapped.model_copy(update={"sealed": other_plain})
    terminal.append("act", QUERY + b" " * 70_000)
    stray = terminal.append("audit")
    terminal.chain[-1] = stray.model_copy(update={"sealed": b"\x01uncalled for"})
    terminal.append("act", QUERY)
    assert terminal.upload().status == 200
    assert hall.process(limit=4) == (1, 3)
    assert hall.process() == (1, 5)
    assert [(item.state, item.reason) for item in results(terminal).results] == [
        ("accepted", None),
        ("refused", "body-does-not-open"),
        ("refused", "act-type-unknown"),
        ("refused", "act-malformed"),
        ("refused", "act-malformed"),
        ("refused", "body-withheld"),
        ("refused", "body-not-as-committed"),
        ("refused", "body-too-large"),
        ("refused", "body-not-committed"),
        ("accepted", None),
    ]
    assert [json.loads(row.act)["item"] for row in hall.store.records(50) if row.act] == ["SI-02"]


def test_a_certificate_whose_times_are_none_is_refused_before_anybody_looks_it_up(hall):
    terminal = hall.terminal()
    terminal.open_epoch()
    terminal.append("certificate-issued", certificate().replace(b"2027-02-22T00", b"2027-02-31T00"))
    terminal.upload()
    assert hall.process() == (1, 1)
    assert results(terminal).results[1].reason == "act-malformed"
    with hall.store.transaction():
        assert hall.store.certificate(NUMBER) is None


def test_a_certificate_enters_the_register_once(hall, terminal):
    terminal.append("certificate-issued", certificate())
    terminal.append("certificate-issued", certificate(code="ef"))
    terminal.upload()
    assert hall.process() == (2, 1)
    assert results(terminal).results[-1].reason == "certificate-number-taken"
    found = hall.store.certificate(NUMBER)
    assert (found.state, found.code_sha256, found.terminal) == ("known", "cd" * 32, "T0001")


@pytest.mark.parametrize(
    "number",
    [
        str(CertificateNumber("T0002", date(2026, 11, 22), 1, 2)),
        str(CertificateNumber("T0001", date(2026, 11, 22), 2, 2)),
        "990100-T0002-1-2",
        "A/../x",
        NUMBER.lower(),
    ],
    ids=["another terminal's", "another epoch's", "no number of ours", "a path", "small letters"],
)
def test_no_terminal_takes_a_number_that_is_not_its_own(hall, terminal, number):
    terminal.append("certificate-issued", certificate(number))
    terminal.upload()
    assert hall.process() == (1, 1)
    assert results(terminal).results[-1].reason == "certificate-number-foreign"
    assert hall.store.certificate(number) is None


def test_received_is_not_processed(hall, terminal):
    terminal.append("certificate-issued", certificate())
    terminal.upload()
    assert {row[4] for row in rows(hall)} == {"received"}
    assert results(terminal).results == ()
    assert hall.store.certificate(NUMBER) is None


def test_a_store_opened_again_holds_what_was_received(hall, terminal):
    terminal.upload()
    before = rows(hall)
    again = SqliteStore(hall.folder)
    assert [(row.terminal, row.seq) for row in again.records(10)] == [(row[0], row[2]) for row in before]
    again.close()


def test_no_personal_data_shows_in_a_repr_of_what_the_store_hands_out(hall, terminal):
    terminal.append("act", QUERY)
    terminal.upload()
    hall.process()
    assert "11010519491231002X" not in repr(hall.store.records(10))
