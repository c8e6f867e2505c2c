"""The form of a scenario file. Whatever is wrong is told with the field, what stands there, and what to write.

title = "Paper runs out in the middle"
persona = "worker"                # fills {persona} in phrases
seed = 7

[[steps]]
at = 0.5                          # seconds after the start, or
after = { from = 1, to = 3 }      # seconds after the step before; a span is drawn from the seed
do = "insert card {persona}"      # one phrase of `hardware-sim do help`, or a list of them

[[faults]]
at = 4
do = "unplug id-reader"
lasts = { from = 2, to = 5 }
then = "plug id-reader"
times = 3                         # so often, `every` so many seconds
every = 20
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from hardware_sim.shapes import shape_of
from hardware_sim.station.understanding import NotUnderstoodError, understand

FOLDER: Final = Path(__file__).parents[1] / "scenarios"
LONGEST = 86_400.0
"""A day."""
MOST_TIMES = 10_000


class ScenarioError(Exception):
    """A scenario that cannot be played: where it is wrong, what stands there, and what to do."""

    def __init__(self, file: str, field: str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}: {field}: {problem}. {remedy}")
        self.file = file
        self.field = field
        self.problem = problem
        self.remedy = remedy


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Span(_Part):
    """Seconds, from … to; a plain number is a span of no width."""

    from_: float = Field(alias="from", ge=0, le=LONGEST)
    to: float = Field(ge=0, le=LONGEST)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to < self.from_:
            raise ValueError("to is before from")
        return self


def _span(value: object) -> object:
    # a number is what most people write
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"from": value, "to": value}
    return value


def _phrases(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _understood(phrases: list[str]) -> list[str]:
    for phrase in phrases:
        try:
            understand(phrase.replace("{persona}", "persona"))
        except NotUnderstoodError as error:
            raise ValueError(str(error)) from None
    return phrases


Seconds = Annotated[Span, BeforeValidator(_span)]
Phrases = Annotated[list[str], BeforeValidator(_phrases), Field(min_length=1)]


class Step(_Part):
    """Something that happens, at a time or after the step before it."""

    at: Seconds | None = None
    after: Seconds | None = None
    do: Phrases
    note: str = ""

    _checked = field_validator("do")(_understood)

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if (self.at is None) == (self.after is None):
            raise ValueError("give at or after, and only one of them")
        return self


class Fault(_Part):
    """Something breaks at a time, lasts, and is mended; the whole may come again every so many seconds."""

    at: Seconds
    do: Phrases
    lasts: Seconds
    then: Phrases
    times: int = Field(default=1, ge=1, le=MOST_TIMES)
    every: Seconds | None = None
    note: str = ""

    _checked = field_validator("do", "then")(_understood)

    @model_validator(mode="after")
    def _repeats(self) -> Self:
        if (self.times > 1) != (self.every is not None):
            raise ValueError("times and every go together")
        return self


class Scenario(_Part):
    """One file."""

    title: str = Field(min_length=1)
    persona: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9-]*$")
    seed: int = 1
    steps: list[Step] = Field(default_factory=list)
    faults: list[Fault] = Field(default_factory=list)

    @model_validator(mode="after")
    def _something_happens(self) -> Self:
        if not self.steps and not self.faults:
            raise ValueError("nothing happens: give steps or faults")
        said = [phrase for part in self.steps for phrase in part.do]
        said += [phrase for fault in self.faults for phrase in (*fault.do, *fault.then)]
        if self.persona is None and any("{persona}" in phrase for phrase in said):
            raise ValueError("{persona} is used, and there is no persona")
        return self


def parse_scenario(document: dict[str, Any], file: str) -> Scenario:
    """A scenario from parsed TOML; `file` is only for the message. Raises ScenarioError for the first fault."""
    try:
        return Scenario.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = _field(first["loc"])
        problem = first["msg"].removeprefix("Value error, ").rstrip(".")
        if first["type"] != "missing":
            problem = f"{problem}; there is {shape_of(first.get('input'))}"
        raise ScenarioError(file, field, problem, _remedy(first["type"])) from None


def load_scenario(path: Path) -> Scenario:
    """Read one TOML file. Raises ScenarioError, also when the file cannot be read."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(str(path), "the file", error.strerror or "not readable", "Check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(str(path), "the file", f"is not TOML in UTF-8 ({error})", "Mend that line.") from None
    return parse_scenario(document, str(path))


def find_scenario(word: str) -> Path:
    """A file by its path, or one of those that come along by its name."""
    path = Path(word)
    known = FOLDER / f"{word}.toml"
    return known if not path.exists() and known.exists() else path


def _field(place: tuple[int | str, ...]) -> str:
    """steps.2.do as people count: the second step is step 2."""
    parts = [str(part + 1) if isinstance(part, int) else part for part in place if part not in ("Span",)]
    return ".".join(parts) or "the whole file"


def _remedy(kind: str) -> str:
    return {
        "missing": "Add this field.",
        "extra_forbidden": "Remove this field or correct its spelling.",
        "string_type": "Write a text in quotes.",
        "list_type": "Write a phrase in quotes, or a list of them.",
        "model_type": "Write seconds, or { from = 1, to = 3 }.",
        "float_type": "Write seconds as a number.",
        "int_type": "Write a whole number.",
        "value_error": "Correct it.",
    }.get(kind, "Correct it.")
