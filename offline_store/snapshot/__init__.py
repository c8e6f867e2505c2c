"""The snapshot: what the centre last told about the people of this area; replaceable, encrypted, dated.

The sync process calls `build_generation` and `remove_old_generations`; the terminal opens a session of `Snapshot`.

What must not come in: network, and anything that changes a generation while sessions read it.
"""

from offline_store.snapshot.builder import Built, build_generation
from offline_store.snapshot.generations import mark_damaged, remove_old_generations
from offline_store.snapshot.session import Fact, Snapshot, SnapshotSession

__all__ = [
    "Built",
    "Fact",
    "Snapshot",
    "SnapshotSession",
    "build_generation",
    "mark_damaged",
    "remove_old_generations",
]
