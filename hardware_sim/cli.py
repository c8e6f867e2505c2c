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
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hardware_sim.station.asking import EndedWhileAskedError, NotRunningError, ask
from hardware_sim.station.places import Places, default_folder

if TYPE_CHECKING:
    from hardware_sim.station.station import Station

NO, USAGE, CANNOT_TELL = 1, 2, 3
_DOWN_SECONDS = 20.0
_PARENT = os.getppid()
"""Taken before the slow imports: a parent that ends meanwhile must be noticed."""

app = typer.Typer(
    help="模拟设备：读卡器、身份证阅读机、密码键盘、扫码器、凭条打印机、A4 打印机。Simulated devices on real wires.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

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
) -> None:
    """启动模拟设备，前台运行。Bring everything up; stays in the foreground until Ctrl-C or `down`."""
    from hardware_sim import people
    from hardware_sim.pcsc.errors import BenchError
    from hardware_sim.station.running import AlreadyRunningError, CannotStartError, run

    try:
        code = run(
            _folder(state),
            parent=_PARENT,
            personas=personas.absolute() if personas is not None else people.FOLDER,
            pace=pace,
            cards=cards,
            ready=_say_what_is_up,
        )
    except AlreadyRunningError as error:
        raise _stop(NO, str(error)) from None
    except CannotStartError as error:
        raise _stop(CANNOT_TELL, str(error)) from None
    except BenchError as error:
        raise _stop(CANNOT_TELL, f"{error} Or go on without card readers: --no-cards.") from None
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
    answer = _ask(state, {"do": text})
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    if not answer["ok"]:
        raise _stop(USAGE if answer.get("usage") else NO, "" if as_json else str(answer["error"]))


@app.command()
def status(state: StateOption = None, as_json: JsonOption = False) -> None:
    """查看所有设备的状态。Show the state of every device."""
    answer = _ask(state, {"status": True})
    if not answer.pop("ok"):
        raise _stop(CANNOT_TELL, str(answer["error"]))
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
    answer = _ask(state, {"env": True})
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
        ask(Places(_folder(state)).control, {"down": True})
    except EndedWhileAskedError:
        pass  # it was quicker to end than to answer, which is what was wanted
    except NotRunningError as error:
        raise _stop(CANNOT_TELL, str(error)) from None
    if not wait_until_down(_folder(state), _DOWN_SECONDS):
        raise _stop(CANNOT_TELL, f"The station did not end within {_DOWN_SECONDS:g} s. End its process by hand.")


@app.command()
def dock(
    state: StateOption = None,
    right: Annotated[bool, typer.Option("--right", help="At the desktop's right edge, beside the terminal.")] = False,
) -> None:
    """打开操作面板窗口。Open a window that shows the devices and has a button for what can happen to them."""
    try:
        from hardware_sim.dock.window import has_display, run_dock
    except ImportError as error:
        raise _stop(CANNOT_TELL, f"The dock needs PySide6 ({error}). Install PySide6-Essentials.") from None

    if not has_display():
        raise _stop(CANNOT_TELL, "There is no display to open a window on. `hardware-sim do help` works without one.")
    raise typer.Exit(run_dock(Places(_folder(state)).control, right=right))


def main() -> None:
    """The console script."""
    app(prog_name="hardware-sim")


def _folder(state: Path | None) -> Path:
    return (state if state is not None else default_folder()).absolute()


def _ask(state: Path | None, request: dict[str, object]) -> dict[str, Any]:
    try:
        return ask(Places(_folder(state)).control, request)
    except NotRunningError as error:
        raise _stop(CANNOT_TELL, str(error)) from None


def _stop(code: int, sentence: str) -> typer.Exit:
    if sentence:
        typer.echo(sentence, err=True)
    return typer.Exit(code)


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
