"""What the printer answers: four kinds of bytes in one stream, told apart by their fixed bits.

Source: Epson's public ESC/POS reference. ``(b & 93h) == 12h`` real-time status (DLE EOT), ``== 10h`` the first of four
bytes of automatic status, ``(b & 90h) == 00h`` queued status (GS r) when one was asked for, 11h and 13h flow control.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

_GO_ON, _STOP = 0x11, 0x13  # XON, XOFF
_AUTOMATIC_BYTES: Final = 4


class ReplyKind(Enum):
    """What bytes from the printer are."""

    REAL_TIME = "DLE EOT"
    QUEUED = "GS r"
    AUTOMATIC = "GS a"


@dataclass(frozen=True)
class Reply:
    """One answer: one byte, or the four of an automatic status."""

    kind: ReplyKind
    data: bytes


@dataclass
class ReplyReader:
    """Sorts the bytes of one stream.

    ``queued_pending``: how many GS r were asked and not yet answered. ``full``: the printer asked us to stop sending.
    """

    queued_pending: int = 0
    full: bool = False
    _automatic: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> list[Reply]:
        """The answers in these bytes, in their order. Noise is passed over.

        The four bytes of an automatic status follow one another, and only flow control may come between them. Anything
        else there means that some were lost: the rest of them is given up.
        """
        replies = []
        for byte in data:
            if byte in (_GO_ON, _STOP):
                self.full = byte == _STOP
            elif self._automatic and byte & 0x90 == 0:
                self._automatic.append(byte)
                if len(self._automatic) == _AUTOMATIC_BYTES:
                    replies.append(Reply(ReplyKind.AUTOMATIC, bytes(self._automatic)))
                    self._automatic.clear()
            else:
                self._automatic.clear()
                if byte & 0x93 == 0x12:
                    replies.append(Reply(ReplyKind.REAL_TIME, bytes([byte])))
                elif byte & 0x93 == 0x10:
                    self._automatic.append(byte)
                elif byte & 0x90 == 0 and self.queued_pending > 0:
                    self.queued_pending -= 1
                    replies.append(Reply(ReplyKind.QUEUED, bytes([byte])))
        return replies

    def silence(self) -> None:
        """Nothing came for longer than bytes that follow one another take: a status that was begun is torn."""
        self._automatic.clear()
