"""The invented population as a core system would know it: read from the gateway's draft, one person at a time.

The draft is one packed file without an index. It is read through for each person who is asked for (a second for ten
thousand people) and a few are kept; a real core system has a database instead.
"""

from __future__ import annotations

import gzip
import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from offline_store.schema import PersonRow, SnapshotRow, from_record
from sync.gateway.connectors.core_system import CoreUnavailable

_CHUNK: Final = 1 << 20
_KEPT: Final = 16


class DraftPeople:
    """People out of the file at `path`, which may be replaced at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_from: tuple[int, int] = (0, 0)
        self._kept: OrderedDict[str, tuple[SnapshotRow, ...]] = OrderedDict()

    def rows_of(self, id_number: str) -> tuple[SnapshotRow, ...]:
        """Every row of one person; none for a person not known. Raises CoreUnavailable when there is no population."""
        self._forget_if_replaced()
        if id_number not in self._kept:
            needle = b'"id_number":' + json.dumps(id_number).encode()
            self._kept[id_number] = tuple(from_record(json.loads(line)) for line in self._lines(needle))
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept[id_number]

    def first(self, fits: Callable[[PersonRow], bool]) -> PersonRow | None:
        """The first person who fits. Raises CoreUnavailable when there is no population."""
        self._forget_if_replaced()
        for line in self._lines(b'"table":"person"'):
            row = from_record(json.loads(line))
            if isinstance(row, PersonRow) and fits(row):
                return row
        return None

    def _forget_if_replaced(self) -> None:
        try:
            facts = self._path.stat()
        except OSError:
            raise CoreUnavailable("there is no population: run kiosk-gateway population") from None
        if (facts.st_ino, facts.st_mtime_ns) != self._read_from:
            self._read_from = (facts.st_ino, facts.st_mtime_ns)
            self._kept.clear()

    def _lines(self, needle: bytes) -> Iterator[bytes]:
        rest = b""
        with gzip.open(self._path, "rb") as file:
            while chunk := file.read(_CHUNK):
                block, newline, rest = (rest + chunk).rpartition(b"\n")
                block += newline
                at = block.find(needle)
                while at >= 0:
                    end = block.index(b"\n", at)
                    yield block[block.rfind(b"\n", 0, at) + 1 : end]
                    at = block.find(needle, end)
