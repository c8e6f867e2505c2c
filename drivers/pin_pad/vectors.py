"""Worked frames and PIN blocks for the layouts of this room. One test walks all of them, in both directions."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class RequestVector:
    """A request: CMD, data (hex) and the frame's text between 02 and 03."""

    meaning: str
    code: int
    data: str
    text: str


@dataclass(frozen=True)
class BlockVector:
    """A PIN, a bank card's number and their clear block of format 0 (hex)."""

    pin: str
    number: str
    block: str


REQUESTS: Final = (
    RequestVector("version", 0x30, "", "013031"),
    RequestVector("reset", 0x31, "", "013130"),
    RequestVector("reset and wipe", 0x31, "38", "0231380B"),
    RequestVector("load master key", 0x32, "003131313131313131", "0A3200313131313131313138"),
    RequestVector("account number", 0x34, "313233343536373839303132", "0D343132333435363738393031323B"),
    RequestVector("start PIN entry", 0x35, "0601010014", "0635060101001421"),
    RequestVector("serial number", 0x38, "", "013839"),
    RequestVector("fetch PIN block", 0x42, "", "014243"),
    RequestVector("choose keys", 0x43, "0000", "0343000040"),
    RequestVector("keypad on", 0x45, "02", "02450245"),
    RequestVector("keypad off", 0x45, "01", "02450146"),
    RequestVector("3DES", 0x46, "0030", "0346003075"),
)

GOOD_ANSWER: Final = "0230313034303503"
"""Done, no data: the whole frame (hex)."""

BLOCKS: Final = (
    BlockVector("123456", "6210980000000000013", "06123456FFFFFFFE"),
    BlockVector("1234", "6210980000000000013", "041234FFFFFFFFFE"),
)
