"""The drivers through the real pcscd with the simulated readers: cards as people bring them."""

from typing import Any

import pytest

USER, PSAM = "Kiosk User 00 00", "Kiosk PSAM 00 00"


@pytest.fixture
def insert(station: Any, terminal: Any) -> Any:
    """Put a card in and wait until the monitor has told it."""

    def insert(phrase: str) -> dict[str, Any]:
        terminal.wait_for("CardInserted", PSAM)
        station.do(phrase)
        return terminal.wait_for("CardInserted", USER)

    return insert


@pytest.mark.parametrize("person", ["worker", "pensioner", "rare-name"])
def test_a_card_is_read_to_the_last_field_and_proves_itself_to_the_psam(
    insert: Any, terminal: Any, person: str
) -> None:
    insert(f"insert card {person}")
    answer = terminal.ask("read")
    assert answer["steps"] == ["power", "identify", "prove", "check", "holder"]
    facts = answer["done"]
    assert facts["genuine"]
    assert facts["algorithm"] in ("SM4", "TRIPLE_DES")
    number = {"worker": "A00000011", "pensioner": "A0000002X"}.get(person)
    assert number in (None, facts["issuer"]["number"])
    assert len(facts["holder"]["social_number"]) == 18
    assert facts["holder"]["birth_date"].replace("-", "") == facts["holder"]["social_number"][6:14]


def test_many_readings_of_one_card_are_alike(insert: Any, terminal: Any) -> None:
    insert("insert card worker")
    readings = [terminal.ask("read")["done"] for _ in range(10)]
    assert all(reading == readings[0] for reading in readings)


def test_without_the_psam_the_holder_stays_closed_and_the_fault_is_the_terminals(
    station: Any, terminal: Any, insert: Any
) -> None:
    insert("insert card worker")
    station.do("remove psam")
    terminal.wait_for("CardRemoved", PSAM)
    assert terminal.ask("read")["failed"] == "SamMissing"
    facts = terminal.ask("read", sam=False)["done"]
    assert facts["holder"] is None
    assert facts["issuer"]["number"] == "A00000011"
    assert terminal.ask("value", file=6, tag=8, length=18)["facts"]["sw"] == "6982"


def test_after_the_session_the_holder_is_closed_again(insert: Any, terminal: Any) -> None:
    insert("insert card worker")
    terminal.ask("read")
    assert len(bytes.fromhex(terminal.ask("value", file=6, tag=8, length=18)["done"])) == 18
    assert terminal.ask("end")["done"] is None
    assert terminal.ask("value", file=6, tag=8, length=18)["failed"] == "CardGone"
    terminal.ask("read", sam=False)
    assert terminal.ask("value", file=6, tag=8, length=18)["facts"]["sw"] == "6982"


def test_the_pin_is_counted_by_the_card_and_outlives_no_session(insert: Any, terminal: Any) -> None:
    insert("insert card worker")
    terminal.ask("read")
    tries = terminal.ask("tries")["done"]["left"]
    assert terminal.ask("verify", digits="000000")["done"] == {"is": "PinWrong", "tries_left": tries - 1}
    assert terminal.ask("end")["done"] is None
    terminal.ask("read")
    assert terminal.ask("tries")["done"]["left"] == tries - 1
    assert terminal.ask("verify", digits="123456")["done"] == {"is": "PinVerified"}
    assert terminal.ask("tries")["done"] == {"is": "PinTries", "left": tries}


def test_a_locked_pin_is_locked_and_gets_no_pin(station: Any, insert: Any, terminal: Any) -> None:
    insert("insert card pensioner")
    station.do("card lock-pin")
    terminal.ask("read")
    assert terminal.ask("tries")["done"] == {"is": "PinLocked"}
    assert terminal.ask("verify", digits="654321")["done"] == {"is": "PinLocked"}


def test_a_bank_card_is_foreign(insert: Any, terminal: Any) -> None:
    insert("insert foreign-card")
    assert terminal.ask("read")["failed"] == "ForeignCard"


def test_an_empty_reader_is_told_as_such(station: Any, terminal: Any) -> None:
    terminal.wait_for("ReaderAppeared", USER)
    answer = terminal.ask("read")
    assert (answer["failed"], answer["facts"]["slot"]) == ("CardGone", "user")


def test_two_terminals_do_not_share_a_card(insert: Any, terminal: Any, terminals: Any) -> None:
    insert("insert card worker")
    assert "done" in terminal.ask("read")
    assert terminals().ask("read")["failed"] == "DeviceBusy"
    terminal.ask("end")
    assert "done" in terminals().ask("read")
