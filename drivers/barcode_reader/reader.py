"""Operations of the barcode reader: a scan with its lamp, the lamp alone, the status.

A scan takes what is shown after it was asked for and nothing else, and however it ends the reader stops looking.
"""

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from drivers.barcode_reader import gm65, settings
from drivers.barcode_reader.gm65 import AnswerSplitter
from drivers.barcode_reader.gs1 import BrokenElementString, ElementString, gs1_content
from drivers.barcode_reader.lines import (
    SILENCE_SECONDS,
    LineAssembler,
    TooLong,
    UndecodableError,
    decode,
)
from drivers.barcode_reader.makes import PLAIN, Make, MakeName
from drivers.barcode_reader.scanner_line import ScannerLine
from drivers.errors import DeviceError
from drivers.operation import Operation, ReadUntil, Write
from drivers.status import BarcodeReaderStatus, DeviceState, ScannerState

DEVICE: Final = "barcode_reader"
_SAME_SECONDS: Final = 2.0
_TRIGGER_SECONDS: Final = 4.0  # triggered engines give up by themselves after 5 s as delivered
_LATE_SECONDS: Final = 1.0  # for the rest of a line that began in time


@dataclass(frozen=True, slots=True)
class Scan:
    """A code's text, and what it says as GS1 when it says that it is."""

    text: str = field(repr=False)
    gs1: ElementString | BrokenElementString | None


@dataclass(frozen=True, slots=True)
class NoScan:
    """Nobody showed a code in the time given."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A code was shown whose text we cannot take. ``rule``: too-long | encoding | damaged."""

    rule: str


ScanResult: TypeAlias = Scan | NoScan | Unreadable


class BarcodeReader:
    """One reader on one line. Of what was scanned it remembers a hash and a time, so that a code counts once.

    Operations end with errors of ``drivers.errors``: Timeout and Refused (fact ``command``), ProtocolError, the link's.
    """

    def __init__(self, clock: Callable[[], float], make: Make = PLAIN, device: str = DEVICE) -> None:
        """``clock`` gives monotonic seconds; ``device`` is the name in errors."""
        self.line = ScannerLine(clock, device)
        self.make = make
        self._clock = clock
        self._last = b""
        self._last_seen = 0.0
        self._scanner = ScannerState.UNKNOWN if make.trigger else ScannerState.NOT_SUPPORTED

    def scan(self, seconds: float) -> Operation[ScanResult]:
        """Wait at most ``seconds`` for a code.

        What came before is dropped. A text that was last seen at most 2 s ago is still the same code, held there.
        """
        try:
            yield from self.line.quiet()
            result = yield from self._wait(seconds)
        except DeviceError:
            with contextlib.suppress(DeviceError):  # a line that is gone has no lamp to switch off
                yield from self.stop()
            raise
        yield from self.stop()
        return result

    def trigger(self) -> Operation[None]:
        """Light the lamp and look for codes, where the make has a command for it."""
        if self.make.trigger is not None:
            yield Write(self.make.trigger)
            self._scanner = ScannerState.ON

    def stop(self) -> Operation[None]:
        """Stop looking for codes; the lamp goes off."""
        if self.make.stop is not None:
            self._scanner = ScannerState.UNKNOWN
            yield Write(self.make.stop)
            self._scanner = ScannerState.OFF

    def lamp(self, on: bool) -> Operation[bool]:
        """Let the lamp be lit all the time, or only while the reader looks for a code. False: this make's lamp has no
        command of its own and goes with the trigger."""
        if self.make.name is not MakeName.GM65:
            return False
        (light,) = yield from settings.gm65_read(self.line, gm65.Zone.LIGHT)
        wanted = gm65.LIGHT_ALWAYS if on else gm65.LIGHT_WHILE_SCANNING
        yield from settings.gm65_write(self.line, gm65.Zone.LIGHT, bytes([light & ~gm65.LIGHT_MASK | wanted]))
        return True

    def status(self) -> Operation[BarcodeReaderStatus]:
        """Ask whether the reader is there. Silence is OFFLINE; of a plain reader, which cannot be asked, UNKNOWN."""
        if self.make.name is MakeName.PLAIN:
            return BarcodeReaderStatus(DeviceState.UNKNOWN, self._scanner)
        there = yield from settings.identify(self.line, self.make)
        if there:
            return BarcodeReaderStatus(DeviceState.ONLINE, self._scanner)
        return BarcodeReaderStatus(DeviceState.OFFLINE, ScannerState.UNKNOWN)

    def _wait(self, seconds: float) -> Operation[ScanResult]:
        end = self._clock() + seconds
        lines = LineAssembler()
        answers = AnswerSplitter() if self.make.name is MakeName.GM65 else None
        damaged = 0
        trigger_at = self._clock()
        while (now := self._clock()) < (end + _LATE_SECONDS if lines.holds else end):
            if now >= trigger_at and not lines.holds:
                yield from self.trigger()
                trigger_at = now + _TRIGGER_SECONDS
            received: bytes = yield ReadUntil(SILENCE_SECONDS if lines.holds else min(end, trigger_at) - now)
            if received:
                found = lines.feed(answers.feed(received)[1] if answers else received)
            else:
                found = lines.feed(answers.silence() if answers else b"") + lines.silence()
            if answers and found and answers.damaged > damaged:
                return Unreadable("damaged")  # part of the text may have gone with it
            if answers and not lines.holds:
                damaged = answers.damaged
            for line in found:
                if (result := self._seen(line)) is not None:
                    return result
        return NoScan()

    def _seen(self, line: bytes | TooLong) -> ScanResult | None:
        """What a line is; None for one that is still the last one."""
        if isinstance(line, TooLong):
            return Unreadable("too-long")
        try:
            text = decode(line)
        except UndecodableError:
            return Unreadable("encoding")
        now, digest = self._clock(), hashlib.sha256(line).digest()
        same = digest == self._last and now - self._last_seen <= _SAME_SECONDS
        self._last, self._last_seen = digest, now
        return None if same else Scan(text, gs1_content(text))
