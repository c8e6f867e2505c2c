"""What holds keys or personal data is closed: no core dump, no other process looks in, files for nobody else.

Looked at from outside, in /proc, on the commands that a machine really runs; a plain process beside them is open.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.certificates.client import papers_command
from kiosk.fonts import development_directory

LIMIT = 60.0
# of root's processes /proc shows root in any case: with another group it tells
OTHER_GROUP = ("setpriv", "--regid", "65534", "--clear-groups") if os.geteuid() == 0 else ()


def look(pid: int) -> dict[str, object]:
    """How a process stands: limit of its core dumps, mask of its files, and whether others may look in (proc(5))."""
    place = Path(f"/proc/{pid}")
    core = re.search(r"^Max core file size +(\S+) +(\S+)", (place / "limits").read_text(), re.M)
    mask = re.search(r"^Umask:\s+(\d+)", (place / "status").read_text(), re.M)
    assert core is not None
    assert mask is not None
    # what is not dumpable belongs to root there, whoever runs it
    owner = (place / "environ").stat()
    return {"core": core.groups(), "mask": mask[1], "closed": (owner.st_uid, owner.st_gid) == (0, 0)}


CLOSED = {"core": ("0", "0"), "mask": "0077", "closed": True}


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that begins open."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*OTHER_GROUP, *command], stdin=subprocess.PIPE, stdout=said, stderr=said, env=environment, umask=0o022
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(LIMIT)
        assert process.stdin is not None
        process.stdin.close()


def until(true: Callable[[], object], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + LIMIT
    while not true():
        assert process.poll() is None, log.read_text("utf-8", errors="replace")
        assert time.monotonic() < deadline, log.read_text("utf-8", errors="replace")
        time.sleep(0.05)


def below(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(word) for task in tasks for word in (task / "children").read_text().split()]


@pytest.fixture
def environment(standing):
    return {**standing.environment, "QT_QPA_PLATFORM": "offscreen", "QT_QUICK_BACKEND": "software"}


def test_terminal_and_sync_process_are_closed_and_a_plain_process_beside_them_is_open(another, environment, tmp_path):
    assert resource.getrlimit(resource.RLIMIT_CORE)[1] != 0, "started without core dumps, nothing can be told"
    hall = another()
    poke, log = hall.data / "sync.sock", tmp_path / "log"
    kiosk = [hall.program("kiosk")]
    with running(
        [sys.executable, "-c", "import sys; print('up', flush=True); sys.stdin.read()"], environment, log
    ) as one:
        until(lambda: b"up" in log.read_bytes(), one, log)
        plain = look(one.pid)
    assert plain["core"][1] != "0"
    assert (plain["mask"], plain["closed"]) == ("0022", False)
    with running([*kiosk, "sync", "run", "--data", str(hall.data)], environment, log) as sync:
        until(poke.exists, sync, log)
        assert look(sync.pid) == CLOSED
    fonts = ("--fonts", str(development_directory()))
    with running([*kiosk, "run", "--data", str(hall.data), *fonts, "--window"], environment, log) as terminal:
        until(poke.exists, terminal, log)
        assert look(terminal.pid) == CLOSED
        children = below(terminal.pid)
        assert children
        assert [look(pid) for pid in children] == [CLOSED] * len(children)


def test_the_papers_process_alone_is_closed(another, environment, tmp_path):
    hall = another()
    log = tmp_path / "log"
    command = papers_command(
        hall.data / "keys" / "seal", hall.data / "trust" / "centre.json", development_directory(), tpm=""
    )
    with running(list(command), environment, log) as papers:
        # it writes no files: the mask is whose it was started by
        until(lambda: {**look(papers.pid), "mask": CLOSED["mask"]} == CLOSED, papers, log)


@pytest.mark.parametrize(
    "words",
    [
        ("provision", "--terminal", "T001", "--gateway", "http://127.0.0.1", "--code", "AB", "--allow-key-files"),
        ("enrol", "--code", "AB"),
        ("journal", "export"),
        ("journal", "rekey"),
        ("journal", "verify"),
        ("keys", "reseal"),
        ("settings",),
        ("sync", "now"),
        ("sync", "status"),
        ("wipe", "--yes"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_every_command_that_opens_keys_closes_itself_before_it_reads_anything(tmp_path, words):
    """What it reads first is a pipe with nobody at its other end: there it waits, and can be looked at."""
    first = tmp_path / ("trust/centre.json" if words[0] == "provision" else "terminal.toml")
    first.parent.mkdir(exist_ok=True)
    os.mkfifo(first)
    kiosk = str(Path(sys.executable).with_name("kiosk"))
    log = tmp_path / "log"
    with running([kiosk, *words, "--data", str(tmp_path)], dict(os.environ), log) as command:
        until(lambda: look(command.pid) == CLOSED, command, log)
