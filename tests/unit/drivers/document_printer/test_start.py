"""What a terminal's start does not wait for."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("room", "heavy"),
    [
        ("drivers.links.ipp", ("requests", "urllib3")),
        ("drivers.receipt_printer.raster", ("PIL", "fontTools")),
        ("drivers.receipt_printer.encode", ("segno",)),
    ],
)
def test_heavy_parts_come_with_their_first_use(room: str, heavy: tuple[str, ...]) -> None:
    look = f"import sys, {room}; print(sorted(name for name in {heavy!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
