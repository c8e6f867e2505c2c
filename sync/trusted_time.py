"""The trusted bound: the latest time that the centre signed for this terminal, on its disk: `trust/time.json`.

The file is the signed statement itself and is verified at each reading, so nobody can put a later time there; and the
bound never goes back. It stands beside the journal, for a journal that is moved aside must not take it along.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from offline_store.durable import write_file
from sync.protocol.enrolment import Trust
from sync.protocol.heartbeat import TimeStatement
from sync.protocol.messages import Malformed, parse
from sync.protocol.statements import Statement, StatementRefused, read_statement
from sync.trust import FOLDER

FILE: Final = "time.json"
_MAX_BYTES: Final = 8192


class TrustedTime:
    """One terminal's bound. Each process reads it for itself; the sync process alone writes."""

    def __init__(self, data_dir: Path, trust: Trust) -> None:
        self._path = data_dir / FOLDER / FILE
        self._terminal = trust.terminal
        self._authority_key = trust.authority_key

    def bound(self) -> datetime | None:
        """The latest signed time seen; None when there is none yet, or none that is genuine."""
        try:
            signed = parse(Statement, self._path.read_bytes()[:_MAX_BYTES])
            said = read_statement("time", TimeStatement, signed, self._authority_key)
        except (OSError, Malformed, StatementRefused):
            return None
        return datetime.fromisoformat(said.time) if said.terminal == self._terminal else None

    def keep(self, signed: Statement, time: datetime) -> bool:
        """Keep a statement that was verified, if it is later than what is kept."""
        before = self.bound()
        if before is not None and time <= before:
            return False
        write_file(self._path, signed.to_wire())
        return True
