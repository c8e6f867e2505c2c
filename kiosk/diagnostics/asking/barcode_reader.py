"""The barcode reader: which make answers, and at which speed. Its lamp stays off; scanning is the bench test's."""

from __future__ import annotations

from collections.abc import Callable

from drivers.barcode_reader import honeywell, settings
from drivers.barcode_reader.makes import Make, MakeName
from drivers.barcode_reader.scanner_line import ScannerLine
from drivers.errors import Refused
from drivers.operation import Operation
from drivers.status import DeviceState, ScannerState
from kiosk.diagnostics.findings import Examination, Found, Identity


def barcode_reader(
    line: ScannerLine, port: str, baud: int, make: MakeName, clock: Callable[[], float]
) -> Operation[Found]:
    """`baud`, `make`: of the settings; a reader that answers as another one is told as that."""
    exam = Examination(clock, ("answer", "speed"), Identity(port=port))
    return exam.run(_barcode_reader(exam, line, port, baud, make))


def make_on(line: ScannerLine, baud: int) -> Operation[tuple[Make, int] | None]:
    """Who answers, asked at the speed of the settings first. None: nobody, or a reader that takes no commands."""
    rates = dict.fromkeys((baud, *settings.BAUD_RATES))
    return settings.find_make(line, tuple(rates))


def _barcode_reader(exam: Examination, line: ScannerLine, port: str, baud: int, expected: MakeName) -> Operation[None]:
    exam.capabilities |= {"codes": "GS1, QR, plain", "text": "UTF-8, GB18030"}
    found = yield from exam.step("answer", make_on(line, baud))
    if found is None and expected is not MakeName.PLAIN:
        exam.status["device"] = DeviceState.OFFLINE.value
        exam.stop("no_answer", f"silence of a {expected.value}")
    if found is None:
        exam.status |= {"device": DeviceState.UNKNOWN.value, "scanner": ScannerState.UNKNOWN.value}
        exam.unclear("no_command_answered", "silence, as of a reader that takes no commands")
        return
    make, rate = found
    exam.status["device"] = DeviceState.ONLINE.value
    lamp = "by trigger" if make.trigger else "no command"
    exam.capabilities |= {"make": make.name.value, "lamp": lamp, "baud": str(rate)}
    firmware = None
    if make.name is MakeName.HONEYWELL:
        firmware = yield from _revision(line)
    exam.identity = Identity(make.name.value, firmware, None, port)
    if make.name is not expected:
        exam.warnings.append("other_make")
    exam.check("speed", well=rate == baud, cause="wrong_baud", detail="" if rate == baud else f"answers at {rate}")


def _revision(line: ScannerLine) -> Operation[str | None]:
    """What a Honeywell tells of its software; older ones do not know the question."""
    try:
        told = yield from settings.honeywell_menu(line, honeywell.REVISION)
    except Refused:
        return None
    return told.removeprefix(honeywell.REVISION).strip(" :.") or None
