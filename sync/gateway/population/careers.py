"""What a person's life has left at the social-insurance agency, as periods, and the rows that follow from them.

A `Career` is everything that is decided by chance; the rows are computed from it. Money is whole fen. Bases lie between
the local floor and ceiling of their year; rates are the usual ones: pension 16 % + 8 %, or 20 % of a person who pays
alone; unemployment 0.5 % + 0.5 %; medical 8 % + 2 %; work injury 0.4 % by the employer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from offline_store.schema import BenefitRow, ContributionRow, EnrolmentRow
from sync.gateway.population.calendar import first_day, month_text

ALONE: Final = ""
"""The employer of a person who pays alone."""
RESIDENT_KIND: Final = "170"
RATES_PER_MILLE: Final[Mapping[str, tuple[int, int]]] = {
    "110": (80, 160),
    "210": (5, 5),
    "310": (20, 80),
    "410": (0, 4),
}
"""Kind of insurance to (personal, employer) share of the base."""
ALONE_PENSION_PER_MILLE: Final = 200
RESIDENT_TIERS_FEN: Final = (20_000, 50_000, 100_000, 200_000, 300_000)
"""What a resident may pay a year."""
_FLOOR_2026_FEN: Final = 449_400
_CEILING_RATIO: Final = 5
_GROWTH: Final = 1.062

State = Literal["paid", "owed", "made-up"]


def floor_of(year: int) -> int:
    """The lowest monthly base of a year, whole yuan in fen; the ceiling is five times that."""
    return round(_FLOOR_2026_FEN / _GROWTH ** (2026 - year) / 100) * 100


def base_of(level: float, year: int) -> int:
    """The base of somebody who earns `level` times the floor, within the bounds of the year."""
    floor = floor_of(year)
    return min(max(round(floor * level / 100) * 100, floor), floor * _CEILING_RATIO)


@dataclass(frozen=True, slots=True)
class Job:
    """Months from `first` to `last` (both counted) at one employer, or alone; `missing` months were never paid."""

    employer: str
    first: int
    last: int
    kinds: tuple[str, ...]
    missing: frozenset[int] = frozenset()
    special: Mapping[int, State] = field(default_factory=dict)
    """Months that are not simply paid."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A benefit as it stands."""

    kind: Literal["pension", "unemployment"]
    since: int
    monthly_fen: int
    status: Literal["paying", "paused", "ended"]
    certification_due: date | None


@dataclass(frozen=True, slots=True)
class Career:
    """One person at the agency. `level`: earnings as a multiple of the floor. `resident_years`: years paid for."""

    level: float = 1.0
    jobs: tuple[Job, ...] = ()
    resident_years: tuple[int, ...] = ()
    resident_tier_fen: int = RESIDENT_TIERS_FEN[0]
    status: Literal["active", "paused", "ended"] = "active"
    benefits: tuple[Drawn, ...] = ()


def contributions(id_number: str, career: Career) -> Iterator[ContributionRow]:
    """All contribution rows, by kind and month."""
    for kind in RATES_PER_MILLE:
        for job in career.jobs:
            if kind in job.kinds:
                yield from _of_job(id_number, career, job, kind)
    for year in career.resident_years:
        yield ContributionRow(
            id_number=id_number, kind=RESIDENT_KIND, month=f"{year}-10", employer=ALONE,
            base_fen=career.resident_tier_fen, personal_fen=career.resident_tier_fen, employer_fen=0, state="paid",
        )  # fmt: skip


def _of_job(id_number: str, career: Career, job: Job, kind: str) -> Iterator[ContributionRow]:
    personal, employer = RATES_PER_MILLE[kind]
    if job.employer == ALONE:
        personal, employer = (ALONE_PENSION_PER_MILLE, 0) if kind == "110" else (personal + employer, 0)
    for month in range(job.first, job.last + 1):
        if month in job.missing:
            continue
        base = base_of(career.level, month // 12)
        yield ContributionRow(
            id_number=id_number, kind=kind, month=month_text(month), employer=job.employer, base_fen=base,
            personal_fen=_share(base, personal), employer_fen=_share(base, employer),
            state=job.special.get(month, "paid"),
        )  # fmt: skip


def _share(base: int, per_mille: int) -> int:
    """A share in whole fen, half a fen rounded up."""
    return (base * per_mille + 500) // 1000


def enrolments(id_number: str, region: str, career: Career) -> Iterator[EnrolmentRow]:
    """One row for each kind the person was ever in. `months` counts paid and made-up months, a resident year as 12."""
    for kind in RATES_PER_MILLE:
        jobs = [job for job in career.jobs if kind in job.kinds]
        if not jobs:
            continue
        employed = career.status == "active" and jobs[-1].employer != ALONE
        yield EnrolmentRow(
            id_number=id_number, kind=kind, region=region, status=career.status,
            since=str(first_day(min(job.first for job in jobs))),
            employer=jobs[-1].employer if employed else None, months=sum(_paid_months(job) for job in jobs),
        )  # fmt: skip
    if career.resident_years:
        yield EnrolmentRow(
            id_number=id_number, kind=RESIDENT_KIND, region=region,
            status="ended" if any(drawn.kind == "pension" for drawn in career.benefits) else "active",
            since=f"{min(career.resident_years)}-01-01", employer=None, months=12 * len(career.resident_years),
        )  # fmt: skip


def _paid_months(job: Job) -> int:
    months = (month for month in range(job.first, job.last + 1) if month not in job.missing)
    return sum(1 for month in months if job.special.get(month, "paid") in ("paid", "made-up"))


def benefits(id_number: str, account_last4: str | None, career: Career) -> Iterator[BenefitRow]:
    """The benefits drawn."""
    for drawn in career.benefits:
        yield BenefitRow(
            id_number=id_number, kind=drawn.kind, since=month_text(drawn.since), monthly_fen=drawn.monthly_fen,
            status=drawn.status, account_last4=account_last4,
            certification_due=None if drawn.certification_due is None else str(drawn.certification_due),
        )  # fmt: skip


def pension_fen(level: float, months: int, year: int) -> int:
    """A plausible monthly pension: (base + indexed base) / 2 x years x 1 %, and about half as much from the account."""
    base = floor_of(year) * 5 / 3
    return round(base * (1 + level * 0.6) / 2 * (months / 12) * 0.01 * 1.45 / 10) * 10


def unemployment_months(paid: int) -> int:
    """At most so many months of unemployment benefit (R-UI)."""
    return 0 if paid < 12 else 12 if paid < 60 else 18 if paid < 120 else 24
