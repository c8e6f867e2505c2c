"""What is known before anything is asked, and how sure it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kiosk.benefits.fact import Fact, Source
from kiosk.benefits.loading import shipped_book
from kiosk.benefits.month import Month
from kiosk.benefits.vocabulary import FactKind
from kiosk.catalogue.known_facts import from_holder, from_record
from kiosk.identity import Holder
from kiosk.records import PersonRecord
from offline_store.schema import BenefitRow, ContributionRow, EnrolmentRow

ID = "110105198803120013"
TODAY = date(2026, 11, 22)
HOLDER = Holder(ID, "金丝雀", "2", date(1988, 3, 12), "A00000011", date(2034, 1, 1))
KINDS = shipped_book().facts


def record(*, enrolments=(), contributions=(), benefits=(), as_of="2026-11-20T16:30:00.000Z"):
    return PersonRecord(
        as_of, "sample", enrolments=tuple(enrolments), contributions=tuple(contributions), benefits=tuple(benefits)
    )


def enrolled(kind, months):
    return EnrolmentRow(ID, kind, "990100", "active", "2017-07-01", "样品厂", months)


def paid(*months, state="paid", kind="210"):
    return [ContributionRow(ID, kind, month, "样品厂", 600_000, 48_000, 96_000, state) for month in months]


def benefit(kind, since, status="paying"):
    return BenefitRow(ID, kind, since, 197_500, status, None, None)


def values(found):
    return {name: fact.value for name, fact in found.items()}


def test_the_card_says_birth_and_sex_and_was_read_today():
    found = from_holder(HOLDER, TODAY)
    assert values(found) == {"birth_month": Month(1988, 3), "birth_date": date(1988, 3, 12), "sex": "female"}
    assert {(fact.source, fact.as_of) for fact in found.values()} == {(Source.VERIFIED, TODAY)}


def test_a_sex_that_the_card_does_not_state_is_unknown():
    assert "sex" not in from_holder(replace(HOLDER, sex="9"), TODAY)


def test_months_are_those_of_their_own_insurance_added_over_enrolments():
    found = from_record(
        record(enrolments=[enrolled("110", 100), enrolled("110", 30), enrolled("210", 12), enrolled("170", 7)]),
        KINDS,
        TODAY,
    )
    assert values(found) == {"pension_months": 130, "ui_months_total": 12, "resident_pension_months": 7}


def test_the_data_are_of_the_day_in_the_hall_on_which_the_centre_made_them():
    # 16:30 UTC is half past midnight in the hall
    assert from_record(record(enrolments=[enrolled("110", 1)]), KINDS, TODAY)["pension_months"].as_of == date(
        2026, 11, 21
    )


def test_months_are_a_lower_bound_however_fresh_they_are():
    fresh = {**KINDS, "pension_months": KINDS["pension_months"].model_copy(update={"fresh_days": 90})}
    found = from_record(record(enrolments=[enrolled("110", 1)]), fresh, TODAY)
    assert found["pension_months"].source is Source.SNAPSHOT
    assert found["pension_months"].complete_on is None


def test_other_data_count_as_verified_until_their_time_is_over():
    kinds = {"draws_pension": FactKind(type="flag", zh="领", en="draws", fresh_days=2)}
    drawn = record(benefits=[benefit("pension", "2026-01")])
    assert from_record(drawn, kinds, date(2026, 11, 23))["draws_pension"] == Fact(
        True, Source.VERIFIED, date(2026, 11, 21)
    )
    assert from_record(drawn, kinds, date(2026, 11, 24))["draws_pension"].source is Source.SNAPSHOT


def test_no_pension_in_the_data_is_not_knowing_and_neither_is_a_paused_one():
    assert "draws_pension" not in from_record(record(), KINDS, TODAY)
    assert "draws_pension" not in from_record(record(benefits=[benefit("pension", "2026-01", "paused")]), KINDS, TODAY)


def test_no_enrolment_in_the_data_is_not_zero_months():
    assert from_record(record(), KINDS, TODAY) == {}


def test_after_a_claim_only_the_months_behind_it_count():
    found = from_record(
        record(
            contributions=paid("2025-01", "2025-02", "2025-08", "2025-09"),
            benefits=[benefit("unemployment", "2025-03")],
        ),
        KINDS,
        TODAY,
    )
    assert found["ui_months_since_claim"].value == 2


def test_without_a_claim_in_the_data_only_the_last_run_without_a_gap_is_certain():
    months = ("2024-12", "2025-01", "2025-02", "2025-04", "2025-05")
    assert from_record(record(contributions=paid(*months)), KINDS, TODAY)["ui_months_since_claim"].value == 2


def test_a_month_owed_or_of_another_insurance_is_not_a_month_paid():
    contributions = [*paid("2025-01"), *paid("2025-02", state="owed"), *paid("2025-02", kind="110")]
    assert from_record(record(contributions=contributions), KINDS, TODAY)["ui_months_since_claim"].value == 1


def test_a_month_paid_at_two_employers_is_one_month():
    contributions = [*paid("2025-01"), *paid("2025-01"), *paid("2025-02", state="made-up")]
    assert from_record(record(contributions=contributions), KINDS, TODAY)["ui_months_since_claim"].value == 2


def test_what_the_vocabulary_does_not_know_is_left_out():
    assert from_record(record(enrolments=[enrolled("110", 3)]), {}, TODAY) == {}
