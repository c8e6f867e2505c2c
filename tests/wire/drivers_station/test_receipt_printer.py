"""The receipt printer's driver against the simulated printer on a real tty: what is on the paper, and what is not."""

import hashlib
import time
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from drivers.errors import LinkLost, NoDevice
from drivers.print_outcome import PrintOutcome, PrintResult
from drivers.receipt_printer.document import Align, Feed, Pair, Qr, Receipt, Rule, Text
from drivers.status import CoverState, DeviceState, MediaState, PaperState, PrinterStatus

LINK = "https://verify.example.org/v#" + "oWFhYWJj" * 30
RECEIPT = Receipt(
    (
        Text("业务受理凭条", Align.CENTRE, bold=True, double=True),
        Rule(),
        Pair("业务编号 No.", "01-0001-000042"),
        Text("您的申请已受理，请保管好本凭条。", bold=True),
        Qr(LINK),
        Feed(2),
    )
)
LONG = Receipt(tuple(Text(f"第 {n} 行 社会保障自助服务") for n in range(600)))


def prints(receipt_printer: Any, receipt: Receipt = RECEIPT, seconds: float = 6.0) -> PrintOutcome:
    outcome: PrintOutcome = receipt_printer.run(receipt_printer.driver.print_receipt(receipt, seconds=seconds))
    return outcome


def status(receipt_printer: Any) -> PrinterStatus:
    found: PrinterStatus = receipt_printer.run(receipt_printer.driver.status())
    return found


def newest(station: Any, printed: int) -> dict[str, Path]:
    """The files of the newest receipt by suffix, once so many were printed."""
    ends = time.monotonic() + 20
    while (said := station.status("receipt_printer"))["printed"] < printed:
        assert time.monotonic() < ends, said
        time.sleep(0.02)
    return {Path(path).suffix: Path(path) for path in said["newest"]}


def test_a_receipt_is_printed_and_says_what_it_should(station: Any, receipt_printer: Any) -> None:
    before = station.status("receipt_printer")["printed"]
    outcome = prints(receipt_printer)
    assert (outcome.result, outcome.reasons) == (PrintResult.PRINTED, ())
    assert len(outcome.sha256) == len(hashlib.sha256().hexdigest())
    files = newest(station, before + 1)
    lines = [line.strip() for line in files[".txt"].read_text(encoding="utf-8").splitlines()]
    assert lines[:2] == ["业务受理凭条", "-" * 48]
    assert lines[2] == "业务编号 No." + " " * 22 + "01-0001-000042"
    assert lines[3] == "您的申请已受理，请保管好本凭条。"
    said = station.status("receipt_printer")
    assert said["remarks"] == []
    assert not said["uncut"]


def test_the_code_on_the_paper_is_read_by_a_stranger(station: Any, receipt_printer: Any) -> None:
    before = station.status("receipt_printer")["printed"]
    assert prints(receipt_printer).result is PrintResult.PRINTED
    with Image.open(newest(station, before + 1)[".png"]) as picture:
        codes = zxingcpp.read_barcodes(picture.convert("L"))
    assert [code.text for code in codes] == [LINK]


def test_a_rare_name_is_printed_as_a_picture_and_not_as_junk(station: Any, receipt_printer: Any) -> None:
    before = station.status("receipt_printer")["printed"]
    receipt = Receipt((Pair("姓名 Name", "程𬭎"), Text("程𬭎", double=True, align=Align.CENTRE), Text("程䶮")))
    assert prints(receipt_printer, receipt).result is PrintResult.PRINTED
    files = newest(station, before + 1)
    text = files[".txt"].read_text(encoding="utf-8")
    assert "[picture 576x30]" in text
    assert "[picture 96x60]" in text
    assert "程䶮" in text
    with Image.open(files[".png"]) as picture:
        ink = sum(1 for grey in picture.convert("L").tobytes() if grey < 128)
    assert ink > 1000
    assert station.status("receipt_printer")["remarks"] == []


def test_the_same_receipt_twice_is_two_papers(station: Any, receipt_printer: Any) -> None:
    before = station.status("receipt_printer")["printed"]
    assert [prints(receipt_printer).result for _ in range(2)] == [PrintResult.PRINTED] * 2
    newest(station, before + 2)
    assert station.status("receipt_printer")["printed"] == before + 2


@pytest.mark.parametrize(
    ("phrase", "device", "paper", "cover", "media"),
    [
        ("paper-ok", "online", "full", "closed", "notSupported"),
        ("paper-low", "online", "low", "closed", "notSupported"),
        ("paper-out", "online", "out", "closed", "notSupported"),
        ("paper-out without-near-end", "online", "out", "closed", "notSupported"),
        ("cover-open", "userError", "full", "open", "notSupported"),
        ("cutter-error", "hardwareError", "full", "closed", "jammed"),
        ("jam", "hardwareError", "full", "closed", "jammed"),
        ("offline", "offline", "full", "closed", "notSupported"),
        ("power-off", "offline", "unknown", "unknown", "notSupported"),
    ],
)
def test_the_status_says_what_happened_to_the_printer(
    station: Any, receipt_printer: Any, phrase: str, device: str, paper: str, cover: str, media: str
) -> None:
    station.do(f"receipt-printer {phrase}")
    found = status(receipt_printer)
    assert found.device is DeviceState(device)
    assert found.paper is PaperState(paper)
    assert found.cover is CoverState(cover)
    assert found.media is MediaState(media)


