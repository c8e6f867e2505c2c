"""The one figure an answer turns on, for the large print: what it is, where it came from, how old it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from kiosk.benefits import reason_codes as codes
from kiosk.benefits.compiled_rule import FactSlot
from kiosk.benefits.outcome import Outcome, Reason, Standing
from kiosk.benefits.rulebook import RuleBook
from kiosk.benefits.wording import WORKED_OUT_FROM, Sentence, longest, origin, said, shown, worded

_TELLING: Final = ("count", "number", "month", "day", "choice", "flag")
"""The kind of fact that says most comes first."""
_ENDED: Final = Sentence("政策执行至", "The policy ended on")
_BEGINS: Final = Sentence("最早", "From")
_BY_LAW: Final = Sentence("按现行规定推算", "worked out by the rules in force")
_MOST: Final = Sentence("最高", "at most")


@dataclass(frozen=True, slots=True)
class Deciding:
    """`origin` is None where the figure is the law's own. `fact`: its name in the store, where it is a fact itself."""

    label: Sentence
    value: Sentence
    origin: Sentence | None
    fact: str | None = None


def deciding(book: RuleBook, outcome: Outcome) -> Deciding | None:
    """The figure; None where none is known, or where every word of an unknown choice has another one."""
    match outcome.standing:
        case Standing.YES | Standing.COMPUTED:
            return _result(outcome) or _fact_of(outcome, outcome.reasons)
        case Standing.NO if codes.POLICY_ENDED in outcome.codes:
            end = outcome.rule.merged.ends
            return None if end is None else Deciding(_ENDED, _both(end), None)
        case Standing.NO:
            return _fact_of(outcome, _false(outcome, "final"))
        case Standing.NOT_YET:
            # the headline says from when
            return _fact_of(outcome, _false(outcome, "not_yet")) or _begins(outcome)
        case Standing.ONE_STEP:
            return _fact_of(outcome, _false(outcome, "step_open"))
    if outcome.alternatives:
        return None
    unknown = [each for each in outcome.reasons if each.state is None]
    if outcome.rule.merged.rule.decides:
        return _fact_of(outcome, unknown) or _result(outcome) or _fact_of(outcome, outcome.reasons)
    return _result(outcome) or _fact_of(outcome, (*unknown, *outcome.reasons))


def _false(outcome: Outcome, kind: str) -> list[Reason]:
    return [each for each in outcome.reasons if each.state is False and each.condition.row.kind == kind]


def _begins(outcome: Outcome) -> Deciding | None:
    latest = outcome.latest_begin
    return None if latest is None else Deciding(_BEGINS, _both(latest), _rests_on(outcome))


def _result(outcome: Outcome) -> Deciding | None:
    """The sum first, then for how long, then the first figure there is."""
    rule = outcome.rule.merged
    amount = None if rule.amount is None else rule.amount.value
    order = dict.fromkeys((amount, rule.rule.duration, *outcome.rule.figures))
    for name in order:
        if name is not None and outcome.values[name] is not None and not isinstance(outcome.values[name], bool | str):
            return _figure(outcome, name, most=rule.amount is not None and name == amount and rule.amount.most)
    return None


def _figure(outcome: Outcome, name: str, *, most: bool) -> Deciding:
    row = outcome.rule.figures[name].row
    value = said(outcome, name)
    zh, en = shown(value, "zh", row.unit), shown(value, "en", row.unit)
    written = Sentence(f"{_MOST.zh} {zh}", f"{_MOST.en} {en}") if most else longest(outcome, name, Sentence(zh, en))
    return Deciding(Sentence(row.zh, row.en), written, _rests_on(outcome))


def _rests_on(outcome: Outcome) -> Sentence:
    """The weakest and oldest of what it was worked out from."""
    if not outcome.facts:
        return _BY_LAW
    weakest = min(outcome.facts.values(), key=lambda fact: (fact.source, fact.as_of))
    return origin(weakest, outcome.as_of, WORKED_OUT_FROM)


def _fact_of(outcome: Outcome, reasons: Iterable[Reason]) -> Deciding | None:
    for reason in reasons:
        reads = reason.condition.reads
        known = [slot for slot in outcome.rule.facts if slot.store in reads and slot.store in outcome.facts]
        if known:
            return _told(outcome, min(known, key=_worth))
    return None


def _worth(slot: FactSlot) -> tuple[int, int]:
    """A figure says more than a date, a date more than a yes."""
    return _TELLING.index(slot.kind.type), slot.slot


def _told(outcome: Outcome, slot: FactSlot) -> Deciding:
    fact = outcome.facts[slot.store]
    kind = slot.kind
    # months that may be more are told as a lower bound
    value = worded(kind, outcome.row[slot.slot])
    return Deciding(Sentence(kind.zh, kind.en), value, origin(fact, outcome.as_of), slot.store)


def _both(value: Any) -> Sentence:
    return Sentence(shown(value, "zh"), shown(value, "en"))
