"""What an operator types: each command says what it did and what to do next, and its exit code tells yes from no."""

from __future__ import annotations

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
