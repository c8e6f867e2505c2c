"""The pad's reset for a pad that answers nothing any more: sent without asking first. Keys stay.

``PadLine`` never sends a command before the last answer has come or is known not to come; a pad that hangs would then
never be reset. What it answers here, if it does, is thrown away by the next question, which settles the line.
"""

from typing import Final

from drivers.operation import Operation, Sleep, Write
from drivers.pin_pad.commands import RESET
from drivers.pin_pad.frames import request_frame

COMES_UP_SECONDS: Final = 3.0


def reset_unasked() -> Operation[None]:
    """31 without its parameter, and the time of a self-test. Errors: the link's."""
    yield Write(request_frame(RESET.code, b""))
    yield Sleep(COMES_UP_SECONDS)
