"""The IPP codec: messages written by hand from RFC 8010, and everything a broken printer could send."""

import random

import pytest

from drivers.document_printer.ipp import (
    LONGEST_MESSAGE,
    Group,
    IppMalformedError,
    Message,
    Tag,
    Value,
    decode,
    encode,
    integer_of,
    one,
    strings_of,
)

# the Print-Job request of RFC 8010, A.1, in this terminal's version and with its own values, by hand
REQUEST_BYTES = (
    b"\x02\x00\x00\x02\x00\x00\x00\x01"
    b"\x01"
    b"\x47\x00\x12attributes-charset\x00\x05utf-8"
    b"\x48\x00\x1battributes-natural-language\x00\x02en"
    b"\x45\x00\x0bprinter-uri\x00\x15ipp://printer/ipp/pri"
    b"\x42\x00\x08job-name\x00\x06\xe8\xaf\x81\xe6\x98\x8e"
    b"\x22\x00\x16ipp-attribute-fidelity\x00\x01\x01"
    b"\x02"
    b"\x21\x00\x06copies\x00\x04\x00\x00\x00\x14"
    b"\x44\x00\x05sides\x00\x13two-sided-long-edge"
    b"\x03"
    b"%PDF"
)
REQUEST = Message(
    0x0002,
    1,
    (
        (
            Group.OPERATION,
            {
                "attributes-charset": one(Tag.CHARSET, "utf-8"),
                "attributes-natural-language": one(Tag.NATURAL_LANGUAGE, "en"),
                "printer-uri": one(Tag.URI, "ipp://printer/ipp/pri"),
                "job-name": one(Tag.NAME, "证明"),
                "ipp-attribute-fidelity": one(Tag.BOOLEAN, True),
            },
        ),
        (Group.JOB, {"copies": one(Tag.INTEGER, 20), "sides": one(Tag.KEYWORD, "two-sided-long-edge")}),
    ),
    b"%PDF",
)

# a response with several values, out-of-band values, a range, an unknown tag and a collection in a collection
RESPONSE_BYTES = (
    b"\x01\x01\x00\x00\x00\x00\x00\x07"
    b"\x01\x47\x00\x12attributes-charset\x00\x05utf-8"
    b"\x04"
    b"\x23\x00\x0dprinter-state\x00\x04\x00\x00\x00\x05"
    b"\x44\x00\x15printer-state-reasons\x00\x11media-empty-error"
    b"\x44\x00\x00\x00\x11media-low-warning"
    b"\x13\x00\x07nothing\x00\x00"
    b"\x33\x00\x06copies\x00\x08\x00\x00\x00\x01\x00\x00\x03\xe7"
    b"\x7f\x00\x05weird\x00\x02\xff\xfe"
    b"\x34\x00\x09media-col\x00\x00"
    b"\x4a\x00\x00\x00\x0amedia-size"
    b"\x34\x00\x00\x00\x00"
    b"\x4a\x00\x00\x00\x0bx-dimension"
    b"\x21\x00\x00\x00\x04\x00\x00\x52\x08"
    b"\x37\x00\x00\x00\x00"
    b"\x4a\x00\x00\x00\x05color"
    b"\x44\x00\x00\x00\x05white"
    b"\x44\x00\x00\x00\x04blue"
    b"\x37\x00\x00\x00\x00"
    b"\x03"
)
RESPONSE = Message(
    0x0000,
    7,
    (
        (Group.OPERATION, {"attributes-charset": one(Tag.CHARSET, "utf-8")}),
        (
            Group.PRINTER,
            {
                "printer-state": one(Tag.ENUM, 5),
                "printer-state-reasons": (
                    Value(Tag.KEYWORD, "media-empty-error"),
                    Value(Tag.KEYWORD, "media-low-warning"),
                ),
                "nothing": one(Tag.NO_VALUE, None),
                "copies": one(Tag.RANGE_OF_INTEGER, (1, 999)),
                "weird": (Value(0x7F, b"\xff\xfe"),),
                "media-col": (
                    Value(
                        Tag.BEGIN_COLLECTION,
                        {
                            "media-size": (Value(Tag.BEGIN_COLLECTION, {"x-dimension": one(Tag.INTEGER, 21000)}),),
                            "color": (Value(Tag.KEYWORD, "white"), Value(Tag.KEYWORD, "blue")),
                        },
                    ),
                ),
            },
        ),
    ),
    version=(1, 1),
)


@pytest.mark.parametrize(
    ("message", "raw"), [(REQUEST, REQUEST_BYTES), (RESPONSE, RESPONSE_BYTES)], ids=["request", "response"]
)
def test_a_message_written_by_hand_goes_both_ways(message: Message, raw: bytes) -> None:
    assert encode(message) == raw
    assert decode(raw) == message


