"""A data directory that trusts a centre, without one: for programs that only read what is on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sync.protocol.certificate_code import Anchor
from sync.protocol.enrolment import Trust
from sync.protocol.signatures import fingerprint
from sync.protocol.suites import SuiteName, suite
from sync.trust import write_trust

PEM: Final = "-----BEGIN CERTIFICATE-----"
PRIVATE_KEY: Final = bytes(31) + b"\x09"
"""Of the terminal, in either suite."""


def trusting(data: Path, name: SuiteName, private_key: bytes = PRIVATE_KEY) -> None:
    """The terminal T0001 trusts a centre of that suite, which knows this key of it."""
    chosen = suite(name)
    centre = chosen.signer(bytes(31) + b"\x07").public_key
    write_trust(
        data,
        Trust(
            demo=True,
            organisation="demo",
            terminal="T0001",
            issued_at="2026-11-22T00:00:00Z",
            terminal_key_fingerprint=fingerprint(chosen.signer(private_key).public_key),
            authority_key=centre,
            centre_key=centre,
            package_key=centre,
            issuers=(Anchor(authority="demo", public_key=bytes(33), demo=True),),
            x509_root=PEM,
            x509_intermediate=PEM,
            seal_certificate=PEM,
            compact_seal_certificate=bytes(20),
            gateway_url="http://127.0.0.1:1",
            verify_url="http://127.0.0.1:2",
        ),
    )
