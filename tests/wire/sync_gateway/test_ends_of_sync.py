"""How the sync process ends: by a wipe that lost nothing, or because its key is not the stores' any more."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from offline_store.rekeying import rekey
from sync.poke import poke
from sync.protocol.messages import RecordQuery

ROOT = Path(__file__).parents[3]
QUERY = RecordQuery(
    item="SI-02", id_number="11010519491231002X", data_as_of="2026-11-01T00:00:00.000Z", outcome="shown"
).to_wire()

LATE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from offline_store.journal import open_journal
from offline_store.keys import KeyFiles
from sync import process
from sync.orders import read_orders
from sync.protocol.sealing import seal_body
from sync.terminal_keys import load_signer
from sync.trust import read_trust

data, terminal, query = Path(sys.argv[1]), sys.argv[3], sys.argv[4].encode()
trust = read_trust(data)


class LateAct(KeyFiles):
    '''A terminal process records the end of a session when the wipe is due already, before the last look at it.'''

    late = True

    def load(self, name, *, length=None):
        due = any(opened.step == "wiping" for opened in read_orders(data).open)
        if self.late and due and name == "store" and not (data / "sync.sock").exists():
            self.late = False
            with super().load("store") as key:
                journal = open_journal(
                    data, terminal=terminal, key=key.material, sign=load_signer(self).sign,
                    seal=lambda plain, info: seal_body(plain, info, trust.centre_key), now=lambda: datetime.now(UTC),
                ).journal
                journal.append("act", {"session": "late"}, query)
                journal.close()
        return super().load(name, length=length)


keys = LateAct(data / "keys", allow_file=True, warn=lambda warning: None)
getattr(process, sys.argv[2])(data, keys=keys)
assert not keys.late
"""


def until(condition):
    deadline = time.monotonic() + 30
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def acts(gateway, terminal):
    return [row["seq"] for row in gateway.records() if row["terminal"] == terminal.number and row["kind"] == "act"]


def settings(terminal):
    text = f'terminal = "{terminal.number}"\nprofile = "demonstration"\n[keys]\nallow_file = true\n'
    (terminal.data / "terminal.toml").write_text(text)


@pytest.mark.parametrize("how", ["now", "run"])
def test_an_act_that_is_recorded_when_the_wipe_is_due_already_reaches_the_centre_first(gateway, terminal, how):
    settings(terminal)
    gateway.answer("order", terminal.number, "wipe", "--reason", "stolen")
    done = subprocess.run(
        [sys.executable, "-c", LATE, str(terminal.data), how, terminal.number, QUERY.decode()],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(acts(gateway, terminal)) == 1
    left = sorted(path.name for path in terminal.data.rglob("*") if path.is_file())
    assert left == ["journal.open", "terminal.toml", "wiped.json"]
    (order,) = gateway.answer("orders", terminal.number)
    assert order["state"] == "wiping"


def test_a_loop_under_whose_feet_the_key_was_changed_ends_and_the_next_one_goes_on(gateway, terminal, tmp_path):
    settings(terminal)
    command = [sys.executable, "-m", "kiosk.cli", "sync", "run", "--data", str(terminal.data)]
    loop = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    until((terminal.data / "sync.sock").exists)
    with terminal.journal() as journal:
        journal.append("act", {"session": "s"}, QUERY)
    until(lambda: poke(terminal.data) and acts(gateway, terminal))
    copy = tmp_path / "copy"
    shutil.copytree(terminal.data, copy, ignore=shutil.ignore_patterns("*.sock"))
    rekey(copy, type(terminal.keys)(copy / "keys", allow_file=True, warn=lambda warning: None))
    # the last steps of a change of key, beside a process that began before it
    for name in ("journal.db", "journal.head", "keys/store"):
        (copy / name).replace(terminal.data / name)
    for end in ("-wal", "-shm"):
        (terminal.data / f"journal.db{end}").unlink(missing_ok=True)
    poke(terminal.data)
    _, said = loop.communicate(timeout=60)
    assert loop.returncode == 3, said
    assert "Put back the key" in said
    assert "Traceback" not in said

    with terminal.journal() as journal:
        position = journal.append("act", {"session": "s"}, QUERY)
    loop = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        until(lambda: position.seq in acts(gateway, terminal))
    finally:
        loop.terminate()
        assert loop.wait(20) == 0
