"""CRD-03 社会保障卡应用状态查询: what the centre said of the card last, and the validity on the chip."""

from __future__ import annotations

from kiosk.catalogue.answer import Answer
from kiosk.catalogue.answering import AnsweringItem
from kiosk.catalogue.item import Case, Desk
from kiosk.catalogue.person_source import as_of, holder_of, known_person, person_query, query_act
from kiosk.catalogue.terms import card_status
from kiosk.effects import Query
from kiosk.masking import mask_card_number
from kiosk.screen import Cell, Notice
from kiosk.text import text, verbatim


class CardStatus(AnsweringItem):
    """The machine of CRD-03."""

    def source(self, case: Case) -> Query:
        """The person's rows, the card among them."""
        return person_query(case)

    def answer(self, result: object, case: Case, desk: Desk) -> Answer | Notice:
        """Status by the snapshot, expiry by the chip. A card the data do not know is said to be so, not refused."""
        record = known_person(result)
        if isinstance(record, Notice):
            return record
        holder = holder_of(case)
        status = card_status(record.card.status) if record.card else text("card.not_in_data")
        days = (holder.card_expires - desk.moment.today).days
        remarks = [text("card.renew_soon", days=days)] if 0 <= days <= 60 else []
        if record.card and record.card.status == "lost":
            remarks.append(text("card.lost_advice"))
        return Answer(
            title=case.entry.title,
            as_of=as_of(record),
            outcome=record.card.status if record.card else "not-in-data",
            summary=(
                (text("answer.person"), Cell(verbatim(holder.masked_name))),
                (text("card.number"), Cell(verbatim(mask_card_number(holder.card_number)))),
                (text("card.status"), Cell(status)),
                (text("card.expires"), Cell(verbatim(holder.card_expires.isoformat()))),
            ),
            remarks=(*remarks, text("answer.snapshot_remark")),
            act=query_act(case, record, record.card.status if record.card else "not-in-data"),
            subject=holder.id_number,
        )
