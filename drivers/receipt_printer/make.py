"""What a make of receipt printer can do: settings of the driver, since no printer tells it in a way all makes share."""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class QueuedStatus(Enum):
    """The question that waits behind the print data, so that its answer proves them; the value is the command."""

    GS_R = b"\x1d\x72\x01"
    ESC_V = b"\x1b\x76"
    """Older makes. Its answer is one byte of the same shape, 0 is fine."""


@dataclass(frozen=True)
class Make:
    """Defaults fit a printer by Epson's reference.

    real_time         answers DLE EOT at once, also when it is offline
    automatic_status  GS a: says by itself that its status changed
    queued_status     how its word is had that everything was printed
    presenter         holds the cut receipt with a presenter that takes 1D 65 (present, eject, retract)
    """

    real_time: bool = True
    automatic_status: bool = True
    queued_status: QueuedStatus = QueuedStatus.GS_R
    presenter: bool = False


STANDARD: Final = Make()
OLDER: Final = Make(real_time=False, automatic_status=False, queued_status=QueuedStatus.ESC_V)
