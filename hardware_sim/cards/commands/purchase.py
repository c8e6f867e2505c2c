"""INITIALIZE FOR PURCHASE (B028 0101) and DEBIT FOR PURCHASE (B02C): a settlement takes money from the account."""

import hmac
from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.commands.account import (
    KEY_INDEX,
    KEY_VERSION,
    LAST_SEQUENCE,
    MOST_FEN,
    RANDOM_LENGTH,
    SETTLEMENT,
    TIME_LENGTH,
    account_for,
    account_key,
    amount_bytes,
    in_insurance_year,
    log_file,
    log_record,
    session_key,
    transaction_time,
)
from hardware_sim.cards.commands.update_record import add_record
from hardware_sim.cards.core import Core, Pending
from hardware_sim.cards.crypto import MAC_LENGTH, mac
from hardware_sim.cards.memory import Proof

PARAMETERS: Final = (0x01, 0x01)
_INITIALIZE_LENGTH: Final = 1 + 3 * 4 + 6
_TERMINAL_SEQUENCE: Final = 4
_DEBIT_LENGTH: Final = _TERMINAL_SEQUENCE + TIME_LENGTH + MAC_LENGTH


def initialize_for_purchase(card: Core, command: Command) -> Answer:
    """key index, three amounts, terminal in; balance, yearly sums, year, sequence, version, algorithm, random out."""
    account = account_for(card, command, PARAMETERS, _INITIALIZE_LENGTH, pin=True)
    if isinstance(account, Answer):
        return account
    paid, self_paid, fund = (int.from_bytes(command.data[start : start + 4], "big") for start in (1, 5, 9))
    terminal = command.data[13:]
    if command.data[0] != KEY_INDEX or card.directory.key_by_name("PURCHASE") is None:
        return refused(sw.KEY_INDEX, "no purchase key with this index")
    if paid > account.balance:
        return refused(sw.TOO_LITTLE_MONEY, "the account does not hold that much")
    if account.purchases == LAST_SEQUENCE:
        return refused(sw.COUNTER_AT_ITS_END, "the card has no more numbers for settlements")
    if account.self_paid + self_paid > MOST_FEN or account.fund + fund > MOST_FEN:
        return refused(sw.CONDITIONS, "the yearly sums cannot hold that much")
    if card.write_fails():
        return refused(sw.MEMORY_FAULT, "memory fault")
    random, sequence = card.chance(RANDOM_LENGTH), account.purchases.to_bytes(2, "big")
    # The terminal's number, the last part of the session key's random input, comes only with DEBIT.
    card.session.pending = Pending("purchase", random + sequence, terminal, (paid, self_paid, fund))
    head = amount_bytes(account.balance, account.self_paid, account.fund) + bytes.fromhex(f"{account.year:04d}")
    return Answer(data=head + sequence + bytes([KEY_VERSION, card.family.code]) + random)


def debit_for_purchase(card: Core, command: Command) -> Answer:
    """The terminal's sequence, time and MAC1 in; TAC and MAC2 out. Any refusal ends the purchase."""
    pending, card.session.pending = card.session.pending, None
    account = account_for(card, command, (0x01, 0x00), _DEBIT_LENGTH, pin=False)
    if isinstance(account, Answer):
        return account
    if pending is None or pending.kind != "purchase":
        return refused(sw.WRONG_STATE, "DEBIT FOR PURCHASE without INITIALIZE FOR PURCHASE")
    terminal_sequence, moment, mac1 = command.data[:4], command.data[4:11], command.data[11:]
    when = transaction_time(moment)
    if when is None:
        return refused(sw.CONDITIONS, "there is no such time")
    key = session_key(card, "PURCHASE", pending.random_input + terminal_sequence[2:])
    covered = amount_bytes(*pending.amounts) + bytes([SETTLEMENT]) + pending.terminal + moment
    if not hmac.compare_digest(mac1, mac(card.family, key, covered)):
        return refused(sw.WRONG_MAC, "wrong MAC1")
    if card.write_fails():
        return refused(sw.MEMORY_FAULT, "memory fault")
    mac2 = mac(card.family, key, amount_bytes(*pending.amounts))
    told = amount_bytes(*pending.amounts) + bytes([SETTLEMENT]) + pending.terminal + terminal_sequence + moment
    tac = card.family.tac(account_key(card, "DTK"), told)
    paid, self_paid, fund = pending.amounts
    number = account.purchases
    account = in_insurance_year(account, when)
    add_record(card, log_file(card), log_record(number, SETTLEMENT, pending.terminal, moment, pending.amounts))
    card.memory.account = account.model_copy(
        update={
            "balance": account.balance - paid,
            "self_paid": account.self_paid + self_paid,
            "fund": account.fund + fund,
            "purchases": number + 1,
            "proofs": {**account.proofs, SETTLEMENT: Proof(sequence=number, mac=mac2.hex(), tac=tac.hex())},
        }
    )
    return Answer(data=tac + mac2)
