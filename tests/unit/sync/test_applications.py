"""An application carries the facts of a check with their sources; whatever else is in it is refused."""

from __future__ import annotations

import json

import pytest

from sync.protocol.messages import Application, Malformed, parse_act

PLAIN = {
    "type": "application",
    "item": "SI-14",
    "id_number": "110199198803120233",
    "card_number": "A00000011",
    "local_number": "T001-20261122-1-000042-K",
    "content": [["离职原因", "劳动合同期满终止（您填写的）"]],
}
FACT = {"name": "ui_months_since_claim", "value": 14, "source": "declared", "as_of": "2026-11-22"}
CHECK = {
    "rule": "R-UI",
    "version": "2011-07-01/1 + 990100 2026-01-01/1",
    "place": "990100",
    "as_of": "2026-11-22",
    "outcome": "NOT_ELIGIBLE",
    "reason_codes": ["FACT_MISSING"],
    "flags": ["X-1"],
}


def parsed(**more):
    return parse_act(json.dumps({**PLAIN, **more}).encode())


def test_an_application_without_facts_is_one_as_before():
    act = parsed()
    assert isinstance(act, Application)
    assert (act.facts, act.check) == ((), None)


def test_facts_come_with_their_type_source_and_day_and_the_check_beside_them():
    act = parsed(facts=[FACT, {**FACT, "name": "new_job", "value": False}], check=CHECK)
    assert [(fact.name, fact.value) for fact in act.facts] == [("ui_months_since_claim", 14), ("new_job", False)]
    assert act.facts[1].value is False
    assert act.check.flags == ("X-1",)
    assert parse_act(act.to_wire()) == act


def test_nothing_personal_is_in_a_repr():
    act = parsed(facts=[{**FACT, "value": "2026-11"}], check=CHECK)
    assert "2026-11'" not in repr(act.facts)
    assert "110199" not in repr(act)


@pytest.mark.parametrize(
    "more",
    [
        {"facts": [{**FACT, "source": "guessed"}]},
        {"facts": [{**FACT, "value": 1.5}]},
        {"facts": [{**FACT, "value": -1}]},
        {"facts": [{**FACT, "value": "x" * 61}]},
        {"facts": [{**FACT, "name": "Name With Spaces"}]},
        {"facts": [{**FACT, "as_of": "22.11.2026"}]},
        {"facts": [{**FACT, "more": 1}]},
        {"facts": [FACT] * 81},
        {"check": {**CHECK, "place": "Beijing"}},
        {"check": {**CHECK, "reason_codes": ["lower case"]}},
        {"check": {key: value for key, value in CHECK.items() if key != "outcome"}},
    ],
)
def test_what_is_no_fact_or_no_check_is_refused_without_its_value(more):
    with pytest.raises(Malformed) as refused:
        parsed(**more)
    assert "guessed" not in str(refused.value)
