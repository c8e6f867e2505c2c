"""Faults put around a card from outside."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from hardware_sim.cards.device import NoAnswerError
from hardware_sim.cards.troubles import TroubledCard, Troubles

CHALLENGE = bytes.fromhex("0084000008")
SSSE = bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF")
DF01, DF02, DF04 = "00A4040006D15600000500", "00A4040006D15600000501", "00A4040006D15600000503"
DEBIT_APPLICATION = "00A4040008A000000333010101"
PIN = "0020000003123456"
LOAD = "B02800010B0100000064990100000001"
BUY = "B02801011301000000640000001000000020990100000001"


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


def test_one_wrong_byte_leaves_the_length_and_never_the_answer_as_it_was(insert: Callable[..., Any]) -> None:
    card = TroubledCard(insert().card, chance=random.Random(5).randbytes)
    card.power_on()
    for _ in range(200):
        card.troubles.garbage_byte = 1
        answer = card.transmit(CHALLENGE).hex()
        assert len(answer) == 20
        assert sum(a != b for a, b in zip(answer, "11223344556677889000", strict=True)) in (1, 2)
    assert card.transmit(CHALLENGE).hex() == "11223344556677889000"


def test_a_wrong_status_word_comes_as_often_as_asked_and_nothing_is_executed(troubled: TroubledCard) -> None:
    troubled.power_on()
    troubled.transmit(SSSE)
    troubled.troubles.status_word = "6581"
    troubled.troubles.wrong_status = 2
    for _ in range(2):
        assert troubled.transmit(bytes.fromhex("0020000003654321")).hex() == "6581"
    assert troubled.transmit(bytes.fromhex("00200000")).hex() == "63c6"


# What changes a card, each with the steps before it.
CHANGES = {
    "verify": ((), lambda h: h.send("0020000003654321")),
    "change PIN": ((), lambda h: h.send("805E010007123456FF888888")),
    "unblock": (("0020000003654321",), lambda h: h.protected("84240000")),
    "new PIN": ((), lambda h: h.enciphered("84240001", "888888")),
    "external authentication": ((), lambda h: h.send("0082000A10" + "00" * 16)),
    "update record": ((DF01,), lambda h: h.protected("04DC013C", "290132")),
    "update binary": ((DF01,), lambda h: h.protected("04D69600", "AABBCC")),
    "cyclic record": ((DF02,), lambda h: h.protected("04DC003B", "31" * 0x55)),
    "application block": ((DF01,), lambda h: h.protected("841E0001")),
    "card block": ((), lambda h: h.protected("84160000")),
    "credit": ((DF04, PIN, LOAD), lambda h: h.credit()),
    "debit": ((DF04, PIN, BUY), lambda h: h.debit()),
    "starting day": ((DF04, PIN), lambda h: h.send("B0560000020401")),
    "payment": ((DEBIT_APPLICATION,), lambda h: h.send("80A80000028300")),
}


@pytest.mark.parametrize("before_effect", [True, False])
@pytest.mark.parametrize("name", CHANGES)
def test_a_card_pulled_inside_any_change_is_found_before_or_after_it_and_never_between(
    insert: Callable[..., Any], name: str, before_effect: bool
) -> None:
    steps, change = CHANGES[name]

    def ready() -> Any:
        hands = insert()
        for apdu in (SSSE.hex(), *steps):
            assert hands.fetch(apdu)[-4:] in ("9000", "63C5")
        if name == "external authentication":
            hands.send("0084000008")
        return hands

    undisturbed, pulled = ready(), ready()
    start = pulled.card.memory.model_dump()
    change(undisturbed)
    assert undisturbed.card.memory.model_dump() != start
    memory, chip = pulled.card.memory, pulled.card
    troubled = TroubledCard(chip, chance=lambda n: b"\xee" * n)
    # Hands ask for a challenge before a MAC; the card goes inside the command after it.
    troubled.troubles = Troubles(pull_before_effect=before_effect)
    pulled.card = _PulledAtChange(troubled, chip)
    with pytest.raises(NoAnswerError):
        change(pulled)
    assert memory.model_dump() == (start if before_effect else undisturbed.card.memory.model_dump())


class _PulledAtChange:
    """Arms the pull when anything but GET CHALLENGE comes."""

    def __init__(self, troubled: TroubledCard, chip: Any) -> None:
        self.troubled = troubled
        self.memory = chip.memory

    def transmit(self, apdu: bytes) -> bytes:
        if apdu != CHALLENGE:
            self.troubled.troubles.pull_after = 0
        return self.troubled.transmit(apdu)


@pytest.mark.parametrize("before_effect", [True, False])
def test_after_an_interrupted_debit_the_proof_tells_what_happened(
    insert: Callable[..., Any], before_effect: bool
) -> None:
    hands = insert()
    for apdu in (SSSE.hex(), DF04, PIN, BUY):
        hands.fetch(apdu)
    troubled = TroubledCard(hands.card, chance=lambda n: bytes(n))
    troubled.troubles = Troubles(pull_after=0, pull_before_effect=before_effect)
    memory = hands.card.memory
    hands.card = _PulledAtChange(troubled, hands.card)
    with pytest.raises(NoAnswerError):
        hands.debit()
    again = insert(memory=memory)
    for apdu in (SSSE.hex(), DF04, PIN):
        again.fetch(apdu)
    proof, balance = again.fetch("B02E0002020000"), again.send("B026000104")
    assert (proof[-4:], balance) == (("9406", "0000C3509000") if before_effect else ("9000", "0000C2EC9000"))


@pytest.mark.parametrize(
    "wrong", [{"pull_after": -1}, {"slow": -0.1}, {"garbage": -1}, {"jam": True}, {"status_word": "1234"}]
)
def test_troubles_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Troubles.model_validate(wrong)
