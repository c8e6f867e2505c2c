"""Which benefit rules a running terminal answers with, and when it looks again."""

from datetime import UTC, datetime, timedelta

from kiosk.app.benefit_rules import AGAIN_AFTER, BenefitRules
from kiosk.benefits.loading import shipped_book


class Times:
    """Time as the test has it, and how often it was asked."""

    def __init__(self):
        self.now = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)

    def __call__(self):
        return self.now


def test_without_signed_packages_the_shipped_rules_answer_and_stay_the_same_book(tmp_path):
    times = Times()
    book = BenefitRules(tmp_path, times)
    first = book()
    assert first is shipped_book()
    times.now += AGAIN_AFTER + timedelta(seconds=1)
    assert book() is first


def test_a_clock_that_went_back_makes_it_look_again_instead_of_never(tmp_path):
    times = Times()
    book = BenefitRules(tmp_path, times)
    book()
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "current").write_text("1\n")
    times.now -= timedelta(days=1)
    # a list without a root that anybody laid is not believed: the shipped rules stay
    assert book() is shipped_book()
