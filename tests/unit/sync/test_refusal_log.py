"""What the gateway's log says of a refusal, and what it never says."""

from __future__ import annotations

import json

import pytest

from sync.gateway.refusal_log import telling
from sync.gateway.refusals import problem
from sync.protocol.exchange import JSON, Request, Response

SIGNED = {"signature-input": 'terminal=("@method");keyid="T0001:' + "0" * 64 + '"'}


def told(request: Request, response: Response) -> list[dict[str, object]]:
    lines: list[str] = []
    assert telling(lambda _: response, lines.append)(request) is response
    assert all("\n" not in line for line in lines)
    return [json.loads(line) for line in lines]


def test_a_refusal_is_told_with_its_code_and_who_it_claims_to_be_from() -> None:
    refused = problem(401, "signature-not-genuine", "Not accepted.", headers={"date": "now"})
    assert told(Request("POST", "/v1/chain?after=7", SIGNED, b"secret"), refused) == [
        {
            "event": "refused",
            "status": 401,
            "code": "signature-not-genuine",
            "method": "POST",
            "path": "/v1/chain",
            "claims": "T0001",
            "at": "now",
        }
    ]


def test_what_was_answered_is_not_told() -> None:
    assert told(Request("GET", "/v1/results", SIGNED), Response(200, {"content-type": JSON}, b"{}")) == []


@pytest.mark.parametrize(
    "path", ["/v1/QUESTIONS", "/v1/../etc", '/"}\n{"event":"forged"', "/v1/<script>", "/110101199003072316"]
)
def test_nothing_of_an_odd_path_or_a_forged_header_reaches_the_log(path: str) -> None:
    forged = {"signature-input": ';keyid="T0001\n:x"'}
    (line,) = told(Request("BREW\n", path, forged, b"x"), Response(404, {}, b"<html>"))
    assert (line["code"], line["method"], line["claims"]) == (None, "other", None)
    assert line["path"] == "other"
    assert "110101" not in json.dumps(line)
