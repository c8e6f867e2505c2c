"""The power fails at each step of a change of packages: the old generation is in use, or the new one, whole."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from cuts.disk import Disk, lay_out
from cuts.log import Event, read_log
from packages import GENERATIONS, generation

from sync.packages import PackageFolder

Record = Callable[..., Path]
WHIMS = 5


def recorded(record: Record, tmp_path: Path) -> list[Event]:
    folder = tmp_path / "data"
    return list(read_log(record("packages.py", folder), folder))


def broken(events: Sequence[Event], seed: int) -> Iterator[str]:
    """What is wrong after a cut behind any of the calls, each with several whims of the disk."""
    disk, acknowledged = Disk(), 0
    for place, event in enumerate(events, start=1):
        disk.do(event)
        if event.what == "A":
            acknowledged = int(event.data.split()[-1])
        for whim in range(WHIMS):
            with tempfile.TemporaryDirectory(prefix="cut-") as somewhere:
                data = Path(somewhere) / "data"
                data.mkdir(mode=0o700)
                lay_out(disk.after_a_cut(Random(f"{seed} {place} {whim}")), data)
                problem = look(data, acknowledged, and_on=whim == 0)
            if problem:
                yield f"after call {place}, whim {whim}: {problem}"


def look(data: Path, acknowledged: int, *, and_on: bool) -> str:
    folder = PackageFolder(data)
    number = folder.current()
    if number not in (acknowledged, acknowledged + 1):
        return f"generation {number} is in use, {acknowledged} was acknowledged"
    if number:
        wanted, held = generation(number), folder.held()
        if held is None or (held.roots, held.timestamp, held.snapshot, held.targets) != (
            wanted.roots,
            wanted.timestamp,
            wanted.snapshot,
            wanted.targets,
        ):
            return f"the metadata of generation {number} are not whole"
        if any(folder.held_content(sha256) != octets for sha256, octets in wanted.contents.items()):
            return f"a content of generation {number} is not whole"
    if not and_on:
        return ""
    # it goes on from there, whatever the cut left beside it
    kept = folder.keep(generation(number + 1), folder.held())
    return "" if kept and folder.current() == number + 1 and folder.held() is not None else "it does not go on"


def test_a_cut_at_any_step_leaves_the_old_packages_or_the_new_ones(record: Record, tmp_path: Path) -> None:
    events = recorded(record, tmp_path)
    assert sum(event.what == "A" for event in events) == GENERATIONS
    assert list(broken(events, 20261122)) == []


def test_a_change_that_syncs_nothing_would_be_found(record: Record, tmp_path: Path) -> None:
    events = [event for event in recorded(record, tmp_path) if event.what != "S"]
    assert next(broken(events, 1), None) is not None
