"""A centre in this process, its staff with their authenticators, and browsers that keep cookies."""

from __future__ import annotations

import re
from base64 import b32encode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import scrypt, sha256
from html import unescape
from urllib.parse import urlencode

import pyotp
import pytest

from sync.gateway.authority import make_demo_authority
from sync.gateway.endpoint import Centre
from sync.gateway.sqlite_store import SqliteStore
from sync.gateway.staff import second_factor
from sync.gateway.staff.audit import Act
from sync.gateway.staff.door import Door
from sync.gateway.staff.handling import handle_staff
from sync.gateway.staff.roles import Role
from sync.gateway.staff.store import Account
from sync.gateway.store import EnrolledTerminal, RegisteredCertificate
from sync.gateway.terminal_certificate_store import NewKey
from sync.protocol.exchange import Request, Response
from tests.gateway_store import new_store

NOW = 1_795_300_000
PASSWORD = "Lamp-Harbour-2026"
STORED = (
    "scrypt$8$8$1$"
    + b64encode(bytes(16)).decode()
    + "$"
    + b64encode(scrypt(PASSWORD.encode(), salt=bytes(16), n=2**8, r=8, p=1, dklen=32)).decode()
)
"""A password as kept with smaller parameters than new ones have: tests need not wait."""


@dataclass
class HandClock:
    """A clock that goes when it is told to."""

    at: datetime = field(default_factory=lambda: datetime.fromtimestamp(NOW, UTC))

    def now(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


class Chance:
    """Seeded octets."""

    def __init__(self, seed: str) -> None:
        self._seed, self._n = seed, 0

    def __call__(self, length: int) -> bytes:
        self._n += 1
        return b"".join(sha256(f"{self._seed} {self._n} {part}".encode()).digest() for part in range(1 + length // 32))[
            :length
        ]


@dataclass
class Office:
    """The staff's side of a centre."""

    store: SqliteStore
    centre: Centre
    clock: HandClock
    door: Door

    def hire(self, name: str, *roles: Role, **changes) -> Account:
        totp = second_factor.sealed(secret_of(name), account=name, key=self.door.key, nonce=bytes(12))
        values = {
            "name": name, "roles": frozenset(roles), "password": STORED, "password_at": NOW, "must_change": False,
            "totp": totp, "last_step": 0, "disabled": False, "created_at": "2026-11-22T00:00:00.000Z",
        }  # fmt: skip
        account = Account(**{**values, **changes})
        with self.store.transaction():
            self.store.staff.add_account(account)
        return account

    def code(self, name: str) -> str:
        return pyotp.TOTP(base32_of(name)).at(self.clock.now())

    def browser(self, **headers: str) -> Browser:
        return Browser(self, headers=headers)

    def signed_in(self, name: str, *roles: Role) -> Browser:
        self.hire(name, *roles)
        browser = self.browser()
        assert browser.sign_in(name).status == 303
        return browser

    def audit(self) -> list:
        with self.store.transaction():
            return list(self.store.staff.whole_audit())

    def acts(self) -> list[tuple[str, str, str, str]]:
        return [(row.actor, row.act, row.result, row.reason) for row in self.audit()]

    def last_act(self) -> tuple[str, str, str, str, str]:
        row = self.audit()[-1]
        return (row.actor, row.act, row.subject, row.result, row.reason)

    def enrol_terminal(self, number: str) -> None:
        key, at = sha256(number.encode()).digest(), "2026-11-20T01:02:03.000Z"
        with self.store.transaction():
            self.store.enrol(EnrolledTerminal(number, key, key.hex(), b"", at, None), b"code of " + key, b"")
            self.store.terminal_certificates.certify(
                NewKey(number, key, key.hex(), b"", at, key.hex()[:32], at, "2027-11-20T01:02:03.000Z", b""), 1
            )

    def register(self, number: str, **changes) -> None:
        values = {
            "number": number, "terminal": "T0001", "epoch": 1, "seq": 7, "item": "SI-04",
            "issued_at": "2026-11-20T01:02:03.000Z", "expires_at": "2027-02-20T01:02:03.000Z",
            "pdf_sha256": "ab" * 32, "code_sha256": "cd" * 32, "seal_key_id": "00" * 8,
            "state": "known", "revoked_at": None,
        }  # fmt: skip
        with self.store.transaction():
            self.store.register(RegisteredCertificate(**{**values, **changes}))


def secret_of(name: str) -> bytes:
    return sha256(f"secret of {name}".encode()).digest()[:20]


def base32_of(name: str) -> str:
    return b32encode(secret_of(name)).decode()


@dataclass
class Browser:
    """Keeps cookies, sends forms with what the last page carried."""

    office: Office
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    page: str = ""

    def get(self, path: str, **headers: str) -> Response:
        return self.send(Request("GET", path, self._headers(headers)))

    def post(
        self, path: str, form: dict[str, str] | None = None, *, token: str | None = None, **headers: str
    ) -> Response:
        """The form of the page last seen, with these fields; `token` in place of the page's own."""
        fields = {"token": self.token if token is None else token, **(form or {})}
        own = {"content-type": "application/x-www-form-urlencoded", "origin": self.office.door.origin}
        request = Request("POST", path, self._headers({**own, **headers}), urlencode(fields).encode())
        return self.send(request)

    def send(self, request: Request) -> Response:
        office = self.office
        answer = handle_staff(request, office.store, office.clock, office.centre, office.door)
        if "set-cookie" in answer.headers:
            pair = answer.headers["set-cookie"].partition(";")[0]
            self.cookies[pair.partition("=")[0]] = pair.partition("=")[2]
        self.page = answer.body.decode()
        return answer

    def sign_in(self, name: str, password: str = PASSWORD, code: str | None = None) -> Response:
        self.get("/sign-in")
        code = self.office.code(name) if code is None else code
        return self.post("/sign-in", {"name": name, "password": password, "code": code})

    @property
    def token(self) -> str:
        found = re.search(r'name="token" value="([^"]+)"', self.page)
        return found.group(1) if found else ""

    @property
    def text(self) -> str:
        return unescape(re.sub(r"<[^>]+>", " ", self.page.partition("<body>")[2]))

    def _headers(self, own: dict[str, str]) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items() if value)
        named = {name.replace("_", "-"): value for name, value in own.items()}
        return {**self.headers, **({"cookie": cookie} if cookie else {}), **named}


@pytest.fixture(scope="session")
def staff_authority():
    return make_demo_authority(datetime.fromtimestamp(NOW, UTC))


@pytest.fixture
def office(tmp_path, staff_authority):
    store = new_store(tmp_path)
    centre = Centre(staff_authority, "http://gateway.example", "https://verify.example/v")
    yield Office(store, centre, HandClock(), Door("http://127.0.0.1:8442", bytes(32), "intl", Chance("office")))
    store.close()


@pytest.fixture
def role():
    return Role


@pytest.fixture
def act():
    return Act
