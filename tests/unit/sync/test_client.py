"""The terminal's jobs on a real journal against the gateway's core: nothing lost, nothing twice, nothing blocked."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from offline_store.chain import timestamp
from offline_store.delivery import Delivery
from offline_store.errors import StoreFull, StoreRefused
from offline_store.journal import open_journal
from offline_store.schema import PersonRow
from sync.client import jobs
from sync.client.outcomes import Done, Later, NoAnswer, Stopped
from sync.client.session import Session
from sync.gateway.authority import make_demo_authority
from sync.gateway.house import House, publish, write_draft
from sync.gateway.refusals import problem
from sync.protocol.encoding import decompress
from sync.protocol.exchange import JSON, Response
from sync.protocol.messages import MAX_CARRIED_BYTES, ChainUpload, Expected, RecordQuery, Results, parse
from sync.protocol.packages import TAKEN_BYTES, Manifest, sign_manifest
from sync.protocol.sealing import seal_body
from sync.trust import RevocationFile

STORE_KEY = bytes(range(32))
QUERY = RecordQuery(
    item="SI-02", id_number="11010519491231002X", data_as_of="2026-11-01T00:00:00.000Z", outcome="shown"
).to_wire()


class Kiosk:
    """A terminal with a real journal; `answers` may stand between it and the centre."""

    def __init__(self, hall, folder):
        self.hall = hall
        self.folder = folder
        self.enrolled = hall.terminal("T0001")
        centre = hall.authority.centre.public_key
        self.journal = open_journal(
            folder,
            terminal="T0001",
            key=STORE_KEY,
            sign=self.enrolled.signer.sign,
            seal=lambda plain, info: seal_body(plain, info, centre),
            now=hall.clock.now,
            suite=hall.authority.suite,
        ).journal
        self.delivery = Delivery(folder, STORE_KEY)
        self.asked = []
        self.between = lambda request, ask: ask(request)
        self.session = Session("T0001", self.enrolled.signer, self.send, hall.clock.now, os.urandom)

    def send(self, request):
        self.asked.append(request)
        return self.between(request, self.hall.ask)

    def act(self, body=QUERY):
        return self.journal.append("act", {"session": "s"}, body)

    def upload(self):
        return self.session.run(jobs.upload(self.delivery, "T0001", self.hall.clock.now))

    def results(self):
        return self.session.run(jobs.results(self.delivery, "T0001", self.hall.clock.now))

    def state(self, position):
        return self.delivery.state_of(position.epoch, position.seq).state

    def close(self):
        self.delivery.close()
        self.journal.close()


@pytest.fixture
def kiosk(hall, tmp_path):
    kiosk = Kiosk(hall, tmp_path / "terminal")
    yield kiosk
    kiosk.close()


def rows(hall):
    return [(row.epoch, row.seq, row.state) for row in hall.store.records(10_000)]


# --- upload and results


def test_what_was_written_is_received_then_processed(kiosk):
    act = kiosk.act()
    assert kiosk.upload() == Done(2)
    assert kiosk.state(act) == "received"
    assert kiosk.results() == Done(0, more=True)
    assert kiosk.hall.process() == (2, 0)
    assert kiosk.results() == Done(2)
    assert kiosk.state(act) == "processed"
    assert kiosk.upload() == Done(0)


def test_a_long_backlog_goes_up_in_batches_in_order(kiosk):
    for _ in range(450):
        kiosk.journal.append("audit", {})
    assert kiosk.upload() == Done(451)
    assert [seq for _, seq, _ in rows(kiosk.hall)] == list(range(1, 452))
    assert len(kiosk.asked) == 3


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_after_a_lost_request_or_answer_everything_is_there_once(kiosk, lost):
    act = kiosk.act()

    def cut(request, ask):
        if lost == "answer":
            ask(request)
        return NoAnswer("broken")

    kiosk.between = cut
    assert kiosk.upload() == Later("broken")
    assert kiosk.state(act) == "pending"
    kiosk.between = lambda request, ask: ask(request)
    kiosk.hall.clock.forward(seconds=30)
    assert kiosk.upload() == Done(2)
    assert len(rows(kiosk.hall)) == 2
    assert kiosk.delivery.state_of(act.epoch, act.seq).attempts == 2


def test_a_captive_portals_page_is_not_the_gateway(kiosk):
    act = kiosk.act()
    for answer in [
        Response(200, {"content-type": "text/html"}, b"<html>Please log in</html>"),
        Response(200, {"content-type": JSON}, b"<html>"),
        Response(200, {"content-type": JSON}, b'{"ok":true}'),
        Response(302, {"location": "http://portal.example/"}),
        Response(403, {"content-type": "text/html"}, b"<html>"),
        Response(404, {"content-type": "application/problem+json"}, b"no"),
        Response(204),
    ]:
        kiosk.between = lambda request, ask, answer=answer: answer
        assert kiosk.upload() == Later("not-the-gateway")
        assert kiosk.results() == Later("not-the-gateway")
    assert kiosk.state(act) == "pending"


def test_the_centres_wish_to_wait_is_passed_on(kiosk):
    kiosk.act()
    for text, seconds in [("17", 17.0), ("99999", 3600.0), ("Sat, 21 Nov 2026 22:27:40 GMT", 60.0), ("soon", None)]:
        kiosk.between = lambda request, ask, text=text: Response(503, {"retry-after": text})
        assert kiosk.upload() == Later("status-503", seconds)


def test_an_item_the_centre_will_not_take_goes_without_its_body_and_never_blocks_the_next(kiosk):
    good, huge, after = kiosk.act(), kiosk.act(b"x" * 70_000), kiosk.act()

    def strict(request, ask):
        upload = parse(ChainUpload, decompress(request.body, 1 << 24))
        if any(entry.sealed and len(entry.sealed) > 65_536 for entry in upload.entries):
            return problem(413, "body-too-large", "An item is too large.")
        return ask(request)

    kiosk.between = strict
    assert kiosk.upload() == Done(4)
    kiosk.hall.process()
    kiosk.between = lambda request, ask: ask(request)
    assert kiosk.results() == Done(4)
    assert [kiosk.state(position) for position in (good, huge, after)] == ["processed", "refused", "processed"]
    assert kiosk.delivery.state_of(huge.epoch, huge.seq).result == '{"reason":"body-withheld","state":"refused"}'


def test_a_refused_act_is_kept_and_shown_and_the_rest_goes_on(kiosk):
    bad, good = kiosk.act(b'{"type":"unheard-of"}'), kiosk.act()
    kiosk.upload()
    kiosk.hall.process()
    kiosk.results()
    assert (kiosk.state(bad), kiosk.state(good)) == ("refused", "processed")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (problem(409, "fork", "Another.", epoch=1, seq=1), "fork"),
        (problem(401, "signature-unknown-key", "No."), "signature-unknown-key"),
        (problem(403, "terminal-blocked", "No."), "terminal-blocked"),
        (problem(400, "hash-differs", "No.", epoch=1, seq=1), "hash-differs"),
    ],
)
def test_a_bad_envelope_stops_the_upload_and_sets_nothing_aside(kiosk, answer, code):
    act = kiosk.act()
    kiosk.between = lambda request, ask: answer
    outcome = kiosk.upload()
    assert isinstance(outcome, Stopped)
    assert outcome.code == code
    assert len(kiosk.asked) == 1
    assert kiosk.state(act) == "pending"


def test_a_cloned_disk_is_a_fork(kiosk, hall, tmp_path):
    kiosk.act()
    kiosk.upload()
    clone = object.__new__(Kiosk)
    clone.__dict__.update(kiosk.__dict__)
    centre = hall.authority.centre.public_key
    clone.journal = open_journal(
        tmp_path / "clone", terminal="T0001", key=STORE_KEY, sign=kiosk.enrolled.signer.sign,
        seal=lambda plain, info: seal_body(plain, info, centre), now=hall.clock.now, suite=hall.authority.suite,
    ).journal  # fmt: skip
    clone.delivery = Delivery(tmp_path / "clone", STORE_KEY)
    clone.act()
    outcome = clone.upload()
    assert isinstance(outcome, Stopped)
    assert outcome.code == "fork"
    assert hall.store.fleet()[0].alarms == 1
    clone.close()


def test_a_centre_restored_from_a_backup_gets_again_what_it_lost(kiosk, hall):
    kiosk.act()
    kiosk.upload()
    with closing(sqlite3.connect(hall.folder / "gateway.db")) as live, closing(sqlite3.connect(":memory:")) as backup:
        live.backup(backup)
        kiosk.act()
        kiosk.act()
        assert kiosk.upload() == Done(2)
        backup.backup(live)
    kiosk.act()
    assert [seq for _, seq, _ in rows(hall)] == [1, 2]
    assert kiosk.upload() == Done(3)
    assert [seq for _, seq, _ in rows(hall)] == [1, 2, 3, 4, 5]


def test_a_centre_that_keeps_naming_the_same_gap_is_not_asked_for_ever(kiosk):
    kiosk.act()
    expected = Expected(epoch=1, seq=1, head=bytes(32))
    kiosk.between = lambda request, ask: problem(409, "gap", "Missing.", expected=expected)
    outcome = kiosk.upload()
    assert isinstance(outcome, Stopped)
    assert outcome.code == "gap"
    assert len(kiosk.asked) == 2


def test_a_centre_that_names_one_gap_after_the_other_is_not_asked_for_ever(kiosk):
    kiosk.act()
    limit = 100

    def answer(request, ask):
        assert len(kiosk.asked) < limit
        expected = Expected(epoch=len(kiosk.asked), seq=1, head=bytes(32))
        return problem(409, "gap", "Missing.", expected=expected)

    kiosk.between = answer
    assert kiosk.upload() == Stopped("gap")


@pytest.mark.parametrize("generations", [(7, 7), (8, 9)])
def test_a_centre_that_begins_its_results_again_and_again_is_not_asked_for_ever(kiosk, generations):
    kiosk.act()
    kiosk.upload()
    kiosk.hall.process()
    limit, first = 100, []

    def answer(request, ask):
        assert len(kiosk.asked) < limit
        first.append(ask(request))
        page = parse(Results, first[0].body)
        generation = generations[len(kiosk.asked) % 2]
        again = page.model_copy(update={"after": 0, "generation": generation, "more": True})
        return Response(200, {"content-type": JSON}, again.to_wire())

    kiosk.between = answer
    outcome = kiosk.results()
    assert isinstance(outcome, Stopped)
    assert outcome.code == "results-out-of-order"


def test_a_gap_whose_head_is_not_ours_is_a_fork(kiosk):
    kiosk.act()
    for seq, head in [(1, b"\x01" * 32), (2, b"\x02" * 32), (9, b"\x03" * 32)]:
        expected = Expected(epoch=1, seq=seq, head=head)
        kiosk.between = lambda request, ask, expected=expected: problem(409, "gap", "Missing.", expected=expected)
        outcome = kiosk.upload()
        assert isinstance(outcome, Stopped)
        assert outcome.code == "fork"


def test_results_for_another_terminal_or_out_of_order_stop_the_job(kiosk):
    for body, code in [
        (b'{"more":false,"results":[],"terminal":"T0002"}', "results-for-another"),
        (
            b'{"more":false,"results":[{"epoch":1,"hash":"'
            + b"A" * 43
            + b'","n":2,"processed_at":"2026-11-22T00:00:00Z",'
            b'"seq":1,"state":"accepted"}],"terminal":"T0001"}',
            "results-out-of-order",
        ),
    ]:
        kiosk.between = lambda request, ask, body=body: Response(200, {"content-type": JSON}, body)
        assert kiosk.results() == Stopped(code)
    assert kiosk.delivery.results_cursor() == 0


# --- the two clocks


@pytest.mark.parametrize("seconds", [-4000, 4000])
def test_a_clock_that_is_off_by_an_hour_is_corrected_from_the_centres_answer(kiosk, seconds):
    kiosk.act()
    kiosk.session = replace(kiosk.session, now=lambda: kiosk.hall.clock.now() + timedelta(seconds=seconds))
    assert kiosk.upload() == Done(2)
    assert kiosk.session.clock_difference == -seconds
    assert len(kiosk.asked) == 2
    assert kiosk.results() == Done(0, more=True)
    assert len(kiosk.asked) == 3


def test_a_clock_that_is_off_by_more_than_a_day_is_not_believed(kiosk):
    kiosk.act()
    kiosk.session = replace(kiosk.session, now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    assert kiosk.upload() == Stopped("clock-differs")


# --- snapshot


class Generations:
    """Keeps what it is given."""

    def __init__(self):
        self.kept = 0
        self.rows = []

    def generation(self):
        return self.kept

    def load(self, manifest, rows):
        taken = list(rows)
        self.kept, self.rows, self.manifest = manifest.generation, taken, manifest


def person(number="11010519491231002X"):
    return PersonRow(
        id_number=number, name="测试人", sex="2", ethnic="01", birth_date="1949-12-31", category="pensioner",
        region="990100", phone=None,
    )  # fmt: skip


@pytest.fixture
def offered(hall):
    house = House(hall.folder, hall.authority, hall.store, "", "")
    write_draft(hall.folder, [person()], lambda done: None)
    publish(house, hall.clock.now())
    return house


def snapshot(kiosk, port, key=None):
    key = key or kiosk.hall.authority.package.public_key
    return kiosk.session.run(jobs.snapshot(port, key, kiosk.hall.clock.now))


def test_a_snapshot_is_fetched_once_and_then_only_when_there_is_a_newer_one(kiosk, offered):
    port = Generations()
    assert snapshot(kiosk, port) == Done(1)
    first = port.kept
    assert (first > 0, port.rows) == (True, [person()])
    assert port.manifest.counts == {"person": 1}
    kiosk.asked.clear()
    assert snapshot(kiosk, port) == Done()
    assert [request.path for request in kiosk.asked] == ["/v1/snapshot"]
    publish(offered, kiosk.hall.clock.now())
    assert snapshot(kiosk, port) == Done(1)
    assert port.kept > first


def test_without_a_snapshot_at_the_centre_there_is_nothing_to_do(kiosk):
    assert snapshot(kiosk, Generations()) == Done()


def test_an_older_generation_an_expired_or_a_forged_one_is_refused_before_anything_is_loaded(kiosk, offered):
    port = Generations()
    port.kept = 2**52
    assert snapshot(kiosk, port) == Stopped("generation-not-newer")
    port.kept = 0
    assert snapshot(kiosk, port, kiosk.hall.authority.public_key) == Stopped("manifest-not-genuine")
    kiosk.hall.clock.forward(days=31)
    assert snapshot(kiosk, port) == Stopped("package-expired")
    assert port.rows == []


def test_a_damaged_package_is_fetched_again_later_and_nothing_is_loaded(kiosk, offered):
    def damage(request, ask):
        answer = ask(request)
        return (
            replace(answer, body=answer.body[:-9] + b"123456789")
            if request.path.startswith("/v1/snapshot/")
            else answer
        )

    kiosk.between = damage
    port = Generations()
    assert snapshot(kiosk, port) == Later("package-damaged", seldom=True)
    assert port.rows == []


def test_a_package_larger_than_a_terminal_takes_is_not_even_asked_for(kiosk, hall):
    at = timestamp(hall.clock.now())
    manifest = Manifest(
        generation=3, area="330100", origin="x", as_of=at, made_at=at, expires_at="2099-01-01T00:00:00.000Z",
        rows=(("person", 1),), package_sha256="0" * 64, package_bytes=TAKEN_BYTES + 1, unpacked_bytes=1,
    )  # fmt: skip
    key = hall.authority.package
    kiosk.between = lambda request, ask: Response(200, {"content-type": JSON}, sign_manifest(manifest, key).to_wire())
    assert snapshot(kiosk, Generations()) == Stopped("package-too-large")
    assert [request.path for request in kiosk.asked] == ["/v1/snapshot"]
    fits = manifest.model_copy(update={"package_bytes": TAKEN_BYTES})
    kiosk.between = lambda request, ask: (
        NoAnswer("too-large")
        if request.path.startswith("/v1/snapshot/")
        else Response(200, {"content-type": JSON}, sign_manifest(fits, key).to_wire())
    )
    assert snapshot(kiosk, Generations()) == Later("too-large", seldom=True)


@pytest.mark.parametrize("fault", [StoreFull, StoreRefused])
def test_a_package_that_the_disk_does_not_take_is_fetched_again_but_seldom(kiosk, offered, fault):
    class Full(Generations):
        def load(self, manifest, rows):
            raise fault("people.db", "no room")

    assert snapshot(kiosk, Full()) == Later(f"local-fault {fault.__name__}", seldom=True)


def test_a_body_that_no_upload_can_carry_goes_without_and_keeps_nothing_back(kiosk):
    huge, after = kiosk.act(b"x" * (MAX_CARRIED_BYTES + 1)), kiosk.act()
    assert kiosk.upload() == Done(3)
    kiosk.hall.process()
    kiosk.results()
    assert (kiosk.state(huge), kiosk.state(after)) == ("refused", "processed")


# --- revocations


def test_the_revocation_list_is_kept_and_an_older_or_forged_one_never_replaces_it(kiosk, tmp_path, hall):
    class Trusting:
        issuers = (hall.authority.anchor,)

    port = RevocationFile(tmp_path, Trusting())
    (tmp_path / "trust").mkdir()

    def run():
        return kiosk.session.run(jobs.revocations(port, (hall.authority.anchor,), hall.clock.now))

    assert run() == Done(0)
    first = port.current()
    older = hall.authority.revocation_list(["X-1"], now=hall.clock.now() - timedelta(days=1))
    later = hall.authority.revocation_list([], now=hall.clock.now() + timedelta(days=2))
    forged = make_demo_authority(hall.clock.now()).revocation_list([], now=hall.clock.now())
    for body, code in [
        (older, "revocations-older"),
        (forged, "revocations-unknown-issuer"),
        (b"?", "revocations-malformed"),
        (later, "revocations-from-the-future"),
    ]:
        kiosk.between = lambda request, ask, body=body: replace(ask(request), body=body)
        assert run() == Stopped(code)
        assert port.current() == first


# --- everybody's answers are hostile until read


def test_random_answers_never_crash_a_job_nor_change_anything(kiosk):
    chance = random.Random(5)
    act = kiosk.act()
    bodies = [b"", b"{", b"[]", b"null", b'{"code":"x","status":500,"title":"t"}', os.urandom(50), b"[" * 5000]
    types = [JSON, "application/problem+json", "text/html", "", "application/cose", "application/x-ndjson+gzip"]
    for _ in range(400):
        answer = Response(
            chance.choice([200, 204, 301, 400, 401, 403, 404, 409, 413, 418, 422, 429, 500, 503]),
            {"content-type": chance.choice(types), "retry-after": chance.choice(["", "x", "1e9", "-3", "5"])},
            chance.choice(bodies),
        )
        kiosk.between = lambda request, ask, answer=answer: answer
        for run in (kiosk.upload, kiosk.results, lambda: snapshot(kiosk, Generations())):
            assert isinstance(run(), Later | Stopped | Done)
    assert kiosk.state(act) == "pending"
