"""The journals that were moved aside in a data directory, as the salvage job and an order to wipe want them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from offline_store.errors import WrongKey
from offline_store.journal import Position, Salvaged, Uploaded, salvage, salvage_done, uploaded, waiting_salvage
from offline_store.keys import KeyBuffer


@dataclass(frozen=True, slots=True)
class MovedAside:
    """`sync.client.salvage.SalvagePort` on a data directory, which remembers what it could not open."""

    folder: Path
    key: KeyBuffer
    _unreadable: set[Path] = field(default_factory=set)

    def waiting(self) -> tuple[Path, ...]:
        return waiting_salvage(self.folder)

    def can_be_sent(self) -> bool:
        """Whether one waits of which something may still be read."""
        return not self._unreadable.issuperset(self.waiting())

    def cannot_be_sent(self) -> tuple[str, ...]:
        """Names of those that wait and were found to be under a key that is gone."""
        return tuple(place.name for place in self.waiting() if place in self._unreadable)

    def read(self, moved_aside: Path) -> Salvaged:
        try:
            return salvage(moved_aside, key=self.key.material)
        except WrongKey:
            self._unreadable.add(moved_aside)
            raise

    def uploaded(self) -> tuple[Uploaded, ...]:
        return uploaded(self.folder)

    def done(
        self, moved_aside: Path, at: str, *, complete: bool, generation: int = 0, head: Position | None = None
    ) -> None:
        salvage_done(moved_aside, at, complete=complete, generation=generation, head=head)
