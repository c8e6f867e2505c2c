"""What can happen to readers and cards. Frozen values; the monitor tells them, each only when something changed.

A loss of the service says nothing about cards: until ``ServiceBack`` and the events after it, where a card is stays
unknown. The same holds for a reader that is gone.
"""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class ServiceGone:
    """pcscd is not there, or died. All readers and cards are unknown from now on."""

    pcsc: str


@dataclass(frozen=True, slots=True)
class ServiceBack:
    """pcscd is there. Its readers and their cards are told next."""


@dataclass(frozen=True, slots=True)
class ReaderAppeared:
    """A reader is there. If a card is in it, that is told immediately after; otherwise it is empty."""

    reader: str


@dataclass(frozen=True, slots=True)
class ReaderGone:
    """A reader was unplugged, perhaps with a card in it."""

    reader: str


@dataclass(frozen=True, slots=True)
class CardInserted:
    """A card is in and answers. After a quick swap ``CardRemoved`` of the old one comes first."""

    reader: str
    # The ATR of a social security card holds its serial number.
    atr: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The card, answering or mute, is out."""

    reader: str


@dataclass(frozen=True, slots=True)
class CardMute:
    """Something is in the reader and does not answer: upside down, dirty, or no chip card."""

    reader: str


ReaderEvent: TypeAlias = ServiceGone | ServiceBack | ReaderAppeared | ReaderGone | CardInserted | CardRemoved | CardMute
