"""What every make has in common: bytes of the host become answers and wishes to the reader's own parts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Terminator(Enum):
    """What ends a scanned text; the value is what people type."""

    NONE = "none"
    CR = "cr"
    CRLF = "crlf"

    @property
    def data(self) -> bytes:
        return {Terminator.NONE: b"", Terminator.CR: b"\r", Terminator.CRLF: b"\r\n"}[self]


@dataclass(frozen=True)
class Say:
    """Answer with these bytes."""

    data: bytes


@dataclass(frozen=True)
class Trigger:
    """The lamp goes on and a code may be read, or off."""

    on: bool


@dataclass(frozen=True)
class Suffix:
    """End texts so from now on."""

    terminator: Terminator


class Light(Enum):
    """When the lamp is lit."""

    NEVER = "never"
    WHILE_SCANNING = "while-scanning"
    ALWAYS = "always"


@dataclass(frozen=True)
class Lighting:
    """The lamp is lit so from now on."""

    light: Light


@dataclass(frozen=True)
class LineRate:
    """Speak at this rate after the answer."""

    rate: int


@dataclass(frozen=True)
class Defaults:
    """Everything as it left the factory."""


@dataclass(frozen=True)
class Remark:
    """Something a strict reader does not understand and does not answer."""

    text: str


Wish = Say | Trigger | Suffix | Lighting | LineRate | Defaults | Remark


class Make(Protocol):
    """One make's side of the conversation."""

    name: str

    def hear(self, data: bytes, now: float) -> list[Wish]:
        """All that follows from `data` at `now` (seconds)."""

    def forget(self) -> None:
        """Power off: what was begun is gone."""
