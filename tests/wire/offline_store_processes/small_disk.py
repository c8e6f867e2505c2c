"""A terminal whose disk gets full: what it is told, and what is there afterwards. Prints one JSON object."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from offline_store.chain import timestamp
from offline_store.errors import StoreFull
from offline_store.journal import Journal, Limits, open_journal
from offline_store.journal.opened import OpenOutcome
from offline_store.schema import Manifest, PersonRow
from offline_store.snapshot import Snapshot, build_generation

KEY = bytes(range(32))
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def opened(folder: Path) -> OpenOutcome:
    return open_journal(
        folder,
        terminal="T-0001",
        key=KEY,
        sign=lambda statement: b"signature",
        seal=lambda plain, info: plain[::-1],
        now=lambda: NOW,
        limits=Limits(free_bytes=0),
    )


def append_until_full(journal: Journal) -> int:
    for number in range(10_000):
        try:
            journal.append("act", {"number": number}, b"body" * 500)
        except StoreFull:
            return number
    raise SystemExit("the disk was never full")


def fill(path: Path, *, leave: int) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            file.truncate(file.tell() - leave)


def load(folder: Path, generation: int, people: int) -> None:
    rows = [
        PersonRow(f"{number:017}X", "某" * 100, "1", "01", "1990-01-01", "worker", "110105", None)
        for number in range(people)
    ]
    manifest = Manifest(
        generation, timestamp(NOW), timestamp(NOW + timedelta(days=30)), "110105", "centre", {"person": people}
    )
    build_generation(folder / "snapshot", KEY, manifest, rows)


def main(folder: Path) -> dict[str, object]:
    said: dict[str, object] = {}
    journal = opened(folder / "data").journal
    load(folder / "data", 1, 10)
    try:
        load(folder / "data", 2, 20_000)
    except StoreFull as error:
        said["load"] = error.reason
    said["generation"] = Snapshot(folder / "data" / "snapshot", KEY).manifest().generation
    said["generations"] = sorted(path.name for path in (folder / "data" / "snapshot").iterdir())
    fill(folder / "filler", leave=300_000)
    kept = append_until_full(journal)
    fill(folder / "rest", leave=0)
    said["room"] = getattr(journal.room_for_session(), "reason", "room")
    head = (folder / "data" / "journal.head").read_bytes()
    try:
        journal.close_session()
    except StoreFull:
        said["close_session"] = "full"
    said["old head stays"] = (folder / "data" / "journal.head").read_bytes() == head
    said["whole"] = journal.verify().whole
    said["rows match"] = journal.verify().count == kept + 1
    (folder / "filler").unlink()
    (folder / "rest").unlink()
    journal.append("audit", {"step": "room again"})
    journal.close()
    again = opened(folder / "data")
    said["how"] = getattr(again, "how", "new epoch")
    said["kept everything"] = again.journal.verify().count == kept + 2
    said["leftovers"] = sorted(path.name for path in (folder / "data").glob(".*"))
    again.journal.close()
    return said


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
