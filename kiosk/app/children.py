"""Child processes that `kiosk run` supervises itself: started, started again with growing pauses, ended with it."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import threading
from collections.abc import Sequence

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
GRACE = 10.0
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """In a child, before it runs: end when the parent does, however that happens (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One command kept running."""

    def __init__(self, command: Sequence[str]) -> None:
        """`command` is a list of arguments; no shell."""
        self._command = list(command)
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name=f"child {self._command[1:3]}", daemon=True)

    def start(self) -> None:
        """Start and watch it."""
        self._thread.start()

    def stop(self) -> None:
        """SIGTERM, then SIGKILL after a grace; wait for the end."""
        self._stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._thread.join()

    def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            self._process = subprocess.Popen(  # noqa: S603 our own commands, an argument list
                self._command, preexec_fn=die_with_parent, stdin=subprocess.DEVNULL
            )
            if self._stopping.is_set():
                self._process.terminate()
            self._process.wait()
            if self._stopping.wait(pause):
                return
            pause = min(pause * 2, LONGEST_PAUSE)
