"""The bank card on the chip: its last four digits, and nothing more anywhere."""

import random

import pytest

from drivers.card_reader.bank_card import KNOWN_AIDS, PPSE, PSE, BankCard, last_digits, read_bank_card
from drivers.errors import CardBlocked, CardGone, CardMalformed, CardUnsupported, DeviceError, Refused
from drivers.lanes import Done

DEBIT = bytes.fromhex("A000000333010101")
# An invented number of 19 digits, as track 2 equivalent and as 5A.
NUMBER = "6200000000000001234"
TRACK_2 = bytes.fromhex("5713" + NUMBER + "D3012201" + "0" * 10 + "F")
PAN = bytes.fromhex("5A0A" + NUMBER + "F")


def tlv(tag, value):
    head = bytes.fromhex(tag)
    return head + (bytes([len(value)]) if len(value) < 0x80 else b"\x81" + bytes([len(value)])) + value


def entry(aid=DEBIT, priority=1):
    return tlv("61", tlv("4F", aid) + tlv("50", b"DEBIT") + tlv("87", bytes([priority])))


@pytest.fixture
def with_bank(hall):
    """A card with a bank's application. ``record``: what stands in its second record."""

    def build(record=TRACK_2, dol=b"", options=None, entries=None, **settings):
        h = hall(**settings)
        listed = entry() if entries is None else entries
        h.chip.extra[PSE] = lambda apdu: tlv("6F", tlv("84", PSE) + tlv("A5", bytes.fromhex("880101")))
        h.chip.extra[PPSE] = lambda apdu: tlv("6F", tlv("84", PPSE) + tlv("A5", tlv("BF0C", listed)))
        h.chip.extra[PSE.decode(), 1] = lambda apdu: tlv("70", listed) if apdu[2] == 1 else b""
        for aid in KNOWN_AIDS:
            own = tlv("9F38", dol) if dol else tlv("50", b"BANK")
            h.chip.extra[aid] = lambda apdu, aid=aid, own=own: tlv("6F", tlv("84", aid) + tlv("A5", own))
            records = {1: tlv("70", tlv("5F24", bytes.fromhex("301231"))), 2: tlv("70", record)}
            name = aid.decode("gbk", "ignore")
            h.chip.extra[name, 1] = lambda apdu, records=records: records.get(apdu[2], b"")
        h.chip.extra[b"options"] = lambda apdu: options or bytes.fromhex("8006" + "7C00" + "08010200")
        return h

    return build


@pytest.mark.parametrize("contactless", [False, True])
@pytest.mark.parametrize("manner", ["at once", "by 61xx", "by 6Cxx"])
@pytest.mark.parametrize("record", [TRACK_2, PAN, tlv("5F20", b"A" * 0x80) + PAN], ids=["57", "5A", "long"])
def test_the_last_four_digits_are_read_from_either_place(with_bank, contactless, manner, record):
    h = with_bank(record, contactless=contactless, manner=manner)
    assert h.run(read_bank_card(h.facts.atr)) == Done(BankCard("1234"))


def test_the_way_there_is_the_sheets(with_bank):
    h = with_bank()
    h.run(read_bank_card(h.facts.atr))
    assert h.chip.seen == [
        "00A404000E315041592E5359532E4444463031",
        "00B2010C00",
        "00B2020C00",
        "00A4040008A000000333010101",
        "80A80000028300",
        "00B2010C00",
        "00B2020C00",
    ]


def test_what_the_card_wants_to_know_is_zero(with_bank):
    h = with_bank(dol=bytes.fromhex("9F6604" + "9F0206" + "9F3704" + "9A03"))
    assert h.run(read_bank_card(h.facts.atr)) == Done(BankCard("1234"))
    assert "80A80000138311" + "00" * 0x11 in h.chip.seen


def test_the_other_form_of_the_processing_options_is_read_too(with_bank):
    h = with_bank(options=bytes.fromhex("770A" + "82027C00" + "940408010200"))
    assert h.run(read_bank_card(h.facts.atr)) == Done(BankCard("1234"))


def test_the_application_with_the_highest_priority_comes_first(with_bank):
    listed = entry(KNOWN_AIDS[1], 2) + entry(KNOWN_AIDS[0], 0) + entry(KNOWN_AIDS[2], 1)
    h = with_bank(entries=listed)
    h.run(read_bank_card(h.facts.atr))
    assert h.chip.seen[3].endswith("A000000333010103")


