"""A disk as POSIX promises it and no better: what was not synced may be there, torn, out of order, or not at all.

A file's octets are safe from the fsync on that began after they were written; a name is safe from the fsync of its
folder on. Unsynced octets are lost or kept by sectors of 512; unsynced changes of names are kept up to a point in their
order, as a file system with a journal does, and lost from there on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final, TypeAlias

from cuts.log import Event

SECTOR: Final = 512
_NOT_ON_A_DISK: Final = ("-shm", ".sock")


@dataclass
class _File:
    """What is safe, and what was done since: (offset, octets), or (size, None) for a truncation."""

    safe: bytearray = field(default_factory=bytearray)
    since: list[tuple[int, bytes | None]] = field(default_factory=list)


Names: TypeAlias = dict[str, int]


@dataclass
class Disk:
    """The files of one folder, and their names. A file is known by a number of its own: inodes are used again."""

    files: list[_File] = field(default_factory=list)
    at_inode: dict[int, int] = field(default_factory=dict)
    safe_names: Names = field(default_factory=dict)
    name_changes: list[tuple[Event, int]] = field(default_factory=list)

    def do(self, event: Event) -> None:
        """One event more."""
        if event.what in "CDNLU":
            if event.what == "C":
                self.at_inode[event.inode] = len(self.files)
                self.files.append(_File())
            elif event.what == "D":
                self.at_inode.pop(event.inode, None)
            self.name_changes.append((event, self.at_inode.get(event.inode, -1)))
        elif event.what == "W":
            self._file(event).since.append((event.offset, event.data))
        elif event.what == "T":
            self._file(event).since.append((event.offset, None))
        elif event.what == "S":
            self._sync(event)

    def _file(self, event: Event) -> _File:
        return self.files[self.at_inode[event.inode]]

    def _sync(self, event: Event) -> None:
        if event.inode in self.at_inode:
            file = self._file(event)
            for offset, data in file.since:
                _apply(file.safe, offset, data)
            file.since.clear()
            return
        # a folder: its own names are safe, with everything that was done to names before them
        last = max((n for n, (change, _) in enumerate(self.name_changes) if _in(change, event.first)), default=-1)
        for change in self.name_changes[: last + 1]:
            _rename(self.safe_names, *change)
        del self.name_changes[: last + 1]

    def after_a_cut(self, chance: Random) -> dict[str, bytes]:
        """One of the folders that a power cut now may leave: names below the folder, and octets."""
        names = dict(self.safe_names)
        # none and all are what mostly happens
        kept = chance.choice((0, len(self.name_changes), chance.randint(0, len(self.name_changes))))
        for change in self.name_changes[:kept]:
            _rename(names, *change)
        whim = chance.choice(("nothing", "everything", "a beginning", "torn", "out of order"))
        left: dict[str, bytes] = {}
        for name, file in names.items():
            if not name.endswith(_NOT_ON_A_DISK):
                left[name] = _left(self.files[file], whim, chance)
        return left


def _left(file: _File, whim: str, chance: Random) -> bytes:
    content = bytearray(file.safe)
    beginning = chance.randint(0, len(file.since))
    for number, (offset, data) in enumerate(file.since):
        if whim == "nothing" or (whim == "a beginning" and number > beginning):
            break
        if whim == "out of order" and chance.random() < 0.5:
            continue
        at_the_edge = whim == "a beginning" and number == beginning
        if data is not None and (whim == "torn" or at_the_edge):
            _torn(content, offset, data, chance)
        else:
            _apply(content, offset, data)
    return bytes(content)


def _torn(content: bytearray, offset: int, data: bytes, chance: Random) -> None:
    """Some sectors of one write arrive; those that do not keep what was there."""
    begin = offset
    while begin < offset + len(data):
        end = min((begin // SECTOR + 1) * SECTOR, offset + len(data))
        if chance.random() < 0.5:
            _apply(content, begin, data[begin - offset : end - offset])
        begin = end


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        content.extend(bytes(offset - len(content)))
        return
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


def _rename(names: Names, change: Event, file: int) -> None:
    if change.what == "C":
        names[change.first] = file
    elif change.what == "U":
        names.pop(change.first, None)
    elif change.what == "L" and change.first in names:
        names[change.second] = names[change.first]
    elif change.what == "N" and change.first in names:
        names[change.second] = names.pop(change.first)


def _in(change: Event, folder: str) -> bool:
    """Whether a change is one of the names that a folder holds itself."""
    return folder in {str(Path(name).parent) if "/" in name else "" for name in (change.first, change.second) if name}


def lay_out(left: dict[str, bytes], folder: Path) -> None:
    """Write it into a new folder; the machine was switched on anew."""
    for name, content in left.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # the mark of an open journal holds the boot's id, which changes when the machine was off
        path.write_bytes(b"another boot\n" if name == "journal.open" and content else content)
        path.chmod(0o600)
