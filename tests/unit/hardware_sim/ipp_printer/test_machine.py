"""Pages over time: what stops the printer, what goes on afterwards, and what is told meanwhile."""

from collections.abc import Callable

import pytest

from hardware_sim.ipp_printer.codec import GroupTag, Message, Tag, attribute
from hardware_sim.ipp_printer.printer import IppPrinter

GET_JOB, GET_PRINTER = 0x0009, 0x000B
PENDING, PROCESSING, STOPPED, COMPLETED = 3, 5, 6, 9

Ask = Callable[..., Message]
Pdf = Callable[[int], bytes]
Print = Callable[..., int]
Hand = Callable[[IppPrinter, float], None]


def progress(ask: Ask, printer: IppPrinter, number: int, now: float) -> tuple[object, object]:
    """State and impressions of a job."""
    group = ask(printer, GET_JOB, now, attribute("job-id", Tag.INTEGER, number)).group(GroupTag.JOB)
    assert group is not None
    state, impressions = group.find("job-state"), group.find("job-impressions-completed")
    assert state is not None
    assert impressions is not None
    return state.first, impressions.first


def printer_state(ask: Ask, printer: IppPrinter, now: float) -> tuple[object, list[str]]:
    group = ask(printer, GET_PRINTER, now).group(GroupTag.PRINTER)
    assert group is not None
    state, reasons = group.find("printer-state"), group.find("printer-state-reasons")
    assert state is not None
    assert reasons is not None
    return state.first, reasons.texts()


def test_a_job_is_worked_on_page_by_page(printer: IppPrinter, ask: Ask, print_job: Print, pdf: Pdf) -> None:
    assert printer_state(ask, printer, 0.0) == (3, ["none"])
    job = print_job(printer, pdf(3), 10.0)
    assert [progress(ask, printer, job, now) for now in (10.0, 11.9, 12.0, 13.0, 14.0, 15.0)] == [
        (PROCESSING, 0),
        (PROCESSING, 0),
        (PROCESSING, 1),
        (PROCESSING, 2),
        (COMPLETED, 3),
        (COMPLETED, 3),
    ]
    assert printer_state(ask, printer, 15.0) == (3, ["none"])


def test_jobs_wait_for_one_another(printer: IppPrinter, ask: Ask, print_job: Print, pdf: Pdf) -> None:
    first, second = print_job(printer, pdf(2)), print_job(printer, pdf(1))
    assert printer_state(ask, printer, 1.0) == (4, ["none"])
    assert [progress(ask, printer, job, 2.5) for job in (first, second)] == [(PROCESSING, 1), (PENDING, 0)]
    assert [progress(ask, printer, job, 5.0) for job in (first, second)] == [(COMPLETED, 2), (COMPLETED, 1)]


ERRORS: dict[str, tuple[Hand, Hand, str]] = {
    "paper": (IppPrinter.paper_out, IppPrinter.paper_ok, "media-empty-error"),
    "toner": (IppPrinter.toner_out, IppPrinter.toner_ok, "toner-empty-error"),
    "cover": (IppPrinter.open_cover, IppPrinter.close_cover, "cover-open-error"),
    "jam": (IppPrinter.jam, IppPrinter.clear, "media-jam-error"),
}


@pytest.mark.parametrize(("break_it", "mend_it", "reason"), ERRORS.values(), ids=ERRORS.keys())
def test_an_error_stops_the_job_and_mending_lets_it_go_on(
    printer: IppPrinter,
    ask: Ask,
    print_job: Print,
    pdf: Pdf,
    break_it: Hand,
    mend_it: Hand,
    reason: str,
) -> None:
    job = print_job(printer, pdf(3))
    break_it(printer, 2.5)
    assert printer_state(ask, printer, 2.5) == (5, [reason])
    assert progress(ask, printer, job, 100.0) == (STOPPED, 1)
    mend_it(printer, 100.0)
    assert printer_state(ask, printer, 100.0) == (4, ["none"])
    assert progress(ask, printer, job, 100.4) == (PROCESSING, 1)
    assert progress(ask, printer, job, 100.6) == (PROCESSING, 2), "the page that was begun had half a second left"
    assert progress(ask, printer, job, 102.0) == (COMPLETED, 3)


@pytest.mark.parametrize(("break_it", "mend_it", "reason"), ERRORS.values(), ids=ERRORS.keys())
def test_a_job_sent_to_a_stopped_printer_waits_untouched(
    printer: IppPrinter,
    ask: Ask,
    print_job: Print,
    pdf: Pdf,
    break_it: Hand,
    mend_it: Hand,
    reason: str,
) -> None:
    break_it(printer, 0.0)
    job = print_job(printer, pdf(1))
    assert progress(ask, printer, job, 50.0) == (PENDING, 0)
    mend_it(printer, 50.0)
    assert progress(ask, printer, job, 52.0) == (COMPLETED, 1)


def test_the_tray_runs_low_and_empty_by_printing(printer: IppPrinter, ask: Ask, print_job: Print, pdf: Pdf) -> None:
    printer.set_sheets(2, 0.0)
    assert printer_state(ask, printer, 0.0) == (3, ["media-low-warning"])
    job = print_job(printer, pdf(3))
    assert progress(ask, printer, job, 60.0) == (STOPPED, 2)
    assert printer_state(ask, printer, 60.0) == (5, ["media-empty-error"])


def test_two_sided_printing_takes_half_the_paper(printer: IppPrinter, print_job: Print, pdf: Pdf) -> None:
    sides = attribute("sides", Tag.KEYWORD, "two-sided-long-edge")
    print_job(printer, pdf(3), 0.0, sides, attribute("copies", Tag.INTEGER, 2))
    (job,) = printer.collect(60.0)
    assert (job.impressions, job.sheets) == (6, 4), "a copy begins on a new sheet"


def test_a_jam_can_be_set_for_later(printer: IppPrinter, ask: Ask, print_job: Print, pdf: Pdf) -> None:
    printer.jam(0.0, after_pages=2)
    job = print_job(printer, pdf(3))
    assert progress(ask, printer, job, 60.0) == (STOPPED, 2)
    assert printer_state(ask, printer, 60.0) == (5, ["media-jam-error"])


def test_low_toner_is_a_warning_and_stops_nothing(printer: IppPrinter, ask: Ask, print_job: Print, pdf: Pdf) -> None:
    printer.toner_low(0.0)
    job = print_job(printer, pdf(1))
    assert printer_state(ask, printer, 1.0) == (4, ["toner-low-warning"])
    assert progress(ask, printer, job, 2.0) == (COMPLETED, 1)


def test_looking_often_or_seldom_makes_no_difference(ask: Ask, print_job: Print, pdf: Pdf) -> None:
    seldom, often = IppPrinter(), IppPrinter()
    for printer in (seldom, often):
        print_job(printer, pdf(4))
        print_job(printer, pdf(2))
    for tick in range(1700):
        often.collect(tick / 100)
    assert [progress(ask, printer, 2, 17.0) for printer in (seldom, often)] == [(COMPLETED, 2), (COMPLETED, 2)]
    assert [progress(ask, printer, 1, 17.0) for printer in (seldom, often)] == [(COMPLETED, 4), (COMPLETED, 4)]
    ends = [[job.ended for job in printer.machine.jobs] for printer in (seldom, often)]
    assert ends[0] == pytest.approx(ends[1])
