"""Turns commands and characters into a strip of paper: settings, the line being filled, QR codes and pictures.

Anything a strict printer would not like (a command it lacks, a picture too wide, a cut in the middle of a line) is
noted in `remarks`, so that a test can promise there is none.
"""

from __future__ import annotations

import codecs
from collections import deque
from dataclasses import dataclass

from hardware_sim.receipt_printer.stream import WITHOUT_EFFECT, Character, Command, Piece, Unknown
from hardware_sim.receipt_printer.ticket import (
    CELL,
    DOTS,
    JUNK,
    LINE_SPACING,
    Align,
    Ending,
    Feed,
    Glyph,
    Item,
    Line,
    Qr,
    Raster,
    Ticket,
)

TAB_COLUMNS = 8
REMARKS_KEPT = 100
QR_LEVELS = {0x30: "l", 0x31: "m", 0x32: "q", 0x33: "h"}
CODE_PAGES = {0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 16: "cp1252", 17: "cp866", 18: "cp852"}
CHINA = 0x0F


@dataclass
class _Settings:
    align: Align = Align.LEFT
    bold: bool = False
    underlined: bool = False
    small: bool = False
    latin: tuple[int, int] = (1, 1)
    chinese: tuple[int, int] = (1, 1)
    chinese_underlined: bool = False
    line_spacing: int = LINE_SPACING
    code_page: str = CODE_PAGES[0]
    international: int = 0
    qr_module: int = 3
    qr_level: str = "l"
    qr_content: bytes = b""


