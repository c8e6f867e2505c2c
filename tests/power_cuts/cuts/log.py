"""Reads the recorder's log (recorder.c): what was done to a folder, in order."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast

_HEAD: Final = struct.Struct("<cc3H2I2Q")

What: TypeAlias = Literal["W", "T", "S", "C", "D", "N", "L", "U", "A"]
"""Written, truncated, synced, created, folder made, renamed, linked, unlinked, acknowledged."""


@dataclass(frozen=True, slots=True)
class Event:
    """One call. ``first``, ``second``: names below the folder ("" is the folder itself)."""

    what: What
    inode: int
    offset: int
    first: str
    second: str
    data: bytes


def read_log(path: Path, folder: Path) -> Iterator[Event]:
    """All events; raises ValueError when the log is not one."""
    content = path.read_bytes()
    place = 0
    while place < len(content):
        magic, what, first_len, second_len, _, data_len, _, inode, offset = _HEAD.unpack_from(content, place)
        if magic != b"R":
            raise ValueError(f"no event at octet {place} of the log")
        place += _HEAD.size
        parts = []
        for length in (first_len, second_len, data_len):
            parts.append(content[place : place + length])
            place += length
        first, second = (_below(folder, part.decode()) for part in parts[:2])
        yield Event(cast("What", what.decode()), inode, offset, first, second, parts[2])


def _below(folder: Path, path: str) -> str:
    return path.removeprefix(str(folder)).removeprefix("/")
