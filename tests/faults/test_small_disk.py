"""The disk under the journal gets full: no session starts that could not be recorded, and room brings service back."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

DISK = 'mount -t tmpfs -o size=96m none {0} && cp -a {0}.kept/. {0} && exec "$@"'


@pytest.fixture
def small(another):
    """A terminal whose data lie on a disk of 96 MB of its own; `fill` and `free` work on that disk."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare (util-linux) is not installed")
    tried = subprocess.run(
        ["unshare", "-m", "mount", "-t", "tmpfs", "none", tempfile.gettempdir()], capture_output=True, text=True
    )
    if tried.returncode != 0:
        pytest.skip(f"a private mount namespace is not permitted here: {tried.stderr.strip()}")
    hall = another()
    outside = hall.data
    shutil.copytree(outside, f"{outside}.kept")
    hall.start(("unshare", "-m", "sh", "-c", DISK.format(outside), "sh"))
    hall.kiosk.until("C00")
    return hall


def disk(hall):
    """The data directory through the terminal's own mounts."""
    return Path(f"/proc/{hall.kiosk.process.pid}/root{hall.data}")


def kinds(hall):
    """What was recorded, told by a command beside the terminal (SQLite would resolve the path above to the outside)."""
    there = ("nsenter", "-m", "-t", str(hall.kiosk.process.pid), hall.program("kiosk"))
    done = hall.command(*there, "journal", "export", "--data", str(hall.data))
    assert done.returncode == 0, done.stderr
    whole = hall.command(*there, "journal", "verify", "--data", str(hall.data))
    assert whole.returncode == 0, whole.stderr
    return [json.loads(line)["kind"] for line in done.stdout.splitlines()]


def fill(hall, *, leave):
    """Take all room but `leave` bytes, at once."""
    room = os.statvfs(disk(hall))
    with (disk(hall) / "filler").open("wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, max(room.f_bavail * room.f_frsize - leave - 200_000, 1))
        file.seek(0, os.SEEK_END)
        try:
            while not leave:
                file.write(bytes(4096))
        except OSError:
            return


def test_with_too_little_room_no_session_starts_and_the_reason_is_shown(small):
    fill(small, leave=20_000_000)
    out = small.kiosk.until("C99")
    assert out.code == "SY-01"
    assert out.body["reason"] == "本机暂停服务，您的业务未受理"
    small.insert()
    offered = small.kiosk.until("C13")
    assert (offered.code, offered.things) == ("SY-01", {"card": "take"})
    small.happen("remove card")
    small.kiosk.until("C99")
    assert "session-opened" not in kinds(small)
    assert "C05" not in {screen.page for screen in small.kiosk.screens}
    (disk(small) / "filler").unlink()
    small.kiosk.until("C00")
    small.serves_a_person()
    assert small.kiosk.stop() == 0


def greyed(screen):
    return not any(tile["available"] for tile in screen.body["tiles"])


def test_when_nothing_more_can_be_written_in_a_session_nothing_is_shown_that_was_not_recorded(small):
    small.to_menu()
    fill(small, leave=0)
    small.kiosk.tell(choose="SI-02")
    # the disk is looked at once a second: whatever comes first
    refused = small.kiosk.until("C12", "C08", "C07", where=lambda screen: screen.page != "C07" or greyed(screen))
    if refused.page == "C07":
        small.press("finish")
    else:
        assert refused.page == "C12"
        assert (refused.body["kind"], refused.code, refused.body["reference"]) == ("not_done", "SY-01", "")
        small.press("finish")
    assert small.kiosk.until("C13").things == {"card": "take"}
    small.happen("remove card")
    small.kiosk.until("C99")
    (disk(small) / "filler").unlink()
    small.kiosk.until("C00")
    assert "act" not in kinds(small)
    small.serves_a_person()
    # whole, although some of what happened could not be told
    assert "act" in kinds(small)
    assert small.kiosk.stop() == 0
