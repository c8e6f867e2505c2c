"""What a wal-index (the -shm file) says was committed last. Pure: bytes in, a value out.

SQLite writes it when the frames of a transaction are synced and before the commit returns. While the machine was not
switched off since, it tells a frame that may have been acknowledged from the leavings of a killed process, which can
look alike: a process killed in its fsync leaves whole frames with a commit mark, the next writer begins to overwrite
them (20 of 455 kills beside a second writer left such a WAL).

Layout: sqlite.org/walformat.html section 2.1: 48 bytes in the machine's byte order, twice.
"""

from __future__ import annotations

import struct
import sys
from typing import Final

from offline_store.journal.wal import Committed, checksum_of

_COPY: Final = struct.Struct("=12x 2BH 2I 2I 8s 2I")
_SUMMED_BYTES: Final = _COPY.size - 8
_NATIVE: Final = "<" if sys.byteorder == "little" else ">"


def last_committed(shm: bytes) -> Committed | None:
    """The end of the last transaction that closed; None when the two copies differ or are not whole."""
    first, second = shm[: _COPY.size], shm[_COPY.size : 2 * _COPY.size]
    if len(second) < _COPY.size or first != second:
        return None
    initialised, _, _, frames, _, sum_1, sum_2, salts, own_1, own_2 = _COPY.unpack(first)
    if not initialised or checksum_of(first[:_SUMMED_BYTES], _NATIVE) != (own_1, own_2):
        return None
    # the salts are copied from the WAL's header as they stand there
    salt_1, salt_2 = struct.unpack(">2I", salts)
    return Committed(frames, (salt_1, salt_2), (sum_1, sum_2))
