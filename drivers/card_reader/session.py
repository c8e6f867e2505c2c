"""Operations on a social security card, in the order of the sheet's section 12.

``read_card`` opens a session: power, identity, proof, facts. The other operations go on with the card it left powered;
``end_session`` takes the power away, so that nothing verified outlives the session. An operation that fails takes the
power away itself. Nothing is tried twice.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from drivers.card_reader import decode
from drivers.card_reader.channel import OK, Channel
from drivers.card_reader.commands import (
    GET_CHALLENGE,
    SELECT_SSSE,
    external_authenticate,
    internal_authenticate,
    read_record,
)
from drivers.card_reader.elements import (
    CARD_ID_FIELD,
    CARD_NUMBER,
    HOLDER_ELEMENTS,
    HOLDER_FILE,
    ISSUER_ELEMENTS,
    ISSUER_FILE,
    Element,
)
from drivers.card_reader.facts import V3, Algorithm, Atr, CardFacts, CardId, Holder
from drivers.card_reader.key_factors import level_factors
from drivers.card_reader.layouts import RECORD, parsed
from drivers.card_reader.sam import Sam, SamIndex, SamKeys, open_sam
from drivers.errors import (
    CardChanged,
    CardExpired,
    CardMalformed,
    CardUnsupported,
    DeviceError,
    ForeignCard,
    NotGenuine,
    ProtocolError,
    TerminalRefused,
)
from drivers.operation import Operation, PowerOff, PowerOn, Progress, Slot, T

_NO_CLASS, _NO_INSTRUCTION, _NO_FILE, _NO_RECORD, _NO_KEY, _LOCKED = 0x6E00, 0x6D00, 0x6A82, 0x6A83, 0x6A88, 0x6983
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
    return _unpowered_on_failure(_read_card(today, sam, keys or SamKeys(), index or SamIndex(), chance))


def same_card(facts: CardFacts) -> Operation[None]:
    """Before any write after a pause: is it still the card of ``facts``? (section 12, step 8)

    Selects the SSSE, so an application must be selected again afterwards. CardChanged: another card.
    """
    return _unpowered_on_failure(_same_card(facts))


def read_value(facts: CardFacts, sfi: int, tag: int, length: int) -> Operation[bytes]:
    """Value of the record with ``tag`` in file ``sfi`` of the selected application; ``length`` bytes are expected.

    Leaves the card powered even when it says no. Refused: 6982 without its rights, 6A83 no such record.
    """
    record = yield from _channel(facts.atr).ask(read_record(sfi, tag, length + 2))
    fields = parsed(RECORD, record, "record")
    if fields.tag != tag:
        raise CardMalformed("card_reader", element="record", shape="another tag", tag=fields.tag)
    return bytes(fields.value)


def end_session() -> Operation[None]:
    """Take the power from both slots: no verified PIN and no right outlives the session. Harmless without a card."""
    yield PowerOff(Slot.USER)
    yield PowerOff(Slot.SAM)


def _unpowered_on_failure(operation: Operation[T]) -> Operation[T]:
    try:
        return (yield from operation)
    except DeviceError:
        yield PowerOff(Slot.USER)
        yield PowerOff(Slot.SAM)
        raise


def _channel(atr: Atr) -> Channel:
    return Channel(Slot.USER, le_with_data=atr.contactless)


def _read_card(
    today: date, with_sam: bool, keys: SamKeys, index: SamIndex, chance: Callable[[int], bytes]
) -> Operation[CardFacts]:
    yield Progress("power")
    raw_atr: bytes = yield PowerOn(Slot.USER)
    yield Progress("identify")
    # Whether it is our card at all is for the SSSE to say: a bank card has an ATR of another form and is "foreign".
    card = Channel(Slot.USER, le_with_data=decode.is_contactless(raw_atr))
    fci = yield from _select(card)
    atr = decode.atr_facts(raw_atr)
    algorithm = decode.algorithm_of(fci, atr.region)
    if algorithm is Algorithm.SSF33:
        raise CardUnsupported("card_reader", what="algorithm", value=algorithm.name)
    # The card id comes before the proof, the rest of EF05 after it: the city code in it is a factor of the keys.
    card_id = yield from _card_id(card)
    proof = _Proof(card, keys, algorithm, level_factors(card_id.city, atr.card_factor), chance)
    terminal: Sam | None = None
    if with_sam:
        yield Progress("prove")
        terminal = yield from open_sam(bytes.fromhex(card_id.city[:2]), index)
        yield from proof.of_card(terminal)
    yield Progress("check")
    issuer = decode.issuer((yield from _records(card, ISSUER_FILE, ISSUER_ELEMENTS)))
    if issuer.expires < today:
        raise CardExpired("card_reader", expired=issuer.expires.isoformat())
    holder: Holder | None = None
    locked = issuer.version >= V3
    if terminal is not None or not locked:
        yield Progress("holder")
        if terminal is not None and locked:
            yield from proof.of_terminal(terminal)
        holder = decode.holder((yield from _records(card, HOLDER_FILE, HOLDER_ELEMENTS)))
    yield PowerOff(Slot.SAM)
    return CardFacts(atr, algorithm, card_id, issuer, genuine=terminal is not None, holder=holder)


def _same_card(facts: CardFacts) -> Operation[None]:
    card = _channel(facts.atr)
    yield from _select(card)
    card_id = yield from _card_id(card)
    record = yield from _record(card, ISSUER_FILE, CARD_NUMBER)
    if card_id != facts.card_id or decode.card_number(record) != facts.issuer.number:
        raise CardChanged("card_reader")


def _select(card: Channel) -> Operation[bytes]:
    response = yield from card.send(SELECT_SSSE)
    if response.sw in (_NO_FILE, _NO_CLASS, _NO_INSTRUCTION):
        raise ForeignCard("card_reader", sw=f"{response.sw:04X}")
    if response.sw != OK:
        raise card.refusal(SELECT_SSSE.name, response)
    return response.data


@dataclass(frozen=True)
class _Proof:
    """Both directions of authentication with one card (sections 8 and 9).

    Who makes which random number: the card's last challenge makes the session key; the 8 bytes that are enciphered are
    the terminal's own, as section 9 has it for a PSAM [S6] (in the HSM flow of section 8 they are a card's challenge
    too). A copy that answers each GET CHALLENGE alike and plays back a recorded answer is thus found out; with both
    numbers from the card it would pass as genuine.
    """

    card: Channel
    keys: SamKeys
    algorithm: Algorithm
    factors: tuple[bytes, bytes, bytes]
    chance: Callable[[int], bytes]

    def of_card(self, terminal: Sam) -> Operation[None]:
        """INTERNAL AUTHENTICATION with IRK. NotGenuine: no proof, or a wrong one."""
        challenge = yield from self._challenge()
        raw = self.chance(8)
        expected = yield from terminal.prove(self.keys.genuine, self.algorithm, self.factors, challenge, raw)
        command = internal_authenticate(challenge, raw)
        response = yield from self.card.send(command)
        if response.sw == _NO_KEY:
            raise NotGenuine("card_reader", why="no key")
        if response.sw != OK:
            raise self.card.refusal(command.name, response)
        if not hmac.compare_digest(response.data, expected):
            raise NotGenuine("card_reader", why="another answer")

    def of_terminal(self, terminal: Sam) -> Operation[None]:
        """EXTERNAL AUTHENTICATION with RK_SSSE, by the card's last challenge. TerminalRefused: it did not believe."""
        challenge = yield from self._challenge()
        raw = self.chance(8)
        proof = yield from terminal.prove(self.keys.read, self.algorithm, self.factors, challenge, raw)
        command = external_authenticate(_RK_SSSE, proof, raw)
        # The card counts wrong proofs and locks the key for good (section 12): exactly one frame.
        response = yield from self.card.send_once(command)
        if response.tries_left is not None or response.sw == _LOCKED:
            raise TerminalRefused("card_reader", tries_left=response.tries_left or 0)
        if response.sw != OK:
            raise self.card.refusal(command.name, response)

    def _challenge(self) -> Operation[bytes]:
        challenge = yield from self.card.ask(GET_CHALLENGE)
        if len(challenge) != GET_CHALLENGE.le:
            raise ProtocolError("card_reader", slot="user", command=GET_CHALLENGE.name, shape="not 8 bytes")
        return challenge


def _card_id(card: Channel) -> Operation[CardId]:
    return decode.card_id((yield from _record(card, ISSUER_FILE, CARD_ID_FIELD)))


def _records(card: Channel, sfi: int, wanted: tuple[Element, ...]) -> Operation[decode.Records]:
    found: decode.Records = {}
    for element in wanted:
        found[element.tag] = yield from _record(card, sfi, element)
    return found


def _record(card: Channel, sfi: int, element: Element) -> Operation[bytes]:
    """The whole record of an element, by tag: positions differ between versions, tags do not (section 5)."""
    command = read_record(sfi, element.tag, element.record_length)
    response = yield from card.send(command)
    if response.sw == _NO_RECORD:
        if not element.optional:
            raise CardMalformed("card_reader", element=element.name, shape="record missing")
        return bytes([element.tag, 0])
    if response.sw != OK:
        raise card.refusal(command.name, response)
    return response.data
