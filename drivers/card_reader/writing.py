"""Writes to the files of the tree, and finds out afterwards what an interrupted write left (sheet, sections 7 and 12).

Before every write the card id and number are read again (step 8). A write is sent once. When the wire breaks in the
middle no write may be assumed done: the outcome is ``Unknown``, and ``settle`` reads the data back from the same card
in a new session.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from drivers.card_reader.authentication import gain
from drivers.card_reader.channel import OK, Channel
from drivers.card_reader.commands import Command, read_record, read_record_at, select_file, update_binary, update_record
from drivers.card_reader.facts import CardFacts
from drivers.card_reader.files.declaration import File, Kind
from drivers.card_reader.identity import (
    channel_of,
    end_session,
    require_same_card,
    require_same_facts,
    unpowered_on_failure,
)
from drivers.card_reader.key_service import SHEET_PLAN, Keyed, KeyPlan, KeyService, Y
from drivers.card_reader.outcome import NotWritten, Outcome, Unknown, Written, write_once
from drivers.card_reader.reading import read_transparent, require_known_tree, select_application
from drivers.card_reader.secure_messaging import send_secured
from drivers.errors import CardMalformed, CardUnsupported, DataUnfit, DeviceError, Refused
from drivers.operation import Operation

_BY_TAG, _PREVIOUS, _BY_POSITION = 0, 3, 4
_MEMORY_FAULT = "6581"
_MOST_WRITTEN = 0xF0
"""Data bytes of one UPDATE BINARY; with the MAC they stay within an Lc."""


class Protection(Enum):
    """How a write proves its right. The sheet shows both; which one a card wants is its issuer's choice."""

    MAC = "mac"
    """Class 04: the command carries a MAC made with the file's key."""
    AUTHENTICATED = "authenticated"
    """Class 00, after EXTERNAL AUTHENTICATION with the file's key [S6]."""


@dataclass(frozen=True, slots=True)
class Write:
    """What is to stand where, and what stood there before. Holds somebody's data: its repr does not show them.

    facts    the card
    place    tag of the record; of a cyclic or a transparent file 0
    before   as it was read before the write; None: it could not be read
    """

    facts: CardFacts = field(repr=False)
    file: File
    place: int
    data: bytes = field(repr=False)
    before: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class WriteReport:
    """How a write ended, and what ``settle`` needs when that is unknown."""

    outcome: Outcome
    write: Write


def write_element(
    facts: CardFacts,
    file: File,
    name: str,
    value: Any,
    keys: KeyService[Y],
    *,
    plan: KeyPlan = SHEET_PLAN,
    protection: Protection = Protection.MAC,
) -> Keyed[Y, WriteReport]:
    """UPDATE RECORD: set one element of a file with tags, the first record with its tag.

    Errors: DataUnfit (before anything is sent), CardChanged, CardUnsupported, SamFault and its kinds, those of the
    wire before the write. Afterwards everything is an outcome.
    """
    record = file.encode_element(name, value)
    return unpowered_on_failure(_write_record(facts, file, file.element(name).tag, record, keys, plan, protection))


def append_record(
    facts: CardFacts,
    file: File,
    values: Mapping[str, Any],
    keys: KeyService[Y],
    *,
    plan: KeyPlan = SHEET_PLAN,
    protection: Protection = Protection.MAC,
) -> Keyed[Y, WriteReport]:
    """UPDATE RECORD on a cyclic file: the new record becomes the first, the oldest goes. Errors as ``write_element``.

    ISO 7816-4 writes cyclic files by "previous" (mode 3, P1 00); the sheet only says "P2 as READ RECORD".
    """
    record = file.encode_cyclic(values)
    return unpowered_on_failure(_write_record(facts, file, 0, record, keys, plan, protection))


def write_transparent(
    facts: CardFacts,
    file: File,
    data: bytes,
    keys: KeyService[Y],
    *,
    plan: KeyPlan = SHEET_PLAN,
    protection: Protection = Protection.MAC,
) -> Keyed[Y, WriteReport]:
    """UPDATE BINARY: the whole file, piece by piece. Stopped in the middle it is part new, part old: unknown."""
    if file.kind is not Kind.TRANSPARENT or len(data) != file.size:
        raise DataUnfit("card_reader", file=file.place, shape="length")
    return unpowered_on_failure(_write_binary(facts, file, data, keys, plan, protection))


