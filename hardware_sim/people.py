"""Personas: invented people whose cards and documents the simulated devices hold, read from TOML files.

The files in personas/ are also read by others, by path; their fields are a contract. Everything that can be wrong in a
file is told with the file, the field and what to do about it, because people write their own personas.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from hardware_sim.cards.crypto import CardAlgorithm
from hardware_sim.cards.elements import ElementError
from hardware_sim.cards.layout import APPLICATIONS, HOLDER_DATA

FOLDER: Final = Path(__file__).parent / "personas"

# The ID card holds UTF-16, two bytes a unit (GA/T 490): name 30, address 70, issuing authority 30 bytes.
_NAME_UNITS, _ADDRESS_UNITS, _ISSUER_UNITS = 15, 35, 15
_NAME_BYTES_ON_CARD: Final = sum(element.length for element in HOLDER_DATA if element.tag in (0x09, 0x4E))


class PersonaError(Exception):
    """A persona that cannot be used. `file` and `field` say where, `remedy` what to change. Holds no field values."""

    def __init__(self, file: str, field: str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}: {field}: {problem}. {remedy}")
        self.file = file
        self.field = field
        self.problem = problem
        self.remedy = remedy


def id_check_character(body: str) -> str:
    """The 18th character of an ID number from its first 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return "10X98765432"[total % 11]


def card_check_character(body: str) -> str:
    """The 9th character of a card number from its first 8 (card sheet section 4, annex A of the file standard)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(character, 36) * weight for character, weight in zip(body, weights, strict=True))
    check = 11 - total % 11
    return {10: "X", 11: "0"}.get(check, str(check))


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        # An invented person today, a copied real one tomorrow: nothing of it goes into logs by repr.
        return []


class CardFacts(_Part):
    """What is on (and in) the person's card. Dates as ISO text, `serial` 4 bytes as hex, `pin` empty when none is set.

    An empty `version` means 1.0, as on the oldest cards. `name` is the name as the card holds it when GBK cannot write
    the real one. `holder_class` is 卡类别; `account_fen` is in the medical account. Without `tells_algorithm` the
    answer to SELECT does not name it, as on old cards. `files` gives application elements: directory, file, tag in hex,
    text (e.g. DF01, EF07, "29").
    """

    number: str = Field(pattern=r"^[0-9A-Z][0-9A-Z]{7}[0-9X]$")
    serial: str = Field(pattern=r"^[0-9A-F]{8}$")
    city: str = Field(pattern=r"^\d{6}$")
    version: Literal["", "1.00", "2.00", "2.01", "3.00"]
    algorithm: CardAlgorithm
    issued: date
    expires: date
    pin: str = Field(pattern=r"^(\d{4,16})?$")
    pin_tries: int = Field(ge=1, le=15)
    status: Literal["normal", "lost", "sealed", "cancelled"]
    name: str | None = None
    holder_class: Literal["1", "2", "3", "4"] = "3"
    account_fen: int = Field(default=50_000, ge=0, le=0xFFFFFFFF)
    tells_algorithm: bool = True
    certificate_pin: str = Field(default="123456", pattern=r"^\d{4,16}$")
    files: dict[str, dict[str, dict[str, str]]] = Field(default_factory=dict)

    @property
    def generation(self) -> int:
        """1, 2 or 3: the first figure of the version."""
        return int(self.version[:1] or "1")

    @field_validator("number")
    @classmethod
    def _number(cls, number: str) -> str:
        if card_check_character(number[:8]) != number[8]:
            raise ValueError(f"the check character should be {card_check_character(number[:8])}")
        return number

    @field_validator("files")
    @classmethod
    def _files(cls, files: dict[str, dict[str, dict[str, str]]]) -> dict[str, dict[str, dict[str, str]]]:
        for directory, by_file in files.items():
            application = next((known for known in APPLICATIONS if known.name == directory), None)
            if application is None:
                raise ValueError(f"{directory} is none of {', '.join(known.name for known in APPLICATIONS)}")
            for name, values in by_file.items():
                file = application.file(name)
                tagged = file.elements if file and file.kind != "cyclic" else ()
                by_tag = {f"{element.tag:02X}": element for element in tagged}
                for tag, text in values.items():
                    if tag not in by_tag:
                        raise ValueError(f"{directory} {name} has no element {tag}")
                    try:
                        by_tag[tag].encode(text)
                    except ElementError as error:
                        raise ValueError(f"{directory} {name} element {tag} {error}") from None
        return files

    @model_validator(mode="after")
    def _dates(self) -> Self:
        if self.expires <= self.issued:
            raise ValueError("expires is not after issued")
        return self


class PersonFacts(_Part):
    """What the centre knows beyond the card. Only `category` is fixed; the rest is for whoever fills the centre."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    category: str


