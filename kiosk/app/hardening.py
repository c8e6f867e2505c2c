"""What a process that holds keys or personal data does first: no core dumps, no debugger, files for nobody else.

Memory that the system swaps out is the other way to a disk. A terminal runs without swap; pages are not locked (a
window with its fonts is far over what an ordinary user may lock), so `kiosk diagnose` looks and warns. Keys of the
stores are the exception: SQLCipher locks and wipes its own memory (`cipher_memory_security`).
"""

from __future__ import annotations

import os

from kiosk.memory import keep_private


def harden() -> None:
    """No core file ever holds a PIN or a key, nobody looks in; new files are for this user alone."""
    keep_private()
    os.umask(0o077)
