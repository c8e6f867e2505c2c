"""Reads the files of the tree as typed values: by tag, by record number, or whole (sheet, sections 2, 3 and 6).

These operations go on with a card that ``read_card`` left powered. They leave it powered even when it says no; a right
(PIN, or a key proved by ``authentication.gain``) is the caller's business. Refused 6982: the right was missing.
"""

import secrets
from dataclasses import dataclass
from enum import Enum
from typing import Any

from drivers.card_reader import decode
from drivers.card_reader.authentication import Chance, gain
from drivers.card_reader.channel import OK, Channel, Response
from drivers.card_reader.commands import (
    Command,
    read_binary,
    read_next_record,
    read_record,
    read_record_at,
    read_records_from,
    select_by_name,
    select_file,
)
from drivers.card_reader.elements import Element
from drivers.card_reader.facts import CardFacts
from drivers.card_reader.files.declaration import Application, File, by_tag
from drivers.card_reader.files.environment import DIRECTORY, DIRECTORY_ENTRY
from drivers.card_reader.files.values import Values
from drivers.card_reader.identity import channel_of, select_environment
from drivers.card_reader.key_service import SHEET_PLAN, Keyed, KeyPlan, KeyService, Y
from drivers.card_reader.layouts import parsed
from drivers.errors import CardBlocked, CardMalformed, CardUnsupported, Refused
from drivers.operation import Operation

_NO_FILE, _NO_RECORD, _WRONG_OFFSET = 0x6A82, 0x6A83, 0x6B00
_WHOLE = 0x100
"""Most bytes of one answer."""

_FIRST_WITH_DFS = 2
"""Cards before version 2 have other files behind the environment (section 6)."""

_MOST_RECORDS = 0xFE


class By(Enum):
    """How the records of a file are asked for (P2 of READ RECORD)."""

    TAG = "tag"
    """Mode 0 and 2: the first, the next record with a tag. Positions do not matter."""
    POSITION = "position"
    """Mode 4: record 1, 2, … to the last."""
    WHOLE = "whole"
    """Mode 5: all records in one answer; for files of up to 256 bytes."""


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """An application the card says it has."""

    aid: bytes
    label: str


def select_application(card: Channel, application: Application) -> Operation[bytes]:
    """SELECT the environment, and a DF in it; answers the FCI of the last. ForeignCard: no environment.

    CardUnsupported (what="application"): an annex nobody can select, or the card does not have it (6A82).
    """
    if application.aid is None:
        raise CardUnsupported("card_reader", what="application", value=application.name)
    fci = yield from select_environment(card)
    if application.name == "SSSE":
        return fci
    command = select_by_name(application.aid, application.name)
    response = yield from card.send(command)
    if response.sw == _NO_FILE:
        raise CardUnsupported("card_reader", what="application", value=application.name)
    if response.sw != OK:
        raise card.refusal(command.name, response)
    return response.data


def open_application(facts: CardFacts, application: Application) -> Operation[None]:
    """Select it. What its files need beyond that is the caller's business. Errors: ``select_application``'s."""
    yield from select_application(channel_of(facts.atr), application)


def open_with_key(
    facts: CardFacts,
    application: Application,
    key: str,
    keys: KeyService[Y],
    *,
    plan: KeyPlan = SHEET_PLAN,
    chance: Chance = secrets.token_bytes,
) -> Keyed[Y, None]:
    """Select it and prove one of its keys ("RK1"; "RK_SSSE" in the environment), once.

    Errors: those of ``select_application`` and ``authentication.gain``.
    """
    card = channel_of(facts.atr)
    yield from select_application(card, application)
    name = key if application.name == "SSSE" else f"{application.name}.{key}"
    yield from gain(card, name, keys, plan, chance)


def read_directory(facts: CardFacts) -> Operation[tuple[DirectoryEntry, ...]]:
    """DIR: which applications the card has. Selects the SSSE."""
    card = channel_of(facts.atr)
    fci = yield from select_environment(card)
    records = yield from _positions(card, DIRECTORY, _directory_sfi(fci))
    entries = []
    for record in records:
        try:
            entry = parsed(DIRECTORY_ENTRY, record, DIRECTORY.name).entry
        except CardMalformed as error:
            raise CardMalformed("card_reader", file=DIRECTORY.place, **error.facts) from None
        entries.append(DirectoryEntry(entry.aid, entry.label))
    return tuple(entries)


