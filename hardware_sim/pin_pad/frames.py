"""Frames of the KMY350 family: `02`, two ASCII hex characters for each byte of LEN ‖ CMD ‖ DATA ‖ BCC, `03`.

LEN counts CMD and DATA, BCC is the XOR of LEN … DATA. An answer has a status byte in place of CMD. Key events are
single raw bytes outside frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

STX, ETX = 0x02, 0x03
LONGEST_TEXT = 2 * (1 + 0xFF + 1)
STALE_AFTER = 0.5
"""Seconds of quiet after which half a request is forgotten, so that the next one is read from its own start."""
_HEX = frozenset(b"0123456789ABCDEF")


def frame(first: int, data: bytes = b"") -> bytes:
    """A whole frame with CMD or status `first`."""
    counted = bytes((1 + len(data), first)) + data
    text = (counted + bytes((reduce(xor, counted),))).hex().upper()
    return bytes((STX,)) + text.encode("ascii") + bytes((ETX,))


@dataclass(frozen=True, repr=False)
class Request:
    """A well-formed frame. Has no repr of its data: it may be a key."""

    command: int
    data: bytes


@dataclass(frozen=True)
class Malformed:
    """A frame from `02` to `03` that is none; `why` in a few words."""

    why: str


Heard = Request | Malformed


class RequestReader:
    """Cuts the bytes of the host into frames, whatever the pieces they come in. Bytes outside frames are noise."""

    def __init__(self) -> None:
        self._text: bytearray | None = None
        self._last = float("-inf")

    def hear(self, data: bytes, now: float) -> list[Heard]:
        """All that became complete with `data`; `now` in seconds tells how long the line was quiet."""
        if data and now - self._last > STALE_AFTER:
            self.forget()
        if data:
            self._last = now
        heard: list[Heard] = []
        for byte in data:
            if byte == STX:
                # a second 02 begins anew: it cannot occur inside
                self.forget()
                self._text = bytearray()
            elif self._text is None:
                continue
            elif byte == ETX:
                heard.append(read(bytes(self._text)))
                self.forget()
            else:
                self._text.append(byte)
                if len(self._text) > LONGEST_TEXT:
                    self.forget()
        return heard

    def forget(self) -> None:
        """Drop what was begun, overwritten: it may be half a key."""
        if self._text is not None:
            self._text[:] = bytes(len(self._text))
        self._text = None


def read(text: bytes) -> Heard:
    """What stands between `02` and `03`."""
    if not _HEX.issuperset(text):
        return Malformed("not hexadecimal in capitals")
    if len(text) % 2 or len(text) < 6:
        return Malformed("too short or half a byte")
    raw = bytes.fromhex(text.decode("ascii"))
    if raw[0] != len(raw) - 2:
        return Malformed(f"length {raw[0]:02X} for {len(raw) - 2} bytes")
    if reduce(xor, raw):
        return Malformed("wrong checksum")
    return Request(raw[1], raw[2:-1])
