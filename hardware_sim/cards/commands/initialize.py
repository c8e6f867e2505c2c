"""B028: INITIALIZE FOR LOAD and INITIALIZE FOR PURCHASE share an instruction; P1 P2 tell which is meant."""

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.commands import load, purchase
from hardware_sim.cards.core import Core


def initialize(card: Core, command: Command) -> Answer:
    """See load.py and purchase.py."""
    match command.p1, command.p2:
        case load.PARAMETERS:
            return load.initialize_for_load(card, command)
        case purchase.PARAMETERS:
            return purchase.initialize_for_purchase(card, command)
        case _:
            return refused(sw.WRONG_P1_P2, "INITIALIZE with these P1 P2")
