"""SELECT, READ RECORD, READ BINARY and who may read what."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
DF01 = "00A4040006D15600000500"
DF02 = "00A4040006D15600000501"
DF03 = "00A4040006D15600000502"
DF04 = "00A4040006D15600000503"
PIN = "0020000003123456"

EF05 = [
    "0110990100D15600000500000001FFFFFFFF",
    "020133",
    "0304332E3030",
    "040C915600000299010099010001",
    "050420240101",
    "060420340101",
    "0709413030303030303131",
]


def test_dir_lists_the_applications_until_there_is_no_more(in_ssse: Any) -> None:
    read = [in_ssse.fetch(f"00B2{number:02X}F400") for number in range(1, 7)]
    assert read == [
        "61124F06D156000005005008B9ABB9B2D3A6D3C39000",
        "61144F06D15600000501500ABECDD2B5D3EBCAA7D2B59000",
        "61134F06D156000005025009C9E7BBE1B1A3CFD5319000",
        "61134F06D156000005035009C9E7BBE1B1A3CFD5329000",
        "61124F06D156000005045008C8CBCAC2C8CBB2C59000",  # DF07; DF05 and DF06 have no AID to be listed by
        "6A83",
    ]
    assert in_ssse.card.notes.count == 0


def test_the_issuer_data_are_the_worked_file_of_the_sheet(insert: Callable[..., Any]) -> None:
    hands = insert(card__version="2.00")
    worked = [*EF05[:2], "0304322E3030", *EF05[3:]]
    hands.fetch(SSSE)
    assert hands.send("00B2012D40") == "".join(worked) + "9000"
    assert [hands.fetch(f"00B2{number:02X}2C00") for number in range(1, 8)] == [record + "9000" for record in worked]


def test_the_holder_data_are_the_worked_file_of_the_sheet(insert: Callable[..., Any]) -> None:
    hands = insert(
        card__version="2.00", name="测试人", id_number="11010519491231002X", sex="2", birth_date="1949-12-31"
    )
    hands.fetch(SSSE)
    worked = [
        "0812313130313035313934393132333130303258",
        "091EB2E2CAD4C8CB" + 24 * "00",
        "4E14" + 20 * "00",
        "0A0132",
        "0B0101",
        "0C03110105",
        "0D0419491231",
    ]
    assert hands.send("00B201355B") == "".join(worked) + "9000"


def test_the_reading_commands_seen_in_the_field_work(in_ssse: Any) -> None:
    assert in_ssse.send("00A4000002EF05") == "9000"
    assert in_ssse.send("00B2010012") == EF05[0] + "9000"
    assert in_ssse.send("00B2010540") == "".join(EF05) + "9000"
    assert in_ssse.send("00B2072C0B") == EF05[6] + "9000"
    assert in_ssse.authenticate("0A") == "9000"
    assert in_ssse.send("00A4020002EF06") == "9000"
    assert in_ssse.send("00B2080014")[:4] == "0812"
    assert in_ssse.send("00B24E0016")[:4] == "4E14"
    assert in_ssse.send("00B201055B")[-4:] == "9000"
    assert in_ssse.card.notes.count == 0


@pytest.mark.parametrize(
    ("mode", "p1", "expected"),
    [
        (0, "03", EF05[2]),
        (1, "03", EF05[2]),
        (4, "03", EF05[2]),
        (5, "06", EF05[5] + EF05[6]),
        (6, "06", EF05[6] + EF05[5]),
    ],
)
def test_each_mode_of_read_record_finds_its_records(in_ssse: Any, mode: int, p1: str, expected: str) -> None:
    assert in_ssse.fetch(f"00B2{p1}{0x28 + mode:02X}00") == expected + "9000"


def test_next_and_previous_move_over_equal_tags_and_a_wrong_length_moves_nothing(in_ssse: Any) -> None:
    def next_one(le: str) -> str:
        answer: str = in_ssse.send("00B261F2" + le)
        return answer

    assert next_one("00") == "6C14"
    assert next_one("14")[16:20] == "0500"
    assert next_one("00") == "6C16"
    assert next_one("16")[16:20] == "0501"
    assert in_ssse.send("00B261F314")[16:20] == "0500"
    assert in_ssse.send("00B261F314") == "6A83"
    assert in_ssse.send("00B261F114")[16:20] == "0504"
    assert next_one("00") == "6A83"
    assert in_ssse.send("00B261F014")[16:20] == "0500"


def test_another_file_starts_without_a_record_pointer(in_ssse: Any) -> None:
    assert in_ssse.send("00B2012A12")[:4] == "0110"
    assert in_ssse.send("00B201F414")[:2] == "61"
    assert in_ssse.send("00B2012A12")[:4] == "0110"


@pytest.mark.parametrize(
    ("apdu", "status"),
    [
        ("00B2012412", "6A82"),  # no EF with short id 04
        ("00B2013C00", "6981"),  # READ RECORD on a transparent file
        ("00B2002C00", "6A86"),
        ("00B2FF2C00", "6A86"),
        ("00B2012F12", "6A86"),  # mode 7
        ("00B201FC12", "6A86"),  # short id 31
        ("00B2992800", "6A83"),  # no such tag
        ("00B2010412", "6986"),  # no current EF
        ("00B0000010", "6986"),
        ("00B0850010", "6981"),  # READ BINARY on records
        ("00B0880010", "6982"),
        ("00B0E50010", "6A82"),  # the sheet gives READ BINARY no 6A86
        ("00B08C0010", "6A82"),
        ("00B201345B", "6982"),
        ("00A4000002EF99", "6A82"),
        ("00A4000002DF99", "6A82"),
        ("00A4020002DF01", "6A82"),
        ("00A4040004D1560000", "6700"),
        ("00A4040005A000000334", "6A82"),
        ("00A40000011F", "6700"),
        ("00A4000C023F00", "6A86"),
        ("00A4010002DF01", "6A86"),
    ],
)
def test_wrong_reads_and_selects_get_the_status_of_the_sheet(in_ssse: Any, apdu: str, status: str) -> None:
    assert in_ssse.send(apdu) == status


def test_an_application_is_found_only_inside_its_environment(insert: Callable[..., Any]) -> None:
    hands = insert()
    assert hands.send(DF01) == "6A82"
    hands.fetch(SSSE)
    assert hands.fetch(DF01) == "6F088406D156000005009000"


def test_applications_are_found_one_after_the_other_by_the_start_of_their_name(in_ssse: Any) -> None:
    names = [in_ssse.fetch("00A4040005D156000005")[8:-4]]
    while (answer := in_ssse.fetch("00A4040205D156000005")) != "6A82":
        names.append(answer[8:-4])
    assert names == ["D15600000500", "D15600000501", "D15600000502", "D15600000503", "D15600000504"]


def test_directories_are_found_by_their_file_ids_from_their_neighbours(in_ssse: Any) -> None:
    assert in_ssse.fetch("00A4000002DF03")[-4:] == "9000"
    assert in_ssse.fetch("00A4000002DF01")[-4:] == "9000"
    assert in_ssse.fetch("00A40000023F00") == "6F0483023F009000"
    assert in_ssse.send("00A4000002DF01") == "6A82"
    assert in_ssse.fetch("00A40000") == "6F0483023F009000"


def test_the_photo_is_a_picture_and_needs_the_environments_key(in_ssse: Any) -> None:
    assert in_ssse.send("00B0880010") == "6982"
    assert in_ssse.authenticate("0A") == "9000"
    assert in_ssse.send("00A4000002EF08") == "9000"
    photo = b"".join(bytes.fromhex(in_ssse.send(f"00B0{offset:04X}00")[:-4]) for offset in range(0, 0x1000, 0x100))
    assert len(photo) == 0x1000
    picture = Image.open(io.BytesIO(photo))
    assert (picture.size, picture.mode) == ((307, 378), "RGB")
    assert in_ssse.send("00B0100001") == "6B00"
    assert in_ssse.send("00B00FF000") == "6C10"
    assert in_ssse.send("00B00FF010")[-4:] == "9000"


def test_application_files_open_by_pin_or_by_the_read_key(insert: Callable[..., Any]) -> None:
    for proof in ("pin", "key"):
        hands = insert()
        hands.fetch(SSSE)
        hands.fetch(DF01)
        assert hands.send("00B2013C03") == "6982"
        assert (hands.send(PIN) if proof == "pin" else hands.authenticate("82")) == "9000"
        assert hands.send("00B2013C03") == "2901319000"


def test_a_file_that_wants_pin_and_key_is_not_content_with_one(in_ssse: Any) -> None:
    in_ssse.fetch(DF04)
    assert in_ssse.send(PIN) == "9000"
    assert in_ssse.send("00B2013400") == "6982"
    assert in_ssse.authenticate("82") == "9000"
    assert in_ssse.send("00B2013403") == "9001319000"


def test_an_applications_key_counts_only_inside_it_and_the_pin_everywhere(in_ssse: Any) -> None:
    in_ssse.fetch(DF01)
    assert in_ssse.authenticate("82") == "9000"
    in_ssse.fetch(DF03)
    assert in_ssse.send("00B2013C05") == "6982"
    in_ssse.fetch(DF01)
    assert in_ssse.send("00B2013C03") == "6982"
    assert in_ssse.send(PIN) == "9000"
    in_ssse.fetch(DF03)
    assert in_ssse.send("00B2013C05") == "7003" + "313130" + "9000"


def test_the_environments_key_counts_below_it_and_ends_when_it_is_left(in_ssse: Any) -> None:
    assert in_ssse.authenticate("0A") == "9000"
    in_ssse.fetch(DF01)
    in_ssse.fetch(SSSE)
    assert in_ssse.send("00B201355B")[-4:] == "9000"
    in_ssse.fetch("00A40000023F00")
    in_ssse.fetch(SSSE)
    assert in_ssse.send("00B201355B") == "6982"


def test_elements_nobody_filled_are_empty_as_their_kind_says(in_ssse: Any) -> None:
    in_ssse.fetch(DF02)
    in_ssse.send(PIN)
    assert in_ssse.fetch("00B2043400") == "6004FFFFFFFF9000"  # cn
    assert in_ssse.fetch("00B2053400") == "4F06" + 6 * "00" + "9000"  # an
    assert in_ssse.fetch("00B2042C00") == "436C" + 108 * "00" + "9000"  # inner TLVs


def test_files_longer_than_one_answer_come_as_many_whole_records_as_fit(in_ssse: Any) -> None:
    in_ssse.fetch(DF02)
    in_ssse.send(PIN)
    answer = bytes.fromhex(in_ssse.fetch("00B2012D00"))
    assert answer[-2:].hex() == "9000"
    # 42:an03, 41:an03, one 43 of 6C bytes, the second would be 230 bytes in all, and the 44 behind does not fit.
    assert len(answer) - 2 == 5 + 5 + 110 + 110


def test_the_reserved_files_of_the_common_application_are_free_to_read(in_ssse: Any) -> None:
    in_ssse.fetch(DF01)
    assert in_ssse.send("00B0960000") == "6C80"
    assert in_ssse.send("00B0960080") == 256 * "0" + "9000"


def test_a_card_of_an_earlier_version_lets_everybody_read_the_holder(insert: Callable[..., Any]) -> None:
    hands = insert(card__version="2.00")
    hands.fetch(SSSE)
    assert hands.send("00B201355B")[-4:] == "9000"


def test_a_long_name_goes_on_in_the_extension_and_no_character_is_torn(insert: Callable[..., Any]) -> None:
    name = "A" + 14 * "买" + "提"  # 31 bytes in GBK: the last character does not fit into the first 30
    hands = insert(card__version="2.00", card__name=name)
    hands.fetch(SSSE)
    first = bytes.fromhex(hands.fetch("00B2093000")[4:-4])
    rest = bytes.fromhex(hands.fetch("00B24E3000")[4:-4])
    assert (len(first), len(rest)) == (30, 20)
    assert first.rstrip(b"\0").decode("gbk") + rest.rstrip(b"\0").decode("gbk") == name
