"""What the rules outside employment say whatever is known: guides in the record, and floors no place may go below."""

import pytest

from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.loading import shipped, shipped_book
from kiosk.benefits.package import PackageUnfit, read_content
from kiosk.benefits.reading import question_of
from kiosk.benefits.record import record
from kiosk.benefits.rulebook import checked_book

BOOK = shipped_book()


def guide(rule):
    question = question_of(BOOK, {"rule": rule, "facts": {}, "as_of": "2026-11-22"})
    found = record(BOOK, evaluate(BOOK, question))
    return found, " ".join(each["zh"] for each in found["guide"]), " ".join(each["en"] for each in found["guide"])


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        (
            "R-DIBAO",
            ("第九条至第十一条", "街道办事处", "户口簿"),
            ("arts. 9 to 11", "sub-district", "household register"),
        ),
        ("R-TEMP", ("第四十七条至第四十九条", "街道办事处"), ("arts. 47 to 49", "sub-district")),
        ("R-AGE80", ("80 周岁", "第三十三条"), ("from 80", "art. 33")),
        ("R-CHILD", ("3600 元", "3 周岁以下", "2025 年 1 月 1 日"), ("3600 yuan", "under 3", "2025-01-01")),
        (
            "R-INJ",
            ("48 小时", "醉酒", "30 日", "1 年", "60 日"),
            ("48 hours", "drunkenness", "30 days", "1 year", "60 days"),
        ),
        ("R-INJ-DEATH", ("6 个月", "40%", "30%", "10%", "20 倍"), ("6 months", "40%", "30%", "10%", "20 times")),
        ("R-MAT", ("98 天", "15 天", "42 天", "医疗费用"), ("98 days", "15", "42", "medical part")),
        ("R-MED-REMOTE", ("6 个月", "视同已备案"), ("6 months", "count as filed")),
    ],
)
def test_the_record_guides_where_to_apply_with_which_papers_on_what_basis(rule, zh, en):
    found, in_chinese, in_english = guide(rule)
    assert all(word in in_chinese for word in zh)
    assert all(word in in_english for word in en)
    assert found["next_step"]["papers_zh"]
    assert found["next_step"]["papers_en"]
    assert found["citations"]


LOWER = """
[package]
kind = "rules"
name = "a-place"
version = 1
valid_from = 2026-01-01
place = "990300"
[[overlay]]
rule = "R-MAT"
mode = "replace"
version = "1"
[overlay.let]
{let}
"""


@pytest.mark.parametrize(
    ("let", "refused"),
    [
        ('birth_days = "97 + (15 if difficult_birth else 0) + 15 * (babies - 1)"', True),
        ('birth_days = "98 + (15 if difficult_birth else 0) + 15 * (babies - 1)"', False),
        ('birth_days = "98 + (15 if difficult_birth else 0) + 14 * (babies - 1)"', True),
        ('miscarriage_days = "max(15 if miscarriage_months < 5 else 42, miscarriage_months)"', True),
        ('miscarriage_days = "max(20 if miscarriage_months < 4 else 42, miscarriage_months)"', False),
    ],
)
def test_no_place_gives_fewer_days_of_maternity_than_the_nation(let, refused):
    packages = (*shipped(), ("a.toml", read_content(LOWER.format(let=let), "a.toml")))
    if not refused:
        assert "990300" in checked_book(packages).places
        return
    with pytest.raises(PackageUnfit, match="national floor") as caught:
        checked_book(packages)
    assert "R-MAT" in str(caught.value)
