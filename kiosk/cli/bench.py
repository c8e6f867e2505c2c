"""`kiosk diagnose bench …`: one device does its real work, timed and counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.cli.answers import Exit, refuse
from kiosk.cli.options import Json
from kiosk.cli.technician import (
    Data,
    InLanguage,
    Language,
    Say,
    Take,
    devices_lent,
    now,
    progress,
    settings_of,
    tell,
    wires_of,
)

if TYPE_CHECKING:
    from kiosk.diagnostics.benches.trying import Tried
    from kiosk.diagnostics.findings import Part
    from kiosk.diagnostics.wiring import Wires

app = typer.Typer(help="One device does its real work, timed and counted.", no_args_is_help=True)

Times = Annotated[int, typer.Option("--times", min=1, max=1000, help="how often")]
Patience = Annotated[float, typer.Option("--seconds", min=1, max=300, help="how long to wait for a person")]
Reveal = Annotated[bool, typer.Option("--reveal", help="what was read in full; somebody may look over your shoulder")]
Begin = Callable[["Wires"], tuple[Any, Any]]
"""From the lanes to (lane, operation)."""

_EXITS = {"pass": Exit.DONE, "fail": Exit.NO, "unclear": Exit.UNKNOWN, "not-run": Exit.UNKNOWN}


@app.command("card-reader")
def card_reader_command(
    data: Data = None,
    times: Times = 20,
    psam: Annotated[bool, typer.Option("--psam/--no-psam", help="let the PSAM prove the card, or leave it out")] = True,
    reveal: Reveal = False,
    take: Take = False,
    as_json: Json = False,
    language: InLanguage = Language.ZH,
) -> None:
    """Read the social security card in the reader again and again. Its PIN is not touched."""
    from time import monotonic

    from kiosk.diagnostics.benches.cards import card_reader
    from kiosk.diagnostics.findings import Part

    def begin(wires: Wires) -> tuple[Any, Any]:
        return wires.card(), card_reader(now().date(), monotonic, times, with_psam=psam, reveal=reveal)

    _run(Part.CARD_READER, data, begin, times, 15.0, language, take=take, as_json=as_json)


@app.command("id-reader")
def id_reader_command(
    data: Data = None,
    times: Times = 3,
    seconds: Patience = 20,
    take: Take = False,
    as_json: Json = False,
    language: InLanguage = Language.ZH,
) -> None:
    """Read an ID card; lay it down anew for each time. What stands on it is neither shown nor kept."""
    from time import monotonic

    from kiosk.diagnostics.benches.id_reader import id_reader
    from kiosk.diagnostics.findings import Part

    def begin(wires: Wires) -> tuple[Any, Any]:
        lane, reader = wires.id_reader()
        return lane, id_reader(reader, monotonic, times, seconds)

    _run(Part.ID_READER, data, begin, times, 2 * seconds + 10, language, take=take, as_json=as_json)


@app.command("receipt-printer")
def receipt_printer_command(
    data: Data = None,
    times: Times = 1,
    take: Take = False,
    as_json: Json = False,
    language: InLanguage = Language.ZH,
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

    _run(Part.RECEIPT_PRINTER, data, begin, times, 45.0, language, take=take, as_json=as_json)


@app.command("document-printer")
def document_printer_command(
    data: Data = None,
    times: Times = 1,
    take: Take = False,
    as_json: Json = False,
    language: InLanguage = Language.ZH,
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

    _run(Part.DOCUMENT_PRINTER, data, begin, times, 110.0, language, take=take, as_json=as_json)


@app.command("pin-pad")
def pin_pad_command(
    data: Data = None,
    times: Times = 1,
    seconds: Patience = 30,
    take: Take = False,
    as_json: Json = False,
    language: InLanguage = Language.ZH,
) -> None:
    """Press some digits and enter: keys are counted, never kept. The pad beeps at each key by itself."""
    from time import monotonic

    from kiosk.diagnostics.benches.pin_pad import pin_pad
    from kiosk.diagnostics.findings import Part

    def begin(wires: Wires) -> tuple[Any, Any]:
        lane, pad = wires.pin_pad()
        return lane, pin_pad(pad, monotonic, times, seconds)

    _run(Part.PIN_PAD, data, begin, times, seconds + 10, language, take=take, as_json=as_json)


@app.command("barcode-reader")
def barcode_reader_command(
    data: Data = None,
    times: Times = 1,
    seconds: Patience = 30,
    reveal: Reveal = False,
    take: Take = False,
    as_json: Json = False,
    language: InLanguage = Language.ZH,
) -> None:
    """Hold a code before the scanner: its lamp is lit, and the shape of the text is told."""
    from time import monotonic

    from kiosk.diagnostics.benches.barcode_reader import barcode_reader
    from kiosk.diagnostics.findings import Part

    def begin(wires: Wires) -> tuple[Any, Any]:
        lane, reader = wires.barcode_reader()
        baud = wires.place(Part.BARCODE_READER)[1]
        return lane, barcode_reader(reader, baud, monotonic, times, seconds, reveal=reveal)

    _run(Part.BARCODE_READER, data, begin, times, seconds + 15, language, take=take, as_json=as_json)


def _run(
    part: Part,
    data: Path | None,
    begin: Begin,
    times: int,
    seconds: float,
    language: Language,
    *,
    take: bool,
    as_json: bool,
) -> None:
    """`seconds`: how long one try may take."""
    from kiosk.app.hardening import harden
    from kiosk.diagnostics.benches.trying import bench_report
    from kiosk.diagnostics.judging import words
    from kiosk.diagnostics.shown import bench as shown
    from kiosk.diagnostics.wiring import ports

    harden()
    folder, settings = settings_of(data, as_json=as_json)
    if not ports(settings)[part]:
        step = f"name its port in {folder / 'terminal.toml'}"
        refuse(Exit.UNKNOWN, f"no {part} is set", why="not-fitted", next_step=step, as_json=as_json)
    with (
        progress(as_json=as_json) as say,
        devices_lent(folder, settings, say, take=take, as_json=as_json) as ours,
    ):
        if not ours:
            advice = words("diagnose.next.any.terminal_runs").en
            refuse(Exit.UNKNOWN, "the terminal is running", why="terminal_runs", next_step=advice, as_json=as_json)
        if not as_json:
            typer.echo(getattr(words(f"diagnose.prompt.{part}"), language), err=True)
        with wires_of(settings, as_json=as_json) as wires:
            lane, operation = begin(wires)
            tried = _wait(lane, operation, times, times * seconds + 10, say)
    report = bench_report(part, now().isoformat(timespec="seconds"), tried)
    tell(report, shown(report, language.value), None, as_json=as_json)
    raise typer.Exit(_EXITS[report.result])


def _wait(lane: Any, operation: Any, times: int, seconds: float, say: Say) -> Tried:
    import queue

    from drivers.lanes import Done
    from kiosk.diagnostics.benches.trying import not_tried

    outcomes: queue.SimpleQueue[Any] = queue.SimpleQueue()
    lane.submit(operation, outcomes.put, deadline=seconds, on_progress=lambda step: say(f"{step}/{times}"))
    outcome = outcomes.get()
    return outcome.value if isinstance(outcome, Done) else not_tried(times, outcome.error)


def _fonts(*, as_json: bool) -> Any:
    from kiosk.fonts import FontsMissingError, locate

    try:
        return locate()
    except FontsMissingError as error:
        refuse(Exit.UNKNOWN, str(error), why="fonts", next_step=error.remedy, as_json=as_json)


def _stamp() -> str:
    return f"{now():%Y-%m-%d %H:%M:%S}"
