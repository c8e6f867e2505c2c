"""The head file: where the chain stood after the last session, outside the database.

A flipped bit in a SQLite WAL silently drops committed rows, and no page cipher finds an old file put back. This file
says what must be there at least. It is written with fsync after each session, and also tells a wrong key from a
damaged database (`key_check`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from offline_store.chain import Position
from offline_store.checked_line import read_line, write_line

_Hex32 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True)
class HeadRecord:
    """``position``: last entry. ``count``: rows in the chain table. ``key_check``: of the store key."""

    terminal: str
    position: Position
    count: int
    key_check: str


@dataclass(frozen=True, slots=True)
class HeadDamaged:
    """There is a head file, but its content is not what was written."""


class _Line(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    format: Literal[1]
    terminal: str
    epoch: Annotated[int, Field(ge=1)]
    seq: Annotated[int, Field(ge=1)]
    count: Annotated[int, Field(ge=1)]
    hash: _Hex32
    key_check: str


def write_head(path: Path, head: HeadRecord) -> None:
    """Replace the head file durably. Raises StoreFull, StoreRefused; then the old one stays."""
    line = _Line(
        format=1,
        terminal=head.terminal,
        epoch=head.position.epoch,
        seq=head.position.seq,
        count=head.count,
        hash=head.position.hash.hex(),
        key_check=head.key_check,
    ).model_dump_json()
    write_line(path, line)


def read_head(path: Path) -> HeadRecord | HeadDamaged | None:
    """The head file; None when there is none. Raises StoreRefused when the disk does not let it be read."""
    try:
        line = read_line(path)
        if line is None:
            return None
        fields = _Line.model_validate(json.loads(line))
    except (ValueError, ValidationError):
        return HeadDamaged()
    position = Position(fields.epoch, fields.seq, bytes.fromhex(fields.hash))
    return HeadRecord(fields.terminal, position, fields.count, fields.key_check)
