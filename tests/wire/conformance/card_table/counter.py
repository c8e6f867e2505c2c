"""The table with its two readers: puts cards in, and hands them to the client whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
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


@dataclass
class Teller:
    """Our driver's operations on one card. `said` is what the last one ended as: a result, or a typed error."""

    driver: DriverProcess
    bench: PcscBench
    family: oracle.Family
    key: bytes
    said: Any = None

    def open(self, pin: str | None) -> Any:
        """Begin a session: read the card, and give the PIN."""
        self.said = self.driver.ask(slot="user", open=pin)
        return self.said

    def call(self, name: str, **values: Any) -> Any:
        """One operation."""
        self.said = self.driver.ask(slot="user", call=name, **values)
        return self.said

    def wear(self) -> None:
        """The memory does not take the next write."""
        self.bench.fail_writes(1)

    def end(self) -> None:
        """Take the power away."""
        self.driver.ask(slot="user", end="")


class Counter:
    """A private PC/SC service, its cards, and a process with our driver."""

    def __init__(self, bench: PcscBench) -> None:
        self.bench = bench
        self.driver = DriverProcess(bench.environment)
        self._card: PutCard | None = None
        self._psam = _kind(PutPsam("the bench's own", "SM4", ()))
        # A swap before the service has seen this one would count as one event instead of two. That it is seen is
        # all one can ask: a card that was in at pcscd's first look at a new reader is counted as no event at all.
        self.driver.wait_until_present("psam", 0)

    def close(self) -> None:
        """End the driver's process."""
        self.driver.close()

    @contextmanager
    def desk(self, put: PutCard | PutPsam, who: Who) -> Iterator[Desk]:
        """The card in its reader as issued, powered by this client; let go of afterwards."""
        slot = self.put(put)
        talk: Talk = Outside(slot, self.bench.environment) if who == "outside" else Ours(slot, self.driver)
        try:
            yield Desk(talk, self.bench, put.family, oracle.card_key(put.family, CARD_FACTOR))
        finally:
            talk.close()

    def teller(self, put: PutCard, psam: PutPsam | None = None) -> Teller:
        """The card in its reader as issued, and this PSAM, or one that fits; nobody has powered them yet."""
        self.put(psam or PutPsam("one that fits", put.family, ()))
        self.put(put)
        return Teller(self.driver, self.bench, put.family, oracle.card_key(put.family, CARD_FACTOR))

    def put(self, put: PutCard | PutPsam) -> str:
        """Into its reader, in the place of what was there; a card that is in is as issued again. Answers the slot."""
        if isinstance(put, PutPsam):
            if self._psam != _kind(put):
                self._swapped("psam", True, partial(self.bench.insert_psam, put.family, **_kind(put)[1]))
                self._psam = _kind(put)
            return "psam"
        if self._card is put:
            self.bench.renew(put.memory)
        else:
            self._swapped("user", self._card is not None, partial(self._insert, put))
            self._card = put
        return "user"

    def _insert(self, put: PutCard, *, swap: bool) -> None:
        self.bench.insert(
            persona("worker"),
            version=put.version,
            algorithm=put.family,
            interface=put.interface,
            fetching=put.fetching,
            memory=put.memory,
            fresh=put.memory is None,
            swap=swap,
        )

    def _swapped(self, slot: str, full: bool, insert: Callable[..., None]) -> None:
        events = self.driver.events(slot)
        insert(swap=full)
        self.driver.wait_until_present(slot, events + (2 if full else 1))


def _kind(put: PutPsam) -> tuple[str, dict[str, Any]]:
    """What makes it another PSAM."""
    return put.family, {"levels": put.levels, "bad_mac2": put.bad_mac2, "without": put.without}
