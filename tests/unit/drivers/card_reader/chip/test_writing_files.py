"""Writes: the same card first, a MAC or a proof, one frame; and what an interrupted write left."""

import pytest

from drivers.card_reader.facts import Algorithm
from drivers.card_reader.files import tables
from drivers.card_reader.files.catalogue import file_at
from drivers.card_reader.files.vectors import VECTORS
from drivers.card_reader.outcome import NotWritten, Unknown, Written
from drivers.card_reader.pin import verify_pin
from drivers.card_reader.reading import open_application, open_with_key, read_element
from drivers.card_reader.writing import Protection, append_record, settle, write_element, write_transparent
from drivers.errors import CardBlocked, CardChanged, CardGone, CardUnsupported, DataUnfit, SamUnfit

WORK, HISTORY, RESERVED = file_at("DF01/EF07"), file_at("DF02/EF07"), file_at("DF01/EF16")
OTHER = tables.EMPLOYMENT.code("3")
JOB = {"occupation": "5050505", "first date": None, "second date": None, "employer": "测试"}


def sent(hall, start):
    return [command for command in hall.chip.seen if command.startswith(start)]


def reopened(hall, file, plan):
    """After an interruption: a new session with the file's reading right."""
    facts = hall.mend()
    hall.run(open_with_key(facts, file.application, file.read.key, hall.keys(), plan=plan))
    return facts


@pytest.mark.parametrize("algorithm", [Algorithm.TRIPLE_DES, Algorithm.SM4])
@pytest.mark.parametrize("protection", list(Protection))
def test_an_element_is_written_and_reads_as_it_was_written(hall, plan, algorithm, protection):
    h = hall(algorithm=algorithm)
    h.run(verify_pin(h.handle("123456")))
    report = h.run(write_element(h.facts, WORK, "work state", OTHER, h.keys(), plan=plan, protection=protection)).value
    assert report.outcome == Written()
    assert report.write.before == bytes.fromhex("290131")
    assert h.run(read_element(h.facts, WORK, "work state")).value == OTHER
    assert len(sent(h, "04DC2938" if protection is Protection.MAC else "00DC2938")) == 1


def test_before_a_write_the_card_is_looked_at_again_and_another_one_is_not_touched(hall, plan):
    h = hall()
    h.chip.files["SSSE/EF05"][0] = bytes.fromhex("0110990100D15600000500000002FFFFFFFF")
    assert type(h.run(write_element(h.facts, WORK, "work state", OTHER, h.keys(), plan=plan)).error) is CardChanged
    assert sent(h, "04DC") == sent(h, "00DC") == []
    assert not h.chip.powered


def test_what_does_not_fit_never_reaches_the_card(hall, plan):
    h = hall()
    with pytest.raises(DataUnfit):
        write_element(h.facts, file_at("DF01/EF05"), "address", "号" * 41, h.keys(), plan=plan)
    with pytest.raises(DataUnfit):
        write_transparent(h.facts, RESERVED, b"short", h.keys(), plan=plan)
    assert h.chip.seen == []


def test_nobody_writes_the_log_of_the_medical_account(hall, plan):
    h, log = hall(), file_at("DF04/EF08")
    error = h.run(append_record(h.facts, log, VECTORS[log.place].values, h.keys(), plan=plan)).error
    assert type(error) is CardUnsupported
    assert h.chip.seen == []


def test_on_an_old_card_whose_tree_nobody_knows_nothing_is_written(hall, plan):
    h = hall(version="1.00")
    error = h.run(write_element(h.facts, WORK, "work state", OTHER, h.keys(), plan=plan)).error
    assert type(error) is CardUnsupported
    assert error.facts == {"what": "version", "value": "1.00", "application": "DF01"}
    assert h.chip.seen == []


@pytest.mark.parametrize("word", ["6988", "6982", "6984", "6A84", "6A85", "6700"])
def test_a_refused_write_left_everything_as_it_was_and_is_not_sent_again(hall, plan, word):
    h = hall()
    h.chip.answers["04DC"] = word
    report = h.run(write_element(h.facts, WORK, "work state", OTHER, h.keys(), plan=plan)).value
    assert report.outcome == NotWritten(word)
    assert len(sent(h, "04DC")) == 1


