"""The simulated hall of tests/simulation, for the table of faults."""

from tests.simulation.conftest import night_fonts, still_hall

__all__ = ["night_fonts", "still_hall"]