class Composer:
    """One strip of paper under the print head."""

    def __init__(self) -> None:
        self._settings = _Settings()
        self._glyphs: list[Glyph] = []
        self._items: list[Item] = []
        self.remarks: deque[str] = deque(maxlen=REMARKS_KEPT)

    @property
    def empty(self) -> bool:
        """Whether nothing printed is hanging out."""
        return not self._items

    def initialise(self) -> None:
        """1B 40, and power on: the line being filled and all settings are gone, what is printed stays on the strip."""
        self._settings = _Settings()
        self._glyphs.clear()

    def apply(self, piece: Piece) -> int:
        """Obey one piece; dots the paper moved."""
        match piece:
            case Character():
                return self._character(piece)
            case Unknown(raw=raw):
                self.remarks.append(f"no such command: {raw.hex(' ').upper()}")
                return 0
            case Command():
                return self._command(piece)

    def cut(self, ending: Ending) -> tuple[Ticket | None, int]:
        """Take the strip off; None if it is white. The second value is the dots the paper moved before."""
        moved = 0
        if self._glyphs and ending is not Ending.TORN_OFF:
            self.remarks.append("cut in the middle of a line")
            moved = self._flush()
        items, self._items = tuple(self._items), []
        return (Ticket(items, ending) if any(not isinstance(item, Feed) for item in items) else None), moved

    def feed(self, dots: int) -> int:
        """Move white paper (or end the line being filled, at least `dots` high)."""
        if self._glyphs:
            return self._flush(dots)
        if dots:
            self._put(Feed(dots))
        return dots

    # inside

    def _put(self, item: Item) -> int:
        self._items.append(item)
        return item.height

    def _flush(self, at_least: int = 0) -> int:
        if not self._glyphs:
            return 0
        height = max(at_least, *(glyph.height for glyph in self._glyphs))
        line = Line(tuple(self._glyphs), self._settings.align, height)
        self._glyphs.clear()
        return self._put(line)

    def _alone_on_its_line(self, what: str) -> int:
        if not self._glyphs:
            return 0
        self.remarks.append(f"{what} in the middle of a line")
        return self._flush(self._settings.line_spacing)

    def _character(self, character: Character) -> int:
        raw = character.raw
        if len(raw) == 1 and raw[0] < 0x20:
            return self._control(raw[0])
        return self._add(self._glyph(character))

    def _control(self, code: int) -> int:
        if code == 0x0A:
            return self.feed(self._settings.line_spacing)
        if code == 0x09:
            used = sum(glyph.width for glyph in self._glyphs) // CELL
            return sum(
                self._add(Glyph(" ", chinese=False)) for _ in range(TAB_COLUMNS - used % TAB_COLUMNS) if used < DOTS
            )
        if code != 0x0D:
            self.remarks.append(f"control character {code:02X}")
        return 0

    def _add(self, glyph: Glyph) -> int:
        moved = 0
        if sum(each.width for each in self._glyphs) + glyph.width > DOTS:
            moved = self._flush(self._settings.line_spacing)
        self._glyphs.append(glyph)
        return moved

    def _glyph(self, character: Character) -> Glyph:
        settings = self._settings
        if len(character.raw) == 2:
            text = _two_bytes(character.raw)
            if text is None:
                self.remarks.append(f"no glyph for GB18030 {character.raw.hex().upper()}")
            wide, high = settings.chinese
            return Glyph(text or JUNK, True, wide, high, settings.bold, settings.chinese_underlined)
        byte = character.raw[0]
        if byte < 0x80:
            text = "¥" if byte == 0x24 and settings.international == CHINA else chr(byte)
        elif character.chinese:
            # first byte of a four-byte character, or a stray one: the glyph memory ends with the two-byte set
            self.remarks.append(f"byte {byte:02X} begins no two-byte character")
            text = JUNK
        else:
            text = codecs.decode(character.raw, settings.code_page, "replace").replace("\ufffd", JUNK)
        wide, high = settings.latin
        return Glyph(text, False, wide, high, settings.bold, settings.underlined, settings.small)

    def _command(self, command: Command) -> int:
        settings, args = self._settings, command.args
        match command.code:
            case b"\x1b@":
                self.initialise()
            case b"\x1ba":
                self._align(args[0])
            case b"\x1bE":
                settings.bold = bool(args[0] & 1)
            case b"\x1b-":
                settings.underlined = args[0] in (1, 2, 0x31, 0x32)
            case b"\x1b!":
                settings.small, settings.bold = bool(args[0] & 0x01), bool(args[0] & 0x08)
                settings.latin = (2 if args[0] & 0x20 else 1, 2 if args[0] & 0x10 else 1)
                settings.underlined = bool(args[0] & 0x80)
            case b"\x1d!":
                settings.latin = settings.chinese = ((args[0] >> 4 & 7) + 1, (args[0] & 7) + 1)
            case b"\x1c!":
                settings.chinese = (2 if args[0] & 0x04 else 1, 2 if args[0] & 0x08 else 1)
                settings.chinese_underlined = bool(args[0] & 0x80)
            case b"\x1b2":
                settings.line_spacing = LINE_SPACING
            case b"\x1b3":
                settings.line_spacing = args[0]
            case b"\x1bd":
                moved = self.feed(settings.line_spacing) if self._glyphs else 0
                return moved + self.feed(settings.line_spacing * max(0, args[0] - (1 if moved else 0)))
            case b"\x1bJ":
                return self.feed(args[0])
            case b"\x1bR":
                settings.international = args[0]
            case b"\x1bt":
                self._code_page(args[0])
            case b"\x1dv":
                return self._raster(args)
            case b"\x1d(":
                return self._qr(args)
            case b"\x1c&" | b"\x1c.":
                pass  # the stream follows the mode, because it decides where a character ends
            case code:
                known = "has no effect here" if code in WITHOUT_EFFECT else "is not a layout command"
                self.remarks.append(f"command {code.hex(' ').upper()} {known}")
        return 0

    def _align(self, value: int) -> None:
        if self._glyphs:
            self.remarks.append("alignment in the middle of a line")
        elif value & 0x0F <= 2 and value < 0x33:
            self._settings.align = Align(value & 0x0F)
        else:
            self.remarks.append(f"alignment {value:02X}")

    def _code_page(self, number: int) -> None:
        if number in CODE_PAGES:
            self._settings.code_page = CODE_PAGES[number]
        else:
            self.remarks.append(f"code page {number}")

    def _raster(self, args: bytes) -> int:
        moved = self._alone_on_its_line("a picture")
        mode = args[1] & 0x0F
        row_bytes, rows = int.from_bytes(args[2:4], "little"), int.from_bytes(args[4:6], "little")
        if args[0] != 0x30 or mode > 3 or len(args) != 6 + row_bytes * rows or len(args) == 6:
            self.remarks.append("picture with parameters out of range")
            return moved
        wide, high = 2 if mode & 1 else 1, 2 if mode & 2 else 1
        bits, room = args[6:], DOTS // 8 // wide
        if row_bytes > room:
            self.remarks.append(f"picture {row_bytes * 8 * wide} dots wide, cut off at {DOTS}")
            bits = b"".join(bits[row * row_bytes : row * row_bytes + room] for row in range(rows))
            row_bytes = room
        return moved + self._put(Raster(row_bytes, rows, bits, self._settings.align, wide, high))

    def _qr(self, args: bytes) -> int:
        settings = self._settings
        if args[0] != 0x6B or len(args) < 6 or args[3] != 0x31:
            self.remarks.append("command 1D 28 other than QR")
            return 0
        function, rest = args[4], args[5:]
        match function:
            case 0x41 if rest[0] == 0x32:
                pass
            case 0x43 if 1 <= rest[0] <= 16:
                settings.qr_module = rest[0]
            case 0x45 if rest[0] in QR_LEVELS:
                settings.qr_level = QR_LEVELS[rest[0]]
            case 0x50 if rest[0] == 0x30:
                settings.qr_content = bytes(rest[1:])
            case 0x51 if rest[0] == 0x30:
                return self._print_qr()
            case _:
                self.remarks.append(f"QR function {function:02X} with parameter {rest[0]:02X}")
        return 0

    def _print_qr(self) -> int:
        settings = self._settings
        moved = self._alone_on_its_line("a QR code")
        if not settings.qr_content:
            self.remarks.append("QR code without content")
            return moved
        try:
            code = Qr.of(settings.qr_content, module=settings.qr_module, level=settings.qr_level, align=settings.align)
        except ValueError:
            self.remarks.append("QR content too long for its level")
            return moved
        if code.width > DOTS:
            self.remarks.append(f"QR code {code.width} dots wide, not printed")
            return moved
        return moved + self._put(code)


def _two_bytes(raw: bytes) -> str | None:
    """The character, or None where the two-byte set is empty (Python fills those places with private use)."""
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return None
    return None if 0xE000 <= ord(text) <= 0xF8FF else text
