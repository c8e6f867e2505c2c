"""What an operator types: each command says what it did and what to do next, and its exit code tells yes from no."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PERSONAS = Path(__file__).parents[3] / "hardware_sim" / "personas"


@pytest.fixture(scope="module")
def house(gateway_class, tmp_path_factory):
    return gateway_class(tmp_path_factory.mktemp("house") / "data")


def test_set_up_population_publication_and_codes_follow_one_another(house):
    assert "kiosk-gateway init" in house.command("fleet", expect=3)
    assert "demo" in house.command("init")
    assert house.answer("init") == {"made": False, "demo": True, "suite": "intl"}
    assert "kiosk-gateway population" in house.command("publish", expect=1)
    made = house.answer(
        "population", "--count", "60", "--seed", "5", "--personas", str(PERSONAS), "--today", "2026-11-22"
    )
    assert (made["people"], made["rows"]["person"]) == (60, 60)
    assert (
        house.answer("population", "--count", "60", "--seed", "5", "--personas", str(PERSONAS), "--today", "2026-11-22")
        == made
    )
    first, second = (house.answer("publish")["generation"] for _ in range(2))
    assert second > first
    assert len(house.answer("enrol", "T0001")["code"].replace("-", "")) == 56
    assert house.answer("fleet") == []
    assert house.command("records") == "Nothing yet.\n"


def test_wrong_use_is_2_no_is_1_and_cannot_tell_is_3(house, tmp_path):
    house.command("init")
    house.command("enrol", "lower case", expect=2)
    house.command("population", "--count", "1", "--personas", str(PERSONAS), expect=2)
    house.command("population", "--today", "yesterday", expect=2)
    house.command("init", "--verify-url", "https://verify.example/", expect=2)
    house.command("register", "ZM-1", expect=1)
    house.command("revoke", "ZM-1", "--reason", "paper-lost", expect=1)
    house.command("population", "--personas", str(tmp_path), expect=3)
    assert house.answer("register", "ZM-1", expect=1) == {"number": "ZM-1", "state": "unknown"}


@pytest.mark.parametrize("option", ["--gateway-url", "--verify-url", "--staff-url"])
@pytest.mark.parametrize(
    "address", ["javascript:x/v", "gateway.example/v", "https:///v", "https://a@b/v", "https://b:x/v"]
)
def test_no_terminal_is_ever_told_what_is_no_address(gateway_class, tmp_path, option, address):
    house = gateway_class(tmp_path / "data")
    assert "https://host" in house.command("init", option, address, expect=2)
    assert not house.data.exists()


def test_a_program_gets_its_refusals_as_json_too(house):
    house.command("init")
    said = house.command("orders", "T999", "--json", expect=1)
    error, sentence, _ = said.split("\n")
    assert json.loads(error) == {"error": {"code": "no", "sentence": sentence}}
    assert sentence == "T999 is not enrolled here: kiosk-gateway fleet lists the terminals."
    assert house.command("orders", "T999", expect=1) == sentence + "\n"


def test_a_gateway_without_its_keys_says_where_they_are(gateway_class, tmp_path):
    house = gateway_class(tmp_path / "data")
    house.command("init")
    (house.data / "keys").rename(tmp_path / "keys")
    assert "backup" in house.command("fleet", expect=3)


def test_help_names_the_table_that_a_package_begins_with(house):
    assert "[package]" in house.command("packages", "propose", "--help")


def test_a_taken_port_is_said_and_a_served_gateway_answers_commands_beside_it(house):
    house.command("init")
    house.start()
    try:
        words = ("serve", "--port", str(house.ready["port"]), "--public-port", "0", "--staff-port", "0")
        assert "cannot be listened on" in house.command(*words, expect=3)
        house.command("enrol", "T0002")
        assert house.answer("fleet") == []
    finally:
        assert house.end() == 0
