"""A set of packages is whole and sound, or it is refused with file, rule and place; layers change what they may."""

import textwrap
from datetime import date

import pytest

from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.package import PackageUnfit, read_content
from kiosk.benefits.reading import question_of
from kiosk.benefits.record import record
from kiosk.benefits.rulebook import checked_book

HEAD = """
[package]
kind = "rules"
name = "{name}"
version = {version}
valid_from = {valid_from}
place = "{place}"
"""
NATION = """
[fact.paid]
type = "count"
unit = "months"
zh = "缴费月数"
en = "months paid"
accumulates = true
[fact.asked_on]
type = "day"
zh = "申请日"
en = "day of asking"
[parameter_kind.extra]
zh = "另加"
en = "extra"
type = "count"
most = { value = 12 }
[[citation]]
id = "law-1"
title = "某法"
document_number = "第 1 号"
article = "第一条"
effective_from = 2020-01-01
mark = "T"
[[rule]]
id = "R-ONE"
version = "1"
zh = "一"
en = "one"
decides = true
governing = "asked_on"
cites = ["law-1"]
facts = { paid = "paid", asked_on = "asked_on" }
let = { months = "0 if paid < 12 else 24", most = "24", kind = "'ceiling'" }
result = { months = { value = "months", zh = "月", en = "months" }, kind = { value = "kind", zh = "类", en = "kind" } }
[[rule.condition]]
id = "ONE-C1"
holds = "paid >= 12"
kind = "final"
zh = "缴满 12 个月（{paid}）"
en = "12 months paid ({paid})"
cites = ["law-1"]
[[rule.ceiling]]
let = "months"
most = "most"
over = { paid = [0, 400] }
cites = ["law-1"]
"""
LAYER = """
[[citation]]
id = "local-1"
title = "某市条例"
document_number = "示范市第 1 号"
article = "第一条"
effective_from = 2022-01-01
mark = "T"
[[overlay]]
rule = "R-ONE"
version = "local/1"
cites = ["local-1"]
"""
CITY = "990100"


def package(body, *, name="cn", place="000000", version=1, valid_from="2020-01-01"):
    text = HEAD.format(name=name, version=version, valid_from=valid_from, place=place) + textwrap.dedent(body)
    return f"{name}-{version}.toml", read_content(text, f"{name}-{version}.toml")


def book(*more, nation=NATION):
    return checked_book([package(nation), *more])


def city(body, **head):
    return package(LAYER + textwrap.dedent(body), name="city", place=CITY, **head)


def answer(rules, paid, on="2026-11-22", place=CITY, **parameters):
    line = {"rule": "R-ONE", "facts": {"paid": paid, "asked_on": on}, "as_of": "2026-11-22", "place": place}
    return record(rules, evaluate(rules, question_of(rules, {**line, "parameters": parameters})))


def test_a_layer_that_replaces_gives_its_own_award_and_its_own_text():
    rules = book(city('mode = "replace"\nlet = { months = "min(24, paid // 12)", kind = "\'award\'" }'))
    found = answer(rules, 36)
    assert found["result"] == {"months": 3, "kind": "award"}
    assert found["jurisdiction_chain"] == ["CN", CITY]
    assert [each["id"] for each in found["citations"]] == ["law-1", "local-1"]
    assert answer(rules, 36, place="CN")["result"] == {"months": 24, "kind": "ceiling"}
    assert answer(rules, 36, place="990200")["result"]["kind"] == "ceiling"


def test_a_layer_that_narrows_brings_a_condition_on_top():
    condition = """
        mode = "narrow"
        [[overlay.condition]]
        id = "CITY-1"
        holds = "paid >= 24"
        kind = "final"
        zh = "缴满 24 个月"
        en = "24 months"
        cites = ["local-1"]
        """
    rules = book(city(condition))
    assert answer(rules, 23)["outcome"] == "NOT_ELIGIBLE"
    assert answer(rules, 24)["outcome"] == "ELIGIBLE"
    assert answer(rules, 23, place="CN")["outcome"] == "ELIGIBLE"


def test_a_layer_that_adds_brings_a_figure_or_a_rule_that_was_not_there():
    rules = book(city('mode = "add"\nresult = { extra = { value = "extra", zh = "另加", en = "extra" } }'))
    assert answer(rules, 12, extra=3)["result"]["extra"] == 3
    own = NATION.replace("R-ONE", "R-TWO").split("[[rule]]")[1].replace("[[rule.ceiling]]", "[[rule.ceiling]]")
    added = package("[[rule]]" + own, name="city", place=CITY)
    assert "R-TWO" in book(added)


