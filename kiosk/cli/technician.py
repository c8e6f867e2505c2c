"""What `kiosk diagnose` and its bench tests share: options, settings, lanes, the terminal's leave, the answer."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kiosk.cli.answers import Exit, refuse

if TYPE_CHECKING:
    from rich.console import RenderableType

    from kiosk.diagnostics.report import BenchReport, FindReport, Report
    from kiosk.diagnostics.wiring import Wires
    from kiosk.settings import Settings
    from offline_store.keys import KeyProvider

PATIENCE = 180.0
"""Seconds to wait for the terminal to give its devices: a session that is running ends first."""


class Language(StrEnum):
    """Of what people read; a document for programs has both."""

    ZH = "zh"
    EN = "en"


Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="data directory; terminal.toml is enough", envvar="KIOSK_DATA"),
]
InLanguage = Annotated[Language, typer.Option("--language", help="zh or en", envvar="KIOSK_LANGUAGE")]
Take = Annotated[
    bool, typer.Option("--take-devices", help="ask a running terminal for its devices; it shows maintenance meanwhile")
]

Say = Callable[[str], None]


def settings_of(data: Path | None, *, as_json: bool) -> tuple[Path, Settings]:
    """The directory and its settings; ends the command with a sentence when there are none."""
    from kiosk.app.directory import DataDirectory
    from kiosk.settings import SettingsError

    if data is None:
        refuse(Exit.USAGE, "whose devices?", why="data", next_step="give --data DIR or KIOSK_DATA", as_json=as_json)
    try:
        return data, DataDirectory(data).load_settings()
    except SettingsError as error:
        refuse(Exit.UNKNOWN, str(error), why="settings", next_step=error.remedy, as_json=as_json)


def keys_of(data: Path, settings: Settings) -> KeyProvider:
    """The keys; StoreError says why there are none."""
    from kiosk.app.directory import DataDirectory
    from kiosk.app.keys import key_provider

    return key_provider(settings, DataDirectory(data), quiet=True)


@contextmanager
def wires_of(settings: Settings, *, as_json: bool) -> Iterator[Wires]:
    """Lanes that end with the block; a bug on one of their threads is raised here."""
    from drivers.discovery.auto import PortFinder
    from drivers.discovery.find import serial_ports
    from kiosk.app.lanes import reader_roles, unnamed
    from kiosk.diagnostics.wiring import NotFoundError, Wires
    from kiosk.settings import SettingsError

    crashed: list[BaseException] = []
    finder = PortFinder(lambda: unnamed(settings, serial_ports()))
    wires = Wires(settings, reader_roles(settings), crashed.append, finder)
    try:
        yield wires
    except NotFoundError as error:
        step = "check power and cable, or name its port in terminal.toml; kiosk diagnose --find shows all ports"
        refuse(Exit.UNKNOWN, str(error), why="not_found", next_step=step, as_json=as_json)
    except SettingsError as error:
        refuse(Exit.UNKNOWN, str(error), why="settings", next_step=error.remedy, as_json=as_json)
    finally:
        wires.close()
    if crashed:
        raise crashed[0]


@contextmanager
def devices_lent(data: Path, settings: Settings, say: Say, *, take: bool, as_json: bool) -> Iterator[bool]:
    """Whether nobody else uses the devices while the block runs.

    True without a running terminal, and when one has lent its devices to this technician (`kiosk service enter` in
    another window). With `take` the terminal is asked for them here; it gets them back at the end of the block,
    however that comes about.
    """
    from kiosk.diagnostics.machine_reading import lent_by_a_running_terminal
    from offline_store.serving import terminal_runs

    if not terminal_runs(data) or lent_by_a_running_terminal(data, lambda: keys_of(data, settings)):
        yield True
        return
    if not take:
        yield False
        return
    from kiosk.app.service_door import knock

    try:
        door = knock(data)
    except OSError as error:
        step = "run it as the owner of the data directory, or stop the terminal"
        sentence = f"the terminal cannot be asked for its devices ({error.strerror})"
        refuse(Exit.UNKNOWN, sentence, why="not-lent", next_step=step, as_json=as_json)
    with door:
        _entered(door, say, as_json=as_json)
        yield True


def _entered(door: socket.socket, say: Say, *, as_json: bool) -> None:
    door.settimeout(PATIENCE)
    door.sendall(b'{"do": "enter"}\n')
    last = "nothing"
    try:
        with door.makefile("rb") as lines:
            for line in lines:
                told = json.loads(line)
                last = told.get("service", told.get("error", "nothing"))
                if last == "active":
                    return
                say("等待当前业务结束 waiting for the session to end" if last == "enterPending" else last)
    except TimeoutError:
        last = "timeout"
    _not_lent(last, as_json=as_json)


def _not_lent(last: str, *, as_json: bool) -> NoReturn:
    sentences = {
        "busy": ("another technician's command has the devices", "end it, or use its window"),
        "not-permitted": ("only the owner of the data directory may take the devices", "run it as that user"),
        "timeout": ("a session did not end in time", "try again when nobody stands there"),
    }
    sentence, step = sentences.get(last, ("the terminal ended", "try again"))
    refuse(Exit.UNKNOWN, sentence, why="not-lent", next_step=step, as_json=as_json)


def tell(
    report: Report | BenchReport | FindReport, shown: RenderableType, picture: Path | None, *, as_json: bool
) -> None:
    """The document, or the lines; and the picture beside either."""
    from rich.console import Console

    from kiosk.diagnostics.picture import WIDTH, PictureImpossibleError, save

    if as_json:
        typer.echo(report.model_dump_json())
    else:
        console = Console(highlight=False)
        # a file or a pipe has no width: nothing is cut off there
        console = console if console.is_terminal else Console(width=WIDTH, highlight=False)
        console.print(shown)
    if picture is not None:
        try:
            save(shown, picture, "kiosk diagnose")
        except (PictureImpossibleError, OSError) as error:
            step = "give a file that ends in .png or .svg in a folder that exists"
            refuse(Exit.UNKNOWN, f"no picture: {error}", why="picture", next_step=step, as_json=False)


@contextmanager
def progress(*, as_json: bool) -> Iterator[Say]:
    """Progress on standard error while somebody looks at it; silence for a program."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True)
    if as_json or not console.is_terminal:
        yield lambda what: None
        return
    with console.status("…") as status:
        yield lambda what: status.update(Text(what))


def now() -> datetime:
    """The hall's wall clock."""
    from kiosk.clock import HALL_ZONE

    return datetime.now(HALL_ZONE)
