"""The journal as somebody else reads it, entry by entry, while the terminal writes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from offline_store.chain import GENESIS, ChainEntry, verify_run
from offline_store.journal import JournalReader


class BrokenError(AssertionError):
    """A promise was not kept."""


class Chain:
    """The journal as somebody else reads it: every entry once, verified as it comes, prints by job."""

    def __init__(self, open_reader: Callable[[], JournalReader]) -> None:
        self._reader = open_reader()
        self.entries: list[ChainEntry] = []
        self._forgotten = 0
        self.headers: list[Mapping[str, Any]] = []
        self.jobs: dict[str, list[str]] = {}
        self.job_headers: dict[str, Mapping[str, Any]] = {}
        self.issued: dict[str, int] = {}

    def catch_up(self) -> list[Mapping[str, Any]]:
        """The headers of what is new on disk; each link and hash is checked."""
        known = self._forgotten + len(self.entries)
        new = list(self._reader.entries(after=known))
        if not new:
            return []
        prev = self.entries[-1].hash if self.entries else GENESIS
        run = verify_run(new, prev, known + 1)
        if not run.whole:
            raise BrokenError(f"the chain is not whole: {run.findings}")
        headers: list[Mapping[str, Any]] = [json.loads(entry.header) for entry in new]
        for entry, header in zip(new, headers, strict=True):
            if entry.kind == "print":
                self.jobs.setdefault(str(header["job"]), []).append(str(header["state"]))
                self.job_headers.setdefault(str(header["job"]), header)
            if entry.kind == "certificate-issued":
                if str(header["number"]) in self.issued:
                    raise BrokenError(f"certificate {header['number']} was issued twice")
                self.issued[str(header["number"])] = entry.seq
        self.entries += new
        self.headers += headers
        return headers

    def act(self, seq: int) -> Mapping[str, Any] | None:
        """The header of the act at this number; None if there is none."""
        place = seq - 1 - self._forgotten
        if not 0 <= place < len(self.entries) or self.entries[place].kind != "act":
            return None
        return self.headers[place]

    def forget(self) -> None:
        """Keep the last entry alone: a run that counts memory must not count its own books."""
        self._forgotten += len(self.entries[:-1])
        del self.entries[:-1], self.headers[:-1]

    def close(self) -> None:
        self._reader.close()
