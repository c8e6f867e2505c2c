"""`kiosk read-card --json`: what is in the reader, as one document; 0 a card of ours, 1 another answer, 3 no answer."""

from __future__ import annotations

import pytest

CARD = {
    "genuine": True,
    "card_number": "A00000011",
    "version": "3.00",
    "algorithm": "SM4",
    "issued": "2024-01-01",
    "expires": "2034-01-01",
}


def test_a_good_card_is_proved_and_told_with_its_holder_masked(desk):
    desk.do("insert card worker")
    desk.seen("User", card=True)
    read = desk.kiosk("read-card")
    assert read.code == 0, read.said
    assert {name: read.document[name] for name in CARD} == CARD
    assert read.document["card_id"].startswith("990100")
    assert read.document["holder"]["name"] == "周*安"
    assert read.document["holder"]["social_number"] == "110***********0233"
    assert read.document["holder"]["birth_date"] == "1988"
    assert read.document["pin"] == {"state": "set", "tries_left": 6}
    assert desk.status()["card_reader"]["pin_tries_left"] == 6, "asking costs no try"
    shown = desk.kiosk("read-card", "--reveal").document["holder"]
    assert (shown["name"], shown["social_number"]) == ("周予安", "110199198803120233")
    assert not desk.status()["card_reader"]["powered"], "the card is cold afterwards"


def test_a_name_outside_gbk_is_told_as_the_card_has_it(desk):
    desk.do("insert card rare-name")
    desk.seen("User", card=True)
    assert desk.kiosk("read-card", "--reveal").document["holder"]["name"] == "程HONG"


def test_a_locked_pin_is_told_and_the_card_is_read_all_the_same(desk):
    desk.do("insert card pensioner", "card lock-pin")
    desk.seen("User", card=True)
    read = desk.kiosk("read-card")
    assert (read.code, read.document["pin"]) == (0, {"state": "locked", "tries_left": 0})


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("insert foreign-card", {"foreign_card"}),
        # PC/SC calls a card that it could not power mute or unpowered
        ("insert card worker upside-down", {"card_mute", "card_gone"}),
        ("insert card expired", {"card_expired"}),
        ("", {"card_gone"}),
    ],
)
def test_everything_else_in_the_reader_is_a_no_with_its_reason(desk, what, why):
    if what:
        desk.do(what)
        desk.seen("User", card=True)
    read = desk.kiosk("read-card")
    assert read.code == 1
    assert read.document["error"]["code"] in why
    assert read.document["error"]["sentence"] in read.said
    assert read.document["error"]["next"] in read.said


def test_without_a_reader_or_a_service_or_a_psam_nothing_is_claimed_about_the_card(desk):
    desk.do("insert card worker")
    desk.seen("User", card=True)
    for words, environment, codes in [
        (("--user", "No Such Reader"), None, {"no_device"}),
        ((), {"PCSCLITE_CSOCK_NAME": str(desk.folder / "nobody.sock")}, {"service_gone"}),
    ]:
        read = desk.kiosk("read-card", *words, environment=environment)
        assert read.code == 3
        assert read.document["error"]["code"] in codes
        assert read.document["error"]["next"]
    desk.do("remove psam")
    desk.seen("PSAM", card=False)
    read = desk.kiosk("read-card")
    assert (read.code, read.document["error"]["code"]) == (3, "sam_missing")
    desk.do("pcsc down")
    assert desk.kiosk("read-card").document["error"]["code"] == "service_gone"
