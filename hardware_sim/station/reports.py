"""What each device looks like from outside, as parts of the status document."""

from __future__ import annotations

from hardware_sim.barcode_reader.reader import BarcodeReader
from hardware_sim.cards.troubles import Troubles
from hardware_sim.id_reader.reader import IdReader
from hardware_sim.ipp_printer.machine import Machine
from hardware_sim.pcsc.bench import PcscBench
from hardware_sim.pcsc.errors import BenchGoneError
from hardware_sim.pin_pad.pad import PinPad
from hardware_sim.receipt_printer.printer import ReceiptPrinter
from hardware_sim.station.papers import Tray
from hardware_sim.station.status import (
    A4PrinterStatus,
    BarcodeReaderStatus,
    CardReaderStatus,
    IdReaderStatus,
    JobStatus,
    PinPadStatus,
    ReceiptPrinterStatus,
)

_NOTHING = {"card": None, "powered": False}
_HEALTHY = Troubles().model_dump()


def card_readers(bench: PcscBench | None) -> CardReaderStatus:
    """The user's reader and the PSAM's; without a bench, a station without cards."""
    if bench is None:
        return CardReaderStatus(
            available=False, card=None, powered=False, pin_tries_left=None, troubles={}, psam=False, pcscd=None
        )
    try:
        told = bench.status()
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
        troubles={name: value for name, value in user.get("troubles", {}).items() if value != _HEALTHY[name]},
        psam=psam["card"] is not None,
        pcscd=told["pcscd"],
    )


def id_reader(reader: IdReader, *, plugged: bool, card: str) -> IdReaderStatus:
    return IdReaderStatus(
        plugged=plugged,
        card=card if reader.has_card else None,
        place=reader.card_place.name.lower(),
        module=f"{reader.module_state:02X}",
        trouble=reader.trouble.value,
        slow_seconds=reader.extra_seconds,
        rate=reader.baud,
        reads=reader.reads,
    )


def receipt_printer(printer: ReceiptPrinter, *, plugged: bool, tray: Tray) -> ReceiptPrinterStatus:
    condition = printer.condition
    return ReceiptPrinterStatus(
        plugged=plugged,
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
        printed=tray.count,
        newest=[str(file) for file in tray.newest],
    )


def pin_pad(pad: PinPad, *, plugged: bool) -> PinPadStatus:
    fault = pad.self_test_fault
    return PinPadStatus(
        plugged=plugged,
        powered=pad.powered,
        keypad=pad.keypad.name.lower(),
        entry=None if pad.entry is None else pad.entry.value,
        typed=pad.typed,
        master_keys=pad.keys.master_numbers,
        working_keys=pad.keys.working_count,
        tampered=pad.tampered,
        battery_low=pad.battery_low,
        self_test=None if fault is None else f"F{fault}",
        trouble=pad.troubles.trouble.value,
        slow_seconds=pad.troubles.slow_seconds,
        remarks=list(pad.remarks),
    )


def barcode_reader(reader: BarcodeReader, *, plugged: bool, now: float) -> BarcodeReaderStatus:
    return BarcodeReaderStatus(
        plugged=plugged,
        powered=reader.powered,
        make=reader.make,
        mode=reader.mode.value,
        terminator=reader.terminator.value,
        lamp=reader.lamp(now),
        lit=reader.lit(now),
        trouble=reader.troubles.trouble.value,
        slow_seconds=reader.troubles.slow_seconds,
        rate=reader.rate,
        scans=reader.scans,
        remarks=list(reader.remarks),
    )


def a4_printer(machine: Machine, *, uri: str, powered: bool, silent: bool, tray: Tray) -> A4PrinterStatus:
    return A4PrinterStatus(
        uri=uri,
        powered=powered,
        silent=silent,
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
        printed=tray.count,
        newest=[str(file) for file in tray.newest],
    )
