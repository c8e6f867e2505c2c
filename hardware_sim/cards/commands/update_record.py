"""UPDATE RECORD (00DC plain, 04DC with MAC): one record replaced, or a new one put into a cyclic file."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.commands.addressing import BY_NUMBER, HIGHEST_NUMBER, PREVIOUS, number_by_tag, record_file
from hardware_sim.cards.commands.writing import data_to_write
from hardware_sim.cards.core import Core
from hardware_sim.cards.files import RecordFile

_TAG_AND_LENGTH: Final = 2


def update_record(card: Core, command: Command) -> Answer:
    """Data are `tag length value` for files with tags, the bare record for cyclic ones (P1 00, mode previous)."""
    if not command.data:
        return refused(sw.WRONG_LENGTH, "UPDATE RECORD without data")
    found = record_file(card, command.p2, BY_NUMBER)
    if isinstance(found, Answer):
        return found
    file, mode = found
    if mode == BY_NUMBER and not 1 <= command.p1 <= HIGHEST_NUMBER:
        return refused(sw.WRONG_P1_P2, "record numbers are 01 to FE")
    if file.cyclic and (mode, command.p1) != (PREVIOUS, 0):
        # ISO 7816-4, 7.3.5: a cyclic file is written by "previous", which makes the new record number 1.
        return refused(sw.WRONG_FILE_KIND, "a cyclic file is written with P1 00 in mode previous")
    data = data_to_write(card, command, file)
    if isinstance(data, Answer):
        return data
    return _add(card, file, data) if file.cyclic else _replace(card, command, file, mode, data)


def _add(card: Core, file: RecordFile, data: bytes) -> Answer:
    if len(data) != file.record_length:
        return refused(sw.WRONG_LENGTH, f"records of {file.name} have {file.record_length} bytes")
    if card.write_fails():
        return refused(sw.MEMORY_FAULT, "memory fault")
    add_record(card, file, data)
    card.open(file)
    card.session.pointer = 1
    return Answer()


def add_record(card: Core, file: RecordFile, data: bytes) -> None:
    """A new record 1 of a cyclic file; the oldest goes when it is full."""
    card.replace_records(file, (data, *card.records(file))[: file.most])


def _replace(card: Core, command: Command, file: RecordFile, mode: int, data: bytes) -> Answer:
    records = card.records(file)
    number = command.p1 if mode == BY_NUMBER else number_by_tag(card, file, command.p1, mode)
    if number is None or number > len(records):
        return refused(sw.RECORD_NOT_FOUND, "no such record")
    if len(data) < _TAG_AND_LENGTH or data[1] != len(data) - _TAG_AND_LENGTH:
        return refused(sw.LENGTH_AGAINST_TLV, "the record's length byte and Lc differ")
    old = records[number - 1]
    if data[0] != old[0]:
        return refused(sw.RECORD_NOT_FOUND, "the record there has another tag")
    if len(data) > len(old):
        return refused(sw.NO_ROOM, "longer than the element")
    if len(data) < len(old):
        return refused(sw.WRONG_LENGTH, "shorter than the element: fill it up")
    if card.write_fails():
        return refused(sw.MEMORY_FAULT, "memory fault")
    card.replace_records(file, (*records[: number - 1], data, *records[number:]))
    card.open(file)
    if mode != BY_NUMBER:
        card.session.pointer = number
    return Answer()
