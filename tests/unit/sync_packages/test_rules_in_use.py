"""Signed packages of benefit rules, from the persons who sign to the answer: what is no good is said and not used."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kiosk.app.benefit_rules import AGAIN_AFTER, BenefitRules
from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.in_use import RulesInUse, rules_in_use
from kiosk.benefits.loading import shipped_book
from kiosk.benefits.month import Month
from kiosk.benefits.outcome import Result, Standing
from kiosk.benefits.question import Question
from sync.client.outcomes import Done, Stopped
from sync.gateway.packages import signing
from sync.gateway.packages.package_file import facts_in
from sync.gateway.packages.proposing import propose_list

TODAY = date(2026, 11, 22)
HALL = "440106"
ENOUGH = {"pension_claim_month": Month(2026, 11), "pension_months": 240}

NATION = """
[package]
kind = "rules"
name = "trial"
version = {version}
valid_from = {valid_from}
place = "000000"
[fact.trial_months]
type = "count"
zh = "试行月数"
en = "trial months"
[parameter_kind.trial_bonus]
zh = "试行津贴"
en = "trial bonus"
type = "count"
[[citation]]
id = "trial-1"
title = "示例办法"
document_number = "示例〔2025〕1号"
article = "第一条"
effective_from = 2025-01-01
mark = "T"
[[rule]]
id = "R-TRIAL"
version = "{version}"
zh = "试行补贴"
en = "trial subsidy"
decides = true
cites = ["trial-1"]
[rule.facts]
months = "trial_months"
[rule.result]
needed = {{ value = "{needed} + 0", unit = "months", zh = "需要", en = "needed" }}
[[rule.condition]]
id = "TRIAL-C1"
holds = "{holds}"
kind = "not_yet"
zh = "满 {needed} 个月"
en = "{needed} months"
cites = ["trial-1"]
[[rule]]
id = "R-TRIAL-BONUS"
version = "{version}"
zh = "试行津贴"
en = "trial bonus"
decides = false
cites = ["trial-1"]
uses = ["R-TRIAL"]
[rule.result]
bonus = {{ value = "trial_bonus + 0", zh = "津贴", en = "bonus" }}
"""
PROVINCE = """
[package]
kind = "rules"
name = "440000-trial"
version = 1
valid_from = 2025-01-01
place = "440000"
[[overlay]]
rule = "R-RET-MIN"
mode = "add"
version = "trial"
[[overlay.note]]
zh = "试行"
en = "on trial"
[[parameter]]
name = "trial_bonus"
value = 7
document = "示例〔2025〕2号"
valid_from = 2025-01-01
source_page = "第二条"
approved_by = "示例"
"""


def nation(version: int = 1, *, needed: int = 12, valid_from: str = "2025-01-01", holds: str = "") -> bytes:
    requirement = holds or f"months >= {needed}"
    return NATION.format(version=version, needed=needed, valid_from=valid_from, holds=requirement).encode()


def ask(rules: RulesInUse, rule: str = "R-TRIAL", place: str = "CN", **facts: object):
    stored = {name: Fact(value, Source.VERIFIED, TODAY) for name, value in facts.items()}
    return evaluate(rules.book, Question(rule, stored, TODAY, place))


@pytest.fixture
def rules(house, terminal):
    """The rules that the terminal answers with after its next sync."""
    last: list[RulesInUse] = []

    def rules(*, fresh: bool = False) -> RulesInUse:
        found = rules_in_use(terminal.data, terminal.now(), None if fresh or not last else last[-1])
        last.append(found)
        return found

    return rules


@pytest.fixture
def signed(house, terminal, rules):
    """A terminal with both packages in use."""
    house.release(nation(), PROVINCE.encode())
    assert terminal.sync() == Done(2)
    found = rules()
    assert found.refused == ()
    return found


def test_without_signed_packages_the_shipped_rules_answer(rules):
    found = rules()
    assert (found.book, found.signed, found.refused) == (shipped_book(), (), ())


def test_signed_packages_come_on_top_of_the_shipped_rules(signed):
    assert sorted(package.name for package in signed.signed) == ["440000-trial", "trial"]
    assert ask(signed, trial_months=12).result is Result.ELIGIBLE
    assert ask(signed, trial_months=11).result is Result.NOT_ELIGIBLE
    assert ask(signed, "R-TRIAL-BONUS", HALL).values == {"bonus": 7}
    assert ask(signed, "R-RET-MIN", HALL).rule.merged.layers == ("CN", "440000")
    assert "R-RET-AGE" in signed.book


def test_packages_of_other_kinds_are_no_rules(house, terminal, rules, package):
    house.release(nation(), package("words", kind="texts"))
    terminal.sync()
    assert [each.name for each in rules().signed] == ["trial"]


def test_a_list_that_did_not_change_makes_no_new_book(signed, rules):
    assert rules().book is signed.book


def test_a_newer_version_is_used_from_the_next_reading(house, terminal, signed, rules):
    house.release(nation(2, needed=24))
    terminal.sync()
    found = rules()
    assert found.refused == ()
    assert ask(found, trial_months=12).result is Result.NOT_ELIGIBLE
    assert ask(signed, trial_months=12).result is Result.ELIGIBLE, "a book in hand does not change"


def test_a_list_with_one_signature_is_not_taken_and_the_last_rules_stay(house, terminal, signed, rules):
    evil = nation(2, needed=0)
    facts = {path: (signing.PackageFacts.model_validate(t.custom), t) for path, t in house.targets.targets.items()}
    one = facts_in(evil, "evil.toml")
    facts[one.path] = (one, signing.target_of(one, evil))
    made = signing.targets(2, facts, house.now)
    signing.add_signature(made, house.key("li"), house.signer("li"))
    house.put("targets", 2, made.to_bytes())
    house.vouch(made.to_bytes(), 2)
    assert terminal.sync() == Stopped("packages-not-signed")
    found = rules()
    assert found.refused == ()
    assert ask(found, trial_months=11).result is Result.NOT_ELIGIBLE


def test_a_list_from_which_a_signature_was_taken_on_the_disk_is_refused_whole(terminal, signed, rules, forged):
    path = next((terminal.data / "packages").glob("*/targets.json"))
    path.write_bytes(forged(path.read_bytes(), lambda document: document["signatures"].pop()))
    found = rules()
    (refused,) = found.refused
    assert (refused.why, refused.package) == ("unusable", None)
    assert "cannot be used" in refused.sentence
    assert "kiosk sync now" in refused.remedy
    assert (found.book, found.signed) == (signed.book, signed.signed)
    begun_anew = rules(fresh=True)
    assert (begun_anew.book, begun_anew.signed) == (shipped_book(), ())
    assert [each.why for each in begun_anew.refused] == ["unusable"]


def test_unsigned_octets_in_place_of_a_package_are_refused(terminal, signed, rules):
    package = next(each for each in signed.signed if each.name == "trial")
    package.path.unlink()
    package.path.write_bytes(nation(needed=0))
    found = rules()
    assert [each.why for each in found.refused] == ["unusable"]
    assert found.book is signed.book


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (nation(2).replace(b'"trial-1"]\n[rule.facts]', b'"trial-1"]\nuses = ["R-TRIAL-BONUS"]\n[rule.facts]'),
         ["R-TRIAL", "a circle"]),
        (nation(2, holds="month >= 12"), ["trial-2.toml", "R-TRIAL", "condition TRIAL-C1", "month"]),
        (nation(2, holds="eval('1') == 1"), ["condition TRIAL-C1", "no function eval"]),
        (nation(2) + b"\n[unheard]\nof = 1\n", ["trial-2.toml", "unheard"]),
    ],
)  # fmt: skip
def test_a_signed_package_that_does_not_fit_names_its_place_and_nothing_of_the_list_is_used(
    house, terminal, signed, rules, content, words
):
    house.release(content, PROVINCE.replace("version = 1", "version = 2").replace("= 7", "= 8").encode())
    assert terminal.sync() == Done(2)
    found = rules()
    (refused,) = found.refused
    assert refused.why == "unfit"
    assert [each for each in words if each not in refused.sentence] == []
    assert found.book is signed.book
    assert ask(found, "R-TRIAL-BONUS", HALL).values == {"bonus": 7}, "the fit one waits for the other"
    house.release(nation(3, needed=24))
    terminal.sync()
    mended = rules()
    assert mended.refused == ()
    assert ask(mended, trial_months=12).result is Result.NOT_ELIGIBLE
    assert ask(mended, "R-TRIAL-BONUS", HALL).values == {"bonus": 8}


def test_a_package_that_says_to_be_another_than_was_signed_is_refused(house, terminal, signed, rules):
    with house.store.transaction():
        said = facts_in(nation(2), "trial.toml")
        propose_list(house.store.packages, [(said, nation(3))], [], house.now)
    house.sign("li", "wang")
    house.publish()
    assert terminal.sync() == Done(1)
    found = rules()
    assert [each.why for each in found.refused] == ["not-as-listed"]
    assert found.book is signed.book


def test_a_package_has_no_effect_before_its_first_day_and_the_last_one_stays(house, terminal, signed, rules):
    house.release(nation(2, needed=24, valid_from="2026-12-01"))
    terminal.sync()
    found = rules()
    (refused,) = found.refused
    assert (refused.why, refused.package) == ("not-yet-valid", "trial")
    assert "2026-12-01" in refused.sentence
    assert ask(found, trial_months=12).result is Result.ELIGIBLE
    assert ask(found, "R-TRIAL-BONUS", HALL).values == {"bonus": 7}, "the others of the list are used"
    house.forward(days=9)
    later = rules()
    assert later.refused == ()
    assert ask(later, trial_months=12).result is Result.NOT_ELIGIBLE


def test_rules_of_a_list_that_is_over_say_neither_yes_nor_no(house, signed, rules):
    house.forward(days=366)
    found = rules()
    assert [each.why for each in found.refused] == ["expired"]
    for months in (11, 12, None):
        outcome = ask(found, **({} if months is None else {"trial_months": months}))
        assert outcome.result is Result.UNDETERMINED
        assert outcome.standing is Standing.CANNOT_SAY
        assert "PACKAGE_EXPIRED" in outcome.codes
    # the figures are those of the list, and not worth a computed answer
    bonus = ask(found, "R-TRIAL-BONUS", HALL)
    assert (bonus.result, bonus.values) == (Result.UNDETERMINED, {"bonus": 7})
    assert ask(found, "R-RET-MIN", HALL, **ENOUGH).result is Result.UNDETERMINED


def test_what_the_list_does_not_touch_is_answered_also_after_its_end(house, signed, rules):
    house.forward(days=366)
    found = rules()
    for place in ("CN", "500000"):
        outcome = ask(found, "R-RET-MIN", place, **ENOUGH)
        assert (outcome.result, outcome.codes) == (Result.ELIGIBLE, ())


def test_a_list_that_is_renewed_says_yes_and_no_again(house, terminal, signed, rules):
    house.forward(days=366)
    assert ask(rules(), trial_months=12).result is Result.UNDETERMINED
    house.release()
    terminal.sync()
    found = rules()
    assert found.refused == ()
    assert ask(found, trial_months=12).result is Result.ELIGIBLE


def test_a_week_without_the_centre_changes_no_answer(house, terminal, signed, rules):
    house.forward(days=30)
    assert terminal.status().state == "unconfirmed"
    assert ask(rules(), trial_months=12).result is Result.ELIGIBLE


def test_a_terminal_takes_a_new_list_after_ten_minutes_and_not_within_a_check(house, terminal, signed):
    times = [terminal.now()]
    book = BenefitRules(terminal.data, lambda: times[-1])
    first = book()
    assert "R-TRIAL" in first
    house.release(nation(2, needed=24))
    terminal.sync()
    times.append(times[0] + AGAIN_AFTER - timedelta(seconds=1))
    assert book() is first
    times.append(times[0] + AGAIN_AFTER)
    assert ask(RulesInUse(book()), trial_months=12).result is Result.NOT_ELIGIBLE


def test_a_terminal_whose_clock_went_back_looks_again_instead_of_never(house, terminal, signed):
    times = [terminal.now()]
    book = BenefitRules(terminal.data, lambda: times[-1])
    book()
    house.release(nation(2, needed=24))
    terminal.sync()
    times.append(times[0] - timedelta(days=1))
    assert ask(RulesInUse(book()), trial_months=12).result is Result.NOT_ELIGIBLE
