"""A reader's status in XFS4IoT's words, folded from the monitor's events."""

from collections.abc import Callable
from dataclasses import replace

from drivers.card_reader.events import (
    CardInserted,
    CardMute,
    CardRemoved,
    ReaderAppeared,
    ReaderEvent,
    ReaderGone,
    ServiceBack,
    ServiceGone,
)
from drivers.status import CardReaderStatus, ChipState, DeviceState, MediaState


def after(status: CardReaderStatus, event: ReaderEvent, is_mine: Callable[[str], bool]) -> CardReaderStatus:
    """The status after an event; ``is_mine`` tells by the reader's name whether the event is about this reader."""
    match event:
        case ServiceGone():
            return replace(status, device=DeviceState.OFFLINE, media=MediaState.UNKNOWN, chip=ChipState.UNKNOWN)
        case ServiceBack():
            return replace(status, device=DeviceState.NO_DEVICE, media=MediaState.UNKNOWN, chip=ChipState.NO_DEVICE)
        case _ if not is_mine(event.reader):
            return status
        case ReaderGone():
            return replace(status, device=DeviceState.NO_DEVICE, media=MediaState.UNKNOWN, chip=ChipState.NO_DEVICE)
        case ReaderAppeared() | CardRemoved():
            media, chip = MediaState.NOT_PRESENT, ChipState.NO_CARD
        case CardInserted():
            media, chip = MediaState.PRESENT, ChipState.POWERED_OFF
        case CardMute():
            media, chip = MediaState.PRESENT, ChipState.HARDWARE_ERROR
    return replace(status, device=DeviceState.ONLINE, media=media, chip=chip)
