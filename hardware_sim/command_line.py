"""What all commands share: where the station is, how it is asked, and how a command ends.

Exit codes: 0 done; 1 asked and answered "no"; 2 not understood; 3 could not find out (nothing is running, or this
machine cannot run it).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hardware_sim.station.asking import NotRunningError, ask
from hardware_sim.station.places import Places, default_folder

NO, USAGE, CANNOT_TELL = 1, 2, 3

StateOption = Annotated[
    Path | None,
    typer.Option(
        "--state",
        metavar="DIR",
        envvar="HARDWARE_SIM_STATE",
        help="Where sockets, ttys and papers are. Default: $XDG_RUNTIME_DIR/hardware-sim or build/hardware-sim.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]


def folder_of(state: Path | None) -> Path:
    """The state directory that is meant."""
    return (state if state is not None else default_folder()).absolute()


def ask_station(state: Path | None, request: dict[str, object]) -> dict[str, Any]:
    """The station's answer; ends the command when none is running."""
    try:
        return ask(Places(folder_of(state)).control, request)
    except NotRunningError as error:
        raise stop(CANNOT_TELL, str(error)) from None


def stop(code: int, sentence: str) -> typer.Exit:
    """How a command ends early: one sentence, and the code that says what kind of end it is."""
    if sentence:
        typer.echo(sentence, err=True)
    return typer.Exit(code)
