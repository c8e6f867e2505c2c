"""Faults put around a card from outside."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from hardware_sim.cards.device import NoAnswerError
from hardware_sim.cards.troubles import TroubledCard, Troubles

CHALLENGE = bytes.fromhex("0084000008")
SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")


@pytest.fixture
def troubled(insert: Callable[..., Any]) -> TroubledCard:
    """The worker's card, without power, with troubles to come; garbage is a row of EE."""
    return TroubledCard(insert().card, chance=lambda n: b"\xee" * n)


def test_a_card_without_troubles_answers_like_itself(troubled: TroubledCard) -> None:
    assert troubled.power_on() == bytes.fromhex("3B6D00000081544C968684990100000001")
    assert troubled.transmit(CHALLENGE)[-2:].hex() == "9000"


def test_a_card_upside_down_has_no_atr_and_no_answers(troubled: TroubledCard) -> None:
    troubled.troubles.mute = True
    assert troubled.power_on() is None
    with pytest.raises(NoAnswerError):
        troubled.transmit(CHALLENGE)


def test_a_card_pulled_after_two_commands_loses_the_third_answer_and_is_gone(troubled: TroubledCard) -> None:
    troubled.power_on()
    troubled.troubles.pull_after = 2
    troubled.transmit(CHALLENGE)
    troubled.transmit(CHALLENGE)
    with pytest.raises(NoAnswerError):
        troubled.transmit(CHALLENGE)
    assert troubled.pulled
    assert troubled.power_on() is None


def test_a_pin_sent_while_the_card_is_pulled_may_have_cost_a_try(troubled: TroubledCard) -> None:
    troubled.power_on()
    troubled.transmit(SSSE)
    troubled.troubles.pull_after = 0
    with pytest.raises(NoAnswerError):
        troubled.transmit(bytes.fromhex("0020000003654321"))
    card: Any = troubled.card
    assert card.memory.pin_tries_left == 5


def test_garbage_and_cut_off_answers_come_as_often_as_asked(troubled: TroubledCard) -> None:
    troubled.power_on()
    troubled.troubles.garbage = 1
    troubled.troubles.truncated = 1
    assert troubled.transmit(CHALLENGE) == b"\xee" * 10
    assert troubled.transmit(CHALLENGE).hex() == "112233445566778890"
    assert troubled.transmit(CHALLENGE).hex() == "11223344556677889000"


def test_a_slow_card_takes_its_extra_seconds(troubled: TroubledCard) -> None:
    before = troubled.seconds(CHALLENGE)
    troubled.troubles.slow = 2.5
    assert troubled.seconds(CHALLENGE) == before + 2.5


@pytest.mark.parametrize("wrong", [{"pull_after": -1}, {"slow": -0.1}, {"garbage": -1}, {"jam": True}])
def test_troubles_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Troubles.model_validate(wrong)
