"""All four documents, fingerprints, new addresses and line speeds, driver and simulated reader on a real tty."""

from datetime import date
from typing import Any

import pytest

from drivers.errors import Timeout
from drivers.id_reader.commands import BAUD_RATES, ModuleState
from drivers.id_reader.document import (
    DocumentKind,
    ForeignerCard2017,
    ForeignerCard2023,
    IdDocument,
    LongTerm,
    ResidencePermit,
    Sex,
)
from drivers.id_reader.reader import (
    ALL_KINDS,
    DocumentKindNotServed,
    DocumentRead,
    DocumentRefused,
    NoNewAddress,
)
from hardware_sim.id_reader.card import (
    CITIZEN,
    FOREIGNER_2017,
    FOREIGNER_2023,
    RESIDENT,
    IdCard,
    document,
    padded,
    photo_of,
)

CITIZEN_FIELDS = {
    "name": "测试人",
    "sex": "2",
    "ethnic": "01",
    "birth_date": "19491231",
    "address": "北京市朝阳区测试路1号",
    "id_number": "11010519491231002X",
    "issuer": "北京市公安局朝阳分局",
    "valid_from": "20200101",
    "valid_to": "长期",
}
RESIDENT_FIELDS = {
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
}
FOREIGNER_2017_FIELDS = {
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
}
LONG_NAME = "WOLFESCHLEGELSTEINHAUSENBERGER, HUBERT BLAINE"
FOREIGNER_2023_FIELDS = {
    "name": "测试",
    "sex": "2",
    "renewals": "01",
    "birth_date": "19491231",
    "english_name": LONG_NAME[:35],
    "english_name_rest": LONG_NAME[35:],
    "id_number": "911840194912310027",
    "valid_from": "20240101",
    "valid_to": "20340101",
    "nationality": "USA",
    "kind": "Y",
}
DOCUMENTS = {
    DocumentKind.CITIZEN: (CITIZEN, CITIZEN_FIELDS, IdDocument),
    DocumentKind.HK_MACAU_TAIWAN_RESIDENT: (RESIDENT, RESIDENT_FIELDS, ResidencePermit),
    DocumentKind.FOREIGNER_2017: (FOREIGNER_2017, FOREIGNER_2017_FIELDS, ForeignerCard2017),
    DocumentKind.FOREIGNER_2023: (FOREIGNER_2023, FOREIGNER_2023_FIELDS, ForeignerCard2023),
}


def card_of(which: DocumentKind, fingerprint: bytes = b"", new_address: str | None = None, **changes: str) -> IdCard:
    layout, fields, _ = DOCUMENTS[which]
    address = None if new_address is None else padded("address", new_address, 70)
    return IdCard(document(layout, {**fields, **changes}), photo_of(which.name), fingerprint, address)


@pytest.mark.parametrize("kind", DocumentKind, ids=lambda kind: kind.name)
def test_each_kind_of_document_is_read_as_what_it_is(bench: Any, kind: DocumentKind) -> None:
    _, fields, shape = DOCUMENTS[kind]
    bench.lay(card_of(kind))
    result = bench.poll(kinds=ALL_KINDS)
    assert isinstance(result, DocumentRead)
    read = result.document
    assert type(read) is shape
    assert (read.name, read.sex, read.birth_date) == (fields["name"], Sex.FEMALE, date(1949, 12, 31))
    assert read.number.text == fields["id_number"]
    assert f"{read.valid_from:%Y%m%d}" == fields["valid_from"]
    assert read.valid_to is LongTerm.LONG_TERM or f"{read.valid_to:%Y%m%d}" == fields["valid_to"]
    assert result.photo == photo_of(kind.name)
    for name in ("address", "issuer", "nationality", "permit_number", "version", "authority"):
        if name in fields:
            assert getattr(read, name) == fields[name]
    if kind is DocumentKind.FOREIGNER_2023:
        assert read.english_name == LONG_NAME
        assert read.renewals == 1
    elif kind is DocumentKind.FOREIGNER_2017:
        assert read.english_name == "TEST, PERSON"
    elif kind is DocumentKind.HK_MACAU_TAIWAN_RESIDENT:
        assert read.issue_count == 1


@pytest.mark.parametrize(
    "kind", [kind for kind in DocumentKind if kind is not DocumentKind.CITIZEN], ids=lambda k: k.name
)
def test_a_kind_nobody_asked_for_is_told_and_not_read_by_another_layout(bench: Any, kind: DocumentKind) -> None:
    bench.lay(card_of(kind))
    assert bench.poll() == DocumentKindNotServed(kind)


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"kind": "Z"}, DocumentRefused("kind", "unknown letter")),
        ({"id_number": "830000194912310022"}, DocumentRefused("number", "check-character")),
        ({"sex": "1"}, DocumentRefused("number", "sex differs")),
        ({"valid_to": "20250230"}, DocumentRefused("valid_to", "no such day")),
    ],
    ids=["letter", "check character", "sex", "day"],
)
def test_a_document_that_breaks_a_rule_is_refused_by_field_and_rule(
    bench: Any, changes: dict[str, str], refused: DocumentRefused
) -> None:
    bench.lay(card_of(DocumentKind.HK_MACAU_TAIWAN_RESIDENT, **changes))
    assert bench.poll(kinds=ALL_KINDS) == refused


@pytest.mark.parametrize("size", [0, 512, 1024])
def test_a_fingerprint_of_each_length_is_read_whole(bench: Any, size: int) -> None:
    fingerprint = bytes(value % 251 for value in range(size))
    bench.lay(card_of(DocumentKind.CITIZEN, fingerprint))
    result = bench.poll(fingerprint=True)
    assert isinstance(result, DocumentRead)
    assert result.fingerprint == fingerprint


@pytest.mark.parametrize(
    ("address", "told"), [("北京市海淀区测试路3号", "北京市海淀区测试路3号"), (None, NoNewAddress.NOT_ON_CARD)]
)
def test_the_newest_address_is_read_or_known_to_be_none(bench: Any, address: str | None, told: Any) -> None:
    bench.lay(card_of(DocumentKind.CITIZEN, new_address=address))
    result = bench.poll(newest_address=True)
    assert result.newest_address == told


@pytest.mark.parametrize("rate", BAUD_RATES)
def test_module_and_tty_go_to_each_speed_together_and_read_there(bench: Any, rate: int) -> None:
    bench.run(bench.driver.change_baud(rate))
    assert bench.wire.look(lambda reader: reader.baud) == rate
    bench.lay(card_of(DocumentKind.CITIZEN))
    assert isinstance(bench.poll(), DocumentRead)
    assert bench.wire.lost_to_wrong_rate == 0


def test_a_module_left_at_another_speed_is_found_there(bench: Any) -> None:
    bench.hand(lambda reader: reader.feed(bytes.fromhex("AAAAAA966900036002 61"), 0.0))
    assert bench.wire.look(lambda reader: reader.baud) == 38400
    with pytest.raises(Timeout):
        bench.run(bench.driver.module_state())
    assert bench.run(bench.driver.find_baud()) == 38400
    assert bench.run(bench.driver.module_state()) is ModuleState.READY
