"""The table with its two readers: puts cards in, and hands them to the client whose turn it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from card_table import oracle
from card_table.clients import DriverProcess, Ours, Outside, Talk
from card_table.puts import PutCard, PutPsam
from card_table.rows import Desk

from hardware_sim.pcsc.bench import PcscBench
from hardware_sim.people import persona

Who = Literal["driver", "outside"]
CARD_FACTOR = bytes.fromhex("8684990100000001")
"""Of the worker's card, which is the sheet's sample."""


class Counter:
    """A private PC/SC service, its cards, and a process with our driver."""

    def __init__(self, bench: PcscBench) -> None:
        self.bench = bench
        self.driver = DriverProcess(bench.environment)
        self._psam: tuple[oracle.Family, int, str] = ("SM4", 3, "63Cx")
        self._desk_slot = "user"

    def close(self) -> None:
        """End the driver's process."""
        self.driver.close()

    @contextmanager
    def desk(self, put: PutCard | PutPsam, who: Who) -> Iterator[Desk]:
        """The card in its reader as issued, powered by this client; let go of afterwards."""
        slot = self.put(put)
        talk: Talk
        talk = Outside(slot, self.bench.environment) if who == "outside" else Ours(slot, self.driver)
        try:
            yield Desk(talk, self.bench, put.family, oracle.card_key(put.family, CARD_FACTOR))
        finally:
            talk.close()

    def put(self, put: PutCard | PutPsam) -> str:
        """Into its reader, in the place of what was there. Answers the slot."""
        if isinstance(put, PutPsam):
            self.psam(put.family, put.levels, put.bad_mac2)
            return "psam"
        self._swapped(
            "user",
            lambda swap: self.bench.insert(
                persona("worker"),
                version=put.version,
                algorithm=put.family,
                interface=put.interface,
                fetching=put.fetching,
                memory=put.memory,
                fresh=put.memory is None,
                swap=swap,
            ),
        )
        return "user"

    def psam(self, family: oracle.Family, levels: int = 3, bad_mac2: Literal["63Cx", "9302"] = "63Cx") -> None:
        """This PSAM, if another is in its reader."""
        if self._psam == (family, levels, bad_mac2):
            return
        self._swapped("psam", lambda swap: self.bench.insert_psam(family, levels=levels, bad_mac2=bad_mac2, swap=swap))
        self._psam = (family, levels, bad_mac2)

    def _swapped(self, slot: str, insert: Any) -> None:
        swap = self.bench.status()["slots"][slot]["card"] is not None
        events = self.driver.events(slot)
        insert(swap)
        self.driver.wait_until_present(slot, events + (2 if swap else 1))
