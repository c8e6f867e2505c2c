"""One night from one seed: terminal, devices, store, network and centre in one process, until dawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from night.bench import Bench, Contacts
from night.cast import Cast, gather
from night.centre import CentralPlatform
from night.chain import BrokenError, Chain
from night.dawn import every_print_ended, the_centre_has_it_once
from night.id_readers import PORT, IdReaderPath
from night.invariants import FINAL, Invariants
from night.life import Books, Disk, Maker, Papers, ProcessLife
from night.network import Line, SyncClient
from night.printers import DocumentPaperPath, ReceiptPaperPath
from night.serial_devices import PIN_PAD_PORT, SCANNER_PORT, PinPadPath, ScannerPath
from night.trace import Trace
from night.troubles import Troublemaker
from night.visitors import somebody_comes
from night.when import CentreClock, LifeSpan, NightClock

from drivers.links.memory import CardMemoryLink, IppMemoryLink, SerialMemoryLink
from drivers.scheduler import Scheduled, VirtualScheduler
from kiosk.app.directory import DataDirectory
from kiosk.app.stores import TerminalStores
from kiosk.certificates.press import Press, PressSettings
from kiosk.certificates.sealing import Seal
from kiosk.clock import Moment
from kiosk.effects import Effect
from kiosk.events import Device, Event
from kiosk.fonts import Fonts
from kiosk.identity.pin_pad import ScreenPinPad
from kiosk.screen import Screen
from kiosk.settings import Devices, Keys, Settings
from kiosk.terminal import State
from offline_store.journal import read_journal
from sync.client.outcomes import Stopped
from sync.enrolment import enrol
from sync.seal_key import load_seal_key

TERMINAL = "T001"
FITTED = frozenset(Device) - {Device.PIN_PAD, Device.BARCODE_READER}
"""What the terminal of an ordinary night has: the PIN is typed on the screen."""
_LONGEST_NIGHT = 200_000.0
_ROUND_SECONDS = 700.0
_PROCESSING_SECONDS = (10.0, 90.0)
_FIRST_LEASE = timedelta(hours=2)
_LATER_LEASE = timedelta(hours=3)
_NEXT_SNAPSHOT_SECONDS = (5_400.0, 13_000.0)
"""Sometimes the next snapshot comes before the last one's lease is over, sometimes after."""


_NOT_MEMORY = (
    Bench,
    Scheduled,
    Contacts,
    Books,
    CardMemoryLink,
    Cast,
    CentralPlatform,
    IppMemoryLink,
    LifeSpan,
    NightClock,
    Papers,
    ProcessLife,
    SerialMemoryLink,
    SyncClient,
    TerminalStores,
    VirtualScheduler,
)
"""Where the walk through the terminal's memory ends: what lies behind is the world, or the encrypted store."""


class NightFailedError(AssertionError):
    """A promise was broken; says which, when, after what, and how to see it again."""


@dataclass(frozen=True)
class Reckoning:
    """What a night was."""

    seed: int
    sessions: int
    steps: int
    virtual_seconds: float
    lives: int
    kinds: dict[str, int]
    prints: dict[str, int]
    certificates: int
    troubles: dict[str, int]
    pages: frozenset[str]
    texts_checked: int
    memory_looks: int


