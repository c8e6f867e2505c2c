"""Frames of the SAM_V module: one layout for each direction, and a parser for a byte stream.

Source: GA 450 / GA 467 as documented in the open protocol pages.

    request  AA AA AA 96 69 | Len | CMD PARA     | data | CHK
    answer   AA AA AA 96 69 | Len | SW1 SW2 SW3  | data | CHK

Len counts everything after itself, CHK included; CHK is the XOR of all bytes from Len to the one before CHK.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import xor
from typing import Final

from construct import Bytes, Checksum, Const, Int8ub, Int16ub, RawCopy, Rebuild, Struct, len_, this

PREAMBLE: Final = bytes.fromhex("AAAAAA9669")
SHORTEST_ANSWER: Final = 4
LONGEST_ANSWER: Final = 0x0C00  # the longest known is 0x090A; a flipped bit must not make us wait for 64 KiB


def xor_of(data: bytes) -> int:
    """XOR over all bytes, the CHK of a frame."""
    return reduce(xor, data, 0)


_REQUEST = Struct(
    "preamble" / Const(PREAMBLE),
    "body"
    / RawCopy(
        Struct(
            "length" / Rebuild(Int16ub, len_(this.data) + 3),
            "command" / Bytes(2),
            "data" / Bytes(this.length - 3),
        )
    ),
    "check" / Checksum(Int8ub, xor_of, this.body.data),
)

_HEAD = Struct("preamble" / Const(PREAMBLE), "length" / Int16ub)

_HEAD_SIZE: Final[int] = _HEAD.sizeof()

_ANSWER = Struct(
    "preamble" / Const(PREAMBLE),
    "length" / Int16ub,
    "sw" / Bytes(3),
    "data" / Bytes(this.length - 4),
    "check" / Int8ub,
)


def request_frame(command: bytes, data: bytes = b"") -> bytes:
    """The bytes of one request; ``command`` is CMD PARA (2 bytes)."""
    return bytes(_REQUEST.build({"body": {"value": {"command": command, "data": data}}}))


@dataclass(frozen=True)
class Answer:
    """One whole answer with a right check sum: SW1 SW2 SW3 and the data (up to 0xBFC bytes, never shown)."""

    sw: bytes
    data: bytes = field(repr=False)


class FrameParser:
    """Finds answers in a stream that may hold noise, torn frames and several frames at once.

    After a wrong check sum or an impossible length exactly one byte is thrown away and the search goes on, so a good
    frame behind (or inside) a broken one is not lost. Inside a frame whose length is known no preamble is looked for:
    photo bytes may contain it. At most one frame is kept waiting, whatever arrives.
    """

    def __init__(self) -> None:
        """Start with an empty stream."""
        self._held = bytearray()
        self.noise_bytes = 0
        self.wrong_checks = 0
        self.wrong_lengths = 0

    def feed(self, data: bytes) -> list[Answer]:
        """The answers completed by these bytes, in order."""
        self._held += data
        return list(self._complete())

    def _complete(self) -> Iterator[Answer]:
        while self._align():
            head = _HEAD.parse(self._held)
            if not SHORTEST_ANSWER <= head.length <= LONGEST_ANSWER:
                self.wrong_lengths += 1
                self._drop(1)
                continue
            size = _HEAD_SIZE + head.length
            if len(self._held) < size:
                return
            frame = bytes(self._held[:size])
            parsed = _ANSWER.parse(frame)
            if parsed.check != xor_of(frame[len(PREAMBLE) : -1]):
                self.wrong_checks += 1
                self._drop(1)
                continue
            del self._held[:size]
            yield Answer(bytes(parsed.sw), bytes(parsed.data))

    def _align(self) -> bool:
        """Bring a preamble with its length to the front; False when more bytes are needed."""
        start = self._held.find(PREAMBLE)
        if start < 0:
            # the end may be the first part of a preamble that is still on its way
            kept = next((n for n in range(len(PREAMBLE) - 1, 0, -1) if self._held.endswith(PREAMBLE[:n])), 0)
            self._drop(len(self._held) - kept)
            return False
        self._drop(start)
        return len(self._held) >= _HEAD_SIZE

    def _drop(self, count: int) -> None:
        self.noise_bytes += count
        del self._held[:count]
