"""A terminal that appends for ever and says what it was promised; or, with ``sync``, what stands beside it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from offline_store.chain import timestamp
from offline_store.delivery import Delivery, Fork
from offline_store.journal import Limits, open_journal

KEY = bytes(range(32))


def now() -> datetime:
    return datetime.now(UTC)


def append_for_ever(folder: Path) -> None:
    outcome = open_journal(
        folder,
        terminal="T-0001",
        key=KEY,
        sign=lambda statement: b"signature",
        seal=lambda plain, info: plain[::-1],
        now=now,
        limits=Limits(free_bytes=0),
    )
    journal = outcome.journal
    number = 0
    while True:
        position = journal.append("act", {"number": number}, b"body" * 50)
        # only what was said here was acknowledged
        print(f"{position.epoch} {position.seq} {position.hash.hex()}", flush=True)
        number += 1
        if number % 40 == 0:
            journal.close_session()


def deliver_for_ever(folder: Path) -> None:
    delivery = Delivery(folder, KEY)
    print("ready", flush=True)
    while True:
        items = delivery.pending(limit=20, max_bytes=1 << 20)
        if not items:
            continue
        answer = delivery.mark_received(items[-1].entry.position, timestamp(now()))
        if isinstance(answer, Fork):
            raise SystemExit(f"fork: {answer}")


if __name__ == "__main__":
    (deliver_for_ever if "sync" in sys.argv[2:] else append_for_ever)(Path(sys.argv[1]))
