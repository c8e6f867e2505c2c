"""Writes a recording while it happens, line by line, so that a killed station leaves all but the last moment."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from pydantic import BaseModel

from hardware_sim.recording.file import Done, End, Header, Passed
from hardware_sim.recording.wire_log import HAND, Entry


class Recorder:
    """One file. Raises FileExistsError for a file that is there, other OSErrors as they come."""

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self.lines = 0
        self._file: IO[str] = path.open("x", encoding="utf-8", buffering=1)
        path.chmod(0o600)
        self._write(header)

    def take(self, entry: Entry) -> None:
        """One entry of the wire log."""
        at = round(entry.at, 6)
        if entry.direction == HAND:
            self._write(Done(at=at, do=entry.piece.en))
        else:
            self._write(
                Passed.model_validate(
                    {
                        "at": at,
                        "device": entry.device,
                        "direction": entry.direction,
                        "hex": entry.piece.data.hex().upper(),
                        "zh": entry.piece.zh,
                        "en": entry.piece.en,
                    }
                )
            )
        self.lines += 1

    def end(self, at: float) -> None:
        self._write(End(end=round(at, 6)))
        self._file.close()

    def _write(self, line: BaseModel) -> None:
        self._file.write(f"{line.model_dump_json()}\n")
