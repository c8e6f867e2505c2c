"""Garbage in what the centre signed or sent: `kiosk sync status` names it, and the next pass brings it anew."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

KIOSK = Path(sys.executable).with_name("kiosk")
FILES = ("trust/time.json", "trust/revocations.cbor", "trust/terminal-revocations.json", "snapshot/current")


def kiosk(data, *words):
    words = [str(KIOSK), *words, "--data", str(data)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_file_that_is_not_believed_is_named_until_a_pass_has_brought_it_anew(gateway, tmp_path):
    data = tmp_path / "terminal"
    code = gateway.answer("enrol", "W7100")["code"]
    named = ("--terminal", "W7100", "--code", code, "--gateway", gateway.url, "--allow-key-files", "--demonstration")
    assert kiosk(data, "provision", *named)[0] == 0
    assert kiosk(data, "sync", "now")[0] == 0
    there = [name for name in FILES if (data / name).exists()]
    assert {"trust/time.json", "trust/terminal-revocations.json", "snapshot/current"} <= set(there)
    assert kiosk(data, "sync", "status")[0] == 0
    for name in there:
        (data / name).write_bytes(b"\x00garbage")
    exit_code, said, told = kiosk(data, "sync", "status", "--json")
    assert exit_code == 1
    assert json.loads(said)["not_believed"] == there
    assert "Next: kiosk sync now" in told
    assert kiosk(data, "sync", "now")[0] == 0
    exit_code, said, told = kiosk(data, "sync", "status", "--json")
    assert (exit_code, json.loads(said)["not_believed"]) == (0, []), told