@pytest.mark.parametrize(("word", "scope"), [("6A81", "card"), ("9303", "application")])
def test_a_blocked_card_says_so_at_a_write(hall, plan, word, scope):
    h = hall()
    h.chip.answers["04DC"] = word
    error = h.run(write_element(h.facts, WORK, "work state", OTHER, h.keys(), plan=plan)).error
    assert type(error) is CardBlocked
    assert error.facts == {"scope": scope}


@pytest.mark.parametrize(("when", "outcome"), [("before", NotWritten()), ("after", Written())])
def test_an_interrupted_write_is_unknown_until_the_same_card_was_asked(hall, plan, when, outcome):
    h = hall()
    h.run(verify_pin(h.handle("123456")))
    h.chip.cut = ("04DC", when)
    report = h.run(write_element(h.facts, WORK, "work state", OTHER, h.keys(), plan=plan)).value
    assert report.outcome == Unknown("card_gone")
    assert not h.chip.powered
    assert len(sent(h, "04DC")) == 1
    facts = reopened(h, WORK, plan)
    assert h.run(settle(facts, report.write)).value == outcome


def test_an_interrupted_write_stays_unknown_without_the_right_to_look(hall, plan):
    h = hall()
    h.run(verify_pin(h.handle("123456")))
    h.chip.cut = ("04DC", "after")
    report = h.run(write_element(h.facts, WORK, "work state", OTHER, h.keys(), plan=plan)).value
    facts = h.mend()
    h.run(open_application(facts, WORK.application))
    assert h.run(settle(facts, report.write)).value == Unknown("not readable")


def test_data_that_are_neither_the_old_nor_the_new_stay_unknown(hall, plan):
    h = hall()
    h.run(verify_pin(h.handle("123456")))
    h.chip.cut = ("04DC", "before")
    report = h.run(write_element(h.facts, WORK, "work state", OTHER, h.keys(), plan=plan)).value
    h.chip.files[WORK.place][0] = bytes.fromhex("290138")
    facts = reopened(h, WORK, plan)
    assert h.run(settle(facts, report.write)).value == Unknown("other data")


def test_another_card_cannot_settle_a_write(hall, plan):
    h = hall()
    h.chip.cut = ("04DC", "after")
    report = h.run(write_element(h.facts, WORK, "work state", OTHER, h.keys(), plan=plan)).value
    h.chip.files["SSSE/EF05"][0] = bytes.fromhex("0110990100D15600000500000002FFFFFFFF")
    facts = reopened(h, WORK, plan)
    assert type(h.run(settle(facts, report.write)).error) is CardChanged


def test_a_memory_fault_is_looked_into_at_once(hall, plan):
    h = hall()
    h.run(verify_pin(h.handle("123456")))
    h.chip.answers["04DC"] = "6581"
    report = h.run(write_element(h.facts, WORK, "work state", OTHER, h.keys(), plan=plan)).value
    assert report.outcome == NotWritten()
    assert len(sent(h, "04DC")) == 1


def test_a_new_record_of_a_cyclic_file_comes_first_and_the_oldest_goes(hall, plan):
    h = hall()
    h.run(verify_pin(h.handle("123456")))
    old = list(h.chip.files[HISTORY.place])
    report = h.run(append_record(h.facts, HISTORY, JOB, h.keys(), plan=plan)).value
    assert report.outcome == Written()
    assert h.chip.files[HISTORY.place] == [HISTORY.encode_cyclic(JOB), *old[:-1]]
    assert sent(h, "04DC")[0].startswith("04DC003B59")


def test_a_record_like_the_newest_leaves_no_trace_by_which_to_settle(hall, plan):
    h = hall()
    h.run(verify_pin(h.handle("123456")))
    h.chip.cut = ("04DC", "before")
    same = VECTORS[HISTORY.place].values
    report = h.run(append_record(h.facts, HISTORY, same, h.keys(), plan=plan)).value
    facts = reopened(h, HISTORY, plan)
    assert h.run(settle(facts, report.write)).value == Unknown("same data")


