"""SQL, HTML and worse in every field of every message, under a good signature: a terminal that was taken over.

What a field does not allow is refused and nothing of it is stored. Where a field is free text, the text is kept as it
is, to the octet, and does nothing.
"""

from __future__ import annotations

import json
import time
from random import Random

import pytest

from sync.gateway.core import MAX_ENROLMENT_BYTES
from sync.gateway.endpoint import SMALL_BYTES
from sync.gateway.endpoints import ENDPOINTS
from sync.gateway.overview import record
from sync.gateway.public import handle_public
from sync.protocol.encoding import compress
from sync.protocol.exchange import JSON, PROBLEM, Request
from sync.protocol.messages import (
    MAX_REQUEST_BYTES,
    MAX_UNPACKED_REQUEST_BYTES,
    AnyAct,
    ChainUpload,
    Problem,
    Salvage,
    parse,
)
from sync.protocol.questions import Question
from tests.soak_record import record as record_run
from tests.unit.sync.conftest import FakeTerminal, signer_from
from tests.violence.forgery.payloads import OTHERS, RAW, TEXTS, fields, with_more, with_value
from tests.violence.forgery.samples import ACTS, QUESTIONS, SAMPLES, new_id, tables

FREE = {"name", "facts", "content", "code"}
"""Fields that are any text people may have: names, lines of a paper, what an e-card's code says."""


def documents(terminal):
    """Every message a terminal may send, by path."""
    yield "/v1/chain", json.loads(SAMPLES["/v1/chain"](terminal)[2])
    salvaged = ChainUpload(entries=tuple(terminal.chain), salvage=Salvage(epoch=1, last=True))
    yield "/v1/chain", json.loads(salvaged.to_wire())
    yield "/v1/heartbeat", json.loads(SAMPLES["/v1/heartbeat"](terminal)[2])
    for asks in QUESTIONS:
        yield "/v1/questions", json.loads(Question(id=new_id(), deadline=30, asks=asks).to_wire())
    yield "/v1/renew", json.loads(SAMPLES["/v1/renew"](terminal)[2])


def test_every_message_that_a_terminal_sends_is_walked(hall):
    walked = {path for path, _ in documents(hall.terminal())}
    assert walked == {endpoint.path for endpoint in ENDPOINTS if endpoint.takes is not None}
    assert {type(asks) for asks in QUESTIONS} == set(Question.model_fields["asks"].annotation.__args__)


def hostile(document, chance, at_a_place):
    """(place, [(value, octets of the whole message), ...]): every field, and some or all that can be put there."""
    for path in fields(document):
        values = [*TEXTS, *OTHERS, *RAW]
        if at_a_place is not None:
            values = chance.sample(values, at_a_place)
        yield (
            path,
            [*((value, with_value(document, path, value)) for value in values), ("more", with_more(document, path))],
        )


def may_be_taken(place, value):
    """Nothing but a number, a yes or a no, or nothing at all; any text where people's own words stand."""
    if value is None or isinstance(value, bool) or value == [] or value == b"-0":
        return True
    if isinstance(value, int):
        return (-1 if place[-1] == "clock_offset" else 0) <= value < 2**53
    if value == b"":
        return isinstance(place[-1], int)  # one line less
    if place[-1] == "sealed":  # octets to be opened later; the number is used up all the same
        return value in ("", "A" * 100_000)
    return isinstance(value, str) and value.isprintable() and bool(FREE.intersection(map(str, place)))


def whole(store):
    assert store.one("PRAGMA integrity_check") == ("ok",)
    assert store.all("PRAGMA foreign_key_check") == []


def without_alarms(folder):
    return {name: rows for name, rows in tables(folder).items() if name != "alarm"}