def test_attributes_are_asked_for_by_kind_and_a_wrong_kind_is_nothing() -> None:
    printer = RESPONSE.group(Group.PRINTER)
    assert integer_of(printer, "printer-state") == 5
    assert integer_of(printer, "printer-state-reasons") is None
    assert integer_of(printer, "absent") is None
    assert strings_of(printer, "printer-state-reasons") == ("media-empty-error", "media-low-warning")
    assert strings_of(printer, "printer-state") == ()
    assert RESPONSE.group(Group.JOB) == {}


def test_a_message_shows_neither_names_nor_documents() -> None:
    assert "证明" not in repr(REQUEST)
    assert "PDF" not in repr(REQUEST)


@pytest.mark.parametrize("size", range(len(RESPONSE_BYTES)))
def test_a_message_cut_off_anywhere_is_refused(size: int) -> None:
    with pytest.raises(IppMalformedError):
        decode(RESPONSE_BYTES[:size])


HEAD = b"\x02\x00\x00\x00\x00\x00\x00\x01"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"\x44\x00\x01a\x00\x01b\x03", "before the first group"),
        (b"\x01\x44\x00\x00\x00\x01b\x03", "without an attribute"),
        (b"\x01\x44\x00\x01a\x00\x01b\x44\x00\x01a\x00\x01c\x03", "twice"),
        (b"\x01\x44\x00\x01a\x00\x01b\x02\x44\x00\x00\x00\x01c\x03", "without an attribute"),
        (b"\x01\x21\x00\x01a\x00\x03\x00\x00\x01\x03", "number"),
        (b"\x01\x33\x00\x01a\x00\x04\x00\x00\x00\x01\x03", "number"),
        (b"\x01\x22\x00\x01a\x00\x01\x02\x03", "boolean"),
        (b"\x01\x44\x00\x01a\x00\x01\xff\x03", "UTF-8"),
        (b"\x01\x44\x00\x01\xff\x00\x01a\x03", "UTF-8"),
        (b"\x01\x37\x00\x01a\x00\x00\x03", "collection"),
        (b"\x01\x34\x00\x01a\x00\x00\x03", "collection"),
        (b"\x01\x34\x00\x01a\x00\x00\x44\x00\x00\x00\x01b\x37\x00\x00\x00\x00\x03", "member"),
        (b"\x01" + b"\x34\x00\x01a\x00\x00\x4a\x00\x00\x00\x01m" * 40, "deep"),
        (b"\x01\x44\x00\x01a\xff\xffb\x03", "cut off"),
    ],
)
def test_a_broken_message_is_refused_with_a_reason(body: bytes, why: str) -> None:
    with pytest.raises(IppMalformedError, match=why):
        decode(HEAD + body)


def test_free_text_in_a_makers_own_encoding_costs_no_message() -> None:
    message = decode(HEAD + b"\x04\x41\x00\x01a\x00\x02\xd6\xd0\x23\x00\x01b\x00\x04\x00\x00\x00\x03\x03")
    assert integer_of(message.group(Group.PRINTER), "b") == 3


def test_a_message_too_long_is_refused() -> None:
    with pytest.raises(IppMalformedError, match="too long"):
        decode(HEAD + b"\x03" + bytes(LONGEST_MESSAGE))


@pytest.mark.parametrize(
    ("tag", "content"), [(Tag.INTEGER, "a"), (Tag.INTEGER, True), (Tag.KEYWORD, 1), (Tag.BOOLEAN, 1)]
)
def test_a_value_under_a_wrong_tag_is_a_mistake_of_the_program(tag: Tag, content: str | int) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        encode(Message(2, 1, ((Group.JOB, {"a": one(tag, content)}),)))


def test_twenty_thousand_damaged_messages_end_in_a_message_or_our_error() -> None:
    chance = random.Random(8010)
    good = 0
    for _ in range(20_000):
        raw = bytearray(chance.choice((REQUEST_BYTES, RESPONSE_BYTES)))
        for _ in range(chance.randint(1, 3)):
            match chance.randrange(3):
                case 0:
                    raw[chance.randrange(len(raw))] = chance.randrange(256)
                case 1:
                    del raw[chance.randrange(len(raw)) :]
                    raw += b"\x03"
                case _:
                    at = chance.randrange(len(raw))
                    raw[at:at] = chance.randbytes(chance.randint(1, 4))
        try:
            message = decode(bytes(raw))
        except IppMalformedError:
            continue
        good += 1
        assert decode(encode(message)) == message
    assert good > 500
