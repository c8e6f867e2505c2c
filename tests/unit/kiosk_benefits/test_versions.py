"""A later version of a rule is written as what it changes."""

import pytest

from kiosk.benefits.package import PackageUnfit, read_content

BASE = """
[package]
kind = "rules"
name = "cn-test"
version = 1
valid_from = 2020-01-01
place = "000000"

[[rule]]
id = "R-TEST"
version = "2020"
zh = "试"
en = "test"
decides = true
cites = ["law"]
[rule.facts]
paid = "paid_months"
[rule.let]
least = "12"
[[rule.condition]]
id = "T-C1"
holds = "paid >= least"
kind = "final"
zh = "够"
en = "enough"
cites = ["law"]
[[rule.condition]]
id = "T-C2"
holds = "paid < 99"
kind = "final"
zh = "不多"
en = "not too many"
cites = ["law"]
[[rule.example]]
name = "one"
facts = { paid = 12 }
as_of = 2020-01-01
outcome = "ELIGIBLE"
source = "law"
"""
LATER = """
[[rule]]
id = "R-TEST"
version = "2021"
changes = "2020"
governs_from = 2021-01-01
cites = ["newer"]
[rule.let]
most = "50"
[[rule.condition]]
id = "T-C2"
holds = "paid < most"
kind = "final"
zh = "不超过"
en = "not above"
cites = ["newer"]
"""


def test_what_a_version_does_not_name_stands_as_it_stood():
    earlier, later = read_content(BASE + LATER, "t.toml").rule
    assert later.let == {"least": "12", "most": "50"}
    assert later.facts == earlier.facts
    assert [each.id for each in later.condition] == ["T-C1", "T-C2"]
    assert later.condition[0] == earlier.condition[0]
    assert later.condition[1].holds == "paid < most"
    assert (later.cites, later.zh) == (("newer",), "试")


def test_the_version_that_is_changed_stays_as_it_was_and_keeps_its_examples():
    earlier, later = read_content(BASE + LATER, "t.toml").rule
    assert earlier == read_content(BASE, "t.toml").rule[0]
    assert (len(earlier.example), later.example) == (1, ())


def test_a_version_may_change_one_that_itself_changes_another():
    third = LATER.replace('"2021"', '"2022"').replace('"2020"', '"2021"').replace('most = "50"', 'most = "60"')
    last = read_content(BASE + LATER + third.replace("2021-01-01", "2022-01-01"), "t.toml").rule[2]
    assert last.let == {"least": "12", "most": "60"}


@pytest.mark.parametrize("changed", ["2019", "2021"])
def test_a_version_that_changes_none_above_it_is_refused(changed):
    with pytest.raises(PackageUnfit, match=f"R-TEST, changes: changes {changed}: there is no such version above it"):
        read_content(BASE + LATER.replace('changes = "2020"', f'changes = "{changed}"'), "t.toml")


@pytest.mark.parametrize("broken", ["rule = 3", "rule = [1]"])
def test_what_is_no_list_of_rules_is_named_as_before(broken):
    head = BASE.partition("[[rule]]")[0]
    with pytest.raises(PackageUnfit, match="rule"):
        read_content(broken + head, "t.toml")
