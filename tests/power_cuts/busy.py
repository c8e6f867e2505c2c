"""A terminal's busy day under the recorder: sessions with sync beside, a stop and a start, a truncation, more sessions.

``busy.py FOLDER ACKNOWLEDGED SEED``. What the store answered is written to ACKNOWLEDGED as it answers, one line each:
``kept EPOCH SEQ HASH`` and ``cut SEQ`` (entries up to there may be gone from now on).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from offline_store.chain import timestamp
from offline_store.delivery import Delivery
from offline_store.journal import Journal, Limits, Position, Truncated, open_journal
from offline_store.results import ItemResult

KEY = bytes(range(32))
SESSIONS = 18


class Day:
    def __init__(self, folder: Path, acknowledged: int, chance: Random) -> None:
        self.folder = folder
        self.chance = chance
        self.moment = datetime(2026, 11, 22, tzinfo=UTC)
        self._acknowledged = acknowledged
        self.journal = self.opened()

    def now(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment

    def say(self, line: str) -> None:
        os.write(self._acknowledged, line.encode() + b"\n")

    def kept(self, position: Position) -> None:
        self.say(f"kept {position.epoch} {position.seq} {position.hash.hex()}")

    def opened(self) -> Journal:
        journal = open_journal(
            self.folder,
            terminal="T-0001",
            key=KEY,
            sign=lambda statement: bytes(64),
            seal=lambda plain, info: plain[::-1],
            now=self.now,
            random=self.chance.randbytes,
            limits=Limits(free_bytes=0),
        ).journal
        self.kept(journal.head)
        return journal

    def sessions(self, count: int) -> None:
        for number in range(count):
            self.journal.room_for_session()
            self.kept(self.journal.append("session-opened", {"session": f"s{number}"}))
            for act in range(self.chance.randint(1, 5)):
                body = self.chance.randbytes(self.chance.choice((60, 400, 9000)))
                self.kept(self.journal.append("act", {"session": f"s{number}", "number": act}, body))
            self.kept(self.journal.append("session-closed", {"session": f"s{number}"}))
            self.journal.close_session()

    def truncated(self) -> None:
        while True:
            row = self.journal.delivery_of(self.journal.epoch, self.journal.head.seq)
            if row is not None and row.state == "processed":
                break
            time.sleep(0.01)
        self.moment += timedelta(days=400)
        # said before it is asked for: from now on those may be gone
        self.say(f"cut {self.journal.head.seq}")
        outcome = self.journal.truncate(kept=timedelta(days=200), worth=1)
        assert isinstance(outcome, Truncated)
        self.kept(outcome.record)


def terminal(folder: Path, acknowledged: Path, seed: str) -> None:
    handle = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    day = Day(folder, handle, Random(int(seed)))
    sync = subprocess.Popen([sys.executable, __file__, "sync", str(folder)])
    try:
        day.sessions(SESSIONS // 3)
        day.journal.close()
        day.journal = day.opened()
        day.sessions(SESSIONS // 3)
        day.truncated()
        day.sessions(SESSIONS // 3)
        assert sync.poll() is None
    finally:
        sync.kill()
        sync.wait()
    day.journal.close()


def deliver_for_ever(folder: Path) -> None:
    delivery = Delivery(folder, KEY)
    cursor = 0
    while True:
        items = delivery.pending(limit=5, max_bytes=1 << 20)
        if not items:
            time.sleep(0.002)
            continue
        at = timestamp(datetime(2026, 11, 22, tzinfo=UTC))
        last = items[-1].entry
        delivery.attempted(items[0].entry.position, last.position, at)
        delivery.mark_received(last.position, at)
        cursor += 1
        results = [
            ItemResult(item.entry.epoch, item.entry.seq, item.entry.hash, "processed", at, "{}") for item in items
        ]
        delivery.record_results(results, cursor=cursor)
        if cursor % 5 == 0:
            delivery.delete_old_bodies("2026-11-23T00:00:00.000Z", limit=10)


if __name__ == "__main__":
    if sys.argv[1] == "sync":
        deliver_for_ever(Path(sys.argv[2]))
    else:
        terminal(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