def test_without_a_directory_the_known_applications_are_asked_for(with_bank):
    h = with_bank()
    del h.chip.extra[PSE]
    del h.chip.extra[KNOWN_AIDS[0]]
    assert h.run(read_bank_card(h.facts.atr)) == Done(BankCard("1234"))
    assert h.chip.seen[2].endswith("A000000333010102")


def test_a_card_without_a_bank_says_so(hall):
    h = hall()
    error = h.run(read_bank_card(h.facts.atr)).error
    assert type(error) is CardUnsupported
    assert error.facts == {"what": "bank card", "value": "none"}


def test_nothing_but_the_last_four_digits_is_left_when_the_operation_has_ended(with_bank):
    h = with_bank()
    operation = read_bank_card(h.facts.atr)
    outcome = h.run(operation)
    assert repr(outcome.value) == "BankCard(last_four='1234')"
    assert operation.gi_frame is None


def test_the_buffer_with_the_number_is_overwritten_and_only_four_digits_are_taken_from_it():
    record = bytearray(tlv("70", TRACK_2))
    assert last_digits(record) == "1234"
    assert record == bytes(len(record))
    broken = bytearray(bytes.fromhex("70045A0A6200"))
    with pytest.raises(CardMalformed):
        last_digits(broken)
    assert broken == bytes(len(broken))


FAULTS = {
    "number too short": ({"record": bytes.fromhex("5A056200000000")}, CardMalformed, {"shape": "too short"}),
    "no number": ({"record": bytes.fromhex("5F20024142")}, CardMalformed, {"shape": "record missing"}),
    "record cut off": ({"record": bytes.fromhex("5A0A6200")}, CardMalformed, {"shape": "layout"}),
    "no AFL": ({"options": bytes.fromhex("770482027C00")}, CardMalformed, {"shape": "record missing"}),
    "AFL that is none": ({"options": bytes.fromhex("80067C0008000200")}, CardMalformed, {"element": "AFL"}),
    "too long a PDOL": ({"dol": bytes.fromhex("9F0280")}, CardMalformed, {"element": "PDOL"}),
    "record that is not there": ({"options": bytes.fromhex("80067C0008030300")}, Refused, {"sw": "6A83"}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_data_of_the_bank_that_break_a_rule_are_refused_without_the_number(with_bank, fault):
    settings, kind, facts = FAULTS[fault]
    h = with_bank(**settings)
    error = h.run(read_bank_card(h.facts.atr)).error
    assert type(error) is kind
    assert facts.items() <= error.facts.items()
    assert "62" not in str(dict(error.facts))


def test_a_directory_without_its_place_is_malformed(with_bank):
    h = with_bank()
    h.chip.extra[PSE] = lambda apdu: tlv("6F", tlv("A5", bytes.fromhex("88011F")))
    assert h.run(read_bank_card(h.facts.atr)).error.facts == {"element": "PSE", "shape": "no SFI"}
    h.chip.extra[PSE] = lambda apdu: b"\x6f\x00"
    assert h.run(read_bank_card(h.facts.atr)).error.facts["shape"] == "field missing"


@pytest.mark.parametrize(("word", "kind"), [("6985", Refused), ("6A81", CardBlocked)])
def test_a_bank_that_refuses_is_a_refusal(with_bank, word, kind):
    for start in ("80A8", "00B2", "00A4040008"):
        h = with_bank()
        h.chip.answers[start] = word
        assert type(h.run(read_bank_card(h.facts.atr)).error) is kind


def test_a_card_pulled_at_the_bank_ends_there(with_bank):
    h = with_bank()
    h.chip.cut = ("80A8", "before")
    assert type(h.run(read_bank_card(h.facts.atr)).error) is CardGone


def test_garbled_banks_end_in_our_own_errors_or_in_four_digits(with_bank):
    chance = random.Random("banks")
    h = with_bank(tlv("5F20", b"TEST") + TRACK_2)
    for _ in range(500):

        def garble(answer, **_ignored):
            data = bytearray(answer)
            data[chance.randrange(len(data))] = chance.randrange(256)
            return bytes(data[: chance.randint(1, len(data))]) if chance.random() < 0.3 else bytes(data)

        h.mend()
        original = h.chip._answer
        target = chance.randrange(7)
        count = iter(range(100))
        h.chip._answer = lambda apdu, command, original=original, target=target, count=count: (
            garble(original(apdu, command)) if next(count) == target else original(apdu, command)
        )
        outcome = h.run(read_bank_card(h.facts.atr))
        h.chip._answer = original
        if isinstance(outcome, Done):
            assert len(outcome.value.last_four) == 4
            assert outcome.value.last_four.isdigit()
        else:
            assert isinstance(outcome.error, DeviceError)
