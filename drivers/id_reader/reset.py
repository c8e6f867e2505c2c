"""The module's reset for a module that answers nothing any more: sent without asking first.

``IdReader`` never sends a command before the last answer has come or is known not to come; a module that hangs would
then never be reset. What it answers here, if it does, cannot be taken for a card: "done, no data" is an answer to a
reset and to a question for its state alone, and both say the same.
"""

from typing import Final

from drivers.id_reader.commands import RESET_MODULE
from drivers.id_reader.frames import request_frame
from drivers.operation import Operation, Sleep, Write

COMES_UP_SECONDS: Final = 1.0


def reset_unasked() -> Operation[None]:
    """10 FF, and the time a module needs to come up again. Errors: the link's."""
    yield Write(request_frame(RESET_MODULE.code))
    yield Sleep(COMES_UP_SECONDS)
