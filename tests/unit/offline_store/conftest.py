"""An invented terminal's data directory, key, clock and seal for the tests of the stores."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from offline_store.connection import Connection, open_encrypted
from offline_store.delivery import Delivery
from offline_store.journal import Journal, Limits, OpenOutcome, open_journal
from offline_store.results import ItemResult

TERMINAL = "T-0001"
AT = "2026-11-22T02:10:00.000Z"


@dataclass
class HandClock:
    """A wall clock that moves when it is told to."""

    moment: datetime = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


def sign(statement: bytes) -> bytes:
    """Stands for the terminal's signature; a test can work it out again."""
    return hashlib.sha512(b"terminal key" + statement).digest()


def seal(plain: bytes, info: bytes) -> bytes:
    """A seal that hides the plain text as a real one does: a keyed stream, and the info bound to it."""
    stream = b"".join(
        hashlib.sha256(b"centre key" + info + number.to_bytes(4, "big")).digest()
        for number in range(len(plain) // 32 + 1)
    )
    return bytes(left ^ right for left, right in zip(plain, stream, strict=False))


@dataclass
class Place:
    """One data directory that can be opened again and again."""

    folder: Path
    key: bytearray
    clock: HandClock
    chance: random.Random
    opened: list[Journal] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    def open(self, **changes: Any) -> OpenOutcome:
        arguments: dict[str, Any] = {
            "terminal": TERMINAL,
            "key": self.key,
            "sign": sign,
            "seal": seal,
            "now": self.clock,
            "random": self.chance.randbytes,
            "limits": Limits(free_bytes=0),
        }
        outcome = open_journal(self.folder, **{**arguments, **changes})
        self.opened.append(outcome.journal)
        return outcome

    sign = staticmethod(sign)
    seal = staticmethod(seal)

    def raw(self) -> Connection:
        """The journal's file itself, past all of the journal's own rules."""
        return open_encrypted(self.folder / "journal.db", self.key)

    def result(
        self, seq: int, state: Any = "processed", at: str = AT, result: str = "{}", epoch: int = 1
    ) -> ItemResult:
        """The centre's word on that entry of the first epoch."""
        connection = self.raw()
        row = connection.one("SELECT hash FROM chain WHERE epoch = 1 AND seq = ?", (seq,))
        connection.close()
        assert row is not None
        return ItemResult(1, seq, bytes(row[0]), state, at, result)

    def delivery(self) -> Delivery:
        """The sync process' side."""
        delivery = Delivery(self.folder, self.key)
        self.deliveries.append(delivery)
        return delivery

    def journal(self) -> Journal:
        return self.open().journal

    def fill(self, count: int = 5) -> Journal:
        """A journal with that many acts of one closed session."""
        journal = self.journal()
        for number in range(count):
            journal.append("act", {"item": "SI-01", "number": number}, f"body {number}".encode())
        journal.close_session()
        return journal


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def place(tmp_path: Path, clock: HandClock) -> Iterator[Place]:
    chance = random.Random(20261122)
    place = Place(tmp_path / "data", bytearray(chance.randbytes(32)), clock, chance)
    yield place
    for journal in place.opened:
        journal.abandon()
    for delivery in place.deliveries:
        delivery.close()


@pytest.fixture
def flip() -> Callable[[Path, int, int], None]:
    """Flip one bit of a file."""

    def flip(path: Path, offset: int, bit: int = 0) -> None:
        content = bytearray(path.read_bytes())
        content[offset] ^= 1 << bit
        path.write_bytes(content)

    return flip
