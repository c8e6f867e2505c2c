"""Every file of the tree over the wire: by tag, by position, whole; with the rights it needs, and without them."""

import pytest

from drivers.card_reader.facts import Algorithm
from drivers.card_reader.files.catalogue import APPLICATIONS, FILES, file_at
from drivers.card_reader.files.declaration import Kind
from drivers.card_reader.files.environment import SSSE
from drivers.card_reader.files.vectors import VECTORS
from drivers.card_reader.pin import PinVerified, verify_pin
from drivers.card_reader.reading import (
    By,
    open_application,
    open_with_key,
    read_cyclic,
    read_directory,
    read_element,
    read_file,
    read_transparent,
)
from drivers.errors import CardGone, CardMalformed, CardUnsupported, Refused, SamUnfit, TerminalRefused
from drivers.lanes import Done

NAMED = {application.name: application for application in APPLICATIONS}
TAGGED = [file for file in FILES if file.elements and file.kind is not Kind.CYCLIC]
WHOLE = [file for file in TAGGED if len("".join(VECTORS[file.place].records)) <= 2 * 256]


def opened(hall, file, plan):
    """Select the file's application and prove its reading key and the PIN."""
    key = file.access(3).key
    assert hall.run(verify_pin(hall.handle("123456"))) == Done(PinVerified())
    opening = open_application(hall.facts, file.application)
    if key is not None:
        opening = open_with_key(hall.facts, file.application, key, hall.keys(), plan=plan)
    outcome = hall.run(opening)
    assert outcome == Done(None), outcome


def expected(file):
    values = VECTORS[file.place].values
    return {**values, "version": "3.00"} if "version" in values else values


@pytest.mark.parametrize("manner", ["at once", "by 6Cxx", "by 61xx"])
@pytest.mark.parametrize("file", TAGGED, ids=lambda file: file.place)
@pytest.mark.parametrize("by", [By.TAG, By.POSITION])
def test_a_file_reads_as_its_worked_example_by_tag_and_by_position(hall, plan, file, by, manner):
    h = hall(manner=manner)
    opened(h, file, plan)
    assert h.run(read_file(h.facts, file, by=by)) == Done(expected(file))


@pytest.mark.parametrize("file", WHOLE, ids=lambda file: file.place)
@pytest.mark.parametrize("manner", ["at once", "by 6Cxx"])
def test_a_file_of_up_to_256_bytes_reads_whole_in_one_answer(hall, plan, file, manner):
    h = hall(manner=manner)
    opened(h, file, plan)
    h.chip.seen.clear()
    assert h.run(read_file(h.facts, file, by=By.WHOLE)) == Done(expected(file))
    assert len(h.chip.seen) == (1 if manner == "at once" else 2)


@pytest.mark.parametrize("file", [file for file in FILES if file.kind is Kind.CYCLIC], ids=lambda file: file.place)
def test_a_cyclic_file_gives_the_records_that_were_written(hall, plan, file):
    h = hall()
    opened(h, file, plan)
    assert h.run(read_cyclic(h.facts, file)) == Done((VECTORS[file.place].values,))


