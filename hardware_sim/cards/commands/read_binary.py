"""READ BINARY (00B0) on transparent files, by short id or on the current EF."""

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.core import Core
from hardware_sim.cards.files import BinaryFile
from hardware_sim.cards.t0 import Answer, Command, exactly, refused


def read_binary(card: Core, command: Command) -> Answer:
    """Le bytes from the offset; 6Cxx when fewer are left (a T=0 card may not send less than P3 says)."""
    if command.data:
        return refused(sw.WRONG_LENGTH, "READ BINARY with data")
    if command.p1 & 0x80:
        if command.p1 & 0x60:
            return refused(sw.WRONG_P1_P2, "bits 7 and 6 of P1 must be 0 with a short id")
        file, offset = card.directory.file_by_sfi(command.p1 & 0x1F), command.p2
        if file is None:
            return refused(sw.FILE_NOT_FOUND, "no EF with this short id")
    else:
        file, offset = card.session.file, command.p1 << 8 | command.p2
        if file is None:
            return refused(sw.NO_CURRENT_EF, "no current EF")
    if not isinstance(file, BinaryFile):
        return refused(sw.WRONG_FILE_KIND, "READ BINARY on a record file")
    if not card.session.proofs.satisfy(file.read):
        return refused(sw.SECURITY_STATE, f"{file.name} needs a proof first")
    card.open(file)
    if offset >= len(file.content):
        return refused(sw.WRONG_OFFSET, "offset behind the end")
    return exactly(command, file.content[offset : offset + command.le])
