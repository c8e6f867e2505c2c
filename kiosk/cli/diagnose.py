"""`kiosk diagnose`: which device is ill, what it is, and what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli import bench
from kiosk.cli.answers import Exit, refuse
from kiosk.cli.find import find_devices
from kiosk.cli.options import Json
from kiosk.cli.technician import (
    Data,
    InLanguage,
    Language,
    Say,
    Take,
    devices_lent,
    keys_of,
    now,
    progress,
    settings_of,
    tell,
    wires_of,
)

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.diagnostics.findings import Answer, Part
    from kiosk.diagnostics.report import Report
    from kiosk.settings import Settings

app = typer.Typer(help="Which device is ill, what it is, and what to do next.", invoke_without_command=True)
app.add_typer(bench.app, name="bench")

_EXITS = {"well": Exit.DONE, "not-fitted": Exit.DONE, "ill": Exit.NO, "unknown": Exit.UNKNOWN}


@app.callback()
def diagnose_command(
    context: typer.Context,
    data: Data = None,
    device: Annotated[
        list[str] | None, typer.Option("--device", metavar="NAME", help="only this part, in detail; may be repeated")
    ] = None,
    take: Take = False,
    as_json: Json = False,
    language: InLanguage = Language.ZH,
    find: Annotated[bool, typer.Option("--find", help="ask each serial port who is there; prints settings")] = False,
    port: Annotated[
        list[str] | None, typer.Option("--port", metavar="PATH", help="with --find: only this port; may be repeated")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="the same as a picture (.png or .svg)")
    ] = None,
) -> None:
    """Ask every device and the machine's own parts; nothing is printed, no card is changed.

    0 all well, 1 something is ill, 3 something could not be found out (the terminal holds its devices).
    """
    if context.invoked_subcommand is not None:
        return
    if find:
        find_devices(data, port, language, take=take, as_json=as_json)
    from rich.console import Group

    from kiosk.diagnostics.findings import Part
    from kiosk.diagnostics.shown import detail, overview

    folder, settings = settings_of(data, as_json=as_json)
    unknown = [name for name in device or [] if name not in set(Part)]
    if unknown:
        names = ", ".join(Part)
        refuse(Exit.USAGE, f"{unknown[0]} is no part", why="part", next_step=f"one of: {names}", as_json=as_json)
    wanted = frozenset(Part(name) for name in device) if device else frozenset(Part)
    report = _diagnosed(folder, settings, wanted, language, take=take, as_json=as_json)
    details = Group(*(detail(part, language.value) for part in report.parts))
    tell(report, details if device else overview(report, language.value), picture, as_json=as_json)
    raise typer.Exit(_EXITS[report.verdict])


def _diagnosed(
    data: Path, settings: Settings, wanted: frozenset[Part], language: Language, *, take: bool, as_json: bool
) -> Report:
    from importlib.metadata import version

    from kiosk.app.directory import DataDirectory
    from kiosk.app.hardening import harden
    from kiosk.diagnostics.crypto import crypto
    from kiosk.diagnostics.judging import report
    from kiosk.diagnostics.machine_reading import read_crypto, read_machine
    from kiosk.diagnostics.wiring import held

    harden()
    moment = now()
    with progress(as_json=as_json) as say:
        machine = read_machine(data, DataDirectory(data).snapshots, lambda: keys_of(data, settings), moment)
        answers: dict[Part, Answer] = {part: answer for part, answer in machine.answers.items() if part in wanted}
        with devices_lent(data, settings, say, take=take, as_json=as_json) as ours:
            if ours:
                answers |= _asked(settings, wanted, moment, say, language, as_json=as_json)
            else:
                answers |= held(settings, wanted)
    software = version("citizen-card-terminal")
    at = moment.isoformat(timespec="seconds")
    used = crypto(read_crypto(data, settings.crypto.suite, lambda: keys_of(data, settings)))
    return report(settings.terminal, software, at, answers, machine.histories, used)


def _asked(
    settings: Settings, wanted: frozenset[Part], moment: datetime, say: Say, language: Language, *, as_json: bool
) -> dict[Part, Answer]:
    from drivers.card_reader.monitor import PcscMonitor
    from kiosk.diagnostics.findings import Part
    from kiosk.diagnostics.judging import words
    from kiosk.diagnostics.readers import Look, look
    from kiosk.diagnostics.running import run
    from kiosk.diagnostics.shown import step_name
    from kiosk.diagnostics.wiring import examiners

    def watch(part: Part, step: str) -> None:
        title = words(f"diagnose.part.{part}")
        told = words("diagnose.head.testing", part=getattr(title, language), step=step_name(step, language.value))
        say(getattr(told, language))

    seen = look(PcscMonitor) if wanted & {Part.CARD_READER, Part.PSAM} else Look.of(())
    with wires_of(settings, as_json=as_json) as wires:
        ready, answers = examiners(wires, wanted, seen, moment.date())
        run(ready, watch, answers.__setitem__)
    return answers
