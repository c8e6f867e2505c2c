"""A cross-check (benefit rules, section 7) compiled: its `when` over facts, and over what the rules it `uses` reckon.

It is compiled as a rule of one caveat, so it is read by the same language and refused with the same sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from kiosk.benefits.compiled_rule import CompiledRule
from kiosk.benefits.layers import ALWAYS, Merged, Version, merged
from kiosk.benefits.package import CaveatRow, CheckRow, PackageUnfit, RuleRow
from kiosk.benefits.rule_compiler import RuleCompiler
from kiosk.benefits.vocabulary import FactKind, ParameterKind

_HIT: Final = "CROSS_CHECK"


@dataclass(frozen=True, slots=True)
class CompiledCheck:
    """`rule` has one caveat: TRUE is a hit."""

    row: CheckRow
    rule: CompiledRule


def compiled_check(
    file: str,
    row: CheckRow,
    other: Callable[[str], Merged],
    facts: Mapping[str, FactKind],
    parameters: Mapping[str, ParameterKind],
) -> CompiledCheck:
    """The check, ready for facts. `other` finds a used rule. Raises PackageUnfit, which names the check."""
    caveat = CaveatRow(code=_HIT, when=row.when, zh=row.zh, en=row.en, cites=row.cites)
    stand_in = RuleRow(
        id=f"R-{row.id}",
        version="1",
        zh=row.id,
        en=row.id,
        decides=True,
        facts=row.facts,
        uses=row.uses,
        caveat=(caveat,),
        cites=row.cites,
    )
    try:
        rule = RuleCompiler(merged(Version(stand_in, file, ALWAYS), ()), other, facts, parameters).compile()
    except PackageUnfit as error:
        place = "when" if error.place == f"caveat {_HIT}" else error.place
        raise PackageUnfit(error.file, row.id, place, error.wrong) from None
    return CompiledCheck(row, rule)
