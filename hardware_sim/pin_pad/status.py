"""The status bytes of answers, and a command that ends with one."""

from __future__ import annotations

FINE, BAD_PARAMETER, TIME_OUT = 0x04, 0x15, 0x80
FINE_WITHOUT_MASTER, INVALID_WITHOUT_MASTER = 0xA4, 0xB5
FINE_BATTERY_LOW, INVALID, SELF_TEST = 0xC4, 0xE0, 0xF0
SELF_TEST_FAULTS = 8
"""F0 to F7."""


class RefusedError(Exception):
    """A command ends with this status; `why` is for the remarks and names no data."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why
