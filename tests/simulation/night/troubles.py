"""What goes wrong in a night, when, and who mends it: devices, disk, network, and the processes themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from night.bench import Bench
from night.id_readers import IdReaderPath
from night.life import Disk
from night.network import Line
from night.printers import DocumentPaperPath, ReceiptPaperPath

from drivers.operation import Slot
from kiosk.effects import Effect, PrintPaper, PrintReceipt


class World(Protocol):
    """What can break."""

    bench: Bench
    receipts: ReceiptPaperPath
    documents: DocumentPaperPath
    id_reader: IdReaderPath
    line: Line
    disk: Disk

    def later(self, seconds: float, function: Callable[[], None]) -> None: ...
    def note(self, what: str) -> None: ...
    def kill(self) -> None:
        """End the terminal's process the hard way; it is started again some seconds later."""

    def restart(self) -> None:
        """A clean stop and a start."""

    def kill_sync(self) -> None:
        """End the sync process in the middle of whatever it does; it is started again some seconds later."""


@dataclass(frozen=True)
class Trouble:
    """One kind: how often (weight), for how long (seconds), what happens and how it is mended."""

    name: str
    weight: float
    lasts: tuple[float, float]
    happen: Callable[[World, Random], None]
    mend: Callable[[World], None]


def _mend_receipts(world: World) -> None:
    world.receipts.mend()


def _mend_documents(world: World) -> None:
    world.documents.mend()


def _mend_id_reader(world: World) -> None:
    world.id_reader.mend()


def _nothing(world: World) -> None:
    """It mends itself."""


def _line(world: World, *, up: bool = True, portal: bool = False) -> None:
    world.line.up, world.line.portal = up, portal


def _disk(world: World, *, full: bool) -> None:
    world.disk.full = full


RECEIPT_TROUBLES = (
    Trouble("receipt paper out", 3, (20, 200), lambda w, _: w.receipts.run_out(), _mend_receipts),
    Trouble("receipt paper low", 1, (60, 300), lambda w, _: w.receipts.run_low(), _mend_receipts),
    Trouble("receipt roll ends", 3, (20, 200), lambda w, c: w.receipts.leave_paper(c.uniform(5, 150)), _mend_receipts),
    Trouble("receipt cover", 3, (3, 90), lambda w, _: w.receipts.open_cover(), _mend_receipts),
    Trouble("receipt jam", 3, (20, 200), lambda w, c: w.receipts.jam(c.choice((0, 40, 400, 900))), _mend_receipts),
    Trouble("receipt cutter", 2, (20, 200), lambda w, _: w.receipts.break_cutter(), _mend_receipts),
    Trouble("receipt printer off", 3, (5, 150), lambda w, _: w.receipts.power_off(), _mend_receipts),
    Trouble("receipt cable", 2, (5, 100), lambda w, _: w.receipts.unplug(), _mend_receipts),
)

DOCUMENT_TROUBLES = (
    Trouble("paper out", 2, (10, 200), lambda w, _: w.documents.paper_out(), _mend_documents),
    Trouble("toner out", 1, (20, 200), lambda w, _: w.documents.toner_out(), _mend_documents),
    Trouble("A4 cover", 2, (3, 90), lambda w, _: w.documents.open_cover(), _mend_documents),
    Trouble("A4 jam", 2, (5, 200), lambda w, _: w.documents.jam(), _mend_documents),
    Trouble("A4 off", 2, (5, 150), lambda w, _: w.documents.power_off(), _mend_documents),
    Trouble("A4 unreachable", 2, (2, 100), lambda w, _: w.documents.leave_network(), _mend_documents),
    Trouble("A4 slow", 1, (20, 200), lambda w, c: w.documents.slow_down(c.uniform(1, 8)), _mend_documents),
)

OTHER_TROUBLES = (
    Trouble("PSAM missing", 2, (20, 240), lambda w, _: w.bench.take_sam(), lambda w: w.bench.put_sam()),
    Trouble("card service gone", 4, (1, 120), lambda w, _: w.bench.service_dies(), lambda w: w.bench.service_returns()),
    Trouble("network down", 4, (60, 5000), lambda w, _: _line(w, up=False), _line),
    Trouble("captive portal", 1, (60, 900), lambda w, _: _line(w, portal=True), _line),
    Trouble("disk full", 4, (5, 240), lambda w, _: _disk(w, full=True), lambda w: _disk(w, full=False)),
    Trouble("sync killed", 2, (0, 0), lambda w, _: w.kill_sync(), _nothing),
    Trouble("process killed", 4, (0, 0), lambda w, _: w.kill(), _nothing),
    Trouble("process restarted", 1, (0, 0), lambda w, _: w.restart(), _nothing),
)

