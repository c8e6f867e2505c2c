"""Receipts (凭条): an answer as lines for the receipt printer. Masked as screens are (privacy sheet, A.2).

A receipt is a note for the person, not a certificate: it says so, and carries our local number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from drivers.receipt_printer.document import Align, Feed, Line, Pair, Receipt, Rule
from drivers.receipt_printer.document import Text as Paragraph
from drivers.receipt_printer.encode import COLUMNS
from drivers.receipt_printer.text import clusters, columns_of
from kiosk.catalogue.answer import Answer
from kiosk.catalogue.item import Case
from kiosk.clock import Moment
from kiosk.local_number import LocalNumber
from kiosk.text import Text, text
from kiosk.texts import render


def receipt(answer: Answer, number: LocalNumber, case: Case, moment: Moment, *, copy: int) -> Receipt:
    """The receipt of an answer in the session's language. `copy` 0 is the first print; later ones say so."""
    language = case.preferences.language.value

    def say(what: Text) -> str:
        return render(what, language)

    def lines() -> Iterator[Line]:
        yield Paragraph(say(text("receipt.head")), Align.CENTRE)
        yield Paragraph(say(answer.title), Align.CENTRE, bold=True, double=True)
        if copy:
            yield Paragraph(say(text("receipt.copy", n=copy)), Align.CENTRE, bold=True)
        yield Rule()
        for label, cell in answer.summary:
            yield Pair(say(label), say(cell.value))
        yield Paragraph(say(answer.as_of))
        if answer.rows:
            yield Rule()
            yield from _rows(answer, say)
        yield Rule()
        for remark in answer.remarks:
            yield Paragraph(say(remark))
        yield Paragraph(say(text("receipt.not_a_certificate")))
        yield from closing(number, case, moment, say)

    return Receipt(tuple(lines()))


def closing(
    number: LocalNumber, case: Case, moment: Moment, say: Callable[[Text], str], when: str = "receipt.printed"
) -> Iterator[Line]:
    """How every receipt ends: our number, the terminal, the time (`when` says of what), whom to call."""
    yield Rule()
    yield Pair(say(text("receipt.number")), "")
    yield Paragraph(number.text, Align.RIGHT, bold=True)
    yield Pair(say(text("receipt.terminal")), case.terminal)
    yield Pair(say(text(when)), f"{moment.stamp[:10]} {moment.hall_time}")
    yield Paragraph(say(text("receipt.phone", phone=case.place.phone)), Align.CENTRE)
    yield Feed(2)


def _rows(answer: Answer, say: Callable[[Text], str]) -> Iterator[Line]:
    shown = answer.rows[: answer.receipt_rows]
    heads = [say(column) for column in answer.columns]
    table = [[say(cell.value) for cell in row] for row in shown]
    right = [cell.align == "right" for cell in shown[0]]
    lines = _aligned([heads, *table], right)
    if lines is None:
        for row in table:
            yield Paragraph(f"{row[0]}: " + " ".join(row[1:]))
    else:
        yield Paragraph(lines[0], bold=True)
        for line in lines[1:]:
            yield Paragraph(line)
    if len(shown) < len(answer.rows):
        yield Paragraph(say(text("receipt.more", shown=len(shown), total=len(answer.rows))))


def _aligned(table: list[list[str]], right: list[bool]) -> list[str] | None:
    """Rows as lines with columns under their heads; None when they are wider than the paper."""
    widths = [max(columns_of(clusters(row[n])) for row in table) for n in range(len(right))]
    spare = COLUMNS - sum(widths)
    gaps = len(widths) - 1
    if spare < gaps:
        return None
    gap = " " * min(4, spare // gaps) if gaps else ""
    return [gap.join(map(_filled, row, widths, right)).rstrip() for row in table]


def _filled(cell: str, width: int, at_right: bool) -> str:
    filler = " " * (width - columns_of(clusters(cell)))
    return filler + cell if at_right else cell + filler
