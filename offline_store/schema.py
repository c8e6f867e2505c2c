"""What the two databases hold, as row types: the journal's tables and the snapshot's tables.

Pure: types, names and codes, no SQL connection. The central platform builds snapshot packages from the same
row types that the terminal loads. The SQL that makes the tables is in `offline_store.migrations` (journal) and
`offline_store.snapshot.tables` (snapshot).

Units: money is whole fen (1 yuan = 100 fen); months are text ``YYYY-MM``, days ``YYYY-MM-DD``, moments RFC 3339
UTC with milliseconds. Optional text that is not known is None; a key column is never None.
Row reprs show no field, since nearly every field is personal data.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from offline_store.chain import ChainEntry

JOURNAL_SCHEMA_VERSION: Final = 4
SNAPSHOT_SCHEMA_VERSION: Final = 1

# --- journal ---

DeliveryState: TypeAlias = Literal["pending", "received", "processed", "refused"]
DELIVERY_STATES: Final[tuple[str, ...]] = get_args(DeliveryState)

PrintState: TypeAlias = Literal["queued", "sending", "printed", "failed", "unknown"]
PRINT_STATES: Final[tuple[str, ...]] = get_args(PrintState)
FINAL_PRINT_STATES: Final[frozenset[str]] = frozenset({"printed", "failed", "unknown"})

QuestionState: TypeAlias = Literal["waiting", "sent", "answered", "refused", "expired", "unknown"]
"""Waiting: never sent. Sent: it may have arrived. Expired: certainly not done. Unknown: nobody can say any more."""
OPEN_QUESTION_STATES: Final[frozenset[str]] = frozenset({"waiting", "sent"})


@dataclass(frozen=True, slots=True)
class PendingItem:
    """One entry to upload with its sealed body (None: no body, or already deleted)."""

    entry: ChainEntry
    sealed: bytes | None


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """Delivery state of one chain entry, kept beside the chain. ``result``: the centre's answer, JSON text."""

    epoch: int
    seq: int
    state: DeliveryState
    attempts: int
    last_attempt_at: str | None
    received_at: str | None
    processed_at: str | None
    result: str | None


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One answer from the centre, in order of arrival (``id`` rises). ``payload``: JSON text."""

    id: int
    kind: str
    epoch: int | None
    seq: int | None
    payload: str = dataclasses.field(repr=False)
    arrived_at: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run of a sync job: what, started by what, when, how it ended, how many items."""

    id: int
    job: str
    started_by: str
    started_at: str
    ended_at: str | None
    outcome: str | None
    items: int
    detail: str | None


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question to the centre while a person waits. ``content``, ``answer``: JSON text, personal, soon deleted."""

    id: str
    kind: str
    asked_at: str
    deadline_seconds: int
    content: str | None = dataclasses.field(repr=False)
    state: QuestionState
    sent_at: str | None
    settled_at: str | None
    reason: str | None
    answer: str | None = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class DeviceStateRow:
    """How a device is: ``state`` a word of XFS4IoT, ``fault`` a code of the fault table or None, ``since`` a moment."""

    device: str
    state: str
    fault: str | None
    since: str


# --- snapshot ---

Month: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
Day: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
Moment: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$")]
Fen: TypeAlias = Annotated[int, Field(strict=True, ge=0, lt=2**53)]
IdNumber: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{17}[0-9X]$")]
Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
InsuranceKind: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{3}$")]

INSURANCE_KINDS: Final[Mapping[str, str]] = {
    "110": "企业职工基本养老保险",
    "120": "机关事业单位基本养老保险",
    "170": "城乡居民基本养老保险",
    "210": "失业保险",
    "310": "职工基本医疗保险",
    "390": "城乡居民基本医疗保险",
    "410": "工伤保险",
    "510": "生育保险",
}
"""险种类型代码 used by this project; a row may carry another three-digit code, which is shown as the code."""


# not frozen: a page has 80 contributions, and setting fields past a guard was a third of its time; nobody changes one
@dataclass(slots=True, repr=False)
class _Row:
    """Common to snapshot rows: which table they belong to, and a repr that shows nothing."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    TABLE: ClassVar[str]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


@dataclass(slots=True, repr=False)
class PersonRow(_Row):
    """A person the centre knows in this area. ``id_number`` is also the 社会保障号码."""

    TABLE: ClassVar[str] = "person"
    id_number: IdNumber
    name: Text
    sex: Literal["0", "1", "2", "9"]
    """GB/T 2261.1: 0 unknown, 1 male, 2 female, 9 not stated."""
    ethnic: Annotated[str, Field(pattern=r"^[0-9]{2}$")]
    """GB/T 3304 code."""
    birth_date: Day
    category: Text
    """worker, pensioner, resident ... as the centre classes the person."""
    region: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    """GB/T 2260 code of the place that keeps the record."""
    phone: Annotated[str, Field(max_length=20)] | None


@dataclass(slots=True, repr=False)
class CardRow(_Row):
    """A social security card. ``number``: 卡号, 9 characters."""

    TABLE: ClassVar[str] = "card"
    number: Annotated[str, Field(min_length=9, max_length=9)]
    id_number: IdNumber
    status: Literal["normal", "lost", "sealed", "cancelled"]
    """正常, 挂失, 封存 (never enabled), 注销."""
    issued: Day
    expires: Day
    region: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    bank: Text | None
    account_last4: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None


