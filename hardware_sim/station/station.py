"""All devices of one terminal on real wires, the papers that come out of them, and what they all look like now."""

from __future__ import annotations

import io
import os
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from hardware_sim import people
from hardware_sim.barcode_reader.reader import BarcodeReader
from hardware_sim.id_reader.reader import IdReader, Timing
from hardware_sim.ipp_printer.machine import Job, Speed
from hardware_sim.ipp_printer.printer import IppPrinter
from hardware_sim.pcsc.bench import PcscBench
from hardware_sim.people import Persona, PersonaError
from hardware_sim.pin_pad.keys import DEMO_MASTER_KEY
from hardware_sim.pin_pad.pad import RATE as PIN_PAD_RATE
from hardware_sim.pin_pad.pad import PinPad
from hardware_sim.receipt_printer.fonts import FontFiles, NoFontError, ask_fontconfig
from hardware_sim.receipt_printer.picture import picture
from hardware_sim.receipt_printer.printer import ReceiptPrinter
from hardware_sim.recording.decoders import DECODERS
from hardware_sim.recording.file import Header
from hardware_sim.recording.recorder import Recorder
from hardware_sim.recording.wire_log import Entry, WireLog
from hardware_sim.station import reports
from hardware_sim.station.card_wires import CardWires
from hardware_sim.station.hall import CannotError, Hall
from hardware_sim.station.papers import Tray
from hardware_sim.station.places import Places
from hardware_sim.station.status import A4PrinterStatus, PersonaLabel, StationStatus
from hardware_sim.wires.http import HttpWire
from hardware_sim.wires.pty import PtyWire, Tap

_LOOK_AT_PAGES_EVERY = 0.1
_FETCH_CARDS_EVERY = 0.1
_HANDS_KEPT = 10_000
"""What was done before a recording began; a night's soak must not fill the memory."""


