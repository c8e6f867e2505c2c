"""The encoding of IPP: the examples' shapes, every kind of value, and bodies that are damaged."""

import random

import pytest

from hardware_sim.ipp_printer.codec import (
    Attribute,
    Group,
    GroupTag,
    IppFormatError,
    Message,
    Range,
    Resolution,
    Tag,
    Value,
    attribute,
    decode,
    encode,
)

SIZE = (attribute("x-dimension", Tag.INTEGER, 21000), attribute("y-dimension", Tag.INTEGER, 29700))
EVERYTHING = Message(
    (2, 0),
    0x0002,
    1,
    (
        Group(
            GroupTag.OPERATION,
            (
                attribute("attributes-charset", Tag.CHARSET, "utf-8"),
                attribute("job-name", Tag.NAME, "参保证明"),
                attribute("fidelity", Tag.BOOLEAN, True),
            ),
        ),
        Group(
            GroupTag.JOB,
            (
                attribute("copies", Tag.INTEGER, -1),
                attribute("finishings", Tag.ENUM, 3, 4),
                attribute("page-ranges", Tag.RANGE, Range(1, 5)),
                attribute("printer-resolution", Tag.RESOLUTION, Resolution(600, 300)),
                attribute("nothing", Tag.NO_VALUE, None),
                attribute("octets", Tag.OCTETS, b"\x00\xff"),
                Attribute(
                    "media-col",
                    (
                        Value(
                            Tag.BEGIN_COLLECTION,
                            (
                                Attribute("media-size", (Value(Tag.BEGIN_COLLECTION, SIZE),)),
                                attribute("media-type", Tag.KEYWORD, "stationery", "labels"),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    ),
    b"%PDF-1.7 document",
)


def test_a_print_job_request_has_the_bytes_of_rfc_8010() -> None:
    request = Message(
        (1, 1), 0x0002, 1, (Group(GroupTag.OPERATION, (attribute("attributes-charset", Tag.CHARSET, "utf-8"),)),)
    )
    assert (
        encode(request)
        == bytes.fromhex("0101 0002 00000001 01 47 0012")
        + b"attributes-charset"
        + bytes.fromhex("0005")
        + b"utf-8"
        + b"\x03"
    )


def test_every_kind_of_value_comes_back_as_it_went() -> None:
    assert decode(encode(EVERYTHING)) == EVERYTHING


def test_a_body_cut_off_anywhere_before_the_document_is_refused() -> None:
    whole = encode(EVERYTHING)
    for length in range(len(whole) - len(EVERYTHING.data)):
        with pytest.raises(IppFormatError):
            decode(whole[:length])


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("0200 0002 00000001 21 0001 61 0004 00000001 03", "outside any group"),
        ("0200 0002 00000001 01 21 0000 0004 00000001 03", "without a name"),
        ("0200 0002 00000001 01 21 0001 61 0003 000001 03", "does not fit its tag 21"),
        ("0200 0002 00000001 01 44 0001 61 0001 FF 03", "does not fit its tag 44"),
        ("0200 0002 00000001 01 34 0001 61 0000 03", "without an end"),
        ("0200 0002 00000001 01 34 0001 61 0000 21 0000 0004 00000001 03", "without a name"),
    ],
)
def test_damage_is_named(body: str, problem: str) -> None:
    with pytest.raises(IppFormatError, match=problem):
        decode(bytes.fromhex(body))


def test_collections_too_deep_are_refused_and_not_followed() -> None:
    deep = bytes.fromhex("0200 0002 00000001 01 34 0001 61 0000") + bytes.fromhex("4A 0000 0001 62 34 0000 0000") * 5000
    with pytest.raises(IppFormatError, match="too deep"):
        decode(deep)


def test_twenty_thousand_damaged_bodies_are_refused_or_read_and_never_anything_else() -> None:
    chance = random.Random(8010)
    whole = encode(EVERYTHING)
    for _ in range(20_000):
        body = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        try:
            message = decode(bytes(body[: chance.randrange(len(body) + 1)]))
        except IppFormatError:
            continue
        assert len(message.groups) <= len(body)
