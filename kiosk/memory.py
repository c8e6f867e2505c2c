"""Keeps what a process holds in memory out of files and away from other processes."""

from __future__ import annotations

import ctypes
import resource
from typing import Final

_PR_SET_DUMPABLE: Final = 4


def keep_private() -> None:
    """No core dump, and no other process of this user may look in (ptrace(2), /proc/PID/mem)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # prctl(2): the limit alone does not stop a system that pipes core dumps to a program
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
