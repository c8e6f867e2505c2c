"""The benefit rules that this terminal answers with: read again every ten minutes, since the list may have changed.

Every signature is checked at each reading. What is refused is told in the log once, and the last good book stays.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from kiosk.benefits.in_use import RulesInUse, rules_in_use
from kiosk.benefits.rulebook import RuleBook

AGAIN_AFTER: Final = timedelta(minutes=10)
"""Longer than a session, so that a check begins and ends with one book."""


class BenefitRules:
    """Call it for the book. One thread."""

    def __init__(self, data_dir: Path, now: Callable[[], datetime]) -> None:
        """`now`: aware."""
        self._data_dir = data_dir
        self._now = now
        self._read_at = now()
        self._rules: RulesInUse | None = None

    def __call__(self) -> RuleBook:
        """The rules in use. Raises PackageUnfit only when the shipped packages themselves are damaged."""
        now = self._now()
        if self._rules is None or not self._read_at <= now < self._read_at + AGAIN_AFTER:
            self._rules = self._read(now, self._rules)
            self._read_at = now
        return self._rules.book

    def _read(self, now: datetime, before: RulesInUse | None) -> RulesInUse:
        found = rules_in_use(self._data_dir, now, before)
        if before is None or found.refused != before.refused:
            for refused in found.refused:
                structlog.get_logger().warning(
                    "benefit_rules_refused",
                    why=refused.why,
                    package=refused.package,
                    sentence=refused.sentence,
                    remedy=refused.remedy,
                )
        return found
