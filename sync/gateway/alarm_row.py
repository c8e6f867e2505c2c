"""One alarm, as people are shown it: at the console and in the staff's pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ALARM_AGAIN_SECONDS: Final = 3600
"""The same thing within this time is one occurrence: a machine that asks on is worked off once, not each minute."""


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One alarm about a terminal. Of a certificate `epoch` is 0, `seq` the number of its row; of questions both are 0.

    It happened first at `at`, last at `last_at`, and `times` in all. `last_seq`: it is about the entries up to there;
    of a fork, about the first and the last where one was found.
    """

    at: str
    terminal: str
    code: str
    epoch: int
    seq: int
    last_seq: int | None
    times: int
    last_at: str

    @property
    def place(self) -> str:
        """Epoch and entry, or entries."""
        place = f"{self.epoch}/{self.seq}"
        return place if self.last_seq in (None, self.seq) else f"{place}-{self.last_seq}"
