"""Receipts (凭条): an answer as lines for the receipt printer. Masked as screens are (privacy sheet, A.2).

A receipt is a note for the person, not a certificate: it says so, and carries our local number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from drivers.receipt_printer.document import Align, Feed, Line, Pair, Receipt, Rule
from drivers.receipt_printer.document import Text as Paragraph
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
        yield Rule()
        yield Pair(say(text("receipt.number")), "")
        yield Paragraph(number.text, Align.RIGHT, bold=True)
        yield Pair(say(text("receipt.terminal")), case.terminal)
        yield Pair(say(text("receipt.printed")), f"{moment.stamp[:10]} {moment.hall_time}")
        yield Paragraph(say(text("receipt.phone", phone=case.place.phone)), Align.CENTRE)
        yield Feed(2)

    return Receipt(tuple(lines()))


def _rows(answer: Answer, say: Callable[[Text], str]) -> Iterator[Line]:
    shown = answer.rows[: answer.receipt_rows]
    heads = [say(column) for column in answer.columns]
    yield Pair(heads[0], " ".join(heads[1:]), bold=True)
    for row in shown:
        cells = [say(cell.value) for cell in row]
        yield Pair(cells[0], " ".join(cells[1:]))
    if len(shown) < len(answer.rows):
        yield Paragraph(say(text("receipt.more", shown=len(shown), total=len(answer.rows))))
