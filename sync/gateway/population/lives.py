"""Drawing a life: from age, sex and chance to a category and a career that agree with each other."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Final, Literal

from sync.gateway.population.calendar import (
    RetirementKind,
    age_on,
    first_day,
    last_day,
    month_of,
    retirement_month,
)
from sync.gateway.population.careers import (
    ALONE,
    RESIDENT_TIERS_FEN,
    Career,
    Drawn,
    Job,
    pension_fen,
    unemployment_months,
)

EMPLOYEE_KINDS: Final = ("110", "210")
FIRST_WORKING_AGE: Final = 16
MINIMUM_PENSION_MONTHS: Final = 180
RESIDENT_PENSION_AGE: Final = 60
RESIDENT_SCHEME_START: Final = 2012
_EMPLOYERS_A: Final = "星湖市"
_EMPLOYERS_B: Final = ("晨光", "东湖", "青禾", "望山", "临江", "新港", "宏远", "安泰", "同心", "金桥", "云帆", "立信")
_EMPLOYERS_C: Final = (
    "机械",
    "食品",
    "纺织",
    "物流",
    "电子",
    "建材",
    "商贸",
    "园林",
    "印务",
    "餐饮管理",
    "软件",
    "环保",
)
_EMPLOYERS_D: Final = ("有限公司", "有限公司", "有限公司", "股份有限公司", "厂")
_PUBLIC: Final = ("星湖市第一中学", "星湖市临湖区人民医院", "星湖市公共交通集团有限公司", "星湖市自来水有限公司")
UNEMPLOYMENT_FEN: Final = 197_500


def retirement_kind(sex: str, category: str) -> RetirementKind:
    """Women in workers' posts retire from 50, women who pay alone from 55."""
    return "male" if sex == "1" else "female55" if category == "flexible" else "female50"


def draw_life(chance: Random, birth: date, sex: str, today: date) -> tuple[str, Career]:
    """(category, career) of somebody born then."""
    age, now = age_on(birth, today), month_of(today)
    if age < FIRST_WORKING_AGE:
        return "student", Career()
    draw = chance.random()
    if age < 23 and draw < 0.72:
        return "student", Career()
    kind = retirement_kind(sex, "worker")
    if now > retirement_month(birth, kind):
        return _late_life(chance, birth, kind, today, draw)
    if draw < 0.52:
        return "worker", _worker(chance, birth, now)
    if draw < 0.66:
        return "flexible", _flexible(chance, birth, now)
    if draw < 0.71:
        return "unemployed", _unemployed(chance, birth, now)
    return "resident", _resident(chance, birth, today)


def _late_life(chance: Random, birth: date, kind: RetirementKind, today: date, draw: float) -> tuple[str, Career]:
    retired = retirement_month(birth, kind)
    earliest = max(month_of(birth) + 18 * 12, 1992 * 12)
    if draw < 0.55 and retired - earliest >= MINIMUM_PENSION_MONTHS:
        return "pensioner", _pensioner(chance, earliest, retired, today)
    if month_of(today) > month_of(birth) + RESIDENT_PENSION_AGE * 12:
        return "pensioner", _resident_pensioner(chance, birth, today)
    return "resident", _resident(chance, birth, today)


def employer(chance: Random) -> str:
    """An invented employer of the invented city."""
    if chance.random() < 0.12:
        return chance.choice(_PUBLIC)
    return _EMPLOYERS_A + chance.choice(_EMPLOYERS_B) + chance.choice(_EMPLOYERS_C) + chance.choice(_EMPLOYERS_D)


def level(chance: Random) -> float:
    """Earnings as a multiple of the floor: most people near it, some far above the ceiling."""
    return round(min(0.85 + chance.expovariate(1.1), 9.0), 2)


def _start(chance: Random, birth: date, last: int, longest: int) -> int:
    """The first month paid here: after the person was 18, within `longest` months of the last."""
    earliest = max(month_of(birth) + 18 * 12, last - longest)
    return chance.randint(min(earliest, last), last)