class Station(Hall):
    """Everything plugged in and powered. Made = up; `close` ends all of it.

    `pace` multiplies the time mechanical work takes (0: at once). Without `cards` no PC/SC service is started. All
    chance comes from `seed`. Raises PcscUnavailableError when the machine cannot run a PC/SC service.
    """

    def __init__(
        self, folder: Path, *, personas: Path = people.FOLDER, pace: float = 1.0, cards: bool = True, seed: int = 1
    ) -> None:
        super().__init__()
        self.places = Places(folder)
        self.wires = WireLog(time.monotonic)
        self._seed, self._pace = seed, pace
        self._said: deque[str] = deque(maxlen=_HANDS_KEPT)
        self._recorder: Recorder | None = None
        self._recording = threading.Event()
        self._personas = personas
        self._receipts, self._pages = Tray(self.places.receipts), Tray(self.places.pages)
        self._fonts = _fonts()
        self._bench = PcscBench(folder) if cards else None
        self._card_wires = CardWires(self._bench, self.wires)
        with ExitStack() as opened:
            if self._bench is not None:
                opened.callback(self._bench.stop)
                self._bench.start()
            self._open_serial(opened, pace, seed)
            self._open_network(opened, pace)
            self._watch_cards(opened)
            self._opened = opened.pop_all()

    def _open_serial(self, opened: ExitStack, pace: float, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - garbage on a wire, not a secret
        places = self.places
        self.id_reader: PtyWire[IdReader] = PtyWire(
            IdReader(Timing().paced(pace)),
            places.id_reader,
            rate=lambda reader: reader.baud,
            tap=self._tap("id-reader"),
        )
        opened.callback(self.id_reader.close)
        self.receipt_printer: PtyWire[ReceiptPrinter] = PtyWire(
            ReceiptPrinter(pace=pace),
            places.receipt_printer,
            after=self._keep_receipts,
            tap=self._tap("receipt-printer"),
        )
        opened.callback(self.receipt_printer.close)
        self.pin_pad: PtyWire[PinPad] = PtyWire(
            PinPad(pace=pace, master_key=DEMO_MASTER_KEY),
            places.pin_pad,
            rate=lambda _: PIN_PAD_RATE,
            due=lambda pad: pad.due,
            tap=self._tap("pin-pad"),
        )
        opened.callback(self.pin_pad.close)
        self.barcode_reader: PtyWire[BarcodeReader] = PtyWire(
            BarcodeReader(pace=pace, chance=chance),
            places.barcode_reader,
            rate=lambda reader: reader.rate,
            tap=self._tap("barcode-reader"),
        )
        opened.callback(self.barcode_reader.close)

    def _open_network(self, opened: ExitStack, pace: float) -> None:
        self._a4 = IppPrinter(speed=Speed().paced(pace))
        self.http: HttpWire = HttpWire(
            _KeepingPrinter(self._a4, self._keep_pages), about="Kiosk A4, simulated", tap=self._tap("a4-printer")
        )
        opened.callback(self.http.close)
        self._a4.uri = self.http.uri
        opened.callback(self.places.a4_printer.unlink, missing_ok=True)
        self.places.a4_printer.write_text(f"{self.http.uri}\n", encoding="ascii")
        self._closing = threading.Event()
        watch = threading.Thread(target=self._watch_pages, name="pages", daemon=True)
        watch.start()
        opened.callback(watch.join)
        opened.callback(self._closing.set)

    def _watch_cards(self, opened: ExitStack) -> None:
        ending = threading.Event()

        def fetch_while_recording() -> None:
            while not ending.is_set():
                self._recording.wait()
                self._card_wires.fetch()
                ending.wait(_FETCH_CARDS_EVERY)

        watch = threading.Thread(target=fetch_while_recording, name="card wires", daemon=True)
        watch.start()
        opened.callback(watch.join)
        opened.callback(self._recording.set)
        opened.callback(ending.set)

    def close(self) -> None:
        """End everything, in the opposite order."""
        if self._recorder is not None:
            self.stop_recording()
        self._opened.close()

    def _tap(self, device: str) -> Tap:
        return self.wires.tap(device, DECODERS[device]())

    # the wires' log

    def passed(self, after: int, most: int) -> list[Entry]:
        """The newest entries of all wires with a higher number, oldest first."""
        self._card_wires.fetch()
        return self.wires.since(after, most)

    def did(self, phrase: str) -> None:
        """Somebody is about to do this; the phrase is already without secrets."""
        self._said.append(phrase)
        self.wires.did(phrase)

    def start_recording(self, file: Path) -> None:
        """Keep from now on what passes on every wire. Raises CannotError."""
        if self._recorder is not None:
            raise CannotError(f"A recording is under way into {self._recorder.path}. Stop it first.")
        # what passed before is no part of it
        self._card_wires.fetch()
        header = Header(seed=self._seed, pace=self._pace, a4_uri=self.http.uri, before=list(self._said))
        try:
            self._recorder = Recorder(file, header)
        except FileExistsError:
            raise CannotError(f"{file} is there already. Choose another name.") from None
        except OSError as error:
            raise CannotError(f"{file} cannot be written: {error.strerror}. Choose another place.") from None
        self.wires.listen(self._recorder.take)
        self._recording.set()

    def stop_recording(self) -> int:
        """The number of lines kept. Raises CannotError when there is no recording."""
        if self._recorder is None:
            raise CannotError("No recording is under way.")
        self._card_wires.fetch()
        self._recording.clear()
        self.wires.listen(None)
        recorder, self._recorder = self._recorder, None
        recorder.end(self.wires.now)
        return recorder.lines

    # what programs must know

    def environment(self) -> dict[str, str]:
        """Environment of a program under test."""
        pcsc = {} if self._bench is None else self._bench.environment
        return {
            **pcsc,
            "HARDWARE_SIM_ID_READER": str(self.places.id_reader),
            "HARDWARE_SIM_RECEIPT_PRINTER": str(self.places.receipt_printer),
            "HARDWARE_SIM_PIN_PAD": str(self.places.pin_pad),
            "HARDWARE_SIM_BARCODE_READER": str(self.places.barcode_reader),
            "HARDWARE_SIM_A4_PRINTER": self.http.uri,
        }

    # what a hall must bring

    @property
    def bench(self) -> PcscBench:
        """Raises CannotError when the station is up without cards."""
        if self._bench is None:
            raise CannotError("This station is up without cards.")
        return self._bench

    def persona(self, key: str) -> Persona:
        """Raises CannotError naming the known ones."""
        try:
            return people.persona(key, self._personas)
        except PersonaError as error:
            raise CannotError(str(error)) from None

    def a4(self, hand: Callable[[IppPrinter, float], None]) -> None:
        """Do something to the A4 printer."""
        with self.http.lock:
            hand(self._a4, time.monotonic())
            self._keep_pages()

    # papers

    def _keep_receipts(self, printer: ReceiptPrinter) -> None:
        for ticket in printer.collect():
            forms = {"txt": ticket.text().encode()}
            if self._fonts is not None:
                out = io.BytesIO()
                picture(ticket, self._fonts).save(out, "PNG")
                forms["png"] = out.getvalue()
            self._receipts.keep(forms)

    def _keep_pages(self) -> list[Job]:
        jobs = self._a4.collect(time.monotonic())
        for job in jobs:
            self._pages.keep({"pdf": job.document})
        return jobs

    def _watch_pages(self) -> None:
        while not self._closing.wait(_LOOK_AT_PAGES_EVERY):
            with self.http.lock:
                self._keep_pages()

    # status

    def status(self) -> StationStatus:
        """The state of everything."""
        keys = people.persona_keys(self._personas)
        ids, receipts, pads, codes = self.id_reader, self.receipt_printer, self.pin_pad, self.barcode_reader
        return StationStatus(
            pid=os.getpid(),
            state_dir=str(self.places.folder),
            recording=str(self._recorder.path) if self._recorder is not None else None,
            personas=[PersonaLabel(key=key, category=self.persona(key).person.category) for key in keys],
            card_reader=reports.card_readers(self._bench),
            id_reader=ids.look(lambda device: reports.id_reader(device, plugged=ids.plugged, card=self._id_card)),
            receipt_printer=receipts.look(
                lambda device: reports.receipt_printer(device, plugged=receipts.plugged, tray=self._receipts)
            ),
            pin_pad=pads.look(lambda device: reports.pin_pad(device, plugged=pads.plugged)),
            barcode_reader=codes.look(
                lambda device: reports.barcode_reader(device, plugged=codes.plugged, now=time.monotonic())
            ),
            a4_printer=self._a4_printer_status(),
        )

    def _a4_printer_status(self) -> A4PrinterStatus:
        with self.http.lock:
            self._keep_pages()
            return reports.a4_printer(
                self._a4.machine,
                uri=self.http.uri,
                powered=self._a4.powered,
                silent=self.http.mute,
                tray=self._pages,
            )


class _KeepingPrinter:
    """Puts pages into the tray before the answer that says they are there."""

    def __init__(self, printer: IppPrinter, keep: Callable[[], object]) -> None:
        self._printer = printer
        self._keep = keep

    def handle(self, body: bytes, now: float) -> tuple[bytes, float]:
        answer = self._printer.handle(body, now)
        self._keep()
        return answer


def _fonts() -> FontFiles | None:
    """Without the font receipts are kept as text only."""
    try:
        return ask_fontconfig()
    except NoFontError:
        return None
