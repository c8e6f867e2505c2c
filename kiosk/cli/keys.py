"""`kiosk keys move-to-tpm|reseal`: from files into the security chip, and through a planned change of the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from kiosk.cli.answers import Exit, answer, refuse
from kiosk.cli.options import Data, Json, keys_table

app = typer.Typer(help="Where this terminal's keys lie.", no_args_is_help=True)

Pcrs = Annotated[
    str, typer.Option("--pcrs", metavar="LIST", help="platform registers (SHA-256) to bind keys to, e.g. 0,7")
]


@app.command("move-to-tpm")
def move_command(
    data: Data,
    tpm: Annotated[str, typer.Option("--tpm", metavar="TCTI", help="the security chip")] = "device:/dev/tpmrm0",
    pcrs: Pcrs = "",
    as_json: Json = False,
) -> None:
    """Seal every key to the chip, read all back, switch the settings, then destroy the files.

    Stop the terminal first. Can be repeated: what a power cut left undone is done.
    """
    from kiosk.app.directory import DataDirectory
    from kiosk.app.hardening import harden
    from kiosk.app.keys import move_to_tpm

    harden()
    chosen = keys_table(tpm, pcrs, as_json=as_json)
    with _told(as_json=as_json):
        moved = move_to_tpm(DataDirectory(data), chosen)
    answer(
        {
            "in_the_chip": list(moved.keys),
            "files_destroyed": moved.destroyed,
            "next": "a flash disk may keep what was in the files: make new keys, too (enrol again, re-key the stores)",
        },
        as_json=as_json,
    )


@app.command("reseal")
def reseal_command(data: Data, pcrs: Pcrs = "", as_json: Json = False) -> None:
    """Bind the keys in the chip to these registers as they are now; without --pcrs to the chip alone.

    Before a planned change of firmware or boot loader without --pcrs, after it with them. Stop the terminal first.
    """
    from kiosk.app.directory import DataDirectory
    from kiosk.app.hardening import harden
    from kiosk.app.keys import reseal

    harden()
    registers = keys_table("device:/dev/tpmrm0", pcrs, as_json=as_json).tpm_pcrs
    with _told(as_json=as_json):
        names = reseal(DataDirectory(data), registers)
    answer({"resealed": list(names), "registers": list(registers)}, as_json=as_json)


@contextmanager
def _told(*, as_json: bool) -> Iterator[None]:
    """What cannot be done is said, with what to do next."""
    from kiosk.settings import SettingsError, SettingsUnreadable
    from offline_store.errors import StoreBusy, StoreError

    try:
        yield
    except SettingsUnreadable as error:
        refuse(Exit.UNKNOWN, str(error), why="settings", next_step=error.remedy, as_json=as_json)
    except SettingsError as error:
        refuse(Exit.NO, str(error), why="settings", next_step=error.remedy, as_json=as_json)
    except StoreBusy as error:
        step = "stop kiosk run and the sync process, then try again"
        refuse(Exit.NO, str(error), why="StoreBusy", next_step=step, as_json=as_json)
    except StoreError as error:
        refuse(Exit.UNKNOWN, str(error), why=type(error).__name__, next_step=error.remedy, as_json=as_json)
