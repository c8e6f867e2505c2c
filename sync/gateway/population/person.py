"""One invented person: what chance or a persona file decided, and the rows that follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Literal

from offline_store.chain import timestamp
from offline_store.schema import BenefitRow, CardRow, CaseRow, ContributionRow, EnrolmentRow, PersonRow
from sync.gateway.population.careers import Career, benefits, contributions, enrolments

Sex = Literal["1", "2"]
CardStatus = Literal["normal", "lost", "sealed", "cancelled"]
CaseState = Literal["accepted", "under-review", "approved", "returned"]
_BANKS = ("星湖农村商业银行", "星湖银行", "江城商业银行")


@dataclass(frozen=True, slots=True)
class InventedCard:
    """A social security card."""

    number: str = field(repr=False)
    status: CardStatus
    issued: date
    expires: date


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """A person with a career. `cases`: (item code, state, day)."""

    id_number: str = field(repr=False)
    name: str = field(repr=False)
    sex: Sex
    ethnic: str
    birth_date: date = field(repr=False)
    category: str
    region: str
    phone: str | None = field(repr=False)
    account_last4: str | None = field(repr=False)
    card: InventedCard | None
    career: Career = field(repr=False)
    cases: tuple[tuple[str, CaseState, date], ...] = ()

    def person_row(self) -> PersonRow:
        """Who it is."""
        return PersonRow(
            id_number=self.id_number,
            name=self.name,
            sex=self.sex,
            ethnic=self.ethnic,
            birth_date=str(self.birth_date),
            category=self.category,
            region=self.region,
            phone=self.phone,
        )

    def card_rows(self) -> Iterator[CardRow]:
        """The card, if there is one."""
        if self.card is not None:
            sealed = self.card.status == "sealed"  # 封存: its bank side was never opened either
            yield CardRow(
                number=self.card.number,
                id_number=self.id_number,
                status=self.card.status,
                issued=str(self.card.issued),
                expires=str(self.card.expires),
                region=self.region,
                bank=None if sealed else _BANKS[int(self.id_number[-2]) % len(_BANKS)],
                account_last4=None if sealed else self.account_last4,
            )

    def enrolment_rows(self) -> Iterator[EnrolmentRow]:
        """Kinds of insurance the person is or was in."""
        return enrolments(self.id_number, self.region, self.career)

    def contribution_rows(self) -> Iterator[ContributionRow]:
        """Month by month."""
        return contributions(self.id_number, self.career)

    def benefit_rows(self) -> Iterator[BenefitRow]:
        """Benefits drawn."""
        return benefits(self.id_number, self.account_last4, self.career)

    def case_rows(self) -> Iterator[CaseRow]:
        """Cases at the agency; their number holds no part of the ID number."""
        for place, (item, state, day) in enumerate(self.cases):
            number = f"AC{day:%Y%m%d}{self.card.number[1:8] if self.card else self.id_number[-4:-1]}{place}"
            at = datetime.combine(day, time(1, 30), UTC)
            yield CaseRow(number=number, id_number=self.id_number, item=item, state=state, at=timestamp(at))
