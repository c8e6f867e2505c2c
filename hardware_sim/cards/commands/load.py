"""INITIALIZE FOR LOAD (B028 0001) and CREDIT FOR LOAD (B02A): money comes into the medical account."""

import hmac
from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.commands.account import (
    KEY_INDEX,
    KEY_VERSION,
    LAST_SEQUENCE,
    LOAD,
    LOAD_FILLER,
    MOST_FEN,
    RANDOM_LENGTH,
    TIME_LENGTH,
    account_for,
    account_key,
    amount_bytes,
    log_file,
    log_record,
    session_key,
    transaction_time,
)
from hardware_sim.cards.commands.update_record import add_record
from hardware_sim.cards.core import Core, Pending
from hardware_sim.cards.crypto import MAC_LENGTH, mac
from hardware_sim.cards.memory import Proof

PARAMETERS: Final = (0x00, 0x01)
_INITIALIZE_LENGTH: Final = 1 + 4 + 6
_CREDIT_LENGTH: Final = TIME_LENGTH + MAC_LENGTH


def initialize_for_load(card: Core, command: Command) -> Answer:
    """key index, amount, terminal in; balance, sequence, key version, algorithm, random and MAC1 out."""
    account = account_for(card, command, PARAMETERS, _INITIALIZE_LENGTH, pin=True)
    if isinstance(account, Answer):
        return account
    amount, terminal = int.from_bytes(command.data[1:5], "big"), command.data[5:]
    if command.data[0] != KEY_INDEX or card.directory.key_by_name("LOAD") is None:
        return refused(sw.KEY_INDEX, "no load key with this index")
    if account.loads == LAST_SEQUENCE:
        return refused(sw.COUNTER_AT_ITS_END, "the card has no more numbers for loads")
    if account.balance + amount > MOST_FEN:
        return refused(sw.CONDITIONS, "the account cannot hold that much")
    if card.write_fails():
        return refused(sw.MEMORY_FAULT, "memory fault")
    random, sequence = card.chance(RANDOM_LENGTH), account.loads.to_bytes(2, "big")
    card.session.pending = Pending("load", random + sequence, terminal, (amount, 0, 0))
    key = session_key(card, "LOAD", random + sequence + LOAD_FILLER)
    mac1 = mac(card.family, key, amount_bytes(account.balance, amount) + bytes([LOAD]) + terminal)
    head = amount_bytes(account.balance) + sequence + bytes([KEY_VERSION, card.family.code])
    return Answer(data=head + random + mac1)


def credit_for_load(card: Core, command: Command) -> Answer:
    """The host's time and MAC2 in; TAC out. Any refusal ends the load."""
    pending, card.session.pending = card.session.pending, None
    account = account_for(card, command, (0x00, 0x00), _CREDIT_LENGTH, pin=False)
    if isinstance(account, Answer):
        return account
    if pending is None or pending.kind != "load":
        return refused(sw.WRONG_STATE, "CREDIT FOR LOAD without INITIALIZE FOR LOAD")
    moment, mac2 = command.data[:TIME_LENGTH], command.data[TIME_LENGTH:]
    if transaction_time(moment) is None:
        return refused(sw.CONDITIONS, "there is no such time")
    amount = pending.amounts[0]
    covered = amount_bytes(amount) + bytes([LOAD]) + pending.terminal + moment
    key = session_key(card, "LOAD", pending.random_input + LOAD_FILLER)
    if not hmac.compare_digest(mac2, mac(card.family, key, covered)):
        return refused(sw.WRONG_MAC, "wrong MAC2")
    if card.write_fails():
        return refused(sw.MEMORY_FAULT, "memory fault")
    balance = account.balance + amount
    told = amount_bytes(balance) + account.loads.to_bytes(2, "big") + covered
    tac = card.family.tac(account_key(card, "DTK"), told)
    proof = Proof(sequence=account.loads, mac=mac2.hex(), tac=tac.hex())
    add_record(card, log_file(card), log_record(account.loads, LOAD, pending.terminal, moment, pending.amounts))
    card.memory.account = account.model_copy(
        update={"balance": balance, "loads": account.loads + 1, "proofs": {**account.proofs, LOAD: proof}}
    )
    return Answer(data=tac)
