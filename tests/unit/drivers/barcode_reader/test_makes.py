"""The frames and answers of the three makes, worked and damaged."""

import random
import zlib

import pytest

from drivers.barcode_reader import gm65, honeywell, newland, vectors
from drivers.barcode_reader.makes import GM65, HONEYWELL, MAKES, NEWLAND, PLAIN, MakeName

FUZZ_FRAMES = 20_000
DONE = bytes.fromhex(vectors.GM65_DONE)


@pytest.mark.parametrize("vector", vectors.GM65_COMMANDS, ids=lambda vector: vector.meaning)
def test_a_gm65_command_is_the_worked_frame(vector):
    data = bytes.fromhex(vector.data)
    frame = gm65.read_zone(vector.address, data[0]) if vector.type == 7 else gm65.write_zone(vector.address, data)
    assert frame.hex().upper() == vector.frame


def test_a_command_may_go_without_a_check():
    frame = gm65.write_zone(gm65.Zone.TRIGGER, b"\x01", checked=False)
    assert frame.hex().upper() == vectors.GM65_UNCHECKED_TRIGGER


def test_the_crc_is_the_known_one():
    assert gm65.crc(b"123456789") == 0x31C3


def test_every_make_has_its_trigger():
    assert GM65.trigger == bytes.fromhex("7E00080100020102DA")
    assert (NEWLAND.trigger, NEWLAND.stop) == (b"\x1b1", b"\x1b0")
    assert (HONEYWELL.trigger, HONEYWELL.stop) == (b"\x16T\r", b"\x16U\r")
    assert (PLAIN.trigger, PLAIN.stop) == (None, None)
    assert set(MAKES) == set(MakeName)


def test_an_answer_among_text_is_taken_out_whole_or_byte_by_byte():
    stream = DONE + b"ABC" + DONE + b"DEF\r"
    answers, text = gm65.AnswerSplitter().feed(stream)
    assert (answers, text) == ([gm65.Answer(0, b"\x00")] * 2, b"ABCDEF\r")
    splitter = gm65.AnswerSplitter()
    taken = [splitter.feed(bytes([byte])) for byte in stream]
    assert [answer for some, _ in taken for answer in some] == answers
    assert b"".join(text for _, text in taken) == text


def test_an_answer_says_whether_it_was_done_and_hides_its_data():
    body = b"\x03\x01\x00"
    (answer,), _ = gm65.AnswerSplitter().feed(b"\x02\x00" + body + gm65.crc(body).to_bytes(2, "big"))
    assert body + gm65.crc(body).to_bytes(2, "big") == bytes.fromhex("0301006A61")
    assert not answer.done
    assert repr(answer) == "Answer(type=3)"


def test_an_answer_of_256_bytes_says_length_zero():
    body = b"\x00\x00" + bytes(range(256))
    (answer,), _ = gm65.AnswerSplitter().feed(b"\x02\x00" + body + gm65.crc(body).to_bytes(2, "big"))
    assert answer.data == bytes(range(256))


def test_a_damaged_answer_is_counted_and_does_not_hide_the_next():
    splitter = gm65.AnswerSplitter()
    answers, _ = splitter.feed(b"\x02\x00\x00\x01\x00\x33\x32" + DONE)
    assert answers == [gm65.Answer(0, b"\x00")]
    assert splitter.damaged == 1


def test_half_an_answer_is_damage_when_nothing_more_comes_and_half_a_beginning_is_text():
    splitter = gm65.AnswerSplitter()
    assert splitter.feed(DONE[:4]) == ([], b"")
    splitter.silence()
    assert splitter.damaged == 1
    assert splitter.feed(b"A\x02") == ([], b"A")
    assert splitter.silence() == b"\x02"
    assert splitter.damaged == 1


def test_a_newland_setting_is_done_refused_or_not_answered_yet():
    command, answer = vectors.NEWLAND_SETTING
    assert newland.setting(command) == command.encode()
    assert newland.setting_answer(command, answer.encode()) is True
    assert newland.setting_answer(command, b"?99900030;") is False
    assert newland.setting_answer(command, b"?;") is False
    assert newland.setting_answer(command, b"!9990003") is None
    assert newland.setting_answer(command, b"!99900031;") is None


@pytest.mark.parametrize("command", ["", "99900030;", "#99900030", "#999 0030;", "#999;$$$$", "#９９９;", "#1;\n"])
def test_what_is_no_setting_is_a_mistake(command):
    with pytest.raises(ValueError, match="a setting is"):
        newland.setting(command)


def test_a_newland_answer_to_a_query_is_checked():
    text = b"NLS-HR1030 V1|02"
    good = b"&{" + text + b"|" + f"{zlib.crc32(text):08X}".encode() + b"}"
    assert newland.query_answer(b"xx" + good) == "NLS-HR1030 V1|02"
    assert newland.query_answer(good[:-1]) is None
    with pytest.raises(newland.QueryDamagedError):
        newland.query_answer(good.replace(b"HR", b"HT"))
    chinese = "新大陆".encode()
    with pytest.raises(newland.QueryDamagedError):
        newland.query_answer(b"&{" + chinese + b"|" + f"{zlib.crc32(chinese):08x}".encode() + b"}")


def test_a_honeywell_menu_command_and_its_answers():
    assert honeywell.menu("REVINF") == b"\x16M\rREVINF."
    assert honeywell.menu("BEPLVL2", keep=True) == b"\x16M\rBEPLVL2!"
    assert honeywell.menu_answer(b"REVINF: X\x06.") == honeywell.MenuAnswer(True, "REVINF: X")
    assert honeywell.menu_answer(b"NOSUCH\x05.") == honeywell.MenuAnswer(False, "NOSUCH")
    assert honeywell.menu_answer(b"BEPLVL9\x15.") == honeywell.MenuAnswer(False, "BEPLVL9")
    assert honeywell.menu_answer(b"REVINF: X") is None


@pytest.mark.parametrize("tag", ["", "revinf", "A.B", "A!", "A\r", "Ａ", "A" * 65])
def test_what_is_no_menu_tag_is_a_mistake(tag):
    with pytest.raises(ValueError, match="a tag has"):
        honeywell.menu(tag)


def test_twenty_thousand_damaged_answers_raise_nothing_else_and_a_good_one_behind_them_is_found():
    chance = random.Random(65)
    splitter = gm65.AnswerSplitter()
    seen = damaged_queries = 0
    query = b"&{V1|" + f"{zlib.crc32(b'V1'):08X}".encode() + b"}"
    for _ in range(FUZZ_FRAMES):
        raw = bytearray(chance.choice((DONE, DONE + b"6901234567892\r", query, b"!99900030;", b"REVINF\x06.")))
        for _ in range(chance.randint(0, 3)):
            at = chance.randrange(len(raw) + 1)
            raw[at : at + chance.randint(0, 2)] = chance.choice((chance.randbytes(2), b"\x02\x00", b"", b"&{", b"?"))
        answers, _ = splitter.feed(bytes(raw))
        seen += len(answers)
        if chance.random() < 0.2:
            splitter.silence()
        assert len(splitter._held) <= 4 + 256 + 2
        newland.setting_answer("#99900030;", bytes(raw))
        honeywell.menu_answer(bytes(raw))
        try:
            newland.query_answer(bytes(raw))
        except newland.QueryDamagedError:
            damaged_queries += 1
    assert seen > 2_000
    assert damaged_queries > 100
    assert splitter.damaged > 500
    splitter.silence()
    assert splitter.feed(DONE)[0] == [gm65.Answer(0, b"\x00")]
