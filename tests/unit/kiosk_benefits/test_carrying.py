"""The code on a print-out: what goes in comes out, it names nobody, and what is none of them is refused."""

from __future__ import annotations

import base64
import random
import zlib
from datetime import date
from fractions import Fraction

import pytest

from kiosk.benefits.carrying import PREFIX, CodeUnfit, code, read_code
from kiosk.benefits.evaluation import evaluate
from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.loading import shipped_book
from kiosk.benefits.month import Month
from kiosk.benefits.question import Question

TODAY = date(2026, 11, 22)
BOOK = shipped_book()


def carried(rule, facts):
    outcome = evaluate(BOOK, Question(rule, facts, TODAY))
    return code(outcome, facts, BOOK.facts, "T001-20261122-1-000042-K")


def test_facts_of_every_type_come_out_as_programs_write_them():
    facts = {
        "pension_base_wage": Fact(Fraction("6543.21"), Source.DECLARED, TODAY),
        "pension_months": Fact(236, Source.SNAPSHOT, date(2026, 11, 20)),
        "retirement_month": Fact(Month(2027, 10), Source.DECLARED, TODAY),
    }
    found = read_code(carried("R-PEN-AMOUNT", facts))
    assert {name: (each.value, each.source, each.as_of) for name, each in found.facts.items()} == {
        "pension_base_wage": ("6543.21", "declared", "2026-11-22"),
        "pension_months": (236, "snapshot", "2026-11-20"),
        "retirement_month": ("2027-10", "declared", "2026-11-22"),
    }
    assert (found.rule, found.place, found.as_of) == ("R-PEN-AMOUNT", "CN", "2026-11-22")
    assert found.number == "T001-20261122-1-000042-K"


def test_a_flag_stays_a_flag():
    found = read_code(carried("R-UI", {"new_job": Fact(False, Source.DECLARED, TODAY)}))
    assert found.facts["new_job"].value is False


def test_a_fact_that_the_rule_does_not_read_stays_out():
    facts = {
        "birth_month": Fact(Month(1965, 1), Source.VERIFIED, TODAY),
        "new_job": Fact(True, Source.DECLARED, TODAY),
    }
    assert set(read_code(carried("R-RET-AGE", facts)).facts) == {"birth_month"}


def test_a_whole_check_fits_a_code_that_a_phone_reads_from_a_receipt():
    facts = {
        slot.store: Fact(_some(slot.kind), Source.DECLARED, TODAY)
        for slot in evaluate(BOOK, Question("R-UI", {}, TODAY)).rule.facts
    }
    assert len(carried("R-UI", facts)) < 900


def _some(kind):
    return {
        "flag": True,
        "count": 12,
        "number": Fraction(1000),
        "month": Month(2026, 1),
        "day": TODAY,
        "choice": next(iter(kind.words), ""),
    }[kind.type]


@pytest.mark.parametrize("text", ["", "KB1:", "KB1:====", "KB2:abc", "https://a.example/v#abc", PREFIX + "A" * 20_000])
def test_what_is_no_code_of_a_check_is_refused(text):
    with pytest.raises(CodeUnfit):
        read_code(text)


def test_a_damaged_code_is_refused_or_says_the_same():
    whole = carried("R-UI", {"new_job": Fact(False, Source.DECLARED, TODAY)})
    chance = random.Random(5)
    for _ in range(400):
        at = chance.randrange(len(PREFIX), len(whole))
        cut = chance.random() < 0.3
        spoilt = whole[:at] if cut else whole[:at] + chance.choice("ABCxyz019-_") + whole[at + 1 :]
        try:
            assert read_code(spoilt) == read_code(whole)
        except CodeUnfit:
            continue


def test_a_code_that_unpacks_without_end_is_refused_before_it_does():
    bomb = PREFIX + base64.urlsafe_b64encode(zlib.compress(b"[" * 10**7, 9)).rstrip(b"=").decode()
    with pytest.raises(CodeUnfit):
        read_code(bomb)
