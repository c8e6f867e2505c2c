"""Options that several commands share, and how a data directory is opened for a command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli.answers import Exit, refuse

if TYPE_CHECKING:
    from kiosk.app.directory import DataDirectory
    from kiosk.settings import Settings
    from offline_store.keys import KeyFiles

Data = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="data directory of the terminal", envvar="KIOSK_DATA")
]
Json = Annotated[bool, typer.Option("--json", help="one JSON document")]


def opened(data: Path, *, as_json: bool) -> tuple[DataDirectory, Settings, KeyFiles]:
    """The directory, its settings and keys; ends the command with a sentence when one of them is missing."""
    from kiosk.app.directory import DataDirectory
    from kiosk.settings import SettingsError
    from offline_store.errors import StoreError

    directory = DataDirectory(data)
    try:
        settings = directory.load_settings()
        return directory, settings, directory.key_files(settings, quiet=True)
    except SettingsError as error:
        refuse(Exit.UNKNOWN, str(error), why="settings", next_step="kiosk provision --help", as_json=as_json)
    except StoreError as error:
        refuse(Exit.UNKNOWN, str(error), why=type(error).__name__, next_step=error.remedy, as_json=as_json)
