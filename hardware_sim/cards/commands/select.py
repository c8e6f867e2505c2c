"""SELECT (00A4): MF and DF by file id, EF under the current DF, environments and applications by name."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.core import Core, path_name
from hardware_sim.cards.files import MF_ID, Directory

_BY_FILE_ID: Final = 0x00
_EF_UNDER_DF: Final = 0x02
_BY_NAME: Final = 0x04
_FIRST: Final = 0x00
_NEXT: Final = 0x02


def select(card: Core, command: Command) -> Answer:
    """Answers the FCI of a directory, or the bare status for an EF (card sheet section 2)."""
    if command.p1 == _BY_NAME and command.p2 in (_FIRST, _NEXT):
        return _by_name(card, command)
    if command.p2 != _FIRST or command.p1 not in (_BY_FILE_ID, _EF_UNDER_DF):
        return refused(sw.WRONG_P1_P2, "SELECT with these P1 P2")
    if command.p1 == _BY_FILE_ID and not command.data:
        return _enter(card, (card.tree,))
    if len(command.data) != 2:
        return refused(sw.WRONG_LENGTH, "a file id has two bytes")
    file_id = int.from_bytes(command.data, "big")
    if command.p1 == _BY_FILE_ID:
        path = _path_by_id(card, file_id)
        if path is not None:
            return _enter(card, path)
    # Terminals in the field also select an EF with P1 00, so both ways end here.
    file = card.directory.file_by_id(file_id)
    if file is None:
        return refused(sw.FILE_NOT_FOUND, "no such file here")
    card.open(file)
    return Answer()


def _path_by_id(card: Core, file_id: int) -> tuple[Directory, ...] | None:
    if file_id == MF_ID:
        return (card.tree,)
    path = card.session.path
    for parent in (path, path[:-1]):
        for child in parent[-1].children if parent else ():
            if child.file_id == file_id:
                return (*parent, child)
    return None


def _by_name(card: Core, command: Command) -> Answer:
    if not 5 <= len(command.data) <= 16:
        return refused(sw.WRONG_LENGTH, "a name has 5 to 16 bytes")
    paths: list[tuple[Directory, ...]] = [(card.tree, environment) for environment in card.tree.children]
    if card.environment is not None:
        # Applications are found only from inside their environment; a terminal that skips SSSE would not know the
        # algorithm either.
        paths += [(card.tree, card.environment, application) for application in card.environment.children]
    if command.p2 == _NEXT:
        here = card.session.path
        paths = paths[paths.index(here) + 1 :] if here in paths else paths
    for path in paths:
        if path[-1].df_name.startswith(command.data):
            return _enter(card, path)
    return refused(sw.FILE_NOT_FOUND, "no such name")


def _enter(card: Core, path: tuple[Directory, ...]) -> Answer:
    if any(path_name(path[:depth]) in card.memory.blocked for depth in range(2, len(path) + 1)):
        return refused(sw.APPLICATION_BLOCKED, "blocked for good")
    card.enter(path)
    return Answer(data=path[-1].fci)