def walk(hall, ask, document, chance, at_a_place):
    """Try them all; answers how many were tried. `ask`: octets of a message to the answer."""
    tried = 0
    for place, forgeries in hostile(document, chance, at_a_place):
        before = without_alarms(hall.folder)
        for value, octets in forgeries:
            answer = ask(octets)
            tried += 1
            said = (place, repr(value)[:60], answer.status)
            if answer.status < 300:
                assert may_be_taken(place, value), said
                with hall.store.transaction():
                    hall.store.run("DELETE FROM question")  # only so many may be open
                before = without_alarms(hall.folder)
                continue
            assert 400 <= answer.status < 500, said
            assert answer.status != 429, said
            assert answer.content_type == PROBLEM
            assert parse(Problem, answer.body).status == answer.status
        assert without_alarms(hall.folder) == before, place
    return tried


MESSAGES = range(2 + 1 + len(QUESTIONS) + 1)


def walk_message(hall, number, chance, at_a_place):
    # its own: signatures of sm are never twice the same, so that the same terminal would open its epoch a second time
    terminal = hall.terminal(f"T01{number:02}")
    path, document = list(documents(terminal))[number]
    schema = tables(hall.folder)["schema"]
    tried = walk(hall, lambda octets: hall.ask(terminal.signed("POST", path, octets)), document, chance, at_a_place)
    assert tables(hall.folder)["schema"] == schema
    whole(hall.store)
    return tried


@pytest.mark.parametrize("number", MESSAGES)
def test_no_field_of_any_message_takes_what_it_should_not(hall, number):
    assert len(list(documents(hall.terminal("T0009")))) == len(MESSAGES)
    assert walk_message(hall, number, Random(number), 8) > 20


def walk_enrolment(hall, chance, at_a_place):
    terminal = FakeTerminal(hall, "T0003", signer_from("T0003 key", hall.authority.suite))
    document = json.loads(terminal.enrolment(hall.code("T0003")).to_wire())
    tried = walk(
        hall, lambda octets: hall.ask(terminal.signed("POST", "/v1/enrol", octets)), document, chance, at_a_place
    )
    assert terminal.signer.public_key not in hall.store.keys_of("T0003")
    return tried


def test_no_field_of_an_enrolment_takes_what_it_should_not(hall):
    assert walk_enrolment(hall, Random(1), None) > 300


def walk_act(hall, kind, chance, at_a_place):
    """Bodies are sealed: they are received, and refused when they are opened."""
    terminal = hall.terminal()
    terminal.open_epoch()
    assert terminal.upload().status == 200
    hall.process()
    document, tried, sent = json.loads(ACTS[kind].to_wire()), 0, {}
    for place, forgeries in hostile(document, chance, at_a_place):
        for value, octets in forgeries:
            if len(octets) < 60_000:
                entry = terminal.append("act", octets, session="s")
                sent[entry.seq] = (place, value, octets)
                assert terminal.upload(entry).status == 200
    hall.process(100_000)
    with hall.store.transaction():
        states = dict(hall.store.all("SELECT seq, state FROM result WHERE seq > 1"))
        kept = dict(hall.store.all("SELECT seq, content FROM act"))
    assert states.keys() == sent.keys(), "each has its result, and none kept the next from having one"
    for seq, (place, value, octets) in sent.items():
        tried += 1
        if states[seq] == "refused":
            assert seq not in kept
        else:
            assert may_be_taken(place, value), (place, repr(value)[:60])
            assert kept[seq] == octets, "free text is kept to the octet"
    whole(hall.store)
    with hall.store.transaction():
        assert json.dumps([record(row, reveal=True) for row in hall.store.records(100_000)])
    return tried


@pytest.mark.parametrize("kind", ACTS)
def test_no_field_of_any_act_takes_what_it_should_not_and_none_blocks_the_next(hall, kind):
    assert walk_act(hall, kind, Random(kind), 6) > 20


def test_every_kind_of_act_is_walked():
    assert {type(act) for act in ACTS.values()} == set(AnyAct.__args__)


@pytest.mark.soak
def test_everything_hostile_in_every_field_of_every_message(hall, soak_seed):
    """Without a sample: all of it."""
    chance, begun = Random(soak_seed), time.monotonic()
    tried = sum(walk_message(hall, number, chance, None) for number in MESSAGES if number != MESSAGES[-1])
    tried += walk_message(hall, MESSAGES[-1], chance, None) + walk_enrolment(hall, chance, None)
    row = {"name": "violence.forgery.fields", "seed": soak_seed, "suite": hall.authority.suite, "tried": tried}
    record_run({**row, "stored": 0, "crashed": 0, "seconds": round(time.monotonic() - begun)})


