"""From a receipt to the bytes of ESC/POS for 80 mm paper: 48 columns, 576 dots.

Source: Epson's public ESC/POS reference. Text goes as GB18030. A line with a character that printers have no glyph for
(a rare name) goes as a picture of the whole line, drawn by ``rasterise(text, height in dots)``.
"""

from collections.abc import Callable, Iterator
from typing import Final

from drivers.receipt_printer.bitmap import Bitmap
from drivers.receipt_printer.document import Align, Feed, Line, Pair, Picture, Qr, Receipt, Rule, Text
from drivers.receipt_printer.text import Cluster, clusters, columns_of, text_of, wrapped

Rasterise = Callable[[str, int], Bitmap]

COLUMNS: Final = 48
DOTS: Final = 576
_GLYPH_DOTS: Final = 24
_LINE_DOTS: Final = 30  # a line of text with the space below it, so that pictured lines keep the rhythm
_BAND_DOTS: Final = 240  # rows of one raster command: small buffers choke on more

INITIALISE: Final = b"\x1b\x40"
CHINESE_ON: Final = b"\x1c\x26"
CUT: Final = b"\x1d\x56\x42\x00"  # feed to the cutter, cut, leave a bridge of paper
AUTOMATIC_ON: Final = b"\x1d\x61\x4e"  # online, errors, paper, button; strict makes forget it with every initialise
PRESENT: Final = b"\x1d\x65\x03"
EJECT: Final = b"\x1d\x65\x05"
RETRACT: Final = b"\x1d\x65\x02"
_QUIET_MODULES: Final = 4  # ISO/IEC 18004, 9.1
_REAL_TIME: Final = (b"\x10\x04", b"\x10\x05", b"\x10\x14")  # DLE EOT, DLE ENQ, DLE DC4
_LINE_FEED: Final = b"\n"


class ReceiptUnprintableError(ValueError):
    """A receipt that cannot stand on this paper. Names the kind of line and the rule, never the content."""


def encode(receipt: Receipt, rasterise: Rasterise, settings: bytes = b"") -> bytes:
    """The receipt's bytes from initialise to just before the cut. Raises ReceiptUnprintableError.

    ``settings``: commands of this make that an initialise takes away.
    """
    encoder = _Encoder(rasterise)
    return (
        INITIALISE + settings + CHINESE_ON + b"".join(piece for line in receipt.lines for piece in encoder.line(line))
    )


class _Encoder:
    """Remembers only the style that was sent last."""

    def __init__(self, rasterise: Rasterise) -> None:
        self._rasterise = rasterise
        self._align = Align.LEFT
        self._style = (False, False)

    def line(self, line: Line) -> Iterator[bytes]:
        match line:
            case Text():
                yield from self._text(line)
            case Pair():
                yield from self._pair(line)
            case Rule():
                yield from self._row(clusters("-" * COLUMNS), Align.LEFT, bold=False, double=False)
            case Qr():
                yield from self._qr(line)
            case Picture(bitmap, align):
                if bitmap.width > DOTS:
                    raise ReceiptUnprintableError("picture: wider than the paper")
                yield self._aligned(align) + _raster(bitmap)
            case Feed(lines):
                if not 1 <= lines <= 255:
                    raise ReceiptUnprintableError("feed: 1 to 255 lines")
                yield b"\x1b\x64" + bytes([lines])

    def _text(self, line: Text) -> Iterator[bytes]:
        for row in wrapped(clusters(line.text), COLUMNS // 2 if line.double else COLUMNS):
            yield from self._row(row, line.align, bold=line.bold, double=line.double)

    def _pair(self, line: Pair) -> Iterator[bytes]:
        left, right = clusters(line.left), clusters(line.right)
        gap = COLUMNS - columns_of(left) - columns_of(right)
        if gap >= 1:
            yield from self._row([*left, *clusters(" " * gap), *right], Align.LEFT, bold=line.bold, double=False)
            return
        yield from self._text(Text(line.left, bold=line.bold))
        yield from self._text(Text(line.right, Align.RIGHT, bold=line.bold))

    def _row(self, row: list[Cluster], align: Align, *, bold: bool, double: bool) -> Iterator[bytes]:
        if all(cluster.in_printer_font for cluster in row):
            yield self._aligned(align) + self._styled(bold, double) + text_of(row).encode("gb18030") + _LINE_FEED
        else:
            scale = 2 if double else 1
            drawn = self._rasterise(text_of(row), _GLYPH_DOTS * scale)
            width = min(drawn.width, DOTS)
            placed = drawn.on_canvas(width, _LINE_DOTS * scale, 0)
            yield self._aligned(align) + _raster(placed.emboldened() if bold else placed)

    def _qr(self, line: Qr) -> Iterator[bytes]:
        data = line.data.encode()
        dots = _module_dots(line, data)
        quiet = b"\x1b\x4a" + bytes([_QUIET_MODULES * dots])  # white paper above and below, as the code's norm wants it
        yield self._aligned(Align.CENTRE)
        yield quiet
        yield b"\x1d\x28\x6b\x04\x00\x31\x41\x32\x00"  # model 2
        yield b"\x1d\x28\x6b\x03\x00\x31\x43" + bytes([dots])
        yield b"\x1d\x28\x6b\x03\x00\x31\x45" + bytes([line.level.value])
        yield b"\x1d\x28\x6b" + (len(data) + 3).to_bytes(2, "little") + b"\x31\x50\x30" + data
        yield b"\x1d\x28\x6b\x03\x00\x31\x51\x30"  # print
        yield quiet

    def _aligned(self, align: Align) -> bytes:
        if align is self._align:
            return b""
        self._align = align
        return b"\x1b\x61" + bytes([align.value])

    def _styled(self, bold: bool, double: bool) -> bytes:
        if (bold, double) == self._style:
            return b""
        self._style = (bold, double)
        size = b"\x1d\x21\x11\x1c\x21\x0c" if double else b"\x1d\x21\x00\x1c\x21\x00"  # Latin, then Chinese
        return b"\x1b\x45" + bytes([bold]) + size


def _raster(bitmap: Bitmap) -> bytes:
    """GS v 0, in bands that follow each other without a gap."""
    dots = bitmap.rows
    for command in _REAL_TIME:
        # obeyed wherever it stands in the stream (switching off is among them): one dot is given up instead
        dots = dots.replace(command, b"\x00" + command[1:])
    commands = bytearray()
    for top in range(0, bitmap.height, _BAND_DOTS):
        height = min(_BAND_DOTS, bitmap.height - top)
        commands += b"\x1d\x76\x30\x00" + bitmap.row_bytes.to_bytes(2, "little") + height.to_bytes(2, "little")
        commands += dots[top * bitmap.row_bytes : (top + height) * bitmap.row_bytes]
    return bytes(commands)


def _module_dots(line: Qr, data: bytes) -> int:
    """The wanted module size, or the largest smaller one that fits: a printer leaves out a code that is too wide."""
    import segno  # here, since it takes 100 ms that only a receipt with a code should pay

    if not 1 <= line.module_dots <= 16:
        raise ReceiptUnprintableError("qr: module of 1 to 16 dots")
    if not data or min(data) < 0x20:
        raise ReceiptUnprintableError("qr: no data, or control characters in it")
    try:
        code = segno.make_qr(data, error=line.level.name, mode="byte", boost_error=False)
    except segno.DataOverflowError:
        raise ReceiptUnprintableError("qr: too much data") from None
    modules = int(code.symbol_size(scale=1, border=0)[0])
    return min(line.module_dots, DOTS // (modules + 2 * _QUIET_MODULES))  # the largest code gets 3 dots
