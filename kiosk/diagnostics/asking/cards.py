"""The citizen's card reader, and the terminal's own secure module (PSAM) in its reader.

The card that lies in the reader is identified without the PSAM: no proof is asked for, so that no counter of the card
moves, whoever's card it is. The complete reading is the bench test's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from drivers.card_reader.facts import CardFacts
from drivers.card_reader.sam import Sam, SamIndex, open_sam
from drivers.card_reader.session import end_session, read_card
from drivers.errors import (
    CardBlocked,
    CardExpired,
    CardGone,
    CardMalformed,
    CardMute,
    CardUnsupported,
    DeviceError,
    ForeignCard,
)
from drivers.operation import FindReaders, FoundReaders, Operation, Slot
from drivers.status import CardReaderStatus, ChipState, MediaState
from kiosk.diagnostics.findings import Examination, Found, told
from kiosk.diagnostics.readers import Fits, Look, identity_of

ABOUT_THE_CARD = (ForeignCard, CardExpired, CardBlocked, CardMalformed, CardUnsupported)
"""Faults by which the reader proves that it works: the card was read, and is another than wanted."""

_UNPOWERED = "SCARD_W_UNPOWERED_CARD"
"""What PC/SC calls a card that lies there and cannot be powered, as long as it does not call it mute."""


def card_reader(look: Look, roles: Fits, today: date, clock: Callable[[], float]) -> Operation[Found]:
    """Service, reader of the role, and the card if one is in."""
    exam = Examination(clock, ("service", "reader", "card"))
    return exam.run(_card_reader(exam, look, roles, today))


def _card_reader(exam: Examination, look: Look, roles: Fits, today: date) -> Operation[None]:
    status = yield from _reader(exam, look, roles, Slot.USER)
    exam.capabilities |= {"interface": "chip", "exclusive": "yes", "retain_bin": status.retain_bin.value}
    outcome = yield from exam.step("card", _identified(today))
    match outcome:
        case CardFacts():
            exam.note(f"social security card, version {outcome.issuer.version.text}")
        case CardGone() if status.media is not MediaState.PRESENT and outcome.facts.get("pcsc") != _UNPOWERED:
            exam.not_run("no card is in")
        case CardGone() | CardMute():
            # the reader may be ill, or the card
            exam.status |= {"media": MediaState.PRESENT.value, "chip": ChipState.HARDWARE_ERROR.value}
            exam.unclear("card_mute", told(outcome))
        case DeviceError():
            exam.note(told(outcome))
            exam.warnings.append(outcome.code)


def _identified(today: date) -> Operation[CardFacts | DeviceError]:
    """The card's facts, or what is the matter with the card; a fault of the reader is raised."""
    try:
        facts = yield from read_card(today, sam=False)
    except (CardGone, CardMute, *ABOUT_THE_CARD) as about_the_card:
        return about_the_card
    yield from end_session()
    return facts


def psam(look: Look, roles: Fits, card_id_first_byte: bytes, clock: Callable[[], float]) -> Operation[Found]:
    """Service, reader of the role, answer to reset, application and set-up for a card of the terminal's region."""
    exam = Examination(clock, ("service", "reader", "application"))
    return exam.run(_psam(exam, look, roles, card_id_first_byte))


def _psam(exam: Examination, look: Look, roles: Fits, card_id_first_byte: bytes) -> Operation[None]:
    yield from _reader(exam, look, roles, Slot.SAM)
    terminal = yield from exam.step("application", _opened(card_id_first_byte))
    exam.capabilities["commands"] = "class " + f"{terminal.cla:02X}"


def _opened(card_id_first_byte: bytes) -> Operation[Sam]:
    try:
        terminal = yield from open_sam(card_id_first_byte, SamIndex())
    except DeviceError:
        yield from end_session()
        raise
    yield from end_session()
    return terminal


def _reader(exam: Examination, look: Look, roles: Fits, slot: Slot) -> Operation[CardReaderStatus]:
    """Service and reader; ends the examination when there is none. The card in it says who is who, not its name."""
    status = look.status(look.named(slot, roles))
    exam.status |= _words(status)
    exam.check("service", well=look.service_fault is None, cause="service_gone", detail=look.service_fault or "")
    found = yield from exam.step("reader", _found())
    names = found.user if slot is Slot.USER else (found.sam,) if found.sam else ()
    fitting = tuple(reader for reader in look.readers if reader.name in names)
    if slot is Slot.SAM and not fitting:
        # its reader may be there, with nothing in it that answers as a PSAM
        fitting = tuple(each for each in look.named(slot, roles) if each.name not in found.user)
    if not fitting:
        exam.stop("no_device", f"{len(look.readers)} readers, none fits the role")
    status = look.status(fitting)
    exam.status |= _words(status)
    held = next((reader for reader in fitting if reader.status is status), fitting[0])
    exam.identity = identity_of(held.name)
    if not roles.fits(slot, held.name):
        exam.warnings.append("readers_swapped")
    if len(fitting) > 1:
        exam.capabilities["slots"] = ", ".join(reader.name for reader in fitting)
    return status


def _found() -> Operation[FoundReaders]:
    found: FoundReaders = yield FindReaders()
    return found


def _words(status: CardReaderStatus) -> dict[str, str]:
    return {"device": status.device.value, "media": status.media.value, "chip": status.chip.value}
