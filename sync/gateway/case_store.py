"""What cases, and results after the first, ask of the gateway's store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from offline_store.chain import ChainEntry


@dataclass(frozen=True, slots=True)
class StoredResult:
    """One result for one terminal; `n` rises from 1 for each terminal."""

    n: int
    epoch: int
    seq: int
    hash: bytes
    state: Literal["accepted", "refused"]
    reason: str | None
    processed_at: str
    case_number: str | None
    decision: str | None
    correction: int | None


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case. `submitted_at` is the act's signed time of capture, `received_at` when it reached the centre."""

    number: str
    terminal: str
    epoch: int
    seq: int
    item: str
    submitted_at: str
    received_at: str
    opened_at: str
    decision: str | None
    decided_at: str | None


class CaseStore(Protocol):
    """Called inside the store's `transaction()`."""

    def open(self, entry: ChainEntry, item: str, at: str) -> str:
        """A new case for an act that was received; answers its number: item, day of submission, part of its hash."""

    def case(self, number: str) -> OpenedCase | None: ...
    def decide(self, case: OpenedCase, decision: str, at: str) -> int:
        """Note the first decision and tell the terminal in a further result; answers its n."""

    def last_decision(self, case: OpenedCase) -> int | None:
        """The n of the result that said last how a case was decided."""

    def result(self, terminal: str, n: int) -> StoredResult | None: ...
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
        """A later result that names the one it corrects; answers its n. `decision`: the right one if that is wrong."""
