"""GET PROCESSING OPTIONS (80A8) and GET DATA (80CA) of the financial application (EMV book 3, card sheet 10)."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, exactly, refused
from hardware_sim.cards.core import Core
from hardware_sim.cards.payment_files import AFL, AIP, DEBIT_AID, PDOL_LENGTH
from hardware_sim.cards.tlv import ber

_COMMAND_TEMPLATE: Final = 0x83
_MOST_TRANSACTIONS: Final = 0xFFFF
_PIN_TRIES: Final = 3


def get_processing_options(card: Core, command: Command) -> Answer:
    """Template 83 with the PDOL's data; the answer is format 80 on contacts and template 77 contactless."""
    contactless = _paying_contactless(card)
    if contactless is None:
        return refused(sw.CONDITIONS, "no financial application is selected")
    if (command.p1, command.p2) != (0, 0):
        return refused(sw.WRONG_P1_P2, "GET PROCESSING OPTIONS with P1 P2")
    length = PDOL_LENGTH if contactless else 0
    if len(command.data) != 2 + length or command.data[:2] != bytes([_COMMAND_TEMPLATE, length]):
        return refused(sw.WRONG_LENGTH, f"template 83 with {length} bytes is asked for here")
    if card.memory.transactions == _MOST_TRANSACTIONS:
        return refused(sw.CONDITIONS, "the transaction counter is at its end")
    card.memory.transactions += 1
    return Answer(data=ber(0x77, ber(0x82, AIP) + ber(0x94, AFL)) if contactless else ber(0x80, AIP + AFL))


def get_data(card: Core, command: Command) -> Answer:
    """P1 P2 is the tag: transaction counters, PIN tries, e-cash balance and limit (n12 BCD in fen)."""
    if _paying_contactless(card) is None:
        return refused(sw.CONDITIONS, "no financial application is selected")
    counter = card.memory.transactions.to_bytes(2, "big")
    values = {
        0x9F36: counter,
        0x9F13: bytes(2),
        0x9F17: bytes([_PIN_TRIES]),
        0x9F79: bytes.fromhex("000000000000"),
        0x9F77: bytes.fromhex("000000100000"),
    }
    tag = command.p1 << 8 | command.p2
    if tag not in values:
        return refused(sw.KEY_NOT_FOUND, "no such data object")
    return exactly(command, ber(tag, values[tag]))


def _paying_contactless(card: Core) -> bool | None:
    """Whether the selected financial application is used contactless; None when none is selected."""
    if card.directory.df_name != DEBIT_AID:
        return None
    return card.contactless
