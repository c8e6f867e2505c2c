"""The document of `kiosk diagnose --json`: names are stable, new ones may be added, none changes its meaning.

Units: milliseconds, RFC 3339 times. Status words are XFS4IoT's own. Nothing personal stands in it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kiosk.diagnostics.findings import Part, Result

Milliseconds = Annotated[float, Field(ge=0)]


class Health(StrEnum):
    """What the technician wants to know first."""

    WELL = "well"
    ILL = "ill"
    UNKNOWN = "unknown"
    NOT_FITTED = "not-fitted"


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Document):
    """One sentence in both languages."""

    zh: str
    en: str


class IdentityDocument(_Document):
    """What a device is; null: it does not tell."""

    model: str | None
    firmware: str | None
    serial_number: str | None
    port: str | None


class StepDocument(_Document):
    """One step of a self-test."""

    name: str
    result: Result
    ms: Milliseconds | None
    detail: str


class SelfTest(_Document):
    """All steps. `result`: fail when one failed, unclear when one was, not-run when none ran, else pass."""

    result: Result
    ms: Milliseconds
    passed: int
    ran: int
    steps: tuple[StepDocument, ...]


class EventDocument(_Document):
    """A change of health that the journal recorded; `fault` null: well again."""

    at: str
    fault: str | None
    detail: str


class HistoryDocument(_Document):
    """Of one device, from the journal's present epoch; `events` are the last ones, oldest first."""

    faults: int
    recoveries: int
    attempts: dict[str, int] = Field(description="rungs of the recovery ladder that were tried")
    technicians: int = Field(description="how often the ladder ended with asking for one")
    longest_seconds: float
    by_code: dict[str, int]
    last_fault: EventDocument | None
    prints: dict[str, int]
    events: tuple[EventDocument, ...]


class PartDocument(_Document):
    """One device or part of the machine. `next`: what to do, null when there is nothing to do."""

    name: Part
    title: Words
    health: Health
    fault: str | None = Field(description="code of the fault catalogue")
    causes: tuple[str, ...]
    warnings: tuple[str, ...]
    next: Words | None
    identity: IdentityDocument
    status: dict[str, str]
    capabilities: dict[str, str]
    self_test: SelfTest
    history: HistoryDocument | None = Field(description="null: the journal could not be read")


class CryptoDocument(_Document):
    """The suite of algorithms that the settings choose. `next`: what to do when it is not the centre's."""

    suite: Literal["intl", "sm"]
    back_end: Literal["software", "module"] | None = Field(description="null: the terminal's key could not be had")
    signature: str
    digest: str
    sealing: str
    centre: Literal["intl", "sm"] | None = Field(description="of the centre; null: not enrolled")
    line: Words
    next: Words | None


class Report(_Document):
    """The whole terminal, or the parts that were asked for."""

    document: Literal["diagnose"] = "diagnose"
    version: Literal[1] = 1
    terminal: str
    software: str
    at: str
    verdict: Health
    crypto: CryptoDocument | None = Field(default=None, description="null: not looked at")
    parts: tuple[PartDocument, ...]


class TimesDocument(_Document):
    """Of the tries that went well; null when there was none."""

    min: Milliseconds
    median: Milliseconds
    max: Milliseconds


class TryDocument(_Document):
    """One try of a bench test."""

    number: int
    result: Result
    ms: Milliseconds
    detail: str


class BenchReport(_Document):
    """The document of `kiosk diagnose bench … --json`."""

    document: Literal["bench"] = "bench"
    version: Literal[1] = 1
    part: Part
    at: str
    result: Result
    wanted: int
    tries: tuple[TryDocument, ...]
    failures: int
    times: TimesDocument | None
    facts: dict[str, str]
    cause: str | None
    next: Words | None


class PortDocument(_Document):
    """What one serial port answered. `part`, `make`, `baud`: of the device that was found."""

    port: str
    answer: Literal["found", "silent", "busy", "not-permitted", "gone"]
    part: Part | None
    make: str | None
    baud: int | None
    facts: dict[str, str]


class FindReport(_Document):
    """The document of `kiosk diagnose --find --json`. `settings`: lines for terminal.toml."""

    document: Literal["find"] = "find"
    version: Literal[1] = 1
    ports: tuple[PortDocument, ...]
    user_reader: str | None
    sam_reader: str | None
    settings: str
