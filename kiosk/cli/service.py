"""`kiosk service enter|leave`: the technician's tools get the devices while the terminal waits."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from typing import Any, NoReturn

import typer

from kiosk.cli.answers import Exit, refuse
from kiosk.cli.options import Data, Json

app = typer.Typer(help="Vendor mode: let a technician's tools have the devices.", no_args_is_help=True)

_LINES = {
    "enterPending": "waiting: a session is running, the devices come when it has ended",
    "active": "the devices are yours; service goes on when this command ends (Ctrl-C) or after `kiosk service leave`",
    "exitPending": "the terminal takes the devices back and looks at each",
    "inactive": "in service again",
    "busy": "another technician's command has the devices",
}


@app.command("enter")
def enter_command(data: Data, as_json: Json = False) -> None:
    """Ask for the devices, say when they are free, and hold them until this command ends."""
    with _knocked(data, as_json=as_json) as door:
        # ended like this or killed: the terminal hears it by the closed connection
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            last = _told(door, "enter", as_json=as_json)
        except KeyboardInterrupt:
            return
    if last == "busy":
        refuse(Exit.NO, _LINES["busy"], why="busy", next_step="end the other command first", as_json=as_json)
    if last != "inactive":
        _ended(as_json=as_json)


@app.command("leave")
def leave_command(data: Data, as_json: Json = False) -> None:
    """Give the devices back, whoever holds them; ends when service goes on."""
    with _knocked(data, as_json=as_json) as door:
        last = _told(door, "leave", as_json=as_json)
    if last != "inactive":
        _ended(as_json=as_json)


def _knocked(data: Any, *, as_json: bool) -> socket.socket:
    from kiosk.app.service_door import knock

    try:
        return knock(data)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        step = "start it, or use the devices: nothing holds them"
        refuse(Exit.UNKNOWN, f"no terminal runs on {data}", why="not-running", next_step=step, as_json=as_json)
    except PermissionError:
        _not_permitted(as_json=as_json)


def _told(door: socket.socket, do: str, *, as_json: bool) -> str:
    """Ask, and print each change until the terminal says no more. Answer: its last word."""
    last = ""
    door.sendall(json.dumps({"do": do}).encode() + b"\n")
    for said in _lines(door):
        if "error" in said:
            _not_permitted(as_json=as_json)
        last = said["service"]
        if as_json:
            typer.echo(json.dumps(said))
        elif last in _LINES:
            kept = f" (still held: {', '.join(said['kept'])})" if said["kept"] else ""
            typer.echo(_LINES[last] + kept, err=last == "busy")
    return last


def _lines(door: socket.socket) -> Iterator[dict[str, Any]]:
    with door.makefile("rb") as lines:
        for line in lines:
            yield json.loads(line)


def _not_permitted(*, as_json: bool) -> NoReturn:
    sentence = "only the owner of the data directory may take the terminal's devices"
    refuse(Exit.NO, sentence, why="not-permitted", next_step="run it as that user", as_json=as_json)


def _ended(*, as_json: bool) -> NoReturn:
    step = "look at the terminal; if it starts again, it takes the devices"
    refuse(Exit.UNKNOWN, "the terminal has ended", why="terminal-ended", next_step=step, as_json=as_json)
