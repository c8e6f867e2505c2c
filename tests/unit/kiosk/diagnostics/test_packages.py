"""Packages in the diagnosis: which versions are in use, until when, and what to do when they no longer hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.diagnostics.findings import Found, NotFitted, Part
from kiosk.diagnostics.judging import next_step, report
from kiosk.diagnostics.packages import packages
from sync.packages import Package, PackageStatus

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
ONE = Package("rules", "retirement", 3, Path("x"), "0" * 64, "2025-01-01", "000000", None, "in-force")
WELL = PackageStatus(True, "in-force", 7, NOW + timedelta(days=6), NOW + timedelta(days=300), (ONE,))


def test_versions_place_and_times_are_named():
    found = packages(WELL, NOW, "packages")
    assert isinstance(found, Found)
    assert found.status["rules/retirement"] == "3 (000000, 2025-01-01)"
    assert found.status["list"] == "7"
    assert found.status["confirmed_until"].startswith("2026-11-28T14:00")
    assert (found.causes, found.warnings) == ((), ())


def test_a_terminal_that_was_never_given_a_root_has_no_packages_and_is_not_ill():
    assert isinstance(packages(PackageStatus(False, "none"), NOW, "packages"), NotFitted)
    assert packages(PackageStatus(True, "none"), NOW, "packages").causes == ()


@pytest.mark.parametrize(
    ("status", "word", "health"),
    [
        (replace(WELL, state="expired"), "expired", "ill"),
        (PackageStatus(True, "unusable", why="not-genuine"), "unusable", "ill"),
        (replace(WELL, state="unconfirmed"), "unconfirmed", "well"),
        (replace(WELL, expires=NOW + timedelta(days=10)), "expires_soon", "well"),
    ],
)
def test_what_does_not_hold_has_a_word_and_a_next_step(status, word, health):
    found = packages(status, NOW, "packages")
    assert isinstance(found, Found)
    assert word in (*found.causes, *found.warnings)
    assert next_step(Part.PACKAGES, (word,)) is not None
    told = report("T001", "0", NOW.isoformat(), {Part.PACKAGES: found}, None)
    assert told.parts[0].health == health
