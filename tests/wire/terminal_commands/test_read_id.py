"""`kiosk read-id --json`: the ID card on the reader as one document; 0 read, 1 another answer, 3 no answer."""

from __future__ import annotations

import pytest


@pytest.fixture
def read(desk):
    """read(seconds, *words) -> how the command ended."""

    def read(*words, seconds=4.0):
        device = desk.environment["HARDWARE_SIM_ID_READER"]
        return desk.kiosk("read-id", "--device", device, "--seconds", str(seconds), *words)

    read.do = desk.do
    return read


def test_a_card_is_read_and_told_masked(read):
    read.do("place id worker")
    done = read()
    assert done.code == 0, done.said
    assert done.document["name"] == "周*安"
    assert done.document["number"] == "110***********0233"
    assert done.document["address"] != "星湖市临湖区柳荫路18号3号楼502室"
    assert done.document["validity"] == "valid"
    assert "周予安" not in str(done)
    # a card that was read has to be laid down anew
    read.do("remove id", "place id worker")
    shown = read("--reveal").document
    assert (shown["name"], shown["number"]) == ("周予安", "110199198803120233")
    assert (shown["valid_from"], shown["valid_to"]) == ("2020-01-01", "2040-01-01")


def test_a_name_outside_the_basic_plane_and_a_card_without_end_are_read(read):
    read.do("place id rare-name")
    assert read("--reveal").document["name"] == "程𬭎"
    read.do("swap id pensioner")
    done = read("--reveal")
    assert done.document["name"] == "沈桂兰"
    assert done.document["validity"] == "valid"


@pytest.mark.parametrize(
    "trouble",
    ["id-reader noise", "id-reader bad-checksum for 1", "id-reader torn 300 for 1", "id-reader silence for 1"],
)
def test_a_disturbance_that_passes_costs_a_moment_and_no_byte(read, trouble):
    read.do("place id worker", trouble)
    done = read("--reveal", seconds=8)
    assert done.code == 0, done.said
    assert (done.document["name"], done.document["number"]) == ("周予安", "110199198803120233")


def test_a_document_that_never_comes_whole_is_never_told_in_parts(read):
    read.do("place id worker", "id-reader torn")
    done = read()
    assert done.code != 0
    assert set(done.document) == {"error"}
    assert "周" not in str(done.document)
    read.do("id-reader ok", "remove id", "place id worker")
    assert read().code == 0, "the next reading is not disturbed by the last"


def test_a_reader_that_gives_no_whole_answer_is_no_answer(read):
    read.do("place id worker", "id-reader torn 3")
    done = read(seconds=10)
    assert done.code == 3
    assert set(done.document) == {"error"}
    assert done.document["error"]["next"]
    assert "周" not in str(done.document)


def test_an_absent_reader_is_no_answer(read, desk):
    desk.do("id-reader unplug")
    for done in (read(), desk.kiosk("read-id", "--device", str(desk.folder / "no.tty"))):
        assert done.code == 3
        assert set(done.document) == {"error"}
        assert done.document["error"]["next"]


def test_no_card_is_a_no(read):
    done = read(seconds=1)
    assert (done.code, done.document["error"]["code"]) == (1, "no_document")


def test_a_card_taken_away_in_the_middle_is_not_read(read):
    read.do("place id worker", "lift id during read")
    done = read(seconds=2)
    assert done.code in (1, 3)
    assert set(done.document) == {"error"}
    assert "周" not in str(done.document)
