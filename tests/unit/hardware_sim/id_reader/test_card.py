"""What a resident ID card holds: the worked texts of the sheet, rare names, and what does not fit."""

import hashlib

import pytest

from hardware_sim.id_reader.card import (
    FOREIGNER_2017,
    FOREIGNER_2023,
    RESIDENT,
    FieldTooLongError,
    IdCard,
    citizen_text,
    document,
    padded,
    photo_of,
)
from hardware_sim.id_reader.frames import PREAMBLE, answer

CITIZEN_SHA256 = "4c4de60293249fab9054455415b8bd98b455df6b69e27732a5d48284792e6c0b"


def test_the_citizen_frame_of_the_sheet_comes_out_byte_for_byte(sample_card: IdCard) -> None:
    frame = answer(0x90, bytes.fromhex("01000400") + sample_card.text + sample_card.photo)
    assert len(frame) == 1295
    assert frame[-1] == 0xA6
    assert hashlib.sha256(frame).hexdigest() == CITIZEN_SHA256


@pytest.mark.parametrize(
    ("layout", "fields", "check", "sha256"),
    [
        (
            RESIDENT,
            {
                "name": "测试台",
                "sex": "2",
                "birth_date": "19491231",
                "address": "福建省厦门市测试路2号",
                "id_number": "830000194912310021",
                "issuer": "厦门市公安局",
                "valid_from": "20200101",
                "valid_to": "20250101",
                "permit_number": "T00000001",
                "issue_count": "01",
                "kind": "J",
            },
            0x19,
            "a1c6ea5f0c9600a3d3da33c267a801913c0c4ab06b7c3252f97b88e076ff0951",
        ),
        (
            FOREIGNER_2017,
            {
                "english_name": "TEST, PERSON",
                "sex": "2",
                "id_number": "USA110049123108",
                "nationality": "USA",
                "name": "测试",
                "valid_from": "20200101",
                "valid_to": "20300101",
                "birth_date": "19491231",
                "version": "01",
                "authority": "1500",
                "kind": "I",
            },
            0x90,
            "cb8c544b1ead466101ca8457302cd58948d42ad634cfa6bada9daf145013d69a",
        ),
        (
            FOREIGNER_2023,
            {
                "name": "测试",
                "sex": "2",
                "renewals": "01",
                "birth_date": "19491231",
                "english_name": "TEST, PERSON",
                "id_number": "911840194912310027",
                "valid_from": "20240101",
                "valid_to": "20340101",
                "nationality": "USA",
                "kind": "Y",
            },
            0xE3,
            "ba16a2284844f03acad7428b01a01571f3686541db7c944921c270038a87f63b",
        ),
    ],
    ids=["J", "I", "Y"],
)
def test_the_other_documents_of_the_sheet_come_out_byte_for_byte(
    layout: tuple[tuple[str, int], ...], fields: dict[str, str], check: int, sha256: str
) -> None:
    frame = answer(0x90, bytes.fromhex("01000400") + document(layout, fields) + bytes(1024))
    assert len(frame) == 1295
    assert frame[-1] == check
    assert hashlib.sha256(frame).hexdigest() == sha256


def test_the_fields_lie_where_the_sheet_puts_them(sample_card: IdCard) -> None:
    text = sample_card.text
    assert text[0:30] == bytes.fromhex("4B6DD58BBA4E") + bytes.fromhex("2000") * 12
    assert text[30:36] == bytes.fromhex("320030003100")
    assert text[122:158].decode("utf-16-le") == "11010519491231002X"
    assert text[204:220] == bytes.fromhex("7F951F67") + bytes.fromhex("2000") * 6
    assert text[248:250].decode("utf-16-le") == " ", "a blank at 248 says: citizen"


def test_a_rare_character_is_kept_whole_as_a_surrogate_pair() -> None:
    assert padded("name", "𠮷𬭩", 30) == bytes.fromhex("42D8B7DF72D869DF") + bytes.fromhex("2000") * 11


def test_a_name_of_fifteen_characters_fits_and_sixteen_do_not() -> None:
    assert len(padded("name", "长" * 15, 30)) == 30
    with pytest.raises(FieldTooLongError, match="name takes 32 bytes in UTF-16, the card has 30"):
        padded("name", "长" * 16, 30)


def test_what_does_not_fit_is_told_without_the_content() -> None:
    with pytest.raises(FieldTooLongError) as refused:
        padded("name", "欧阳" * 10, 30)
    assert "欧阳" not in str(refused.value)


def test_a_card_shows_nothing_of_its_person_in_a_log(sample_card: IdCard) -> None:
    assert repr(sample_card) == "IdCard(…)"


def test_an_unknown_field_is_an_error_and_not_dropped() -> None:
    with pytest.raises(KeyError, match="nickname"):
        document((("name", 256),), {"nickname": "x"})


def test_every_photo_contains_the_preamble_and_is_the_same_for_the_same_person() -> None:
    assert len(photo_of("a")) == 1024
    assert PREAMBLE in photo_of("a")
    assert photo_of("a") == photo_of("a") != photo_of("b")


@pytest.mark.parametrize(("text", "photo", "fingerprint"), [(255, 1024, 0), (256, 1000, 0), (256, 1024, 100)])
def test_parts_of_a_wrong_size_are_refused(text: int, photo: int, fingerprint: int) -> None:
    with pytest.raises(ValueError, match="bytes"):
        IdCard(bytes(text), bytes(photo), bytes(fingerprint))


def test_a_citizen_without_an_end_date_has_blanks_there() -> None:
    text = citizen_text(
        name="甲",
        sex="1",
        ethnic="01",
        birth_date="2000-01-01",
        address="",
        id_number="",
        issuer="",
        valid_from="",
        valid_to="",
    )
    assert text[188:220] == bytes.fromhex("2000") * 16
