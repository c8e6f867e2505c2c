"""The power fails in the middle of a busy day: nothing that was acknowledged is gone, and the terminal goes on.

The day is recorded once by what it asks of the system (recorder.c); then the power fails after any of its calls, with
what was not synced dropped, torn or out of order.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from cuts.check import Figures, cut_at
from cuts.log import Event, read_log

SOAK = Path(__file__).resolve().parents[2] / "build" / "soak.json"
PREFIXES, SOAK_PREFIXES = 30, 500

Record = Callable[..., Path]


def a_day(record: Record, tmp_path: Path, seed: int) -> list[Event]:
    folder = tmp_path / f"data-{seed}"
    log = record("busy.py", folder, str(seed))
    return list(read_log(log, folder))


def chosen(events: list[Event], count: int, seed: int) -> list[int]:
    """Half of the cuts come right behind an answer, when everything depends on its sync; half come anywhere."""
    chance = Random(seed)
    answered = [number + 1 for number, event in enumerate(events) if event.what == "A"]
    return chance.choices(answered, k=count // 2) + chance.choices(range(1, len(events) + 1), k=count - count // 2)


def test_the_recorder_sees_writes_syncs_names_and_answers(record: Record, tmp_path: Path) -> None:
    events = a_day(record, tmp_path, 1)
    kinds = {event.what for event in events}
    assert kinds >= {"W", "S", "T", "C", "N", "U", "A"}
    database = [event for event in events if event.what == "C" and event.first.endswith("journal.db-wal")]
    assert database
    # no entry is acknowledged before the log was written and, after that, synced
    logs = {event.inode for event in events if event.what == "C" and event.first.endswith("-wal")}
    known: set[bytes] = set()
    between: list[str] = []
    for event in events:
        if event.inode in logs and event.what in "WS":
            between.append(event.what)
        elif event.what == "A" and event.data.startswith(b"kept"):
            if event.data not in known and known:
                assert "W" in between
                assert "S" in between[between.index("W") :]
            known.add(event.data)
            between.clear()
    assert len(known) > 50


def test_a_power_cut_after_any_call_of_a_busy_day_loses_nothing_acknowledged(record: Record, tmp_path: Path) -> None:
    events = a_day(record, tmp_path, 20261122)
    figures = cut_at(events, chosen(events, PREFIXES, 20261122), 20261122)
    assert figures.failures == []
    assert figures.cuts == PREFIXES
    # a torn last commit looks like damage and begins a new epoch; most cuts do not
    assert figures.went_on > figures.new_epochs


def test_a_store_that_syncs_too_late_would_be_found(record: Record, tmp_path: Path) -> None:
    events = a_day(record, tmp_path, 2)
    forgetful = [event for event in events if event.what != "S"]
    figures = cut_at(forgetful, chosen(forgetful, 20, 2), 2)
    assert figures.failures


@pytest.mark.soak
def test_five_hundred_power_cuts_and_more_until_time_is_up(
    record: Record, tmp_path: Path, soak_seconds: float, soak_seed: int
) -> None:
    begun = time.monotonic()
    total, rounds = Figures(), 0
    while total.cuts < SOAK_PREFIXES or time.monotonic() - begun < soak_seconds:
        seed = soak_seed + rounds
        events = a_day(record, tmp_path, seed)
        figures = cut_at(events, chosen(events, 125, seed), seed)
        total.cuts += figures.cuts
        total.went_on += figures.went_on
        total.new_epochs += figures.new_epochs
        total.failures += figures.failures
        rounds += 1
    row = {
        "name": "power cuts",
        "seed": soak_seed,
        "days": rounds,
        "cuts": total.cuts,
        "went_on": total.went_on,
        "new_epochs": total.new_epochs,
        "seconds": round(time.monotonic() - begun, 1),
        "failures": total.failures,
    }
    SOAK.parent.mkdir(exist_ok=True)
    with SOAK.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
    assert not total.failures, "\n".join(total.failures)
