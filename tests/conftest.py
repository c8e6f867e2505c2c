"""What all tests share: the switches of the long runs."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make soak SECONDS=… SEED=…`."""
    parser.addoption("--soak-seconds", type=float, default=60.0, help="how long each long run may take")
    parser.addoption("--soak-seed", type=int, default=1, help="where the chance of the long runs begins")


@pytest.fixture
def soak_seconds(request: pytest.FixtureRequest) -> float:
    """Seconds for one long run."""
    return float(request.config.getoption("--soak-seconds"))


@pytest.fixture
def soak_seed(request: pytest.FixtureRequest) -> int:
    """Seed of a long run."""
    return int(request.config.getoption("--soak-seed"))