class Persona(_Part):
    """One invented person with an ID card and a social security card."""

    key: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    name: str = Field(min_length=1)
    id_number: str = Field(pattern=r"^\d{17}[0-9X]$")
    sex: Literal["1", "2", "9"]
    ethnic: str = Field(pattern=r"^\d{2}$")
    birth_date: date
    address: str
    id_issuer: str
    id_valid_from: date
    id_valid_to: date | Literal["长期"]
    card: CardFacts
    person: PersonFacts

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return [("key", self.key)]

    @property
    def name_on_card(self) -> str:
        """The name as EF06 holds it, in GBK characters only."""
        return self.card.name or self.name

    @field_validator("id_number")
    @classmethod
    def _id_number(cls, number: str) -> str:
        if id_check_character(number[:17]) != number[17]:
            raise ValueError(f"the check character should be {id_check_character(number[:17])}")
        return number

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.id_number[6:14] != self.birth_date.strftime("%Y%m%d"):
            raise ValueError("birth_date and id_number name different days")
        if self.sex in "12" and int(self.id_number[16]) % 2 != int(self.sex) % 2:
            raise ValueError("sex and the 17th digit of id_number differ (odd is male)")
        for field, text, units in (
            ("name", self.name, _NAME_UNITS),
            ("address", self.address, _ADDRESS_UNITS),
            ("id_issuer", self.id_issuer, _ISSUER_UNITS),
        ):
            if len(text.encode("utf-16-le")) > 2 * units:
                raise ValueError(f"{field} is longer than the {units} UTF-16 units an ID card holds")
        try:
            on_card = self.name_on_card.encode("gbk")
        except UnicodeEncodeError:
            raise ValueError("the card holds GBK only: give card.name as the issuer would have written it") from None
        if len(on_card) > _NAME_BYTES_ON_CARD - 1:
            raise ValueError(f"the name on the card is longer than {_NAME_BYTES_ON_CARD - 1} bytes in GBK")
        return self


def reissued(persona: Persona, *, version: str | None = None, algorithm: CardAlgorithm | None = None) -> Persona:
    """The same person with a card of another version or algorithm. Raises PersonaError for one that does not exist."""
    document = persona.model_dump(mode="json")
    card = document["card"]
    card["version"] = card["version"] if version is None else version
    card["algorithm"] = algorithm or card["algorithm"]
    return parse_persona(document, f"the card of {persona.key}")


def parse_persona(document: object, file: str) -> Persona:
    """A persona from parsed TOML or JSON; `file` is only for the message. Raises PersonaError for the first fault."""
    try:
        return Persona.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the whole file"
        problem = first["msg"].removeprefix("Value error, ")
        raise PersonaError(file, field, problem, _remedy(first["type"])) from None


def load_persona(path: Path) -> Persona:
    """Read one TOML file. Raises PersonaError, also when the file cannot be read."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PersonaError(str(path), "the whole file", error.strerror or "not readable", "Check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PersonaError(str(path), "the whole file", f"not TOML in UTF-8 ({error})", "Mend that line.") from None
    return parse_persona(document, str(path))


def persona_keys(folder: Path = FOLDER) -> list[str]:
    """The words people type, sorted: the names of the files without their ending."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def persona(key: str, folder: Path = FOLDER) -> Persona:
    """The persona `key`. Raises PersonaError naming the known ones when there is none."""
    known = persona_keys(folder)
    if key not in known:
        raise PersonaError(key, "key", "no such persona", f"Known are: {', '.join(known)}.")
    found = load_persona(folder / f"{key}.toml")
    if found.key != key:
        raise PersonaError(f"{key}.toml", "key", "does not match the file's name", f'Write key = "{key}".')
    return found


def _remedy(kind: str) -> str:
    return {
        "missing": "Add this field.",
        "extra_forbidden": "Remove this field or correct its spelling.",
        "literal_error": "Use one of the values named.",
        "string_pattern_mismatch": "Write it in the form named.",
    }.get(kind, "Correct it.")
