"""`kiosk-gateway init` that is cut off half-way: nothing of it stands in the way of the next, and it says why."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sync.gateway.house import open_house

ROOT = Path(__file__).parents[3]
KILLED = """
import os, signal, sys
from pathlib import Path
from sync.gateway.house import make_house
make_house(Path(sys.argv[1]), noted=lambda made: os.kill(os.getpid(), signal.SIGKILL))
"""


def init(folder, *, largest_file=None):
    """What became of it, on a system where a file may have so many octets."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    return subprocess.run(
        [sys.executable, "-m", "sync.gateway.cli", "init", "--data", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=limit if largest_file is not None else None,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """As the manual has it made: there, and empty."""
    folder = tmp_path / "gateway"
    folder.mkdir(mode=0o700)
    return folder


@pytest.mark.parametrize(
    ("octets", "reason"),
    [(0, "File too large"), (200, "File too large"), (5_000, "disk"), (60_000, "disk")],
)
def test_a_disk_that_takes_no_more_leaves_an_empty_folder_and_the_reason(folder, octets, reason):
    refused = init(folder, largest_file=octets)
    assert refused.returncode == 3
    assert reason in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert list(folder.iterdir()) == []
    assert init(folder).returncode == 0


def test_a_making_that_was_killed_gives_way_to_the_next(folder):
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (folder / "keys").is_dir()
    done = init(folder)
    assert (done.returncode, done.stderr) == (0, "")
    house = open_house(folder)
    with house.store.reading():
        assert [str(row.act) for row in house.store.staff.whole_audit()] == ["gateway-made"]
    house.store.close()
    assert sorted(path.name for path in folder.iterdir()) == ["gateway.db", "gateway.json", "keys", "snapshots"]


def test_keys_that_no_unfinished_making_left_are_never_taken_away(folder):
    assert init(folder).returncode == 0
    (folder / "gateway.json").unlink()
    before = (folder / "keys" / "issuer.key.pem").read_bytes()
    refused = init(folder)
    assert (refused.returncode, "empty folder" in refused.stderr) == (1, True)
    assert (folder / "keys" / "issuer.key.pem").read_bytes() == before


def test_two_at_once_make_one_gateway(folder):
    command = [sys.executable, "-m", "sync.gateway.cli", "init", "--data", str(folder), "--json"]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [json.loads(process.communicate(timeout=60)[0]) for process in both]
    assert len([one for one in said if one.get("made")]) == 1
    open_house(folder).store.close()
