"""What the tests of sync share: seeded signers, a centre in this process, and a terminal that enrols with it.

Whoever takes `suite`, `signer` or `hall` runs in both suites of algorithms.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from offline_store.chain import (
    GENESIS,
    SALT_BYTES,
    ChainEntry,
    EpochOpened,
    Position,
    body_info,
    canonical_json,
    commitment,
    make_entry,
    timestamp,
)
from sync.gateway.authority import Authority, make_demo_authority
from sync.gateway.core import handle
from sync.gateway.endpoint import Centre, FileAnswer
from sync.gateway.enrolling import issue_code
from sync.gateway.packages.online_keys import OnlineKeyFiles
from sync.gateway.processing import process_pending
from sync.gateway.sqlite_store import SqliteStore
from sync.protocol.enrolment import EnrolmentCode, EnrolmentRequest, enrolment_binding, proof_of
from sync.protocol.exchange import JSON, Request, Response
from sync.protocol.messages import ChainUpload, Salvage, WireEntry
from sync.protocol.sealing import seal_body
from sync.protocol.signatures import sign
from sync.protocol.suites import SUITE_NAMES, Signer, Suite, SuiteName
from sync.protocol.suites import suite as suite_named
from tests.gateway_store import new_store

NOW = 1_795_300_000


@cache
def signer_from(seed: str, name: SuiteName = "intl") -> Signer:
    """The same key for the same words: SHA-256 gives a number in either suite's range."""
    return suite_named(name).signer(sha256(seed.encode()).digest())


@pytest.fixture(params=SUITE_NAMES)
def suite(request) -> Suite:
    return suite_named(request.param)


@pytest.fixture
def new_signer(suite) -> Callable[[str], Signer]:
    """A key from words."""
    return lambda seed: signer_from(seed, suite.name)


@pytest.fixture
def signer(new_signer) -> Signer:
    return new_signer("T0001")


@pytest.fixture
def other_signer(new_signer) -> Signer:
    return new_signer("another terminal")


@pytest.fixture
def now() -> int:
    """Unix seconds, 2026-11-22."""
    return NOW


@dataclass
class HandClock:
    """A clock that goes when it is told to."""

    at: datetime = field(default_factory=lambda: datetime.fromtimestamp(NOW, UTC))

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Hall:
    """A centre: its keys, its store on disk, its clock."""

    folder: Path
    authority: Authority
    clock: HandClock
    store: SqliteStore

    @property
    def centre(self) -> Centre:
        return Centre(
            self.authority, "http://gateway.example", "https://verify.example/v", package_keys=self.package_keys
        )

    @property
    def package_keys(self) -> OnlineKeyFiles:
        return OnlineKeyFiles(self.folder / "keys")

    def ask(self, request: Request) -> Response:
        """The answer as it arrives: a file's octets in its body."""
        answer = handle(request, self.store, self.clock, self.centre)
        if isinstance(answer, FileAnswer):
            return Response(answer.status, answer.headers, answer.file.read_bytes())
        return answer

    def code(self, number: str) -> EnrolmentCode:
        with self.store.transaction():
            return issue_code(number, self.authority, self.store, self.clock.now())

    def process(self, limit: int = 1000) -> tuple[int, int]:
        done = process_pending(self.store, self.authority.centre, limit, self.clock.now())
        return done.accepted, done.refused

    def terminal(self, number: str = "T0001", *, key: str = "key") -> FakeTerminal:
        terminal = FakeTerminal(self, number, signer_from(f"{number} {key}", self.authority.suite))
        assert terminal.enrol(self.code(number)).status == 200
        return terminal


