"""The simulated hall of tests/simulation, for the table of faults."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kiosk.events import Device
from kiosk.fonts import Fonts
from tests.simulation.conftest import folder_in_memory, night_fonts

__all__ = ["night_fonts"]


@pytest.fixture(scope="module")
def full_hall(tmp_path_factory: pytest.TempPathFactory, night_fonts: Fonts) -> Iterator[Callable[[], Any]]:
    """The hall with every device there is, at rest; another one when a test left it otherwise."""
    from night.still import StillHall  # found since the simulation's conftest was imported

    made: list[StillHall] = []
    with folder_in_memory(tmp_path_factory.mktemp("full")) as folder:

        def at_rest() -> StillHall:
            if not made or not made[-1].at_rest:
                place = folder / str(len(made))
                place.mkdir()
                made.append(StillHall(place, night_fonts, frozenset(Device)))
            return made[-1]

        yield at_rest
        for each in made:
            each.night.close()
