"""What the simulated nights share: where they live on disk, their fonts, their seed."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.fonts import Fonts, development_directory
from kiosk.fonts.build import Sources, build

# the world of a night is a folder of modules, not fixtures: tests import it as `night`
sys.path.insert(0, str(Path(__file__).parent))

from night.still import StillHall
from night.whole import Night, Reckoning

MEMORY_DISK = Path("/dev/shm")  # noqa: S108 a folder of its own is made in it
_ROOM = 1 << 30


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest tests/simulation -k night --night-seed 4711` plays a failed night again."""
    parser.addoption("--night-seed", type=int, default=None, help="seed of the simulated night")


@pytest.fixture
def night_seed(request: pytest.FixtureRequest) -> int:
    """Seed of the long night: the same in every ordinary run."""
    chosen = request.config.getoption("--night-seed", default=None)
    return 20261122 if chosen is None else int(chosen)


@pytest.fixture(scope="session")
def night_fonts() -> Fonts:
    """Built by set-up; the first run on a fresh tree builds them."""
    directory = development_directory()
    assert directory is not None
    return build(directory, Sources(), lambda line: None)


@contextmanager
def folder_in_memory(otherwise: Path) -> Iterator[Path]:
    """A folder in memory where there is room: a night commits some thousand times, and what a flush costs is not the
    question here (the store's own tests kill processes and fill disks)."""
    if not MEMORY_DISK.is_dir() or shutil.disk_usage(MEMORY_DISK).free < _ROOM:
        yield otherwise
        return
    folder = Path(tempfile.mkdtemp(prefix="night-", dir=MEMORY_DISK))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def night_folder(tmp_path: Path) -> Iterator[Path]:
    """For the nights of one test."""
    with folder_in_memory(tmp_path) as folder:
        yield folder


@pytest.fixture(scope="module")
def still_hall(tmp_path_factory: pytest.TempPathFactory, night_fonts: Fonts) -> Iterator[Callable[[], StillHall]]:
    """The hall without visitors, at rest: one for all tests of a module as long as they leave it so."""
    made: list[StillHall] = []
    with folder_in_memory(tmp_path_factory.mktemp("still")) as folder:

        def at_rest() -> StillHall:
            if not made or not made[-1].at_rest:
                place = folder / str(len(made))
                place.mkdir()
                made.append(StillHall(place, night_fonts))
            return made[-1]

        yield at_rest
        for each in made:
            each.night.close()


@pytest.fixture
def make_night(night_folder: Path, night_fonts: Fonts) -> Callable[..., Night]:
    """A night in a folder of its own."""
    nights = iter(range(1_000_000))

    def make(seed: int, **more: object) -> Night:
        folder = night_folder / str(next(nights))
        folder.mkdir()
        return Night(folder, night_fonts, seed, **more)

    return make


@pytest.fixture
def play_night(make_night: Callable[..., Night]) -> Callable[..., Reckoning]:
    """Play a night to its end, and leave nothing of it on the disk."""

    def play(seed: int, **more: object) -> Reckoning:
        night = make_night(seed, **more)
        try:
            return night.run()
        finally:
            shutil.rmtree(night.folder)

    return play