def test_a_rule_is_compiled_for_the_places_that_change_it_and_the_others_share_it():
    rules = book(city('mode = "replace"\nlet = { months = "3" }'))
    day = date(2026, 11, 22)
    here, nation = rules.rule("R-ONE", CITY, day), rules.rule("R-ONE", "CN", day)
    assert rules.rule("R-ONE", CITY[:4] + "06", day) is here
    assert rules.rule("R-ONE", "310000", day) is nation
    assert here is not nation


def test_an_expired_layer_falls_back_to_the_national_ceiling_and_says_so():
    rules = book(city('mode = "replace"\ngoverns_to = 2025-12-31\nlet = { months = "3", kind = "\'award\'" }'))
    assert answer(rules, 36, on="2025-12-31")["result"]["kind"] == "award"
    late = answer(rules, 36, on="2026-01-01")
    assert late["result"] == {"months": 24, "kind": "ceiling"}
    assert "LOCAL_LAYER_EXPIRED" in late["reason_codes"]
    assert late["jurisdiction_chain"] == ["CN"]


def test_a_layer_may_prolong_a_policy_that_the_nation_has_ended_for_as_long_as_it_holds():
    ended = NATION.replace("decides = true", 'decides = true\ngoverns_to = 2025-12-31\nafter_end = "ended"')
    layer = 'mode = "add"\nprolongs = true\ngoverns_to = 2026-06-30\n[[overlay.note]]\nzh = "延续"\nen = "goes on"'
    rules = book(city(layer), nation=ended)
    assert answer(rules, 12, on="2025-12-31")["outcome"] == "ELIGIBLE"
    assert answer(rules, 12, on="2026-06-30")["outcome"] == "ELIGIBLE"
    late = answer(rules, 12, on="2026-07-01")
    assert (late["outcome"], "POLICY_ENDED" in late["reason_codes"]) == ("NOT_ELIGIBLE", True)
    assert answer(rules, 12, on="2026-06-30", place="CN")["outcome"] == "NOT_ELIGIBLE"


def test_a_layer_that_has_not_begun_changes_nothing_yet():
    rules = book(city('mode = "replace"\ngoverns_from = 2026-08-16\nlet = { months = "3", kind = "\'award\'" }'))
    assert answer(rules, 36, on="2026-08-15")["result"]["kind"] == "ceiling"
    assert answer(rules, 36, on="2026-08-16")["result"]["kind"] == "award"


def test_a_later_package_changes_no_answer_for_an_earlier_governing_date():
    later = package(NATION.replace("paid >= 12", "paid >= 36"), version=2, valid_from="2027-01-01")
    rules = book(later)
    assert answer(rules, 24, on="2026-12-31")["outcome"] == "ELIGIBLE"
    assert answer(rules, 24, on="2027-01-01")["outcome"] == "NOT_ELIGIBLE"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            'mode = "replace"\nlet = { months = "25 if paid >= 300 else 0" }',
            "is 25 at paid 300: the national ceiling is 24",
        ),
        (
            'mode = "replace"\nlet = { nowhere = "1" }\nresult = { gone = { value = "1", zh = "x", en = "x" } }',
            "nothing to replace",
        ),
        ('mode = "add"\nlet = { months = "1" }', "only mode replace changes it"),
        ('mode = "narrow"\nlet = { own = "1" }', "a layer that narrows brings conditions"),
        (
            'mode = "replace"\nlet = { months = "paid >= 1" }',
            "result months: is a flag here and a count in the nation's rule",
        ),
        ('mode = "add"\nfacts = { paid = "asked_on" }', "means paid already"),
        ('mode = "sideways"', "overlay R-ONE mode|mode"),
    ],
)
def test_a_layer_that_does_what_it_may_not_is_refused(body, said):
    with pytest.raises(PackageUnfit, match=said):
        book(city(body))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"paid >= 12"', '"paid >= twelve"', "R-ONE, condition ONE-C1 holds: 'twelve': no fact, parameter or let"),
        ('"paid >= 12"', '"paid >= asked_on"', "condition ONE-C1 holds: .* cannot be compared"),
        ('"paid >= 12"', '"paid"', "condition ONE-C1 holds: is a count, a flag is needed"),
        ('facts = { paid = "paid"', 'facts = { paid = "pay"', "facts paid: pay is not in the vocabulary"),
        ('cites = ["law-1"]\n[[rule.ceiling]]', 'cites = ["law-9"]\n[[rule.ceiling]]', "there is no citation law-9"),
        ("（{paid}）", "（{pay}）", "its text names {pay}"),
        ('kind = "final"', 'kind = "finally"', "R-ONE, condition ONE-C1 kind"),
        ('kind = "final"', 'kind = "step_open"', "R-ONE, condition ONE-C1: .*step"),
        ('zh = "一"', 'zh = "一"\ncolour = "red"', "R-ONE, colour"),
        ('id = "R-ONE"', 'id = "ONE"', "rule"),
        ('type = "day"', 'type = "date"', "fact asked_on type"),
        ('cites = ["law-1"]\nfacts', "cites = []\nfacts", "without a legal basis"),
        ("[package]", "[packages]", "package"),
        ("[[rule]]", "[[rule]", "is no TOML"),
    ],
)
def test_what_is_wrong_in_a_package_is_said_with_file_rule_and_place(old, new, said):
    text = HEAD.format(name="cn", version=1, valid_from="2020-01-01", place="000000") + NATION
    assert old in text
    with pytest.raises(PackageUnfit, match=said) as refused:
        checked_book([("cn.toml", read_content(text.replace(old, new), "cn.toml"))])
    assert refused.value.file == "cn.toml"
    assert str(refused.value).startswith("cn.toml")


