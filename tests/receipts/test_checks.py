"""A print-out of a check says what it turns on, of which day, by which article, what next, and who may check it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from drivers.print_outcome import PrintResult
from hardware_sim.receipt_printer.fonts import ask_fontconfig
from kiosk.benefits.carrying import read_code
from kiosk.benefits.deciding import deciding
from kiosk.benefits.loading import shipped_book
from tests.receipts.checks import CHECKS, NAME
from tests.receipts.five import Printed, draw_all
from ui.check_examples import samples

DAY = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d{2}-\d{2}")
HEADLINES = {
    "yes": "符合（初步）",
    "no": "不符合（初步）",
    "one-step": "还差一步",
    "policy-ended": "不符合（初步）",
    "declared": "符合（初步）",
    "stale": "离线无法判定",
    "category-unknown": "离线无法判定",
    "missing-parameter": "离线无法判定",
    "not-yet": "才可以",
    "computed": "已测算（初步）",
    "carried-over": "符合（初步）",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checks")


@pytest.fixture(scope="module")
def drawn(folder: Path) -> dict[str, Printed]:
    return draw_all(folder, ask_fontconfig(), CHECKS)


def one_line(printed: Printed) -> str:
    """The text of a print-out without its line breaks."""
    (ticket,) = printed.tickets
    return ticket.text().replace("\n", "").replace(" ", "")


def test_every_print_out_is_printed(drawn: dict[str, Printed]) -> None:
    assert {each.outcome.result for each in drawn.values()} == {PrintResult.PRINTED}


@pytest.mark.parametrize("name", list(samples()))
def test_headline_figure_day_article_next_step_and_a_person(drawn: dict[str, Printed], name: str) -> None:
    text = one_line(drawn[f"check-{name}"])
    assert HEADLINES[name] in text
    figure = deciding(shipped_book(), samples()[name].checked.outcome)
    if figure is not None and name != "no":
        assert figure.value.zh.replace(" ", "") in text
    assert DAY.search(text)
    assert "《" in text.rpartition("依据")[2]
    assert text.partition("下一步")[2].partition("依据")[0].strip("-")
    assert "人工复核" in text


def test_a_no_says_that_one_may_apply_all_the_same(drawn: dict[str, Printed]) -> None:
    for name in ("no", "one-step", "policy-ended", "not-yet"):
        assert "仍可申请" in one_line(drawn[f"check-{name}"]), name


def test_what_is_declared_and_what_is_old_is_said_to_be_so(drawn: dict[str, Printed]) -> None:
    assert "按您填写的情况核对" in one_line(drawn["check-declared"])
    assert "83天前" in one_line(drawn["check-stale"])


def test_both_months_stand_there_when_the_category_is_not_known(drawn: dict[str, Printed]) -> None:
    text = one_line(drawn["check-category-unknown"])
    assert "2032年5月" in text
    assert "2026年5月" in text


def test_the_code_is_read_by_a_stranger_and_holds_the_facts_and_nobodys_name(
    drawn: dict[str, Printed], folder: Path
) -> None:
    for name in samples():
        with Image.open(folder / f"receipt-check-{name}.png") as image:
            (code,) = zxingcpp.read_barcodes(image.convert("L"))
        carried = read_code(code.text)
        assert carried.rule == samples()[name].rule
        assert carried.facts
        assert NAME not in carried.model_dump_json()


def test_an_application_that_waits_is_never_called_done(drawn: dict[str, Printed]) -> None:
    text = one_line(drawn["application"])
    assert "已采集，尚未送达中心" in text
    assert "12333现在查不到" in text
    assert not [word for word in ("已受理", "已办理", "成功") if word in text]
