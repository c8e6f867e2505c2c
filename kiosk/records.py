"""One person's data as the snapshot has them: typed rows with their origin and age."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from kiosk.clock import HALL_ZONE
from offline_store.schema import BenefitRow, CardRow, CaseRow, ContributionRow, EnrolmentRow, PersonRow


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """All rows of one person from one generation. `person` is None when the area's data do not know the number."""

    as_of: str  # RFC 3339, UTC
    origin: str
    person: PersonRow | None = field(default=None, repr=False)
    card: CardRow | None = field(default=None, repr=False)
    enrolments: tuple[EnrolmentRow, ...] = field(default=(), repr=False)
    contributions: tuple[ContributionRow, ...] = field(default=(), repr=False)
    benefits: tuple[BenefitRow, ...] = field(default=(), repr=False)
    cases: tuple[CaseRow, ...] = field(default=(), repr=False)

    @property
    def data_time(self) -> str:
        """When the data are of, in hall time: YYYY-MM-DD HH:MM."""
        moment = datetime.fromisoformat(self.as_of.replace("Z", "+00:00"))
        return moment.astimezone(HALL_ZONE).strftime("%Y-%m-%d %H:%M")
