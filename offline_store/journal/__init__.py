"""The journal: what was promised, in one append-only hash chain, on disk before anybody acts on it.

`open_journal` gives the terminal its writing side or a new epoch, `read_journal` the command line a reading side,
`salvage` what is left of a journal that was moved aside. The sync process has `offline_store.delivery`.

What must not come in: network, devices, screens, and knowledge of what an act means.
"""

from offline_store.chain import Position
from offline_store.journal.aside import Uploaded, delete_uploaded, salvage_done, uploaded, waiting_salvage
from offline_store.journal.cutting import KEPT, LEAST_KEPT
from offline_store.journal.journal import Journal, Limits
from offline_store.journal.opened import NewEpoch, Opened, OpenOutcome
from offline_store.journal.opening import open_journal
from offline_store.journal.outcomes import (
    Cut,
    NoRoom,
    NothingToTruncate,
    PrintJob,
    Room,
    RoomAnswer,
    Salvaged,
    Truncated,
    TruncationOutcome,
    Verified,
)
from offline_store.journal.reader import JournalReader, read_journal
from offline_store.journal.salvage import salvage

__all__ = [
    "KEPT",
    "LEAST_KEPT",
    "Cut",
    "Journal",
    "JournalReader",
    "Limits",
    "NewEpoch",
    "NoRoom",
    "NothingToTruncate",
    "OpenOutcome",
    "Opened",
    "Position",
    "PrintJob",
    "Room",
    "RoomAnswer",
    "Salvaged",
    "Truncated",
    "TruncationOutcome",
    "Uploaded",
    "Verified",
    "delete_uploaded",
    "open_journal",
    "read_journal",
    "salvage",
    "salvage_done",
    "uploaded",
    "waiting_salvage",
]
