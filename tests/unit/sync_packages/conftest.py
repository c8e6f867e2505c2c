"""A centre that publishes packages, the persons who sign them, a thief with the gateway's keys, and a terminal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from securesystemslib.signer import Key
from tuf.api.metadata import Metadata, Root, Targets

from offline_store.durable import make_folder
from sync.client.outcomes import Answer, Outcome
from sync.client.packages import packages
from sync.gateway.authority import make_demo_authority
from sync.gateway.endpoint import Asked, Centre
from sync.gateway.packages import serving, signing
from sync.gateway.packages.bundle import Bundle
from sync.gateway.packages.online_keys import OnlineKeyFiles
from sync.gateway.packages.package_file import facts_in
from sync.gateway.packages.proposing import propose_first_root, propose_list, propose_root, standing
from sync.gateway.packages.publishing import publish, take_signatures
from sync.gateway.packages.signing import Online, Person
from sync.gateway.sqlite_store import SqliteStore
from sync.gateway.terminal_certificate_store import CertifiedKey
from sync.packages import PackageFolder, PackageStatus, lay_root, package_status
from sync.protocol.exchange import Request, Response
from sync.protocol.rule_packages import CONTENT_PATH, METADATA_PATH
from sync.protocol.suites import SUITE_NAMES, Signer, SuiteName, suite
from tests.gateway_store import new_store

BEGIN = datetime(2026, 11, 22, 8, tzinfo=UTC)
_KEY = CertifiedKey(
    certificate=1, terminal="T0001", key=b"", seal_key=b"", fingerprint="", serial="", not_before="", not_after="",
    revoked_at=None, reason=None, current=True, forked_at=None, least_epoch=1,
)  # fmt: skip


@cache
def signer_from(seed: str, name: SuiteName) -> Signer:
    return suite(name).signer(hashlib.sha256(seed.encode()).digest())


def toml(name: str = "retirement", version: int = 1, kind: str = "rules", body: str = "months = 12") -> bytes:
    return (
        f'[package]\nkind = "{kind}"\nname = "{name}"\nversion = {version}\n'
        f'valid_from = 2025-01-01\nplace = "000000"\n\n[rule]\n{body}\n'
    ).encode()


@dataclass
class House:
    """The centre's side: its store, its clock, and whoever signs."""

    folder: Path
    store: SqliteStore
    suite: SuiteName
    now: datetime = BEGIN

    @property
    def keys(self) -> OnlineKeyFiles:
        return OnlineKeyFiles(self.folder / "keys")

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)

    def signer(self, name: str) -> Signer:
        return signer_from(name, self.suite)

    def person(self, name: str) -> Person:
        return Person(name, self.suite, self.signer(name).public_key)

    def key(self, name: str) -> Key:
        return self.person(name).key

    @property
    def root(self) -> Root:
        return Metadata[Root].from_bytes(self.store.packages.latest("root")).signed

    @property
    def targets(self) -> Targets:
        return Metadata[Targets].from_bytes(self.store.packages.latest("targets")).signed

    @property
    def online(self) -> Online:
        """What a thief of the gateway has."""
        found = self.keys.of(self.root)
        assert found is not None
        return found

    def init(self, *names: str) -> None:
        with self.store.transaction():
            propose_first_root(
                self.store.packages, [self.person(name) for name in names], lambda: self.keys.make(self.suite), self.now
            )

    def propose(self, *contents: bytes, remove: Iterable[str] = (), replace: bool = False) -> None:
        with self.store.transaction():
            files = [(facts_in(octets, "file"), octets) for octets in contents]
            propose_list(self.store.packages, files, list(remove), self.now, replace=replace)

    def propose_root(self, *, add: Iterable[str] = (), remove: Iterable[str] = (), online: bool = False) -> None:
        with self.store.transaction():
            propose_root(
                self.store.packages,
                add=[self.person(name) for name in add],
                remove=list(remove),
                online=(lambda: self.keys.make(self.suite)) if online else None,
                now=self.now,
            )

    def sign(self, *names: str) -> None:
        for name in names:
            with self.store.transaction():
                bundle = Bundle(standing(self.store.packages), ())
                given = bundle.sign(self.person(name), self.signer(name))
                take_signatures(self.store.packages, given, self.now)

    def publish(self) -> None:
        with self.store.transaction():
            publish(self.store.packages, self.keys, self.now)

    def release(self, *contents: bytes, remove: Iterable[str] = ()) -> None:
        """Proposed, signed by the first two, published."""
        self.propose(*contents, remove=remove, replace=True)
        self.sign("li", "wang")
        self.publish()

    def first_root(self) -> bytes:
        octets = self.store.packages.metadata("root", 1)
        assert octets is not None
        return octets

    def answer(self, request: Request) -> Response:
        """The gateway's answer to a terminal whose signature was checked."""
        endpoint = next(found for found in serving.ENDPOINTS if found.serves(request.route))
        centre = Centre(authority_of(), "", "", package_keys=self.keys)
        with self.store.transaction():
            return endpoint.answer(Asked(request, _KEY, self.now, self.store, centre))

    # what a thief does, who has the gateway's keys and its disk

    def put(self, role: str, version: int, octets: bytes) -> None:
        """Write metadata straight into the store."""
        with self.store.transaction():
            self.store.run("DELETE FROM package_metadata WHERE role = ? AND version = ?", (role, version))
            self.store.run("INSERT INTO package_metadata VALUES (?, ?, ?, ?)", (role, version, octets, ""))

    def vouch(self, targets: bytes, version: int, ahead: int = 1, online: Online | None = None) -> None:
        """Sign, as the gateway, that this list is the newest."""
        keys = online or self.online
        seconds = int(self.now.timestamp()) + ahead
        shot = signing.snapshot(version, targets, seconds, keys.snapshot, self.now)
        self.put("snapshot", shot.signed.version, shot.to_bytes())
        with self.store.transaction():
            self.store.run("DELETE FROM package_metadata WHERE role = 'timestamp'")
        stamp = signing.timestamp(shot.signed.version, shot.to_bytes(), seconds, keys.timestamp, self.now)
        self.put("timestamp", stamp.signed.version, stamp.to_bytes())


