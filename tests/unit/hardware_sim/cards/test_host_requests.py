"""The door of the host: one JSON line, checked before anything is done."""

import json
import random

import pytest
from pydantic import ValidationError

from hardware_sim.pcsc.requests import REQUEST, Insert, Remove, SocialSecurityCardSpec
from hardware_sim.people import persona


def test_an_order_with_a_persona_comes_through_whole() -> None:
    order = Insert(card=SocialSecurityCardSpec(persona=persona("rare-name")))
    assert REQUEST.validate_json(order.model_dump_json()) == order


def test_the_user_reader_is_meant_when_none_is_named() -> None:
    assert REQUEST.validate_python({"do": "remove"}) == Remove(slot="user")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        '{"do": "jump"}',
        '{"do": "remove", "slot": "third"}',
        '{"do": "status", "more": 1}',
        '{"do": "recall"}',
        '{"do": "fail writes", "count": -1}',
        '{"do": "insert", "slot": "psam", "card": {"kind": "psam", "levels": 4}}',
        '{"do": "insert", "slot": "psam", "card": {"kind": "psam", "algorithm": "SSF33"}}',
    ],
)
def test_what_is_no_order_is_refused(line: str) -> None:
    with pytest.raises(ValidationError):
        REQUEST.validate_json(line)


def test_damaged_orders_are_refused_or_still_orders_and_nothing_else_happens() -> None:
    chance = random.Random(990100)
    whole = Insert(card=SocialSecurityCardSpec(persona=persona("worker"))).model_dump_json().encode()
    refused = 0
    for _ in range(2000):
        line = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            line[chance.randrange(len(line))] = chance.randrange(256)
        try:
            REQUEST.validate_json(bytes(line[: chance.randrange(len(line) + 1)] if chance.random() < 0.3 else line))
        except ValidationError:
            refused += 1
    assert refused > 1000


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    document = json.loads(Insert(card=SocialSecurityCardSpec(persona=persona("worker"))).model_dump_json())
    document["card"]["persona"]["birth_date"] = "1988-13-77"
    with pytest.raises(ValidationError) as told:
        REQUEST.validate_python(document)
    assert document["card"]["persona"]["id_number"] not in str(told.value)
