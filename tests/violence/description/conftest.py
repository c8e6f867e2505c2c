"""A centre in this process, in both suites: the one of the unit tests."""

from tests.unit.sync.conftest import demo_authority, hall, suite

__all__ = ["demo_authority", "hall", "suite"]
