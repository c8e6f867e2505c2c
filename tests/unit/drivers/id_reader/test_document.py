"""The 256 bytes of text: the worked citizen, the other kinds by letter, and each rule broken once."""

import hashlib
import random
from datetime import date
from typing import Any

import pytest

from drivers.id_reader import vectors
from drivers.id_reader.citizen_number import check_character
from drivers.id_reader.document import (
    DocumentRefusedError,
    ForeignerCard2017,
    ForeignerCard2023,
    IdDocument,
    LongTerm,
    ResidencePermit,
    Sex,
    Validity,
    parse_address,
    parse_document,
)
from drivers.id_reader.foreigner_number import check_digit
from drivers.id_reader.layouts import (
    CITIZEN_LAYOUT,
    FOREIGNER_2017_LAYOUT,
    FOREIGNER_2023_LAYOUT,
    RESIDENT_LAYOUT,
    TEXT_SIZE,
)

TODAY = date(2026, 11, 22)


def text_of(**changes: str) -> bytes:
    return bytes(CITIZEN_LAYOUT.build(vectors.CITIZEN_FIELDS | changes))


def at(offset: int, text: str, base: bytes = b"\x20\x00" * 128) -> bytes:
    """An independent way to write a field: by the sheet's offsets."""
    raw = text.encode("utf-16-le")
    return base[:offset] + raw + base[offset + len(raw) :]


def test_the_layout_writes_and_reads_the_worked_text() -> None:
    text = bytes.fromhex(vectors.CITIZEN_TEXT)
    assert len(text) == CITIZEN_LAYOUT.sizeof() == TEXT_SIZE
    assert text_of() == text
    parsed = CITIZEN_LAYOUT.parse(text)
    assert {name: parsed[name] for name in vectors.CITIZEN_FIELDS} == vectors.CITIZEN_FIELDS


def test_the_worked_citizen_becomes_a_typed_document() -> None:
    document = parse_document(bytes.fromhex(vectors.CITIZEN_TEXT), business_date=TODAY)
    assert isinstance(document, IdDocument)
    assert document.name == "测试人"
    assert document.sex is Sex.FEMALE
    assert document.ethnic_group == "01"
    assert document.birth_date == date(1949, 12, 31)
    assert document.number.text == "11010519491231002X"
    assert (document.valid_from, document.valid_to) == (date(2020, 1, 1), LongTerm.LONG_TERM)


def test_a_document_shows_nothing_of_the_person() -> None:
    assert repr(parse_document(text_of(), business_date=TODAY)) == "IdDocument()"


def frame_with(text: bytes) -> bytes:
    body = bytes.fromhex("05080000900100" + "0400") + text + bytes(1024)
    check = 0
    for byte in body:
        check ^= byte
    return bytes.fromhex("AAAAAA9669") + body + bytes([check])


OTHER_KINDS: dict[str, tuple[dict[int, str], str]] = {
    # by the sheet's offsets; the frame's printed sha256 proves that the text is the sheet's own
    "J": (
        {
            0: "测试台",
            30: "2",
            36: "19491231",
            52: "福建省厦门市测试路2号",
            122: "830000194912310021",
            158: "厦门市公安局",
            188: "20200101",
            204: "20250101",
            220: "T00000001",
            238: "01",
        },
        "a1c6ea5f0c9600a3d3da33c267a801913c0c4ab06b7c3252f97b88e076ff0951",
    ),
    "I": (
        {
            0: "TEST, PERSON",
            120: "2",
            122: "USA110049123108",
            152: "USA",
            158: "测试",
            188: "20200101",
            204: "20300101",
            220: "19491231",
            236: "01",
            240: "1500",
        },
        "cb8c544b1ead466101ca8457302cd58948d42ad634cfa6bada9daf145013d69a",
    ),
    "Y": (
        {
            0: "测试",
            30: "2",
            32: "01",
            36: "19491231",
            52: "TEST, PERSON",
            122: "911840194912310027",
            188: "20240101",
            204: "20340101",
            242: "USA",
        },
        "ba16a2284844f03acad7428b01a01571f3686541db7c944921c270038a87f63b",
    ),
}


LAYOUTS = {"": CITIZEN_LAYOUT, "J": RESIDENT_LAYOUT, "I": FOREIGNER_2017_LAYOUT, "Y": FOREIGNER_2023_LAYOUT}
VECTORS = {vector.letter: vector for vector in vectors.DOCUMENTS}


def foreign_text(letter: str, **changes: str) -> bytes:
    return bytes(LAYOUTS[letter].build(VECTORS[letter].fields | changes))


