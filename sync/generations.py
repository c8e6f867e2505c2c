"""The snapshot's generations on the terminal's disk, as the snapshot job and the heartbeat want them.

One that cannot be read any more, or that another release made, is loaded again under its own number: whatever happens
to the disk, the next run mends it, and no other job waits for that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from offline_store.errors import NoSnapshot, StoreBroken, WrongKey
from offline_store.keys import KeyBuffer
from offline_store.schema import Manifest, SnapshotRow
from offline_store.snapshot import Snapshot, build_generation, mark_damaged, remove_old_generations
from offline_store.snapshot.generations import Pointer, read_pointer


@dataclass(frozen=True, slots=True)
class Generations:
    """The snapshot's folder, as the snapshot job wants it."""

    root: Path
    key: KeyBuffer

    def generation(self) -> int:
        """What a newer one must be above. A damaged one may come again under its own number, but no older one."""
        manifest = self.manifest()
        if manifest is not None:
            return manifest.generation
        pointer = self._pointer()
        return 0 if pointer is None else pointer.generation - 1

    def in_use(self) -> int:
        """0 when there is none that can be read."""
        manifest = self.manifest()
        return 0 if manifest is None else manifest.generation

    def manifest(self) -> Manifest | None:
        try:
            return Snapshot(self.root, self.key.material).manifest()
        except (NoSnapshot, StoreBroken, WrongKey):
            # under another key, too, it can only be loaded again: whether ours is the right one, the journal tells
            return None

    def load(self, manifest: Manifest, rows: Iterable[SnapshotRow]) -> None:
        pointer = self._pointer()
        if pointer is not None and pointer.generation == manifest.generation:
            mark_damaged(self.root)
        build_generation(self.root, self.key.material, manifest, rows)
        remove_old_generations(self.root)

    def _pointer(self) -> Pointer | None:
        try:
            return read_pointer(self.root)
        except NoSnapshot:
            return None
