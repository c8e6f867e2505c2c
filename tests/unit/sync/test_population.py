"""The invented population holds together: every number checks, and category, age, months and benefits agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from hashlib import sha256

import pytest

from offline_store.schema import SNAPSHOT_ROWS, from_record, to_record
from sync.gateway.population import PersonaUnfit, generate, read_personas
from sync.gateway.population.calendar import age_on, month_of, retirement_month
from sync.gateway.population.careers import RESIDENT_KIND, base_of, floor_of
from sync.gateway.population.lives import retirement_kind
from sync.gateway.population.numbers import card_check, card_number, id_check
from sync.protocol.packages import line_of

TODAY = date(2026, 11, 22)
THIS_MONTH = "2026-11"
RATES = {("110", False): (80, 160), ("110", True): (200, 0), ("210", False): (5, 5)}
"""Per mille of the base: personal, employer; the second part of the key: pays alone."""


@pytest.fixture(scope="module")
def people():
    return generate(1500, 7, TODAY).people


def month(text):
    return int(text[:4]) * 12 + int(text[5:]) - 1


def digest(population):
    return sha256(b"".join(line_of(to_record(row)) for row in population.rows())).hexdigest()


def test_the_same_seed_gives_the_same_rows_and_another_seed_others():
    assert digest(generate(150, 3, TODAY)) == digest(generate(150, 3, TODAY))
    assert digest(generate(150, 3, TODAY)) != digest(generate(150, 4, TODAY))


def test_every_row_is_a_row_of_the_snapshot_and_tables_stand_together_in_load_order(people):
    tables = []
    for row in generate(200, 7, TODAY).rows():
        assert from_record(to_record(row)) == row
        if not tables or tables[-1] != row.TABLE:
            tables.append(row.TABLE)
    assert tables == list(SNAPSHOT_ROWS)


def test_every_id_number_is_valid_unique_and_of_a_district_that_was_never_given_out(people):
    numbers = [person.id_number for person in people]
    assert len(set(numbers)) == len(numbers)
    for person in people:
        number = person.id_number
        assert number.startswith("110199")
        assert number[17] == id_check(number[:17])
        assert number[6:14] == f"{person.birth_date:%Y%m%d}"
        assert int(number[16]) % 2 == (1 if person.sex == "1" else 0)


@pytest.mark.parametrize(("body", "check"), [
    ("D2143569", "X"), ("A0000001", "1"), ("AB123456", "5"), ("00000000", "0"), ("12345678", "8"), ("Z9999999", "7"),
])  # fmt: skip
def test_card_check_digits_are_those_of_the_sheet(body, check):
    assert card_check(body) == check


def test_every_card_number_is_right_and_unique(people):
    cards = [card for person in people for card in person.card_rows()]
    assert len({card.number for card in cards}) == len(cards) > 1200
    for card in cards:
        assert len(card.number) == 9
        assert card.number[8] == card_check(card.number[:8])
        assert card.issued < card.expires
    assert card_number(1) == "B0000001" + card_check("B0000001")


def test_months_are_the_number_of_paid_rows(people):
    for person in people:
        paid = Counter()
        for row in person.contribution_rows():
            if row.state in ("paid", "made-up"):
                paid[row.kind] += 12 if row.kind == RESIDENT_KIND else 1
        assert {row.kind: row.months for row in person.enrolment_rows()} == dict(paid) | {
            row.kind: 0 for row in person.enrolment_rows() if row.kind not in paid
        }


def test_nobody_pays_before_16_after_retirement_in_the_future_or_twice_for_a_month(people):
    for person in people:
        seen = set()
        kind = retirement_kind(person.sex, person.category)
        for row in person.contribution_rows():
            assert row.month <= THIS_MONTH
            assert month(row.month) - month_of(person.birth_date) >= 16 * 12
            if row.kind == "110":
                assert month(row.month) < retirement_month(person.birth_date, kind)
            assert (row.kind, row.month) not in seen
            seen.add((row.kind, row.month))


def test_money_follows_the_bounds_and_the_rates(people):
    for person in people:
        for row in person.contribution_rows():
            if row.kind == RESIDENT_KIND:
                continue
            floor = floor_of(int(row.month[:4]))
            assert floor <= row.base_fen <= 5 * floor
            assert row.base_fen % 100 == 0
            rates = RATES[row.kind, row.employer == ""]
            assert [row.personal_fen, row.employer_fen] == [(row.base_fen * rate + 500) // 1000 for rate in rates]
    assert base_of(0.1, 2026) == floor_of(2026)
    assert base_of(99, 2026) == 5 * floor_of(2026)


def test_category_age_enrolment_and_benefits_agree(people):
    seen = Counter(person.category for person in people)
    assert set(seen) == {"worker", "flexible", "unemployed", "pensioner", "student", "resident"}
    for person in people:
        age = age_on(person.birth_date, TODAY)
        states = {row.kind: row.status for row in person.enrolment_rows()}
        kinds = {row.kind for row in person.benefit_rows()}
        if person.category == "student":
            assert age < 23
            assert not states
        if person.category in ("worker", "flexible"):
            assert states["110"] == "active"
            assert not kinds
            assert max(row.month for row in person.contribution_rows() if row.kind == "110") == "2026-10"
        if person.category == "unemployed":
            assert set(states.values()) == {"paused"}
            assert kinds <= {"unemployment"}
        if person.category == "pensioner":
            assert kinds == {"pension"}
            assert set(states.values()) <= {"ended"}


def test_nobody_draws_a_pension_before_the_month_after_retirement_nor_two_benefits(people):
    for person in people:
        drawn = list(person.benefit_rows())
        assert len(drawn) <= 1
        for row in drawn:
            assert row.since <= THIS_MONTH
            paid = defaultdict(list)
            for contribution in person.contribution_rows():
                paid[contribution.kind].append(contribution.month)
            if row.kind == "pension" and "110" in paid:
                assert month(row.since) > retirement_month(person.birth_date, retirement_kind(person.sex, "worker"))
                assert len(paid["110"]) >= 180
            elif row.kind == "pension":
                assert age_on(person.birth_date, TODAY) >= 60
            else:
                assert month(row.since) == month(max(paid["110"])) + 1
                assert len(paid["210"]) >= 12
            if row.status == "paying":
                assert row.certification_due is not None
            assert row.monthly_fen % 10 == 0


def test_names_hold_minority_names_and_rare_characters_too():
    names = [person.name for person in generate(4000, 1, TODAY).people]
    assert sum("·" in name for name in names) > 20
    assert any(any(ord(char) > 0xFFFF for char in name) for name in names)
    assert all(2 <= len(name) <= 15 for name in names)


@pytest.mark.parametrize(("birth", "kind", "expected"), [
    ("1965-01-01", "male", "2025-02"), ("1965-08-01", "male", "2025-10"), ("1964-12-01", "male", "2024-12"),
    ("1971-04-01", "female55", "2026-08"), ("1975-11-01", "female50", "2026-05"), ("1984-11-01", "female50", "2039-11"),
])  # fmt: skip
def test_retirement_months_are_those_of_the_sheet(birth, kind, expected):
    assert retirement_month(date.fromisoformat(birth), kind) == month(expected)


PERSONA = """
key = "worker"
name = "张三"
id_number = "110105198803120233"
sex = "1"
ethnic = "01"
birth_date = "1988-03-12"
[card]
number = "A00000011"
city = "990100"
issued = "2024-01-01"
expires = "2034-01-01"
status = "normal"
[person]
category = "worker"
employer = "星湖市青禾机械有限公司"
employed_since = "2017-11-01"
"""


def test_a_persona_comes_in_with_its_own_numbers_and_a_full_record(tmp_path):
    (tmp_path / "worker.toml").write_text(PERSONA, encoding="utf-8")
    personas = read_personas(tmp_path, TODAY)
    found = generate(5, 1, TODAY, personas).people[0]
    assert (found.id_number, found.name, found.card.number) == ("110105198803120233", "张三", "A00000011")
    rows = list(found.contribution_rows())
    assert {row.kind for row in rows} == {"110", "210", "310", "410"}
    assert {row.kind: row.months for row in found.enrolment_rows()}["110"] == 108
    assert max(row.month for row in rows) == "2026-10"


def test_a_pensioner_persona_has_a_certification_to_make_within_the_month(tmp_path):
    text = PERSONA.replace('category = "worker"', 'category = "pensioner"\nretired = "2022-03-01"')
    (tmp_path / "p.toml").write_text(text.replace("1988-03-12", "1961-03-12"), encoding="utf-8")
    (persona,) = read_personas(tmp_path, TODAY)
    (benefit,) = persona.benefit_rows()
    assert (benefit.kind, benefit.since, benefit.certification_due) == ("pension", "2022-03", "2026-12-12")


@pytest.mark.parametrize(("old", "new", "named"), [
    ('number = "A00000011"', 'number = "A1"', "card.number"), ('sex = "1"', 'sex = "m"', "sex"),
    ("[card]", "[kart]", "card"),
])  # fmt: skip
def test_a_persona_that_cannot_be_used_is_named_with_its_field(tmp_path, old, new, named):
    (tmp_path / "worker.toml").write_text(PERSONA.replace(old, new), encoding="utf-8")
    with pytest.raises(PersonaUnfit, match=rf"worker\.toml: {named} "):
        read_personas(tmp_path, TODAY)


def test_a_folder_without_personas_is_named(tmp_path):
    with pytest.raises(PersonaUnfit, match="no persona"):
        read_personas(tmp_path, TODAY)


def test_a_population_smaller_than_its_personas_is_refused(tmp_path):
    (tmp_path / "worker.toml").write_text(PERSONA, encoding="utf-8")
    with pytest.raises(ValueError, match="1 \\(the personas\\)"):
        generate(0, 1, TODAY, read_personas(tmp_path, TODAY))
