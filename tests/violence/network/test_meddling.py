"""Proxies that mean well or ill: doubled requests, overtaken ones, portals, and others that speak for the gateway."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sync.client.outcomes import Later
from tests.violence.network.meddling_proxy import (
    Meddling,
    MeddlingProxy,
    Said,
    answering,
    doubling,
    doubling_at_once,
    holding,
)


@contextmanager
def between(business, meddle: Meddling, **words) -> Iterator[MeddlingProxy]:
    with MeddlingProxy(business.gateway.port, meddle, **words) as proxy:
        yield proxy


def outcomes(summary):
    return {run.job: run.outcome for run in summary.runs}


@pytest.mark.parametrize("meddle", [doubling("first"), doubling("second"), doubling_at_once])
def test_a_request_that_arrives_twice_counts_once(business, meddle):
    business.accept(3)
    with between(business, meddle) as proxy:
        summary = business.sync_in_trouble(proxy.url)
    business.check_rows(summary)
    refused = [status for _, status in proxy.answers if status >= 400 and status != 404]
    assert refused
    assert set(refused) == {401}, "the copy is refused as seen before, and nothing else happens to it"
    business.accept()
    business.settle(business.gateway.url)
    business.check()


def test_an_upload_that_a_later_one_overtakes_arrives_and_changes_nothing(business):
    business.accept(3)
    with between(business, holding("/v1/chain")) as proxy:
        first = business.sync_in_trouble(proxy.url)
        assert isinstance(outcomes(first)["upload"], Later)
        business.accept(2)
        business.settle(proxy.url)
        (late,) = proxy.let_go()
    assert late.status == 200
    assert (json.loads(late.body)["received"], json.loads(late.body)["already"]) == (0, 3)
    business.accept()
    business.settle(business.gateway.url)
    business.check()


def test_an_old_question_for_results_that_is_answered_late_brings_nothing_twice(business):
    business.accept(3)
    with between(business, holding("/v1/results")) as proxy:
        business.sync_in_trouble(proxy.url)
        business.accept(2)
        business.settle(proxy.url)
        (late,) = proxy.let_go()
        assert late.status == 200
        business.settle(proxy.url)
    business.check()


HTML = b"<!doctype html><html><body>Please accept our terms</body></html>"
PORTALS = {
    "page": Said(200, (("content-type", "text/html"),), HTML),
    "page that calls itself JSON": Said(200, (("content-type", "application/json"),), HTML),
    "JSON": Said(200, (("content-type", "application/json"),), b"{}"),
    "nothing": Said(200, (("content-type", "application/json"),), b""),
    "redirect": Said(302, (("location", "http://192.0.2.1/login"), ("content-type", "text/html")), HTML),
    "redirect for good": Said(308, (("location", "https://portal.example/"),), b""),
    "network authentication required": Said(511, (("content-type", "text/html"),), HTML),
    "refusal": Said(403, (("content-type", "text/html"),), HTML),
    "proxy's login": Said(407, (("proxy-authenticate", "Basic"),), b""),
    "not modified": Said(304, (), b""),
    "bad gateway": Said(502, (("content-type", "text/html"),), HTML),
    "unavailable": Said(503, (("retry-after", "7"),), b""),
    "partial content": Said(206, (("content-type", "application/json"),), b"{"),
}


@pytest.mark.parametrize("kind", PORTALS)
def test_a_portal_is_believed_nothing_and_the_terminal_waits_for_the_gateway(business, kind):
    business.accept(3)
    with between(business, answering(PORTALS[kind])) as proxy:
        summary = business.sync_in_trouble(proxy.url)
    assert all(isinstance(outcomes(summary)[job], Later) for job in ASK_ALWAYS)
    assert proxy.answers == []
    assert summary.backlog.pending == 3
    business.check_rows(summary)
    business.settle(business.gateway.url)
    business.check()


ASK_ALWAYS = ("head", "upload", "results", "heartbeat", "revocations", "terminal-revocations", "snapshot")
"""The other jobs ask nothing while there is nothing to ask."""


def certificate(folder, *, name: str, days: int):
    """A certificate that nobody vouches for but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    )
    return path


@pytest.mark.parametrize(("name", "days"), [("gateway.example", 30), ("localhost", 30), ("localhost", -1)])
def test_a_gateway_with_a_certificate_nobody_vouches_for_is_told_nothing(business, tmp_path, name, days):
    business.accept(3)
    heard = []

    def listen(proxy, request):
        heard.append(request)
        return Said(200)

    with between(business, listen, certificate=certificate(tmp_path, name=name, days=days)) as proxy:
        summary = business.sync_in_trouble(proxy.url.replace("127.0.0.1", "localhost"))
    assert heard == []
    assert {outcomes(summary)[job] for job in ASK_ALWAYS} == {Later("tls")}
    business.check_rows(summary)
    business.settle(business.gateway.url)
    business.check()
