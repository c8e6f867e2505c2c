"""What `kiosk run` keeps running beside itself is started again when it ends, and ends with it."""

from __future__ import annotations

import os
import sys
import time

from kiosk.app.children import Child


def test_a_child_that_ends_with_a_fault_is_started_again_and_then_left_alone(tmp_path):
    starts = tmp_path / "starts"
    program = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); sys.exit(3)"
    child = Child([sys.executable, "-c", program, str(starts)])
    child.start()
    try:
        deadline = time.monotonic() + 60
        while not starts.exists() or len(starts.read_text().splitlines()) < 2:
            assert time.monotonic() < deadline, "it was not started again"
            time.sleep(0.05)
    finally:
        child.stop()
    pids = starts.read_text().splitlines()
    assert len(set(pids)) == len(pids)
    assert not any(os.path.exists(f"/proc/{pid}") for pid in pids)
