"""Cuts a stream of ESC/POS bytes into whole commands and characters, whatever the pieces it arrives in.

How long a command is must be known even when this printer does nothing with it: otherwise its parameters would come out
as text. Text is single bytes, or two-byte GB18030 while the Chinese mode is on (1C 26).
"""

from __future__ import annotations

from dataclasses import dataclass

WIDEST_PICTURE, HIGHEST_PICTURE = 0x80, 0x0FFF
"""Bytes a row and rows of a raster picture. More is a damaged command: no printer waits for four gigabytes."""
MOST_TABS = 32

FIXED: dict[bytes, int] = {
    b"\x1b@": 0,
    b"\x1ba": 1,
    b"\x1bE": 1,
    b"\x1b!": 1,
    b"\x1bd": 1,
    b"\x1bJ": 1,
    b"\x1bi": 0,
    b"\x1bm": 0,
    b"\x1bR": 1,
    b"\x1bt": 1,
    b"\x1bv": 0,
    b"\x1b2": 0,
    b"\x1b3": 1,
    b"\x1b-": 1,
    b"\x1c&": 0,
    b"\x1c.": 0,
    b"\x1c!": 1,
    b"\x1d!": 1,
    b"\x1dr": 1,
    b"\x1da": 1,
    b"\x1de": 1,
}
"""Commands this printer obeys, with the number of bytes that follow."""

WITHOUT_EFFECT: dict[bytes, int] = {
    b"\x1b ": 1,
    b"\x1b$": 2,
    b"\x1b9": 1,
    b"\x1b=": 1,
    b"\x1bG": 1,
    b"\x1bM": 1,
    b"\x1bV": 1,
    b"\x1b\\": 2,
    b"\x1bc": 2,
    b"\x1bp": 3,
    b"\x1b{": 1,
    b"\x1c-": 1,
    b"\x1cS": 2,
    b"\x1cW": 1,
    b"\x1dB": 1,
    b"\x1dH": 1,
    b"\x1dL": 2,
    b"\x1dP": 2,
    b"\x1dW": 2,
    b"\x1db": 1,
    b"\x1df": 1,
    b"\x1dh": 1,
    b"\x1dw": 1,
}
"""Commands of other printers, whose length is known: noted and skipped."""

INTRODUCERS = b"\x10\x1b\x1c\x1d"


@dataclass(frozen=True)
class Command:
    """A command and the bytes that belong to it."""

    code: bytes
    args: bytes
    size: int


@dataclass(frozen=True)
class Character:
    """One printable character as it came, 1 or 2 bytes, in the mode it came in."""

    raw: bytes
    chinese: bool

    @property
    def size(self) -> int:
        return len(self.raw)


@dataclass(frozen=True)
class Unknown:
    """Bytes that begin like a command and are none."""

    raw: bytes

    @property
    def size(self) -> int:
        return len(self.raw)


Piece = Command | Character | Unknown


class Stream:
    """Collects bytes and hands out what is complete. `chinese_at_start` is how the printer wakes up."""

    def __init__(self, *, chinese_at_start: bool) -> None:
        self._chinese_at_start = chinese_at_start
        self._chinese = chinese_at_start
        self._held = bytearray()

    @property
    def held(self) -> int:
        """Bytes of a command that is not yet whole."""
        return len(self._held)

    def forget(self) -> None:
        """Power off: what was begun is gone, the mode too."""
        self._held.clear()
        self._chinese = self._chinese_at_start

    def add(self, data: bytes) -> list[Piece]:
        self._held += data
        pieces: list[Piece] = []
        start = 0
        while start < len(self._held):
            piece = self._piece(start)
            if piece is None:
                break
            start += piece.size
            pieces.append(piece)
            if isinstance(piece, Command):
                self._follow_mode(piece)
        del self._held[:start]
        return pieces

    def _follow_mode(self, command: Command) -> None:
        if command.code == b"\x1b@":
            self._chinese = self._chinese_at_start
        elif command.code in (b"\x1c&", b"\x1c."):
            self._chinese = command.code == b"\x1c&"

    def _piece(self, start: int) -> Piece | None:
        held = self._held
        first = held[start]
        if first not in INTRODUCERS:
            if self._chinese and 0x81 <= first <= 0xFE:
                if start + 1 >= len(held):
                    return None
                second = held[start + 1]
                if 0x40 <= second <= 0xFE and second != 0x7F:
                    return Character(bytes(held[start : start + 2]), chinese=True)
            return Character(bytes(held[start : start + 1]), chinese=self._chinese)
        if start + 1 >= len(held):
            return None
        code = bytes(held[start : start + 2])
        length = self._arguments(code, start + 2)
        if length is None:
            return None
        if length < 0:
            return Unknown(code)
        end = start + 2 + length
        if len(held) < end:
            return None
        return Command(code, bytes(held[start + 2 : end]), 2 + length)

    def _arguments(self, code: bytes, start: int) -> int | None:
        """Number of bytes after the code; None: not known yet; negative: no such command."""
        if code in FIXED:
            return FIXED[code]
        if code in WITHOUT_EFFECT:
            return WITHOUT_EFFECT[code]
        args = self._held[start : start + 6]
        match code:
            case b"\x10\x04" | b"\x10\x05":
                return 1
            case b"\x10\x14":
                return 3
            case b"\x1dV":
                return None if not args else 2 if args[0] in (0x41, 0x42) else 1
            case b"\x1dv":
                if len(args) < 6:
                    return None
                width, rows = int.from_bytes(args[2:4], "little"), int.from_bytes(args[4:6], "little")
                return 6 + width * rows if width <= WIDEST_PICTURE and rows <= HIGHEST_PICTURE else 6
            case b"\x1d(" | b"\x1c(" | b"\x1b(":
                return None if len(args) < 3 else 3 + int.from_bytes(args[1:3], "little")
            case b"\x1bD":
                end = self._held.find(0, start, start + MOST_TABS + 1)
                if end < 0:
                    return -1 if len(self._held) > start + MOST_TABS else None
                return end - start + 1
        return -1
