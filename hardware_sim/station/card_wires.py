"""Brings what passed between readers and cards into the station's wire log.

The cards live in a process of their own, which keeps the newest 600 commands and answers; they are fetched while
somebody watches or records, not otherwise, so that nobody else's command waits for it.
"""

from __future__ import annotations

import threading

from hardware_sim.cards.meaning import CardDecoder
from hardware_sim.pcsc.bench import PcscBench
from hardware_sim.pcsc.errors import BenchGoneError
from hardware_sim.recording.wire_log import WireLog

DEVICES = {"user": "card-reader", "psam": "psam-reader"}
"""The word of the log for each slot."""


class CardWires:
    """Both slots of a bench. Thread-safe."""

    def __init__(self, bench: PcscBench | None, log: WireLog) -> None:
        self._bench = bench
        self._log = log
        self._decoder = CardDecoder()
        self._lock = threading.Lock()
        self._last = 0

    def fetch(self) -> None:
        """Put what is new into the log. Nothing to fetch is no fault, nor is a bench that has ended."""
        if self._bench is None:
            return
        with self._lock:
            try:
                passages = self._bench.traffic(self._last)
            except BenchGoneError:
                return
            if passages and passages[0].number > self._last + 1:
                self._log.missed(DEVICES["user"], passages[0].number - self._last - 1)
            for passage in passages:
                self._log.passed(DEVICES[passage.slot], self._decoder, passage.at, passage.direction, passage.data)
                self._last = passage.number
