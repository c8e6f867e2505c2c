"""`hardware-sim scenario …`: check a file, list those that come along, play one to a running station."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated

import typer

from hardware_sim.command_line import NO, USAGE, JsonOption, StateOption, ask_station, stop

if TYPE_CHECKING:
    from hardware_sim.scenario.plan import Moment
    from hardware_sim.scenario.playing import Played
    from hardware_sim.scenario.scenario import Scenario

scenarios = typer.Typer(
    help="按剧本演示故障。Play what happens in a hall from a file.", no_args_is_help=True, add_completion=False
)

FileArgument = Annotated[str, typer.Argument(metavar="FILE", help="A TOML file, or a name of `scenario list`.")]
SeedOption = Annotated[int | None, typer.Option(help="In place of the file's own seed.")]


@scenarios.command("list")
def list_(as_json: JsonOption = False) -> None:
    """列出自带剧本。The scenarios that come along."""
    from hardware_sim.scenario.scenario import FOLDER, load_scenario

    found = {path.stem: load_scenario(path).title for path in sorted(FOLDER.glob("*.toml"))}
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for name, title in found.items():
        typer.echo(f"{name:<24}  {title}")


@scenarios.command()
def check(file: FileArgument, seed: SeedOption = None, as_json: JsonOption = False) -> None:
    """检查剧本并列出时刻表。Say what is wrong with a file, or when it does what."""
    scenario, moments = _load(file, seed, as_json=as_json)
    if as_json:
        told = [{"at": moment.at, "do": moment.do, "field": moment.field} for moment in moments]
        typer.echo(json.dumps({"ok": True, "title": scenario.title, "moments": told}, ensure_ascii=False, indent=2))
        return
    typer.echo(scenario.title)
    for moment in moments:
        typer.echo(f"{moment.at:9.2f} s  {moment.do}")


@scenarios.command()
def run(
    file: FileArgument,
    state: StateOption = None,
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="So many times as fast as life.")] = 1.0,
    seed: SeedOption = None,
    as_json: JsonOption = False,
) -> None:
    """对运行中的设备按剧本操作。Play it to the running station; exit 1 if the station refused something."""
    from hardware_sim.scenario.playing import play

    scenario, moments = _load(file, seed, as_json=as_json)
    ask_station(state, {"env": True})
    if not as_json:
        typer.echo(scenario.title)
    refused = 0
    for played in play(
        moments,
        lambda phrase: ask_station(state, {"do": phrase}),
        clock=time.monotonic,
        pause=time.sleep,
        speed=speed,
    ):
        refused += played.refused is not None
        typer.echo(_line(played, as_json=as_json))
    if refused:
        raise stop(NO, "" if as_json else f"The station refused {refused} of {len(moments)}.")


def _load(file: str, seed: int | None, *, as_json: bool) -> tuple[Scenario, list[Moment]]:
    from hardware_sim.scenario.plan import plan
    from hardware_sim.scenario.scenario import ScenarioError, find_scenario, load_scenario

    try:
        scenario = load_scenario(find_scenario(file))
    except ScenarioError as error:
        if as_json:
            wrong = {"file": error.file, "field": error.field, "problem": error.problem, "remedy": error.remedy}
            typer.echo(json.dumps({"ok": False, "error": wrong}, ensure_ascii=False))
        raise stop(USAGE, "" if as_json else str(error)) from None
    return scenario, plan(scenario, seed)


def _line(played: Played, *, as_json: bool) -> str:
    moment = played.moment
    if as_json:
        told = {"at": moment.at, "said_at": played.at, "do": moment.do, "field": moment.field}
        return json.dumps({**told, "ok": played.refused is None, "refused": played.refused}, ensure_ascii=False)
    return f"{played.at:9.2f} s  {moment.do}" + (f"  ✗ {played.refused}" if played.refused else "")
