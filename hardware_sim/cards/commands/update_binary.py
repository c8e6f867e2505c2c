"""UPDATE BINARY (00D6 plain, 04D6 with MAC): bytes of a transparent file replaced."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.commands.addressing import binary_file
from hardware_sim.cards.commands.writing import data_to_write
from hardware_sim.cards.core import Core

_SHORT_ID_BITS: Final = 0xE0
_SHORT_ID: Final = 0x80


def update_binary(card: Core, command: Command) -> Answer:
    """All bytes must lie inside the file."""
    if not command.data:
        return refused(sw.WRONG_LENGTH, "UPDATE BINARY without data")
    if command.p1 & _SHORT_ID and command.p1 & _SHORT_ID_BITS != _SHORT_ID:
        return refused(sw.WRONG_P1_P2, "bits 7 and 6 of P1 must be 0 with a short id")
    found = binary_file(card, command.p1, command.p2)
    if isinstance(found, Answer):
        return found
    file, offset = found
    data = data_to_write(card, command, file)
    if isinstance(data, Answer):
        return data
    content = card.content(file)
    if offset >= len(content):
        return refused(sw.WRONG_OFFSET, "offset behind the end")
    end = offset + len(data)
    if end > len(content):
        return refused(sw.WRONG_LENGTH, "more bytes than the file has behind the offset")
    if card.write_fails():
        return refused(sw.MEMORY_FAULT, "memory fault")
    card.replace_content(file, content[:offset] + data + content[end:])
    card.open(file)
    return Answer()
