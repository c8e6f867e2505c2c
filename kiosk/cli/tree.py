"""The command tree. Heavy parts are imported by the command that needs them, so that `--help` is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kiosk.cli import (
    benefits,
    certificate,
    devices,
    diagnose,
    enrol,
    journal,
    keys,
    provision,
    service,
    synchronise,
    wiping,
)

Data = Annotated[Path, typer.Option("--data", help="data directory of this terminal", envvar="KIOSK_DATA")]
Fonts = Annotated[Path | None, typer.Option("--fonts", help="built fonts; default: build/fonts of a working copy")]

app = typer.Typer(
    name="kiosk",
    help="Self-service terminal for social-security and citizen cards.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(benefits.app, name="benefits")
app.add_typer(certificate.app, name="certificate")
app.add_typer(diagnose.app, name="diagnose")
app.add_typer(journal.app, name="journal")
app.add_typer(keys.app, name="keys")
app.add_typer(service.app, name="service")
app.add_typer(synchronise.app, name="sync")
app.command("read-card")(devices.read_card_command)
app.command("read-id")(devices.read_id_command)
app.command("provision")(provision.provision_command)
app.command("enrol")(enrol.enrol_command)
app.command("settings")(provision.settings_command)
app.command("wipe")(wiping.wipe_command)


@app.command("run")
def run_command(
    data: Data,
    fonts: Fonts = None,
    window: Annotated[bool, typer.Option("--window", help="a window of the panel's size, not the full screen")] = False,
) -> None:
    """The terminal: window, core, and the sync and papers processes beside it."""
    from kiosk.app.run import run

    code = run(data, fonts, full_screen=not window)
    raise typer.Exit(code)


@app.command("demo")
def demo_command(
    output: Annotated[Path, typer.Option("--output", help="where the guided tour leaves its pictures")] = Path(
        "build/tour"
    ),
    window: Annotated[bool, typer.Option("--window", help="no tour: terminal window and dock, for you to use")] = False,
    count: Annotated[int, typer.Option("--count", min=10, help="size of the invented population")] = 300,
    seed: Annotated[int, typer.Option("--seed", help="chance of the invented population")] = 7,
) -> None:
    """Everything on this machine, nothing real: simulated devices, invented people, a local gateway, and a tour."""
    from kiosk.app.demo.entry import demo

    raise typer.Exit(demo(output, window=window, count=count, seed=seed))
