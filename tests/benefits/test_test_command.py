"""`kiosk benefits test PACKAGE`: an author sees which example comes out otherwise, and what is unfit where."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.benefits.examples import Difference, examples_tried
from kiosk.benefits.loading import book_with, packages_at, shipped, shipped_book
from kiosk.benefits.package import PackageUnfit

KIOSK = str(Path(sys.executable).with_name("kiosk"))

HEAD = """
[package]
kind = "rules"
name = "990100-trial"
version = 1
valid_from = 2025-01-01
place = "{place}"
[[citation]]
id = "trial-1"
title = "示例办法"
document_number = "示例〔2025〕1号"
article = "第一条"
effective_from = 2025-01-01
mark = "T"
"""
RULE = """
[[rule]]
id = "R-TRIAL"
version = "1"
zh = "试行补贴"
en = "trial subsidy"
decides = true
cites = ["trial-1"]
[rule.facts]
contribution_months = "pension_months"
draws_pension = "draws_pension"
[rule.let]
years = "contribution_months // 12"
{let}
[rule.result]
amount = {{ value = "100 * years / 3", unit = "yuan", zh = "金额", en = "amount" }}
[[rule.condition]]
id = "TRIAL-C1"
holds = "{holds}"
kind = "not_yet"
zh = "累计缴费满 12 个月"
en = "at least 12 months paid"
cites = ["{cites}"]
[[rule.condition]]
id = "TRIAL-C2"
holds = "not draws_pension"
kind = "final"
zh = "未领取养老金"
en = "draws no pension"
cites = ["trial-1"]
{more}
"""
EXAMPLE = """
[[rule.example]]
name = "满一年"
facts = {{ contribution_months = 24, draws_pension = false }}
as_of = 2026-11-22
outcome = "{outcome}"
result = {{ amount = "{amount}" }}
codes = {codes}
source = "第一条"
"""


def package(
    folder: Path,
    *,
    holds: str = "contribution_months >= 12",
    cites: str = "trial-1",
    let: str = "",
    more: str = "",
) -> Path:
    path = folder / "trial.toml"
    rule = RULE.format(holds=holds, cites=cites, let=let, more=more)
    path.write_text(HEAD.format(place="000000") + rule, "utf-8")
    return path


def example(outcome: str = "ELIGIBLE", amount: str = "66.67", codes: str = "[]") -> str:
    return EXAMPLE.format(outcome=outcome, amount=amount, codes=codes)


def kiosk(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([KIOSK, "benefits", "test", *words], capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("name", [file for file, _ in shipped()])
def test_every_example_of_the_shipped_packages_comes_out_as_promised(name):
    report = examples_tried(shipped_book(), [each for each in shipped() if each[0] == name])
    assert report.failed == ()


def test_every_shipped_rule_carries_an_example():
    without = {rule for _, rule, _ in examples_tried(shipped_book(), shipped()).without}
    carrying = {row.id for _, content in shipped() for row in content.rule if row.example}
    assert without - carrying == set()


def test_a_package_whose_examples_are_kept_ends_with_0(tmp_path):
    done = kiosk(str(package(tmp_path, more=example())))
    assert (done.returncode, done.stdout) == (0, "1 of 1 examples came out as promised\n")


def test_what_comes_out_otherwise_is_named_with_what_was_expected_and_found(tmp_path):
    path = package(tmp_path, more=example("NOT_ELIGIBLE", "66.66", '["POLICY_ENDED"]'))
    done = kiosk(str(tmp_path))
    assert done.returncode == 1
    for words in ("trial.toml, R-TRIAL (CN), example “满一年”", "expected NOT_ELIGIBLE, found ELIGIBLE"):
        assert words in done.stdout
    (failed,) = json.loads(kiosk(str(path), "--json").stdout)["failed"]
    assert failed["differences"] == [
        {"what": "outcome", "expected": "NOT_ELIGIBLE", "found": "ELIGIBLE"},
        {"what": "result amount", "expected": "66.66", "found": "66.67"},
        {"what": "code POLICY_ENDED", "expected": "given", "found": []},
    ]


def test_an_example_with_a_fact_that_is_none_is_not_kept(tmp_path):
    wrong = example().replace("draws_pension = false", 'draws_pension = "no"')
    packages = packages_at(package(tmp_path, more=wrong))
    (tried,) = examples_tried(book_with(packages), packages).tried
    assert tried.differences == (Difference("facts.draws_pension", "write true or false", "text shaped 'AA'"),)


def test_a_rule_without_an_example_is_named(tmp_path):
    done = kiosk(str(package(tmp_path)), "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["without_examples"] == [{"file": "trial.toml", "rule": "R-TRIAL", "version": "1"}]


def test_an_overlays_example_is_asked_of_its_place(tmp_path):
    overlay = """
