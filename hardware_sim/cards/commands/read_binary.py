"""READ BINARY (00B0) on transparent files, by short id or on the current EF."""

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, exactly, refused
from hardware_sim.cards.commands.addressing import binary_file
from hardware_sim.cards.core import Core


def read_binary(card: Core, command: Command) -> Answer:
    """Le bytes from the offset; 6Cxx when fewer are left (a T=0 card may not send less than P3 says)."""
    found = binary_file(card, command.p1, command.p2)
    if isinstance(found, Answer):
        return found
    file, offset = found
    if not card.session.proofs.satisfy(file.read):
        return refused(sw.SECURITY_STATE, f"{file.name} needs a proof first")
    card.open(file)
    content = card.content(file)
    if offset >= len(content):
        return refused(sw.WRONG_OFFSET, "offset behind the end")
    return exactly(command, content[offset : offset + command.le])
