"""Which file and which record a command means by P1 and P2 (card sheet sections 3, 5 and 7)."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, refused
from hardware_sim.cards.core import Core
from hardware_sim.cards.files import BinaryFile, RecordFile

FIRST, LAST, NEXT, PREVIOUS = range(4)
BY_NUMBER, FROM_NUMBER_TO_LAST, FROM_LAST_TO_NUMBER = 4, 5, 6

HIGHEST_NUMBER: Final = 0xFE
_HIGHEST_SFI: Final = 30
_SHORT_ID: Final = 0x80


def record_file(card: Core, p2: int, highest_mode: int) -> tuple[RecordFile, int] | Answer:
    """The record file P2 names (short id 0: the current one) and the mode."""
    sfi, mode = p2 >> 3, p2 & 0x07
    if mode > highest_mode or sfi > _HIGHEST_SFI:
        return refused(sw.WRONG_P1_P2, "no such mode or short id")
    file = card.directory.file_by_sfi(sfi) if sfi else card.session.file
    if file is None:
        return (
            refused(sw.FILE_NOT_FOUND, "no EF with this short id")
            if sfi
            else refused(sw.NO_CURRENT_EF, "no current EF")
        )
    if not isinstance(file, RecordFile):
        return refused(sw.WRONG_FILE_KIND, "a record command on a transparent file")
    return file, mode


def number_by_tag(card: Core, file: RecordFile, tag: int, mode: int) -> int | None:
    """The number of the first, last, next or previous record with `tag`, or None.

    Records of cyclic files have no tags; 00 stands for any record there (ISO 7816-4, 7.3.3).
    """
    records = card.records(file)
    if file.cyclic:
        matching = list(range(1, len(records) + 1)) if tag == 0 else []
    else:
        matching = [number for number, record in enumerate(records, 1) if record[0] == tag]
    # A pointer of another file says nothing here.
    pointer = card.session.pointer if card.session.file is file else None
    # Without a pointer "next" means the first and "previous" the last one (ISO 7816-4, 7.3.3).
    if mode == NEXT:
        matching = [number for number in matching if pointer is None or number > pointer]
    elif mode == PREVIOUS:
        matching = [number for number in matching if pointer is None or number < pointer]
    if not matching:
        return None
    return matching[0] if mode in (FIRST, NEXT) else matching[-1]


def binary_file(card: Core, p1: int, p2: int) -> tuple[BinaryFile, int] | Answer:
    """The transparent file and the offset. Bit 8 of P1 announces a short id, else P1 P2 is an offset."""
    if p1 & _SHORT_ID:
        file, offset = card.directory.file_by_sfi(p1 & 0x1F), p2
        if file is None or p1 & 0x60:
            return refused(sw.FILE_NOT_FOUND, "no EF with this short id")
    else:
        file, offset = card.session.file, p1 << 8 | p2
        if file is None:
            return refused(sw.NO_CURRENT_EF, "no current EF")
    if not isinstance(file, BinaryFile):
        return refused(sw.WRONG_FILE_KIND, "a binary command on a record file")
    return file, offset
