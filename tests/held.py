"""What a process holds, as its kernel counts it: for the runs that put in one card after the other."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Held:
    """Open handles, threads, and bytes in memory."""

    handles: int
    threads: int
    resident: int

    @classmethod
    def by(cls, pid: int) -> Held:
        """Of a process of this machine, now."""
        process = Path(f"/proc/{pid}")
        pages = int((process / "statm").read_text().split()[1])
        return cls(
            len(os.listdir(process / "fd")), len(os.listdir(process / "task")), pages * os.sysconf("SC_PAGESIZE")
        )
