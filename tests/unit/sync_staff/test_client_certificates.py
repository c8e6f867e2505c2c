"""What a proxy says of a terminal's TLS certificate: it must be there, and it must be this terminal's."""

from __future__ import annotations

import pytest

from sync.gateway.client_certificates import SERIAL, SUBJECT, certificate_serial
from sync.gateway.refusals import Refused
from sync.protocol.exchange import Request


def asked(serial, subject, terminal="T0001"):
    return certificate_serial(Request("GET", "/v1/results", {SERIAL: serial, SUBJECT: subject}), terminal)


OWN = ("CN=T0001", "CN=T0001,O=Centre,C=CN", "O=\\E7\\A4\\BE,CN=T0001", "O=a\\,CN=T0002,CN=T0001", 'CN=T0001,O=a\\"b')
OTHERS = (
    "CN=T0002",
    "O=T0001",
    "CN=T0001,CN=T0002",
    "CN=T00011",
    "CN=t0001",
    "O=a\\,CN=T0001",
    "T0001",
    "=",
    ",",
    "CN=",
)


@pytest.mark.parametrize("subject", OWN)
def test_a_certificate_of_the_terminal_that_signed_is_known_by_its_serial(subject):
    assert asked("0a1B", subject) == "0A1B"


@pytest.mark.parametrize("subject", OTHERS)
def test_any_other_name_is_another_terminals(subject):
    with pytest.raises(Refused) as caught:
        asked("0A1B", subject)
    assert b"client-certificate-other-terminal" in caught.value.response.body


@pytest.mark.parametrize(
    ("serial", "subject"), [("", "CN=T0001"), ("0A1B", ""), ("xyz", "CN=T0001"), ("1" * 41, "CN=T0001")]
)
def test_a_proxy_that_names_none_is_no_proxy_of_a_deployment(serial, subject):
    with pytest.raises(Refused) as caught:
        asked(serial, subject)
    assert caught.value.response.status == 403
    assert b"client-certificate-missing" in caught.value.response.body


def test_each_serial_is_noted_once_and_the_newest_is_known(office):
    notes = office.store.client_certificates
    for serial in ("0A", "0A", "0B", "0A"):
        notes.note("T0001", serial, "2026-11-22T00:00:00.000Z")
    assert notes.newest() == {"T0001": "0B"}
    assert office.store.all("SELECT count(*) FROM client_certificate") == [(2,)]
