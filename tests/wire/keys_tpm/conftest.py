"""Simulated chips for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.simulated_chip import SimulatedChip


@pytest.fixture
def chips(tmp_path: Path) -> Iterator[Callable[[], SimulatedChip]]:
    """chips() -> another chip, with seeds of its own."""
    made: list[SimulatedChip] = []

    def make() -> SimulatedChip:
        made.append(SimulatedChip(tmp_path / f"chip-{len(made)}"))
        return made[-1]

    yield make
    for chip in made:
        chip.power_off()


@pytest.fixture
def chip(chips: Callable[[], SimulatedChip]) -> SimulatedChip:
    """One chip."""
    return chips()
