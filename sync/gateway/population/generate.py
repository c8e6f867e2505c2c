"""The rows of a whole population, table after table, in the order in which a snapshot is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from offline_store.schema import SNAPSHOT_ROWS, SnapshotRow
from sync.gateway.population.lives import draw_life
from sync.gateway.population.names import invented_name
from sync.gateway.population.numbers import card_number, id_number
from sync.gateway.population.person import CardStatus, CaseState, InventedCard, InventedPerson, Sex

REGION: Final = "990100"
MAX_COUNT: Final = 5_000_000
_OLDEST_YEARS: Final = 96
_CARD_STATUS: Final[tuple[tuple[float, CardStatus], ...]] = (
    (0.97, "normal"),
    (0.985, "lost"),
    (0.995, "sealed"),
    (1.0, "cancelled"),
)
_CASE_ITEMS: Final = ("CRD-01", "CRD-09", "SI-12", "SI-14", "SI-16", "EM-01", "EM-05")
_CASE_STATES: Final[tuple[CaseState, ...]] = ("accepted", "under-review", "approved", "returned")


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody; the rows are made when they are asked for, so that a million people need not be a billion rows."""

    people: Sequence[InventedPerson]

    def rows(self) -> Iterator[SnapshotRow]:
        """All rows, grouped by table in the snapshot's order."""
        of: dict[str, Callable[[InventedPerson], Iterable[SnapshotRow]]] = {
            "person": lambda person: (person.person_row(),),
            "card": InventedPerson.card_rows,
            "enrolment": InventedPerson.enrolment_rows,
            "contribution": InventedPerson.contribution_rows,
            "benefit": InventedPerson.benefit_rows,
            "case_": InventedPerson.case_rows,
        }
        for table in SNAPSHOT_ROWS:
            for person in self.people:
                yield from of[table](person)


def generate(
    count: int,
    seed: int,
    today: date,
    personas: Sequence[InventedPerson] = (),
    progress: Callable[[int], None] = lambda done: None,
) -> Population:
    """`count` people, the personas among them, as they stand on `today`. `progress` is told how many are made.

    ValueError if there are fewer places than personas, or more than `MAX_COUNT`.
    """
    if not len(personas) <= count <= MAX_COUNT:
        raise ValueError(f"a population has {len(personas)} (the personas) to {MAX_COUNT} people")
    people = list(personas)
    taken = {person.id_number for person in people}
    for index in range(count - len(personas)):
        chance = Random(f"{seed}:{index}")  # noqa: S311 - an invented population wants repeatable chance
        people.append(_person(chance, index, today, taken))
        if index % 500 == 0:
            progress(len(people))
    progress(len(people))
    return Population(people)


def _person(chance: Random, index: int, today: date, taken: set[str]) -> InventedPerson:
    birth = _birth(chance, today)
    sex: Sex = "1" if chance.random() < 0.51 else "2"
    number = _free_number(chance, birth, sex, taken)
    name, ethnic = invented_name(chance, sex, birth.year)
    category, career = draw_life(chance, birth, sex, today)
    card = _card(chance, index, birth, today)
    return InventedPerson(
        id_number=number,
        name=name,
        sex=sex,
        ethnic=ethnic,
        birth_date=birth,
        category=category,
        region=REGION,
        phone=f"139{chance.randrange(10**8):08}" if chance.random() < 0.8 else None,
        account_last4=f"{chance.randrange(10**4):04}",
        card=card,
        career=career,
        cases=_cases(chance, today) if category != "student" and chance.random() < 0.08 else (),
    )


def _birth(chance: Random, today: date) -> date:
    """Ages as in an older city: few children, most people between 25 and 70."""
    years = min(max(chance.gauss(46, 20), 0.1), _OLDEST_YEARS)
    return today - timedelta(days=round(years * 365.2425))


def _free_number(chance: Random, birth: date, sex: Sex, taken: set[str]) -> str:
    odd = 1 if sex == "1" else 0
    begin = chance.randrange(500)
    for step in range(500):
        number = id_number(birth, (begin + step) % 500 * 2 + odd)
        if number not in taken:
            taken.add(number)
            return number
    raise ValueError("more than 500 people of one sex born on one day: the numbers of this district are used up")


def _card(chance: Random, index: int, birth: date, today: date) -> InventedCard | None:
    if chance.random() < 0.05:
        return None
    oldest = max(today - timedelta(days=3300), birth + timedelta(days=60))
    if oldest >= today:
        return None
    issued = oldest + timedelta(days=chance.randrange((today - oldest).days))
    draw = chance.random()
    status = next(status for limit, status in _CARD_STATUS if draw < limit)
    expires = date(issued.year + 10, issued.month, min(issued.day, 28))
    return InventedCard(card_number(index + 1), status, issued, expires)


def _cases(chance: Random, today: date) -> tuple[tuple[str, CaseState, date], ...]:
    day = today - timedelta(days=chance.randint(1, 90))
    return ((chance.choice(_CASE_ITEMS), chance.choice(_CASE_STATES), day),)