@pytest.mark.parametrize("file", [file for file in FILES if file.kind is Kind.TRANSPARENT], ids=lambda file: file.place)
def test_a_transparent_file_is_read_in_pieces_from_its_start_to_its_end(hall, plan, file):
    h = hall(algorithm=Algorithm.TRIPLE_DES)
    opened(h, file, plan)
    h.chip.seen.clear()
    assert h.run(read_transparent(h.facts, file)) == Done(VECTORS[file.place].values)
    assert h.chip.seen[0] == f"00A4020002EF{file.ef:02X}"
    assert h.chip.seen[1].startswith("00B00000")
    assert len(h.chip.seen) == 1 + -(-file.size // 256)


def test_the_directory_names_the_applications(hall):
    h = hall()
    entries = h.run(read_directory(h.facts)).value
    assert [(entry.aid.hex().upper(), entry.label) for entry in entries][:2] == [
        ("D15600000500", "公共应用"),
        ("D15600000501", "就业与失业"),
    ]
    assert any(command.startswith("00B201F4") for command in h.chip.seen)


def test_one_element_is_read_alone_and_a_missing_one_is_none(hall, plan):
    h, file = hall(), file_at("DF01/EF09")
    opened(h, file, plan)
    assert h.run(read_element(h.facts, file, "employer")) == Done("测试单位")
    assert h.chip.seen[-1] == "00B22E4848"
    h.chip.files[file.place].pop(1)
    assert h.run(read_element(h.facts, file, "organisation code")) == Done(None)
    assert "organisation code" not in h.run(read_file(h.facts, file)).value


def test_a_contactless_card_is_read_alike(hall, plan):
    h, file = hall(contactless=True), file_at("DF04/EF05")
    opened(h, file, plan)
    assert h.run(read_file(h.facts, file)) == Done(VECTORS[file.place].values)
    assert h.facts.atr.contactless


@pytest.mark.parametrize("place", ["DF01/EF05", "DF03/EF05", "DF07/EF06", "DF04/EF08", "DF04/EF06"])
def test_without_its_rights_a_file_stays_closed_and_says_which(hall, place):
    h, file = hall(), file_at(place)
    h.run(open_application(h.facts, file.application))
    read = read_cyclic if file.kind is Kind.CYCLIC else read_file
    error = h.run(read(h.facts, file)).error
    assert type(error) is Refused
    assert error.facts["sw"] == "6982"
    assert error.facts["file"] == place


def test_a_pin_alone_opens_what_needs_either_and_not_what_needs_both(hall):
    h = hall()
    h.run(verify_pin(h.handle("123456")))
    h.run(open_application(h.facts, NAMED["DF04"]))
    assert isinstance(h.run(read_file(h.facts, file_at("DF04/EF05"))), Done)
    assert h.run(read_file(h.facts, file_at("DF04/EF06"))).error.facts["sw"] == "6982"


def test_a_key_of_one_application_does_not_open_another(hall, plan):
    h = hall()
    h.run(open_with_key(h.facts, NAMED["DF01"], "RK1", h.keys(), plan=plan))
    assert isinstance(h.run(read_file(h.facts, file_at("DF01/EF05"))), Done)
    h.run(open_application(h.facts, NAMED["DF02"]))
    assert h.run(read_file(h.facts, file_at("DF02/EF06"))).error.facts["sw"] == "6982"


def test_a_key_nobody_has_told_the_place_of_is_not_guessed(hall):
    h = hall()
    error = h.run(open_with_key(h.facts, NAMED["DF01"], "RK1", h.keys())).error
    assert type(error) is SamUnfit
    assert error.facts == {"lacks": "key", "key": "DF01.RK1"}
    assert not any(command.startswith("0082") for command in h.chip.seen)


def test_a_wrong_proof_is_sent_once_and_tells_the_tries_left(hall, plan):
    h = hall()
    h.chip.answers["0082"] = "63C1"
    error = h.run(open_with_key(h.facts, NAMED["DF01"], "RK1", h.keys(), plan=plan)).error
    assert type(error) is TerminalRefused
    assert error.facts == {"tries_left": 1}
    assert sum(command.startswith("0082") for command in h.chip.seen) == 1


@pytest.mark.parametrize("name", ["DF05", "DF06"])
def test_an_annex_nobody_knows_is_not_selected(hall, name):
    h = hall()
    error = h.run(open_application(h.facts, NAMED[name])).error
    assert type(error) is CardUnsupported
    assert error.facts == {"what": "application", "value": name}
    assert h.chip.seen == []


def test_a_card_without_an_application_says_so(hall):
    h = hall()
    h.chip.answers["00A4040006D15600000504"] = "6A82"
    error = h.run(open_application(h.facts, NAMED["DF07"])).error
    assert error.facts == {"what": "application", "value": "DF07"}


def test_an_old_card_has_other_files_behind_its_environment_and_none_is_read(hall):
    h = hall(version="1.00")
    error = h.run(read_file(h.facts, file_at("DF01/EF05"))).error
    assert type(error) is CardUnsupported
    assert error.facts == {"what": "version", "value": "1.00", "application": "DF01"}
    h.run(open_application(h.facts, SSSE))
    assert h.run(read_file(h.facts, file_at("SSSE/EF06"))).value["full name"] == "测试人"


def test_data_that_break_a_rule_name_the_file_and_the_tag_and_no_person(hall, plan):
    h, file = hall(), file_at("DF01/EF0A")
    opened(h, file, plan)
    h.chip.files[file.place][2] = bytes.fromhex("390420230230")
    error = h.run(read_file(h.facts, file)).error
    assert type(error) is CardMalformed
    assert error.facts == {"file": "DF01/EF0A", "tag": "39", "element": "date", "shape": "no such date"}


def test_a_transparent_file_of_another_size_is_refused(hall, plan):
    h, file = hall(), file_at("SSSE/EF07")
    opened(h, file, plan)
    del h.chip.files[file.place][0x200:]
    error = h.run(read_transparent(h.facts, file)).error
    assert error.facts == {"file": "SSSE/EF07", "shape": "another size", "length": 0x200}


def test_a_card_pulled_while_a_file_is_read_ends_there(hall, plan):
    h, file = hall(), file_at("DF02/EF05")
    opened(h, file, plan)
    h.chip.cut = ("00B24328", "before")
    assert type(h.run(read_file(h.facts, file)).error) is CardGone


def test_a_directory_entry_that_is_none_is_refused(hall):
    h = hall()
    h.chip.files["SSSE/EF1E"][1] = bytes.fromhex("6103500141")
    assert h.run(read_directory(h.facts)).error.facts["file"] == "SSSE/EF1E"
