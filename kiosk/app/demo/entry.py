"""`kiosk demo`: with a display the terminal and a dock to play with, without one the guided tour."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import typer

from kiosk.app.children import die_with_parent
from kiosk.app.demo.world import World, WorldFailed
from kiosk.fonts import FontsMissingError, locate
from kiosk.fonts.located import development_directory


def demo(output: Path, *, window: bool, count: int, seed: int) -> int:
    """Exit code: 0 done, 1 a step of the tour was not what it should be, 3 the world did not come up."""
    began = time.monotonic()

    def say(what: str) -> None:
        typer.echo(f"[{time.monotonic() - began:5.1f} s] {what}")

    # an order to end unwinds everything below: servers are ended and the folder is removed
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        fonts = development_directory()
        if fonts is None:
            raise FontsMissingError(None, "")
        locate(fonts)
        with World(count, seed, say) as world:
            return _play(world) if window else _tour(world, output, fonts, say)
    except (WorldFailed, FontsMissingError) as error:
        typer.echo(f"The demonstration did not come up: {error}", err=True)
        return 3


def _tour(world: World, output: Path, fonts: Path, say: Callable[[str], None]) -> int:
    # before Qt is imported: no display is touched, and pictures do not depend on a graphics card
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_QUICK_BACKEND"] = "software"
    from kiosk.app.demo.tour import TourFailed, guided_tour

    try:
        guided_tour(world, output, fonts, say)
    except TourFailed as error:
        typer.echo(f"The tour stopped: {error}", err=True)
        return 1
    return 0


def _play(world: World) -> int:
    """The terminal's window and the dock; ends when the terminal's window is closed."""
    environment = {**os.environ, **world.environment}
    programs = Path(sys.executable).parent
    dock = subprocess.Popen(  # noqa: S603 our own program
        [str(programs / "hardware-sim"), "dock", "--state", str(world.simulator), "--right"],
        env=environment,
        preexec_fn=die_with_parent,
    )
    terminal = subprocess.Popen(  # noqa: S603 our own program
        [str(programs / "kiosk"), "run", "--data", str(world.terminal), "--window"],
        env=environment,
        preexec_fn=die_with_parent,
    )
    try:
        return terminal.wait()
    finally:
        for window in (terminal, dock):
            window.terminate()
            window.wait()