def read_file(facts: CardFacts, file: File, *, by: By = By.TAG) -> Operation[Values]:
    """All elements of a file with tags, its application selected (``open_application``). Name to value.

    Errors: CardUnsupported (a DF's file on a 1.0 card), CardMalformed (file, tag, shape), Refused, ProtocolError.
    """
    card = _checked(facts, file)
    match by:
        case By.TAG:
            records = yield from _by_tags(card, file)
        case By.POSITION:
            records = by_tag(iter((yield from _positions(card, file, file.sfi))))
        case By.WHOLE:
            return file.decode((yield from _ask(card, file, read_records_from(file.sfi, 1))))
    return file.decode_records(records)


def read_element(facts: CardFacts, file: File, name: str) -> Operation[Any]:
    """One element of a file with tags, the first with its tag; None: the card has no such record. KeyError: a bug."""
    element = file.element(name)
    card = _checked(facts, file)
    record = yield from _first(card, file, element)
    return None if record is None else file.decode_record(record, element)


def read_cyclic(facts: CardFacts, file: File) -> Operation[tuple[Values, ...]]:
    """The records of a cyclic file, the newest first; those never written are left out."""
    card = _checked(facts, file)
    records = yield from _positions(card, file, file.sfi)
    decoded = [file.decode_cyclic(record) for record in records]
    return tuple(values for values in decoded if values is not None)


def read_transparent(facts: CardFacts, file: File) -> Operation[bytes]:
    """All bytes of a transparent file, in pieces of up to 256. CardMalformed: another size than declared."""
    card = _checked(facts, file)
    yield from _ask(card, file, select_file(file.file_id))
    data = b""
    while len(data) < file.size:
        command = read_binary(len(data), min(_WHOLE, file.size - len(data)))
        response = yield from card.send(command)
        if response.sw == _WRONG_OFFSET or (response.sw == OK and not response.data):
            break
        if response.sw != OK:
            raise _refusal(card, file, command, response)
        data += response.data
    if len(data) != file.size:
        raise CardMalformed("card_reader", file=file.place, shape="another size", length=len(data))
    return data


def require_known_tree(facts: CardFacts, application: Application) -> None:
    """CardUnsupported (what="version"): a card so old that its DFs hold something else than the sheet says."""
    if facts.issuer.version.major < _FIRST_WITH_DFS and application.name != "SSSE":
        raise CardUnsupported(
            "card_reader", what="version", value=facts.issuer.version.text, application=application.name
        )


def _checked(facts: CardFacts, file: File) -> Channel:
    require_known_tree(facts, file.application)
    return channel_of(facts.atr)


def _by_tags(card: Channel, file: File) -> Operation[dict[int, list[bytes]]]:
    found: dict[int, list[bytes]] = {}
    for element in file.elements:
        record = yield from _first(card, file, element)
        while record is not None:
            found.setdefault(element.tag, []).append(record)
            if len(found[element.tag]) == element.count:
                break
            command = read_next_record(file.sfi, element.tag, element.record_length)
            record = yield from _record(card, file, command)
    return found


def _first(card: Channel, file: File, element: Element) -> Operation[bytes | None]:
    return (yield from _record(card, file, read_record(file.sfi, element.tag, element.record_length)))


def _record(card: Channel, file: File, command: Command) -> Operation[bytes | None]:
    """One record; None: there is none."""
    response = yield from card.send(command)
    if response.sw == _NO_RECORD:
        return None
    if response.sw != OK:
        raise _refusal(card, file, command, response)
    return response.data


def _positions(card: Channel, file: File, sfi: int) -> Operation[list[bytes]]:
    """Record 1, 2, … until the card has no more."""
    records: list[bytes] = []
    for position in range(1, _MOST_RECORDS + 1):
        record = yield from _record(card, file, read_record_at(sfi, position))
        if record is None:
            break
        if not record:
            raise CardMalformed("card_reader", file=file.place, shape="empty record", position=position)
        records.append(record)
    return records


def _ask(card: Channel, file: File, command: Command) -> Operation[bytes]:
    response = yield from card.send(command)
    if response.sw != OK:
        raise _refusal(card, file, command, response)
    return response.data


def _refusal(card: Channel, file: File, command: Command, response: Response) -> CardBlocked | Refused:
    """The card's refusal, with the file in its facts."""
    error = card.refusal(command.name, response)
    if isinstance(error, CardBlocked):
        return error
    return Refused("card_reader", slot="user", command=command.name, sw=f"{response.sw:04X}", file=file.place)


def _directory_sfi(fci: bytes) -> int:
    """Where DIR is, as the FCI says (tag 88); the trace's 1E when it does not."""
    return decode.directory_sfi(fci) or DIRECTORY.sfi
