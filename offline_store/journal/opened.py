"""How the journal opened: it goes on, or a new epoch begins."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from offline_store.chain import Position
from offline_store.journal.journal import Journal

HowOpened: TypeAlias = Literal["clean", "checked-after-unclean-stop", "head-file-repaired"]


@dataclass(frozen=True, slots=True)
class Opened:
    """The journal of the last start goes on in its epoch.

    ``how``: "clean", or "checked-after-unclean-stop" (all pages and the whole chain were checked and are whole), or
    "head-file-repaired" (the head file was damaged or missing; the journal was checked whole and it was rewritten).
    """

    journal: Journal
    how: HowOpened


@dataclass(frozen=True, slots=True)
class NewEpoch:
    """A new epoch was opened, and its first entry is on disk.

    ``reason``: "first-start", or why the old journal could not go on. ``last_known_head``: of the epoch before, None
    when there was none. ``moved_aside``: folder with the old files (None when there were none); hand it to `salvage`.
    """

    journal: Journal
    reason: str
    last_known_head: Position | None
    moved_aside: Path | None


OpenOutcome: TypeAlias = Opened | NewEpoch
