"""The ID reader's driver against the simulated reader on a real tty: every persona, and every fault it can have."""

import tomllib
from datetime import date
from typing import Any

import pytest

from drivers.errors import LinkLost, NoDevice, NotGenuine, Refused, Timeout
from drivers.id_reader.commands import ModuleState
from drivers.id_reader.document import LongTerm, Validity
from drivers.id_reader.reader import DocumentRead, NoDocument, NotReadable, WrongCard

TODAY = date(2026, 11, 22)


def poll(id_reader: Any, seconds: float = 8.0, **how: Any) -> Any:
    return id_reader.run(id_reader.driver.poll_and_read(seconds, business_date=TODAY, **how))


def name_read(id_reader: Any) -> str:
    result = poll(id_reader)
    assert isinstance(result, DocumentRead), result
    return result.document.name


def as_on_the_card(text: str) -> date | LongTerm:
    return LongTerm.LONG_TERM if text == "长期" else date.fromisoformat(text)


@pytest.mark.parametrize("key", ["worker", "pensioner", "rare-name"])
def test_every_person_is_read_as_the_person_is(station: Any, id_reader: Any, key: str) -> None:
    person = tomllib.loads((station.personas / f"{key}.toml").read_text(encoding="utf-8"))
    station.do(f"place id {key}")
    result = poll(id_reader)
    assert isinstance(result, DocumentRead)
    document = result.document
    assert document.name == person["name"]
    assert document.number.text == person["id_number"]
    assert document.sex.value == person["sex"]
    assert document.ethnic_group == person["ethnic"]
    assert document.birth_date == date.fromisoformat(person["birth_date"])
    assert document.address == person["address"]
    assert document.issuer == person["id_issuer"]
    assert document.valid_from == as_on_the_card(person["id_valid_from"])
    assert document.valid_to == as_on_the_card(person["id_valid_to"])
    assert document.validity_on(TODAY) is Validity.VALID
    assert len(result.photo) == 1024


def test_all_personas_there_are_have_a_test_above(station: Any) -> None:
    assert {path.stem for path in station.personas.glob("*.toml")} == {"worker", "pensioner", "rare-name"}


def test_nobody_lays_a_card_down(id_reader: Any) -> None:
    assert poll(id_reader, 1.0) == NoDocument()


def test_the_module_tells_its_number_and_state(id_reader: Any) -> None:
    assert id_reader.run(id_reader.driver.module_number()) == "05.03-20240101-0000012345-0678901234"
    assert id_reader.run(id_reader.driver.module_state()) is ModuleState.READY


def test_a_card_that_stays_is_not_read_again(station: Any, id_reader: Any) -> None:
    station.do("place id worker")
    name_read(id_reader)
    assert poll(id_reader, 1.0, must_be_laid_anew=True) == NoDocument()


@pytest.mark.parametrize("step", ["select", "read"])
def test_a_card_lifted_half_way_is_not_read_and_the_next_one_is(station: Any, id_reader: Any, step: str) -> None:
    station.do("place id worker", f"lift id during {step}")
    result = poll(id_reader, 1.5)
    assert isinstance(result, NotReadable)
    assert result.tries == 1
    station.do("place id rare-name")
    assert name_read(id_reader) == "程𬭎"


@pytest.mark.parametrize("trouble", ["torn 9 for 1", "torn 700 for 1", "bad-checksum for 1", "silence for 1", "noise"])
def test_a_disturbed_line_costs_time_and_no_document(station: Any, id_reader: Any, trouble: str) -> None:
    id_reader.run(id_reader.driver.module_state())
    station.do("place id worker", f"id-reader {trouble}")
    assert name_read(id_reader) == "周予安"


def test_a_reader_that_stays_silent_is_given_up_and_works_again_later(station: Any, id_reader: Any) -> None:
    station.do("place id worker", "id-reader silence")
    with pytest.raises(Timeout) as error:
        poll(id_reader, 30.0)
    assert "command" in error.value.facts
    station.do("id-reader ok")
    assert name_read(id_reader) == "周予安"


def test_a_late_answer_about_the_previous_person_is_never_the_next_persons(station: Any, id_reader: Any) -> None:
    driver = id_reader.driver
    station.do("place id worker")
    assert id_reader.run(driver.find()) is True
    assert id_reader.run(driver.select()) is True
    station.do("id-reader slow 3.5")
    with pytest.raises(Timeout):
        id_reader.run(driver.read_text_and_photo())
    station.do("id-reader ok", "swap id rare-name")
    assert name_read(id_reader) == "程𬭎"


@pytest.mark.parametrize(("phrase", "state"), [("self-test-failed", "60"), ("not-authorised", "66")])
def test_an_ill_module_says_so_and_is_not_polled_for_ever(
    station: Any, id_reader: Any, phrase: str, state: str
) -> None:
    station.do("place id worker", f"id-reader {phrase}")
    assert id_reader.run(id_reader.driver.module_state()).value == int(state, 16)
    with pytest.raises(Refused) as error:
        poll(id_reader)
    assert error.value.facts["sw"] == f"00{state}"


def test_a_card_that_may_be_false_is_not_served(station: Any, id_reader: Any) -> None:
    station.do("place id worker", "id-reader refuse read 32")
    with pytest.raises(NotGenuine):
        poll(id_reader)


def test_another_kind_of_card_is_a_wrong_card(station: Any, id_reader: Any) -> None:
    station.do("place id worker", "id-reader refuse select 40")
    assert poll(id_reader) == WrongCard()


def test_an_unplugged_reader_is_lost_then_gone_and_comes_back_under_its_name(station: Any, id_reader: Any) -> None:
    waiting = id_reader.begin(id_reader.driver.poll_and_read(20.0, business_date=TODAY))
    station.do("id-reader unplug")
    with pytest.raises((LinkLost, NoDevice)):
        waiting()
    with pytest.raises(NoDevice):
        poll(id_reader)
    station.do("id-reader plug", "place id pensioner")
    assert name_read(id_reader) == "沈桂兰"
