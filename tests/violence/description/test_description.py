"""Both listeners against their own description, by Schemathesis: what is described is answered, nothing else, no 5xx.

Every request of a terminal is signed as it leaves, over exactly the octets that Schemathesis made: what is tried are
messages, not signatures.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from sync.gateway.app import public_app, terminals_app
from sync.gateway.core import handle
from sync.gateway.public import handle_public
from sync.protocol.exchange import Request
from sync.protocol.signatures import fingerprint, sign
from tests.soak_record import record
from tests.unit.sync.conftest import FakeTerminal, signer_from
from tests.violence.forgery.samples import SAMPLES, tables

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    allow_header_conformance,
    unsupported_method,
    missing_required_header,
    ignored_auth,
]
"""Not positive_data_acceptance and negative_data_rejection: a hash that fits its entry is beyond any schema."""

load_all_checks()


class Signing(requests.auth.AuthBase):
    """The signing hook: a terminal's signature over the request as it goes out."""

    def __init__(self, terminal) -> None:
        self.terminal = terminal

    def _with_a_good_key(self) -> None:
        """What is made up may ask as an old disk would, which marks the key; an operator then has a new one made."""
        hall, number = self.terminal.hall, self.terminal.number
        own = fingerprint(self.terminal.signer.public_key)
        with hall.store.reading():
            marked = hall.store.terminal_certificates.key(number, own).forked_at is not None
        if marked:
            self.terminal = FakeTerminal(hall, number, signer_from(own, hall.authority.suite))
            assert self.terminal.enrol(hall.code(number)).status == 200

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        self._with_a_good_key()
        parts = urlsplit(prepared.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body or b""
        signed = sign(
            Request(prepared.method, target, {}, body),
            self.terminal.signer,
            terminal=self.terminal.number,
            now=int(self.terminal.hall.clock.now().timestamp()),
            nonce=os.urandom(16),
        )
        prepared.headers.update(signed.headers)  # in place of what was made up for the described Signature
        return prepared


def paths_of(schema) -> set[str]:
    return {operation.ok().path for operation in schema.get_all_operations()}


def takes_anything(operation) -> bool:
    """What takes neither parameters nor a body cannot be asked wrongly."""
    return bool(list(operation.body)) or bool(list(operation.query)) or bool(list(operation.path_parameters))


def drive(schema, auth, examples, chance) -> Counter[tuple[str, int]]:
    """Good and bad requests for every operation; answers how often each status came."""
    seen: Counter[tuple[str, int]] = Counter()
    with asgi.get_client(schema.app) as client:
        for result in schema.get_all_operations():
            operation = result.ok()
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

                @seed(chance)
                @settings(
                    max_examples=examples, database=None, deadline=None, phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                )  # fmt: skip
                @given(case=operation.as_strategy(generation_mode=mode))
                def one(case: Case) -> None:
                    answer = case.call(session=client, auth=auth)
                    seen[case.operation.path, answer.status_code] += 1
                    case.validate_response(answer, checks=CHECKS, transport_kwargs={"session": client, "auth": auth})

                if mode is GenerationMode.POSITIVE or takes_anything(operation):
                    one()
    return seen


def terminals_schema(hall):
    app = terminals_app(lambda request: handle(request, hall.store, hall.clock, hall.centre), {})
    return schemathesis.openapi.from_asgi("/openapi.json", app)


def public_schema(hall):
    app = public_app(lambda request: handle_public(request, hall.store, hall.clock, hall.centre))
    return schemathesis.openapi.from_asgi("/openapi.json", app)


def some_history(hall):
    """A terminal that has been at work, so that there is something to answer."""
    terminal = hall.terminal("T0001")
    for path in ("/v1/chain", "/v1/heartbeat", "/v1/questions"):
        method, target, body = SAMPLES[path](terminal)
        assert hall.ask(terminal.signed(method, target, body)).status in (200, 202)
    hall.process()
    return terminal


def test_the_terminals_listener_does_what_it_describes(hall):
    seen = drive(terminals_schema(hall), Signing(some_history(hall)), 12, 20261122)
    assert {path for path, _ in seen} == {*SAMPLES, "/v1/enrol", "/v1/time"}
    assert {path for path, status in seen if status == 200} >= {"/v1/results", "/v1/chain/head", "/v1/heartbeat"}
    assert ("/v1/questions", 202) in seen
    assert {status for _, status in seen} >= {200, 202, 204, 400, 404}
    assert not [path for path, status in seen if status == 401], "every request was signed as it went out"


def test_the_public_listener_does_what_it_describes(hall):
    before = tables(hall.folder)
    seen = drive(public_schema(hall), None, 40, 20261122)
    assert {path for path, _ in seen} == {"/v", "/v/check"}
    assert {status for _, status in seen} >= {200, 400}
    assert tables(hall.folder) == before


@pytest.mark.soak
def test_both_listeners_do_what_they_describe_however_long_one_tries(hall, soak_seconds, soak_seed):
    terminal, begun, rounds, seen = some_history(hall), time.monotonic(), 0, Counter()
    while rounds == 0 or time.monotonic() - begun < soak_seconds:
        seen += drive(terminals_schema(hall), Signing(terminal), 100, soak_seed + rounds)
        seen += drive(public_schema(hall), None, 200, soak_seed + rounds)
        rounds += 1
    by_status: Counter[int] = Counter()
    for (_, status), count in seen.items():
        by_status[status] += count
    record(
        {"name": "violence.description", "seed": soak_seed, "suite": hall.authority.suite, "rounds": rounds,
         "requests": seen.total(), "by_status": {str(status): by_status[status] for status in sorted(by_status)},
         "failures": 0, "seconds": round(time.monotonic() - begun)}
    )  # fmt: skip
