"""READ RECORD (00B2): by number, ranges, and by tag (card sheet section 3)."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.core import Core
from hardware_sim.cards.files import File, RecordFile
from hardware_sim.cards.t0 import Answer, Command, exactly, refused

_FIRST_WITH_TAG, _LAST_WITH_TAG, _NEXT_WITH_TAG, _PREVIOUS_WITH_TAG = range(4)
_BY_NUMBER, _FROM_NUMBER_TO_LAST, _FROM_LAST_TO_NUMBER = 4, 5, 6

_HIGHEST_SFI: Final = 30
_HIGHEST_NUMBER: Final = 0xFE
_LONGEST_ANSWER: Final = 256


def read_record(card: Core, command: Command) -> Answer:
    """One record, or as many whole ones as fit into 256 bytes for the range modes."""
    sfi, mode = command.p2 >> 3, command.p2 & 0x07
    if mode > _FROM_LAST_TO_NUMBER or sfi > _HIGHEST_SFI:
        return refused(sw.WRONG_P1_P2, "no such mode or short id")
    if command.data:
        return refused(sw.WRONG_LENGTH, "READ RECORD with data")
    file = _file(card, sfi)
    if isinstance(file, Answer):
        return file
    if not isinstance(file, RecordFile):
        return refused(sw.WRONG_FILE_KIND, "READ RECORD on a transparent file")
    if not card.session.proofs.satisfy(file.read):
        return refused(sw.SECURITY_STATE, f"{file.name} needs a proof first")
    card.open(file)
    if mode >= _BY_NUMBER:
        return _by_number(command, file, mode)
    return _by_tag(card, command, file, mode)


def _file(card: Core, sfi: int) -> File | Answer:
    if sfi == 0:
        current = card.session.file
        return current if current is not None else refused(sw.NO_CURRENT_EF, "no current EF")
    named = card.directory.file_by_sfi(sfi)
    return named if named is not None else refused(sw.FILE_NOT_FOUND, "no EF with this short id")


def _by_number(command: Command, file: RecordFile, mode: int) -> Answer:
    number = command.p1
    if not 1 <= number <= _HIGHEST_NUMBER:
        return refused(sw.WRONG_P1_P2, "record numbers are 01 to FE")
    if number > len(file.records):
        # The end of a file is found by reading on until 6A83, so this is no fault to note.
        return Answer(sw.RECORD_NOT_FOUND)
    if mode == _BY_NUMBER:
        return exactly(command, file.records[number - 1])
    chosen = list(file.records[number - 1 :])
    if mode == _FROM_LAST_TO_NUMBER:
        chosen.reverse()
    data = b""
    for record in chosen:
        if len(data) + len(record) > _LONGEST_ANSWER:
            break
        data += record
    return exactly(command, data)


def _by_tag(card: Core, command: Command, file: RecordFile, mode: int) -> Answer:
    matching = [number for number, record in enumerate(file.records, 1) if record[0] == command.p1]
    pointer = card.session.pointer
    # Without a pointer "next" means the first and "previous" the last one (ISO 7816-4, 7.3.3).
    if mode == _NEXT_WITH_TAG:
        matching = [number for number in matching if pointer is None or number > pointer]
    elif mode == _PREVIOUS_WITH_TAG:
        matching = [number for number in matching if pointer is None or number < pointer]
    if not matching:
        return Answer(sw.RECORD_NOT_FOUND)
    found = matching[0] if mode in (_FIRST_WITH_TAG, _NEXT_WITH_TAG) else matching[-1]
    answer = exactly(command, file.records[found - 1])
    if answer.status == sw.OK:
        # A 6Cxx must not move on, or the repeated command would get another record.
        card.session.pointer = found
    return answer
