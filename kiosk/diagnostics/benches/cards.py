"""Read the social security card in the reader again and again: power, identity, proof by the PSAM, facts.

The PIN is not touched. A card that does not accept the terminal counts it (card sheet, section 12): the test ends
there, before it can lock somebody's card.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from drivers.card_reader.sam import SamIndex
from drivers.card_reader.session import end_session, read_card
from drivers.errors import CardExpired, CardGone, ForeignCard, TerminalRefused
from drivers.operation import Operation
from kiosk.diagnostics.benches.trying import Bench, Outcome, Tried
from kiosk.diagnostics.findings import Result, told
from kiosk.masking import mask_card_number


def card_reader(
    today: date, clock: Callable[[], float], times: int, *, with_psam: bool, reveal: bool
) -> Operation[Tried]:
    """`with_psam` False: without proof, to tell an ill reader from an ill PSAM. `reveal`: the card's number in full."""
    bench = Bench(clock, times, stop_at=(TerminalRefused,))
    index = SamIndex()

    def once() -> Operation[Outcome]:
        try:
            facts = yield from read_card(today, sam=with_psam, index=index)
        except (CardGone, ForeignCard, CardExpired) as error:
            # no card, or none to test with: the reader has not been found well or ill
            first = not bench.facts
            return Outcome(Result.UNCLEAR if first else Result.FAIL, told(error), error.code, last=first)
        yield from end_session()
        number = facts.issuer.number
        bench.facts |= {
            "card_number": number if reveal else mask_card_number(number),
            "version": facts.issuer.version.text,
            "algorithm": facts.algorithm.name,
            "proved": "yes" if facts.genuine else "no",
        }
        return Outcome()

    return bench.run(once)
