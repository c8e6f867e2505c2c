"""READ RECORD (00B2): by number, ranges, and by tag (card sheet section 3)."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, exactly, refused
from hardware_sim.cards.commands.addressing import (
    BY_NUMBER,
    FROM_LAST_TO_NUMBER,
    HIGHEST_NUMBER,
    number_by_tag,
    record_file,
)
from hardware_sim.cards.core import Core
from hardware_sim.cards.files import RecordFile

_LONGEST_ANSWER: Final = 256


def read_record(card: Core, command: Command) -> Answer:
    """One record, or as many whole ones as fit into 256 bytes for the range modes."""
    found = record_file(card, command.p2, FROM_LAST_TO_NUMBER)
    if isinstance(found, Answer):
        return found
    file, mode = found
    if not card.session.proofs.satisfy(file.read):
        return refused(sw.SECURITY_STATE, f"{file.name} needs a proof first")
    card.open(file)
    if mode >= BY_NUMBER:
        return _by_number(command, card.records(file), mode)
    return _by_tag(card, command, file, mode)


def _by_number(command: Command, records: tuple[bytes, ...], mode: int) -> Answer:
    number = command.p1
    if not 1 <= number <= HIGHEST_NUMBER:
        return refused(sw.WRONG_P1_P2, "record numbers are 01 to FE")
    if number > len(records):
        # The end of a file is found by reading on until 6A83, so this is no fault to note.
        return Answer(sw.RECORD_NOT_FOUND)
    if mode == BY_NUMBER:
        return exactly(command, records[number - 1])
    chosen = list(records[number - 1 :])
    if mode == FROM_LAST_TO_NUMBER:
        chosen.reverse()
    data = b""
    for record in chosen:
        if len(data) + len(record) > _LONGEST_ANSWER:
            break
        data += record
    return exactly(command, data)


def _by_tag(card: Core, command: Command, file: RecordFile, mode: int) -> Answer:
    found = number_by_tag(card, file, command.p1, mode)
    if found is None:
        return Answer(sw.RECORD_NOT_FOUND)
    answer = exactly(command, card.records(file)[found - 1])
    if answer.status == sw.OK:
        # A 6Cxx must not move on, or the repeated command would get another record.
        card.session.pointer = found
    return answer
