"""What a process that holds keys or personal data does first: no core dumps, files for nobody else."""

from __future__ import annotations

import os
import resource


def harden() -> None:
    """No core file ever holds a PIN or a key; new files are for this user alone."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
