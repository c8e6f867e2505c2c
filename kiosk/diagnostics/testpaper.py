"""What the test prints show: everything a real receipt or certificate needs, and nothing of a person."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.receipt_printer.document import Align, Feed, Line, Pair, Qr, Receipt, Rule, Text
from kiosk.certificates.marks import (
    ACCENT,
    MUTED,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Box,
    CodeSquare,
    Letters,
    Page,
)
from kiosk.certificates.marks import Rule as Stroke

ZH = "打印测试 社会保障 人力资源 0123456789"
EN = "The quick brown fox jumps over the lazy dog"
RARE = "𬭎 㐂 䶮 〇 𠮷"
"""Characters of real names: outside GBK, in its last rows, beyond the basic plane."""

_MARGIN = 15.0
_SIZES = (7.0, 9.0, 10.5, 12.0, 14.0, 18.0, 24.0)
_LONG, _SHORT = "社会保障卡自助服务 Self-service 0123456789", "社会保障卡 Self-service 0123456789"
_GREYS = 8


def code_text(terminal: str, stamp: str) -> str:
    """What the test codes say; a scanner can read it back."""
    return f"kiosk-test:{terminal}:{stamp}"


def receipt(terminal: str, stamp: str) -> Receipt:
    """All kinds of text, a rule, a name as a picture, a QR code; `stamp` is the date and time as people read it."""

    def lines() -> Iterator[Line]:
        yield Text("打印机测试", Align.CENTRE, bold=True, double=True)
        yield Text("Printer test", Align.CENTRE)
        yield Rule()
        yield Pair("终端 Terminal", terminal)
        yield Pair("时间 Time", stamp)
        yield Rule()
        yield Text(ZH)
        yield Text(ZH, bold=True)
        yield Text("倍宽倍高 Double", double=True)
        yield Text("居右 right", Align.RIGHT)
        yield Text(EN)
        yield Pair("生僻字 Rare names", RARE)
        # the ruler shows a printer that loses columns: 48 signs, the last one at the edge
        yield Text("".join(str(column % 10) for column in range(1, 49)))
        yield Rule()
        yield Qr(code_text(terminal, stamp))
        yield Text("本凭条仅用于测试 For testing only", Align.CENTRE)
        yield Feed(2)

    return Receipt(tuple(lines()))


def page(terminal: str, stamp: str) -> Page:
    """One A4 page: frame at the margins, text in seven sizes, a millimetre ruler, greys, hairlines, a QR code."""
    return (
        Box(_MARGIN, _MARGIN, PAGE_WIDTH - 2 * _MARGIN, PAGE_HEIGHT - 2 * _MARGIN, outline=MUTED),
        Letters(_MARGIN + 8, 32, "打印机测试 Printer test", 22, bold=True, colour=ACCENT),
        Letters(_MARGIN + 8, 41, f"终端 Terminal {terminal}    {stamp}", 11, colour=MUTED),
        *_text(48),
        *_ruler(152),
        *_greys(176),
        *_hairlines(210),
        CodeSquare(PAGE_WIDTH - _MARGIN - 48, 210, 40, code_text(terminal, stamp)),
        Letters(_MARGIN + 8, PAGE_HEIGHT - _MARGIN - 8, "本页仅用于测试 For testing only", 9, colour=MUTED),
    )


def _text(top: float) -> Iterator[Letters]:
    baseline = top
    for size in _SIZES:
        baseline += size * 0.55 + 3
        yield Letters(_MARGIN + 8, baseline, f"{size:g}", 7, colour=MUTED)
        yield Letters(_MARGIN + 20, baseline, _LONG if size < 20 else _SHORT, size)
    yield Letters(_MARGIN + 20, baseline + 12, RARE, 14)


def _ruler(top: float) -> Iterator[Stroke | Letters]:
    left, length = _MARGIN + 8, 150
    yield Stroke(left, top, left + length, top, 0.2, MUTED)
    for millimetre in range(length + 1):
        height = 5.0 if millimetre % 10 == 0 else 3.5 if millimetre % 5 == 0 else 2.0
        yield Stroke(left + millimetre, top, left + millimetre, top + height, 0.1, MUTED)
    for tens in range(0, length + 1, 50):
        yield Letters(left + tens + 0.8, top + 10, f"{tens} mm", 8, colour=MUTED)


def _greys(top: float) -> Iterator[Box]:
    width = 150 / _GREYS
    for step in range(_GREYS):
        grey = step / (_GREYS - 1)
        yield Box(_MARGIN + 8 + step * width, top, width, 18, fill=(grey, grey, grey), outline=MUTED)


def _hairlines(top: float) -> Iterator[Stroke | Letters]:
    for number, weight in enumerate((0.05, 0.1, 0.2, 0.3, 0.5, 1.0)):
        y = top + 3 + number * 6
        yield Stroke(_MARGIN + 8, y, _MARGIN + 80, y, weight, (0, 0, 0))
        yield Letters(_MARGIN + 84, y + 1, f"{weight:g} mm", 8, colour=MUTED)
