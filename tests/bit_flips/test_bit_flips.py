"""One bit of a journal's files turns over: it is noticed, or it changed nothing; there are never fewer rows in silence.

After a power cut (no wal-index) each of `.db`, `-wal` and head file; beside a few in the ordinary run the soak has a
thousand each.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from offline_store.errors import StoreError
from offline_store.journal import Limits, NewEpoch, OpenOutcome, open_journal, salvage

SOAK = Path(__file__).resolve().parents[2] / "build" / "soak.json"
KEY = bytes(range(32))
FILES = ("journal.db", "journal.db-wal", "journal.head")
FEW, PROMISED = 60, 1000


@pytest.fixture
def in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder whose syncs cost nothing: what is looked for here does not depend on them."""
    memory = Path("/dev/shm")  # noqa: S108 - where there is one
    if not memory.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def opened(folder: Path) -> OpenOutcome:
    return open_journal(
        folder,
        terminal="T-0001",
        key=KEY,
        sign=lambda statement: bytes(64),
        seal=lambda plain, info: plain[::-1],
        now=lambda: datetime(2026, 11, 22, tzinfo=UTC),
        limits=Limits(free_bytes=0),
    )


def cut_off(folder: Path) -> tuple[dict[str, bytes], list[bytes]]:
    """The files after a power cut with entries in the log, and every entry's hash."""
    journal = opened(folder).journal
    for number in range(40):
        journal.append("act", {"number": number}, bytes(number * 20))
    journal.close_session()
    for number in range(12):
        journal.append("act", {"late": number}, bytes(number * 50))
    hashes = [entry.hash for entry in journal.entries()]
    content = {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}
    journal.abandon()
    content["journal.open"] = b"another boot\n"
    return content, hashes


def end_of(folder: Path, content: dict[str, bytes], hashes: list[bytes], name: str, bit: int) -> str:
    """How a start ends with that bit turned over: "harmless", "repaired", "all salvaged" or "loss told"."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    damaged = bytearray(content[name])
    damaged[bit // 8] ^= 1 << bit % 8
    for file, octets in {**content, name: bytes(damaged)}.items():
        (folder / file).write_bytes(octets)
    try:
        outcome = opened(folder)
    except StoreError as error:
        return f"refused: {type(error).__name__}"
    journal: Any = outcome.journal
    try:
        if not isinstance(outcome, NewEpoch):
            assert [entry.hash for entry in journal.entries()] == hashes, "fewer rows in silence"
            return "repaired" if outcome.how == "head-file-repaired" else "harmless"
        assert outcome.moved_aside is not None
        salvaged = salvage(outcome.moved_aside, key=KEY)
        whole = salvaged.read == len(hashes) and not salvaged.findings and not salvaged.lost_bodies
        told = outcome.last_known_head is not None and not salvaged.complete
        assert whole or told, "salvage says complete, and it is not"
        known = {item.entry.hash for item in salvaged.undelivered}
        assert known <= set(hashes)
        return "all salvaged" if whole else "loss told"
    finally:
        journal.abandon()


def flipped(folder: Path, name: str, count: int, seed: int) -> Iterator[tuple[int, str]]:
    content, hashes = cut_off(folder)
    chance = Random(f"{seed} {name}")
    for _ in range(count):
        bit = chance.randrange(len(content[name]) * 8)
        yield bit, end_of(folder, content, hashes, name, bit)


def fits(name: str, end: str) -> bool:
    """Whether damage of that file may end so. No start is refused, and the head file's damage costs nothing."""
    return end == "repaired" if name == "journal.head" else not end.startswith("refused")


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_is_noticed_or_harmless(in_memory: Path, name: str) -> None:
    ends = Counter(end for _, end in flipped(in_memory / "data", name, FEW, 20261122))
    assert sum(ends.values()) == FEW
    assert [end for end in ends if not fits(name, end)] == []
    if name != "journal.head":
        # a damaged store is never the one that goes on
        assert ends["all salvaged"] + ends["loss told"] > FEW // 2


@pytest.mark.soak
def test_a_thousand_flipped_bits_of_each_file(in_memory: Path, soak_seconds: float, soak_seed: int) -> None:
    begun = time.monotonic()
    flips: dict[str, Counter[str]] = {}
    failures: list[str] = []
    for name in FILES:
        found = flips.setdefault(name, Counter())
        seed = soak_seed
        until = time.monotonic() + soak_seconds / len(FILES)
        while sum(found.values()) < PROMISED or time.monotonic() < until:
            try:
                for _, end in flipped(in_memory / f"{name}-{seed}", name, PROMISED, seed):
                    found[end] += 1
            except AssertionError as failure:
                failures.append(f"{name}, seed {seed}: {str(failure).splitlines()[0]}")
                break
            seed += 1
        failures += [f"{name}: {ends} starts ended so: {end}" for end, ends in found.items() if not fits(name, end)]
        if name != "journal.head" and found["all salvaged"] < found.total() // 4:
            failures.append(f"{name}: little came back: {dict(found)}")
    row = {
        "name": "bit flips",
        "seed": soak_seed,
        "flips": {name: dict(ends) for name, ends in flips.items()},
        "seconds": round(time.monotonic() - begun, 1),
        "failures": failures,
    }
    SOAK.parent.mkdir(exist_ok=True)
    with SOAK.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
    assert not failures, "\n".join(failures)
