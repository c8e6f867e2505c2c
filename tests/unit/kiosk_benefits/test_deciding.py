"""The figure in large print: what the answer turns on, where it came from, how old it is."""

from __future__ import annotations

from datetime import date

import pytest

from kiosk.benefits.deciding import deciding
from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.loading import shipped_book
from kiosk.benefits.question import Question
from kiosk.benefits.wording import Sentence, Wording, origin
from kiosk.catalogue.check_page import result
from ui.check_examples import TODAY, samples

BOOK = shipped_book()


@pytest.mark.parametrize(
    ("name", "label", "value", "source"),
    [
        ("yes", "领取期限", "8–24 个月", "按您填写的情况，2026年11月22日"),
        ("no", "离职原因", "自己辞职", "您填写的，2026年11月22日"),
        ("one-step", "已办理失业登记", "否", "您填写的，2026年11月22日"),
        ("stale", "上次领取失业保险金之后的缴费月数", "至少 9 个月", "本机存有的数据，截至 2026年8月31日（83 天前）"),
        ("missing-parameter", "上次认证日期", "2026年3月1日", "您填写的，2026年11月22日"),
        ("not-yet", "出生年月", "1967年3月", "已核验，2026年11月22日"),
        ("computed", "法定退休年月", "2025年10月", "按您填写的情况，2026年11月22日"),
        ("carried-over", "领取期限", "9–24 个月", "按您填写的情况，2026年11月22日"),
    ],
)
def test_each_answer_turns_on_its_own_figure(name, label, value, source):
    found = deciding(BOOK, samples()[name].checked.outcome)
    assert (found.label.zh, found.value.zh, found.origin.zh) == (label, value, source)


def test_a_policy_that_has_ended_says_when_and_cites_nobodys_data():
    found = deciding(BOOK, samples()["policy-ended"].checked.outcome)
    assert (found.value.zh, found.origin) == ("2022年12月31日", None)


def test_where_every_word_of_an_unknown_choice_has_another_figure_none_is_large():
    assert deciding(BOOK, samples()["category-unknown"].checked.outcome) is None


def test_of_nothing_known_nothing_is_told():
    assert deciding(BOOK, evaluate(BOOK, Question("R-RET-AGE", {}, TODAY))) is None


@pytest.mark.parametrize(
    ("as_of", "zh", "en"),
    [
        (TODAY, "本机存有的数据，截至 2026年11月22日", "data kept on this terminal, as of 2026-11-22"),
        (
            date(2026, 11, 21),
            "本机存有的数据，截至 2026年11月21日（1 天前）",
            "data kept on this terminal, as of 2026-11-21 (yesterday)",
        ),
        (
            date(2026, 8, 31),
            "本机存有的数据，截至 2026年8月31日（83 天前）",
            "data kept on this terminal, as of 2026-08-31 (83 days ago)",
        ),
    ],
)
def test_data_of_the_terminal_say_how_old_they_are(as_of, zh, en):
    assert origin(Fact(1, Source.SNAPSHOT, as_of), TODAY) == Sentence(zh, en)


def test_what_was_read_or_typed_today_says_so():
    assert origin(Fact(1, Source.VERIFIED, TODAY), TODAY).zh == "已核验，2026年11月22日"
    assert origin(Fact(1, Source.DECLARED, TODAY), TODAY).zh == "您填写的，2026年11月22日"


def test_what_is_missing_is_named_with_what_to_do_about_it():
    known = {"death_on": date(2026, 5, 10), "deceased_retired": False, "deceased_pension_months": 40}
    facts = {name: Fact(value, Source.DECLARED, TODAY) for name, value in known.items()}
    say = Wording(BOOK, evaluate(BOOK, Question("R-DEATH", facts, TODAY)))
    assert [each.zh for each in say.missing][:2] == [
        "知道后可以再来核对：去世的人参加职工基本养老保险或领取职工养老金",
        "须由经办机构认定，可到窗口或拨打 12333：去世的人个人缴费之和、去世的人个人账户余额",
    ]


def test_a_local_figure_that_is_not_there_is_named_and_a_counter_too():
    say = Wording(BOOK, samples()["missing-parameter"].checked.outcome)
    assert [each.zh for each in say.missing] == [
        "本机没有这些当地标准，可到窗口或拨打 12333 询问：待遇领取资格认证周期"
    ]


@pytest.mark.parametrize("rule", BOOK.rules)
def test_every_answer_says_what_to_do_next(rule):
    assert Wording(BOOK, evaluate(BOOK, Question(rule, {}, TODAY))).next_step


def test_one_text_of_the_law_stands_once_with_all_its_articles():
    say = Wording(BOOK, samples()["yes"].checked.outcome)
    (line,) = say.articles(("sil-45", "sil-46"))
    assert line.zh == "《中华人民共和国社会保险法》（中华人民共和国主席令第三十五号）第四十五条；第四十六条"


@pytest.mark.parametrize("name", ["not-yet", "computed", "category-unknown"])
def test_a_screen_shows_a_birth_date_by_its_year_alone_and_the_paper_whole(name):
    """Privacy sheet, A.2: on the screen the year only."""
    sample = samples()[name]
    born = sample.facts["birth_month"].value
    glass = repr(result(BOOK, sample.checked))
    paper = repr(result(BOOK, sample.checked, paper=True))
    whole = (f"{born.year}年{born.month}月", str(born))
    assert not any(word in glass for word in whole)
    assert f"{born.year}年" in glass
    assert any(word in paper for word in whole)


def test_nothing_missing_is_not_told_as_a_gap_of_zero_months():
    assert "还差" not in repr(result(BOOK, samples()["not-yet"].checked, paper=True))
