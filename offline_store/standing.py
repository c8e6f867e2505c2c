"""How this terminal stands with the centre: whether it may serve anybody.

The sync process puts the mark when the centre answers that this disk is not the terminal's any more (a fork, a key that
was taken back or replaced); the terminal looks at it and lets no session start. The mark lies in the journal it is
about: a new epoch, which an operator's new code begins, has none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from offline_store import rows
from offline_store.connection import Connection

_MARK: Final = "out-of-service"
FORK: Final = "fork"


@dataclass(frozen=True, slots=True)
class OutOfService:
    """Why: the centre's word ("fork" | "certificate-revoked" | "certificate-superseded" | ...), the entry it was about,
    since when."""

    code: str
    epoch: int | None
    seq: int | None
    since: str


def out_of_service(connection: Connection) -> OutOfService | None:
    """The mark, if there is one."""
    text = rows.meta(connection, _MARK)
    if text is None:
        return None
    found = json.loads(text)
    return OutOfService(found["code"], found["epoch"], found["seq"], found["since"])


def take_out_of_service(connection: Connection, why: OutOfService) -> bool:
    """Put the mark, inside the caller's transaction; False if one stands. A fork takes the place of any other."""
    before = out_of_service(connection)
    if before is not None and (before.code == FORK or why.code != FORK):
        return False
    mark = {"code": why.code, "epoch": why.epoch, "seq": why.seq, "since": why.since}
    rows.set_meta(connection, _MARK, json.dumps(mark, sort_keys=True))
    return True


def put_back_in_service(connection: Connection) -> bool:
    """The centre takes this terminal's word again, inside the caller's transaction. A fork stays: False."""
    before = out_of_service(connection)
    if before is None or before.code == FORK:
        return False
    connection.execute("DELETE FROM meta WHERE key = ?", (_MARK,))
    return True
