"""The page of a certificate of enrolment: A4, calm, read from arm's length and checked line by line against its code.

From the top: agency, title, number; the person; one row per kind of insurance; notes; at the foot of the last page the
terminal's signature as a block of text (never a graphic: only an agency has a seal) beside the code. A table that does
not fit goes on with its heading on the next page. Paper from a demonstration authority says 样张 on every page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from kiosk.certificates.facts import EnrolmentCertificate, InsuranceLine, hall_day, hall_minute
from kiosk.certificates.marks import (
    ACCENT,
    ASCENT,
    DESCENT,
    INK,
    MUTED,
    PAGE_WIDTH,
    POINT,
    RULE,
    TINT,
    Box,
    CodeSquare,
    Colour,
    Letters,
    Mark,
    Measure,
    Page,
    Rule,
    Slanted,
)
from kiosk.certificates.wrapping import wrap

TITLE: Final = "社会保险参保证明"
SPECIMEN: Final = "样张"
_LEFT, _RIGHT = 22.0, PAGE_WIDTH - 22.0
_WIDTH: Final = _RIGHT - _LEFT
_TOP: Final = 19.0
_FOOT_RULE: Final = 279.0
_BODY_END: Final = 275.0
_CODE_SIZE: Final = 42.0
_SEAL_HEIGHT: Final = 58.5
_CELL_PAD: Final = 2.4
_ROW: Final = 9.2  # least height of a row
_LEADING: Final = 1.45  # line height over size
_KIND, _STATUS, _SINCE, _MONTHS = 44.0, 21.0, 24.0, 21.0
_WITH_EMPLOYER: Final = (
    ("险种", _KIND),
    ("参保状态", _STATUS),
    ("参保时间", _SINCE),
    ("累计缴费", _MONTHS),
    ("参保单位", _WIDTH - _KIND - _STATUS - _SINCE - _MONTHS),
)
_WITHOUT_EMPLOYER: Final = (("险种", 70.0), ("参保状态", 32.0), ("参保时间", 32.0), ("累计缴费", _WIDTH - 134.0))
_RIGHT_ALIGNED: Final = 3  # the months
_LABEL: Final = 28.0
_FIRST_VALUE: Final = 68.0

Columns = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class SealText:
    """What is said about the signature: who issued the seal, its key, and whether all of it is a demonstration."""

    issuer: str
    key_id: str
    demo: bool
    code_text: str


@dataclass
class _Sheet:
    measure: Measure
    pages: list[list[Mark]] = field(default_factory=lambda: [[]])
    y: float = _TOP

    def put(self, *marks: Mark) -> None:
        self.pages[-1].extend(marks)

    def next_page(self) -> None:
        self.pages.append([])
        self.y = _TOP

    def room_for(self, height: float) -> bool:
        return self.y + height <= _BODY_END

    def line(
        self, text: str, size: float, *, x: float = _LEFT, bold: bool = False, colour: Colour = INK, align: str = "left"
    ) -> None:
        """One line with its top at `y`; the sheet's `y` stays. `align` centre and right take `x` as that point."""
        width = self.measure(text, size, bold)
        left = {"left": x, "centre": x - width / 2, "right": x - width}[align]
        self.put(Letters(left, self.y + ASCENT * size * POINT, text, size, bold, colour))

    def paragraph(self, text: str, size: float, *, colour: Colour = INK, indent: float = 0.0) -> None:
        """Wrapped text from `y` on, moving `y` below it; following lines are indented by `indent` mm."""
        for number, each in enumerate(wrap(text, _WIDTH - indent, size, self.measure)):
            self.line(each, size, x=_LEFT + (indent if number else 0.0), colour=colour)
            self.y += size * POINT * _LEADING


def lay_out(certificate: EnrolmentCertificate, seal: SealText, measure: Measure) -> tuple[Page, ...]:
    """All pages, first to last."""
    sheet = _Sheet(measure)
    _heading(sheet, certificate)
    _person(sheet, certificate)
    _table(sheet, certificate)
    _notes(sheet, certificate)
    _seal(sheet, certificate, seal)
    count = len(sheet.pages)
    return tuple(
        (*_behind(seal.demo), *marks, *_foot(certificate, number, count, measure))
        for number, marks in enumerate(sheet.pages, start=1)
    )


def _heading(sheet: _Sheet, certificate: EnrolmentCertificate) -> None:
    middle = PAGE_WIDTH / 2
    for each in wrap(certificate.agency, _WIDTH, 13, sheet.measure):
        sheet.line(each, 13, x=middle, colour=MUTED, align="centre")
        sheet.y += 13 * POINT * _LEADING
    sheet.y += 3.0
    sheet.line(TITLE, 25, x=middle, bold=True, align="centre")
    sheet.y += 12.0
    sheet.line("Certificate of Social Insurance Enrolment", 9, x=middle, colour=MUTED, align="centre")
    sheet.y += 9.0
    sheet.put(Rule(_LEFT, sheet.y, _RIGHT, sheet.y, 0.7, ACCENT))
    sheet.y += 2.4
    sheet.line(f"编号  {certificate.number}", 9.5, colour=MUTED)
    sheet.line(f"打印日期  {hall_day(certificate.printed_at)}", 9.5, x=_RIGHT, colour=MUTED, align="right")
    sheet.y += 9.5


