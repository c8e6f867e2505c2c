"""The reader as a whole: the order of its commands, cards that leave, and every fault it can show."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from hardware_sim.id_reader.card import IdCard, padded, photo_of
from hardware_sim.id_reader.frames import PREAMBLE, answer, checksum
from hardware_sim.id_reader.reader import (
    MODULE_NUMBER,
    IdReader,
    Step,
    Timing,
    Trouble,
    module_number_text,
)

Ask = Callable[[IdReader, str], bytes]

FIND = "AAAAAA9669 0003 2001 22"
SELECT = "AAAAAA9669 0003 2002 21"
READ = "AAAAAA9669 0003 3001 32"
READ_ALL = "AAAAAA9669 0003 3010 23"
ADDRESS = "AAAAAA9669 0003 3003 30"
STATE = "AAAAAA9669 0003 11FF ED"
RESET = "AAAAAA9669 0003 10FF EC"

FOUND = bytes.fromhex("AAAAAA9669 0008 00009F 00000000 97")
SELECTED = bytes.fromhex("AAAAAA9669 000C 000090 0000000000000000 9C")
NO_CARD, SELECT_FAILED, READ_FAILED = answer(0x80), answer(0x81), answer(0x41)
OUT_OF_ORDER = answer(0x23)


def test_find_select_read_gives_the_citizen_frame_of_the_sheet(reader: IdReader, ask: Ask, sample_card: IdCard) -> None:
    reader.place(sample_card)
    assert ask(reader, FIND) == FOUND
    assert ask(reader, SELECT) == SELECTED
    frame = ask(reader, READ)
    assert hashlib.sha256(frame).hexdigest() == "4c4de60293249fab9054455415b8bd98b455df6b69e27732a5d48284792e6c0b"
    assert reader.reads == 1


@pytest.mark.parametrize(
    ("fingerprint", "length", "total", "check"),
    [(1024, "090A", 2321, 0xAC), (512, "070A", 1809, None), (0, "050A", 1297, None)],
)
def test_reading_with_fingerprint_has_three_length_words(
    reader: IdReader, ask: Ask, sample_card: IdCard, fingerprint: int, length: str, total: int, check: int | None
) -> None:
    reader.place(replace(sample_card, fingerprint=bytes(fingerprint)))
    ask(reader, FIND + SELECT)
    frame = ask(reader, READ_ALL)
    assert len(frame) == total
    assert frame[:16] == bytes.fromhex(f"AAAAAA9669 {length} 000090 0100 0400 {fingerprint:04X}")
    assert checksum(frame[5:]) == 0
    assert check is None or frame[-1] == check


def test_the_newest_address_of_the_sheet_comes_out_byte_for_byte(
    reader: IdReader, ask: Ask, sample_card: IdCard
) -> None:
    reader.place(replace(sample_card, new_address=padded("address", "北京市海淀区测试路3号", 70)))
    ask(reader, FIND + SELECT + READ)
    expected = "AAAAAA9669 004A 000090 1753AC4E025E776DC06D3A534B6DD58BEF8D3300F753" + "2000" * 24 + "73"
    assert ask(reader, ADDRESS) == bytes.fromhex(expected)


def test_a_card_without_another_address_says_so(reader: IdReader, ask: Ask, sample_card: IdCard) -> None:
    reader.place(sample_card)
    assert ask(reader, ADDRESS) == OUT_OF_ORDER
    ask(reader, FIND + SELECT)
    assert ask(reader, ADDRESS) == answer(0x91)


def test_an_empty_field_finds_nothing(reader: IdReader, ask: Ask) -> None:
    assert ask(reader, FIND) == NO_CARD
    assert ask(reader, SELECT) == SELECT_FAILED


def test_reading_without_selecting_is_out_of_order(reader: IdReader, ask: Ask, sample_card: IdCard) -> None:
    assert ask(reader, READ) == OUT_OF_ORDER
    reader.place(sample_card)
    assert ask(reader, READ) == OUT_OF_ORDER
    assert ask(reader, SELECT) == SELECT_FAILED
    ask(reader, FIND)
    assert ask(reader, READ) == OUT_OF_ORDER


def test_a_card_that_was_read_is_not_found_again_until_it_left(reader: IdReader, ask: Ask, sample_card: IdCard) -> None:
    reader.place(sample_card)
    ask(reader, FIND + SELECT + READ)
    assert ask(reader, FIND) == NO_CARD
    assert ask(reader, READ) == OUT_OF_ORDER
    ask(reader, RESET)
    assert ask(reader, FIND) == NO_CARD, "a reset does not lift the card"
    reader.lift()
    reader.place(sample_card)
    assert ask(reader, FIND) == FOUND


def test_a_card_lifted_between_the_steps_fails_the_next_one(reader: IdReader, ask: Ask, sample_card: IdCard) -> None:
    reader.place(sample_card)
    ask(reader, FIND)
    reader.lift()
    assert ask(reader, SELECT) == SELECT_FAILED
    reader.place(sample_card)
    ask(reader, FIND + SELECT)
    reader.lift()
    assert ask(reader, READ) == READ_FAILED
    assert ask(reader, READ) == OUT_OF_ORDER
    assert ask(reader, FIND) == NO_CARD


@pytest.mark.parametrize(
    ("step", "answers"),
    [
        (Step.FIND, [NO_CARD, SELECT_FAILED, OUT_OF_ORDER]),
        (Step.SELECT, [FOUND, SELECT_FAILED, OUT_OF_ORDER]),
        (Step.READ, [FOUND, SELECTED, READ_FAILED]),
    ],
)
def test_a_card_can_leave_during_any_step(
    reader: IdReader, ask: Ask, sample_card: IdCard, step: Step, answers: list[bytes]
) -> None:
    reader.place(sample_card)
    reader.lift_during(step)
    assert [ask(reader, frame) for frame in (FIND, SELECT, READ)] == answers


def test_another_card_laid_down_meanwhile_must_be_found_first(reader: IdReader, ask: Ask, sample_card: IdCard) -> None:
    reader.place(sample_card)
    ask(reader, FIND + SELECT)
    reader.place(replace(sample_card, photo=photo_of("other")))
    assert ask(reader, READ) == OUT_OF_ORDER


@pytest.mark.parametrize("sw3", [0x31, 0x32, 0x33, 0x40, 0x47])
def test_a_step_can_be_told_to_refuse_once(reader: IdReader, ask: Ask, sample_card: IdCard, sw3: int) -> None:
    reader.place(sample_card)
    reader.refuse(Step.SELECT, sw3)
    assert ask(reader, FIND) == FOUND
    assert ask(reader, SELECT) == answer(sw3)
    assert ask(reader, SELECT) == SELECTED


@pytest.mark.parametrize("state", [0x60, 0x66])
def test_an_ill_module_says_so_to_everything_that_needs_it(
    reader: IdReader, ask: Ask, sample_card: IdCard, state: int
) -> None:
    reader.place(sample_card)
    reader.set_module_state(state)
    assert {ask(reader, frame) for frame in (STATE, RESET, FIND, SELECT, READ)} == {answer(state)}
    reader.recover()
    assert ask(reader, FIND) == FOUND


def test_a_module_state_that_does_not_exist_is_refused(reader: IdReader) -> None:
    with pytest.raises(ValueError, match="not 41"):
        reader.set_module_state(0x41)


def test_the_module_number_of_the_sheet_comes_out(reader: IdReader, ask: Ask) -> None:
    assert ask(reader, "AAAAAA9669 0003 12FF EE") == answer(0x90, MODULE_NUMBER)
    assert module_number_text(MODULE_NUMBER) == "05.03-20240101-0000012345-0678901234"


def test_unknown_commands_and_damaged_requests_have_their_own_answers(reader: IdReader, ask: Ask) -> None:
    assert ask(reader, "AAAAAA9669 0003 3005 36") == answer(0x21)
    assert ask(reader, "AAAAAA9669 0003 6005 66") == answer(0x21)
    assert ask(reader, "AAAAAA9669 0003 2001 23") == answer(0x10)
    assert ask(reader, "AAAAAA9669 0C01") == answer(0x11)


def test_a_new_line_rate_holds_until_power_is_lost(reader: IdReader, ask: Ask) -> None:
    assert ask(reader, "AAAAAA9669 0003 6004 67") == answer(0x90)
    assert reader.baud == 9600
    reader.power_cycle()
    assert reader.baud == 115200


def test_answers_take_the_work_and_the_time_on_the_line(sample_card: IdCard) -> None:
    reader = IdReader(Timing(find=0.1, select=0.2, read=1.0))
    reader.place(sample_card)
    (found,) = reader.feed(bytes.fromhex(FIND), 10.0)
    assert found[0] == pytest.approx(0.1 + 15 * 10 / 115200)
    reader.feed(bytes.fromhex(SELECT), 11.0)
    (read,) = reader.feed(bytes.fromhex(READ), 12.0)
    assert read[0] == pytest.approx(1.0 + 0.1124, abs=1e-4), "1295 bytes alone take 112 ms"
    (state,) = reader.feed(bytes.fromhex(STATE), 12.5)
    assert state[0] > read[0] - 0.5, "an answer never overtakes the one before"


def test_a_slow_reader_is_late_with_everything(reader: IdReader) -> None:
    reader.slow_down(4.0)
    ((seconds, _),) = reader.feed(bytes.fromhex(STATE), 0.0)
    assert seconds > 4.0
    assert Timing().paced(0) == Timing(0, 0, 0, 0)


def test_a_wrong_checksum_spoils_only_the_last_byte(reader: IdReader, ask: Ask) -> None:
    reader.disturb(Trouble.BAD_CHECKSUM)
    assert ask(reader, STATE) == answer(0x90)[:-1] + bytes((answer(0x90)[-1] ^ 1,))


def test_a_torn_answer_ends_in_silence_and_the_next_may_be_whole(
    reader: IdReader, ask: Ask, sample_card: IdCard
) -> None:
    reader.place(sample_card)
    ask(reader, FIND + SELECT)
    reader.disturb(Trouble.TORN, count=1, keep=700)
    torn = ask(reader, READ)
    assert len(torn) == 700
    assert torn == answer(0x90, bytes.fromhex("01000400") + sample_card.text + sample_card.photo)[:700]
    assert ask(reader, STATE) == answer(0x90)


def test_noise_stands_before_the_preamble_and_hides_no_answer(reader: IdReader, ask: Ask) -> None:
    reader.disturb(Trouble.NOISE)
    heard = ask(reader, STATE)
    assert heard.endswith(answer(0x90))
    assert len(heard) > len(answer(0x90))
    assert heard.count(PREAMBLE) == 1


def test_silence_lasts_until_it_is_ended(reader: IdReader, ask: Ask) -> None:
    reader.disturb(Trouble.SILENCE)
    assert [ask(reader, STATE), ask(reader, STATE)] == [b"", b""]
    reader.recover()
    assert ask(reader, STATE) == answer(0x90)


def test_a_trouble_of_no_answers_is_refused(reader: IdReader) -> None:
    with pytest.raises(ValueError, match="no answers"):
        reader.disturb(Trouble.SILENCE, count=0)
