"""Frames of engines of the GM65 kind: commands to zones (registers), and answers that come among the scanned text.

    command  7E 00 | type | length | address 2 | data  | CRC 2
    answer   02 00 | type | length             | data  | CRC 2

CRC-16/CCITT (polynomial 1021, start 0) over everything behind the first two bytes; a command may carry AB CD instead,
which means "do not check". Answer types: 00 done, 01 wrong CRC, 02 memory does not answer, 03 invalid command (makers'
manuals). Length 00 in an answer means 256.
"""

import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from construct import Bytes, Checksum, Const, ConstructError, Int8ub, Int16ub, RawCopy, Rebuild, Struct, len_, this

UNCHECKED: Final = bytes.fromhex("ABCD")
_ANSWER_HEAD: Final = b"\x02\x00"
_LONGEST: Final = 256


def crc(data: bytes) -> int:
    """CRC-16/CCITT as these engines use it (also known as XMODEM)."""
    return binascii.crc_hqx(data, 0)


class Type(IntEnum):
    """What a command does with a zone."""

    READ = 0x07
    WRITE = 0x08


class Zone(IntEnum):
    """Addresses this driver uses."""

    LIGHT = 0x0000  # bits 3 and 2: 00 never, 01 while scanning, 11 always
    TRIGGER = 0x0002


LIGHT_MASK: Final = 0x0C
LIGHT_ALWAYS: Final = 0x0C
LIGHT_WHILE_SCANNING: Final = 0x04

_BODY = Struct(
    "type" / Int8ub,
    "length" / Rebuild(Int8ub, len_(this.data)),
    "address" / Int16ub,
    "data" / Bytes(this.length),
)
_COMMAND = Struct(
    "head" / Const(b"\x7e\x00"),
    "body" / RawCopy(_BODY),
    "check" / Checksum(Int16ub, crc, this.body.data),
)
_UNCHECKED_COMMAND = Struct("head" / Const(b"\x7e\x00"), "body" / _BODY, "check" / Const(UNCHECKED))
_ANSWER = Struct(
    "head" / Const(_ANSWER_HEAD),
    "body"
    / RawCopy(
        Struct(
            "type" / Int8ub,
            "length" / Rebuild(Int8ub, len_(this.data)),
            "data" / Bytes(lambda context: context.length or _LONGEST),
        )
    ),
    "check" / Checksum(Int16ub, crc, this.body.data),
)


def read_zone(address: int, count: int = 1) -> bytes:
    """The command that reads ``count`` zones from an address."""
    return _command(Type.READ, address, bytes([count]), checked=True)


def write_zone(address: int, data: bytes, *, checked: bool = True) -> bytes:
    """The command that writes zones from an address."""
    return _command(Type.WRITE, address, data, checked=checked)


def _command(kind: Type, address: int, data: bytes, *, checked: bool) -> bytes:
    body = {"type": kind, "address": address, "data": data}
    if checked:
        return bytes(_COMMAND.build({"body": {"value": body}}))
    return bytes(_UNCHECKED_COMMAND.build({"body": body}))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with a right CRC."""

    type: int
    data: bytes = field(repr=False)

    @property
    def done(self) -> bool:
        """The command was done."""
        return self.type == 0


class AnswerSplitter:
    """Takes answers out of a stream of scanned text. At most one answer is kept waiting.

    A text cannot hold 02 00: what begins so and is no answer with a right CRC is damage, and its two bytes go with it.
    """

    def __init__(self) -> None:
        """Start with an empty stream."""
        self._held = bytearray()
        self._text = bytearray()
        self.damaged = 0

    def feed(self, data: bytes) -> tuple[list[Answer], bytes]:
        """The answers completed by these bytes, and the text around them."""
        self._held += data
        answers = list(self._complete())
        return answers, self._taken()

    def silence(self) -> bytes:
        """Nothing more comes: what looked like the beginning of an answer is text or damage."""
        if self._held.startswith(_ANSWER_HEAD):
            self.damaged += 1
            del self._held[: len(_ANSWER_HEAD)]
        self._text += self._held
        self._held.clear()
        return self._taken()

    def _taken(self) -> bytes:
        text = bytes(self._text)
        self._text.clear()
        return text

    def _complete(self) -> Iterator[Answer]:
        while self._align():
            if len(self._held) < 4 or len(self._held) < self._size:
                return
            frame = bytes(self._held[: self._size])
            try:
                body = _ANSWER.parse(frame).body.value
            except ConstructError:
                self.damaged += 1
                del self._held[: len(_ANSWER_HEAD)]
                continue
            del self._held[: len(frame)]
            yield Answer(body.type, bytes(body.data))

    @property
    def _size(self) -> int:
        return 4 + (self._held[3] or _LONGEST) + 2

    def _align(self) -> bool:
        """Bring the beginning of an answer to the front, and pass on the text before it."""
        start = self._held.find(_ANSWER_HEAD)
        if start < 0:
            start = len(self._held) - self._held.endswith(_ANSWER_HEAD[:1])
        self._text += self._held[:start]
        del self._held[:start]
        return len(self._held) >= len(_ANSWER_HEAD)