@dataclass
class FakeTerminal:
    """The terminal's side by hand: what a terminal sends, entry by entry, right or wrong."""

    hall: Hall
    number: str
    signer: Signer
    seal_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    chain: list[WireEntry] = field(default_factory=list)

    @property
    def suite(self) -> SuiteName:
        return self.hall.authority.suite

    def signed(self, method: str, path: str, body: bytes = b"", **headers: str) -> Request:
        headers = {"content-type": JSON, **{name.replace("_", "-"): value for name, value in headers.items()}}
        at = int(self.hall.clock.now().timestamp())
        request = Request(method, path, headers, body)
        return sign(request, self.signer, terminal=self.number, now=at, nonce=os.urandom(16))

    def enrolment(self, code: EnrolmentCode, number: str | None = None) -> EnrolmentRequest:
        number = number or self.number
        spki = self.seal_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        binding = enrolment_binding(number, self.signer.public_key, spki)
        return EnrolmentRequest(
            terminal=number,
            code_id=code.code_id,
            terminal_key=self.signer.public_key,
            seal_key=spki,
            seal_proof=self.seal_key.sign(binding, ec.ECDSA(hashes.SHA256())),
            proof=proof_of(code.proof_key, binding),
        )

    def enrol(self, code: EnrolmentCode) -> Response:
        return self.hall.ask(self.signed("POST", "/v1/enrol", self.enrolment(code).to_wire()))

    def append(self, kind: str, plain: bytes | None = None, *, epoch: int = 1, **header: str) -> WireEntry:
        """Add the next entry to this terminal's own chain."""
        before = [entry for entry in self.chain if entry.epoch == epoch]
        seq, prev = len(before) + 1, before[-1].hash if before else GENESIS
        salted = None if plain is None else bytes(SALT_BYTES) + plain
        entry = make_entry(
            prev=prev, terminal=self.number, epoch=epoch, seq=seq, kind=kind, at=timestamp(self.hall.clock.now()),
            header=canonical_json(header), suite=self.suite,
            body_commitment=None if plain is None else commitment(bytes(32), plain, self.suite),
        )  # fmt: skip
        sealed = None
        if salted is not None:
            public = self.hall.authority.centre.public_key
            sealed = seal_body(salted, body_info(self.number, epoch, seq, kind), public)
        wire = to_wire(entry, sealed)
        self.chain.append(wire)
        return wire

    def open_epoch(self, epoch: int = 1, last_known: Position | None = None) -> WireEntry:
        at = timestamp(self.hall.clock.now())
        signature = self.signer.sign(EpochOpened.statement(self.number, epoch, at, "first", last_known, self.suite))
        opened = EpochOpened("first", last_known, signature, self.suite)
        entry = make_entry(
            prev=GENESIS, terminal=self.number, epoch=epoch, seq=1, kind="epoch-opened", at=at,
            header=canonical_json(opened.header()), suite=self.suite,
        )  # fmt: skip
        self.chain.append(to_wire(entry, None))
        return self.chain[-1]

    def upload(self, *entries: WireEntry, **headers: str) -> Response:
        body = ChainUpload(entries=entries or tuple(self.chain)).to_wire()
        return self.hall.ask(self.signed("POST", "/v1/chain", body, **headers))

    def salvage(self, *entries: WireEntry, epoch: int = 1, last: bool = True) -> Response:
        body = ChainUpload(entries=entries, salvage=Salvage(epoch=epoch, last=last)).to_wire()
        return self.hall.ask(self.signed("POST", "/v1/chain", body))

    def get(self, path: str) -> Response:
        return self.hall.ask(self.signed("GET", path))


def to_wire(entry: ChainEntry, sealed: bytes | None) -> WireEntry:
    return WireEntry(
        epoch=entry.epoch, seq=entry.seq, kind=entry.kind, at=entry.at, header=entry.header, prev=entry.prev,
        body_commitment=entry.body_commitment, hash=entry.hash, sealed=sealed,
    )  # fmt: skip


@cache
def authority_of(name: SuiteName) -> Authority:
    """One for all tests of a process: making one takes a while and nobody changes it."""
    return make_demo_authority(datetime.fromtimestamp(NOW, UTC), name)


@pytest.fixture
def authority_in() -> Callable[[SuiteName], Authority]:
    """The centre's keys in a suite."""
    return authority_of


@pytest.fixture
def demo_authority(suite) -> Authority:
    return authority_of(suite.name)


@pytest.fixture
def hall(tmp_path, demo_authority):
    store = new_store(tmp_path)
    yield Hall(tmp_path, demo_authority, HandClock(), store)
    store.close()
