"""Every forgery against every path, in both suites: refused with a reason, and the store is what it was before."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

import pytest

from sync.gateway.endpoints import ENDPOINTS
from sync.protocol.exchange import PROBLEM
from sync.protocol.messages import Problem, parse
from sync.protocol.signatures import content_digest
from tests.unit.sync.conftest import signer_from
from tests.violence.forgery.own_signatures import COMPONENTS, Forgery, parameters
from tests.violence.forgery.samples import SAMPLES, alarms, tables

LIST_OF_REVOKED = "/v1/terminal-revocations"


@dataclass
class Scene:
    """Two honest terminals, and a hall that knows both."""

    hall: object
    a: object
    b: object

    @property
    def now(self):
        return int(self.hall.clock.now().timestamp())

    def good(self, path):
        method, target, body = SAMPLES[path](self.a)
        return self.a.signed(method, target, body)

    def forged(self, path, signer=None, *, components=COMPONENTS, label="terminal", **changes):
        method, target, body = SAMPLES[path](self.a)
        said = parameters(self.a.number, self.a.signer.public_key, self.now, **changes)
        return Forgery(method, target, body, said, components, label).signed(signer or self.a.signer)

    def refused(self, request):
        """The code of the refusal; nothing but an alarm is stored."""
        before = tables(self.hall.folder)
        answer = self.hall.ask(request)
        assert 400 <= answer.status < 500, (request.path, answer.status)
        assert answer.content_type == PROBLEM
        after = tables(self.hall.folder)
        raised = len(after.pop("alarm")) - len(before.pop("alarm"))
        assert after == before, "nothing of it is stored"
        return answer.status, parse(Problem, answer.body).code, raised


@pytest.fixture
def scene(hall):
    return Scene(hall, hall.terminal("T0001"), hall.terminal("T0002"))


def every_path(scene, forge, expected):
    for path in SAMPLES:
        assert scene.refused(forge(path)) == (401, expected, 0), path


def test_every_path_has_a_sample_and_every_sample_is_taken(scene):
    assert set(SAMPLES) == {endpoint.path for endpoint in ENDPOINTS}
    before = tables(scene.hall.folder)
    for path in SAMPLES:
        if path == "/v1/renew":
            continue  # a new key makes this one void: last
        assert scene.hall.ask(scene.good(path)).status in (200, 202, 404), path
        assert scene.hall.ask(scene.forged(path)).status in (200, 202, 404), "our own signatures by hand are good too"
    assert scene.hall.ask(scene.good("/v1/renew")).status == 200
    after = tables(scene.hall.folder)
    changed = {name for name in after if before[name] != after[name]}
    assert changed >= {"chain", "body", "pending", "question", "heartbeat", "terminal_key", "key_renewal"}


def test_another_terminals_key_in_this_ones_name(scene):
    def forge(path):
        method, target, body = SAMPLES[path](scene.a)
        said = parameters(scene.a.number, scene.b.signer.public_key, scene.now)
        return Forgery(method, target, body, said).signed(scene.b.signer)

    every_path(scene, forge, "signature-unknown-key")


def test_another_terminals_signature_under_this_ones_key_id(scene):
    every_path(scene, lambda path: scene.forged(path, scene.b.signer), "signature-not-genuine")


def test_a_key_the_centre_has_never_seen(scene):
    stranger = signer_from("a stranger", scene.a.suite)

    def forge(path):
        method, target, body = SAMPLES[path](scene.a)
        return Forgery(method, target, body, parameters("T0001", stranger.public_key, scene.now)).signed(stranger)

    every_path(scene, forge, "signature-unknown-key")


def test_a_key_of_the_other_suite(scene):
    other = signer_from("T0001 key", "sm" if scene.a.suite == "intl" else "intl")

    def forge(path):
        method, target, body = SAMPLES[path](scene.a)
        return Forgery(method, target, body, parameters("T0001", other.public_key, scene.now)).signed(other)

    every_path(scene, forge, "signature-unknown-key")


def test_a_revoked_key_is_refused_with_one_alarm(scene):
    with scene.hall.store.transaction():
        scene.hall.store.terminal_certificates.revoke("T0001", "2026-11-22T00:00:00.000Z", "stolen")
    raised = 0
    for path in SAMPLES:
        if path == LIST_OF_REVOKED:
            continue  # the one thing it is given: that it was revoked, under the authority's signature
        status, code, new = scene.refused(scene.good(path))
        assert (status, code) == (401, "certificate-revoked")
        raised += new
    assert raised == 1
    assert alarms(scene.hall.folder, "T0001") == ["certificate-revoked"]


def test_an_expired_key_is_refused_with_one_alarm(scene):
    scene.hall.clock.forward(days=366)
    for path in SAMPLES:
        assert scene.refused(scene.good(path))[:2] == (401, "certificate-expired")
    assert alarms(scene.hall.folder, "T0001") == ["certificate-expired"]


def test_a_key_that_was_replaced_is_refused_with_one_alarm(scene):
    old = scene.a.signer
    assert scene.hall.ask(scene.good("/v1/renew")).status == 200
    scene.a.signer = signer_from("T0001 later", scene.a.suite)
    assert scene.hall.ask(scene.good("/v1/results")).status == 200
    scene.a.signer = old
    for path in SAMPLES:
        assert scene.refused(scene.good(path))[:2] == (401, "certificate-superseded")
    assert alarms(scene.hall.folder, "T0001") == ["certificate-superseded"]


def test_a_replayed_request(scene):
    for path in SAMPLES:
        if path == "/v1/renew":
            continue
        request = scene.good(path)
        assert scene.hall.ask(request).status in (200, 202, 404)
        assert scene.refused(request) == (401, "nonce-used", 0), path


def test_a_request_turned_to_another_path(scene):
    for path in SAMPLES:
        good = scene.good(path)
        for other in SAMPLES:
            method, target, _ = SAMPLES[other](scene.b)
            if method == good.method and target.partition("?")[0] != good.route:
                forged = dataclasses.replace(good, path=target)
                assert scene.refused(forged) == (401, "signature-not-genuine", 0), (path, other)


@pytest.mark.parametrize("query", ["?after=1", "?x=", "?after=0&generation=0&after=9", "?%61fter=0", "?"])
def test_a_changed_query(scene, query):
    for path in SAMPLES:
        good = scene.good(path)
        forged = dataclasses.replace(good, path=good.route + query)
        if query != "?" or "?" in good.path:
            assert scene.refused(forged) == (401, "signature-not-genuine", 0), path


def test_another_method(scene):
    for path in SAMPLES:
        good = scene.good(path)
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "get", "", "GET /v1/time HTTP/1.1\r\nX:"):
            if method != good.method:
                status, code, _ = scene.refused(dataclasses.replace(good, method=method))
                assert (status, code) in ((405, "wrong-method"), (401, "signature-not-genuine")), (path, method)


def test_a_changed_body(scene):
    every_path(
        scene,
        lambda path: dataclasses.replace(good := scene.good(path), body=good.body + b" "),
        "signature-digest-differs",
    )


def test_a_changed_body_with_its_digest_put_right(scene):
    def forge(path):
        good = scene.good(path)
        body = good.body + b" "
        headers = {**good.headers, "content-digest": content_digest(body)}
        return dataclasses.replace(good, body=body, headers=headers)

    every_path(scene, forge, "signature-not-genuine")


@pytest.mark.parametrize("digest", ["", "sha-256=::", "sha-512=:AAAA:", "md5=:AAAA:", None])
def test_a_digest_that_says_nothing(scene, digest):
    def forge(path):
        good = scene.good(path)
        headers = {name: value for name, value in good.headers.items() if name != "content-digest"}
        return dataclasses.replace(good, headers=headers if digest is None else {**headers, "content-digest": digest})

    every_path(scene, forge, "signature-digest-differs")


@pytest.mark.parametrize("missing", COMPONENTS)
def test_a_part_that_the_signature_does_not_cover(scene, missing):
    covered = tuple(name for name in COMPONENTS if name != missing)
    every_path(scene, lambda path: scene.forged(path, components=covered), "signature-not-covered")


def test_the_order_of_headers_and_of_covered_parts_changes_nothing(scene):
    for path in ("/v1/chain", "/v1/results", "/v1/heartbeat"):
        good = scene.good(path)
        turned = dataclasses.replace(good, headers=dict(reversed(good.headers.items())))
        assert scene.hall.ask(turned).status == 200
        assert scene.hall.ask(scene.forged(path, components=COMPONENTS[::-1])).status == 200
        assert scene.hall.ask(scene.forged(path, components=(*COMPONENTS, "content-type"))).status == 200
        assert scene.hall.ask(scene.forged(path, label="another")).status == 200


PARAMETERS = {
    "no created": {"created": None},
    "created as text": {"created": '"1795300000"'},
    "created as fraction": {"created": "1795300000.5"},
    "created negative": {"created": "-1"},
    "created long ago": {"created": "1"},
    "created far ahead": {"created": "999999999999999"},
    "created a huge number": {"created": "9" * 5000},
    "no nonce": {"nonce": None},
    "short nonce": {"nonce": '"AAAA"'},
    "nonce as number": {"nonce": "1"},
    "nonce with SQL": {"nonce": '"\'; DROP TABLE nonce;--"'},
    "no keyid": {"keyid": None},
    "keyid of nobody": {"keyid": '"T0001"'},
    "keyid with SQL": {"keyid": "\"T0001' OR '1'='1:" + "0" * 64 + '"'},
    "keyid with a path": {"keyid": '"../../T0001:' + "0" * 64 + '"'},
    "no alg": {"alg": None},
    "alg none": {"alg": '"none"'},
    "alg of secrets": {"alg": '"hmac-sha256"'},
    "other tag": {"tag": '"something-else"'},
    "no tag": {"tag": None},
    "expires": {"expires": "1"},
}


@pytest.mark.parametrize("changes", PARAMETERS.values(), ids=PARAMETERS.keys())
def test_odd_parameters_under_a_good_signature(scene, changes):
    for path in SAMPLES:
        status, code, _ = scene.refused(scene.forged(path, **changes))
        assert status == 401, path
        assert code.startswith("signature-")


def test_two_signatures_of_which_only_one_covers_everything(scene):
    method, target, body = SAMPLES["/v1/heartbeat"](scene.a)
    said = parameters("T0001", scene.a.signer.public_key, scene.now)
    whole = Forgery(method, target, body, said)
    weak = Forgery(method, target, body, said, components=("@method",), label="weak")
    for first, second in ((whole, weak), (weak, whole)):
        assert scene.refused(first.signed(scene.a.signer, second))[0] == 401


SIGNATURES = (
    "",
    "terminal=::",
    "terminal=:AAAA:",
    "terminal=1",
    "terminal",
    "((((",
    "\x00",
    "é",
    "=:",
    "terminal=:" + "A" * 88 + ":",
)
INPUTS = (
    "",
    "terminal=()",
    "terminal=(",
    "terminal=1",
    'terminal=("@method" "@method");created=1',
    "a" * 100_000,
    "(" * 5000,
)


@pytest.mark.parametrize("name", ["signature", "signature-input"])
def test_broken_signature_fields(scene, name):
    keyid = f';keyid="T0001:{hashlib.sha256(scene.a.signer.public_key).hexdigest()}"'
    good = scene.good("/v1/heartbeat")
    for value in SIGNATURES if name == "signature" else [text + tail for text in INPUTS for tail in ("", keyid)]:
        forged = dataclasses.replace(good, headers={**good.headers, name: value})
        assert scene.refused(forged)[0] == 401, value[:40]


def test_every_octet_of_a_signature_counts(scene):
    good = scene.good("/v1/heartbeat")
    label, _, value = good.headers["signature"].partition("=")
    octets = bytearray(base64.b64decode(value.strip(":")))
    for place in range(len(octets)):
        octets[place] ^= 1
        forged = f"{label}=:{base64.b64encode(octets).decode()}:"
        octets[place] ^= 1
        refused = scene.refused(dataclasses.replace(good, headers={**good.headers, "signature": forged}))
        assert refused == (401, "signature-not-genuine", 0)
    assert scene.hall.ask(good).status == 200


def test_old_and_future_requests(scene):
    for path in ("/v1/chain", "/v1/results"):
        request = scene.good(path)
        scene.hall.clock.at += timedelta(seconds=301)
        assert scene.refused(request) == (401, "signature-too-old", 0)
        scene.hall.clock.at -= timedelta(seconds=602)
        assert scene.refused(request) == (401, "signature-from-the-future", 0)
        scene.hall.clock.at += timedelta(seconds=301)


def test_a_refusal_says_nothing_of_what_was_sent(scene):
    answer = scene.hall.ask(scene.a.signed("POST", "/v1/questions", b'{"id":"110199198803120233"}'))
    assert answer.status == 400
    assert b"110199198803120233" not in answer.body
    assert json.loads(answer.body)["code"] == "malformed"
