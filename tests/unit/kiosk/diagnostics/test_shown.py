"""What a technician sees: one line a part, in both languages, with no need of colour; and the same as a picture."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

from drivers import status as words_of_status
from kiosk.diagnostics import shown
from kiosk.diagnostics.benches.trying import Tried, Try, bench_report
from kiosk.diagnostics.crypto import CryptoReading, crypto
from kiosk.diagnostics.findings import Found, Identity, NotAsked, NotFitted, Part, Result, Step
from kiosk.diagnostics.history import Event, History
from kiosk.diagnostics.judging import report
from kiosk.diagnostics.picture import PictureImpossibleError, png, save, svg
from kiosk.texts import catalogue

TECHNICIAN = Path(__file__).resolve().parents[4] / "docs" / "technician.md"
OK = Result.PASS


def text(renderable, width=116):
    console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False)
    console.print(renderable)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


@pytest.fixture
def told():
    """A terminal with something of everything."""
    reader = Identity("Kiosk Reader", None, "0042", "Kiosk Reader (0042) 00 00")
    wire = "/dev/serial/by-id/usb-maker-receipt-printer"
    answers = {
        Part.CARD_READER: Found(
            reader,
            {"device": "online", "media": "notPresent", "chip": "noCard"},
            steps=(Step("service", OK), Step("reader", OK), Step("card", Result.NOT_RUN, None, "no card is in")),
        ),
        Part.PSAM: Found(
            Identity("Kiosk SAM", port="Kiosk SAM 00 00"),
            {"device": "online", "media": "notPresent", "chip": "noCard"},
            steps=(Step("service", OK), Step("reader", OK), Step("application", Result.FAIL, 1.4, "sam_missing")),
            causes=("sam_missing",),
        ),
        Part.ID_READER: Found(
            Identity("ID card module 05.03", None, "05.03-20240101-0000012345-0678901234", "/dev/ttyS1"),
            {"device": "online", "media": "notPresent"},
            steps=(Step("answer", OK, 20.4), Step("number", OK, 20.1), Step("field", OK, 101.0)),
        ),
        Part.RECEIPT_PRINTER: Found(
            Identity(port=wire),
            {"device": "online", "paper": "out", "cover": "closed"},
            {"columns": "48", "cut": "yes"},
            (Step("answer", OK, 104.9), Step("ready", Result.FAIL, None, "paper_out")),
            ("paper_out",),
        ),
        Part.DOCUMENT_PRINTER: Found(
            Identity("Maker Laser 400", "2.31", "VNB3", "ipp://printer.hall/ipp/print"),
            {"device": "online", "paper": "full", "toner": "low", "cover": "closed"},
            steps=(Step("answer", OK, 24.0), Step("identity", OK, 23.1), Step("fit", OK), Step("ready", OK)),
            warnings=("toner_low",),
        ),
        Part.PIN_PAD: NotAsked("device_busy", Identity(port="/dev/ttyS2")),
        Part.BARCODE_READER: NotFitted(),
        Part.KEYS: Found(status={"place": "tpm"}, steps=(Step("lend", OK, 21.0),)),
        Part.JOURNAL: Found(
            status={"epoch": "1", "entries": "4711"}, steps=(Step("open", OK), Step("chain", OK, 38.0))
        ),
        Part.SNAPSHOT: Found(
            status={"generation": "12", "age_days": "1"}, steps=(Step("open", OK, 2.1), Step("lease", OK))
        ),
        Part.PACKAGES: Found(status={"list": "7", "count": "21"}, steps=(Step("signatures", OK), Step("time", OK))),
        Part.CLOCK: Found(status={"now": "2026-11-22T14:00:00+08:00"}, steps=(Step("not-before-what-is-known", OK),)),
        Part.DISK: Found(status={"free": "83836 MB"}, steps=(Step("room", OK),)),
        Part.SYNC: Found(status={"pending": "2"}, steps=(Step("open", OK, 4.0), Step("backlog", OK))),
    }
    event = Event("2026-11-22T05:58:00.000Z", "PR-02", "paper-out")
    histories = {Part.RECEIPT_PRINTER: History(faults=3, recoveries=2, by_code={"PR-02": 3}, last=(event,))}
    assert set(answers) == set(Part), "something of everything"
    used = crypto(CryptoReading("intl", "intl", "software"))
    return report("T001", "0.1.0", "2026-11-22T14:00:00+08:00", answers, histories, used)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_part_has_one_line_with_its_mark_and_its_word(told, language):
    lines = text(shown.overview(told, language)).splitlines()
    for part, mark in zip(told.parts, "✓×✓×✓?–✓✓✓✓✓✓✓", strict=True):
        title = getattr(part.title, language)
        health = catalogue()[f"diagnose.health.{part.health}"][language]
        (line,) = [line for line in lines if line.startswith(f"{mark} {health}") and f" {title} " in f"{line} "]
        assert len(line) <= 116


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_part_that_is_not_well_has_its_next_step_below(told, language):
    below = text(shown.overview(told, language), width=200)
    below = below[below.index(catalogue()["diagnose.head.next"][language]) :]
    for part in told.parts:
        if part.next is not None:
            assert getattr(part.next, language) in below
    assert "PR-02" in below


def test_the_verdict_counts_what_is_ill(told):
    assert text(shown.overview(told, "zh")).splitlines()[-1] == "× 2 项异常"
    assert text(shown.overview(told, "en")).splitlines()[-1] == "× 2 ill"


@pytest.mark.parametrize("width", [80, 100, 200])
def test_no_line_is_wider_than_the_window(told, width):
    from rich.cells import cell_len

    for language in ("zh", "en"):
        for line in text(shown.overview(told, language), width).splitlines():
            assert cell_len(line) <= width


@pytest.mark.parametrize("language", ["zh", "en"])
def test_details_name_all_that_is_known_and_what_the_device_does_not_tell(told, language):
    by_name = {part.name: text(shown.detail(part, language)) for part in told.parts}
    printer = by_name[Part.RECEIPT_PRINTER]
    assert catalogue()["diagnose.head.not-told"][language] in printer
    for fact in (
        "/dev/serial/by-id/usb-maker-receipt-printer",
        "paper out",
        "columns 48",
        "104.9 ms",
        "PR-02",
        "13:58",
    ):
        assert fact in printer
    assert "VNB3" in by_name[Part.DOCUMENT_PRINTER]
    assert "05.03-20240101-0000012345-0678901234" in by_name[Part.ID_READER]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_bench_test_shows_its_tries_its_figures_and_what_to_do(language):
    tries = (Try(Result.PASS, 2.5), Try(Result.FAIL, 30.0, "link_lost", "link_lost"), Try(Result.PASS, 3.5))
    told = bench_report(Part.CARD_READER, "2026-11-22T14:00:00+08:00", Tried(3, tries, {"version": "3.00"}))
    lines = text(shown.bench(told, language))
    for fact in ("2.5", "3.0", "3.5", "30.0 ms", "link_lost", "version 3.00", getattr(told.next, language)):
        assert fact in lines


def test_every_word_of_xfs4iot_has_its_translation():
    for name, kind in {
        "device": words_of_status.DeviceState,
        "media": words_of_status.MediaState,
        "chip": words_of_status.ChipState,
        "paper": words_of_status.PaperState,
        "toner": words_of_status.TonerState,
        "cover": words_of_status.CoverState,
        "encryption": words_of_status.EncryptionState,
        "battery": words_of_status.BatteryState,
        "scanner": words_of_status.ScannerState,
    }.items():
        for word in kind:
            assert f"diagnose.word.{name}.{word.value}" in catalogue()


def test_what_a_device_says_of_itself_cannot_command_the_window(told):
    identity = Identity("[bold red]x[/]\x1b[2J", "[/x]", "[conceal]7", "/dev/[/y]")
    evil = Found(identity, steps=(Step("answer", OK, 1.0, "[link=x]y[/link]"),))
    poisoned = report("T001", "0", told.at, {Part.DOCUMENT_PRINTER: evil}, {})
    overview, detail = text(shown.overview(poisoned, "en")), text(shown.detail(poisoned.parts[0], "en"))
    assert "[bold red]x[/]" in overview
    for said in ("[bold red]x[/]", "[/x]", "[conceal]7", "/dev/[/y]", "[link=x]y[/link]"):
        assert said in detail
    assert "\x1b" not in overview + detail + poisoned.model_dump_json()


# --- picture ---


def test_a_png_is_as_high_as_its_lines_and_not_empty(told):
    picture = png(shown.overview(told, "zh"), _fonts())
    assert picture.width > 1500
    assert len(picture.getcolors(maxcolors=1 << 24)) > 20
    assert png(shown.overview(told, "zh"), _fonts()).tobytes() == picture.tobytes(), "the same report, the same picture"


def test_an_svg_asks_nothing_of_the_network(told):
    drawn = svg(shown.overview(told, "en"), "kiosk diagnose")
    assert "Receipt" in drawn
    assert not re.search(r"url\(.?https?:", drawn)
    assert "@font-face" not in drawn


def test_pictures_are_written_by_the_files_ending(told, tmp_path):
    save(shown.overview(told, "zh"), tmp_path / "a.png", "kiosk diagnose")
    save(shown.overview(told, "zh"), tmp_path / "a.svg", "kiosk diagnose")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.format == "PNG"
    assert (tmp_path / "a.svg").read_text("utf-8").startswith("<svg")
    with pytest.raises(PictureImpossibleError, match="png"):
        save(shown.overview(told, "zh"), tmp_path / "a.gif", "kiosk diagnose")


def _fonts():
    from kiosk.diagnostics.picture import NOTO_MONO

    return NOTO_MONO


# --- the manual ---


def test_the_example_in_the_technicians_manual_is_what_the_program_says(told):
    """The block after `kiosk diagnose`'s heading; when this fails, paste what is expected here."""
    manual = TECHNICIAN.read_text("utf-8")
    blocks = re.findall(r"```text\n(.*?)\n```", manual, re.DOTALL)
    assert text(shown.overview(told, "zh")) in blocks
