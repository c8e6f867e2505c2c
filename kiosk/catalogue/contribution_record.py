"""SI-02 个人缴费记录查询打印: month by month, newest first, sums before rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from kiosk.catalogue.answer import Answer
from kiosk.catalogue.answering import AnsweringItem
from kiosk.catalogue.item import Case, Desk
from kiosk.catalogue.person_source import as_of, holder_of, known_person, person_query, query_act
from kiosk.catalogue.terms import insurance_kind, money, months
from kiosk.effects import Query
from kiosk.screen import Cell, Notice
from kiosk.text import Text, text, verbatim
from offline_store.schema import ContributionRow

_PENSION_KINDS = ("110", "120", "170")
_PAID = ("paid", "made-up")


class ContributionRecord(AnsweringItem):
    """The machine of SI-02."""

    def source(self, case: Case) -> Query:
        """The person's rows."""
        return person_query(case)

    def answer(self, result: object, case: Case, desk: Desk) -> Answer | Notice:
        """All kinds of one month in one row: base of the pension insurance where there is one, sums of the shares."""
        record = known_person(result)
        if isinstance(record, Notice):
            return record
        by_month: dict[str, list[ContributionRow]] = defaultdict(list)
        for row in record.contributions:
            by_month[row.month].append(row)
        own = sum(row.personal_fen for row in record.contributions if row.state in _PAID)
        return Answer(
            title=case.entry.title,
            as_of=as_of(record),
            outcome="shown",
            summary=(
                (text("answer.person"), Cell(verbatim(holder_of(case).masked_name))),
                *(
                    (insurance_kind(row.kind), Cell(months(row.months)))
                    for row in record.enrolments
                    if row.kind in _PENSION_KINDS
                ),
                (text("answer.own_total"), Cell(_yuan(own), private=True)),
            ),
            columns=(
                text("column.month"),
                text("column.base"),
                text("column.own_share"),
                text("column.employer_share"),
                text("column.state"),
            ),
            rows=tuple(_row(month, by_month[month]) for month in sorted(by_month, reverse=True)),
            remarks=(text("answer.all_kinds_remark"), text("answer.snapshot_remark")),
            act=query_act(case, record, "shown"),
            subject=holder_of(case).id_number,
        )


def _yuan(fen: int) -> Text:
    return text("unit.yuan", amount=money(fen))


def _row(month: str, rows: Sequence[ContributionRow]) -> tuple[Cell, ...]:
    base = next((row.base_fen for row in rows if row.kind in _PENSION_KINDS), rows[0].base_fen)
    states = {row.state for row in rows}
    state = states.pop() if len(states) == 1 else "mixed"
    return (
        Cell(verbatim(month)),
        Cell(money(base), private=True, align="right"),
        Cell(money(sum(row.personal_fen for row in rows)), private=True, align="right"),
        Cell(money(sum(row.employer_fen for row in rows)), private=True, align="right"),
        Cell(text(f"contribution.{state}")),
    )
