"""Frames of the SAM_V module protocol (GA 450 readers), seen from the reader's end of the line.

Host to reader `AA AA AA 96 69 | LenH LenL | CMD PARA [data] | CHK`; the answer has SW1 SW2 SW3 in place of CMD PARA.
Len counts everything after the length field, CHK is the XOR of everything from LenH to the byte before CHK.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

PREAMBLE = bytes.fromhex("AAAAAA9669")
SHORTEST_REQUEST = 3
LONGEST_REQUEST = 0x40
"""No request carries more than a few bytes; a longer one is a damaged length."""
STALE_AFTER = 0.5
"""Seconds of quiet after which half a request is forgotten, so that the next one is read from its own start."""


def checksum(data: bytes) -> int:
    """XOR of all bytes, 0 … 255."""
    return reduce(xor, data, 0)


def answer(sw3: int, data: bytes = b"") -> bytes:
    """A whole frame, reader to host, with status `00 00 sw3`."""
    body = bytes((0, 0, sw3)) + data
    counted = (len(body) + 1).to_bytes(2, "big") + body
    return PREAMBLE + counted + bytes((checksum(counted),))


@dataclass(frozen=True)
class Request:
    """A request with a right checksum; `command` is CMD ‖ PARA."""

    command: bytes
    data: bytes


@dataclass(frozen=True)
class WrongLength:
    """A length no request can have (answered 11)."""


@dataclass(frozen=True)
class WrongChecksum:
    """A whole frame whose checksum is wrong (answered 10)."""


Heard = Request | WrongLength | WrongChecksum


class RequestReader:
    """Cuts the bytes of the host into requests, whatever the pieces they come in."""

    def __init__(self) -> None:
        self._held = b""
        self._last = float("-inf")

    def hear(self, data: bytes, now: float) -> list[Heard]:
        """All that became complete with `data`; `now` in seconds tells how long the line was quiet."""
        if data and now - self._last > STALE_AFTER:
            self._held = b""
        if data:
            self._last = now
        self._held += data
        heard: list[Heard] = []
        while (one := self._next()) is not None:
            heard.append(one)
        return heard

    def forget(self) -> None:
        """Drop what was begun (power off, another line speed)."""
        self._held = b""

    def _next(self) -> Heard | None:
        start = self._held.find(PREAMBLE)
        if start < 0:
            # the tail may be the first half of a preamble
            self._held = self._held[-(len(PREAMBLE) - 1) :]
            return None
        frame = self._held[start:]
        if len(frame) < len(PREAMBLE) + 2:
            self._held = frame
            return None
        length = int.from_bytes(frame[5:7], "big")
        if not SHORTEST_REQUEST <= length <= LONGEST_REQUEST:
            self._held = frame[1:]
            return WrongLength()
        end = len(PREAMBLE) + 2 + length
        if len(frame) < end:
            self._held = frame
            return None
        counted, check = frame[5 : end - 1], frame[end - 1]
        if checksum(counted) != check:
            self._held = frame[1:]
            return WrongChecksum()
        self._held = frame[end:]
        return Request(counted[2:4], counted[4:])
