"""All devices of one terminal with their wires, and the hands that need more than one of them."""

from __future__ import annotations

import io
import os
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from hardware_sim import people
from hardware_sim.id_reader.card import IdCard, citizen_text, photo_of
from hardware_sim.id_reader.reader import IdReader, Step, Timing
from hardware_sim.ipp_printer.machine import Job, Speed
from hardware_sim.ipp_printer.printer import IppPrinter
from hardware_sim.pcsc.bench import PcscBench
from hardware_sim.pcsc.errors import BenchGoneError
from hardware_sim.people import Persona, PersonaError
from hardware_sim.receipt_printer.fonts import FontFiles, NoFontError, ask_fontconfig
from hardware_sim.receipt_printer.picture import picture
from hardware_sim.receipt_printer.printer import ReceiptPrinter
from hardware_sim.station.papers import Tray
from hardware_sim.station.places import Places
from hardware_sim.station.status import (
    A4PrinterStatus,
    CardReaderStatus,
    IdReaderStatus,
    JobStatus,
    PersonaLabel,
    ReceiptPrinterStatus,
    StationStatus,
)
from hardware_sim.wires.http import HttpWire
from hardware_sim.wires.pty import PtyWire

_LOOK_AT_PAGES_EVERY = 0.1
_NOTHING = {"card": None, "powered": False}


class CannotError(Exception):
    """A hand that makes no sense now; the message is one sentence for whoever asked."""


