"""Newland's settings in text: enter, one command after the other, leave; the reader leaves by itself after 5 s.

    $$$$ -> @@@@        enter
    #99900030; -> !99900030; done, ?99900030; refused
    a query -> &{text|CRC32}, the CRC of the text's bytes in eight hex digits
    %%%% -> ^^^^        leave

Source: the maker's serial programming manual. The form of a query's command differs from model to model, so it is the
caller's.
"""

import re
import zlib
from typing import Final

ENTER: Final = b"$$$$"
ENTERED: Final = b"@@@@"
LEAVE: Final = b"%%%%"
LEFT: Final = b"^^^^"
_SETTING: Final = re.compile(r"#([0-9A-Z]+;)", re.ASCII)
_QUERY_ANSWER: Final = re.compile(rb"&\{(?P<text>.*)\|(?P<crc>[0-9A-Fa-f]{8})\}", re.DOTALL)


class QueryDamagedError(ValueError):
    """The answer to a query came with a CRC that is not that of its text, or with a text that is no ASCII."""


def setting(command: str) -> bytes:
    """The bytes of ``#99900030;``. ValueError: no such shape."""
    if _SETTING.fullmatch(command) is None:
        raise ValueError("a setting is # and digits or capitals and ;")
    return command.encode("ascii")


def setting_answer(command: str, received: bytes) -> bool | None:
    """Whether the setting was done, from what was received so far; None: no answer to it yet."""
    echo = command.removeprefix("#").encode("ascii")
    for mark, done in ((b"!", True), (b"?", False)):
        if mark + echo in received:
            return done
    # a refusal need not repeat the command
    return False if re.search(rb"\?[^;]*;", received) else None


def query_answer(received: bytes) -> str | None:
    """The text of a query's answer, from what was received so far; None: not whole yet. QueryDamagedError."""
    found = _QUERY_ANSWER.search(received)
    if found is None:
        return None
    text, told = found["text"], int(found["crc"], 16)
    if zlib.crc32(text) != told or not text.isascii():
        raise QueryDamagedError("CRC32 or text")
    return text.decode("ascii")
