"""What a process that holds keys or personal data does first: no core dumps, no debugger, files for nobody else.

Memory that the system swaps out is the other way to a disk. A terminal runs without swap; pages are not locked (a
window with its fonts is far over what an ordinary user may lock), so `kiosk diagnose` looks and warns. Keys of the
stores are the exception: SQLCipher locks and wipes its own memory (`cipher_memory_security`).
"""

from __future__ import annotations

import ctypes
import os
import resource

_PR_SET_DUMPABLE = 4


def harden() -> None:
    """No core file ever holds a PIN or a key, no other process of this user may look in; files are for this user."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # prctl(2): also where a pipe takes core dumps, which the limit does not stop; ptrace(2) is refused from then on
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    os.umask(0o077)
