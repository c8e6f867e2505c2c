"""The print-out of a check: the answer, the figure it turns on with its day, the article, the next step, the human way.

With a code that holds the facts, so that nobody types them again at a counter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from drivers.receipt_printer.document import Align, Line, Pair, Qr, Receipt, Rule
from drivers.receipt_printer.document import Text as Paragraph
from kiosk.benefits.carrying import code
from kiosk.benefits.rulebook import RuleBook
from kiosk.catalogue.check_page import Checked, result
from kiosk.catalogue.item import Case
from kiosk.catalogue.person_source import holder_of
from kiosk.clock import Moment
from kiosk.local_number import LocalNumber
from kiosk.masking import mask_id_number
from kiosk.receipts import closing
from kiosk.screen import CheckResult
from kiosk.text import Text, text
from kiosk.texts import render

_MARKS = {"met": "√", "not_met": "×", "not_yet": "→", "step_open": "→", "unknown": "?"}

Say = Callable[[Text], str]


def slip(
    book: RuleBook,
    checked: Checked,
    number: LocalNumber,
    case: Case,
    moment: Moment,
    *,
    copy: int,
    more: tuple[Text, ...],
) -> Receipt:
    """In the session's language. `more`: what the page says beside the rule's own next step."""
    language = case.preferences.language.value

    def say(what: Text) -> str:
        return render(what, language)

    page = result(book, checked, more=more, paper=True)
    return Receipt(
        (
            *_head(page, say, copy),
            *_body(page, checked, say),
            *_foot(page, checked, book, number, say),
            *closing(number, case, moment, say),
        )
    )


def _head(page: CheckResult, say: Say, copy: int) -> Iterator[Line]:
    yield Paragraph(say(text("receipt.head")), Align.CENTRE)
    yield Paragraph(say(page.title), Align.CENTRE, bold=True)
    if copy:
        yield Paragraph(say(text("receipt.copy", n=copy)), Align.CENTRE, bold=True)
    yield Rule()
    yield Paragraph(say(page.headline), Align.CENTRE, bold=True, double=True)
    if page.figure is not None:
        yield Pair(say(page.figure.label), say(page.figure.value), bold=True)
        if page.figure.origin is not None:
            yield Paragraph(say(page.figure.origin), Align.RIGHT)


def _body(page: CheckResult, checked: Checked, say: Say) -> Iterator[Line]:
    yield Pair(say(text("slip.checked_on")), checked.outcome.as_of.isoformat())
    if page.alternatives:
        yield from _heading(say, "page.check.alternatives")
        for label, value in page.alternatives:
            yield Pair(say(label), say(value))
    first = (("page.check.why", page.why), ("page.check.missing", page.missing), ("page.check.warnings", page.warnings))
    for heading, lines in first:
        if lines:
            yield from _heading(say, heading)
            for line in lines:
                yield Paragraph(f"- {say(line)}")
    if page.conditions:
        yield from _heading(say, "page.check.conditions")
        for each in page.conditions:
            yield Paragraph(f"{_MARKS[each.state.value]} [{say(each.word)}] {say(each.sentence)}")
            for line in each.used:
                yield Paragraph(f"   {say(line)}")
    if page.figures:
        yield from _heading(say, "page.check.figures")
        for label, value in page.figures:
            yield Pair(say(label), say(value))
    for heading, lines in (("page.check.next", page.next_step), ("page.check.articles", page.articles)):
        if lines:
            yield from _heading(say, heading)
            for line in lines:
                yield Paragraph(f"- {say(line)}")


def _heading(say: Say, id: str) -> Iterator[Line]:
    yield Rule()
    yield Paragraph(say(Text(id)), bold=True)


def _foot(page: CheckResult, checked: Checked, book: RuleBook, number: LocalNumber, say: Say) -> Iterator[Line]:
    yield Rule()
    for line in page.disclaimers:
        yield Paragraph(say(line))
    yield Rule()
    yield Qr(code(checked.outcome, checked.facts, book.facts, number.text), module_dots=4)
    yield Paragraph(say(text("slip.code")), Align.CENTRE)


def application_slip(item: Text, number: LocalNumber, case: Case, moment: Moment) -> Receipt:
    """What the person takes along from an application that waits to be sent: proof that he applied, and when.

    The facts were confirmed on the page and are sealed; on this paper they would only be there to be read by others.
    """
    holder = holder_of(case)
    language = case.preferences.language.value

    def say(what: Text) -> str:
        return render(what, language)

    def lines() -> Iterator[Line]:
        yield Paragraph(say(text("receipt.head")), Align.CENTRE)
        yield Paragraph(say(item), Align.CENTRE, bold=True)
        yield Rule()
        yield Paragraph(say(text("page.result.recorded")), Align.CENTRE, bold=True)
        yield Paragraph(say(text("apply.recorded.line")))
        yield Paragraph(say(text("apply.recorded.decides")))
        yield Rule()
        yield Pair(say(text("answer.person")), holder.masked_name)
        yield Pair(say(text("certificate.id_number")), mask_id_number(holder.id_number))
        yield from closing(number, case, moment, say, "slip.applied_at")

    return Receipt(tuple(lines()))