@pytest.mark.soak
@pytest.mark.parametrize("kind", ACTS)
def test_everything_hostile_in_every_field_of_every_act(hall, kind, soak_seed):
    begun = time.monotonic()
    row = {"name": f"violence.forgery.{kind}", "seed": soak_seed, "suite": hall.authority.suite}
    tried = walk_act(hall, kind, Random(soak_seed), None)
    record_run({**row, "tried": tried, "stored": 0, "crashed": 0, "seconds": round(time.monotonic() - begun)})


@pytest.mark.parametrize("value", [*TEXTS, *OTHERS, *RAW])
def test_the_public_question_takes_any_text_and_says_kindly_what_it_is(hall, value):
    before = tables(hall.folder)
    octets = with_value({"text": "ZM-1"}, ("text",), value)
    answer = handle_public(
        Request("POST", "/v/check", {"content-type": JSON}, octets), hall.store, hall.clock, hall.centre
    )
    assert answer.status in (200, 400, 413)
    assert answer.content_type == (JSON if answer.status == 200 else PROBLEM)
    assert json.loads(answer.body)
    assert tables(hall.folder) == before


def test_a_header_may_say_anything_and_does_nothing(hall):
    """An entry's header is the terminal's own record; the centre keeps its octets, which the chain has hashed."""
    terminal = hall.terminal()
    terminal.open_epoch()
    for text in TEXTS:
        if len(text) < 1000:
            terminal.append("custody", None, note=text)
    assert terminal.upload().status == 200
    hall.process()
    with hall.store.transaction():
        kept = [header for (header,) in hall.store.all("SELECT header FROM chain ORDER BY seq")]
        shown = [record(row, reveal=True) for row in hall.store.records(1000)]
    assert kept == [entry.header for entry in terminal.chain]
    assert {row["state"] for row in shown} <= {"accepted", "none", "pending"}
    whole(hall.store)


# --- bodies as a whole ----------------------------------------------------------------------------------------------


@pytest.fixture
def terminal(hall):
    return hall.terminal()


TAKING = [endpoint.path for endpoint in ENDPOINTS if endpoint.takes is not None]


def refusal(hall, request):
    before = without_alarms(hall.folder)
    answer = hall.ask(request)
    assert answer.content_type == PROBLEM
    assert without_alarms(hall.folder) == before
    return answer.status, parse(Problem, answer.body).code


@pytest.mark.parametrize("path", TAKING)
def test_oversized_bodies_and_bombs(hall, terminal, path):
    assert refusal(hall, terminal.signed("POST", path, bytes(MAX_REQUEST_BYTES + 1))) == (413, "body-too-large")
    small = SMALL_BYTES if path != "/v1/chain" else MAX_UNPACKED_REQUEST_BYTES
    assert refusal(hall, terminal.signed("POST", path, compress(b" " * (small + 1)), content_encoding="gzip")) == (
        413,
        "body-too-large",
    )
    bomb = compress(b" " * (MAX_UNPACKED_REQUEST_BYTES + 1))
    assert len(bomb) * 900 < MAX_UNPACKED_REQUEST_BYTES, "a thousandfold"
    for body, expected in [
        (bomb, (413, "body-too-large")),
        (compress(compress(b" " * 1000)), (400, "malformed")),
        (compress(b" " * 60_000)[:40], (400, "malformed")),
        (compress(b"{}") + compress(b"{}"), (400, "malformed")),
        (compress(b"{}") + b"more", (400, "malformed")),
        (compress(b"{}")[:-1], (400, "malformed")),
        (b"\x1f\x8b", (400, "malformed")),
        (b"{}", (400, "malformed")),
    ]:
        assert refusal(hall, terminal.signed("POST", path, body, content_encoding="gzip")) == expected


