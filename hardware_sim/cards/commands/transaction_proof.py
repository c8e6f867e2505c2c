"""GET TRANSACTION PROOF (B02E): MAC and TAC of the last load or settlement, for who missed the answer."""

from typing import Final

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.commands.account import LOAD, SETTLEMENT, account_of
from hardware_sim.cards.core import Core

_LENGTH: Final = 2


def get_transaction_proof(card: Core, command: Command) -> Answer:
    """P2 is the type (1 load, 2 settlement), data the number INITIALIZE gave. Does not end a load or purchase."""
    if command.p1 != 0 or command.p2 not in (LOAD, SETTLEMENT):
        return refused(sw.WRONG_P1_P2, "GET TRANSACTION PROOF with these P1 P2")
    if len(command.data) != _LENGTH:
        return refused(sw.WRONG_LENGTH, "a sequence has two bytes")
    account = account_of(card, pin=False)
    if isinstance(account, Answer):
        return account
    proof = account.proofs.get(command.p2)
    if proof is None or proof.sequence != int.from_bytes(command.data, "big"):
        # This is how a terminal finds out that an interrupted debit was not done, so it is no fault to note.
        return Answer(sw.NO_PROOF)
    return Answer(data=bytes.fromhex(proof.mac + proof.tac))
