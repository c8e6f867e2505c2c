"""Every release opens the stores that earlier ones wrote, and loses nothing of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from offline_store.chain import EpochOpened, body_info, open_commitment
from offline_store.connection import open_encrypted
from offline_store.delivery import Delivery
from offline_store.journal import Journal, Limits, Opened, open_journal, read_journal, salvage
from offline_store.migrations import user_version
from offline_store.schema import JOURNAL_SCHEMA_VERSION, PendingItem
from sync.protocol.suites import suite

FIXTURES = Path(__file__).parent / "fixtures"
RELEASED = sorted(path.name for path in FIXTURES.glob("journal-v*"))
FIELDS = ("terminal", "epoch", "seq", "kind", "at", "header", "prev", "body_commitment", "hash")


class Released:
    """A copy of one released version's stores, and what was written into them."""

    def __init__(self, name: str, place: Path) -> None:
        self.folder = place / name
        shutil.copytree(FIXTURES / name, self.folder)
        self.said: Mapping[str, Any] = json.loads((self.folder / "expected.json").read_text())
        self.key = bytes.fromhex(self.said["store_key"])
        self.signer = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.said["terminal_seed"]))
        self.centre = bytes.fromhex(self.said["centre_key"])

    def open(self, store: str) -> Journal:
        outcome = open_journal(
            self.folder / store,
            terminal=self.said["terminal"],
            key=self.key,
            sign=self.signer.sign,
            seal=lambda plain, info: plain,
            now=lambda: datetime(2027, 1, 1, tzinfo=UTC),
            limits=Limits(free_bytes=0),
        )
        assert isinstance(outcome, Opened)
        return outcome.journal

    def body(self, item: PendingItem) -> str:
        """What the centre reads in a sealed body."""
        entry = item.entry
        assert item.sealed is not None
        assert entry.body_commitment is not None
        info = body_info(entry.terminal, entry.epoch, entry.seq, entry.kind)
        plain = open_commitment(suite("intl").open(item.sealed, info, self.centre), entry.body_commitment)
        assert plain is not None
        return plain.decode()


@pytest.fixture(params=RELEASED)
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Released:
    return Released(request.param, tmp_path)


def facts(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in FIELDS}


def test_there_is_a_store_of_every_schema_that_was_released() -> None:
    assert [int(name.removeprefix("journal-v")) for name in RELEASED][:1] == [1]
    assert all((FIXTURES / name / "expected.json").is_file() for name in RELEASED)


@pytest.mark.parametrize("store", ["stopped", "cut-off"])
def test_a_released_store_opens_with_every_entry_as_it_was(released: Released, store: str) -> None:
    expected = released.said["stores"][store]
    journal = released.open(store)
    assert journal.epoch == expected["epoch"]
    kept = list(journal.export())
    assert [facts(entry) for entry in kept] == [facts(entry) for entry in expected["entries"]]
    assert [entry["delivery"] for entry in kept] == [entry["delivery"] for entry in expected["entries"]]
    assert [job.job for job in journal.unfinished_prints()] == expected["unfinished"]
    assert len(journal.inbox_after(0)) == expected["inbox"]
    assert journal.verify().whole
    opening = next(journal.entries())
    said = EpochOpened.read(opening)
    released.signer.public_key().verify(said.signature, said.stated_in(opening))
    journal.close()


@pytest.mark.parametrize("store", ["stopped", "cut-off"])
def test_a_released_store_goes_on_and_is_whole_at_the_next_start(released: Released, store: str) -> None:
    journal = released.open(store)
    before = journal.head
    assert journal.append("audit", {"event": "restarted"}, b"more").seq == before.seq + 1
    journal.close()
    again = released.open(store)
    assert again.verify().whole
    again.close()
    reader = read_journal(released.folder / store, released.key)
    assert reader.last().seq == before.seq + 1  # type: ignore[union-attr]
    reader.close()


@pytest.mark.parametrize("store", ["stopped", "cut-off"])
def test_the_centre_can_still_be_given_what_a_released_store_promised(released: Released, store: str) -> None:
    released.open(store).close()
    delivery = Delivery(released.folder / store, released.key)
    assert delivery.results_cursor() == released.said["results_cursor"]
    waiting = delivery.pending(limit=1000, max_bytes=1 << 30)
    expected = [entry for entry in released.said["stores"][store]["entries"] if entry["delivery"] == "pending"]
    assert [item.entry.hash.hex() for item in waiting] == [entry["hash"] for entry in expected]
    bodies = [released.body(item) if item.sealed else None for item in waiting]
    assert bodies == [entry["body"] for entry in expected]
    assert any(bodies)
    delivery.close()


def test_a_journal_that_a_release_moved_aside_is_still_salvaged(released: Released) -> None:
    salvaged = salvage(released.folder / "stopped" / "broken-1", key=released.key)
    expected = released.said["stores"]["stopped"]["salvaged"]
    assert salvaged.complete
    assert salvaged.read == len(expected)
    waiting = [entry for entry in expected if entry["delivery"] == "pending"]
    assert [item.entry.hash.hex() for item in salvaged.undelivered] == [entry["hash"] for entry in waiting]


def test_a_released_store_comes_up_to_the_present_schema(released: Released) -> None:
    released.open("stopped").close()
    connection = open_encrypted(released.folder / "stopped" / "journal.db", released.key)
    assert user_version(connection) == JOURNAL_SCHEMA_VERSION
    connection.close()
