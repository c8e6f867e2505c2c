"""kill -9 at any moment: what was acknowledged is there, in order, and the chain is whole."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from offline_store.journal import Limits, Opened, open_journal

KEY = bytes(range(32))


def opened(folder: Path) -> Opened:
    outcome = open_journal(
        folder,
        terminal="T-0001",
        key=KEY,
        sign=lambda statement: b"signature",
        seal=lambda plain, info: plain[::-1],
        now=lambda: datetime.now(UTC),
        limits=Limits(free_bytes=0),
    )
    assert isinstance(outcome, Opened)
    return outcome


@pytest.mark.parametrize("sync", ["absent", "survives", "killed too"])
def test_nothing_acknowledged_is_lost_by_ten_kills(tmp_path: Path, start: Any, sync: str) -> None:
    chance = random.Random(20261122)
    folder = tmp_path / "data"
    acknowledged: dict[int, str] = {}
    beside: Any = None
    kills = 5 if sync == "survives" else 10
    for _ in range(kills):
        process = start("terminal.py", folder)
        lines = [process.stdout.readline() for _ in range(chance.randrange(1, 60))]
        if sync != "absent" and beside is None:
            beside = start("terminal.py", folder, "sync")
            assert beside.stdout.readline() == "ready\n"
        time.sleep(chance.random() / 50)
        process.kill()
        lines += process.stdout.readlines()
        assert process.wait() == -9, process.stderr.read()
        for line in lines:
            # the last line may be cut off by the kill: then it was not said
            if line.endswith("\n"):
                epoch, seq, digest = line.split()
                assert epoch == "1"
                assert int(seq) not in acknowledged
                acknowledged[int(seq)] = digest
        if sync == "killed too":
            beside = killed(beside)
    if beside is not None:
        killed(beside)
    outcome = opened(folder)
    assert outcome.how == "checked-after-unclean-stop"
    journal = outcome.journal
    assert journal.verify().whole
    kept = {entry.seq: entry.hash.hex() for entry in journal.entries()}
    assert {seq: kept.get(seq) for seq in acknowledged} == acknowledged
    # one entry more at most for each kill: committed, but its word did not get out
    assert len(kept) - 1 - len(acknowledged) <= kills
    if sync == "survives":
        assert journal.delivery_of(1, 2).state == "received"  # type: ignore[union-attr]
    journal.close()


def killed(sync: Any) -> None:
    assert sync.poll() is None, sync.stderr.read()
    sync.kill()
    sync.wait()