class Night:
    """All chance comes from the seed; all time is the scheduler's."""

    def __init__(
        self,
        folder: Path,
        fonts: Fonts,
        seed: int,
        *,
        sessions: int,
        everything: bool = False,
        look_every: int = 10,
        spoiled: Callable[[Effect], Any] | None = None,
        lease: timedelta = _FIRST_LEASE,
        sound_papers: bool = False,
        fitted: frozenset[Device] = FITTED,
    ) -> None:
        """`sessions`: how many before dawn. `everything`: keep the whole trace. `spoiled`: see `ProcessLife`.

        `look_every`: at the end of every so many sessions the terminal's memory is walked through.
        """
        self.seed = seed
        self.folder = folder
        self.fitted = fitted
        self._spoiled = spoiled
        self._sound_papers = sound_papers
        self._wanted = sessions
        self._fonts = fonts
        self.scheduler = VirtualScheduler()
        self.clock = NightClock(self.scheduler)
        self.trace = Trace(everything=everything)
        self.disk = Disk()
        self.cast: Cast = gather(seed, self._chance("cards"), self.clock.now().today)
        self.centre = CentralPlatform(folder / "centre", CentreClock(self.clock))
        self.centre.publish(self.cast.rows, lease)
        self.line = Line(self.scheduler, self._chance("line"), self.centre)
        self.bench = Bench(self.scheduler, self._chance("bench"))
        self.receipts = ReceiptPaperPath(self.scheduler)
        self.documents = DocumentPaperPath(self.scheduler)
        self.id_reader = IdReaderPath(self.scheduler)
        self.key_pad = PinPadPath(self.scheduler)
        self.scanner = ScannerPath(self.scheduler)
        self._papers_chance, self._centre_chance = self._chance("papers"), self._chance("centre")
        self._people_chance, self._kill_chance = self._chance("people"), self._chance("kills")
        self._provision(folder / "terminal")
        self.life: ProcessLife | None = None
        self._lives = 0
        self._effects: tuple[Effect, ...] = ()
        self._screen: Screen | None = None
        self._over = False
        self._start()
        chain = Chain(lambda: read_journal(self._data.root, self._store_key.material))
        self._sync_chance = self._chance("sync")
        self._alarms: list[Stopped] = []
        self.sync: SyncClient | None = None
        self._start_sync()
        self.invariants = Invariants(
            self.cast,
            self.bench,
            self.receipts,
            self.documents,
            chain,
            self.scheduler.now,
            self.scheduler.call_later,
            look_into_memory_every=look_every,
            not_memory=(*_NOT_MEMORY, type(self)),
        )
        self.troubles: Troublemaker | None = None
        self._visiting = False
        self._centre_works()

    def _chance(self, purpose: str) -> Random:
        return Random(int.from_bytes(sha256(f"{self.seed}:{purpose}".encode()).digest()[:8], "big"))

    # the whole night

    def run(self) -> Reckoning:
        """Until enough sessions were served, then dawn. NightFailedError tells what broke and how to see it again."""
        try:
            self.troubles = Troublemaker(self, self._chance("troubles"), self._chance("plugs"))
            self.later(_ROUND_SECONDS, self._staff_round)
            self.later(self._centre_chance.uniform(*_NEXT_SNAPSHOT_SECONDS), self._publish_again)
            self._next_visitor()
            while len(self.invariants.sessions) < self._wanted:
                self.scheduler.run_until(self.scheduler.now() + 30.0)
                if self.scheduler.now() > _LONGEST_NIGHT:
                    raise BrokenError(
                        f"after {_LONGEST_NIGHT:.0f} s only {len(self.invariants.sessions)} sessions were served"
                    )
            self._dawn()
        except Exception as error:
            tail = "\n".join(f"  {line[:600]}" for line in self.trace.lines()[-40:])
            raise NightFailedError(
                f"seed {self.seed}: {type(error).__name__}: {error}\n"
                f"at {self.scheduler.now():.3f} s, session {len(self.invariants.sessions)}, after:\n{tail}\n"
                f"again: pytest tests/simulation -k night --night-seed {self.seed}"
            ) from error
        finally:
            self.close()
        return self._reckoning()

    def _dawn(self) -> None:
        """Nobody new comes, everything is mended, the line is good: what was recorded is at the centre, once."""
        self._over = True
        assert self.troubles is not None
        self.troubles.mend_all()
        self.line.lossy = False
        self._run_while(lambda: self._visiting, 1_500.0, "the last visitor never left")
        if self.bench.card is not None:
            self.bench.pull()
        self._run_while(lambda: self.life is None, 60.0, "the terminal did not come back")
        self.scheduler.run_until(self.scheduler.now() + 400.0)
        assert self.life is not None
        if self.life.state.jobs.running:
            raise BrokenError("a print never came to an end")
        if not self.life.state.custody.clear:
            raise BrokenError("the reader is empty and custody is not clear")
        ill = {device.value for device in self.fitted if not self.life.state.devices.usable(device)} - {"snapshot"}
        if ill:
            raise BrokenError(f"at dawn everything is mended and plugged in, and {sorted(ill)} did not come back")
        if type(self.life.state.session.phase).__name__ != "Standby":
            raise BrokenError(f"at dawn the terminal stands in {type(self.life.state.session.phase).__name__}")
        self._poke()
        self._run_while(
            lambda: self.sync is None or not self.sync.all_answered, 3_600.0, "the centre never answered for everything"
        )
        the_centre_has_it_once(self.centre.store, TERMINAL, self.invariants.chain, self._alarms)
        every_print_ended(self.invariants)

    def _run_while(self, condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
        until = self.scheduler.now() + seconds
        while condition():
            if self.scheduler.now() > until:
                raise BrokenError(otherwise)
            self.scheduler.run_until(self.scheduler.now() + 5.0)

    # the terminal's process

    def _provision(self, root: Path) -> None:
        root.mkdir(mode=0o700)
        self._data = DataDirectory(root)
        devices = Devices(
            id_reader=PORT,
            pin_pad=PIN_PAD_PORT if Device.PIN_PAD in self.fitted else "",
            barcode_reader=SCANNER_PORT if Device.BARCODE_READER in self.fitted else "",
            barcode_make="newland",
        )
        self._settings = Settings(terminal=TERMINAL, keys=Keys(allow_file=True), devices=devices)
        self._keys = self._data.key_files(self._settings, quiet=True)
        random = self._chance("keys").randbytes
        for name in ("store", "pseudonym"):
            self._keys.create(name, random(32))
        trust = enrol(
            root,
            terminal=TERMINAL,
            code=self.centre.enrolment_code(TERMINAL),
            keys=self._keys,
            send=self.centre.answer,
            now=self.clock.utc,
            random=random,
        )
        self._store_key = self._keys.load("store", length=32)
        seal = Seal(load_seal_key(self._keys).sign, trust.seal_certificate, (trust.x509_intermediate, trust.x509_root))
        settings = PressSettings(seal, trust.compact_seal_certificate, trust.verify_url, trust.demo)
        self.press: Maker = Press(settings, self._fonts)

    def _start(self) -> None:
        self._lives += 1
        self.life = ProcessLife(
            self._lives,
            scheduler=self.scheduler,
            clock=self.clock,
            chance=self._papers_chance,
            data=self._data,
            settings=self._settings,
            disk=self.disk,
            bench=self.bench,
            receipts=self.receipts,
            documents=self.documents,
            id_reader=self.id_reader,
            pin_pad=self.key_pad,
            scanner=self.scanner,
            press=self.press,
            sound_papers=self._sound_papers,
            fonts=self._fonts,
            poke=self._poke,
            trace=self._traced,
            show=self._shown,
            after=self._after,
            spoiled=self._spoiled,
        )

    def _traced(self, moment: Moment, event: Event, effects: tuple[Effect, ...]) -> None:
        self.trace(moment, event, effects)
        self._effects = effects

    def _shown(self, screen: Screen) -> None:
        self._screen = screen
        if hasattr(self, "invariants"):
            self.invariants.shown(screen)

    def _after(self, before: State, event: Event) -> None:
        assert self.life is not None
        self.invariants.after(self.life, before, event, self._effects)
        if self.troubles is not None:
            self.troubles.saw(self._effects)

    def kill(self) -> None:
        if self.life is not None:
            life, self.life = self.life, None
            life.kill()
            self._dark()

    def restart(self) -> None:
        if self.life is not None and not self.disk.full:
            life, self.life = self.life, None
            life.stop()
            self._dark()

    def kill_sync(self) -> None:
        """The other process; it is started again some seconds later."""
        if self.sync is not None:
            self.sync.close()
            self.sync = None
            self.later(self._kill_chance.uniform(1.0, 20.0), self._start_sync)

    def _start_sync(self) -> None:
        self.sync = SyncClient(
            self._data.root,
            self._keys,
            self.line,
            self.clock,
            self.scheduler,
            self._sync_chance,
            self._alarms,
        )

    def _poke(self) -> None:
        if self.sync is not None:
            self.sync.poke()

    def _dark(self) -> None:
        self._screen = None
        self.invariants.process_gone()
        self.later(self._kill_chance.uniform(2.0, 25.0), self._start_when_possible)

    def _start_when_possible(self) -> None:
        if self.disk.full:
            self.later(5.0, self._start_when_possible)
        else:
            self.note("process starts")
            self._start()

    # the hall, as visitors and troubles know it

    def now(self) -> float:
        return self.scheduler.now()

    def screen(self) -> Screen | None:
        return self._screen

    def touch(self, event: Event) -> None:
        if self.life is not None:
            self.life.post(event)

    def pin_pad(self) -> ScreenPinPad | None:
        return self.life.pin_pad if self.life is not None else None

    def later(self, seconds: float, function: Callable[[], None]) -> None:
        self.scheduler.call_later(seconds, function)

    def note(self, what: str) -> None:
        self.trace.note(self.clock.now(), f"* {what}")

    def _next_visitor(self) -> None:
        self._visiting = not self._over
        if self._visiting:
            self._visit(somebody_comes(self, self.cast, self._people_chance).live())

    def _visit(self, steps: Iterator[float]) -> None:
        seconds = next(steps, None)
        if seconds is not None:
            self.later(seconds, lambda: self._visit(steps))
        else:
            self.later(self._people_chance.choice((0.0, 1.0, 5.0, 20.0, 60.0)), self._next_visitor)

    def _staff_round(self) -> None:
        """A card that nobody fetched is put into the drawer."""
        if self.bench.card is not None and self.scheduler.now() - self.bench.card_since > _ROUND_SECONDS:
            self.bench.pull()
            self.note("staff take a card away")
        self.later(_ROUND_SECONDS, self._staff_round)

    # the centre

    def _centre_works(self) -> None:
        self.centre.process()
        self.later(self._centre_chance.uniform(*_PROCESSING_SECONDS), self._centre_works)

    def _publish_again(self) -> None:
        self.centre.publish(self.cast.rows, _LATER_LEASE)
        self.later(self._centre_chance.uniform(*_NEXT_SNAPSHOT_SECONDS), self._publish_again)

    # the end

    def close(self) -> None:
        """Everything is given back."""
        if self.life is not None:
            self.life.span.alive = False
            self.life.stores.close()
        if self.sync is not None:
            self.sync.close()
        self.invariants.chain.close()
        self.centre.close()
        self._store_key.close()

    def _reckoning(self) -> Reckoning:
        chain = self.invariants.chain
        ends = [states[-1] for states in chain.jobs.values()]
        return Reckoning(
            seed=self.seed,
            sessions=len(self.invariants.sessions),
            steps=self.trace.steps,
            virtual_seconds=self.scheduler.now(),
            lives=self._lives,
            kinds=dict(Counter(entry.kind for entry in chain.entries)),
            prints={state: ends.count(state) for state in sorted(FINAL)},
            certificates=len(chain.issued),
            troubles=dict(sorted(self.troubles.happened.items())) if self.troubles else {},
            pages=self.invariants.pages_seen,
            texts_checked=self.invariants.texts_checked,
            memory_looks=self.invariants.memory_looks,
        )
