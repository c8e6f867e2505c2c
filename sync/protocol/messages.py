"""The messages between a terminal and the centre.

Every message is strict and bounded: unknown fields, wrong types and oversize parts are refused before anything is done
with them; so is an object that says a name twice. Bytes travel as unpadded base64url. Times are UTC texts
"YYYY-MM-DDTHH:MM:SS[.ffffff]Z".

Two acknowledgements: *received* consumes an entry's number once envelope, signature and chain are in order; *processed*
comes later, per item, and says accepted or refused with a reason.
"""
# ruff: noqa: N818 - an exception is named by the condition, as everywhere in this project

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from offline_store.chain import MAX_HEADER_BYTES, MOST_ENTRIES
from sync.protocol.encoding import Base64Bytes, UnfitJson, canonical_json, load_json
from sync.protocol.suites import suite_of_public_key

MAX_BATCH_ENTRIES: Final = 200
MAX_FORMER_KEYS: Final = 4
MIN_CERTIFICATE_BYTES: Final = 16
MAX_CERTIFICATE_BYTES: Final = 4096
"""Of a terminal's certificate."""
MAX_HELD_RUNS: Final = 1000
MAX_SEALED_BYTES: Final = 65_536
MAX_CARRIED_BYTES: Final = 4 * MAX_SEALED_BYTES
"""A body that is larger than the centre processes is refused by name; beyond this it is not even carried."""
MAX_REQUEST_BYTES: Final = 4 * 1024 * 1024
MAX_UNPACKED_REQUEST_BYTES: Final = 24 * 1024 * 1024

Terminal = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{1,31}$")]


def _is_time(text: str) -> str:
    # 29 February of a year that has none, the year 0
    datetime.fromisoformat(text)
    return text


# the description says what is checked, but for 29 February and the year 0: days that the month has, no leap second
_DAY = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
Time = Annotated[
    str,
    StringConstraints(pattern=f"^[0-8][0-9]{{3}}-{_DAY}T{_CLOCK}Z$"),
    AfterValidator(_is_time),
]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$")]
"""A code word: item, outcome, reason, certificate number."""
Line = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"
    ),
]
"""One line of text as it is shown and printed: nothing in it steers a screen, a printer or the order of writing."""
Hash = Annotated[Base64Bytes, Field(min_length=32, max_length=32)]
Hex256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Number = Annotated[int, Field(ge=0, lt=2**53)]
Ordinal = Annotated[int, Field(ge=1, lt=MOST_ENTRIES)]
"""An epoch, or a number in it: bounded so that the one after it is still a `Number`."""
IdNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{17}[0-9X]$")]


def _of_a_suite(key: bytes) -> bytes:
    suite_of_public_key(key)
    return key


PublicKey = Annotated[Base64Bytes, Field(min_length=32, max_length=64), AfterValidator(_of_a_suite)]
"""A public key of one of the suites: its own octets say of which (`suite_of_public_key`)."""
Certificate = Annotated[Base64Bytes, Field(min_length=MIN_CERTIFICATE_BYTES, max_length=MAX_CERTIFICATE_BYTES)]
"""The authority's statement about a terminal's key (a `TerminalCertificate`), signed."""


class Message(BaseModel):
    """What all messages share: frozen, strict, nothing extra, and no values in the text of an error or a repr."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    def to_wire(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(self.model_dump(mode="json", exclude_none=True))


class Malformed(ValueError):
    """Bytes from outside that are not the message they should be. `where` names the field, never its value."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{what}: {where}")
        self.what = what
        self.where = where


M = TypeVar("M", bound=BaseModel)


def parse(model: type[M], data: bytes) -> M:
    """One message from its wire form; Malformed if it is anything else.

    Of what no message is made of nothing reaches the model, which would note down each of a million unknown names.
    """
    _refuse_unfit(model.__name__, data)
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise Malformed(model.__name__, _where(error)) from None


def _refuse_unfit(what: str, data: bytes) -> None:
    """Also of two values under one name: others on the way may read another one than we do."""
    try:
        load_json(data)
    except UnfitJson as error:
        raise Malformed(what, f"? ({error.reason})") from None


