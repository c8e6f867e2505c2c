"""The drivers through the real pcscd when things go wrong: pulled, swapped, garbled, mute, and no service."""

from typing import Any

import pytest

USER, PSAM = "Kiosk User 00 00", "Kiosk PSAM 00 00"
COMMANDS = 36
"""More than a card gets during a reading, T=0's GET RESPONSE included."""


@pytest.fixture
def ready(terminal: Any) -> Any:
    terminal.wait_for("CardInserted", PSAM)
    return terminal


def insert_after_a_removal(station: Any, ready: Any) -> None:
    """At once, as no hand does: when it falls into a power-down pcscd calls the reader empty; out and in helps."""
    station.do("insert card worker")
    if not ready.is_soon("PRESENT"):
        station.do("remove card")
        station.do("insert card worker")
    ready.wait_for("CardInserted", USER)


def test_a_card_pulled_inside_any_command_ends_the_reading_there(station: Any, ready: Any) -> None:
    ended = []
    for count in range(0, COMMANDS, 5):
        insert_after_a_removal(station, ready)
        station.do(f"pull card after {count}")
        answer = ready.ask("read")
        if "done" in answer:
            station.do("remove card")
        else:
            ended.append(answer["failed"])
            assert ready.ask("tries")["failed"] == "CardGone"
        ready.wait_for("CardRemoved", USER)
    assert len(ended) >= 5
    assert set(ended) == {"CardGone"}


def test_after_a_pull_nothing_more_goes_to_whatever_is_in_the_reader(station: Any, ready: Any) -> None:
    station.do("insert card worker")
    ready.wait_for("CardInserted", USER)
    assert ready.ask("read")["done"]["issuer"]["number"] == "A00000011"
    station.do("swap card pensioner")
    # The terminal speaks in the very gap, before the service has looked: the old handle never reads the new card,
    for _ in range(5):
        assert ready.ask("same card")["failed"] == "CardGone"
        assert ready.ask("value", file=6, tag=8, length=18)["failed"] == "CardGone"
    # and a new session is no session or wholly the new card's; nobody is called "not genuine" for a mix of the two.
    answers = [ready.ask("read") for _ in range(20)]
    assert {answer.get("failed", "read") for answer in answers} <= {"read", "CardGone", "CardMute"}
    assert {answer["done"]["issuer"]["number"] for answer in answers if "done" in answer} <= {"A0000002X"}
    # pcscd may keep calling the reader empty when the swap fell into a power-down: taking the card out and in helps.
    station.do("remove card")
    ready.wait_until("NOT_PRESENT")
    station.do("insert card pensioner")
    ready.wait_until("PRESENT")
    assert ready.ask("read")["done"]["issuer"]["number"] == "A0000002X"


def test_a_swap_while_nobody_speaks_is_told_as_out_and_in(station: Any, ready: Any) -> None:
    station.do("insert card worker")
    first = ready.wait_for("CardInserted", USER)
    # pcscd itself speaks to a card that just came in; a swap inside that moment is hidden from it. A card that was
    # powered down is left alone.
    assert "done" in ready.ask("read")
    assert "done" in ready.ask("end")
    station.do("swap card pensioner")
    ready.wait_for("CardRemoved", USER)
    second = ready.wait_for("CardInserted", USER)
    assert first["atr"] != second["atr"]


def test_garbage_and_short_answers_end_in_our_own_errors(station: Any, ready: Any) -> None:
    for trouble in ("garbage", "truncated"):
        station.do("insert card worker")
        ready.wait_for("CardInserted", USER)
        station.do(f"card {trouble} 1")
        answer = ready.ask("read")
        assert "failed" in answer, answer
        assert "110105" not in answer["shown"]
        station.do("card ok")
        assert "done" in ready.ask("read")
        station.do("remove card")
        ready.wait_for("CardRemoved", USER)


def test_a_slow_card_is_waited_for_and_a_deadline_ends_the_waiting(station: Any, ready: Any) -> None:
    station.do("insert card worker")
    ready.wait_for("CardInserted", USER)
    station.do("card slow 0.02")
    assert "done" in ready.ask("read")
    station.do("card slow 0.3")
    answer = ready.ask("read", deadline=1.0)
    assert answer["failed"] == "Timeout"
    station.do("card ok")
    assert "done" in ready.ask("read")


@pytest.mark.parametrize("how", ["down", "killed"])
def test_the_service_dies_and_comes_back_and_reading_goes_on(station: Any, ready: Any, how: str) -> None:
    station.do("insert card worker")
    ready.wait_for("CardInserted", USER)
    assert "done" in ready.ask("read")
    station.do(f"pcsc {how}")
    assert ready.wait_for("ServiceGone")["pcsc"].startswith("SCARD_")
    assert ready.ask("tries")["failed"] == "ServiceGone"
    assert ready.ask("read")["failed"] == "ServiceGone"
    station.do("pcsc up")
    ready.wait_for("ServiceBack")
    waited = {USER, PSAM}
    while waited:
        waited.discard(ready.wait_for("CardInserted")["reader"])
    assert "done" in ready.ask("read")


def test_a_monitor_with_nothing_to_tell_stays_silent(station: Any, ready: Any) -> None:
    station.do("insert card worker")
    ready.wait_for("CardInserted", USER)
    for _ in range(3):
        ready.ask("read")
        ready.ask("end")
    assert ready.ask("events so far")["count"] == 0
    station.do("remove card")
    ready.wait_for("CardRemoved", USER)


def test_a_card_the_wrong_way_round_is_never_taken_for_a_good_one(station: Any, ready: Any) -> None:
    station.do("insert card worker upside-down")
    assert ready.ask("read")["failed"] in ("CardMute", "CardGone")
    station.do("remove card")
    station.do("insert card worker")
    ready.wait_for("CardInserted", USER)
    assert "done" in ready.ask("read")
