"""`kiosk diagnose`: which device is ill and what to do next; `kiosk diagnose bench`: one device at its real work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.cli.answers import Exit, refuse
from kiosk.cli.options import Json

if TYPE_CHECKING:
    from rich.console import RenderableType

    from kiosk.diagnostics.benches.trying import Tried
    from kiosk.diagnostics.findings import Answer, Part
    from kiosk.diagnostics.report import BenchReport, Report
    from kiosk.diagnostics.wiring import Wires
    from kiosk.settings import Settings

app = typer.Typer(help="Which device is ill, what it is, and what to do next.", invoke_without_command=True)
bench = typer.Typer(help="One device does its real work, timed and counted.", no_args_is_help=True)
app.add_typer(bench, name="bench")


class Language(StrEnum):
    """Of what people read; a document for programs has both."""

    ZH = "zh"
    EN = "en"


Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="data directory; terminal.toml is enough", envvar="KIOSK_DATA"),
]
Words = Annotated[Language, typer.Option("--language", help="zh or en", envvar="KIOSK_LANGUAGE")]
Times = Annotated[int, typer.Option("--times", min=1, max=1000, help="how often")]
Patience = Annotated[float, typer.Option("--seconds", min=1, max=300, help="how long to wait for a person")]
Reveal = Annotated[bool, typer.Option("--reveal", help="what was read in full; somebody may look over your shoulder")]


@app.callback()
def diagnose_command(
    context: typer.Context,
    data: Data = None,
    device: Annotated[
        list[str] | None, typer.Option("--device", metavar="NAME", help="only this part, in detail; may be repeated")
    ] = None,
    as_json: Json = False,
    language: Words = Language.ZH,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="the same as a picture (.png or .svg)")
    ] = None,
) -> None:
    """Ask every device and the machine's own parts; nothing is printed, no card is changed.

    0 all well, 1 something is ill, 3 something could not be found out (the terminal holds its devices).
    """
    if context.invoked_subcommand is not None:
        return
    from kiosk.diagnostics.findings import Part
    from kiosk.diagnostics.shown import detail, overview

    settings = _settings(data, as_json=as_json)
    assert data is not None  # noqa: S101 without it there are no settings
    unknown = [name for name in device or [] if name not in set(Part)]
    if unknown:
        names = ", ".join(Part)
        refuse(Exit.USAGE, f"{unknown[0]} is no part", why="part", next_step=f"one of: {names}", as_json=as_json)
    wanted = frozenset(Part(name) for name in device) if device else frozenset(Part)
    report = _diagnosed(data, settings, wanted, language, as_json=as_json)
    shown = _stacked([detail(part, language.value) for part in report.parts]) if device else None
    _tell(report, shown or overview(report, language.value), picture, as_json=as_json)
    raise typer.Exit(_EXIT_OF_HEALTH[report.verdict])


_EXIT_OF_HEALTH = {"well": Exit.DONE, "not-fitted": Exit.DONE, "ill": Exit.NO, "unknown": Exit.UNKNOWN}
_EXIT_OF_RESULT = {"pass": Exit.DONE, "fail": Exit.NO, "unclear": Exit.UNKNOWN, "not-run": Exit.UNKNOWN}


@bench.command("card-reader")
def bench_card_reader(
    data: Data = None,
    times: Times = 20,
    psam: Annotated[bool, typer.Option("--psam/--no-psam", help="let the PSAM prove the card, or leave it out")] = True,
    reveal: Reveal = False,
    as_json: Json = False,
    language: Words = Language.ZH,
) -> None:
    """Read the social security card in the reader again and again. Its PIN is not touched."""
    from time import monotonic

    from kiosk.diagnostics.benches.cards import card_reader
    from kiosk.diagnostics.findings import Part

    def begin(wires: Wires) -> tuple[Any, Any]:
        today = datetime.now(_zone()).date()
        return wires.card(), card_reader(today, monotonic, times, with_psam=psam, reveal=reveal)

    _run_bench(Part.CARD_READER, data, begin, times, 15.0, language, as_json=as_json)


@bench.command("id-reader")
def bench_id_reader(
    data: Data = None,
    times: Times = 3,
    seconds: Patience = 20,
    as_json: Json = False,
    language: Words = Language.ZH,
) -> None:
    """Read an ID card; lay it down anew for each time. What stands on it is neither shown nor kept."""
    from time import monotonic

    from kiosk.diagnostics.benches.id_reader import id_reader
    from kiosk.diagnostics.findings import Part

    def begin(wires: Wires) -> tuple[Any, Any]:
        lane, reader = wires.id_reader()
        return lane, id_reader(reader, monotonic, times, seconds)

    _run_bench(Part.ID_READER, data, begin, times, 2 * seconds + 10, language, as_json=as_json)


@bench.command("receipt-printer")
def bench_receipt_printer(
    data: Data = None, times: Times = 1, as_json: Json = False, language: Words = Language.ZH
) -> None:
    """Print a test receipt: every kind of text, a rare name, a code, the cut."""
    from time import monotonic

    from drivers.receipt_printer.raster import FontFile, PillowRasteriser
    from kiosk.diagnostics import testpaper
    from kiosk.diagnostics.benches.prints import printer
    from kiosk.diagnostics.findings import Part

    faces = _fonts(as_json=as_json)
    draw = PillowRasteriser([FontFile(face.path) for face in (faces.regular, *faces.rare)])

    def begin(wires: Wires) -> tuple[Any, Any]:
        lane, receipts = wires.receipt_printer(draw)
        paper = testpaper.receipt(wires.settings.terminal, _stamp())
        return lane, printer(lambda: receipts.print_receipt(paper, seconds=30), monotonic, times)

    _run_bench(Part.RECEIPT_PRINTER, data, begin, times, 45.0, language, as_json=as_json)


@bench.command("document-printer")
def bench_document_printer(
    data: Data = None, times: Times = 1, as_json: Json = False, language: Words = Language.ZH
) -> None:
    """Print a test page: margins, text, a ruler, greys, a code."""
    from time import monotonic

    from kiosk.certificates.pdf import Typesetter, draw
    from kiosk.diagnostics import testpaper
    from kiosk.diagnostics.benches.prints import printer
    from kiosk.diagnostics.findings import Part

    typesetter = Typesetter(_fonts(as_json=as_json))

    def begin(wires: Wires) -> tuple[Any, Any]:
        lane, pages = wires.document_printer()
        pdf = draw([testpaper.page(wires.settings.terminal, _stamp())], typesetter)
        return lane, printer(lambda: pages.print_pdf("test page", pdf, seconds=90), monotonic, times)

    _run_bench(Part.DOCUMENT_PRINTER, data, begin, times, 110.0, language, as_json=as_json)


@bench.command("pin-pad")
def bench_pin_pad(
    data: Data = None, times: Times = 1, seconds: Patience = 30, as_json: Json = False, language: Words = Language.ZH
) -> None:
    """Press some digits and enter: keys are counted, never kept. The pad beeps at each key by itself."""
    from time import monotonic

    from kiosk.diagnostics.benches.pin_pad import pin_pad
    from kiosk.diagnostics.findings import Part

    def begin(wires: Wires) -> tuple[Any, Any]:
        lane, pad = wires.pin_pad()
        return lane, pin_pad(pad, monotonic, times, seconds)

    _run_bench(Part.PIN_PAD, data, begin, times, seconds + 10, language, as_json=as_json)


@bench.command("barcode-reader")
def bench_barcode_reader(
    data: Data = None,
    times: Times = 1,
    seconds: Patience = 30,
    reveal: Reveal = False,
    as_json: Json = False,
    language: Words = Language.ZH,
) -> None:
    """Hold a code before the scanner: its lamp is lit, and the shape of the text is told."""
    from time import monotonic

    from kiosk.diagnostics.benches.barcode_reader import barcode_reader
    from kiosk.diagnostics.findings import Part

    def begin(wires: Wires) -> tuple[Any, Any]:
        lane, reader = wires.barcode_reader()
        baud = wires.settings.devices.barcode_baud
        return lane, barcode_reader(reader, baud, monotonic, times, seconds, reveal=reveal)

    _run_bench(Part.BARCODE_READER, data, begin, times, seconds + 15, language, as_json=as_json)


# --- the whole diagnosis ---


def _diagnosed(data: Path, settings: Settings, wanted: frozenset[Part], language: Language, *, as_json: bool) -> Report:
    from importlib.metadata import version

    from kiosk.app.hardening import harden
    from kiosk.diagnostics.judging import report
    from kiosk.diagnostics.machine_reading import read_machine, terminal_runs
    from kiosk.diagnostics.wiring import held

    harden()
    now = datetime.now(_zone())
    with _status(as_json=as_json) as say:
        machine = read_machine(data, data / "snapshot", lambda: _keys(data, settings), now)
        answers: dict[Part, Answer] = {part: answer for part, answer in machine.answers.items() if part in wanted}
        if terminal_runs(data):
            answers |= held(settings, wanted)
        else:
            answers |= _asked(settings, wanted, now, say, language, as_json=as_json)
    software = version("citizen-card-terminal")
    return report(settings.terminal, software, now.isoformat(timespec="seconds"), answers, machine.histories)


def _asked(
    settings: Settings,
    wanted: frozenset[Part],
    now: datetime,
    say: Callable[[str], None],
    language: Language,
    *,
    as_json: bool,
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
    answers: dict[Part, Answer] = {}
    with _wires(settings, as_json=as_json) as wires:
        ready, answers = examiners(wires, wanted, seen, now.date())
        run(ready, watch, answers.__setitem__)
    return answers


# --- one bench test ---


def _run_bench(
    part: Part,
    data: Path | None,
    begin: Callable[[Wires], tuple[Any, Any]],
    times: int,
    seconds: float,
    language: Language,
    *,
    as_json: bool,
) -> None:
    from kiosk.app.hardening import harden
    from kiosk.diagnostics.benches.trying import bench_report
    from kiosk.diagnostics.judging import next_step, words
    from kiosk.diagnostics.machine_reading import terminal_runs
    from kiosk.diagnostics.shown import bench as shown
    from kiosk.diagnostics.wiring import ports

    harden()
    settings = _settings(data, as_json=as_json)
    assert data is not None  # noqa: S101 without it there are no settings
    if terminal_runs(data):
        advice = next_step(part, ("terminal_runs",))
        assert advice is not None  # noqa: S101 there is one for every cause
        refuse(Exit.UNKNOWN, "the terminal is running", why="terminal_runs", next_step=advice.en, as_json=as_json)
    if not ports(settings)[part]:
        step = f"name its port in {data / 'terminal.toml'}"
        refuse(Exit.UNKNOWN, f"no {part} is set", why="not-fitted", next_step=step, as_json=as_json)
    if not as_json:
        typer.echo(getattr(words(f"diagnose.prompt.{part}"), language), err=True)
    with _status(as_json=as_json) as say, _wires(settings, as_json=as_json) as wires:
        lane, operation = begin(wires)
        tried = _wait(lane, operation, times, times * seconds + 10, say)
    report = bench_report(part, datetime.now(_zone()).isoformat(timespec="seconds"), tried)
    _tell(report, shown(report, language.value), None, as_json=as_json)
    raise typer.Exit(_EXIT_OF_RESULT[report.result])


def _wait(lane: Any, operation: Any, times: int, seconds: float, say: Callable[[str], None]) -> Tried:
    import queue

    from drivers.lanes import Done
    from kiosk.diagnostics.benches.trying import not_tried

    outcomes: queue.SimpleQueue[Any] = queue.SimpleQueue()
    lane.submit(operation, outcomes.put, deadline=seconds, on_progress=lambda step: say(f"{step}/{times}"))
    outcome = outcomes.get()
    return outcome.value if isinstance(outcome, Done) else not_tried(times, outcome.error)


# --- shared ---


def _settings(data: Path | None, *, as_json: bool) -> Settings:
    from kiosk.app.directory import DataDirectory
    from kiosk.settings import SettingsError

    if data is None:
        refuse(Exit.USAGE, "whose devices?", why="data", next_step="give --data DIR or KIOSK_DATA", as_json=as_json)
    try:
        return DataDirectory(data).load_settings()
    except SettingsError as error:
        step = "kiosk provision --help, or write a terminal.toml with the devices"
        refuse(Exit.UNKNOWN, str(error), why="settings", next_step=step, as_json=as_json)


def _keys(data: Path, settings: Settings) -> Any:
    from kiosk.app.directory import DataDirectory

    return DataDirectory(data).key_files(settings, quiet=True)


@contextmanager
def _wires(settings: Settings, *, as_json: bool) -> Iterator[Wires]:
    from kiosk.app.lanes import reader_roles
    from kiosk.diagnostics.wiring import Wires
    from kiosk.settings import SettingsError

    crashed: list[BaseException] = []
    wires = Wires(settings, reader_roles(settings), crashed.append)
    try:
        yield wires
    except SettingsError as error:
        refuse(Exit.UNKNOWN, str(error), why="settings", next_step="correct terminal.toml", as_json=as_json)
    finally:
        wires.close()
    if crashed:
        raise crashed[0]


def _fonts(*, as_json: bool) -> Any:
    from kiosk.fonts import FontsMissingError, locate

    try:
        return locate()
    except FontsMissingError as error:
        refuse(Exit.UNKNOWN, str(error), why="fonts", next_step=error.remedy, as_json=as_json)


def _tell(report: Report | BenchReport, shown: RenderableType, picture: Path | None, *, as_json: bool) -> None:
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


def _stacked(shown: list[Any]) -> RenderableType:
    from rich.console import Group

    return Group(*shown)


@contextmanager
def _status(*, as_json: bool) -> Iterator[Callable[[str], None]]:
    """Progress on standard error while somebody looks at it; silence for a program."""
    from rich.console import Console

    console = Console(stderr=True)
    with ExitStack() as stack:
        if as_json or not console.is_terminal:
            yield lambda what: None
            return
        status = stack.enter_context(console.status("…"))
        yield status.update


def _zone() -> Any:
    from kiosk.clock import HALL_ZONE

    return HALL_ZONE


def _stamp() -> str:
    return datetime.now(_zone()).strftime("%Y-%m-%d %H:%M:%S")