def _where(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = first["loc"]
    if first["type"] == "extra_forbidden":  # its name is whatever was sent
        place = (*place[:-1], "?")
    return ".".join(str(part) for part in place) + f" ({first['type']})"


# --- upload ---------------------------------------------------------------------------------------------------------


class WireEntry(Message):
    """One entry of the chain. `header` is the canonical JSON that was hashed, byte for byte.

    `sealed` is missing where the entry has no body, where the body was deleted, or where it is withheld because the
    centre would not take it; the last two differ from the first by the commitment.
    """

    epoch: Ordinal
    seq: Ordinal
    kind: Word
    at: Time
    header: Annotated[Base64Bytes, Field(max_length=MAX_HEADER_BYTES)]
    prev: Hash
    body_commitment: Hash | None = None
    hash: Hash
    sealed: Annotated[Base64Bytes, Field(max_length=MAX_CARRIED_BYTES)] | None = Field(default=None, repr=False)


class FormerKey(Message):
    """A public key that was the terminal's, and the authority's statement that it was."""

    public_key: PublicKey
    certificate: Certificate


class LastEntry(Message):
    """The last entry that is known of an epoch."""

    seq: Ordinal
    hash: Hash


class Salvage(Message):
    """The entries come out of a journal that could not go on: its epoch has ended, what is missing of it is lost.

    `last`: nothing more will come of this epoch. `forked`: the centre holds other entries at these numbers, for another
    disk of this terminal was quicker, or knows no key that opened this epoch; they are kept beside the chain. `end`:
    where the epoch ended, as far as the terminal knows; what the centre does not have up to there when nothing more
    comes is lost.
    """

    epoch: Ordinal
    last: bool
    forked: bool = False
    end: LastEntry | None = None


class ChainUpload(Message):
    """POST /v1/chain: entries in order, gapless; out of a salvaged journal with the gaps it has, or none at all.

    `truncation`: goes with the first entry after those that left the terminal's chain when their retention was over. It
    is the entry that says so, signed (`offline_store.truncation`), and comes once more in its own place. A centre that
    does not have what left takes the hole on its word. `former_keys`: of an earlier key of the terminal that signed the
    opening or the truncation that is sent; a centre that was restored from a backup may not know it any more.
    """

    entries: Annotated[tuple[WireEntry, ...], Field(max_length=MAX_BATCH_ENTRIES)]
    salvage: Salvage | None = None
    truncation: WireEntry | None = None
    former_keys: Annotated[tuple[FormerKey, ...], Field(max_length=MAX_FORMER_KEYS)] | None = None

    @model_validator(mode="after")
    def _speaks_of_something(self) -> Self:
        if self.salvage is None:
            if not self.entries:
                raise ValueError("an upload without entries")
        elif any(entry.epoch != self.salvage.epoch for entry in self.entries):
            raise ValueError("a salvaged journal has one epoch")
        return self


class Expected(Message):
    """What the centre waits for next: the number, and the hash of what it holds before it."""

    epoch: Number
    seq: Number
    head: Hash


class HeldRun(Message):
    """Entries `first` to `last` without a gap, and the hash of the last, which stands for all of them."""

    first: Ordinal
    last: Ordinal
    hash: Hash


class Held(Message):
    """What the centre holds of an epoch: `runs`, the first of them. `ended`: it knows a later epoch of the terminal."""

    epoch: Number
    ended: bool
    runs: Annotated[tuple[HeldRun, ...], Field(max_length=MAX_HELD_RUNS)]


class ChainReceipt(Message):
    """Answer to an upload: everything before `expected` is received, but what was salvaged around."""

    terminal: Terminal
    received: Number
    already: Number
    expected: Expected


# --- results --------------------------------------------------------------------------------------------------------


class ItemResult(Message):
    """What became of one item. `n` rises by one with every result of a terminal.

    `case_number`: of the case it opened. A later result about the same item brings the `decision` of its case, or is a
    `correction` and names the n that it corrects; the latest counts.
    """

    n: Number
    epoch: Number
    seq: Number
    hash: Hash
    state: Literal["accepted", "refused"]
    reason: Word | None = None
    processed_at: Time
    case_number: Word | None = None
    decision: Word | None = None
    correction: Ordinal | None = None


class Results(Message):
    """GET /v1/results?after=n&generation=g: the next results of this terminal, in order of n; `more` if there are more.

    `generation`: of the centre's store. When the terminal's is another one, the centre may have been restored from a
    backup: `after` says from which n on its results are to be read again.
    """

    terminal: Terminal
    generation: Number = 0
    after: Number | None = None
    results: Annotated[tuple[ItemResult, ...], Field(max_length=500)]
    more: bool


# --- refusals -------------------------------------------------------------------------------------------------------


class Problem(Message):
    """A refusal (RFC 9457). `code` is for programs, `title` for people; no personal data in either."""

    code: Word
    title: Line
    status: Annotated[int, Field(ge=400, le=599)]
    expected: Expected | None = None
    epoch: Number | None = None
    seq: Number | None = None


# --- what the bodies say --------------------------------------------------------------------------------------------


class RecordQuery(Message):
    """A person looked at records of his own. The centre counts it as access to personal data."""

    type: Literal["record-query"] = "record-query"
    item: Word
    id_number: IdNumber = Field(repr=False)
    card_number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{9}$")] | None = Field(default=None, repr=False)
    data_as_of: Time
    outcome: Word


class CertificateIssued(Message):
    """A certificate was made; its number enters the centre's register. Hashes are of the PDF and of the COSE code."""

    type: Literal["certificate-issued"] = "certificate-issued"
    number: Word
    item: Word
    id_number: IdNumber = Field(repr=False)
    name: Line = Field(repr=False)
    facts: Annotated[tuple[tuple[Line, Line], ...], Field(max_length=40, repr=False)]
    data_as_of: Time
    issued_at: Time
    expires_at: Time
    pdf_sha256: Hex256
    code_sha256: Hex256
    seal_key_id: Word


Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class CollectedFact(Message):
    """One fact of an application: its name in the vocabulary of the benefit rules, where it came from, of which day.

    `value`: a flag or count as it is; a month, day, sum or word of a choice as text.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
    value: bool | Number | Annotated[str, StringConstraints(max_length=60)] = Field(repr=False)
    source: Literal["verified", "snapshot", "declared"]
    as_of: Day


class PreliminaryCheck(Message):
    """What the terminal's own check said before the person applied. It decides nothing.

    `flags`: double benefits and risks (X-1 ...) that a clerk should look at.
    """

    rule: Word
    version: Line
    place: Annotated[str, StringConstraints(pattern=r"^(CN|[0-9]{6})$")]
    as_of: Day
    outcome: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{1,32}$")]
    reason_codes: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{2,39}$")], ...], Field(max_length=40)
    ]
    flags: Annotated[tuple[Word, ...], Field(max_length=20)] = ()


class Application(Message):
    """A person applied for something that only the centre can decide (延时办理): the centre opens a case for it.

    `local_number`: what the receipt says until the centre has given its own. `content`: (label, value) as the person
    confirmed it. `facts`: the same for programs, with their sources, so that nothing is asked twice.
    """

    type: Literal["application"] = "application"
    item: Word
    id_number: IdNumber = Field(repr=False)
    card_number: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{9}$")] | None = Field(default=None, repr=False)
    local_number: Word
    content: Annotated[tuple[tuple[Line, Line], ...], Field(max_length=40, repr=False)]
    facts: Annotated[tuple[CollectedFact, ...], Field(max_length=80, repr=False)] = ()
    check: PreliminaryCheck | None = None


AnyAct: TypeAlias = RecordQuery | CertificateIssued | Application
Act = Annotated[AnyAct, Field(discriminator="type")]
_ACT: TypeAdapter[AnyAct] = TypeAdapter(Act)


class UnknownAct(Malformed):
    """A body of a type this centre does not know (yet): refused for that reason alone."""


def parse_act(data: bytes) -> AnyAct:
    """The act in a body's plain octets; UnknownAct for a type not known here, Malformed otherwise."""
    _refuse_unfit("act", data)
    try:
        return _ACT.validate_json(data)
    except ValidationError as error:
        kinds: set[Any] = {item["type"] for item in error.errors(include_url=False, include_input=False)}
        if "union_tag_invalid" in kinds:
            raise UnknownAct("act", "type") from None
        raise Malformed("act", _where(error)) from None