@dataclass(slots=True, repr=False)
class EnrolmentRow(_Row):
    """Enrolment of a person in one kind of insurance (参保登记). ``months``: paid months in all."""

    TABLE: ClassVar[str] = "enrolment"
    id_number: IdNumber
    kind: InsuranceKind
    region: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    status: Literal["active", "paused", "ended"]
    """参保缴费, 暂停缴费, 终止缴费."""
    since: Day
    employer: Annotated[str, Field(max_length=200)] | None
    months: Annotated[int, Field(strict=True, ge=0, lt=2000)]


@dataclass(slots=True, repr=False)
class ContributionRow(_Row):
    """One month of one kind of insurance at one employer ("" for a person who pays alone)."""

    TABLE: ClassVar[str] = "contribution"
    id_number: IdNumber
    kind: InsuranceKind
    month: Month
    employer: Annotated[str, Field(max_length=200)]
    base_fen: Fen
    personal_fen: Fen
    employer_fen: Fen
    state: Literal["paid", "owed", "made-up", "refunded"]
    """已到账, 欠费, 补缴, 退费."""


@dataclass(slots=True, repr=False)
class BenefitRow(_Row):
    """A benefit being drawn. ``kind``: pension, unemployment, injury ... ``since``: first month paid."""

    TABLE: ClassVar[str] = "benefit"
    id_number: IdNumber
    kind: Text
    since: Month
    monthly_fen: Fen
    status: Literal["paying", "paused", "ended"]
    account_last4: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None
    certification_due: Day | None
    """Day by which the entitlement has to be certified (待遇领取资格认证), None when there is no duty."""


@dataclass(slots=True, repr=False)
class CaseRow(_Row):
    """A case at the centre and how far it is. ``item``: catalogue code such as CRD-01."""

    TABLE: ClassVar[str] = "case_"
    number: Text
    id_number: IdNumber
    item: Text
    state: Text
    at: Moment


SnapshotRow: TypeAlias = PersonRow | CardRow | EnrolmentRow | ContributionRow | BenefitRow | CaseRow

SNAPSHOT_ROWS: Final[Mapping[str, type[SnapshotRow]]] = {
    row.TABLE: row for row in (PersonRow, CardRow, EnrolmentRow, ContributionRow, BenefitRow, CaseRow)
}
"""Table name to row type, in the order in which tables are loaded (a person before what belongs to it)."""

_ADAPTERS: Final[Mapping[str, TypeAdapter[SnapshotRow]]] = {
    name: TypeAdapter(row) for name, row in SNAPSHOT_ROWS.items()
}


class RowError(Exception):
    """A record is not a row of its table. ``table`` and ``fields`` say where; the values are never repeated."""

    def __init__(self, table: str, fields: tuple[str, ...]) -> None:
        super().__init__(f"not a row of table {table!r}: {', '.join(fields)}")
        self.table = table
        self.fields = fields


def to_record(row: SnapshotRow) -> dict[str, str | int | None]:
    """A row as a flat record for transport (one NDJSON line): its fields plus ``table``."""
    record: dict[str, str | int | None] = {"table": row.TABLE}
    for column in columns(row.TABLE):
        record[column] = getattr(row, column)
    return record


def from_record(record: Mapping[str, Any]) -> SnapshotRow:
    """The row out of a record from outside, every field checked (types, patterns, no extra field).

    Raises RowError.
    """
    table = record.get("table")
    adapter = _ADAPTERS.get(table) if isinstance(table, str) else None
    if adapter is None or not isinstance(table, str):
        raise RowError("?", ("table",))
    try:
        return adapter.validate_python({key: value for key, value in record.items() if key != "table"})
    except ValidationError as error:
        raise RowError(table, _places(error)) from None


def _places(error: ValidationError) -> tuple[str, ...]:
    return tuple(sorted({".".join(str(part) for part in fault["loc"]) for fault in error.errors(include_input=False)}))


def columns(table: str) -> tuple[str, ...]:
    """Column names of a snapshot table, in the order of the row type's fields."""
    return tuple(field.name for field in dataclasses.fields(SNAPSHOT_ROWS[table]))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot generation says of itself.

    ``generation`` rises. ``as_of``: moment the data is of. ``expires``: end of the lease (as_of + 30 days unless the
    centre says less). ``area``: district scope. ``origin``: system the data comes from. ``counts``: rows per table.
    ``cursor``: where a later delta would begin, opaque, or None.
    """

    generation: Annotated[int, Field(strict=True, ge=1)]
    as_of: Moment
    expires: Moment
    area: Text
    origin: Text
    counts: Mapping[str, Annotated[int, Field(strict=True, ge=0)]]
    cursor: str | None = None


_MANIFEST: Final = TypeAdapter(Manifest)


def require_manifest(manifest: Manifest) -> None:
    """Raises RowError when a field is malformed, a table is unknown, or the lease ends before it begins."""
    try:
        _MANIFEST.validate_python(dataclasses.asdict(manifest))
    except ValidationError as error:
        raise RowError("manifest", _places(error)) from None
    if manifest.expires <= manifest.as_of:
        raise RowError("manifest", ("expires",))
    if not set(manifest.counts) <= set(SNAPSHOT_ROWS):
        raise RowError("manifest", ("counts",))