[[overlay]]
rule = "R-RET-MIN"
mode = "narrow"
version = "1"
[[overlay.condition]]
id = "LOCAL-C1"
holds = "contribution_months >= 200"
kind = "not_yet"
zh = "满 200 个月"
en = "200 months"
cites = ["trial-1"]
[[overlay.example]]
name = "199 个月不够"
facts = { claim_month = "2026-05", contribution_months = 199 }
as_of = 2026-11-22
outcome = "NOT_ELIGIBLE"
source = "第一条"
"""
    path = tmp_path / "local.toml"
    path.write_text(HEAD.format(place="990100") + overlay, "utf-8")
    packages = packages_at(path)
    (tried,) = examples_tried(book_with(packages), packages).tried
    assert (tried.place, tried.differences) == ("990100", ())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"holds": "contribution_month >= 12"}, ["condition TRIAL-C1", "contribution_month", "no fact, parameter"]),
        ({"holds": "contribution_months >= month('2025-01')"}, ["condition TRIAL-C1", "cannot be compared"]),
        ({"holds": "contribution_months + 1"}, ["condition TRIAL-C1", "a flag is needed"]),
        ({"holds": "open('x') and draws_pension"}, ["condition TRIAL-C1", "there is no function open"]),
        ({"holds": "day('2025-02-30') < today"}, ["condition TRIAL-C1", 'write day("2025-01-01")']),
        ({"cites": "trial-2"}, ["condition TRIAL-C1", "there is no citation trial-2"]),
        (
            {"holds": "turn >= 1", "let": 'turn = "round + 1"\nround = "turn - 1"'},
            ["let turn", "turn -> R-TRIAL round"],
        ),
        ({"more": '[[rule.condition]]\nid = "TRIAL-C3"\nkind = "final"'}, ["condition TRIAL-C3 holds", "required"]),
        ({"more": '[[rule.example]]\nname = "x"\nfacts = {}\nas_of = 2026-02-30'}, ["no TOML"]),
        ({"more": '[[rule.ceiling]]\nlet = "years"\nover = {}\ncites = []\nleats = "1"'}, ["ceiling", "leats"]),
    ],
)
def test_an_unfit_package_names_file_rule_condition_and_what_belongs_there(tmp_path, change, words):
    done = kiosk(str(package(tmp_path, **change)), "--json")
    assert done.returncode == 2
    found = json.loads(done.stdout)["error"]
    assert found["file"] == "trial.toml"
    said = f"{found['rule']} {found['place']} {found['sentence']}"
    assert [each for each in words if each not in said] == []
    assert "Next: " in done.stderr


def test_a_circle_of_rules_is_named_with_its_way_round(tmp_path):
    rules = RULE.format(holds="contribution_months >= 12", cites="trial-1", let="", more="")
    first = rules.replace("decides = true", 'decides = true\nuses = ["R-OTHER"]')
    second = first.replace("R-OTHER", "R-THIS").replace("R-TRIAL", "R-OTHER").replace("R-THIS", "R-TRIAL")
    path = tmp_path / "round.toml"
    path.write_text(HEAD.format(place="000000") + first + second, "utf-8")
    with pytest.raises(PackageUnfit) as unfit:
        book_with(packages_at(path))
    assert "a circle: R-TRIAL -> R-OTHER -> R-TRIAL" in str(unfit.value)


def test_nothing_to_test_is_an_error(tmp_path):
    assert kiosk(str(tmp_path)).returncode == 2
    assert kiosk(str(tmp_path / "none.toml")).returncode == 2
