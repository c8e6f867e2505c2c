"""`kiosk diagnose --find`: which device is on which port, and the settings that say so."""

from __future__ import annotations

import queue
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from kiosk.cli.answers import Exit, refuse
from kiosk.cli.technician import Language, devices_lent, progress, settings_of, tell

if TYPE_CHECKING:
    from drivers.operation import FoundReaders
    from kiosk.diagnostics.report import FindReport


def find_devices(
    data: Path | None, ports: list[str] | None, language: Language, *, take: bool, as_json: bool
) -> NoReturn:
    """Ends the command: 0 something was found, 1 nobody answered, 3 ports could not be asked and nothing was found.

    `data` is needed only to borrow the devices of a running terminal.
    """
    from kiosk.diagnostics.judging import words
    from kiosk.diagnostics.search import shown

    with progress(as_json=as_json) as say:
        say(getattr(words("diagnose.find.searching"), language))
        if data is not None and (data / "terminal.toml").exists():
            folder, settings = settings_of(data, as_json=as_json)
            with devices_lent(folder, settings, say, take=take, as_json=as_json):
                report = _searched(ports)
        else:
            report = _searched(ports)
    tell(report, shown(report, language.value), None, as_json=as_json)
    answers = {port.answer for port in report.ports}
    if "found" in answers or report.user_reader or report.sam_reader:
        raise typer.Exit(int(Exit.DONE))
    held = next((answer for answer in ("busy", "not-permitted") if answer in answers), None)
    advice = words(f"diagnose.next.find.{held or 'nothing'}")
    code, sentence = (Exit.UNKNOWN, "ports could not be asked") if held else (Exit.NO, "no device answered")
    refuse(code, sentence, why=held or "nothing", next_step=advice.en, as_json=False)


def _searched(ports: list[str] | None) -> FindReport:
    from drivers.discovery.find import find_devices as ask_ports
    from drivers.discovery.find import serial_ports
    from kiosk.app.hardening import harden
    from kiosk.diagnostics.search import find_report

    harden()
    return find_report(ask_ports(ports or serial_ports()), _readers())


def _readers() -> FoundReaders:
    """Any reader may have either role; without the service there is none."""
    from drivers.card_reader.commands import SELECT_PSAM
    from drivers.lanes import Done, ThreadLane
    from drivers.links.pcsc import PcscLink, ReaderRoles
    from drivers.operation import FindReaders, Operation
    from kiosk.diagnostics.search import NO_READERS

    def found() -> Operation[FoundReaders]:
        told: FoundReaders = yield FindReaders()
        return told

    every = re.compile("")
    lane = ThreadLane("card-reader", PcscLink(ReaderRoles(every, every, SELECT_PSAM.wire())))
    outcomes: queue.SimpleQueue[Any] = queue.SimpleQueue()
    try:
        lane.submit(found(), outcomes.put, deadline=20)
        outcome = outcomes.get()
    finally:
        lane.stop()
    return outcome.value if isinstance(outcome, Done) else NO_READERS