@pytest.mark.parametrize(
    ("phrase", "reason"),
    [
        ("paper-out", "paper-out"),
        ("cover-open", "cover-open"),
        ("cutter-error", "cutter"),
        ("jam", "jam"),
        ("offline", "offline"),
        ("power-off", "no-answer"),
    ],
)
def test_a_printer_that_cannot_gets_nothing_and_prints_after_it_was_mended(
    station: Any, receipt_printer: Any, phrase: str, reason: str
) -> None:
    before = station.status("receipt_printer")["printed"]
    station.do(f"receipt-printer {phrase}")
    outcome = prints(receipt_printer)
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, (reason,))
    assert outcome.facts["sent"] == 0
    station.mend()
    assert prints(receipt_printer).result is PrintResult.PRINTED
    newest(station, before + 1)
    assert station.status("receipt_printer")["printed"] == before + 1


def test_paper_that_is_low_prints_and_says_so(station: Any, receipt_printer: Any) -> None:
    station.do("receipt-printer paper-low")
    outcome = prints(receipt_printer)
    assert (outcome.result, outcome.reasons) == (PrintResult.PRINTED, ("paper-low",))


@pytest.mark.parametrize(
    ("trap", "reason"), [("paper-left 60", "paper-out"), ("jam after 400", "jam"), ("jam after 6000", "jam")]
)
def test_a_stop_in_the_middle_is_failed_with_its_reason(
    station: Any, receipt_printer: Any, trap: str, reason: str
) -> None:
    station.do(f"receipt-printer {trap}")
    outcome = prints(receipt_printer, LONG)
    assert (outcome.result, outcome.reasons[0]) == (PrintResult.FAILED, reason)
    assert outcome.rest_in_printer
    assert outcome.out_of_paper_in_the_middle == (reason == "paper-out")


def test_a_printer_that_stopped_loses_no_byte_that_it_could_not_take(station: Any, receipt_printer: Any) -> None:
    station.do("receipt-printer paper-left 60")
    outcome = prints(receipt_printer, LONG)
    assert int(outcome.facts["sent"]) < int(outcome.facts["bytes"])
    waiting = station.status("receipt_printer")["waiting_bytes"]
    assert 0 < waiting < 4096
    assert station.status("receipt_printer")["remarks"] == []


def test_the_rest_of_a_stopped_receipt_does_not_hang_on_the_next_persons(station: Any, receipt_printer: Any) -> None:
    station.do("receipt-printer paper-left 60")
    before = station.status("receipt_printer")["printed"]
    assert prints(receipt_printer, LONG).result is PrintResult.FAILED
    station.do("receipt-printer paper-ok")
    files = newest(station, before + 1)  # it is cut as soon as there is paper, before the eyes of whoever put it in
    assert "社会保障自助服务" in files[".txt"].read_text(encoding="utf-8")
    assert not station.status("receipt_printer")["uncut"]
    assert prints(receipt_printer).result is PrintResult.PRINTED
    files = newest(station, before + 2)
    lines = files[".txt"].read_text(encoding="utf-8").splitlines()
    assert lines[0].strip() == "业务受理凭条"
    assert not any("社会保障自助服务" in line for line in lines)


def half_way(station: Any, receipt_printer: Any) -> Any:
    """A long print of which some is on the paper."""
    assert prints(receipt_printer).result is PrintResult.PRINTED
    assert not station.status("receipt_printer")["uncut"]
    waiting = receipt_printer.begin(receipt_printer.driver.print_receipt(LONG, seconds=6.0))
    ends = time.monotonic() + 20
    while not station.status("receipt_printer")["uncut"]:
        assert time.monotonic() < ends
    return waiting


def test_switched_off_in_the_middle_is_unknown(station: Any, receipt_printer: Any) -> None:
    waiting = half_way(station, receipt_printer)
    station.do("receipt-printer power-off")
    outcome = waiting()
    assert (outcome.result, outcome.reasons) == (PrintResult.UNKNOWN, ("no-answer",))


def test_unplugged_in_the_middle_is_certainly_not_whole(station: Any, receipt_printer: Any) -> None:
    waiting = half_way(station, receipt_printer)
    station.do("receipt-printer unplug")
    outcome = waiting()
    assert (outcome.result, outcome.reasons) == (PrintResult.FAILED, ("link-lost",))


def test_unplugged_before_a_print_is_no_device_and_plugged_in_it_prints(station: Any, receipt_printer: Any) -> None:
    station.do("receipt-printer unplug")
    with pytest.raises((LinkLost, NoDevice)):
        prints(receipt_printer)
    station.do("receipt-printer plug")
    assert prints(receipt_printer).result is PrintResult.PRINTED


@pytest.mark.parametrize(
    ("phrase", "part", "value"),
    [
        ("cover-open", "cover", CoverState.OPEN),
        ("paper-low", "paper", PaperState.LOW),
        ("paper-out without-near-end", "paper", PaperState.OUT),
        ("jam", "media", MediaState.JAMMED),
    ],
)
def test_a_change_is_told_by_the_printer_itself(
    station: Any, receipt_printer: Any, phrase: str, part: str, value: object
) -> None:
    known = status(receipt_printer)
    waiting = receipt_printer.begin(receipt_printer.driver.watch(known, 50.0))
    # the first word comes with the switching on, so the change is not the first
    time.sleep(0.5)
    station.do(f"receipt-printer {phrase}")
    assert getattr(waiting(), part) is value
    assert station.status("receipt_printer")["waiting_bytes"] == 0


def test_a_printer_that_is_mended_is_noticed_while_it_is_watched(station: Any, receipt_printer: Any) -> None:
    station.do("receipt-printer paper-out")
    known = status(receipt_printer)
    waiting = receipt_printer.begin(receipt_printer.driver.watch(known, 50.0))
    station.do("receipt-printer paper-ok")
    assert waiting().paper is PaperState.FULL
