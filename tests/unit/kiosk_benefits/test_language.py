"""The language of rules: three-valued, typed, exact, closed."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.benefits.language.compiling import ExpressionUnfit, compiled
from kiosk.benefits.language.typed import Definition, Lacking, Parameter, Scope, Table, name
from kiosk.benefits.language.types import COUNT, DAY, DAYS, FLAG, MONTH, NUMBER, TEXT, TEXTS, choice
from kiosk.benefits.month import Month
from kiosk.benefits.span import Span

KINDS = {
    "a": FLAG,
    "b": FLAG,
    "m": COUNT,
    "n": COUNT,
    "x": NUMBER,
    "born": MONTH,
    "on": DAY,
    "word": choice(frozenset({"one", "two"})),
    "trade": TEXT,
}
SLOTS = {word: place for place, word in enumerate(KINDS)}
SCOPE = Scope(
    names={word: name(SLOTS[word], kind, frozenset({word})) for word, kind in KINDS.items()},
    tables={
        "steps": Table(COUNT, COUNT, {1: 10, 2: 20}),
        "ages": Table(choice(frozenset({"one", "two"})), COUNT, {"one": 50, "two": 55}),
    },
    parameters={
        "base": Parameter("base", len(KINDS), COUNT, {}, NUMBER),
        "cycle": Parameter("cycle", len(KINDS) + 1, choice(frozenset({"one", "two"})), {"days": COUNT}, None),
        "floor": Parameter("floor", len(KINDS) + 2, None, {}, NUMBER),
        "scarce": Parameter("scarce", len(KINDS) + 3, None, {}, TEXTS),
        "off": Parameter("off", len(KINDS) + 4, None, {}, DAYS),
    },
    definitions={
        "twice": Definition((("k", COUNT),), "k + k"),
        "round": Definition((("k", COUNT),), "turn(k)"),
        "turn": Definition((("k", COUNT),), "round(k)"),
    },
)


def value(text, base=None, cycle=None, floor=None, scarce=None, off=None, **facts):
    row = [facts.get(word) for word in KINDS] + [base, cycle, floor, scarce, off]
    return compiled(text, SCOPE).run(row)


TRUTHS = [True, False, None]


@pytest.mark.parametrize("a", TRUTHS)
@pytest.mark.parametrize("b", TRUTHS)
def test_false_beats_unknown_beats_true_in_a_conjunction_and_the_other_way_round_in_a_disjunction(a, b):
    both, either = value("a and b", a=a, b=b), value("a or b", a=a, b=b)
    assert both is (False if False in (a, b) else None if None in (a, b) else True)
    assert either is (True if True in (a, b) else None if None in (a, b) else False)


@pytest.mark.parametrize(("a", "wanted"), [(True, False), (False, True), (None, None)])
def test_not_of_unknown_is_unknown(a, wanted):
    assert value("not a", a=a) is wanted


@pytest.mark.parametrize(
    ("m", "wanted"), [(59, False), (60, True), (119, True), (120, False), (None, None), (Span(60, None), None)]
)
def test_a_chain_of_comparisons_counts_its_ends_as_written(m, wanted):
    assert value("60 <= m < 120", m=m) is wanted


def test_a_lower_bound_suffices_for_enough_and_never_for_too_few():
    assert value("m >= 180", m=Span(180, None)) is True
    assert value("m >= 180", m=Span(179, None)) is None
    assert value("m < 180", m=Span(180, None)) is False
    assert value("180 <= m", m=Span(200, None)) is True


def test_months_called_complete_lately_decide_a_gap_that_is_larger_than_the_time_since():
    assert value("m >= 180", m=Span(170, 175)) is False
    assert value("m >= 180", m=Span(170, 180)) is None


@pytest.mark.parametrize(
    ("text", "facts", "wanted"),
    [
        ("born + 12 * m", {"born": Month(1965, 1), "m": 60}, Month(2025, 1)),
        ("born - 3", {"born": Month(2025, 1)}, Month(2024, 10)),
        ('born - month("2025-01")', {"born": Month(2026, 3)}, 14),
        ("(m + 7) // 4", {"m": 1}, 2),
        ("m % 12", {"m": 25}, 1),
        ("m / 12", {"m": 208}, Fraction(52, 3)),
        ("x * 0.6", {"x": Fraction(5)}, Fraction(3)),
        ("1 if a else 2", {"a": False}, 2),
        ("steps[m]", {"m": 2}, 20),
        ("steps[m]", {"m": 3}, None),
        ("ages[word]", {"word": "two"}, 55),
        ("twice(m)", {"m": 4}, 8),
        ("year(born)", {"born": Month(2030, 5)}, 2030),
        ("month_of(on)", {"on": date(2026, 11, 22)}, Month(2026, 11)),
        ("months_after(on, 6)", {"on": date(2026, 8, 31)}, date(2027, 2, 28)),
        ("days_after(on, 30)", {"on": date(2026, 1, 31)}, date(2026, 3, 2)),
        ("first_day(born)", {"born": Month(2026, 2)}, date(2026, 2, 1)),
        ("last_day(born)", {"born": Month(2024, 2)}, date(2024, 2, 29)),
        ('days_between(on, day("2026-01-01"))', {"on": date(2026, 1, 31)}, 30),
        ('full_years(on, day("2026-11-22"))', {"on": date(1966, 11, 22)}, 60),
        ('full_years(on, day("2026-11-21"))', {"on": date(1966, 11, 22)}, 59),
        ('full_months(on, day("2026-02-28"))', {"on": date(2026, 1, 31)}, 1),
        ("round_to(m / 8, 1)", {"m": 10}, Fraction(13, 10)),
        ("min(m, 24)", {"m": 30}, 24),
        ("max(m, 24)", {"m": 30}, 30),
        ('word in ("one", "two")', {"word": "one"}, True),
        ('word not in ("one",)', {"word": "one"}, False),
        ('word == "one"', {"word": "two"}, False),
        ("m == 3", {"m": 3}, True),
        ("m != 3", {"m": 3}, False),
        ("known(m)", {"m": 0}, True),
        ("known(m)", {}, None),
        ("agree(a, b)", {"a": True}, True),
        ("agree(a, b)", {"b": False}, False),
        ("agree(a, b)", {"a": True, "b": False}, None),
        ("otherwise(m, 3)", {"m": 0}, 0),
        ("otherwise(m, 3)", {}, 3),
        ("otherwise(m, n)", {}, None),
        ("quotient(x, m)", {"x": Fraction(5), "m": 3}, Fraction(5, 3)),
        ("quotient(x, m)", {"x": Fraction(5), "m": 0}, None),
        ("quotient(x, m)", {"x": Fraction(5)}, None),
        ("between(m, n) >= 12", {"m": 6, "n": 11}, False),
        ("between(m, n) >= 12", {"m": 6, "n": 12}, None),
        ("between(m, n) >= 12", {"m": 6}, None),
        ("between(m, n) >= 12", {"m": 12}, True),
    ],
)
def test_what_an_expression_is_worth(text, facts, wanted):
    found = value(text, **facts)
    assert found == wanted
    assert type(found) is type(wanted)


def test_a_branch_behind_something_unknown_is_still_a_span_or_the_common_value():
    assert value("12 if a else 18").same(Span(12, 18))
    assert value("12 if a else 12") == 12
    assert value("(12 if a else 18) >= 12") is True
    assert value("(12 if a else 18) > 12") is None
    assert value("ages[word]").same(Span(50, 55))
    assert value("ages[word] >= 50") is True
    assert value('(word if a else "one") == "one"', word="one") is True


def test_a_parameter_by_key_that_is_missing_is_unknown():
    assert value("base[m]", base={2026: Fraction(9000)}, m=2026) == 9000
    assert value("base[m]", base={2026: Fraction(9000)}, m=2027) is None
    assert value("base[m]", m=2026) is None
    assert value("cycle[word].days", cycle={"one": {"days": 365}}, word="one") == 365
    assert value("cycle[word].days", cycle={"one": {}}, word="one") is None
    assert value("floor + 1", floor=Fraction(1, 3)) == Fraction(4, 3)


def test_a_parameter_whose_word_is_not_known_says_what_it_says_for_every_word():
    same, other = {"days": 365}, {"days": 180}
    assert value("cycle[word].days", cycle={"one": same, "two": same}) == 365
    assert value("cycle[word].days", cycle={"one": same, "two": other}).same(Span(180, 365))
    assert value("cycle[word].days", cycle={"one": same}) is None
    assert value("cycle[word].days", cycle={"one": same, "two": {}}) is None


def test_a_span_is_shared_exactly_and_never_as_a_binary_fraction():
    found = value("m / 12", m=Span(1, 2))
    assert found.same(Span(Fraction(1, 12), Fraction(1, 6)))
    assert isinstance(found.least, Fraction)


def test_a_divisor_between_two_bounds_gives_a_quotient_between_them():
    assert value("quotient(x, m)", x=Fraction(12), m=Span(3, 4)).same(Span(3, 4))


def test_what_has_a_stand_in_is_never_what_is_missing():
    assert compiled("otherwise(m, 3) + n", SCOPE).reads == {"n"}
    assert compiled("otherwise(m, n)", SCOPE).reads == {"m", "n"}


def test_a_last_day_moves_past_the_holidays_that_are_known_and_lacks_nothing_where_they_are_not():
    off = frozenset({date(2026, 10, 1), date(2026, 10, 2)})
    moved = "after_holidays(on, off)"
    assert value(moved, on=date(2026, 10, 1), off=off) == date(2026, 10, 3)
    assert value(moved, on=date(2026, 9, 30), off=off) == date(2026, 9, 30)
    assert value(moved, on=date(2026, 10, 1)) == date(2026, 10, 1)
    assert value(moved, off=off) is None
    assert value(moved, on=Span(date(2026, 9, 1), date(2026, 10, 2)), off=off).same(
        Span(date(2026, 9, 1), date(2026, 10, 3))
    )
    assert value(moved, on=Span(date(2026, 10, 2), None), off=off).same(Span(date(2026, 10, 3), None))
    assert value(moved, on=date.max, off=frozenset({date.max})) == date.max
    assert compiled(moved, SCOPE).reads == {"on"}


def lacking_of(typed, row):
    """Names, and figures looked up."""
    found = Lacking()
    typed.lacking(row, found)
    return found.reads, found.lookups


def test_a_stand_in_lacks_nothing_while_what_it_stands_for_is_known():
    known, unknown = [None] * (len(KINDS) + 3), [None] * (len(KINDS) + 3)
    known[SLOTS["x"]] = Fraction(9000)
    typed = compiled("otherwise(x, base[n]) * m", SCOPE)
    assert typed.reads == {"x", "base", "n", "m"}
    assert lacking_of(typed, known) == ({"x", "m"}, [])
    assert lacking_of(typed, unknown) == ({"x", "base", "n", "m"}, list(typed.lookups))


@pytest.mark.parametrize(("a", "lacking"), [(True, {"a", "m"}), (False, {"a", "x"}), (None, {"a", "m", "x"})])
def test_a_branch_that_is_not_taken_lacks_nothing(a, lacking):
    row = [a] + [None] * (len(KINDS) + 2)
    assert lacking_of(compiled("(m if a else x) * 2", SCOPE), row) == (lacking, [])
    assert lacking_of(compiled("(m if a else x) + x", SCOPE), row) == (lacking | {"x"}, [])


def test_a_month_beyond_the_calendar_is_unknown_and_no_crash():
    assert value("born + 12 * m", born=Month(9999, 12), m=1) is None
    assert value("days_after(on, m)", on=date(9999, 12, 31), m=1) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("__import__('os')", "no function __import__"),
        ("m.real(a)", "functions of the language"),
        ("m.real", "only a parameter has fields"),
        ("[m for m in (1,)]", "not in the language"),
        ("lambda: m", "not in the language"),
        ("m ** 2", "cannot be reckoned"),
        ("m << 2", "cannot be reckoned"),
        ("born + born", "cannot be reckoned"),
        ("born + x", "cannot be reckoned"),
        ("m // n", "no number above zero"),
        ("m // 0", "no number above zero"),
        ("m / n", "no number above zero"),
        ("m and a", "a flag is needed"),
        ("not m", "a flag is needed"),
        ("-m", "only `not`"),
        ("m >= born", "cannot be compared"),
        ("a == b", "cannot be compared"),
        ('word == "three"', "'three' is not"),
        ('word in ("one", "three")', "each must be"),
        ('word < "one"', "cannot be compared"),
        ("m is n", "not in the language"),
        ("1 if a else born", "is a count or a month"),
        ("steps[born]", "the table is by count"),
        ("nothing", "no fact, parameter or let"),
        ("base", "needs a key"),
        ("cycle[word]", "name the field"),
        ("cycle[word].weeks", "the fields are days"),
        ("base[word]", "the key is count"),
        ("year(m)", "does not take"),
        ("min(a, b)", "does not take"),
        ("min(m, n, m)", "does not take"),
        ("twice(born)", "takes a count"),
        ("twice(m, n)", "takes 1 values"),
        ("round(m)", "a circle"),
        ('month("2025-13")', "write month"),
        ('day("2025-02-30")', "write day"),
        ("1e3 * x", "no whole number"),
        ("b'x'", "no whole number"),
        ("m >=", "cannot be read"),
        ("m >= 1; n", "cannot be read"),
        ("m" + " + m" * 900, "longer than"),
        ("not " * 70 + "a", "nested too deeply"),
    ],
)
def test_what_is_not_in_the_language_is_refused_with_the_reason(text, word):
    with pytest.raises(ExpressionUnfit, match=word):
        compiled(text, SCOPE)


def test_a_decimal_number_is_read_from_its_text_and_never_as_a_binary_fraction():
    assert value("x * 0.1", x=Fraction(3)) == Fraction(3, 10)
    assert value("0.1 + 0.2 == 0.3") is True


@settings(deadline=None)
@given(st.integers(0, 300), st.integers(0, 300), st.sampled_from([">=", ">", "<", "<=", "==", "!="]))
def test_what_is_said_of_a_span_holds_for_every_figure_in_it(least, width, sign):
    span = Span(least, least + width)
    said = value(f"m {sign} 150", m=span)
    each = {value(f"m {sign} 150", m=figure) for figure in range(least, least + width + 1)}
    assert said is (each.pop() if len(each) == 1 else None) or (said is None and sign in ("==", "!=") and width == 0)


def test_an_expression_says_what_it_rests_on_through_all_that_it_names():
    assert compiled("twice(m) + base[n] > x or a", SCOPE).reads == {"m", "base", "n", "x", "a"}


def test_a_text_is_looked_for_in_the_list_of_a_place_and_unknown_where_either_is():
    scarce = frozenset({"电工"})
    assert value("trade in scarce", trade="电工", scarce=scarce) is True
    assert value("trade in scarce", trade="焊工", scarce=scarce) is False
    assert value("trade not in scarce", trade="焊工", scarce=scarce) is True
    assert value("trade in scarce", scarce=scarce) is None
    assert value("trade in scarce", trade="电工") is None


@pytest.mark.parametrize("text", ["trade in ('one', 'two')", "trade == 'one'", "trade < scarce", "word in scarce"])
def test_a_text_is_compared_with_nothing_else(text):
    with pytest.raises(ExpressionUnfit):
        compiled(text, SCOPE)