@pytest.mark.parametrize("letter", LAYOUTS)
def test_each_layout_writes_and_reads_the_worked_text_with_the_printed_hash(letter: str) -> None:
    vector = VECTORS[letter]
    text = foreign_text(letter)
    assert len(text) == LAYOUTS[letter].sizeof() == TEXT_SIZE
    frame = frame_with(text)
    assert (len(frame), frame[-1], hashlib.sha256(frame).hexdigest()) == (1295, vector.check, vector.frame_sha256)
    parsed = LAYOUTS[letter].parse(text)
    assert {name: parsed[name] for name in vector.fields} == vector.fields


@pytest.mark.parametrize("letter", OTHER_KINDS)
def test_the_fields_stand_where_the_sheet_says(letter: str) -> None:
    fields, sha256 = OTHER_KINDS[letter]
    text = at(248, letter)
    for offset, content in fields.items():
        text = at(offset, content, text)
    assert hashlib.sha256(frame_with(text)).hexdigest() == sha256
    assert text == foreign_text(letter)


def test_a_residence_permit_becomes_a_typed_document() -> None:
    document = parse_document(foreign_text("J"), business_date=TODAY)
    assert isinstance(document, ResidencePermit)
    assert document.name == "测试台"
    assert document.address == "福建省厦门市测试路2号"
    assert document.number.text == "830000194912310021"
    assert document.issuer == "厦门市公安局"
    assert (document.permit_number, document.issue_count) == ("T00000001", 1)
    assert document.birth_date == date(1949, 12, 31)
    assert document.validity_on(TODAY) is Validity.EXPIRED
    assert repr(document) == "ResidencePermit()"


def test_a_foreigners_card_of_2017_becomes_a_typed_document() -> None:
    document = parse_document(foreign_text("I"), business_date=TODAY)
    assert isinstance(document, ForeignerCard2017)
    assert (document.english_name, document.name) == ("TEST, PERSON", "测试")
    assert (document.number.text, document.number.country) == ("USA110049123108", "USA")
    assert document.nationality == "USA"
    assert (document.version, document.authority) == ("01", "1500")
    assert document.birth_date == date(1949, 12, 31)
    assert document.validity_on(TODAY) is Validity.VALID
    assert repr(document) == "ForeignerCard2017()"
    assert repr(document.number) == "ForeignerNumber()"


def test_a_foreigners_card_of_2023_becomes_a_typed_document() -> None:
    document = parse_document(foreign_text("Y"), business_date=TODAY)
    assert isinstance(document, ForeignerCard2023)
    assert (document.english_name, document.name) == ("TEST, PERSON", "测试")
    assert document.number.text == "911840194912310027"
    assert (document.nationality, document.renewals, document.former_number) == ("USA", 1, None)
    assert document.validity_on(TODAY) is Validity.VALID
    assert repr(document) == "ForeignerCard2023()"


@pytest.mark.parametrize(
    "name", ["A" * 35 + "B" * 11, "A" * 34 + " " + "BCD", "A" * 35 + " BCD", "A" * 33 + "  BCD", "A" * 46]
)
def test_a_long_english_name_comes_together_unbroken(name: str) -> None:
    document = parse_document(
        foreign_text("Y", english_name=name[:35], english_name_rest=name[35:]), business_date=TODAY
    )
    assert isinstance(document, ForeignerCard2023)
    assert document.english_name == name


@pytest.mark.parametrize("blank", [{"name": ""}, {"version": ""}, {"authority": ""}])
def test_a_foreigners_card_may_leave_blank_what_not_everybody_has(blank: dict[str, str]) -> None:
    assert isinstance(parse_document(foreign_text("I", **blank), business_date=TODAY), ForeignerCard2017)


WOMAN_OF_BEIJING = "11010519491231002"
MAN_OF_TAIWAN = "83000019491231003"
WOMAN_LATER = "91184019500101002"


