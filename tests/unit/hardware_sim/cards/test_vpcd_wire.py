"""vpcd's protocol without sockets."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from hardware_sim.cards.device import NoAnswerError
from hardware_sim.cards.troubles import TroubledCard
from hardware_sim.pcsc.wire import CardWire, framed

OFF, ON, RESET, ATR = (framed(bytes([order])) for order in (0, 1, 2, 4))
SAMPLE_ATR = bytes.fromhex("3B6D00000081544C968684990100000001")


@pytest.fixture
def wire(insert: Callable[..., Any]) -> CardWire:
    card = insert().card
    card.power_off()
    return CardWire(card)


def say(wire: CardWire, data: bytes) -> list[bytes]:
    replies = [wire.reply(message) for message in wire.feed(data)]
    return [reply.frame for reply in replies if reply is not None]


def test_asking_whether_a_card_is_there_gives_it_no_power(wire: CardWire) -> None:
    assert len(say(wire, ATR)[0]) > 2
    assert not wire.powered


def test_power_gives_the_atr_and_commands_their_answers(wire: CardWire) -> None:
    assert say(wire, ON + ATR) == [framed(SAMPLE_ATR)]
    assert say(wire, framed(bytes.fromhex("0084000008"))) == [framed(bytes.fromhex("11223344556677889000"))]
    assert say(wire, OFF) == []
    assert not wire.powered


def test_a_reset_loses_the_session_and_keeps_the_power(wire: CardWire) -> None:
    say(wire, ON)
    select = framed(bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF"))
    assert say(wire, select) == [framed(b"\x61\x1e")]
    assert say(wire, RESET + ATR) == [framed(SAMPLE_ATR)]
    assert say(wire, framed(bytes.fromhex("00B2012C12"))) == [framed(b"\x6a\x82")]


def test_messages_may_come_in_any_pieces(wire: CardWire) -> None:
    stream = ON + ATR + framed(bytes.fromhex("0084000008")) + ATR
    chance = random.Random(7)
    for _ in range(200):
        replies, rest = [], stream
        while rest:
            cut = chance.randrange(1, len(rest) + 1)
            replies += say(wire, rest[:cut])
            rest = rest[cut:]
        assert replies == [framed(SAMPLE_ATR), framed(bytes.fromhex("11223344556677889000")), framed(SAMPLE_ATR)]


def test_a_command_before_any_order_finds_the_card_activated_by_the_reader(wire: CardWire) -> None:
    assert say(wire, framed(bytes.fromhex("0084000008"))) == [framed(bytes.fromhex("11223344556677889000"))]
    assert wire.powered


def test_a_mute_card_is_there_and_answers_neither_power_nor_commands(insert: Callable[..., Any]) -> None:
    card = TroubledCard(insert().card, random.Random(1).randbytes)
    card.troubles.mute = True
    wire = CardWire(card)
    assert len(say(wire, ON + ATR)[0]) == 2 + 34
    assert not wire.powered
    with pytest.raises(NoAnswerError):
        say(wire, framed(bytes.fromhex("0084000008")))


def test_an_empty_message_and_an_unknown_order_have_no_reply(wire: CardWire) -> None:
    assert say(wire, framed(b"") + framed(b"\x07")) == []


def test_a_slow_card_holds_answers_and_not_the_question_whether_it_is_there(wire: CardWire) -> None:
    wire.extra_seconds = 2.0
    say(wire, ON)
    answered, asked = wire.reply(bytes.fromhex("0084000008")), wire.reply(b"\x04")
    assert answered is not None
    assert asked is not None
    assert (answered.seconds, asked.seconds) == (2.0, 0.0)