def _person(sheet: _Sheet, certificate: EnrolmentCertificate) -> None:
    """Labels and values in a frame; the employer has a row of its own when all insurances share it."""
    halves = (_FIRST_VALUE, _WIDTH - 2 * _LABEL - _FIRST_VALUE)
    rows: list[tuple[tuple[str, str, float], ...]] = [
        (("姓名", certificate.name, halves[0]), ("性别", certificate.sex, halves[1])),
        (("社会保障号码", certificate.shown_id_number, halves[0]), ("参保地", certificate.place, halves[1])),
    ]
    if certificate.common_employer is not None:
        rows.append((("参保单位", certificate.common_employer, _WIDTH - _LABEL),))
    rules: list[Mark] = [Rule(_LEFT, sheet.y, _RIGHT, sheet.y)]
    for cells in rows:
        wrapped = [wrap(value, room - 2 * _CELL_PAD, 11, sheet.measure) for _, value, room in cells]
        height = max(_ROW, max(map(len, wrapped)) * 11 * POINT * _LEADING + 2 * _CELL_PAD)
        x = _LEFT
        for (label, _, room), lines in zip(cells, wrapped, strict=True):
            sheet.put(Box(x, sheet.y, _LABEL, height, fill=TINT))
            _in_cell(sheet, [label], x, height, size=10, colour=MUTED)
            _in_cell(sheet, lines, x + _LABEL, height, size=11)
            rules += [Rule(edge, sheet.y, edge, sheet.y + height) for edge in (x, x + _LABEL)]
            x += _LABEL + room
        rules.append(Rule(_RIGHT, sheet.y, _RIGHT, sheet.y + height))
        sheet.y += height
        rules.append(Rule(_LEFT, sheet.y, _RIGHT, sheet.y))
    sheet.put(*rules)  # after the tinted boxes, which would cover them
    sheet.y += 8.0


def _table(sheet: _Sheet, certificate: EnrolmentCertificate) -> None:
    columns: Columns = _WITH_EMPLOYER if certificate.common_employer is None else _WITHOUT_EMPLOYER
    if all(line.employer is None for line in certificate.lines):
        columns = _WITHOUT_EMPLOYER
    sheet.paragraph(f"截至 {hall_minute(certificate.data_as_of)}，上述人员在本经办机构的社会保险参保情况如下：", 11)
    sheet.y += 2.2
    top = _table_head(sheet, columns)
    for insurance in certificate.lines:
        cells = _row_cells(sheet, insurance, columns)
        height = max(_ROW, max(map(len, cells)) * 10 * POINT * _LEADING + 2 * _CELL_PAD)
        if not sheet.room_for(height):
            _close_table(sheet, top, columns)
            _continue(sheet)
            top = _table_head(sheet, columns)
        x = _LEFT
        for column, (lines, (_, width)) in enumerate(zip(cells, columns, strict=True)):
            _in_cell(sheet, lines, x, height, size=10, right=x + width if column == _RIGHT_ALIGNED else None)
            x += width
        sheet.y += height
        sheet.put(Rule(_LEFT, sheet.y, _RIGHT, sheet.y))
    _close_table(sheet, top, columns)
    sheet.y += 6.0


def _row_cells(sheet: _Sheet, insurance: InsuranceLine, columns: Columns) -> list[list[str]]:
    texts = (
        insurance.kind,
        insurance.status,
        insurance.since_month,
        f"{insurance.months} 个月",
        insurance.employer or "—",
    )
    shown = zip(texts, columns, strict=False)  # the employer is left out where it has no column
    return [wrap(text, width - 2 * _CELL_PAD, 10, sheet.measure) for text, (_, width) in shown]


def _continue(sheet: _Sheet) -> None:
    """A new page under a short running head."""
    sheet.next_page()
    sheet.line(f"{TITLE}（续）", 11, bold=True)
    sheet.y += 8.0


def _table_head(sheet: _Sheet, columns: Columns) -> float:
    top, height, x = sheet.y, 9.0, _LEFT
    sheet.put(Box(_LEFT, top, _WIDTH, height, fill=TINT))
    for column, (name, width) in enumerate(columns):
        right = x + width if column == _RIGHT_ALIGNED else None
        _in_cell(sheet, [name], x, height, size=10, bold=True, right=right)
        x += width
    sheet.y += height
    sheet.put(Rule(_LEFT, top, _RIGHT, top), Rule(_LEFT, sheet.y, _RIGHT, sheet.y))
    return top


def _close_table(sheet: _Sheet, top: float, columns: Columns) -> None:
    edges = [_LEFT]
    for _, width in columns:
        edges.append(edges[-1] + width)
    sheet.put(*(Rule(x, top, x, sheet.y) for x in edges))