@pytest.mark.parametrize(
    ("letter", "changes", "field_name", "rule"),
    [
        ("J", {"number": "830000194912310022"}, "number", "check-character"),
        ("J", {"number": WOMAN_OF_BEIJING + "X"}, "number", "not of this kind"),
        ("J", {"number": MAN_OF_TAIWAN + check_character(MAN_OF_TAIWAN)}, "number", "sex differs"),
        ("J", {"name": ""}, "name", "blank"),
        ("J", {"issue_count": "0x"}, "issue_count", "not a count"),
        ("J", {"valid_to": "20190101"}, "valid_to", "before valid_from"),
        ("I", {"number": "USA110049123109"}, "number", "check-character"),
        ("I", {"number": "usa110049123108"}, "number", "shape"),
        ("I", {"number": "USA11004912310"}, "number", "shape"),
        ("I", {"number": "11010519491231002X"[:15]}, "number", "shape"),
        ("I", {"birth_date": "19491230"}, "number", "birth date differs"),
        ("I", {"birth_date": ""}, "birth_date", "blank"),
        ("I", {"birth_date": "20491231"}, "birth_date", "future-date"),
        ("I", {"birth_date": "19491301"}, "birth_date", "no such day"),
        ("I", {"english_name": ""}, "english_name", "blank"),
        ("I", {"nationality": "US"}, "nationality", "unknown code"),
        ("I", {"nationality": "usa"}, "nationality", "unknown code"),
        ("I", {"nationality": ""}, "nationality", "unknown code"),
        ("I", {"sex": "F"}, "sex", "unknown code"),
        ("Y", {"number": WOMAN_OF_BEIJING + "X"}, "number", "not of this kind"),
        ("Y", {"number": "USA110049123108"}, "number", "shape"),
        ("Y", {"number": WOMAN_LATER + check_character(WOMAN_LATER)}, "number", "birth date differs"),
        ("Y", {"renewals": "-1"}, "renewals", "not a count"),
        ("Y", {"english_name": ""}, "english_name", "blank"),
        ("Y", {"nationality": "840"}, "nationality", "unknown code"),
    ],
)
def test_a_broken_rule_of_another_kind_names_the_field_and_shows_no_content(
    letter: str, changes: dict[str, str], field_name: str, rule: str
) -> None:
    with pytest.raises(DocumentRefusedError) as refused:
        parse_document(foreign_text(letter, **changes), business_date=TODAY)
    assert str(refused.value) == f"{field_name}: {rule}"


@pytest.mark.parametrize(("first14", "digit"), vectors.FOREIGNER_NUMBERS.items())
def test_the_check_digit_of_2017_is_the_printed_one_and_no_other_is_right(first14: str, digit: str) -> None:
    assert check_digit(first14) == digit
    for other in set("0123456789") - {digit}:
        with pytest.raises(DocumentRefusedError, match="check-character"):
            parse_document(foreign_text("I", number=first14 + other), business_date=TODAY)


def test_another_kinds_text_that_lost_its_letter_is_not_read_as_a_citizens() -> None:
    for letter in "JIY":
        with pytest.raises(DocumentRefusedError):
            parse_document(at(248, " ", foreign_text(letter)), business_date=TODAY)


def test_the_newest_address_is_read_from_its_worked_frame() -> None:
    data = bytes.fromhex(vectors.NEW_ADDRESS_FRAME)[10:-1]
    assert parse_address(data) == vectors.NEW_ADDRESS
    assert parse_address(35 * b"\x20\x00") == parse_address(bytes(70)) == ""


@pytest.mark.parametrize("data", [bytes(69), bytes(71), b"\x00\xd8" * 35, b"\x1b\x00" * 35])
def test_what_is_no_address_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentRefusedError, match="address"):
        parse_address(data)


@pytest.mark.parametrize("letter", ["A", "j", "Z", "0", "中", "\x01", "\ufeff"])
def test_an_unknown_letter_is_refused_never_guessed(letter: str) -> None:
    with pytest.raises(DocumentRefusedError) as refused:
        parse_document(at(248, letter, text_of()), business_date=TODAY)
    assert (refused.value.field_name, refused.value.rule) == ("kind", "unknown letter")


def test_half_a_character_as_letter_is_refused() -> None:
    text = bytearray(text_of())
    text[248:250] = b"\x00\xd8"
    with pytest.raises(DocumentRefusedError):
        parse_document(bytes(text), business_date=TODAY)


@pytest.mark.parametrize(
    "name", ["测" * 15, "𠮷𬭩" * 3 + "㐂", "买买提·吐尔逊江·阿不都热", "\ue000某", "𠮷" * 7, "ANNA O'NEILL"]
)
def test_a_name_comes_out_whole_and_unbroken(name: str) -> None:
    assert parse_document(text_of(name=name), business_date=TODAY).name == name


def test_fill_may_be_spaces_zeros_or_both() -> None:
    text = text_of(name="测试人").replace(
        "测试人".encode("utf-16-le") + 12 * b"\x20\x00", "测试人".encode("utf-16-le") + 5 * b"\x20\x00" + 14 * b"\x00"
    )
    zeros = bytearray(text)
    zeros[248:256] = bytes(8)  # the kind's place too
    assert parse_document(bytes(zeros), business_date=TODAY).name == "测试人"


