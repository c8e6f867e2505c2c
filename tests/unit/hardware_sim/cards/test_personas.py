"""The personas as shipped, and what the reader says about wrong ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hardware_sim.people import (
    FOLDER,
    Persona,
    PersonaError,
    card_check_character,
    id_check_character,
    load_persona,
    persona,
    persona_keys,
    reissued,
)


def test_the_three_people_are_there_and_valid() -> None:
    assert persona_keys() == ["pensioner", "rare-name", "worker"]
    assert [persona(key).key for key in persona_keys()] == persona_keys()


def test_no_two_people_share_a_number() -> None:
    people = [persona(key) for key in persona_keys()]
    for value in ("id_number",):
        assert len({getattr(person, value) for person in people}) == len(people)
    for value in ("number", "serial"):
        assert len({getattr(person.card, value) for person in people}) == len(people)


def test_the_rare_name_is_in_gb_18030_and_not_in_gbk_and_its_card_holds_gbk_only() -> None:
    person = persona("rare-name")
    assert len(person.name.encode("gb18030")) == 6
    with pytest.raises(UnicodeEncodeError):
        person.name.encode("gbk")
    assert person.name_on_card.encode("gbk").hex() == "b3cc484f4e47"


def test_the_pensioner_draws_a_pension_and_is_due_soon() -> None:
    facts = persona("pensioner").person.model_dump()
    assert facts["category"] == "pensioner"
    assert 0 < facts["certification_cycle_days"] - facts["last_certified_days_ago"] <= 30


@pytest.mark.parametrize(
    ("body", "check"),
    [("D2143569", "X"), ("A0000001", "1"), ("AB123456", "5"), ("00000000", "0"), ("12345678", "8"), ("Z9999999", "7")],
)
def test_the_check_character_of_a_card_number_is_that_of_the_sheet(body: str, check: str) -> None:
    assert card_check_character(body) == check


def test_the_check_character_of_the_printed_sample_id_number_is_x() -> None:
    assert id_check_character("11010519491231002") == "X"


def test_a_persona_shows_its_key_and_nothing_else() -> None:
    person = persona("worker")
    assert repr(person) == "Persona(key='worker')"
    assert person.id_number not in f"{person} {person.card!r} {person.person!r} {person.card} {person.person}"


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"id_number": "110199198803120234"}, "id_number", "check character should be 3"),
        ({"birth_date": "1988-03-13"}, "the whole file", "different days"),
        ({"sex": "2"}, "the whole file", "17th digit"),
        ({"sex": "x"}, "sex", "'1', '2' or '9'"),
        ({"name": "程𬭎"}, "the whole file", "GBK"),
        ({"name": 16 * "长"}, "the whole file", "15 UTF-16 units"),
        ({"key": "No Key"}, "key", "pattern"),
        ({"nickname": "x"}, "nickname", "Remove this field"),
        ({"card__number": "A00000012"}, "card.number", "check character should be 1"),
        ({"card__pin": "123"}, "card.pin", "pattern"),
        ({"card__pin_tries": 16}, "card.pin_tries", "15"),
        ({"card__expires": "2023-01-01"}, "card", "not after issued"),
        ({"card__files": {"DF09": {}}}, "card.files", "DF09 is none of"),
        ({"card__files": {"DF01": {"EF07": {"2A": "1"}}}}, "card.files", "DF01 EF07 has no element 2A"),
        ({"card__files": {"DF01": {"EF07": {"29": "12"}}}}, "card.files", "element 29 has 2 bytes"),
        ({"card__files": {"DF01": {"EF05": {"0E": "x"}}}}, "card.files", "must be digits"),
        ({"card__files": {"DF01": {"EF15": {"40": "x"}}}}, "card.files", "inner TLVs"),
        ({"person__category": 7}, "person.category", "string"),
    ],
)
def test_a_wrong_persona_is_told_with_the_field_and_the_fault(
    changed: Callable[..., Persona], values: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(PersonaError) as told:
        changed(**values)
    assert told.value.field == field
    assert said in str(told.value)
    assert told.value.file == "a test"
    assert told.value.remedy


def test_a_missing_field_is_named_with_its_file(tmp_path: Path) -> None:
    text = (FOLDER / "worker.toml").read_text(encoding="utf-8")
    broken = tmp_path / "worker.toml"
    broken.write_text(text.replace('sex = "1"\n', ""), encoding="utf-8")
    with pytest.raises(PersonaError, match=r"worker\.toml: sex: Field required\. Add this field\."):
        load_persona(broken)


def test_a_file_that_is_not_toml_or_not_there_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("key = ", encoding="utf-8")
    with pytest.raises(PersonaError, match="not TOML"):
        load_persona(tmp_path / "a.toml")
    with pytest.raises(PersonaError, match="No such file"):
        load_persona(tmp_path / "b.toml")


def test_an_unknown_persona_is_answered_with_the_known_ones() -> None:
    with pytest.raises(PersonaError, match="Known are: pensioner, rare-name, worker"):
        persona("wroker")


def test_a_persona_under_another_name_is_told(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_bytes((FOLDER / "worker.toml").read_bytes())
    with pytest.raises(PersonaError, match='Write key = "other"'):
        persona("other", tmp_path)


def test_a_person_can_be_given_another_card_and_stays_the_same_person() -> None:
    worker = persona("worker")
    other = reissued(worker, version="2.00", algorithm="3DES")
    assert (other.card.version, other.card.algorithm, other.card.generation) == ("2.00", "3DES", 2)
    assert reissued(other, version="3.00", algorithm="SM4") == worker
    assert reissued(worker) == worker
    assert reissued(worker, version="").card.generation == 1


@pytest.mark.parametrize(("values", "said"), [({"version": "4.00"}, "'3.00'"), ({"algorithm": "DES"}, "'SSF33'")])
def test_a_card_that_does_not_exist_is_not_given_to_anybody(values: dict[str, Any], said: str) -> None:
    with pytest.raises(PersonaError, match=f"the card of worker: card.*{said}"):
        reissued(persona("worker"), **values)
