"""Options that several commands share, and how a data directory is opened for a command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli.answers import Exit, refuse

if TYPE_CHECKING:
    from kiosk.app.directory import DataDirectory
    from kiosk.settings import Keys, Settings
    from offline_store.keys import KeyProvider

Data = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="data directory of the terminal", envvar="KIOSK_DATA")
]
Json = Annotated[bool, typer.Option("--json", help="one JSON document")]


def opened(data: Path, *, as_json: bool) -> tuple[DataDirectory, Settings, KeyProvider]:
    """The directory, its settings and keys; ends the command with a sentence when one of them is missing.

    What is opened here holds keys or personal data: the process is hardened first.
    """
    from kiosk.app.directory import DataDirectory
    from kiosk.app.hardening import harden
    from kiosk.app.keys import key_provider
    from kiosk.settings import SettingsError
    from offline_store.errors import StoreError

    harden()
    directory = DataDirectory(data)
    try:
        settings = directory.load_settings()
        return directory, settings, key_provider(settings, directory, quiet=True)
    except SettingsError as error:
        refuse(Exit.UNKNOWN, str(error), why="settings", next_step=error.remedy, as_json=as_json)
    except StoreError as error:
        refuse(Exit.UNKNOWN, str(error), why=type(error).__name__, next_step=error.remedy, as_json=as_json)


def keys_table(tpm: str, registers: str, *, allow_file: bool = False, as_json: bool) -> Keys:
    """The table [keys] of terminal.toml from what was typed (`registers`: "0,7"); ends the command if it is none."""
    from pydantic import ValidationError

    from kiosk.settings import Keys

    try:
        numbers = tuple(int(each) for each in registers.split(",") if each.strip())
        return Keys(tpm=tpm, tpm_pcrs=numbers, allow_file=allow_file)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        sentence = f"keys.{place}: {first['msg']}" if place else first["msg"]
    except ValueError:
        sentence = f"{registers!r} is no list of registers"
    step = "give a chip like device:/dev/tpmrm0, and registers like 0,7"
    refuse(Exit.USAGE, sentence, why="keys", next_step=step, as_json=as_json)