def test_half_a_surrogate_pair_is_refused() -> None:
    text = bytearray(text_of(name="测" * 15))
    text[28:30] = b"\x42\xd8"  # the first half of U+20BB7, where the field ends
    with pytest.raises(DocumentRefusedError) as refused:
        parse_document(bytes(text), business_date=TODAY)
    assert refused.value.field_name == "text"


PLAIN = "11010519491231002"
MAN = "11010519491231003"


@pytest.mark.parametrize(
    ("changes", "field_name", "rule"),
    [
        ({"name": ""}, "name", "blank"),
        ({"name": "测\x1b试"}, "text", "not text"),
        ({"name": "测\x00试"}, "text", "not text"),
        ({"sex": "3"}, "sex", "unknown code"),
        ({"ethnic_group": "57"}, "ethnic_group", "unknown code"),
        ({"ethnic_group": "00"}, "ethnic_group", "unknown code"),
        ({"number": ""}, "number", "shape"),
        ({"number": PLAIN + "1"}, "number", "check-character"),
        ({"number": MAN + check_character(MAN)}, "number", "sex differs"),
        ({"birth_date": "19491230"}, "number", "birth date differs"),
        ({"birth_date": "1949123"}, "birth_date", "not a date"),
        ({"birth_date": "１９４９１２３１"}, "birth_date", "not a date"),
        ({"valid_from": "20200230"}, "valid_from", "no such day"),
        ({"valid_to": "长 期"}, "valid_to", "not a date"),
        ({"valid_to": "20191231"}, "valid_to", "before valid_from"),
    ],
)
def test_a_broken_rule_names_the_field_and_shows_no_content(
    changes: dict[str, str], field_name: str, rule: str
) -> None:
    with pytest.raises(DocumentRefusedError) as refused:
        parse_document(text_of(**changes), business_date=TODAY)
    assert (refused.value.field_name, refused.value.rule) == (field_name, rule)
    assert str(refused.value) == f"{field_name}: {rule}"


def test_a_small_x_on_the_card_is_stored_as_a_capital() -> None:
    document = parse_document(text_of(number=PLAIN + "x"), business_date=TODAY)
    assert document.number.text == PLAIN + "X"


@pytest.mark.parametrize(("code", "sex"), [("0", Sex.UNKNOWN), ("9", Sex.NOT_STATED), ("", Sex.UNKNOWN)])
def test_a_sex_that_is_not_told_cannot_disagree(code: str, sex: Sex) -> None:
    assert parse_document(text_of(sex=code), business_date=TODAY).sex is sex


def test_a_blank_birth_date_is_taken_from_the_number() -> None:
    assert parse_document(text_of(birth_date=""), business_date=TODAY).birth_date == date(1949, 12, 31)


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "day", "validity"),
    [
        ("20200101", "20261121", TODAY, Validity.EXPIRED),
        ("20200101", "20261122", TODAY, Validity.VALID),
        ("20261122", "20361122", TODAY, Validity.VALID),
        ("20261123", "20361122", TODAY, Validity.NOT_YET),
        ("20200101", "长期", date(2999, 1, 1), Validity.VALID),
        ("20200101", "", TODAY, Validity.UNKNOWN),
        ("", "20361122", TODAY, Validity.UNKNOWN),
        ("", "20261121", TODAY, Validity.EXPIRED),
        ("", "", TODAY, Validity.UNKNOWN),
    ],
)
def test_validity_counts_the_whole_last_day_and_a_blank_date_is_not_a_yes(
    valid_from: str, valid_to: str, day: date, validity: Validity
) -> None:
    document = parse_document(text_of(valid_from=valid_from, valid_to=valid_to), business_date=TODAY)
    assert document.validity_on(day) is validity


@pytest.mark.parametrize("size", [0, 2, 255, 257, 512])
def test_a_text_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(DocumentRefusedError):
        parse_document(bytes(size), business_date=TODAY)


@pytest.mark.parametrize("letter", LAYOUTS)
def test_twenty_thousand_damaged_texts_end_in_a_document_or_one_of_our_errors(letter: str) -> None:
    chance = random.Random(f"11643{letter}")
    good = foreign_text(letter)
    outcomes: dict[Any, int] = {}
    for _ in range(20_000 // len(LAYOUTS)):
        raw = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            raw[chance.randrange(TEXT_SIZE)] = chance.randrange(256)
        try:
            outcome: Any = parse_document(bytes(raw), business_date=TODAY).sex
        except DocumentRefusedError:
            outcome = DocumentRefusedError
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    assert outcomes[DocumentRefusedError] > 500  # the damage is seen
    assert outcomes[Sex.FEMALE] > 200  # and an address with another character is still a document