@pytest.mark.parametrize("path", TAKING)
@pytest.mark.parametrize("body", [*RAW, b"\xef\xbb\xbf{}", b"{}{}", b"{} x", b"null", b"[]", b"\x00", b"{" * 1_000_000])
def test_what_is_no_message(hall, terminal, path, body):
    expected = (413, "body-too-large") if len(body) > SMALL_BYTES and path != "/v1/chain" else (400, "malformed")
    assert refusal(hall, terminal.signed("POST", path, body)) == expected


def unread(hall, request):
    """The refusal of a body that no model has seen."""
    answer = hall.ask(request)
    return answer.status, parse(Problem, answer.body).title.rpartition(" ")[2]


MANY_NAMES = b"{" + b",".join(b'"%x":0' % number for number in range(5000)) + b"}"


@pytest.mark.parametrize("path", [*TAKING, "/v1/enrol"])
@pytest.mark.parametrize("form", [b"%s", b'{"entries":[%s]}', b'{"devices":[{"a":%s}]}'])
def test_thousands_of_unknown_names_are_refused_before_one_error_is_made_of_each(hall, terminal, path, form):
    assert len(form % MANY_NAMES) < SMALL_BYTES
    body = form % (MANY_NAMES if path != "/v1/enrol" else MANY_NAMES[:9000] + b"}")
    assert unread(hall, terminal.signed("POST", path, body)) == (400, "(too-many-names)")
    nested = b'{"a":' * 40 + b"0" + b"}" * 40
    assert unread(hall, terminal.signed("POST", path, nested)) == (400, "(too-deep)")


def test_an_upload_of_millions_of_parts_is_refused_before_it_is_read(hall, terminal):
    for body in (
        b"{" + b",".join(b'"%x":0' % number for number in range(1_000_000)) + b"}",
        b'{"entries":[' + b"0," * 5_000_000 + b"0]}",
        b"[" * 20_000_000,
    ):
        packed = terminal.signed("POST", "/v1/chain", compress(body), content_encoding="gzip")
        assert unread(hall, packed) == (400, "parts.")


def test_enrolment_takes_nothing_packed_and_no_more_than_it_needs(hall, terminal):
    body = terminal.enrolment(hall.code("T0009"), "T0009").to_wire()
    packed = terminal.signed("POST", "/v1/enrol", compress(body), content_encoding="gzip")
    assert refusal(hall, packed) == (415, "wrong-content-encoding")
    long = terminal.signed("POST", "/v1/enrol", body + b" " * MAX_ENROLMENT_BYTES)
    assert refusal(hall, long) == (413, "body-too-large")


@pytest.mark.parametrize("path", TAKING)
@pytest.mark.parametrize(
    "kind", ["", "text/html", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
             "application/jsonp", "text/json", "application/json-patch+json", "*/*", "application/json, text/html"]
)  # fmt: skip
def test_a_wrong_content_type(hall, terminal, path, kind):
    body = SAMPLES[path](terminal)[2]
    assert refusal(hall, terminal.signed("POST", path, body, content_type=kind)) == (415, "wrong-content-type")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "x-gzip", "zstd", "\x00"])
def test_a_wrong_content_encoding(hall, terminal, encoding):
    body = compress(SAMPLES["/v1/heartbeat"](terminal)[2])
    request = terminal.signed("POST", "/v1/heartbeat", body, content_encoding=encoding)
    assert refusal(hall, request) == (415, "wrong-content-encoding")


def test_a_name_given_twice_is_refused_and_nothing_of_it_is_kept(hall, terminal):
    """RFC 8259 section 4 leaves open which one counts, so that two readers could take two things from one signature."""
    first = SAMPLES["/v1/heartbeat"](terminal)[2]
    twice = first[:-1] + b',"version":"2.0.0"}'
    assert twice.count(b'"version"') == 2
    assert refusal(hall, terminal.signed("POST", "/v1/heartbeat", twice)) == (400, "malformed")
    with hall.store.transaction():
        assert hall.store.heartbeats.latest("T0001") is None
