"""The suite sm over real processes: a centre made with it, a terminal provisioned with it, an act that arrives."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from offline_store.journal import open_journal
from offline_store.keys import KeyFiles
from sync import process
from sync.client.outcomes import Done
from sync.protocol.messages import RecordQuery
from sync.protocol.sealing import seal_body
from sync.terminal_keys import load_signer
from sync.trust import read_trust

ROOT = Path(__file__).parents[3]
QUERY = RecordQuery(
    item="SI-02", id_number="110199198803120233", data_as_of="2026-11-01T00:00:00.000Z", outcome="shown"
).to_wire()


@pytest.fixture(scope="module")
def centre(tmp_path_factory, gateway_class):
    """A gateway that works with sm."""
    gateway = gateway_class(tmp_path_factory.mktemp("sm") / "data")
    gateway.command("init", "--suite", "sm")
    assert gateway.answer("init")["suite"] == "sm"
    gateway.command("population", "--count", "10", "--seed", "3", "--personas", str(ROOT / "hardware_sim/personas"))
    gateway.command("publish")
    gateway.start()
    yield gateway
    assert gateway.end() == 0


def kiosk(*words: str) -> tuple[int, dict]:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.cli", *words, "--json"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, json.loads(done.stdout or done.stderr)


def provision(centre, data, number, *words: str) -> tuple[int, dict]:
    code = centre.answer("enrol", number)["code"]
    where = ("--data", str(data), "--terminal", number, "--gateway", centre.url, "--code", code)
    return kiosk("provision", *where, "--allow-key-files", "--demonstration", *words)


def test_a_terminal_in_sm_is_provisioned_diagnosed_and_its_act_is_processed(centre, tmp_path):
    data = tmp_path / "terminal"
    code, told = provision(centre, data, "S001", "--suite", "sm")
    assert (code, told["suite"]) == (0, "sm"), told
    assert 'suite = "sm"' in (data / "terminal.toml").read_text("utf-8")
    _, found = kiosk("diagnose", "--data", str(data), "--device", "journal")
    crypto = found["crypto"]
    assert (crypto["suite"], crypto["centre"], crypto["back_end"], crypto["next"]) == ("sm", "sm", "software", None)

    keys = KeyFiles(data / "keys", allow_file=True, warn=lambda warning: None)
    trust = read_trust(data)
    with keys.load("store", length=32) as key:
        journal = open_journal(
            data,
            terminal="S001",
            key=key.material,
            sign=load_signer(keys, trust.terminal_key_fingerprint).sign,
            seal=functools.partial(seal_body, centre_public_key=trust.centre_key),
            now=lambda: datetime.now(UTC),
            suite="sm",
        ).journal
        journal.append("act", {"session": "s1"}, QUERY)
        assert (journal.epoch, journal.suite, journal.verify().whole) == (1, "sm", True)
        journal.close()
    summary = process.now(data, keys=keys)
    done = {run.job: run.outcome for run in summary.runs}
    assert done["upload"] == Done(2)
    assert isinstance(done["snapshot"], Done)
    for _ in range(500):
        rows = [row for row in centre.records() if row["terminal"] == "S001"]
        if {row["state"] for row in rows} == {"accepted"}:
            break
        time.sleep(0.05)
    assert [(row["kind"], row["state"]) for row in rows] == [("epoch-opened", "accepted"), ("act", "accepted")]


def test_another_suite_is_refused_at_enrolment_and_at_start(centre, tmp_path):
    data = tmp_path / "terminal"
    code, told = provision(centre, data, "S002")
    assert code == 1
    assert "sm" in json.dumps(told)
    assert not (data / "terminal.toml").exists()
    assert provision(centre, data, "S002", "--suite", "sm")[0] == 0
    settings = data / "terminal.toml"
    settings.write_text(settings.read_text("utf-8").replace('suite = "sm"', 'suite = "intl"'), "utf-8")
    code, found = kiosk("diagnose", "--data", str(data), "--device", "journal")
    assert (code, found["verdict"]) == (1, "ill")
    assert "sm" in found["crypto"]["next"]["en"]
