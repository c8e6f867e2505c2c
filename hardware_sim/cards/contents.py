"""What stands in a person's application files: what the persona says, and invented contents where it says nothing.

Invented means: of the right length, from the code tables of the card sheet, in keeping with the person's age and
category, and the same at every insertion.
"""

import zlib
from datetime import date

from hardware_sim.cards.elements import Element
from hardware_sim.cards.invented import CYCLIC, RECORDS, Rule
from hardware_sim.cards.layout import Application, ApplicationFile
from hardware_sim.people import Persona

_FACT = "="
_OR = "|"
_FIRST_JOB_AGE = 22
_SCHOOL_AGE = 18


class ApplicationContents:
    """The records of one persona's application files."""

    def __init__(self, persona: Persona) -> None:
        self._persona = persona
        self._facts = _facts(persona)

    def records(self, application: Application, file: ApplicationFile) -> tuple[bytes, ...]:
        """All records in file order; a cyclic file's newest first. Lengths are those of the layout."""
        path = f"{application.name}/{file.name}"
        if file.kind == "cyclic":
            rows = CYCLIC.get(path, ())
            return tuple(self._row(f"{path}/{number}", file.elements, row) for number, row in enumerate(rows))
        given = self._persona.card.files.get(application.name, {}).get(file.name, {})
        seen: dict[int, int] = {}
        records = []
        for element in file.elements:
            number = seen[element.tag] = seen.get(element.tag, -1) + 1
            records.append(self._record(path, element, number, given.get(f"{element.tag:02X}")))
        return tuple(records)

    def _row(self, path: str, parts: tuple[Element, ...], row: tuple[str, ...]) -> bytes:
        return b"".join(
            part.encode(self._text(f"{path}/{place}", rule))
            for place, (part, rule) in enumerate(zip(parts, row, strict=True))
        )

    def _record(self, path: str, element: Element, number: int, given: str | None) -> bytes:
        if given is not None:
            return element.record(given)
        rule: Rule = RECORDS.get(path, {}).get(element.tag, "")
        if isinstance(rule, str):
            return element.record(self._text(f"{path}/{element.tag:02X}", rule))
        if number >= len(rule):
            return element.record()
        place = f"{path}/{element.tag:02X}/{number}"
        parts = {tag: self._text(f"{place}/{tag:02X}", text) for tag, text in rule[number].items()}
        return bytes([element.tag, element.length]) + element.encode_parts(parts)

    def _text(self, path: str, rule: str) -> str:
        if rule.startswith(_FACT):
            return self._facts[rule.removeprefix(_FACT)]
        choices = rule.split(_OR)
        return choices[zlib.crc32(f"{self._persona.key}/{path}".encode()) % len(choices)]


def _years_after(persona: Persona, years: int) -> str:
    """1 July of the year the person turns `years`, but never after the card was issued."""
    day = min(date(persona.birth_date.year + years, 7, 1), persona.card.issued)
    return f"{day:%Y%m%d}"


def _facts(persona: Persona) -> dict[str, str]:
    retired = persona.person.category == "pensioner"
    told = persona.person.model_dump()
    first_job = _years_after(persona, _FIRST_JOB_AGE)
    return {
        "address": persona.address,
        "city": persona.card.city,
        "county": f"{persona.card.city[:4]}02",
        "phone": str(told.get("phone", "13900000000")),
        "employer": str(told.get("employer", "星湖市青禾机械有限公司")),
        "school-end": _years_after(persona, _SCHOOL_AGE),
        "degree-month": first_job[:6],
        "first-job": first_job,
        "issued": f"{persona.card.issued:%Y%m%d}",
        "employment-state": "3" if retired else "1",
        "person-class": "80" if retired else "24",
        "medical-class": "21" if retired else "11",
        "retired": str(told.get("retired", "")).replace("-", "") if retired else "",
        "benefit-from": str(told.get("benefit_from", "")).replace("-", "") if retired else "",
        "id-number": persona.id_number,
        "card-number": persona.card.number,
    }
