"""`kiosk wipe`: what it says is done was done to what lies there now."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kiosk.cli.tree import app
from offline_store.journal import open_journal
from offline_store.keys import KeyFiles

KEPT = ["journal.open", "terminal.toml", "wiped.json"]


def keys_of(data: Path) -> KeyFiles:
    return KeyFiles(data / "keys", allow_file=True, warn=lambda warning: None)


def provision(data: Path, key: bytes) -> None:
    """What provisioning and enrolment leave, as far as a wipe knows it."""
    keys_of(data).create("store", key)
    (data / "trust").mkdir()
    (data / "trust" / "centre.json").write_text("{}")
    open_journal(
        data, terminal="T0001", key=key, sign=bytes, seal=lambda plain, info: plain, now=lambda: datetime.now(UTC)
    ).journal.close()


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
