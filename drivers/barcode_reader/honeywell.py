"""Honeywell's menu commands: 16 4D 0D, a tag, and ``.`` (until power-off) or ``!`` (for good).

The answer ends with 06 done, 05 no such tag or 15 no such value; what stands before is what the reader tells.
"""

import re
from dataclasses import dataclass, field
from typing import Final

TRIGGER: Final = bytes.fromhex("16540D")
STOP: Final = bytes.fromhex("16550D")
REVISION: Final = "REVINF"
"""The tag that only asks what the reader is."""

_HEAD: Final = bytes.fromhex("164D0D")
_TAG: Final = re.compile(r"[A-Z0-9?*^;,]{1,64}", re.ASCII)
_ANSWER: Final = re.compile(rb"(?P<told>[^\x05\x06\x15]*)(?P<mark>[\x05\x06\x15])")


@dataclass(frozen=True, slots=True)
class MenuAnswer:
    """What a menu command was answered."""

    done: bool
    told: str = field(repr=False)


def menu(tag: str, *, keep: bool = False) -> bytes:
    """A menu command; ``keep`` writes it into flash. ValueError: no tag of a menu."""
    if _TAG.fullmatch(tag) is None:
        raise ValueError("a tag has capitals, digits and ? * ^ ; ,")
    return _HEAD + tag.encode("ascii") + (b"!" if keep else b".")


def menu_answer(received: bytes) -> MenuAnswer | None:
    """The answer in what was received so far; None: not whole yet."""
    found = _ANSWER.search(received)
    if found is None:
        return None
    return MenuAnswer(found["mark"] == b"\x06", found["told"].decode("ascii", "replace").strip())
