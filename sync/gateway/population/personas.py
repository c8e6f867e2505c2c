"""The personas that the simulator's cards carry, read by path: the same people, so that card and centre agree."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sync.gateway.population.calendar import last_day, month_of
from sync.gateway.population.careers import Career, Drawn, Job, unemployment_months
from sync.gateway.population.lives import UNEMPLOYMENT_FEN
from sync.gateway.population.person import CardStatus, InventedCard, InventedPerson, Sex

_CERTIFICATION_DUE_DAYS: Final = 20
_FULL_KINDS: Final = ("110", "210", "310", "410")
_YEARS_BEFORE_JOB_LOSS: Final = 7
_PENSION_MONTHS: Final = 240


class PersonaUnfit(Exception):  # noqa: N818 - named by the condition
    """A persona file cannot be used; names the file and the field."""


class _Loose(BaseModel):
    """A part of the file: what the simulator alone needs is left unread."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Card(_Loose):
    number: str = Field(min_length=9, max_length=9)
    city: str = Field(pattern=r"^[0-9]{6}$")
    issued: date
    expires: date
    status: CardStatus
    files: dict[str, Any] = Field(default_factory=dict)


class _Person(_Loose):
    category: str
    phone: str | None = None
    employer: str | None = None
    employed_since: date | None = None
    pension_kind: str = "110"
    retired: date | None = None
    benefit_from: date | None = None
    monthly_benefit_fen: int | None = None
    unemployed_since: date | None = None


class _File(_Loose):
    key: str
    name: str = Field(min_length=1, max_length=200)
    id_number: str = Field(pattern=r"^[0-9]{17}[0-9X]$")
    sex: Sex
    ethnic: str = Field(pattern=r"^[0-9]{2}$")
    birth_date: date
    card: _Card
    person: _Person


def read_personas(folder: Path, today: date) -> tuple[InventedPerson, ...]:
    """Every persona of a folder, in the order of the file names. Raises PersonaUnfit."""
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise PersonaUnfit(f"{folder.name} holds no persona (*.toml)")
    return tuple(_read(path, today) for path in paths)


def _read(path: Path, today: date) -> InventedPerson:
    try:
        file = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PersonaUnfit(f"{path.name} cannot be read: {type(error).__name__}") from error
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_url=False)[0]["loc"])
        raise PersonaUnfit(f"{path.name}: {where} is missing or not as it should be") from None
    person = file.person
    card = file.card
    return InventedPerson(
        id_number=file.id_number,
        name=file.name,
        sex=file.sex,
        ethnic=file.ethnic,
        birth_date=file.birth_date,
        category=person.category,
        region=card.city,
        phone=person.phone,
        account_last4=card.number[3:7],
        card=InventedCard(card.number, card.status, card.issued, card.expires),
        career=_career(file, today),
        cases=(("EM-01", "approved", person.unemployed_since),) if person.unemployed_since else (),
    )


def _career(file: _File, today: date) -> Career:
    person, now = file.person, month_of(today)
    if person.retired is not None:
        return _retired(file, person.retired, today)
    if person.unemployed_since is not None:
        lost = month_of(person.unemployed_since) - 1
        first = max(lost - _YEARS_BEFORE_JOB_LOSS * 12, month_of(file.birth_date) + 18 * 12)
        entitled = lost + unemployment_months(lost - first + 1)
        drawn = Drawn("unemployment", lost + 1, UNEMPLOYMENT_FEN, "paying", last_day(now))
        return Career(
            level=1.3,
            jobs=(Job(person.employer or "星湖市云帆物流有限公司", first, lost, ("110", "210")),),
            status="paused",
            benefits=(drawn,) if lost + 1 <= now <= entitled else (),
        )
    if person.employer is not None and person.employed_since is not None:
        first = month_of(person.employed_since)
        return Career(level=1.9, jobs=(Job(person.employer, first, now - 1, _FULL_KINDS),))
    return Career()


def _retired(file: _File, retired: date, today: date) -> Career:
    last = month_of(retired) - 1
    first = _insured_since(file) or last - _PENSION_MONTHS + 1
    begin = month_of(file.person.benefit_from or retired)
    drawn = Drawn(
        "pension",
        begin,
        file.person.monthly_benefit_fen or 300_000,
        "paying",
        today + timedelta(days=_CERTIFICATION_DUE_DAYS),
    )
    job = Job(file.person.employer or "星湖市东湖纺织厂", first, last, (file.person.pension_kind,))
    return Career(level=1.4, jobs=(job,), status="ended", benefits=(drawn,))


def _insured_since(file: _File) -> int | None:
    """The chip's own date of enrolment (DF03, EF07, tag 6E), so that card and centre say the same."""
    text = file.card.files.get("DF03", {}).get("EF07", {}).get("6E")
    try:
        return None if text is None else month_of(date.fromisoformat(text))
    except (TypeError, ValueError):
        raise PersonaUnfit(f"{file.key}: card.files.DF03.EF07.6E is no date") from None
