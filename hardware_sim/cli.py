"""`hardware-sim`: bring the simulated devices up, tell them what happens, look at them.

Exit codes: 0 done; 1 asked and answered "no"; 2 not understood; 3 could not find out (nothing is running, or this
machine cannot run it). Heavy parts are imported by the command that needs them: `do` is typed often.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hardware_sim.command_line import CANNOT_TELL, NO, USAGE, JsonOption, StateOption, ask_station, folder_of, stop
from hardware_sim.recording.commands import recordings, replay_command
from hardware_sim.scenario.commands import scenarios
from hardware_sim.station.asking import EndedWhileAskedError, NotRunningError, ask
from hardware_sim.station.places import Places

if TYPE_CHECKING:
    from hardware_sim.station.station import Station

_DOWN_SECONDS = 20.0
_PARENT = os.getppid()
"""Taken before the slow imports: a parent that ends meanwhile must be noticed."""

app = typer.Typer(
    help="模拟设备：读卡器、身份证阅读机、密码键盘、扫码器、凭条打印机、A4 打印机。Simulated devices on real wires.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(scenarios, name="scenario")
app.add_typer(recordings, name="record")
app.command("replay")(replay_command)


@app.command()
def up(
    state: StateOption = None,
    personas: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Other personas than the ones that come along.")
    ] = None,
    pace: Annotated[
        float, typer.Option(min=0, max=100, help="How slow mechanical work is: 1 as in life, 0 at once.")
    ] = 1.0,
    cards: Annotated[bool, typer.Option(help="With card readers (a private PC/SC service).")] = True,
    seed: Annotated[int, typer.Option(help="All chance of the devices comes from it.")] = 1,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep what passes on every wire, from the first byte on.")
    ] = None,
) -> None:
    """启动模拟设备，前台运行。Bring everything up; stays in the foreground until Ctrl-C or `down`."""
    from hardware_sim import people
    from hardware_sim.pcsc.errors import BenchError
    from hardware_sim.station.running import AlreadyRunningError, CannotStartError, run

    try:
        code = run(
            folder_of(state),
            parent=_PARENT,
            personas=personas.absolute() if personas is not None else people.FOLDER,
            pace=pace,
            cards=cards,
            seed=seed,
            record=record.absolute() if record is not None else None,
            ready=_say_what_is_up,
        )
    except AlreadyRunningError as error:
        raise stop(NO, str(error)) from None
    except CannotStartError as error:
        raise stop(CANNOT_TELL, str(error)) from None
    except BenchError as error:
        raise stop(CANNOT_TELL, f"{error} Or go on without card readers: --no-cards.") from None
    raise typer.Exit(code)


@app.command("do")
def do_(
    words: Annotated[list[str], typer.Argument(help='What happens, e.g. "insert card worker"; "help" lists it all.')],
    state: StateOption = None,
    as_json: JsonOption = False,
) -> None:
    """告诉设备发生了什么。Tell the devices what happens to them."""
    text = " ".join(words)
    if text.split() == ["help"]:
        _help(as_json)
        return
    answer = ask_station(state, {"do": text})
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    if not answer["ok"]:
        raise stop(USAGE if answer.get("usage") else NO, "" if as_json else str(answer["error"]))


@app.command()
def status(state: StateOption = None, as_json: JsonOption = False) -> None:
    """查看所有设备的状态。Show the state of every device."""
    answer = ask_station(state, {"status": True})
    if not answer.pop("ok"):
        raise stop(CANNOT_TELL, str(answer["error"]))
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    for device, facts in answer.items():
        if not isinstance(facts, dict):
            continue
        typer.echo(device.replace("_", "-"))
        for name, value in facts.items():
            typer.echo(f"  {name.replace('_', ' '):<18} {_plain(value)}")


@app.command()
def env(state: StateOption = None, as_json: JsonOption = False) -> None:
    """输出环境变量。Print what a program under test needs: eval "$(hardware-sim env)"."""
    answer = ask_station(state, {"env": True})
    variables: dict[str, str] = answer["env"]
    if as_json:
        typer.echo(json.dumps(variables, ensure_ascii=False))
        return
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


@app.command()
def down(state: StateOption = None) -> None:
    """停止模拟设备。End the station and everything it started; returns when it is gone."""
    from hardware_sim.station.running import wait_until_down

    try:
        ask(Places(folder_of(state)).control, {"down": True})
    except EndedWhileAskedError:
        pass  # it was quicker to end than to answer, which is what was wanted
    except NotRunningError as error:
        raise stop(CANNOT_TELL, str(error)) from None
    if not wait_until_down(folder_of(state), _DOWN_SECONDS):
        raise stop(CANNOT_TELL, f"The station did not end within {_DOWN_SECONDS:g} s. End its process by hand.")


@app.command()
def dock(
    state: StateOption = None,
    right: Annotated[bool, typer.Option("--right", help="At the desktop's right edge, beside the terminal.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="In this terminal, without a window; works over ssh.")] = False,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the window as it looks now into a PNG, and end.")
    ] = None,
) -> None:
    """打开操作面板。Show the devices, a button for what can happen to them, and the bytes on every wire."""
    if plain:
        from hardware_sim.dock.plain import run_plain

        raise typer.Exit(run_plain(Places(folder_of(state)).control))
    try:
        from hardware_sim.dock.window import draw_dock, has_display, run_dock
    except ImportError as error:
        raise stop(CANNOT_TELL, f"The dock needs PySide6 ({error}). Install PySide6-Essentials.") from None

    if picture is not None:
        if not draw_dock(Places(folder_of(state)).control, picture.absolute()):
            raise stop(CANNOT_TELL, f"No station answered in {folder_of(state)}, or {picture} cannot be written.")
        return
    if not has_display():
        raise stop(CANNOT_TELL, "There is no display to open a window on. Without one: hardware-sim dock --plain.")
    raise typer.Exit(run_dock(Places(folder_of(state)).control, right=right))


def main() -> None:
    """The console script."""
    app(prog_name="hardware-sim")


def _help(as_json: bool) -> None:
    from hardware_sim.station.phrases import PHRASES

    if as_json:
        table = [{"say": phrase.pattern, "zh": phrase.zh, "en": phrase.en} for phrase in PHRASES]
        typer.echo(json.dumps(table, ensure_ascii=False, indent=2))
        return
    widest = max(len(phrase.pattern) for phrase in PHRASES)
    for phrase in PHRASES:
        typer.echo(f"{phrase.pattern:<{widest}}  {phrase.en}（{phrase.zh}）")


def _plain(value: object) -> str:
    match value:
        case None | [] | {}:
            return "-"
        case bool():
            return "yes" if value else "no"
        case list():
            return "\n                     ".join(_plain(each) for each in value)
        case dict():
            return ", ".join(f"{name} {_plain(each)}" for name, each in value.items())
    return str(value)


def _say_what_is_up(station: Station) -> None:
    shown = station.status()
    folder = shlex.quote(shown.state_dir)
    readers = "Kiosk User 00 00, Kiosk PSAM 00 00" if shown.card_reader.available else "none (--no-cards)"
    typer.echo(
        f"""hardware-sim is up (process {shown.pid}).
  card readers        {readers}
  resident ID reader  {station.places.id_reader}
  receipt printer     {station.places.receipt_printer}
  PIN pad             {station.places.pin_pad}
  barcode reader      {station.places.barcode_reader}
  A4 printer          {shown.a4_printer.uri}
  papers come out in  {station.places.receipts} and {station.places.pages}
  personas            {", ".join(label.key for label in shown.personas)}
In another shell:
  eval "$(hardware-sim env --state {folder})"        for the program under test
  hardware-sim do "insert card worker" --state {folder}
  hardware-sim do help                               everything that can happen
  hardware-sim dock --state {folder}                 a window with buttons
End it with Ctrl-C, or: hardware-sim down --state {folder}
ready"""
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
