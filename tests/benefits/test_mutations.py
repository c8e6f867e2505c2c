"""Each number, date and operator of the shipped packages is noticed by a literal case when it changes by one."""

from functools import cache

import pytest

from kiosk.benefits.layers import chain_of, place_of
from kiosk.benefits.loading import shipped
from tests.benefits.mutating import mutants, survives
from tests.benefits.running import all_cases

PACKAGES = {content.package.name: (file, content) for file, content in shipped()}
SURVIVORS: dict[str, str] = {
    "990100 pension_base[2026] valid_from -1": "a month governs by its first day: no month begins on 31 January",
    "990200 pension_base[2026] valid_from -1": "a month governs by its first day: no month begins on 31 January",
}
"""Mutants that mean the same as the law: what was changed -> why it changes nothing."""


@cache
def _concerned(rule, name):
    """The cases that a change can be seen in, the rule's own first."""
    uses = {row.id: set(row.uses) for _, content in PACKAGES.values() for row in content.rule}

    def rests_on(other):
        return rule in uses.get(other, ()) or any(rests_on_used(used) for used in uses.get(other, ()))

    def rests_on_used(used):
        return used == rule or rests_on(used)

    place = place_of(PACKAGES[name][1].package.place)
    # what a place says is seen there and below, nowhere else
    cases = [case for case in all_cases() if place in chain_of(case.place)]
    if rule is None:
        return cases
    return [case for case in cases if case.rule == rule] + [case for case in cases if rests_on(case.rule)]


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_a_package_changed_by_one_is_noticed(name):
    found = [
        mutant.what
        for mutant in mutants(PACKAGES[name][1])
        if mutant.what not in SURVIVORS and survives(PACKAGES, name, mutant, _concerned(mutant.rule, name))
    ]
    assert found == []