def test_a_circle_of_lets_is_shown_with_its_way_round():
    text = NATION.replace('most = "24"', 'most = "top"\ntop = "most"').replace(
        'let = { months = "0 if paid < 12 else 24", most = "top"\ntop = "most", kind = "\'ceiling\'" }',
        'let = { months = "0 if paid < 12 else 24", most = "top", top = "most", kind = "\'ceiling\'" }',
    )
    with pytest.raises(PackageUnfit, match="a circle: R-ONE most -> R-ONE top -> R-ONE most"):
        book(nation=text)


def test_a_circle_of_rules_is_shown_with_its_way_round():
    second = "[[rule]]" + NATION.replace("R-ONE", "R-TWO").split("[[rule]]")[1].replace(
        "decides = true", 'decides = true\nuses = ["R-ONE"]'
    )
    text = NATION.replace("decides = true", 'decides = true\nuses = ["R-TWO"]') + second
    with pytest.raises(PackageUnfit, match="a circle: R-ONE -> R-TWO -> R-ONE"):
        book(nation=text)


def test_a_rule_that_uses_one_in_no_package_is_refused():
    with pytest.raises(PackageUnfit, match="R-NONE is in no package"):
        book(nation=NATION.replace("decides = true", 'decides = true\nuses = ["R-NONE"]'))


def test_two_packages_that_mean_different_things_by_one_name_are_refused():
    other = package('[fact.paid]\ntype = "flag"\nzh = "已缴"\nen = "paid"', name="other")
    with pytest.raises(PackageUnfit, match=r"fact paid: .*another meaning"):
        book(other)


def test_a_rule_in_two_packages_for_the_same_time_is_refused():
    own = "[[rule]]" + NATION.split("[[rule]]")[1]
    with pytest.raises(PackageUnfit, match="has a version for the same time"):
        book(package(own, name="other"))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('name = "extra"\nvalue = 13', "the national ceiling is 12"),
        ('name = "extra"\nvalue = "3"', "write a whole number"),
        ('name = "nowhere"\nvalue = 3', "is not in the vocabulary"),
        ('name = "extra"\nkey = "a"\nvalue = 3', "has no key"),
    ],
)
def test_a_local_figure_of_the_wrong_shape_or_above_the_ceiling_is_refused(row, said):
    facts = 'document = "x 1"\nvalid_from = 2022-01-01\nsource_page = "第 1 页"\napproved_by = "甲、乙"'
    with pytest.raises(PackageUnfit, match=said):
        book(package(f"[[parameter]]\n{row}\n{facts}", name="city", place=CITY))


def test_a_local_figure_counts_from_its_first_to_its_last_day_and_the_nearer_layer_wins():
    def figure(value, until, place, name):
        text = (
            f'[[parameter]]\nname = "extra"\nvalue = {value}\ndocument = "x 1"\nvalid_from = 2022-01-01\n'
            f'valid_until = {until}\nsource_page = "第 1 页"\napproved_by = "甲、乙"'
        )
        return package(text, name=name, place=place)

    rules = book(figure(3, "2026-06-30", CITY, "city"), figure(1, "2030-12-31", "990000", "province"))
    assert rules.parameters(CITY, date(2026, 6, 30)) == {"extra": 3}
    assert rules.parameters(CITY, date(2026, 7, 1)) == {"extra": 1}
    assert rules.parameters(CITY, date(2021, 12, 31)) == {}
    assert rules.parameters("CN", date(2026, 6, 30)) == {}
