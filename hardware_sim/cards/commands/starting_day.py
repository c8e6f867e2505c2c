"""UPDATE and GET STARTING DAY (B056): the day (MMDD) on which the insurance year of the medical account begins."""

from datetime import date
from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, exactly, refused
from hardware_sim.cards.commands.account import account_for
from hardware_sim.cards.core import Core

_UPDATE: Final = 0x00
_GET: Final = 0x01
_LENGTH: Final = 2
# A leap year, so that 29 February can be a starting day.
_ANY_YEAR: Final = 2024


def starting_day(card: Core, command: Command) -> Answer:
    """P1 00 sets it, P1 01 tells it (2 bytes BCD)."""
    if command.p1 not in (_UPDATE, _GET):
        return refused(sw.WRONG_P1_P2, "STARTING DAY with this P1")
    sets = command.p1 == _UPDATE
    account = account_for(card, command, (command.p1, 0x00), _LENGTH if sets else 0, pin=sets)
    if isinstance(account, Answer):
        return account
    if not sets:
        return exactly(command, bytes.fromhex(account.starting_day))
    if not _is_day(command.data.hex()):
        return refused(sw.DATA_FIELD, "there is no such day")
    if card.write_fails():
        return refused(sw.MEMORY_FAULT, "memory fault")
    card.memory.account = account.model_copy(update={"starting_day": command.data.hex()})
    return Answer()


def _is_day(digits: str) -> bool:
    try:
        date(_ANY_YEAR, int(digits[:2]), int(digits[2:]))
    except ValueError:
        return False
    return True