@cache
def authority_of():
    return make_demo_authority(BEGIN)


Between = Callable[[Request, Callable[[Request], Answer]], Answer]


@dataclass
class Terminal:
    """A terminal's data directory, and the job that brings packages; `between` may stand between it and the centre."""

    house: House
    data: Path
    asked: list[str] = field(default_factory=list)
    clock: Callable[[], datetime] | None = None

    def now(self) -> datetime:
        return self.clock() if self.clock else self.house.now

    def sync(self, between: Between = lambda request, ask: ask(request)) -> Outcome:
        self.asked.clear()
        job = packages(PackageFolder(self.data), self.now)
        try:
            request = next(job)
            while True:
                self.asked.append(request.path.removeprefix("/v1/packages/"))
                request = job.send(between(request, self.house.answer))
        except StopIteration as end:
            return end.value

    def status(self) -> PackageStatus:
        return package_status(self.data, self.now())

    @property
    def held(self) -> dict[str, int]:
        return {f"{one.kind}/{one.name}": one.version for one in self.status().packages}


@pytest.fixture(params=SUITE_NAMES)
def house(request, tmp_path):
    """A centre whose root is in force; li, wang and zhao sign."""
    folder = tmp_path / "gateway"
    folder.mkdir()
    store = new_store(folder)
    house = House(folder, store, request.param)
    house.init("li", "wang", "zhao")
    house.sign("li", "wang")
    house.publish()
    yield house
    store.close()


@pytest.fixture
def terminal(house, tmp_path):
    """A terminal that was told the first root."""
    data = tmp_path / "terminal"
    make_folder(data)
    lay_root(data, house.first_root())
    return Terminal(house, data)


@pytest.fixture
def package():
    return toml


@pytest.fixture
def paths():
    return METADATA_PATH, CONTENT_PATH


@pytest.fixture
def forged():
    """Metadata with its octets changed, signatures as they are."""

    def forged(octets: bytes, change: Callable[[dict], None]) -> bytes:
        document = json.loads(octets)
        change(document)
        return json.dumps(document).encode()

    return forged
