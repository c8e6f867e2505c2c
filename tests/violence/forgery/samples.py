"""One good request for every path of the terminals' listener, and what the store holds, table by table.

A path without a sample fails a test: whoever adds one here has its forgeries tried too.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sync.protocol.encoding import to_base64url
from sync.protocol.enrolment import RenewalRequest, renewal_binding
from sync.protocol.heartbeat import DeviceReport, Heartbeat, OrderReport
from sync.protocol.messages import Application, CertificateIssued, ChainUpload, RecordQuery
from sync.protocol.questions import (
    CardStatusChange,
    ConfirmEcardCode,
    ConfirmIdentity,
    FetchDocument,
    LiveRecord,
    PinResetToken,
    Question,
)
from sync.protocol.signatures import fingerprint
from tests.unit.sync.conftest import FakeTerminal, signer_from

ID_NUMBER, CARD = "110199198803120233", "A00000011"
AT = "2026-11-22T00:00:00.000Z"

ACTS = {
    "record-query": RecordQuery(item="SI-02", id_number=ID_NUMBER, card_number=CARD, data_as_of=AT, outcome="shown"),
    "certificate-issued": CertificateIssued(
        number="ZM-T0001-20261122-1-0002-X", item="SI-04", id_number=ID_NUMBER, name="李测试",
        facts=(("累计", "172 个月"),), data_as_of=AT, issued_at=AT, expires_at=AT,
        pdf_sha256="ab" * 32, code_sha256="cd" * 32, seal_key_id="ef" * 8,
    ),
    "application": Application(
        item="EM-01", id_number=ID_NUMBER, card_number=CARD, local_number="L-1", content=(("工种", "电工"),)
    ),
}  # fmt: skip
QUESTIONS = (
    ConfirmIdentity(id_number=ID_NUMBER, name="李测试", card_number=CARD),
    ConfirmEcardCode(code="0123456789abcdef"),
    LiveRecord(id_number=ID_NUMBER),
    CardStatusChange(change="loss-report", id_number=ID_NUMBER, card_number=CARD, level=1),
    PinResetToken(id_number=ID_NUMBER, card_number=CARD, level=3),
    FetchDocument(id_number=ID_NUMBER, number="D-1"),
)

Sample = tuple[str, str, bytes]
"""Method, target, body."""


def new_id() -> str:
    return to_base64url(os.urandom(16))


def chain(terminal: FakeTerminal) -> bytes:
    """What the terminal has not sent yet: the opening, if need be, and an act."""
    if not terminal.chain:
        terminal.open_epoch()
    terminal.append("act", ACTS["record-query"].to_wire(), session="s1")
    return ChainUpload(entries=tuple(terminal.chain)).to_wire()


REPORTED = (OrderReport(number=1, state="done", reason="carried-out"),)


def heartbeat(terminal: FakeTerminal, orders: tuple[OrderReport, ...] = REPORTED) -> bytes:
    return Heartbeat(
        nonce=os.urandom(16), at=AT, version="1.0.0", suite=terminal.suite,
        devices=(DeviceReport(device="card-reader", state="online", fault="E-1", since=AT),), pending=1,
        oldest_pending=AT, awaiting_result=0, clock_offset=-3, free_bytes=10**9, snapshot=1, locked=False,
        orders=orders,
    ).to_wire()  # fmt: skip


def renewal(terminal: FakeTerminal) -> bytes:
    key = signer_from(f"{terminal.number} later", terminal.suite)
    proof = key.sign(renewal_binding(terminal.number, fingerprint(terminal.signer.public_key), key.public_key))
    return RenewalRequest(terminal_key=key.public_key, suite=terminal.suite, proof=proof).to_wire()


SAMPLES: dict[str, Callable[[FakeTerminal], Sample]] = {
    "/v1/chain": lambda terminal: ("POST", "/v1/chain", chain(terminal)),
    "/v1/chain/held": lambda terminal: ("GET", "/v1/chain/held?epoch=1", b""),
    "/v1/chain/head": lambda terminal: ("GET", "/v1/chain/head?epoch=1", b""),
    "/v1/results": lambda terminal: ("GET", "/v1/results?after=0&generation=0", b""),
    "/v1/snapshot": lambda terminal: ("GET", "/v1/snapshot", b""),
    "/v1/snapshot/{generation}": lambda terminal: ("GET", "/v1/snapshot/1", b""),
    "/v1/revocations": lambda terminal: ("GET", "/v1/revocations", b""),
    "/v1/questions": lambda terminal: (
        "POST", "/v1/questions", Question(id=new_id(), deadline=30, asks=QUESTIONS[0]).to_wire()
    ),
    "/v1/questions/{question}": lambda terminal: ("GET", "/v1/questions/" + "A" * 22, b""),
    "/v1/heartbeat": lambda terminal: ("POST", "/v1/heartbeat", heartbeat(terminal)),
    "/v1/renew": lambda terminal: ("POST", "/v1/renew", renewal(terminal)),
    "/v1/terminal-revocations": lambda terminal: ("GET", "/v1/terminal-revocations", b""),
    "/v1/packages/metadata/{which}": lambda terminal: ("GET", "/v1/packages/metadata/timestamp", b""),
    "/v1/packages/content/{sha256}": lambda terminal: ("GET", "/v1/packages/content/" + "ab" * 32, b""),
}  # fmt: skip


def tables(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that the store holds, but used nonces and who was seen when."""
    with closing(sqlite3.connect(f"file:{folder / 'gateway.db'}?mode=ro", uri=True)) as store:
        names = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        held = {name: sorted(map(repr, store.execute(f"SELECT * FROM {name}"))) for name in names}  # noqa: S608 - our own tables
        held["schema"] = sorted(map(repr, store.execute("SELECT * FROM sqlite_master")))
    del held["nonce"], held["sqlite_sequence"]
    held["terminal"] = [json.dumps(row.partition(",")[0]) for row in held["terminal"]]
    return held


def alarms(folder: Path, terminal: str) -> list[str]:
    with closing(sqlite3.connect(f"file:{folder / 'gateway.db'}?mode=ro", uri=True)) as store:
        return [code for (code,) in store.execute("SELECT code FROM alarm WHERE terminal = ? ORDER BY id", (terminal,))]