def _jobs(chance: Random, first: int, last: int, kinds: tuple[str, ...] = EMPLOYEE_KINDS) -> tuple[Job, ...]:
    """One to three employers one after the other, seldom with a gap between them."""
    jobs: list[Job] = []
    begin = first
    while begin <= last and len(jobs) < 3:
        end = last if len(jobs) == 2 or chance.random() < 0.55 else chance.randint(begin, last)
        jobs.append(Job(employer(chance), begin, end, kinds))
        begin = end + 1 + (chance.randint(1, 7) if chance.random() < 0.3 else 0)
    return tuple(jobs)


def _worker(chance: Random, birth: date, now: int) -> Career:
    first = _start(chance, birth, now - 1, 144)
    jobs = _jobs(chance, first, now - 1)
    last = jobs[-1]
    if last.last < now - 1:  # a gap at the end would make an unemployed person of a worker
        last = Job(last.employer, last.first, now - 1, last.kinds)
    draw = chance.random()
    if draw < 0.03:
        last = Job(last.employer, last.first, last.last, last.kinds, special={now - 1: "owed"})
    elif draw < 0.08 and last.last - last.first > 6:
        last = Job(last.employer, last.first, last.last, last.kinds, special={last.first + 3: "made-up"})
    return Career(level=level(chance), jobs=(*jobs[:-1], last))


def _flexible(chance: Random, birth: date, now: int) -> Career:
    first = _start(chance, birth, now - 1, 120)
    missing = frozenset(month for month in range(first + 1, now - 1) if chance.random() < 0.06)
    return Career(level=round(chance.uniform(1.0, 1.6), 2), jobs=(Job(ALONE, first, now - 1, ("110",), missing),))


def _unemployed(chance: Random, birth: date, now: int) -> Career:
    lost = now - chance.randint(1, 15)
    first = _start(chance, birth, lost, 120)
    jobs = _jobs(chance, first, lost)
    paid = sum(job.last - job.first + 1 for job in jobs)
    lost = jobs[-1].last
    months = unemployment_months(paid)
    drawn: tuple[Drawn, ...] = ()
    if months and lost + 1 < now:
        paying = now <= lost + months
        status: Literal["paying", "ended"] = "paying" if paying else "ended"
        drawn = (Drawn("unemployment", lost + 1, UNEMPLOYMENT_FEN, status, last_day(now) if paying else None),)
    return Career(level=level(chance), jobs=jobs, status="paused", benefits=drawn)


def _resident(chance: Random, birth: date, today: date) -> Career:
    first = max(RESIDENT_SCHEME_START, birth.year + FIRST_WORKING_AGE + 1, today.year - 12)
    last = today.year - (1 if today.month < 11 else 0)
    years = tuple(year for year in range(first, last + 1) if year - birth.year < 60 and chance.random() < 0.93)
    return Career(resident_years=years, resident_tier_fen=chance.choice(RESIDENT_TIERS_FEN))


def _pensioner(chance: Random, earliest: int, retired: int, today: date) -> Career:
    first = chance.randint(max(earliest, retired - 264), retired - MINIMUM_PENSION_MONTHS)
    career_level = level(chance)
    jobs = (Job(employer(chance), first, retired - 1, ("110",)),)
    since = retired + 1
    due = today + timedelta(days=chance.randint(-20, 345))
    paused = due < today and chance.random() < 0.5
    monthly = pension_fen(career_level, retired - first, max(retired // 12, today.year - 6))
    drawn = Drawn("pension", since, monthly, "paused" if paused else "paying", due)
    return Career(level=career_level, jobs=jobs, status="ended", benefits=(drawn,))


def _resident_pensioner(chance: Random, birth: date, today: date) -> Career:
    reached = month_of(birth) + RESIDENT_PENSION_AGE * 12
    since = max(reached + 1, RESIDENT_SCHEME_START * 12)
    last_year = min(first_day(reached).year - 1, today.year - 1)
    first_year = max(RESIDENT_SCHEME_START, last_year - 14)
    drawn = Drawn(
        "pension", since, chance.randint(1_630, 3_200) * 10, "paying", today + timedelta(days=chance.randint(0, 345))
    )
    return Career(
        resident_years=tuple(range(first_year, last_year + 1)),
        resident_tier_fen=chance.choice(RESIDENT_TIERS_FEN),
        status="ended",
        benefits=(drawn,),
    )
