"""From snapshot rows to what a certificate says, and to what its code says."""

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.certificates.facts import NothingToCertifyError, code_facts, from_record, hall_day, hall_minute
from kiosk.records import PersonRecord
from offline_store.schema import EnrolmentRow, PersonRow

PRINTED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PERSON = PersonRow(
    id_number="11010519880312001X",
    name="张小三",
    sex="1",
    ethnic="01",
    birth_date="1988-03-12",
    category="worker",
    region="990100",
    phone=None,
)


def _enrolment(kind, status, employer, months):
    return EnrolmentRow(
        id_number=PERSON.id_number,
        kind=kind,
        region="990100",
        status=status,
        since="2010-07-01",
        employer=employer,
        months=months,
    )


def _certificate(*enrolments, person=PERSON):
    record = PersonRecord(as_of="2026-11-21T16:00:00Z", origin="centre", person=person, enrolments=enrolments)
    return from_record(
        record, number="ZM-1", agency="示例市社保中心", place="示例市", terminal="T001", printed_at=PRINTED
    )


def test_active_enrolments_come_first_with_the_words_of_the_field():
    made = _certificate(
        _enrolment("170", "ended", None, 24),
        _enrolment("210", "active", "甲公司", 90),
        _enrolment("110", "active", "甲公司", 185),
    )
    assert [(line.kind, line.status) for line in made.lines] == [
        ("企业职工基本养老保险", "参保缴费"),
        ("失业保险", "参保缴费"),
        ("城乡居民基本养老保险", "终止缴费"),
    ]
    assert made.expires_at - made.printed_at == timedelta(days=90)


def test_a_kind_of_insurance_without_a_name_here_is_shown_by_its_code():
    assert _certificate(_enrolment("777", "paused", None, 3)).lines[0].kind == "险种 777"


def test_nobody_is_certified_without_record_or_without_enrolment():
    with pytest.raises(NothingToCertifyError) as unknown:
        _certificate(person=None)
    assert unknown.value.reason == "person-unknown"
    with pytest.raises(NothingToCertifyError) as empty:
        _certificate()
    assert empty.value.reason == "no-enrolment"


def test_the_code_says_every_line_of_the_table_and_masks_the_person():
    made = _certificate(_enrolment("110", "active", "甲公司", 185), _enrolment("210", "active", "甲公司", 90))
    facts = code_facts(made, issuer="示例市人社局")
    assert facts.name_masked == "张*三"
    assert facts.id_last4 == "001X"
    assert facts.facts == (
        ("企业职工基本养老保险", "参保缴费，2010-07 起，累计 185 个月"),
        ("失业保险", "参保缴费，2010-07 起，累计 90 个月"),
        ("参保单位", "甲公司"),
    )


def test_different_employers_stand_beside_their_insurance_in_the_code():
    made = _certificate(_enrolment("110", "active", "甲公司", 185), _enrolment("210", "active", "乙公司", 90))
    assert [value.rpartition("，")[2] for _, value in code_facts(made, issuer="局").facts] == ["甲公司", "乙公司"]


def test_an_employer_of_one_insurance_only_is_not_said_of_the_others():
    made = _certificate(_enrolment("110", "active", "甲公司", 185), _enrolment("170", "ended", None, 24))
    assert made.common_employer is None
    assert [value.endswith("甲公司") for _, value in code_facts(made, issuer="局").facts] == [True, False]


def test_the_person_does_not_show_in_a_repr():
    made = _certificate(_enrolment("110", "active", "甲公司", 185))
    assert "张小三" not in repr(made)
    assert "11010519880312001X" not in repr(made)
    assert "甲公司" not in repr(made)


def test_times_are_printed_in_hall_time():
    assert hall_minute(datetime(2026, 11, 21, 16, 5, tzinfo=UTC)) == "2026年11月22日 00:05"
    assert hall_day(datetime(2026, 11, 21, 16, 5, tzinfo=UTC)) == "2026年11月22日"
