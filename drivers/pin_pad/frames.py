"""Frames of the pad, and a parser that tells frames, keys and damage apart in one stream.

    02 | two ASCII hex characters for each byte of (LEN, CMD or status, DATA, BCC) | 03

LEN counts CMD and DATA; BCC is the XOR of LEN to the last byte of DATA. Keys are single raw bytes between frames.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import xor
from typing import Any, Final, TypeAlias

from construct import (
    Bytes,
    Checksum,
    Const,
    ConstructError,
    ExprAdapter,
    GreedyBytes,
    Int8ub,
    NullTerminated,
    RawCopy,
    Rebuild,
    Struct,
    len_,
    this,
)

LONGEST_DATA: Final = 254  # LEN is one byte and counts the command too
_STX, _ETX = 0x02, 0x03
_HEX: Final = frozenset(b"0123456789ABCDEFabcdef")


def xor_of(data: bytes) -> int:
    """XOR over all bytes, the BCC of a frame."""
    return reduce(xor, data, 0)


_BODY = Struct(
    "checked"
    / RawCopy(
        Struct(
            "length" / Rebuild(Int8ub, len_(this.data) + 1),
            "code" / Int8ub,
            "data" / Bytes(this.length - 1),
        )
    ),
    "check" / Checksum(Int8ub, xor_of, this.checked.data),
)


def _from_hex(text: bytes, _context: Any) -> bytes:
    return bytes.fromhex(text.decode("ascii"))


def _to_hex(body: bytes, _context: Any) -> bytes:
    return body.hex().upper().encode("ascii")


_FRAME = Struct(
    "start" / Const(bytes([_STX])),
    "body" / ExprAdapter(NullTerminated(GreedyBytes, term=bytes([_ETX])), _from_hex, _to_hex),
)


def request_frame(code: int, data: bytes = b"") -> bytes:
    """The bytes of one request. ``data`` has at most 254 bytes (ValueError)."""
    if len(data) > LONGEST_DATA:
        raise ValueError("a frame holds at most 254 bytes of data")
    return bytes(_FRAME.build({"body": _BODY.build({"checked": {"value": {"code": code, "data": data}}})}))


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole frame with a right check byte: the status byte and the data (up to 254 bytes, never shown)."""

    status: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyByte:
    """One byte outside frames. It may be a digit of a PIN, so it is not shown and not kept."""

    byte: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Broken:
    """A frame that began and was none. ``shape``: length | character | end | check | cut-off."""

    shape: str


Item: TypeAlias = Answer | KeyByte | Broken


class PadParser:
    """Finds frames and keys in a stream that may hold noise and torn frames.

    No STX can stand inside a frame, so a new one always starts anew and a good frame behind a torn one is not lost.
    The rest of a damaged frame, up to its end or to silence, is never given out as keys: its characters look like
    digits. Whoever waits for keys must take a ``Broken`` for the end of what can be trusted.
    """

    def __init__(self) -> None:
        """Start with an empty stream, outside frames."""
        self._inside = False
        self._skipping = False
        self._text = bytearray()

    @property
    def inside(self) -> bool:
        """In the middle of a frame, or of what is left of one."""
        return self._inside or self._skipping

    def feed(self, data: bytes) -> list[Item]:
        """What these bytes complete, in order."""
        return [item for byte in data for item in self._take(byte)]

    def silence(self) -> Broken | None:
        """The line fell silent; a frame that was on its way will not come."""
        torn = self._inside
        self._leave()
        return Broken("cut-off") if torn else None

    def _take(self, byte: int) -> Iterator[Item]:
        if byte == _STX:
            if self._inside:
                yield Broken("cut-off")
            self._leave()
            self._inside = True
        elif self._skipping:
            self._skipping = byte != _ETX
        elif not self._inside:
            yield KeyByte(byte)
        elif byte == _ETX:
            yield self._frame() if self._whole else Broken("cut-off")
            self._leave()
        elif byte not in _HEX:
            yield self._torn("character")
        elif self._whole:
            yield self._torn("end")
        else:
            self._text.append(byte)
            if self._text == b"00":  # LEN counts the status byte at least
                yield self._torn("length")

    @property
    def _whole(self) -> bool:
        """Every character that LEN promised is here: those of LEN itself, of LEN bytes and of BCC."""
        return len(self._text) > 2 and len(self._text) == 2 * (int(self._text[:2], 16) + 2)

    def _torn(self, shape: str) -> Broken:
        self._leave()
        self._skipping = True
        return Broken(shape)

    def _frame(self) -> Item:
        try:
            checked = _BODY.parse(bytes.fromhex(self._text.decode("ascii"))).checked.value
        except ConstructError:
            return Broken("check")
        return Answer(checked.code, bytes(checked.data))

    def _leave(self) -> None:
        self._text[:] = bytes(len(self._text))  # a torn frame may have swallowed digits
        self._text.clear()
        self._inside = self._skipping = False
