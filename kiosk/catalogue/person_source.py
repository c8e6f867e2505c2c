"""What the person's own items share: they read the snapshot, and unknown people are never told "no"."""

from __future__ import annotations

from kiosk.catalogue.item import Case
from kiosk.effects import Query
from kiosk.faults import notice
from kiosk.identity import Holder
from kiosk.records import PersonRecord
from kiosk.screen import Notice
from kiosk.text import Text, text


def holder_of(case: Case) -> Holder:
    """The identified person; the session never starts such an item without one."""
    if case.identity.holder is None:
        raise RuntimeError(f"{case.entry.code} was started without an identified person")
    return case.identity.holder


def person_query(case: Case) -> Query:
    """All rows of the identified person."""
    holder = holder_of(case)
    return Query(case.entry.code, holder.id_number, holder.card_number)


def known_person(result: object) -> PersonRecord | Notice:
    """The record, or the notice for a person this area's data do not know."""
    if not isinstance(result, PersonRecord):
        raise TypeError(f"a query ended with {type(result).__name__}, a PersonRecord is expected")
    return notice("DT-02") if result.person is None else result


def as_of(record: PersonRecord) -> Text:
    """截至 …, never 当前."""
    return text("answer.as_of", when=record.data_time)


def query_act(case: Case, record: PersonRecord, outcome: str) -> dict[str, object]:
    """The body of a record-query act (sync.protocol.messages.RecordQuery)."""
    holder = holder_of(case)
    return {
        "type": "record-query",
        "item": case.entry.code,
        "id_number": holder.id_number,
        "card_number": holder.card_number,
        "data_as_of": record.as_of,
        "outcome": outcome,
    }
