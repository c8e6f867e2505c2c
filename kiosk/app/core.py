"""The terminal's core in one thread: stores, lanes, card watch, papers and the actor, from start to a clean stop.

Made by `kiosk run` beside the window, and by the guided tour. A bug in any of its threads is kept and raised again by
`join`, so that the process ends and its supervisor starts it anew; after any start custody comes first.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from drivers.card_reader.monitor import PcscMonitor
from drivers.lanes import Done
from kiosk.app.benefit_rules import BenefitRules
from kiosk.app.card_watch import QUESTION_SECONDS, CardWatcher, Roles, find_sam, on_a_timer
from kiosk.app.directory import DataDirectory
from kiosk.app.keys import key_provider
from kiosk.app.lanes import Lanes, open_lanes, reader_roles
from kiosk.app.out_of_use import stay_out_of_use
from kiosk.app.papers_process import PapersProcess
from kiosk.app.rules import rules_for
from kiosk.app.service_door import ServiceDoor
from kiosk.app.stores import TerminalStores
from kiosk.clock import Clock, SystemClock
from kiosk.events import DeliveryReported, Device, DeviceReported, Event
from kiosk.fonts import located
from kiosk.identity.pin_pad import ScreenPinPad
from kiosk.performer import Performer, Wiring
from kiosk.screen import Screen
from kiosk.sessions.state import Maintenance, Standby
from kiosk.settings import Settings, SettingsError
from kiosk.terminal import Terminal
from offline_store.keys import KeyProvider
from sync.poke import poke
from sync.trust import read_trust
from sync.wiping import begun


class Core:
    """Start it with a data directory and something that shows screens; stop it; join it."""

    def __init__(
        self,
        data: DataDirectory,
        settings: Settings,
        fonts: Path,
        show: Callable[[Screen], None],
        *,
        clock: Clock | None = None,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """`ended` is called on the core's thread when it is over, for whatever reason."""
        self._data = data
        self._settings = settings
        self._fonts = fonts
        self._show = show
        self._clock = clock or SystemClock()
        self._ended = ended
        self._crashed: BaseException | None = None
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self._lets_go = False
        self._terminal: Terminal | None = None
        self._thread = threading.Thread(target=self._live, name="terminal")
        self.pin_pad = ScreenPinPad(self.post, closed=bool(settings.devices.pin_pad))

    def start(self) -> None:
        """Begin; returns at once. Screens come when the core is up."""
        self._thread.start()

    def post(self, event: Event) -> None:
        """An event from the screen or a device; before the core is up nothing can be asked of it yet."""
        if self._terminal is not None:
            self._terminal.post(event)

    def stop(self) -> None:
        """Ask it to end cleanly: what is queued is still handled."""
        self._stopping.set()
        self._ready.wait(30)
        if self._terminal is not None:
            self._terminal.stop()

    def join(self) -> None:
        """Wait for the end; raises the bug that ended it, if one did."""
        self._thread.join()
        if self._crashed is not None:
            raise self._crashed

    def _crash(self, error: BaseException) -> None:
        self._crashed = self._crashed or error
        if self._terminal is not None:
            self._terminal.stop()

    def _live(self) -> None:
        try:
            self._serve()
        except BaseException as error:  # noqa: BLE001 kept and raised by join
            self._crash(error)
        finally:
            self._ready.set()
            self._ended()

    def _serve(self) -> None:
        keys = key_provider(self._settings, self._data)
        # before anything is opened: what was begun to be given up serves nobody
        if begun(self._data.root) is None:
            self._serve_people(keys)
            if not self._lets_go:
                return
        self._ready.set()
        stay_out_of_use(self._data, self._settings, keys, self._clock, self._show, self._stopping)

    def _serve_people(self, keys: KeyProvider) -> None:
        if self._settings.profile == "service" and read_trust(self._data.root).demo:
            raise SettingsError(
                "profile service and a demonstration authority: what it certifies is valid nowhere",
                "enrol at a real centre, in an empty directory",
            )
        # whatever fails on the way up, the threads that run already end: a process that cannot serve must not stay
        with ExitStack() as running:
            stores = TerminalStores(self._data, self._settings, keys, self._clock)
            running.callback(stores.close)
            faces = located.locate(self._fonts)
            papers = PapersProcess(self._data, self._settings.keys, self._fonts, self._crash)
            running.callback(papers.stop)
            lanes = open_lanes(self._settings, [face.path for face in (faces.regular, *faces.rare)], self._crash)
            running.callback(lanes.stop)
            book = BenefitRules(self._data.root, lambda: self._clock.now().wall)
            # 0.4 s once, before anybody waits for it
            book()
            rules = rules_for(self._settings, secrets.token_hex(4), book)
            terminal = Terminal(rules, self._clock, lambda effect: performer(effect), self._show)
            door = ServiceDoor(self._data.root, terminal.post, self._crash)
            performer = Performer(self._wiring(stores, lanes, papers, terminal, door))
            self._terminal = terminal
            door.start()
            running.callback(door.stop)
            monitor = PcscMonitor(self._watcher(lanes, terminal), crash=self._crash)
            monitor.start()
            running.callback(monitor.stop)
            terminal.post(DeviceReported(Device.STORE, None))
            terminal.post(DeviceReported(Device.PAPERS, None))
            terminal.post(stores.look_at_delivery())
            self._ready.set()
            terminal.run()

    def _watcher(self, lanes: Lanes, terminal: Terminal) -> CardWatcher:
        patterns = reader_roles(self._settings)

        def ask(answered: Callable[[str | None], None]) -> None:
            if terminal.state.vendor.devices_are_theirs:
                answered(None)  # nobody is served, and a technician's tool may hold the card
                return
            lanes.card.submit(
                find_sam(),
                lambda outcome: answered(outcome.value if isinstance(outcome, Done) else None),
                deadline=QUESTION_SECONDS,
            )

        return CardWatcher(Roles(patterns.user, patterns.sam), terminal.post, ask, on_a_timer)

    def _wiring(
        self, stores: TerminalStores, lanes: Lanes, papers: PapersProcess, terminal: Terminal, door: ServiceDoor
    ) -> Wiring:
        return Wiring(
            units=lanes.units,
            card=lanes.card,
            receipt_printer=lanes.receipt_printer,
            document_printer=lanes.document_printer,
            pin_pad=lanes.pin_pad,
            books=stores.books,
            records=stores.records,
            papers=papers,
            look_at_delivery=lambda: self._look(stores, terminal),
            poke=lambda: _urgent(self._data.root),
            post=terminal.post,
            wipe_pin=self.pin_pad.wipe,
            tell_technician=door.tell,
            pseudonym_key=stores.pseudonym_key,
            timeouts=self._settings.timeouts,
        )

    def _look(self, stores: TerminalStores, terminal: Terminal) -> DeliveryReported:
        """On the terminal's thread, at each round of polls."""
        report = stores.look_at_delivery(terminal.state.devices.health)
        if isinstance(self._clock, SystemClock):
            self._clock.learn(stores.centre_word.bound())
        if stores.centre_word.wipe_begins() and isinstance(terminal.state.session.phase, Standby | Maintenance):
            # nobody is served: let go of the stores, for they are wiped
            self._lets_go = True
            terminal.stop()
        return report


def _urgent(root: Path) -> None:
    """If no sync process listens, what was recorded waits for the next one."""
    poke(root)
