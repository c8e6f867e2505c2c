"""`kiosk wipe`: what it says is done was done to what lies there now."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE

import pytest
from typer.testing import CliRunner

from kiosk.cli.tree import app
from offline_store.delivery import Delivery
from offline_store.journal import Journal, open_journal
from offline_store.keys import KeyFiles

KEPT = ["journal.open", "terminal.toml", "wiped.json"]


def keys_of(data: Path) -> KeyFiles:
    return KeyFiles(data / "keys", allow_file=True, warn=lambda warning: None)


def provision(data: Path, key: bytes) -> None:
    """What provisioning and enrolment leave, as far as a wipe knows it."""
    keys_of(data).create("store", key)
    (data / "trust").mkdir()
    (data / "trust" / "centre.json").write_text("{}")
    journal_of(data, key).close()


def journal_of(data: Path, key: bytes) -> Journal:
    return open_journal(
        data, terminal="T0001", key=key, sign=bytes, seal=lambda plain, info: plain, now=lambda: datetime.now(UTC)
    ).journal


def wipe(data: Path, *words: str) -> tuple[int, dict[str, object]]:
    done = CliRunner().invoke(app, ["wipe", "--data", str(data), "--json", *words], catch_exceptions=False)
    return done.exit_code, json.loads(done.stdout)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A directory that was provisioned and wiped."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "terminal.toml").write_text('terminal = "T0001"\nprofile = "demonstration"\n[keys]\nallow_file = true\n')
    provision(data, b"A" * 32)
    code, said = wipe(data, "--yes", "--lose-pending")
    assert (code, said["keys"]) == (0, 1)
    return data


def left(data: Path) -> list[str]:
    return sorted(path.name for path in data.rglob("*") if path.is_file())


def test_what_was_wiped_is_said_to_be_and_nothing_is_asked(data):
    code, said = wipe(data)
    assert (code, said["wiped"], said["reason"]) == (0, True, "technician")
    assert left(data) == KEPT


def test_a_terminal_that_was_provisioned_in_the_same_place_since_is_wiped_itself(data):
    provision(data, b"B" * 32)
    code, said = wipe(data, "--yes")
    assert (code, said["error"]["code"]) == (1, "pending"), "what the centre does not have is asked about, as always"
    assert keys_of(data).names() == ("store",)
    code, said = wipe(data, "--yes", "--lose-pending")
    assert (code, said["keys"]) == (0, 1)
    assert left(data) == KEPT


def test_keys_that_were_made_in_the_same_place_since_go_although_nobody_was_enrolled(data):
    keys_of(data).create("store", b"B" * 32)
    code, said = wipe(data, "--yes", "--lose-pending")
    assert (code, said["keys"]) == (0, 1)
    assert left(data) == KEPT


def test_an_act_that_was_accepted_while_the_question_stood_is_not_destroyed(data):
    key = b"B" * 32
    provision(data, key)
    with closing(journal_of(data, key)) as journal, closing(Delivery(data, key)) as delivery:
        delivery.mark_received(journal.head, "2026-11-22T00:00:00.000Z")

    command = [sys.executable, "-m", "kiosk.cli", "wipe", "--data", str(data), "--json"]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) as asking:
        asked = ""
        while "to go on" not in asked:
            more = asking.stderr.read(1)
            assert more, asked
            asked += more
        with closing(journal_of(data, key)) as journal:
            journal.append("act", {"item": "SI-01"}, b"accepted while the question stands")
        said, _ = asking.communicate("T0001\n", timeout=60)
    assert (asking.returncode, json.loads(said)["error"]["code"]) == (1, "pending")
    assert keys_of(data).names() == ("store",)
    with closing(Delivery(data, key)) as delivery:
        assert delivery.backlog().pending == 1
    done = CliRunner().invoke(app, ["wipe", "--data", str(data), "--json", "--lose-pending"], input="T0001\n")
    assert done.exit_code == 0
    assert left(data) == KEPT
