"""The people of the night: their cards, their rows at the centre, and what must never be shown to anybody else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

from hardware_sim.cards.foreign_card import ForeignCard
from hardware_sim.cards.social_security_card import SocialSecurityCard
from hardware_sim.people import Persona, parse_persona, persona, persona_keys
from kiosk.masking import mask_card_number, mask_id_number, mask_name
from offline_store.schema import SnapshotRow
from sync.gateway.population.generate import generate
from sync.gateway.population.person import InventedPerson
from sync.gateway.population.personas import read_personas

PERSONAS = Path(__file__).resolve().parents[3] / "hardware_sim" / "personas"
_SETTLED_YEARS = 25
_AMOUNT = re.compile(r"\d[\d,]*\.\d\d")


@dataclass(eq=False)
class Somebody:
    """One person with a card. `odd` says what is wrong with the card, if anything is."""

    key: str
    persona: Persona
    card: SocialSecurityCard
    odd: str = ""
    amounts: frozenset[str] = frozenset()

    @property
    def pin(self) -> str:
        return self.persona.card.pin

    @property
    def id_number(self) -> str:
        return self.persona.id_number

    @property
    def words(self) -> frozenset[str]:
        """What tells who it is: names, numbers, masked or not."""
        p = self.persona
        names = {p.name, p.name_on_card}
        return frozenset(
            {
                *names,
                *(mask_name(name) for name in names),
                p.id_number,
                mask_id_number(p.id_number),
                p.card.number,
                mask_card_number(p.card.number),
                p.birth_date.isoformat(),
            }
        )


@dataclass
class Cast:
    """Everybody who may come tonight."""

    people: list[Somebody]
    rows: list[SnapshotRow] = field(repr=False)

    def __post_init__(self) -> None:
        self.of_number = {each.id_number: each for each in self.people}
        self._of_word: dict[str, set[str]] = {}
        self._of_amount: dict[str, set[str]] = {}
        for each in self.people:
            for word in each.words:
                self._of_word.setdefault(word, set()).add(each.key)
            for amount in each.amounts:
                self._of_amount.setdefault(amount, set()).add(each.key)
        longest_first = sorted(self._of_word, key=lambda word: (-len(word), word))
        self._words = re.compile("|".join(re.escape(word) for word in longest_first))

    def named_in(self, text: str) -> set[str]:
        """Everybody who is named in the text by a word that is theirs alone. 沈*兰 does not name 沈*."""
        found = (self._of_word[word] for word in self._words.findall(text))
        return {key for whose in found if len(whose) == 1 for key in whose}

    def belonging_to_others(self, text: str, owner: Somebody | None, *, amounts: bool = True) -> list[str]:
        """Every word (and amount) in the text that is somebody's and not the owner's."""
        mine = owner.key if owner else ""
        found = [word for word in self._words.findall(text) if mine not in self._of_word[word]]
        for amount in _AMOUNT.findall(text) if amounts else ():
            whose = self._of_amount.get(amount)
            if whose is not None and mine not in whose:
                found.append(amount)
        return found


def gather(seed: int, chance: Random, today: date) -> Cast:
    """The personas, invented citizens with sound cards, and some whose card is odd in one way each."""
    population = generate(60, seed, today, read_personas(PERSONAS, today))
    rows = list(population.rows())

    def draw(n: int) -> bytes:
        return chance.randbytes(n)

    people = [
        Somebody(key, persona(key), SocialSecurityCard(persona(key), chance=draw)) for key in persona_keys(PERSONAS)
    ]
    seen = {word for each in people for word in each.words}
    for place, (odd, invented) in enumerate(_fitting(population.people, seen, today)):
        document = _document(invented, place, odd)
        about = parse_persona(document, "the night's cast")
        people.append(Somebody(about.key, about, SocialSecurityCard(about, chance=draw), odd))
    strangers = {each.id_number for each in people if each.odd == "stranger"}
    rows = [row for row in rows if getattr(row, "id_number", None) not in strangers]
    for each in people:
        each.amounts = _amounts(rows, each.id_number)
    return Cast(people, rows)


_ODDS = ("", "", "", "", "", "old", "no-pin", "expired", "stranger", "other-cipher")


def _fitting(people: object, seen: set[str], today: date) -> list[tuple[str, InventedPerson]]:
    """Adults whose name a card can hold and whose masked name and numbers are like nobody else's."""
    found: list[tuple[str, InventedPerson]] = []
    for person in people:  # type: ignore[attr-defined]
        if len(found) == len(_ODDS):
            break
        if (
            person.card is None
            or person.card.number.startswith("A")
            or today.year - person.birth_date.year < _SETTLED_YEARS
        ):
            continue
        words = {mask_name(person.name), mask_card_number(person.card.number), mask_id_number(person.id_number)}
        try:
            fits = len(person.name.encode("gbk")) < 20
        except UnicodeEncodeError:
            fits = False
        if fits and not words & seen:
            seen |= words
            found.append((_ODDS[len(found)], person))
    return found


def _document(person: InventedPerson, place: int, odd: str) -> dict[str, object]:
    assert person.card is not None
    expired = odd == "expired"
    return {
        "key": f"citizen-{place}",
        "name": person.name,
        "id_number": person.id_number,
        "sex": person.sex,
        "ethnic": person.ethnic,
        "birth_date": person.birth_date,
        "address": "星湖市临湖区柳荫路1号",
        "id_issuer": "星湖市公安局临湖分局",
        "id_valid_from": date(2015, 1, 1),
        "id_valid_to": "长期",
        "card": {
            "number": person.card.number,
            "serial": f"{0x100 + place:08X}",
            "city": "990100",
            "version": "2.00" if odd == "old" else "3.00",
            "algorithm": "3DES" if odd == "other-cipher" else "SM4",
            "issued": date(2016, 1, 1) if expired else date(2024, 1, 1),
            "expires": date(2026, 1, 1) if expired else date(2034, 1, 1),
            "pin": "" if odd == "no-pin" else f"{7000 + 111 * place}",
            "pin_tries": 6,
            "status": person.card.status,
        },
        "person": {"category": person.category},
    }


def _amounts(rows: list[SnapshotRow], id_number: str) -> frozenset[str]:
    """Every amount that a page or a receipt of this person could show."""
    mine = [row for row in rows if getattr(row, "id_number", None) == id_number and type(row).TABLE == "contribution"]
    fen: set[int] = set()
    months: dict[str, list[object]] = {}
    for row in mine:
        months.setdefault(row.month, []).append(row)  # type: ignore[attr-defined]
        fen |= {row.base_fen, row.personal_fen, row.employer_fen}  # type: ignore[attr-defined]
    for of_month in months.values():
        fen.add(sum(row.personal_fen for row in of_month))  # type: ignore[attr-defined]
        fen.add(sum(row.employer_fen for row in of_month))  # type: ignore[attr-defined]
    fen.add(sum(row.personal_fen for row in mine if row.state in ("paid", "made-up")))  # type: ignore[attr-defined]
    return frozenset(f"{each // 100:,}.{each % 100:02d}" for each in fen if each >= 1_000)


def bank_card() -> ForeignCard:
    """The wrong card."""
    return ForeignCard()