class Station:
    """Everything plugged in and powered. Made = up; `close` ends all of it.

    `pace` multiplies the time mechanical work takes (0: at once). Without `cards` no PC/SC service is started.
    Raises PcscUnavailableError when the machine cannot run one.
    """

    def __init__(self, folder: Path, *, personas: Path = people.FOLDER, pace: float = 1.0, cards: bool = True) -> None:
        self.places = Places(folder)
        self._personas = personas
        self._id_card = ""
        self._receipts, self._pages = Tray(self.places.receipts), Tray(self.places.pages)
        self._fonts = _fonts()
        self._bench = PcscBench(folder) if cards else None
        with ExitStack() as opened:
            if self._bench is not None:
                opened.callback(self._bench.stop)
                self._bench.start()
            self.id_reader: PtyWire[IdReader] = PtyWire(
                IdReader(Timing().paced(pace)), self.places.id_reader, rate=lambda reader: reader.baud
            )
            opened.callback(self.id_reader.close)
            self.receipt_printer: PtyWire[ReceiptPrinter] = PtyWire(
                ReceiptPrinter(pace=pace), self.places.receipt_printer, after=self._keep_receipts
            )
            opened.callback(self.receipt_printer.close)
            self._a4 = IppPrinter(speed=Speed().paced(pace))
            self.http = HttpWire(_KeepingPrinter(self._a4, self._keep_pages), about="Kiosk A4, simulated")
            opened.callback(self.http.close)
            self._a4.uri = self.http.uri
            opened.callback(self.places.a4_printer.unlink, missing_ok=True)
            self.places.a4_printer.write_text(f"{self.http.uri}\n", encoding="ascii")
            self._closing = threading.Event()
            watch = threading.Thread(target=self._watch_pages, name="pages", daemon=True)
            watch.start()
            opened.callback(watch.join)
            opened.callback(self._closing.set)
            self._opened = opened.pop_all()

    def close(self) -> None:
        """End everything, in the opposite order."""
        self._opened.close()

    # what programs must know

    def environment(self) -> dict[str, str]:
        """Environment of a program under test."""
        pcsc = {} if self._bench is None else self._bench.environment
        return {
            **pcsc,
            "HARDWARE_SIM_ID_READER": str(self.places.id_reader),
            "HARDWARE_SIM_RECEIPT_PRINTER": str(self.places.receipt_printer),
            "HARDWARE_SIM_A4_PRINTER": self.http.uri,
        }

    # hands for cards

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

    # hands for the ID reader

    def place_id(self, key: str, *, swap: bool = False) -> None:
        """Lay the persona's resident ID card on the reader."""
        if self._id_lies() and not swap:
            raise CannotError("There is an ID card on the reader already.")
        card = id_card(self.persona(key))
        self.id_reader.tell(lambda reader, _: reader.place(card))
        self._id_card = key

    def remove_id(self) -> None:
        if not self._id_lies():
            raise CannotError("There is no ID card on the reader.")
        self.id_reader.tell(lambda reader, _: reader.lift())

    def lift_id_during(self, step: Step) -> None:
        """It will leave while the reader works on this step."""
        if not self._id_lies():
            raise CannotError("There is no ID card on the reader.")
        self.id_reader.tell(lambda reader, _: reader.lift_during(step))

    def _id_lies(self) -> bool:
        return self.id_reader.look(lambda reader: reader.has_card)

    def replug_id_reader(self) -> None:
        """Plugged in again it has forgotten line rate and conversation."""
        self.id_reader.tell(lambda reader, _: reader.power_cycle())
        self.id_reader.plug()

    # hands for the printers

    def take_receipt(self) -> None:
        if not self.receipt_printer.look(lambda printer: printer.take_receipt()):
            raise CannotError("There is no receipt in the mouth of the printer.")

    def a4(self, hand: Callable[[IppPrinter, float], None]) -> None:
        """Do something to the A4 printer."""
        with self.http.lock:
            hand(self._a4, time.monotonic())
            self._keep_pages()

    def a4_power_off(self) -> None:
        self.http.unplug()
        self.a4(lambda printer, now: printer.power_off(now))

    def a4_power_on(self) -> None:
        self.a4(lambda printer, now: printer.power_on(now))
        self.http.plug()

    def a4_clear(self) -> None:
        self.http.speak()
        self.a4(lambda printer, now: printer.clear(now))

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
        return StationStatus(
            pid=os.getpid(),
            state_dir=str(self.places.folder),
            personas=[PersonaLabel(key=key, category=self.persona(key).person.category) for key in keys],
            card_reader=self._card_reader_status(),
            id_reader=self.id_reader.look(self._id_reader_status),
            receipt_printer=self.receipt_printer.look(self._receipt_printer_status),
            a4_printer=self._a4_printer_status(),
        )

    def _card_reader_status(self) -> CardReaderStatus:
        if self._bench is None:
            return CardReaderStatus(
                available=False, card=None, powered=False, pin_tries_left=None, troubles={}, psam=False, pcscd=None
            )
        try:
            told = self._bench.status()
        except BenchGoneError:
            # the other devices are still there: show them
            told = {"pcscd": None, "slots": {"user": _NOTHING, "psam": _NOTHING}, "memories": {}}
        user, psam = told["slots"]["user"], told["slots"]["psam"]
        memory = told["memories"].get(user["card"])
        return CardReaderStatus(
            available=True,
            card=user["card"],
            powered=user["powered"],
            pin_tries_left=None if memory is None else memory["pin_tries_left"],
            troubles={name: value for name, value in user.get("troubles", {}).items() if value not in (False, 0, None)},
            psam=psam["card"] is not None,
            pcscd=told["pcscd"],
        )

    def _id_reader_status(self, reader: IdReader) -> IdReaderStatus:
        return IdReaderStatus(
            plugged=self.id_reader.plugged,
            card=self._id_card if reader.has_card else None,
            place=reader.card_place.name.lower(),
            module=f"{reader.module_state:02X}",
            trouble=reader.trouble.value,
            slow_seconds=reader.extra_seconds,
            rate=reader.baud,
            reads=reader.reads,
        )

    def _receipt_printer_status(self, printer: ReceiptPrinter) -> ReceiptPrinterStatus:
        condition = printer.condition
        return ReceiptPrinterStatus(
            plugged=self.receipt_printer.plugged,
            powered=printer.powered,
            cover_open=condition.cover_open,
            paper_low=condition.near_end,
            paper_out=condition.paper_end,
            cutter_error=condition.cutter_error,
            jam=condition.jam,
            switched_offline=condition.switched_offline,
            receipts_in_mouth=printer.receipts_in_mouth,
            uncut=printer.uncut,
            waiting_bytes=printer.waiting_bytes,
            remarks=list(printer.remarks),
            printed=self._receipts.count,
            newest=[str(file) for file in self._receipts.newest],
        )

    def _a4_printer_status(self) -> A4PrinterStatus:
        with self.http.lock:
            self._keep_pages()
            machine = self._a4.machine
            return A4PrinterStatus(
                uri=self.http.uri,
                powered=self._a4.powered,
                silent=self.http.mute,
                state=machine.state.name.lower(),
                reasons=[*machine.errors(), *machine.warnings()],
                sheets=machine.sheets,
                toner=machine.toner,
                jobs=[
                    JobStatus(
                        number=job.number,
                        state=job.state.name.lower().replace("_", "-"),
                        impressions=job.impressions,
                        of=job.impressions_wanted,
                    )
                    for job in machine.jobs
                ],
                printed=self._pages.count,
                newest=[str(file) for file in self._pages.newest],
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


def id_card(person: Persona) -> IdCard:
    """The resident ID card of a persona."""
    valid_to = person.id_valid_to
    text = citizen_text(
        name=person.name,
        sex=person.sex,
        ethnic=person.ethnic,
        birth_date=person.birth_date.isoformat(),
        address=person.address,
        id_number=person.id_number,
        issuer=person.id_issuer,
        valid_from=person.id_valid_from.isoformat(),
        valid_to=valid_to if isinstance(valid_to, str) else valid_to.isoformat(),
    )
    return IdCard(text, photo_of(person.id_number))


def _fonts() -> FontFiles | None:
    """Without the font receipts are kept as text only."""
    try:
        return ask_fontconfig()
    except NoFontError:
        return None