PLUG_TROUBLES = (
    Trouble("card reader unplugged", 4, (1, 90), lambda w, _: w.bench.unplug(Slot.USER), lambda w: w.bench.plug()),
    Trouble("PSAM reader unplugged", 3, (1, 90), lambda w, _: w.bench.unplug(Slot.SAM), lambda w: w.bench.plug()),
    Trouble("readers swapped", 3, (30, 900), lambda w, _: w.bench.plug_the_other_way_round(), _nothing),
    Trouble("ID reader unplugged", 3, (5, 300), lambda w, _: w.id_reader.unplug(), _mend_id_reader),
    Trouble("ID reader silent", 2, (5, 300), lambda w, _: w.id_reader.fall_silent(), _mend_id_reader),
    Trouble("ID reader hangs", 2, (200, 900), lambda w, _: w.id_reader.hang(), _mend_id_reader),
    Trouble("ID reader ill", 1, (20, 300), lambda w, _: w.id_reader.fail_its_test(), _mend_id_reader),
)
"""Cables that come out and go in again, on their own clock and by chance of their own."""

_EVERY = (25.0, 220.0)


class Troublemaker:
    """Lets one trouble follow the other, and aims some at prints that are under way."""

    def __init__(self, world: World, chance: Random, plugs: Random) -> None:
        self._world = world
        self._chance = chance
        self._plugs = plugs
        self._open: set[str] = set()
        self.happened: dict[str, int] = {}
        self.peace = False
        world.later(chance.uniform(*_EVERY), self._next)
        world.later(plugs.uniform(*_EVERY), self._next_plug)

    def saw(self, effects: tuple[Effect, ...]) -> None:
        """What the terminal asks for now: a print is the best moment for a trouble."""
        for effect in effects:
            aims = isinstance(effect.action, PrintReceipt | PrintPaper) and self._chance.random() < 0.3
            if not aims or self.peace:
                continue
            paper = isinstance(effect.action, PrintPaper)
            kinds = (*(DOCUMENT_TROUBLES if paper else RECEIPT_TROUBLES), *OTHER_TROUBLES[-3:])
            delay = self._chance.uniform(0.0, 9.0 if paper else 2.5)
            self._world.later(delay, lambda kinds=kinds: self._happen(kinds, self._chance))  # type: ignore[misc]

    def mend_all(self) -> None:
        """Dawn: nothing new, and everything is put right."""
        self.peace = True
        for each in (*RECEIPT_TROUBLES[:1], *DOCUMENT_TROUBLES[:1], *OTHER_TROUBLES, *PLUG_TROUBLES):
            each.mend(self._world)

    def _next(self) -> None:
        if self.peace:
            return
        group = self._chance.choices((RECEIPT_TROUBLES, DOCUMENT_TROUBLES, OTHER_TROUBLES), (3, 2, 5))[0]
        self._happen(group, self._chance)
        self._world.later(self._chance.uniform(*_EVERY), self._next)

    def _next_plug(self) -> None:
        if not self.peace:
            self._happen(PLUG_TROUBLES, self._plugs)
            self._world.later(self._plugs.uniform(*_EVERY), self._next_plug)

    def _happen(self, kinds: tuple[Trouble, ...], chance: Random) -> None:
        trouble = chance.choices(kinds, [each.weight for each in kinds])[0]
        if self.peace or trouble.name in self._open:
            return
        self.happened[trouble.name] = self.happened.get(trouble.name, 0) + 1
        self._open.add(trouble.name)
        self._world.note(trouble.name)
        trouble.happen(self._world, chance)
        self._world.later(chance.uniform(*trouble.lasts), lambda: self._mended(trouble))

    def _mended(self, trouble: Trouble) -> None:
        self._open.discard(trouble.name)
        if not self.peace:
            self._world.note(f"{trouble.name}: mended")
            trouble.mend(self._world)
