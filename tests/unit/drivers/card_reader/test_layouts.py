"""Every layout and coding against the vectors that stand beside it, and against what nobody meant to send."""

import random
from datetime import date

import pytest

from drivers.card_reader import card_number, decode, elements, key_factors
from drivers.card_reader.channel import Channel
from drivers.card_reader.codings import Date, Digits, Text, strip_text_fill
from drivers.card_reader.facts import V1, V3, Version
from drivers.card_reader.layouts import CARD_ID, CONTACT_ATR, CONTACTLESS_ATR, RECORD, TLVS, VECTORS, parsed
from drivers.errors import CardMalformed, DeviceError
from drivers.operation import Slot

ELEMENTS = [elements.CARD_ID_FIELD, *elements.ISSUER_ELEMENTS, *elements.HOLDER_ELEMENTS]
FRAMES = 4_000


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.data[:16])
def test_a_layout_reads_its_vector_and_writes_it_back(vector):
    data = bytes.fromhex(vector.data)
    fields = parsed(vector.layout, data, "vector")
    for name, value in vector.fields.items():
        found = fields[name]
        assert found == value, name
    assert vector.layout.build(fields) == data


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.data[:16])
def test_a_layout_refuses_its_vector_cut_short_or_with_something_behind(vector):
    data = bytes.fromhex(vector.data)
    for wrong in [data[:length] for length in range(len(data))] + [data + b"\x00"]:
        with pytest.raises(CardMalformed):
            parsed(vector.layout, wrong, "vector")


ELEMENT_VECTORS = [(element, raw, value) for element in ELEMENTS for raw, value in element.vectors]


@pytest.mark.parametrize(
    ("element", "raw", "value"), ELEMENT_VECTORS, ids=[f"{e.name} {r[:8]}" for e, r, _ in ELEMENT_VECTORS]
)
def test_an_element_reads_its_vector_and_writes_it_back(element, raw, value):
    record = bytes((element.tag, element.length)) + bytes.fromhex(raw)
    assert len(record) == element.record_length
    assert element.decode(record) == value
    assert element.encode(value) == record


def test_every_element_has_a_vector_and_the_files_have_the_sheets_sizes():
    assert all(element.vectors or element.coding is CARD_ID for element in ELEMENTS)
    size = sum(element.record_length for element in (elements.CARD_ID_FIELD, *elements.ISSUER_ELEMENTS))
    assert size == 0x40
    assert sum(element.record_length for element in elements.HOLDER_ELEMENTS) == 0x5B
    assert sum(element.record_length for element in elements.HOLDER_ELEMENTS if not element.optional) == 0x45


def test_fillers_go_and_text_stays_even_where_a_character_ends_in_ee():
    character = "铑".encode("gbk")
    assert character == b"\xee\xee"
    assert strip_text_fill(b"AB\x00\x20\x00") == b"AB"
    assert strip_text_fill(b"\xee" * 5) == b""
    assert strip_text_fill(b"AB\xee\xee\xee") == b"AB"
    assert strip_text_fill(character + b"\x00\x00") == character
    assert strip_text_fill(b"\xb2\xee") == b"\xb2\xee"
    assert strip_text_fill(b"\x00\x41") == b"\x00\x41"


def test_the_characters_gbk_had_before_unicode_are_read():
    assert Text(4).parse(b"\xfe\x9f\x00\x00") == "䶮"


def test_a_leap_day_exists_in_leap_years_only():
    assert Date().parse(bytes.fromhex("20240229")) == date(2024, 2, 29)
    with pytest.raises(CardMalformed) as caught:
        parsed(Date(), bytes.fromhex("20230229"), "date")
    assert caught.value.facts == {"element": "date", "shape": "no such date"}


def test_digits_lose_their_filler_and_nothing_else():
    assert Digits(3).parse(bytes.fromhex("1234FF")) == "1234"
    assert Digits(2).parse(b"\xee\xee") == ""
    for wrong in ("12F4", "A123"):
        with pytest.raises(CardMalformed):
            parsed(Digits(2), bytes.fromhex(wrong), "digits")


@pytest.mark.parametrize(("body", "check"), card_number.VECTORS.items())
def test_the_check_character_is_the_sheets(body, check):
    assert card_number.check_character(body) == check
    assert card_number.is_card_number(body + check)


def test_every_single_wrong_character_of_a_card_number_is_found():
    # The weights are units modulo 11, so that only a change by a multiple of 11 could slip through.
    number = "A00000011"
    for place in range(9):
        for other in "0123456789":
            if other != number[place] and not (place == 0 and (int(other) - 10) % 11 == 0):
                assert not card_number.is_card_number(number[:place] + other + number[place + 1 :])
    for wrong in ("", "A0000001", "A000000111", "a00000011", "A0000-011"):
        assert not card_number.is_card_number(wrong)


@pytest.mark.parametrize(("city", "card_factor", "factors"), key_factors.VECTORS)
def test_key_factors_come_card_first(city, card_factor, factors):
    found = key_factors.level_factors(city, bytes.fromhex(card_factor))
    assert tuple(factor.hex().upper() for factor in found) == factors


def test_versions_compare_by_their_first_three_characters():
    assert Version("2.01") == Version("2.00") < V3 == Version("3.01")
    assert Version("2.01") > V1
    assert hash(Version("3.00")) == hash(Version("3.01"))


def _mutated(chance: random.Random, frame: bytes) -> bytes:
    data = bytearray(frame)
    for _ in range(chance.randint(1, 3)):
        match chance.randrange(5):
            case 0 if data:
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            case 1 if data:
                data[chance.randrange(len(data))] = chance.choice((0x00, 0x20, 0x7F, 0x80, 0xEE, 0xFF, 0x1F, 0x9F))
            case 2:
                del data[chance.randint(0, len(data)) :]
            case 3:
                data += chance.randbytes(chance.randint(1, 4))
            case _ if data:
                del data[chance.randrange(len(data))]
    return bytes(data)


CODECS = {
    "answer": ("900061086C40", lambda data: Channel(Slot.USER)._response("read", data)),
    "ATR": ("3B6D00000081544C968684990100000001", decode.atr_facts),
    "contactless ATR": ("3B8D80010081544C96868499010000000198", decode.atr_facts),
    "FCI": (
        "6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103",
        lambda data: decode.algorithm_of(data, "9901"),
    ),
    "TLVs": ("6F8180" + "00" * 128, lambda data: parsed(TLVS, data, "TLVs")),
    "card id": ("0110990100D15600000500000001FFFFFFFF", decode.card_id),
    "version": ("0304332E3030", decode.version),
    "card number": ("0709413030303030303131", decode.card_number),
    "record": ("020133", lambda data: parsed(RECORD, data, "record")),
    "contact layout": ("3B6D00000081544C968684990100000001", lambda data: parsed(CONTACT_ATR, data, "ATR")),
    "contactless layout": ("3B8D80010081544C96868499010000000198", lambda data: parsed(CONTACTLESS_ATR, data, "ATR")),
} | {
    element.name: (f"{element.tag:02X}{element.length:02X}{element.vectors[0][0]}", element.decode)
    for element in ELEMENTS
    if element.vectors
}


@pytest.mark.parametrize("codec", CODECS)
def test_garbage_ends_in_our_own_errors_and_in_nothing_else(codec):
    sample, read = CODECS[codec]
    frame = bytes.fromhex(sample)
    chance = random.Random(f"card frames {codec}")
    refused = 0
    for _ in range(FRAMES):
        try:
            read(_mutated(chance, frame))
        except DeviceError:
            refused += 1
    assert refused > 0
