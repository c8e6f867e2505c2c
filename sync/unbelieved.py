"""Files of a terminal that are there and are not believed: damaged, or of another hand. What they said counts no more.

Each is brought anew by the next word from the centre; until then the terminal knows less than it seems to: no trusted
bound of the time, no list of what was taken back, no data of the people.
"""

from __future__ import annotations

from pathlib import Path

from offline_store.errors import StoreError
from offline_store.snapshot.generations import POINTER, read_pointer
from sync.passes import SNAPSHOT_FOLDER
from sync.protocol.enrolment import Trust
from sync.trust import FOLDER, REVOCATIONS, TERMINAL_REVOCATIONS, RevocationFile, TerminalRevocationFile
from sync.trusted_time import FILE, TrustedTime


def unbelieved(data_dir: Path, trust: Trust) -> tuple[str, ...]:
    """Paths within the data directory."""
    believed = {
        f"{FOLDER}/{FILE}": TrustedTime(data_dir, trust).bound() is not None,
        f"{FOLDER}/{REVOCATIONS}": RevocationFile(data_dir, trust).current() is not None,
        f"{FOLDER}/{TERMINAL_REVOCATIONS}": TerminalRevocationFile(data_dir, trust).current() is not None,
        f"{SNAPSHOT_FOLDER}/{POINTER}": _points(data_dir / SNAPSHOT_FOLDER),
    }
    return tuple(path for path, good in believed.items() if not good and _is_there(data_dir / path))


def _is_there(path: Path) -> bool:
    """Also one that the disk does not give."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def _points(folder: Path) -> bool:
    try:
        return read_pointer(folder) is not None
    except StoreError:
        return False
