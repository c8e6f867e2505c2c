"""What is known of a person before anything is asked: the card's own files, and the centre's data in the snapshot.

Never more than the data say. What the data do not show is unknown, not absent: somebody may be insured, or draw a
benefit, elsewhere. Contribution months from here are always data of a snapshot and so a lower bound (benefit rules,
0.5), however fresh they are: years add up over places and records lag.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.month import Month
from kiosk.benefits.vocabulary import FactKind
from kiosk.clock import HALL_ZONE
from kiosk.identity import Holder
from kiosk.records import PersonRecord
from offline_store.schema import ContributionRow

Facts = Mapping[str, Fact[Any]]

_SEXES: Final = {"1": "male", "2": "female"}
_MONTHS_OF: Final = {"110": "pension_months", "170": "resident_pension_months", "210": "ui_months_total"}
_PAID: Final = frozenset({"paid", "made-up"})
_UNEMPLOYMENT: Final = "210"


def from_holder(holder: Holder, today: date) -> dict[str, Fact[Any]]:
    """Read from the card on the spot: verified. A sex that is not stated is unknown."""
    found = {"birth_month": Month.of(holder.birth_date), "birth_date": holder.birth_date}
    if holder.sex in _SEXES:
        found["sex"] = _SEXES[holder.sex]
    return {name: Fact(value, Source.VERIFIED, today) for name, value in found.items()}


def from_record(record: PersonRecord, kinds: Mapping[str, FactKind], today: date) -> dict[str, Fact[Any]]:
    """Read from the snapshot, as of the time of its data. `kinds`: the vocabulary, for how long data count as fresh."""
    as_of = datetime.fromisoformat(record.as_of.replace("Z", "+00:00")).astimezone(HALL_ZONE).date()
    values: dict[str, Any] = {}
    for code, name in _MONTHS_OF.items():
        rows = [row.months for row in record.enrolments if row.kind == code]
        if rows:
            values[name] = sum(rows)
    since_claim = _since_last_claim(record)
    if since_claim is not None:
        values["ui_months_since_claim"] = since_claim
    if any(row.kind == "pension" and row.status == "paying" for row in record.benefits):
        values["draws_pension"] = True
    return {
        name: Fact(value, _source(kinds[name], as_of, today), as_of) for name, value in values.items() if name in kinds
    }


def _source(kind: FactKind, as_of: date, today: date) -> Source:
    if kind.accumulates or kind.fresh_days is None or (today - as_of).days > kind.fresh_days:
        return Source.SNAPSHOT
    return Source.VERIFIED


def _since_last_claim(record: PersonRecord) -> int | None:
    """Months that were certainly paid after the last claim; None when no month is in the data.

    Where the claim itself is in the data, the months after it. Else those of the last run without a gap: nobody draws
    the benefit in a month for which an employer pays.
    """
    months = sorted({_month(row) for row in record.contributions if row.kind == _UNEMPLOYMENT and row.state in _PAID})
    claims = [Month.parse(row.since) for row in record.benefits if row.kind == "unemployment"]
    if claims:
        return sum(month > max(claims) for month in months)
    if not months:
        return None
    run = 1
    for later, earlier in zip(reversed(months), reversed(months[:-1]), strict=False):
        if later - earlier != 1:
            break
        run += 1
    return run


def _month(row: ContributionRow) -> Month:
    return Month.parse(row.month)
