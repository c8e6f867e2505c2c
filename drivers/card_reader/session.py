"""Operations on a social security card, in the order of the sheet's section 12.

``read_card`` opens a session: power, identity, proof, facts. The other operations go on with the card it left powered;
``end_session`` takes the power away, so that nothing verified outlives the session. An operation that fails takes the
power away itself. Nothing is tried twice.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from drivers.card_reader.authentication import challenge_of, present_proof, require_genuine
from drivers.card_reader.channel import Channel
from drivers.card_reader.commands import read_record
from drivers.card_reader.facts import V3, Algorithm, CardFacts, Holder
from drivers.card_reader.identity import (
    channel_of,
    end_session,
    identify,
    read_holder,
    read_issuer,
    require_same_card,
    unpowered_on_failure,
)
from drivers.card_reader.key_factors import level_factors
from drivers.card_reader.layouts import RECORD, parsed
from drivers.card_reader.sam import Sam, SamIndex, SamKeys, open_sam
from drivers.errors import CardMalformed
from drivers.operation import Operation, PowerOff, Progress, Slot

__all__ = ["STEPS", "end_session", "read_card", "read_value", "same_card"]

_RK_SSSE = 0x0A
"""Key id on the card, global (section 8)."""

STEPS = ("power", "identify", "prove", "check", "holder")
"""What ``read_card`` reports as progress, in this order; "prove" only with the PSAM."""


def read_card(
    today: date,
    *,
    sam: bool = True,
    keys: SamKeys | None = None,
    index: SamIndex | None = None,
    chance: Callable[[int], bytes] = secrets.token_bytes,
) -> Operation[CardFacts]:
    """Power the card, find out whose it is, and check all of it. Leaves the citizen's card powered, the PSAM not.

    today   for the validity period, local date
    sam     False: without the PSAM; the card is not asked for proof, and a 3.0 card's holder stays unread
    keys    where the PSAM keeps its keys
    index   keeps what was learnt about the PSAM from card to card
    chance  as ``secrets.token_bytes``: the bytes a card must encipher

    Errors: CardMute, CardGone, ForeignCard, CardBlocked, CardUnsupported (SSF33, newer version), NotGenuine,
    CardExpired, CardMalformed, SamMissing, SamUnfit, TerminalRefused, Refused, ProtocolError, and those of the wire.
    """
    return unpowered_on_failure(_read_card(today, sam, keys or SamKeys(), index or SamIndex(), chance))


def same_card(facts: CardFacts) -> Operation[None]:
    """Before any write after a pause: is it still the card of ``facts``? (section 12, step 8)

    Selects the SSSE, so an application must be selected again afterwards. CardChanged: another card.
    """
    return unpowered_on_failure(require_same_card(facts))


def read_value(facts: CardFacts, sfi: int, tag: int, length: int) -> Operation[bytes]:
    """Value of the record with ``tag`` in file ``sfi`` of the selected application; ``length`` bytes are expected.

    Leaves the card powered even when it says no. Refused: 6982 without its rights, 6A83 no such record.
    """
    record = yield from channel_of(facts.atr).ask(read_record(sfi, tag, length + 2))
    fields = parsed(RECORD, record, "record")
    if fields.tag != tag:
        raise CardMalformed("card_reader", element="record", shape="another tag", tag=fields.tag)
    return bytes(fields.value)


def _read_card(
    today: date, with_sam: bool, keys: SamKeys, index: SamIndex, chance: Callable[[int], bytes]
) -> Operation[CardFacts]:
    found = yield from identify()
    card, atr, algorithm, card_id = found.card, found.atr, found.algorithm, found.card_id
    proof = _Proof(card, keys, algorithm, level_factors(card_id.city, atr.card_factor), chance)
    terminal: Sam | None = None
    if with_sam:
        yield Progress("prove")
        terminal = yield from open_sam(bytes.fromhex(card_id.city[:2]), index)
        yield from proof.of_card(terminal)
    yield Progress("check")
    issuer = yield from read_issuer(card, today)
    holder: Holder | None = None
    locked = issuer.version >= V3
    if terminal is not None or not locked:
        yield Progress("holder")
        if terminal is not None and locked:
            yield from proof.of_terminal(terminal)
        holder = yield from read_holder(card)
    yield PowerOff(Slot.SAM)
    return CardFacts(atr, algorithm, card_id, issuer, genuine=terminal is not None, holder=holder)


@dataclass(frozen=True)
class _Proof:
    """Both directions of authentication with one card, by the PSAM (sections 8 and 9)."""

    card: Channel
    keys: SamKeys
    algorithm: Algorithm
    factors: tuple[bytes, bytes, bytes]
    chance: Callable[[int], bytes]

    def of_card(self, terminal: Sam) -> Operation[None]:
        """INTERNAL AUTHENTICATION with IRK. NotGenuine: no proof, or a wrong one."""
        challenge = yield from challenge_of(self.card)
        raw = self.chance(8)
        expected = yield from terminal.prove(self.keys.genuine, self.algorithm, self.factors, challenge, raw)
        yield from require_genuine(self.card, challenge, raw, expected)

    def of_terminal(self, terminal: Sam) -> Operation[None]:
        """EXTERNAL AUTHENTICATION with RK_SSSE. TerminalRefused: the card did not believe."""
        challenge = yield from challenge_of(self.card)
        raw = self.chance(8)
        proof = yield from terminal.prove(self.keys.read, self.algorithm, self.factors, challenge, raw)
        yield from present_proof(self.card, _RK_SSSE, proof, raw)
