"""What a certificate of enrolment (SI-04 参保证明) says, as typed values (service catalogue, 4.1).

The same values go on the paper and, with the person masked, into the code beside them: every line of the table is in
the code, so a figure altered on the paper does not agree with it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from kiosk import masking
from kiosk.clock import HALL_ZONE
from kiosk.records import PersonRecord
from offline_store.schema import INSURANCE_KINDS
from sync.protocol.certificate_code import CertificateFacts
from sync.protocol.messages import IdNumber, Message, Terminal, Word

ITEM: Final = "SI-04"
VALID_FOR: Final = timedelta(days=90)
"""How long a certificate may be checked; places use three to six months."""

_STATUS: Final = {"active": "参保缴费", "paused": "暂停缴费", "ended": "终止缴费"}
_SEX: Final = {"1": "男", "2": "女"}

Short = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Employer = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class NothingToCertifyError(Exception):
    """The records do not support a certificate. `reason`: person-unknown or no-enrolment."""

    def __init__(self, reason: Literal["person-unknown", "no-enrolment"]) -> None:
        super().__init__(f"no certificate of enrolment can be made: {reason}")
        self.reason = reason


class InsuranceLine(Message):
    """One kind of insurance (险种): its name, status, first day, employer if there is one, months paid in all."""

    kind: Short
    status: Short
    since: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    employer: Employer | None = Field(default=None, repr=False)
    months: Annotated[int, Field(ge=0, lt=2000)]

    @property
    def since_month(self) -> str:
        """2010年07月."""
        return f"{self.since[:4]}年{self.since[5:7]}月"


class EnrolmentCertificate(Message):
    """Everything the papers process needs besides its own seal.

    `agency` keeps the records, `place` is where. `show_id_number` prints the number in full, for purposes that need it.
    """

    item: Literal["SI-04"] = ITEM
    number: Word
    agency: Short
    place: Short
    terminal: Terminal
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(repr=False)
    sex: Annotated[str, StringConstraints(max_length=8)] = Field(repr=False)
    id_number: IdNumber = Field(repr=False)
    show_id_number: bool = False
    lines: Annotated[tuple[InsuranceLine, ...], Field(min_length=1, max_length=20, repr=False)]
    data_as_of: AwareDatetime
    printed_at: AwareDatetime
    expires_at: AwareDatetime

    @property
    def shown_id_number(self) -> str:
        """As it is printed."""
        return self.id_number if self.show_id_number else masking.mask_id_number(self.id_number)

    @property
    def common_employer(self) -> str | None:
        """The employer, when every line has the same one; else None."""
        employers = {line.employer for line in self.lines}
        return next(iter(employers)) if len(employers) == 1 else None


def from_record(
    record: PersonRecord,
    *,
    number: str,
    agency: str,
    place: str,
    terminal: str,
    printed_at: datetime,
    show_id_number: bool = False,
) -> EnrolmentCertificate:
    """The certificate of one person's snapshot rows, active enrolments first. Raises NothingToCertifyError."""
    if record.person is None:
        raise NothingToCertifyError("person-unknown")
    if not record.enrolments:
        raise NothingToCertifyError("no-enrolment")
    rows = sorted(record.enrolments, key=lambda row: (row.status != "active", row.kind))
    return EnrolmentCertificate(
        number=number,
        agency=agency,
        place=place,
        terminal=terminal,
        name=record.person.name,
        sex=_SEX.get(record.person.sex, "未说明"),
        id_number=record.person.id_number,
        show_id_number=show_id_number,
        lines=tuple(
            InsuranceLine(
                kind=INSURANCE_KINDS.get(row.kind, f"险种 {row.kind}"),
                status=_STATUS[row.status],
                since=row.since,
                employer=row.employer or None,
                months=row.months,
            )
            for row in rows
        ),
        data_as_of=datetime.fromisoformat(record.as_of),
        printed_at=printed_at,
        expires_at=printed_at + VALID_FOR,
    )


def code_facts(certificate: EnrolmentCertificate, *, issuer: str) -> CertificateFacts:
    """What goes into the code: the person masked, every line of the table, the employer once if it is one."""
    common = certificate.common_employer
    pairs = [(line.kind, _line_in_code(line, with_employer=common is None)) for line in certificate.lines]
    if common is not None:
        pairs.append(("参保单位", common))
    return CertificateFacts(
        number=certificate.number,
        kind=certificate.item,
        issuer=issuer,
        place=certificate.place,
        name_masked=masking.mask_name(certificate.name),
        id_last4=masking.last_four(certificate.id_number),
        facts=tuple(pairs),
        data_as_of=certificate.data_as_of,
        printed_at=certificate.printed_at,
        expires_at=certificate.expires_at,
        terminal=certificate.terminal,
    )


def _line_in_code(line: InsuranceLine, *, with_employer: bool) -> str:
    employer = f"，{line.employer}" if with_employer and line.employer else ""
    return f"{line.status}，{line.since[:7]} 起，累计 {line.months} 个月{employer}"


def hall_minute(moment: datetime) -> str:
    """2026年11月02日 17:30, in hall time."""
    local = moment.astimezone(HALL_ZONE)
    return f"{hall_day(moment)} {local:%H:%M}"


def hall_day(moment: datetime) -> str:
    """2026年11月02日, in hall time."""
    local = moment.astimezone(HALL_ZONE)
    return f"{local:%Y}年{local:%m}月{local:%d}日"