def settle(facts: CardFacts, write: Write) -> Operation[Outcome]:
    """Read back what an interrupted write left, in a new session (``facts``), with the file's application opened and
    its reading right proved again. CardChanged: another card.

    Written: the data are there. NotWritten: what was there before still is. Unknown: neither, or they may not be read.
    """
    return unpowered_on_failure(_settle(facts, write))


def _write_record(
    facts: CardFacts,
    file: File,
    tag: int,
    record: bytes,
    keys: KeyService[Y],
    plan: KeyPlan,
    protection: Protection,
) -> Keyed[Y, WriteReport]:
    card = yield from _opened(facts, file)
    write = Write(facts, file, tag, record, (yield from _standing(facts, file, tag, len(record))))
    mode, p1 = (_PREVIOUS, 0) if file.kind is Kind.CYCLIC else (_BY_TAG, tag)
    command = update_record(file.sfi, mode, p1, record, mac=protection is Protection.MAC)
    outcome = yield from _send(card, file, command, keys, plan, protection)
    if isinstance(outcome, Unknown) and outcome.why == _MEMORY_FAULT:
        # The card is still there: it can be asked at once.
        outcome = yield from _settled_at_once(facts, write, outcome)
    return WriteReport(outcome, write)


def _write_binary(
    facts: CardFacts, file: File, data: bytes, keys: KeyService[Y], plan: KeyPlan, protection: Protection
) -> Keyed[Y, WriteReport]:
    card = yield from _opened(facts, file)
    write = Write(facts, file, 0, data, (yield from _standing(facts, file, 0, len(data))))
    yield from card.ask(select_file(file.file_id))
    for offset in range(0, len(data), _MOST_WRITTEN):
        part = data[offset : offset + _MOST_WRITTEN]
        command = update_binary(offset, part, mac=protection is Protection.MAC)
        try:
            outcome = yield from _send(card, file, command, keys, plan, protection)
        except DeviceError as error:
            if offset == 0:
                raise
            yield from end_session()
            outcome = Unknown(error.code)
        if isinstance(outcome, NotWritten) and offset > 0:
            # A refusal after the first piece leaves a file that is part new, part old.
            outcome = Unknown(outcome.sw)
        if not isinstance(outcome, Written):
            return WriteReport(outcome, write)
    return WriteReport(Written(), write)


def _opened(facts: CardFacts, file: File) -> Operation[Channel]:
    """Step 8 of section 12, and the file's application."""
    if not file.write.ways:
        raise CardUnsupported("card_reader", what="write", value=file.place)
    require_known_tree(facts, file.application)
    yield from require_same_card(facts)
    card = channel_of(facts.atr)
    yield from select_application(card, file.application)
    return card


def _send(
    card: Channel, file: File, command: Command, keys: KeyService[Y], plan: KeyPlan, protection: Protection
) -> Keyed[Y, Outcome]:
    key = _key_of(file)
    if protection is Protection.MAC:
        return (yield from send_secured(card, command, key, keys))
    yield from gain(card, key, keys, plan)
    return (yield from write_once(card, command))


def _key_of(file: File) -> str:
    """Name of the file's writing key in the plan."""
    key = file.write.key or ""
    return key if file.application.name == "SSSE" else f"{file.application.name}.{key}"


def _standing(facts: CardFacts, file: File, tag: int, length: int) -> Operation[bytes | None]:
    """What stands there; None: the right to read it is missing, or there is nothing."""
    card = channel_of(facts.atr)
    try:
        if file.kind is Kind.TRANSPARENT:
            return (yield from read_transparent(facts, file))
        command = read_record_at(file.sfi, 1) if file.kind is Kind.CYCLIC else read_record(file.sfi, tag, length)
        response = yield from card.send(command)
    except (Refused, CardMalformed):
        return None
    return response.data if response.sw == OK else None


def _settled_at_once(facts: CardFacts, write: Write, unknown: Unknown) -> Operation[Outcome]:
    """As ``_settle``; a fault on the way leaves it unknown."""
    try:
        return (yield from _settle(facts, write))
    except DeviceError:
        yield from end_session()
        return unknown


def _settle(facts: CardFacts, write: Write) -> Operation[Outcome]:
    require_same_facts(write.facts, facts)
    standing = yield from _standing(facts, write.file, write.place, len(write.data))
    if standing is None:
        return Unknown("not readable")
    if standing == write.data:
        # In a cyclic file a record like the newest leaves no trace of itself.
        return Unknown("same data") if write.file.kind is Kind.CYCLIC and write.before == write.data else Written()
    return NotWritten() if standing == write.before else Unknown("other data")
