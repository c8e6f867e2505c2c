"""Cases and results on SQLite."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from offline_store.chain import ChainEntry
from sync.gateway.case_store import OpenedCase, StoredResult
from sync.gateway.sqlite_database import Database

_LONGEST: Final = 64
"""As long as a word in a result may be."""


def _number(entry: ChainEntry, item: str, octets: int) -> str:
    """Out of the entry itself, so that a store restored from a backup gives the same number again."""
    own = f"-{entry.at[:10].replace('-', '')}-{entry.hash[:octets].hex()}"
    return item[: _LONGEST - len(own)] + own


class SqliteCases:
    """`CaseStore`, and the one place where a result gets its n."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, entry: ChainEntry, item: str, at: str) -> str:
        place = (entry.terminal, entry.epoch, entry.seq)
        row = self._database.one("SELECT received_at FROM chain WHERE terminal = ? AND epoch = ? AND seq = ?", *place)
        # whoever has a terminal's key can make two hashes begin alike: the second's number has more of it
        few, many = (_number(entry, item, octets) for octets in (5, 17))
        number = few if self.case(few) is None else many
        self._database.run(
            "INSERT INTO opened_case VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            (number, *place, item, entry.at, row[0] if row else at, at),
        )
        return number

    def case(self, number: str) -> OpenedCase | None:
        row = self._database.one(
            "SELECT number, terminal, epoch, seq, item, submitted_at, received_at, opened_at, decision, decided_at"
            " FROM opened_case WHERE number = ?",
            number,
        )
        return OpenedCase(*row) if row else None

    def decide(self, case: OpenedCase, decision: str, at: str) -> int:
        self._database.run(
            "UPDATE opened_case SET decision = ?, decided_at = ? WHERE number = ?", (decision, at, case.number)
        )
        told = StoredResult(0, case.epoch, case.seq, b"", "accepted", None, at, case.number, decision, None)
        return self.add_result(told, case.terminal)

    def last_decision(self, case: OpenedCase) -> int | None:
        row = self._database.one(
            "SELECT max(n) FROM result WHERE terminal = ? AND epoch = ? AND seq = ? AND decision IS NOT NULL",
            case.terminal, case.epoch, case.seq,
        )  # fmt: skip
        return int(row[0]) if row and row[0] is not None else None

    def result(self, terminal: str, n: int) -> StoredResult | None:
        row = self._database.one(
            "SELECT r.n, r.epoch, r.seq, c.hash, r.state, r.reason, r.processed_at, r.case_number, r.decision,"
            " r.correction FROM result r JOIN chain c USING (terminal, epoch, seq) WHERE r.terminal = ? AND r.n = ?",
            terminal,
            n,
        )
        return StoredResult(*row) if row else None

    def correct(
        self,
        terminal: str,
        wrong: StoredResult,
        state: Literal["accepted", "refused"],
        reason: str | None,
        at: str,
        *,
        decision: str | None = None,
    ) -> int:
        right = replace(wrong, state=state, reason=reason, processed_at=at, correction=wrong.n)
        if decision is not None:
            right = replace(right, decision=decision)
            self._database.run(
                "UPDATE opened_case SET decision = ?, decided_at = ? WHERE number = ?",
                (decision, at, wrong.case_number),
            )
        return self.add_result(right, terminal)

    def add_result(self, result: StoredResult, terminal: str) -> int:
        """Write a result under the terminal's next n, whatever n it came with; answers that."""
        row = self._database.one("SELECT coalesce(max(n), 0) + 1 FROM result WHERE terminal = ?", terminal)
        n = int(row[0]) if row else 1
        r = result
        self._database.run(
            "INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                terminal, n, r.epoch, r.seq, r.state, r.reason, r.processed_at, r.case_number, r.decision,
                r.correction,
            ),
        )  # fmt: skip
        return n
