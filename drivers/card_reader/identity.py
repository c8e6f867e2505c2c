"""The card's environment and who it is: what every operation on a card begins with (sheet, section 12)."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from drivers.card_reader import decode
from drivers.card_reader.channel import OK, Channel
from drivers.card_reader.commands import SELECT_SSSE, read_record
from drivers.card_reader.elements import (
    CARD_ID_FIELD,
    CARD_NUMBER,
    HOLDER_ELEMENTS,
    HOLDER_FILE,
    ISSUER_ELEMENTS,
    ISSUER_FILE,
    Element,
)
from drivers.card_reader.facts import Algorithm, Atr, CardFacts, CardId, Holder, Issuer
from drivers.errors import CardChanged, CardExpired, CardMalformed, CardUnsupported, DeviceError, ForeignCard
from drivers.operation import Operation, PowerOff, PowerOn, Progress, Slot, T

Y = TypeVar("Y")

_NO_CLASS, _NO_INSTRUCTION, _NO_FILE, _NO_RECORD = 0x6E00, 0x6D00, 0x6A82, 0x6A83


def unpowered_on_failure(operation: Generator[Y, Any, T]) -> Generator[Y | PowerOff, Any, T]:
    """Run it; when it fails, take the power from both slots before the error goes on."""
    try:
        return (yield from operation)
    except DeviceError:
        yield PowerOff(Slot.USER)
        yield PowerOff(Slot.SAM)
        raise


def end_session() -> Operation[None]:
    """Take the power from both slots: no verified PIN and no right outlives the session. Harmless without a card."""
    yield PowerOff(Slot.USER)
    yield PowerOff(Slot.SAM)


def channel_of(atr: Atr) -> Channel:
    """The way to the citizen's card."""
    return Channel(Slot.USER, le_with_data=atr.contactless)


@dataclass(frozen=True, slots=True, repr=False)
class Identified:
    """A powered card with the SSSE selected: which it is, before anything of it was proved or checked."""

    card: Channel
    raw_atr: bytes
    atr: Atr
    algorithm: Algorithm
    card_id: CardId


def identify() -> Operation[Identified]:
    """Power the card and find out which it is. Errors as of ``session.read_card`` up to here."""
    yield Progress("power")
    raw_atr: bytes = yield PowerOn(Slot.USER)
    yield Progress("identify")
    # Whether it is our card at all is for the SSSE to say: a bank card has an ATR of another form and is "foreign".
    card = Channel(Slot.USER, le_with_data=decode.is_contactless(raw_atr))
    fci = yield from select_environment(card)
    atr = decode.atr_facts(raw_atr)
    algorithm = decode.algorithm_of(fci, atr.region)
    if algorithm is Algorithm.SSF33:
        raise CardUnsupported("card_reader", what="algorithm", value=algorithm.name)
    # The card id comes before the proof, the rest of EF05 after it: the city code in it is a factor of the keys.
    card_id = yield from read_card_id(card)
    return Identified(card, raw_atr, atr, algorithm, card_id)


def read_issuer(card: Channel, today: date) -> Operation[Issuer]:
    """The rest of EF05, checked. CardExpired: its validity is over on ``today``."""
    issuer = decode.issuer((yield from whole_records(card, ISSUER_FILE, ISSUER_ELEMENTS)))
    if issuer.expires < today:
        raise CardExpired("card_reader", expired=issuer.expires.isoformat())
    return issuer


def read_holder(card: Channel) -> Operation[Holder]:
    """EF06, checked."""
    return decode.holder((yield from whole_records(card, HOLDER_FILE, HOLDER_ELEMENTS)))


def select_environment(card: Channel) -> Operation[bytes]:
    """SELECT SSSE; answers its FCI. ForeignCard: there is none."""
    response = yield from card.send(SELECT_SSSE)
    if response.sw in (_NO_FILE, _NO_CLASS, _NO_INSTRUCTION):
        raise ForeignCard("card_reader", sw=f"{response.sw:04X}")
    if response.sw != OK:
        raise card.refusal(SELECT_SSSE.name, response)
    return response.data


def read_card_id(card: Channel) -> Operation[CardId]:
    """卡识别码, with the SSSE selected."""
    return decode.card_id((yield from whole_record(card, ISSUER_FILE, CARD_ID_FIELD)))


def require_same_card(facts: CardFacts) -> Operation[None]:
    """Step 8 of section 12: selects the SSSE and compares card id and number. CardChanged: another card."""
    card = channel_of(facts.atr)
    yield from select_environment(card)
    card_id = yield from read_card_id(card)
    record = yield from whole_record(card, ISSUER_FILE, CARD_NUMBER)
    if card_id != facts.card_id or decode.card_number(record) != facts.issuer.number:
        raise CardChanged("card_reader")


def require_same_facts(before: CardFacts, now: CardFacts) -> None:
    """CardChanged: two sessions were on two cards."""
    if before.card_id != now.card_id or before.issuer.number != now.issuer.number:
        raise CardChanged("card_reader")


def whole_records(card: Channel, sfi: int, wanted: tuple[Element, ...]) -> Operation[decode.Records]:
    """The records of these elements, by tag."""
    found: decode.Records = {}
    for element in wanted:
        found[element.tag] = yield from whole_record(card, sfi, element)
    return found


def whole_record(card: Channel, sfi: int, element: Element) -> Operation[bytes]:
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
