"""SI-01 参保状态查询: which insurances, where, since when."""

from __future__ import annotations

from kiosk.catalogue.answer import Answer
from kiosk.catalogue.answering import AnsweringItem
from kiosk.catalogue.item import Case, Desk
from kiosk.catalogue.person_source import as_of, holder_of, known_person, person_query, query_act
from kiosk.catalogue.terms import enrolment_status, insurance_kind, months
from kiosk.effects import Query
from kiosk.screen import Cell, Notice
from kiosk.text import text, verbatim


class InsuredStatus(AnsweringItem):
    """The machine of SI-01."""

    def source(self, case: Case) -> Query:
        """The person's rows."""
        return person_query(case)

    def answer(self, result: object, case: Case, desk: Desk) -> Answer | Notice:
        """One row per kind of insurance, active ones first."""
        record = known_person(result)
        if isinstance(record, Notice):
            return record
        enrolments = sorted(record.enrolments, key=lambda row: (row.status != "active", row.kind))
        active = sum(row.status == "active" for row in enrolments)
        return Answer(
            title=case.entry.title,
            as_of=as_of(record),
            outcome="shown",
            summary=(
                (text("answer.person"), Cell(verbatim(holder_of(case).masked_name))),
                (text("answer.active_kinds"), Cell(text("unit.kinds", n=active))),
            ),
            columns=(text("column.kind"), text("column.status"), text("column.since"), text("column.months")),
            rows=tuple(
                (
                    Cell(insurance_kind(row.kind)),
                    Cell(enrolment_status(row.status)),
                    Cell(verbatim(row.since[:7])),
                    Cell(months(row.months), align="right"),
                )
                for row in enrolments
            ),
            remarks=(text("answer.snapshot_remark"),),
            act=query_act(case, record, "shown"),
            subject=holder_of(case).id_number,
        )
