"""`kiosk sync status` on a terminal that a gateway has answered: what was refused, and how each job ended."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

KIOSK = Path(sys.executable).with_name("kiosk")


def kiosk(terminal, *words, expect=0):
    done = subprocess.run(
        [str(KIOSK), *words, "--data", str(terminal.data)], capture_output=True, text=True, check=False
    )
    assert done.returncode == expect, done.stderr
    return done.stdout


def settings(terminal, gateway_url):
    (terminal.data / "terminal.toml").write_text(
        f'terminal = "{terminal.number}"\n[keys]\nallow_file = true\n[centre]\ngateway = "{gateway_url}"\n', "utf-8"
    )


def settled(terminal):
    """How things stand once every item has its result."""
    for _ in range(60):
        kiosk(terminal, "sync", "now", "--json")
        found = json.loads(kiosk(terminal, "sync", "status", "--json"))
        if found["awaiting_result"] == 0:
            return found
        time.sleep(0.2)
    raise AssertionError("there is still no result")


def test_a_refused_item_is_counted_and_named_with_its_reason_and_nothing_personal(gateway, terminal):
    settings(terminal, gateway.url)
    with terminal.journal() as journal:
        act = journal.append("act", {"session": "s"}, b'{"type":"no-such-act","name":"SECRET"}')
    found = settled(terminal)
    (item,) = found["refused_items"]
    assert (found["refused"], item["epoch"], item["seq"], item["kind"]) == (1, act.epoch, act.seq, "act")
    assert item["reason"] == "act-type-unknown"
    assert item["at"].startswith("20")
    assert found["jobs"]["upload"] == {"outcome": "done", "reason": None, "at": found["last_done"]["upload"]}
    said = kiosk(terminal, "sync", "status")
    assert "refused: 1\n" in said
    assert "reason: act-type-unknown" in said
    assert "SECRET" not in said + json.dumps(found)


def test_why_a_job_was_not_done_is_shown_afterwards_without_a_network(terminal):
    settings(terminal, "http://127.0.0.1:9")
    kiosk(terminal, "sync", "now", expect=3)
    found = json.loads(kiosk(terminal, "sync", "status", "--json"))
    upload = found["jobs"]["upload"]
    assert (upload["outcome"], upload["reason"], found["last_done"]["upload"]) == ("later", "unreachable", None)
    assert "reason: unreachable" in kiosk(terminal, "sync", "status")
