"""Settings of the three makes as operations, and finding out which of them is on a line."""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from drivers.barcode_reader import gm65, honeywell, newland
from drivers.barcode_reader.honeywell import MenuAnswer
from drivers.barcode_reader.makes import GM65, HONEYWELL, NEWLAND, Make, MakeName
from drivers.barcode_reader.scanner_line import ScannerLine
from drivers.errors import DeviceError, ProtocolError, Refused, Timeout
from drivers.operation import Operation, SetBaud, Write

BAUD_RATES: Final = (115200, 9600)
"""The speeds scanners are delivered with."""

_ANSWER_SECONDS: Final = 1.0
_IDENTIFY_SECONDS: Final = 0.4


def newland_settings(line: ScannerLine, settings: Iterable[str]) -> Operation[None]:
    """Set each of ``#99900030;`` and its like. Refused (fact ``command``): the reader did not take one.

    Whatever happens the reader is told to leave its settings; else it would be deaf for 5 s.
    """
    commands = [(setting, newland.setting(setting)) for setting in settings]
    yield from _enter(line)
    try:
        for setting, data in commands:
            if not (yield from line.ask(setting, data, _of(setting), _ANSWER_SECONDS)):
                raise Refused(line.device, command=setting, sw="?")
    except DeviceError:
        yield from _leave_anyhow()
        raise
    yield from _leave(line, _ANSWER_SECONDS)


def newland_query(line: ScannerLine, query: str) -> Operation[str]:
    """Ask for a setting or a version; the form of ``query`` is the model's. ProtocolError: the answer was damaged."""
    yield from _enter(line)
    try:
        told = yield from line.ask(query, query.encode("ascii"), newland.query_answer, _ANSWER_SECONDS)
    except newland.QueryDamagedError:
        yield from _leave_anyhow()
        raise ProtocolError(line.device, shape="CRC32 of a query's answer", command=query) from None
    except DeviceError:
        yield from _leave_anyhow()
        raise
    yield from _leave(line, _ANSWER_SECONDS)
    return told


def honeywell_menu(line: ScannerLine, tag: str, *, keep: bool = False) -> Operation[str]:
    """A menu command; what the reader tells before its mark. Refused (fact ``command``): it does not know it."""
    question = honeywell.menu(tag, keep=keep)
    answer = yield from line.ask(tag, question, honeywell.menu_answer, _ANSWER_SECONDS)
    if not answer.done:
        raise Refused(line.device, command=tag, sw="05 or 15")
    return answer.told


def gm65_read(line: ScannerLine, address: int, count: int = 1) -> Operation[bytes]:
    """``count`` zones from an address. Refused, or ProtocolError when the answer has another length."""
    name = f"read zone {address:04x}"
    answer = yield from _gm65(line, name, gm65.read_zone(address, count))
    if len(answer.data) != count:
        raise ProtocolError(line.device, shape="number of zones", command=name)
    return answer.data


def gm65_write(line: ScannerLine, address: int, data: bytes) -> Operation[None]:
    """Write zones from an address; lost at power-off. Refused: the engine did not take it."""
    yield from _gm65(line, f"write zone {address:04x}", gm65.write_zone(address, data))


def identify(line: ScannerLine, make: Make, *, seconds: float = _ANSWER_SECONDS) -> Operation[bool]:
    """Does a reader of this make answer? Only questions are asked. A make without questions is never confirmed."""
    try:
        if make.name is MakeName.NEWLAND:
            yield from _enter(line, seconds)
            yield from _leave(line, seconds)
            return True
        if make.name is MakeName.GM65:
            # not the zone of the speed: some makers' manuals give the frame that reads it as the one that saves all
            yield from _gm65(line, "identify", gm65.read_zone(gm65.Zone.LIGHT), seconds)
            return True
        if make.name is MakeName.HONEYWELL:
            question = honeywell.menu(honeywell.REVISION)
            answer: MenuAnswer = yield from line.ask("identify", question, honeywell.menu_answer, seconds)
            return not answer.told or answer.told.startswith(honeywell.REVISION)  # a refusal is an answer too
    except Refused:
        return True
    except Timeout as silence:
        if "command" not in silence.facts:  # the lane's: our time is over
            raise
    return False


def find_make(
    line: ScannerLine, rates: Sequence[int] = BAUD_RATES, makes: Sequence[Make] = (NEWLAND, GM65, HONEYWELL)
) -> Operation[tuple[Make, int] | None]:
    """Ask as each make at each speed; the line stays at the speed that was answered, or goes back to the first.

    None: nobody answered. That may still be a plain reader, which only speaks when it sees a code.
    """
    for rate in rates:
        yield SetBaud(rate)
        for make in makes:
            if (yield from identify(line, make, seconds=_IDENTIFY_SECONDS)):
                return make, rate
            line.owes_nothing()
    yield SetBaud(rates[0])
    return None


def _enter(line: ScannerLine, seconds: float = _ANSWER_SECONDS) -> Operation[None]:
    yield from line.ask("enter settings", newland.ENTER, _has(newland.ENTERED), seconds)


def _leave(line: ScannerLine, seconds: float) -> Operation[None]:
    yield from line.ask("leave settings", newland.LEAVE, _has(newland.LEFT), seconds)


def _leave_anyhow() -> Operation[None]:
    """Tidying up: said once, not waited for. Its answer goes by before the next question."""
    with contextlib.suppress(DeviceError):  # a line that is gone leaves by itself
        yield Write(newland.LEAVE)


def _gm65(line: ScannerLine, name: str, question: bytes, seconds: float = _ANSWER_SECONDS) -> Operation[gm65.Answer]:
    answer = yield from line.ask(name, question, _first_answer, seconds)
    if not answer.done:
        raise Refused(line.device, command=name, sw=f"{answer.type:04x}")
    return answer


def _first_answer(received: bytes) -> gm65.Answer | None:
    answers, _ = gm65.AnswerSplitter().feed(received)
    return answers[0] if answers else None


def _has(mark: bytes) -> Callable[[bytes], bool | None]:
    return lambda received: True if mark in received else None


def _of(setting: str) -> Callable[[bytes], bool | None]:
    return lambda received: newland.setting_answer(setting, received)
