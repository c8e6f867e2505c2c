"""`kiosk journal …` and `kiosk wipe` as a technician or a script types them, on a terminal's data directory."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from offline_store.chain import timestamp
from offline_store.delivery import Delivery
from offline_store.journal import Journal, Limits, open_journal
from offline_store.keys import KeyFiles
from offline_store.results import ItemResult
from sync.protocol.suites import suite
from tests.trusting import trusting

KIOSK = Path(sys.executable).with_name("kiosk")


@dataclass
class Answered:
    code: int
    said: str
    told: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.said.splitlines()[0])
        return found


class Terminal:
    """A data directory with settings, keys in files, and a journal of two years."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700)
        (folder / "terminal.toml").write_text('terminal = "T0001"\n[keys]\nallow_file = true\n')
        self.keys = KeyFiles(folder / "keys", allow_file=True, warn=lambda warning: None)
        for number, name in enumerate(("store", "terminal", "pseudonym")):
            self.keys.create(name, bytes([number + 1]) * 32)
        self.moment = datetime(2024, 11, 22, tzinfo=UTC)

    def opened(self) -> Journal:
        with self.keys.load("store") as key:
            return open_journal(
                self.folder,
                terminal="T0001",
                key=bytes(key.material),
                sign=suite("intl").signer(bytes([2]) * 32).sign,
                seal=lambda plain, info: plain[::-1],
                now=lambda: self.moment,
                limits=Limits(free_bytes=0),
            ).journal

    def delivered(self) -> None:
        with self.keys.load("store") as key:
            delivery = Delivery(self.folder, bytes(key.material))
        items = delivery.pending(limit=1000, max_bytes=1 << 20)
        at = timestamp(self.moment)
        delivery.mark_received(items[-1].entry.position, at)
        results = [
            ItemResult(item.entry.epoch, item.entry.seq, item.entry.hash, "processed", at, "{}") for item in items
        ]
        delivery.record_results(results, cursor=1)
        delivery.close()

    def kiosk(self, *words: str, typed: str = "") -> Answered:
        done = subprocess.run(
            [str(KIOSK), *words, "--data", str(self.folder)], input=typed, capture_output=True, text=True, check=False
        )
        return Answered(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    terminal = Terminal(tmp_path / "data")
    journal = terminal.opened()
    for number in range(30):
        journal.append("act", {"number": number}, b"body")
    terminal.delivered()
    terminal.moment += timedelta(days=800)
    journal.truncate(at_once=10, worth=1)
    journal.close()
    return terminal


def test_verify_says_epoch_suite_and_what_left_after_its_retention(terminal: Terminal) -> None:
    answered = terminal.kiosk("journal", "verify", "--json")
    assert answered.code == 0, answered.told
    document = answered.document
    assert (document["epoch"], document["suite"], document["whole"]) == (1, "intl", True)
    assert document["entries"] == 22
    assert {name: document["truncated"][name] for name in ("up_to", "removed", "record")} == {
        "up_to": 11,
        "removed": 10,
        "record": 32,
    }
    assert document["truncated"]["signed"] is None, "it trusts no centre, which would know its key"


def test_verify_says_whether_a_key_of_this_terminal_signed_what_left(terminal: Terminal) -> None:
    trusting(terminal.folder, "intl", bytes([2]) * 32)
    answered = terminal.kiosk("journal", "verify", "--json")
    assert (answered.code, answered.document["truncated"]["signed"]) == (0, True), answered.told
    # another key took its place, and nobody remembers that it was this terminal's
    (terminal.folder / "keys" / "terminal").unlink()
    terminal.keys.create("terminal", bytes([9]) * 32)
    trusting(terminal.folder, "intl", bytes([9]) * 32)
    answered = terminal.kiosk("journal", "verify", "--json")
    assert (answered.code, answered.document["truncated"]["signed"]) == (1, False)
    assert "no key of this terminal signed a truncation" in answered.told
    assert "kiosk journal export" in answered.told


def test_export_gives_every_entry_that_is_left_and_the_record(terminal: Terminal) -> None:
    answered = terminal.kiosk("journal", "export")
    assert answered.code == 0, answered.told
    lines = [json.loads(line) for line in answered.said.splitlines()]
    assert [line["seq"] for line in lines] == [1, *range(12, 33)]
    assert lines[-1]["kind"] == "truncated"


def test_a_broken_chain_is_a_no_and_an_unreadable_one_is_not_known(terminal: Terminal) -> None:
    database = terminal.folder / "journal.db"
    whole = database.read_bytes()
    codes = set()
    for page in range(1, len(whole) // 4096):
        damaged = bytearray(whole)
        damaged[page * 4096 + 100] ^= 1
        database.write_bytes(bytes(damaged))
        answered = terminal.kiosk("journal", "verify", "--json")
        codes.add(answered.code)
        if answered.code == 1:
            break
    assert codes <= {1, 3}, "3 where the page says whose journal it is"
    assert (answered.code, answered.document["damaged_pages"]) == (1, 1)
    exported = terminal.kiosk("journal", "export")
    assert exported.code in (1, 3), "3 where the page is one that the entries lie on"
    assert "\nNext: " in f"\n{exported.told}"
    database.write_bytes(b"x" * len(whole))
    assert terminal.kiosk("journal", "verify", "--json").code == 3


def test_an_export_of_a_record_with_a_damaged_page_beside_the_entries_is_no_whole_one(terminal: Terminal) -> None:
    database = terminal.folder / "journal.db"
    whole = database.read_bytes()
    codes = set()
    for page in range(1, len(whole) // 4096):
        damaged = bytearray(whole)
        damaged[page * 4096 + 100] ^= 1
        database.write_bytes(bytes(damaged))
        exported = terminal.kiosk("journal", "export")
        codes.add(exported.code)
        if exported.code == 1:
            assert "not proved whole" in exported.told
            assert len(exported.said.splitlines()) == 22
            break
    assert 1 in codes
    assert 0 not in codes


def test_rekey_changes_the_key_and_is_refused_beside_a_running_terminal(terminal: Terminal) -> None:
    old = (terminal.folder / "keys" / "store").read_bytes()
    journal = terminal.opened()
    refused = terminal.kiosk("journal", "rekey", "--json")
    assert (refused.code, refused.document["error"]["code"]) == (1, "StoreBusy")
    journal.close()
    answered = terminal.kiosk("journal", "rekey", "--json")
    assert (answered.code, answered.document["rekeyed"]) == (0, True), answered.told
    assert (terminal.folder / "keys" / "store").read_bytes() != old
    assert terminal.kiosk("journal", "verify", "--json").document["whole"]


def test_wipe_asks_for_the_terminals_number_and_destroys_everything(terminal: Terminal) -> None:
    waits = terminal.kiosk("wipe", "--json")
    assert (waits.code, waits.document["error"]["code"]) == (1, "pending")
    refused = terminal.kiosk("wipe", "--lose-pending", typed="T0002\n")
    assert refused.code == 1
    assert (terminal.folder / "keys" / "store").exists()
    answered = terminal.kiosk("wipe", "--lose-pending", "--json", typed="T0001\n")
    assert (answered.code, answered.document["keys"]) == (0, 3), answered.told
    left = sorted(path.name for path in terminal.folder.iterdir())
    assert left == ["journal.open", "keys", "terminal.toml", "wiped.json"] or left == [
        "journal.open",
        "terminal.toml",
        "wiped.json",
    ]
    again = terminal.kiosk("wipe", "--yes", "--json")
    assert (again.code, again.document["wiped"]) == (0, True)
