"""Prints the wire conformance table at the end of a run that made it, and keeps it in build/conformance.txt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "conformance"))

from card_table.report import CLIENTS, PROPERTY, record, table


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """With or without xdist: what tests note on their reports arrives here. Other runs print nothing."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    noted = [value for report in reports for name, value in getattr(report, "user_properties", ()) if name == PROPERTY]
    if not any(who in CLIENTS for who, *_ in noted):
        return
    terminalreporter.section("wire conformance: command × status word of the card sheet")
    for line in table(noted):
        terminalreporter.write_line(line)
    kept = config.rootpath / "build" / "conformance.txt"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(record(noted), encoding="utf-8")