def _in_cell(
    sheet: _Sheet,
    lines: list[str],
    x: float,
    height: float,
    *,
    size: float,
    bold: bool = False,
    colour: Colour = INK,
    right: float | None = None,
) -> None:
    """Lines in the vertical middle of a cell whose top is the sheet's `y`; flush right when `right` is given."""
    step = size * POINT * _LEADING
    block = (len(lines) - 1) * step + size * POINT * (ASCENT + DESCENT)
    top = sheet.y + (height - block) / 2
    for number, each in enumerate(lines):
        left = x + _CELL_PAD if right is None else right - _CELL_PAD - sheet.measure(each, size, bold)
        baseline = top + number * step + ASCENT * size * POINT
        sheet.put(Letters(left, baseline, each, size, bold, colour))


def _notes(sheet: _Sheet, certificate: EnrolmentCertificate) -> None:
    notes = (
        "1. 本证明依据经办机构截至上述时间的参保登记数据出具。此后如有变化，以查验时登记的信息为准。",
        "2. “累计缴费”为本经办机构已记录的月数，可能不含在其他地区的缴费。",
        f"3. 本证明可在 {hall_day(certificate.expires_at)} 前查验，涂改无效。",
        "4. 查验时请扫描右下方二维码，并将所显示的内容与纸面逐项核对。",
    )
    height = 9 * POINT * _LEADING * (len(notes) + 2)
    if not sheet.room_for(height):
        _continue(sheet)
    for each in notes:
        sheet.paragraph(each, 9, colour=MUTED, indent=4.2)
        sheet.y += 0.6


def _seal(sheet: _Sheet, certificate: EnrolmentCertificate, seal: SealText) -> None:
    """The block of text about the signature, and the code, at the foot of the last page."""
    if not sheet.room_for(_SEAL_HEIGHT):
        _continue(sheet)
    sheet.y = top = _BODY_END - _SEAL_HEIGHT
    code_x = _RIGHT - _CODE_SIZE - 4.0
    middle = code_x + _CODE_SIZE / 2
    sheet.put(Box(_LEFT, top, _WIDTH, _SEAL_HEIGHT, outline=RULE))
    sheet.put(Rule(code_x - 6.0, top, code_x - 6.0, top + _SEAL_HEIGHT))
    sheet.put(CodeSquare(code_x, top + 4.6, _CODE_SIZE, seal.code_text))
    sheet.y = top + _CODE_SIZE + 6.6
    sheet.line("扫码查验真伪", 10, x=middle, bold=True, align="centre")
    sheet.y += 5.2
    sheet.line("可不联网查验", 8.5, x=middle, colour=MUTED, align="centre")
    sheet.y = top + 5.0
    title = "终端签名（样张：演示机构签发，没有效力）" if seal.demo else "终端签名"
    sheet.line(title, 11, x=_LEFT + 4.0, bold=True)
    sheet.y += 8.4
    label, room = 22.0, code_x - 6.0 - _LEFT - 8.0 - 22.0
    for name, value in (
        ("签发机构", seal.issuer),
        ("签名终端", certificate.terminal),
        ("签名时间", hall_minute(certificate.printed_at)),
        ("签名证书", seal.key_id),
        ("签名算法", "ECDSA P-256，SHA-256"),
    ):
        sheet.line(name, 9, x=_LEFT + 4.0, colour=MUTED)
        for each in wrap(value, room, 9, sheet.measure):
            sheet.line(each, 9, x=_LEFT + 4.0 + label)
            sheet.y += 9 * POINT * _LEADING
        sheet.y += 1.4
    sheet.y = max(sheet.y + 2.0, top + _SEAL_HEIGHT - 9.0)
    note = "电子文件附有可查验的数字签名（PAdES）。终端签名不是机构印章。"
    for each in wrap(note, label + room, 8.5, sheet.measure):
        sheet.line(each, 8.5, x=_LEFT + 4.0, colour=MUTED)
        sheet.y += 8.5 * POINT * _LEADING


def _behind(demo: bool) -> tuple[Mark, ...]:
    if not demo:
        return ()
    places = ((62.0, 92.0), (148.0, 150.0), (62.0, 208.0))
    return tuple(Slanted(x, y, SPECIMEN, 96, 32) for x, y in places)


def _foot(certificate: EnrolmentCertificate, number: int, count: int, measure: Measure) -> tuple[Mark, ...]:
    size, baseline = 8.5, _FOOT_RULE + 2.2 + ASCENT * 8.5 * POINT
    left = f"打印 {hall_minute(certificate.printed_at)}    数据 {hall_minute(certificate.data_as_of)}"
    right = f"第 {number} 页  共 {count} 页"
    second = f"终端 {certificate.terminal}    编号 {certificate.number}"
    below = baseline + size * POINT * 1.5
    return (
        Rule(_LEFT, _FOOT_RULE, _RIGHT, _FOOT_RULE),
        Letters(_LEFT, baseline, left, size, colour=MUTED),
        Letters(_RIGHT - measure(right, size, False), baseline, right, size, colour=MUTED),
        Letters(_LEFT, below, second, size, colour=MUTED),
        Letters(_RIGHT - measure("涂改无效", size, False), below, "涂改无效", size, colour=MUTED),
    )
