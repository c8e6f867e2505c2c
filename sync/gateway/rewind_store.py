"""What the gateway keeps for forks and restores: rows as frozen values, and the part of the store that has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from offline_store.chain import ChainEntry
from sync.protocol.messages import HeldRun


@dataclass(frozen=True, slots=True)
class ForkedEntry:
    """An entry of a branch that lost. `state`: kept until somebody adopts the branch, then accepted or refused."""

    entry: ChainEntry
    sealed: bytes | None = field(repr=False)
    received_at: str
    state: Literal["kept", "accepted", "refused"]
    reason: str | None


class RewindStore(Protocol):
    """Branches and generations; inside a transaction, as all of the store."""

    def keep(self, entry: ChainEntry, sealed: bytes | None, at: str) -> bool:
        """Keep an entry of a branch that lost; False if it is kept already."""

    def keeps(self, terminal: str, epoch: int, seq: int, hash: bytes) -> bool: ...
    def forked(self, terminal: str) -> Sequence[ForkedEntry]:
        """All of a terminal, in order."""

    def settle(
        self,
        entry: ChainEntry,
        state: Literal["accepted", "refused"],
        reason: str | None,
        act: tuple[str, bytes] | None,
        at: str,
    ) -> None:
        """A kept entry was processed; `act`: its type and its content."""

    def fork(self, terminal: str, epoch: int, seq: int, at: str) -> None:
        """Raise the alarm that two disks wrote here: one for each epoch, from the first such number to the last.

        Met again, it is counted and open again.
        """

    def lost(self, terminal: str, epoch: int, first: int, last: int, at: str) -> None:
        """Raise the alarm that these entries are nowhere any more: once of a hole that begins there, until it grows."""

    def runs(self, terminal: str, epoch: int, limit: int) -> Sequence[HeldRun]:
        """The first runs of entries without a gap that the chain holds of an epoch, in order."""

    def generation(self) -> int:
        """The present one; 1 to 2**47."""

    def begin_generation(self, number: int, at: str) -> None:
        """The store goes on, perhaps from a backup: results up to here are the same as before, later ones need not."""

    def common_results(self, terminal: str, generation: int) -> int | None:
        """Up to which n the results are those that this generation gave; None for all: it is the present one."""