@pytest.mark.parametrize("algorithm", [Algorithm.TRIPLE_DES, Algorithm.SM4])
def test_a_transparent_file_is_written_in_pieces_each_with_a_mac_of_its_own(hall, plan, algorithm):
    h, photo = hall(algorithm=algorithm), file_at("SSSE/EF08")
    data = bytes(range(256)) * 16
    report = h.run(write_transparent(h.facts, photo, data, h.keys(), plan=plan)).value
    assert report.outcome == Written()
    assert bytes(h.chip.files[photo.place]) == data
    assert len(sent(h, "04D6")) == -(-len(data) // 0xF0)
    assert sent(h, "04D6")[2].startswith("04D601E0F4")


def test_a_transparent_file_refused_in_the_middle_is_part_new_part_old(hall, plan):
    h, photo = hall(), file_at("SSSE/EF08")
    h.run(open_with_key(h.facts, photo.application, "RK_SSSE", h.keys(), plan=plan))
    h.chip.answers["04D601E0"] = "6988"
    report = h.run(write_transparent(h.facts, photo, b"\x01" * photo.size, h.keys(), plan=plan)).value
    assert report.outcome == Unknown("6988")
    h.chip.answers.clear()
    assert h.run(settle(h.facts, report.write)).value == Unknown("other data")


@pytest.mark.parametrize("start", ["0084000004", "04D601E0"])
def test_a_wire_that_breaks_between_the_pieces_leaves_it_unknown(hall, plan, start):
    h, photo = hall(), file_at("SSSE/EF08")
    whole = h.chip._answer

    def answer(apdu, command):
        if command.startswith(start) and sum(one.startswith("04D6") for one in h.chip.seen) >= 1:
            raise CardGone("card_reader", slot="user")
        return whole(apdu, command)

    h.chip._answer = answer
    report = h.run(write_transparent(h.facts, photo, bytes(photo.size), h.keys(), plan=plan)).value
    assert report.outcome == Unknown("card_gone")
    assert not h.chip.powered


def test_a_memory_fault_that_cannot_be_looked_into_stays_unknown(hall, plan):
    h = hall()
    h.run(verify_pin(h.handle("123456")))
    h.chip.answers["04DC"] = "6581"
    whole = h.chip._answer

    def answer(apdu, command):
        if command.startswith("00B2") and any(one.startswith("04DC") for one in h.chip.seen):
            raise CardGone("card_reader", slot="user")
        return whole(apdu, command)

    h.chip._answer = answer
    report = h.run(write_element(h.facts, WORK, "work state", OTHER, h.keys(), plan=plan)).value
    assert report.outcome == Unknown("6581")


def test_what_is_to_be_written_does_not_show(hall, plan):
    h = hall()
    h.run(verify_pin(h.handle("123456")))
    report = h.run(append_record(h.facts, HISTORY, JOB, h.keys(), plan=plan)).value
    assert "5050505" not in repr(report)
    assert "测试".encode("gbk").hex() not in repr(report)


def test_without_the_psams_key_nothing_is_written(hall, plan):
    h = hall()
    h.psam.answers["BFDE"] = "6A88"
    error = h.run(write_element(h.facts, WORK, "work state", OTHER, h.keys(), plan=plan)).error
    assert type(error) is SamUnfit
    assert error.facts == {"lacks": "key", "key": "DF01.UK2"}
    assert sent(h, "04DC") == []
    assert not h.chip.powered


def test_a_card_pulled_before_the_write_is_a_fault_and_no_outcome(hall, plan):
    h = hall()
    h.chip.cut = ("0084", "before")
    error = h.run(write_element(h.facts, WORK, "work state", OTHER, h.keys(), plan=plan)).error
    assert type(error) is CardGone
    assert sent(h, "04DC") == []
