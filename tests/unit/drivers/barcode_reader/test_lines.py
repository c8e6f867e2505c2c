"""Bytes become lines and lines become text, whatever the scanner is set to."""

import random

import pytest

from drivers.barcode_reader.lines import LONGEST_LINE, LineAssembler, TooLong, UndecodableError, decode

FUZZ_LINES = 20_000


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_a_line_ends_with_any_of_the_usual_ends_whole_or_byte_by_byte(end):
    stream = b"https://example.cn/v" + end + b"690123" + end
    assert LineAssembler().feed(stream) == [b"https://example.cn/v", b"690123"]
    lines = LineAssembler()
    assert [line for byte in stream for line in lines.feed(bytes([byte]))] == [b"https://example.cn/v", b"690123"]


def test_a_line_without_an_end_ends_with_silence_and_silence_alone_is_no_line():
    lines = LineAssembler()
    assert lines.feed(b"6901234567892") == []
    assert lines.holds
    assert lines.silence() == [b"6901234567892"]
    assert not lines.holds
    assert lines.silence() == []


def test_an_acknowledgement_before_a_line_is_no_part_of_it():
    assert LineAssembler().feed(b"\x06\x15ABC\x06\r\x06\r") == [b"ABC\x06"]


def test_the_longest_line_is_taken_and_a_longer_one_is_not_and_does_not_grow():
    lines = LineAssembler()
    assert lines.feed(b"A" * LONGEST_LINE + b"\r") == [b"A" * LONGEST_LINE]
    assert lines.feed(b"A" * (LONGEST_LINE + 1) + b"\rB\r") == [TooLong(), b"B"]
    for _ in range(100):
        assert lines.feed(b"A" * 997) == []
    assert len(lines._held) == LONGEST_LINE
    assert lines.silence() == [TooLong()]


@pytest.mark.parametrize("text", ["https://example.cn/v#abc", "张三", "䶮㐂𠮷", "(01)06901234567892", "\x1d10AB"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_text_in_either_encoding_is_the_same_text(text, encoding):
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("line", [b"\xff\xff", b"\x81", b"\xc9\xe7\xbb", b"\x84\x31\xa4"])
def test_bytes_that_are_no_text_are_refused_and_not_repeated(line):
    with pytest.raises(UndecodableError) as refused:
        decode(line)
    assert str(refused.value) == "neither UTF-8 nor GB18030"


def test_twenty_thousand_random_lines_are_text_or_one_of_our_errors():
    chance = random.Random(15424)
    lines = LineAssembler()
    decoded = refused = 0
    for _ in range(FUZZ_LINES):
        data = chance.choice(
            (b"6901234567892\r\n", "张三\r".encode(), "张三\r".encode("gbk"), b"]C10106901234567892\r")
        )
        raw = bytearray(data)
        for _ in range(chance.randint(0, 3)):
            at = chance.randrange(len(raw) + 1)
            raw[at : at + chance.randint(0, 2)] = chance.randbytes(chance.randint(0, 4))
        found = lines.feed(bytes(raw))
        if chance.random() < 0.3:
            found += lines.silence()
        for line in found:
            try:
                decode(line) if isinstance(line, bytes) else None
                decoded += 1
            except UndecodableError:
                refused += 1
    assert decoded > 10_000
    assert refused > 1_000
