"""GET BALANCE (B026): the medical account, or the sum of self-paid or fund money of the insurance year."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.commands.account import account_of, amount_bytes
from hardware_sim.cards.core import Core

_ACCOUNT: Final = 0x01
_SELF_PAID: Final = 0x02
_FUND: Final = 0x03


def get_balance(card: Core, command: Command) -> Answer:
    """P2 01: 4 bytes; 02 and 03: 4 bytes and the year. Does not end a load or purchase."""
    if command.p1 != 0 or command.p2 not in (_ACCOUNT, _SELF_PAID, _FUND):
        return refused(sw.WRONG_P1_P2, "GET BALANCE with these P1 P2")
    account = account_of(card, pin=True)
    if isinstance(account, Answer):
        return account
    year = bytes.fromhex(f"{account.year:04d}")
    told = {
        _ACCOUNT: amount_bytes(account.balance),
        _SELF_PAID: amount_bytes(account.self_paid) + year,
        _FUND: amount_bytes(account.fund) + year,
    }[command.p2]
    if command.p3 != len(told) and not (command.le_open and command.p3 == 0):
        return refused(sw.WRONG_LENGTH, f"this balance has {len(told)} bytes")
    return Answer(data=told)
