"""From answers and history to the report: a function of values, which decides what is ill and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.diagnostics.findings import Answer, Found, Identity, NotAsked, NotFitted, Part, Result, Step
from kiosk.diagnostics.history import Event, History
from kiosk.diagnostics.report import (
    CryptoDocument,
    EventDocument,
    Health,
    HistoryDocument,
    IdentityDocument,
    PartDocument,
    Report,
    SelfTest,
    StepDocument,
    Words,
)
from kiosk.text import Text
from kiosk.texts import catalogue, render

_LONGEST = 300
_ORDER = (Health.ILL, Health.UNKNOWN, Health.WELL)
"""The verdict is the first of these that some part has; with nothing fitted at all it is well."""

_FAULT_OF: Mapping[tuple[Part, str], str] = {
    (Part.SYNC, "out_of_service"): "SY-02",
    (Part.RECEIPT_PRINTER, "paper_out"): "PR-02",
    (Part.RECEIPT_PRINTER, "cover_open"): "PR-03",
    (Part.RECEIPT_PRINTER, "jam"): "PR-03",
    (Part.RECEIPT_PRINTER, "printer_error"): "PR-03",
}
_FAULT_OF_PART: Mapping[Part, str] = {
    Part.CARD_READER: "CR-07",
    Part.PSAM: "PS-01",
    Part.ID_READER: "ID-02",
    Part.RECEIPT_PRINTER: "PR-05",
    Part.DOCUMENT_PRINTER: "DP-01",
    Part.PIN_PAD: "PP-01",
    Part.BARCODE_READER: "QR-02",
    Part.JOURNAL: "SY-01",
    Part.SNAPSHOT: "DT-01",
    Part.DISK: "SY-01",
}
"""The code that people see on the screen when this part is ill; parts without one never show themselves there."""


def report(
    terminal: str,
    software: str,
    at: str,
    answers: Mapping[Part, Answer],
    histories: Mapping[Part, History] | None,
    crypto: CryptoDocument | None = None,
) -> Report:
    """In the order of `Part`. `histories` None: the journal could not be read; a part without one has none yet.

    A suite of algorithms that is not the centre's makes the terminal ill: it does not start with it.
    """
    parts = tuple(
        _part(part, answers[part], None if histories is None else histories.get(part, History()))
        for part in Part
        if part in answers
    )
    found = {part.health for part in parts}
    if crypto is not None and crypto.next is not None:
        found.add(Health.ILL)
    verdict = next((health for health in _ORDER if health in found), Health.WELL)
    return Report(terminal=terminal, software=software, at=at, verdict=verdict, crypto=crypto, parts=parts)


def _part(part: Part, answer: Answer, history: History | None) -> PartDocument:
    match answer:
        case Found():
            found, health = answer, _health(answer)
        case NotAsked(cause=cause, identity=identity):
            found, health = Found(identity, causes=(cause,)), Health.UNKNOWN
        case NotFitted():
            found, health = Found(), Health.NOT_FITTED
    advice = next_step(part, (*found.causes, *found.warnings))
    return PartDocument(
        name=part,
        title=words(f"diagnose.part.{part.value}"),
        health=health,
        fault=_fault(part, found.causes) if health is Health.ILL else None,
        causes=found.causes,
        warnings=found.warnings,
        next=advice,
        identity=_identity(found.identity),
        status=_plain_values(found.status),
        capabilities=_plain_values(found.capabilities),
        self_test=self_test(found.steps),
        history=None if history is None else _history(history),
    )


def _health(found: Found) -> Health:
    results = {step.result for step in found.steps}
    if Result.FAIL in results:
        return Health.ILL
    return Health.UNKNOWN if Result.UNCLEAR in results else Health.WELL


def _fault(part: Part, causes: tuple[str, ...]) -> str | None:
    return next((_FAULT_OF[part, cause] for cause in causes if (part, cause) in _FAULT_OF), _FAULT_OF_PART.get(part))


def next_step(part: Part, causes: tuple[str, ...]) -> Words | None:
    """One sentence for the first cause: the part's own where there is one, else the cause's, else the common one."""
    if not causes:
        return None
    ids = (f"diagnose.next.{part.value}.{causes[0]}", f"diagnose.next.any.{causes[0]}", "diagnose.next.any.other")
    return words(next(id for id in ids if id in catalogue()))


def words(id: str, **facts: str) -> Words:
    """A text of the catalogue in both languages."""
    told = Text(id, tuple(facts.items()))
    return Words(zh=render(told, "zh"), en=render(told, "en"))


def self_test(steps: tuple[Step, ...]) -> SelfTest:
    """The sum of the steps."""
    results = [step.result for step in steps]
    worst = next((result for result in (Result.FAIL, Result.UNCLEAR, Result.PASS) if result in results), Result.NOT_RUN)
    return SelfTest(
        result=worst,
        ms=round(sum(step.milliseconds or 0.0 for step in steps), 1),
        passed=results.count(Result.PASS),
        ran=len(results) - results.count(Result.NOT_RUN),
        steps=tuple(
            StepDocument(name=step.name, result=step.result, ms=step.milliseconds, detail=plain(step.detail))
            for step in steps
        ),
    )


def plain(told: str) -> str:
    """What a device said, without anything that could command a terminal window, and no longer than a line or two."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in told[:_LONGEST])


def _plain_values(told: Mapping[str, str]) -> dict[str, str]:
    return {name: plain(word) for name, word in told.items()}


def _identity(identity: Identity) -> IdentityDocument:
    model, firmware, number, port = (
        None if each is None else plain(each)
        for each in (identity.model, identity.firmware, identity.serial_number, identity.port)
    )
    return IdentityDocument(model=model, firmware=firmware, serial_number=number, port=port)


def _history(history: History) -> HistoryDocument:
    last = history.last_fault
    return HistoryDocument(
        faults=history.faults,
        recoveries=history.recoveries,
        attempts=dict(history.attempts),
        technicians=history.technicians,
        longest_seconds=history.longest,
        by_code=dict(history.by_code),
        last_fault=None if last is None else _event(last),
        prints=dict(history.prints),
        events=tuple(_event(event) for event in history.last),
    )


def _event(event: Event) -> EventDocument:
    return EventDocument(at=event.at, fault=event.fault, detail=event.detail)
