"""The operations of the A4 printer: what it takes, what it refuses, what it tells."""

from collections.abc import Callable

import pytest

from hardware_sim.ipp_printer.codec import Group, GroupTag, Message, Resolution, Tag, attribute, decode, encode
from hardware_sim.ipp_printer.printer import IppPrinter, PrinterOffError, count_pages

PRINT_JOB, VALIDATE, CANCEL, GET_JOB, GET_JOBS, GET_PRINTER = 0x0002, 0x0004, 0x0008, 0x0009, 0x000A, 0x000B

Ask = Callable[..., Message]
Pdf = Callable[[int], bytes]
Print = Callable[..., int]


def value(message: Message, name: str, tag: GroupTag = GroupTag.JOB) -> object:
    group = message.group(tag)
    assert group is not None
    found = group.find(name)
    assert found is not None, f"{name} is missing"
    return found.first


def names(message: Message, tag: GroupTag) -> list[str]:
    group = message.group(tag)
    return [] if group is None else [each.name for each in group.attributes]


def test_a_pdf_is_taken_and_kept_byte_for_byte(printer: IppPrinter, print_job: Print, pdf: Pdf) -> None:
    document = pdf(2)
    number = print_job(printer, document)
    assert printer.collect(2.9) == []
    (job,) = printer.collect(3.0)
    assert (job.number, job.document, job.impressions) == (number, document, 2)
    assert printer.collect(9.0) == [], "each job is handed out once"


def test_the_answer_to_print_job_names_the_job_and_its_state(printer: IppPrinter, ask: Ask, pdf: Pdf) -> None:
    answer = ask(printer, PRINT_JOB, 0.0, attribute("job-name", Tag.NAME, "参保证明"), data=pdf(1))
    assert answer.code == 0
    assert answer.request_id == 7
    assert names(answer, GroupTag.JOB) == ["job-id", "job-uri", "job-state", "job-state-reasons", "job-state-message"]
    assert value(answer, "job-uri") == "ipp://127.0.0.1:1/ipp/print/1"
    by_uri = ask(printer, GET_JOB, 0.0, attribute("job-uri", Tag.URI, "ipp://127.0.0.1:1/ipp/print/1"))
    assert value(by_uri, "job-name") == "参保证明"
    assert value(by_uri, "job-originating-user-name") == "kiosk"


@pytest.mark.parametrize(
    ("document_format", "data", "status"),
    [
        ("application/postscript", b"%!PS", 0x040A),
        ("application/octet-stream", b"%!PS", 0x040A),
        ("application/pdf", b"", 0x0400),
    ],
)
def test_what_is_no_pdf_is_not_taken(
    printer: IppPrinter, ask: Ask, document_format: str, data: bytes, status: int
) -> None:
    wanted = attribute("document-format", Tag.MIME_TYPE, document_format)
    assert ask(printer, PRINT_JOB, 0.0, wanted, data=data).code == status
    assert printer.machine.jobs == []


def test_a_damaged_pdf_is_taken_and_aborted(printer: IppPrinter, ask: Ask, print_job: Print) -> None:
    number = print_job(printer, b"%PDF-1.7\nthis is no document")
    answer = ask(printer, GET_JOB, 0.0, attribute("job-id", Tag.INTEGER, number))
    assert value(answer, "job-state") == 8
    group = answer.group(GroupTag.JOB)
    assert group is not None
    reasons = group.find("job-state-reasons")
    assert reasons is not None
    assert reasons.texts() == ["aborted-by-system", "document-format-error"]
    assert printer.collect(60.0) == []


def test_compressed_documents_are_refused_by_name(printer: IppPrinter, ask: Ask, pdf: Pdf) -> None:
    answer = ask(printer, PRINT_JOB, 0.0, attribute("compression", Tag.KEYWORD, "gzip"), data=pdf(1))
    assert answer.code == 0x040F
    assert names(answer, GroupTag.UNSUPPORTED) == ["compression"]


def test_validate_job_checks_like_print_job_and_makes_no_job(printer: IppPrinter, ask: Ask) -> None:
    assert ask(printer, VALIDATE).code == 0
    assert ask(printer, VALIDATE, 0.0, attribute("document-format", Tag.MIME_TYPE, "image/jpeg")).code == 0x040A
    assert printer.machine.jobs == []


def test_what_it_cannot_do_is_named_and_refused_only_on_demand(printer: IppPrinter, ask: Ask, pdf: Pdf) -> None:
    wrong = (
        attribute("media", Tag.KEYWORD, "na_letter_8.5x11in"),
        attribute("copies", Tag.INTEGER, 2),
        attribute("printer-resolution", Tag.RESOLUTION, Resolution(600, 600)),
        attribute("sides", Tag.KEYWORD, "round-the-corner"),
        attribute("staple", Tag.INTEGER, 1),
    )
    lenient = ask(printer, PRINT_JOB, 0.0, job=wrong, data=pdf(1))
    assert lenient.code == 0x0001
    assert names(lenient, GroupTag.UNSUPPORTED) == ["media", "sides", "staple"]
    strict = ask(
        printer, PRINT_JOB, 0.0, attribute("ipp-attribute-fidelity", Tag.BOOLEAN, True), job=wrong, data=pdf(1)
    )
    assert strict.code == 0x040B
    assert names(strict, GroupTag.UNSUPPORTED) == ["media", "sides", "staple"]
    assert [job.copies for job in printer.machine.jobs] == [2]


def test_only_what_is_asked_for_is_told(printer: IppPrinter, ask: Ask) -> None:
    wanted = attribute("requested-attributes", Tag.KEYWORD, "printer-state", "job-template")
    told = names(ask(printer, GET_PRINTER, 0.0, wanted), GroupTag.PRINTER)
    assert "printer-state" in told
    assert "copies-supported" in told
    assert "printer-name" not in told


def test_jobs_are_listed_by_whether_they_ended(printer: IppPrinter, ask: Ask, print_job: Print, pdf: Pdf) -> None:
    for _ in range(3):
        print_job(printer, pdf(1))
    completed = attribute("which-jobs", Tag.KEYWORD, "completed")

    def numbers(now: float, *more: object) -> list[object]:
        groups = ask(printer, GET_JOBS, now, *more).groups
        return [group.attributes[0].first for group in groups if group.tag == GroupTag.JOB]

    assert numbers(2.5) == [2, 3]
    assert numbers(4.5, completed) == [2, 1], "newest first"
    assert numbers(4.5, completed, attribute("limit", Tag.INTEGER, 1)) == [2]
    assert numbers(4.5, attribute("my-jobs", Tag.BOOLEAN, True)) == [3]
    assert ask(printer, GET_JOBS, 5.0, attribute("which-jobs", Tag.KEYWORD, "lost")).code == 0x040B


def test_a_job_can_be_canceled_until_it_ended(printer: IppPrinter, ask: Ask, print_job: Print, pdf: Pdf) -> None:
    one = attribute("job-id", Tag.INTEGER, print_job(printer, pdf(9)))
    assert ask(printer, CANCEL, 2.5, one).code == 0
    answer = ask(printer, GET_JOB, 3.0, one)
    assert (value(answer, "job-state"), value(answer, "job-impressions-completed")) == (7, 1)
    assert ask(printer, CANCEL, 3.0, one).code == 0x0404


def test_unknown_jobs_and_missing_targets_have_their_own_answers(printer: IppPrinter, ask: Ask) -> None:
    assert ask(printer, GET_JOB, 0.0, attribute("job-id", Tag.INTEGER, 42)).code == 0x0406
    assert ask(printer, GET_JOB, 0.0, attribute("job-uri", Tag.URI, "ipp://x/ipp/print/²")).code == 0x0406
    assert ask(printer, GET_JOB).code == 0x0400


def bare(version: tuple[int, int], operation: int, request_id: int, *first: str) -> bytes:
    known = {
        "charset": attribute("attributes-charset", Tag.CHARSET, "utf-8"),
        "gbk": attribute("attributes-charset", Tag.CHARSET, "gbk"),
        "language": attribute("attributes-natural-language", Tag.LANGUAGE, "zh-cn"),
        "uri": attribute("printer-uri", Tag.URI, "ipp://x/ipp/print"),
    }
    groups = (Group(GroupTag.OPERATION, tuple(known[word] for word in first)),) if first else ()
    return encode(Message(version, operation, request_id, groups))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (bare((2, 0), GET_PRINTER, 1, "charset", "language", "uri"), 0x0000),
        (bare((1, 1), GET_PRINTER, 1, "charset", "language", "uri"), 0x0000),
        (bare((0, 0), GET_PRINTER, 1, "charset", "language", "uri"), 0x0503),
        (bare((2, 0), GET_PRINTER, 0, "charset", "language", "uri"), 0x0400),
        (bare((2, 0), 0x4444, 1, "charset", "language", "uri"), 0x0501),
        (bare((2, 0), GET_PRINTER, 1), 0x0400),
        (bare((2, 0), GET_PRINTER, 1, "language", "charset", "uri"), 0x0400),
        (bare((2, 0), GET_PRINTER, 1, "charset", "language"), 0x0400),
        (bare((2, 0), GET_PRINTER, 1, "charset", "language", "uri", "uri"), 0x0400),
        (bare((2, 0), GET_PRINTER, 1, "gbk", "language", "uri"), 0x040D),
        (b"no ipp at all", 0x0400),
        (b"", 0x0400),
    ],
)
def test_the_checks_that_every_operation_shares(printer: IppPrinter, body: bytes, status: int) -> None:
    answer, seconds = printer.handle(body, 0.0)
    assert decode(answer).code == status
    assert seconds == pytest.approx(0.02)


def test_a_printer_without_power_answers_nobody_and_forgets_its_jobs(
    printer: IppPrinter, ask: Ask, print_job: Print, pdf: Pdf
) -> None:
    number = print_job(printer, pdf(5))
    printer.power_off(2.0)
    with pytest.raises(PrinterOffError):
        ask(printer, GET_PRINTER, 3.0)
    printer.power_on(100.0)
    assert ask(printer, GET_JOB, 101.0, attribute("job-id", Tag.INTEGER, number)).code == 0x0406
    assert print_job(printer, pdf(1), 101.0) == number + 1, "a number is never used again"
    assert value(ask(printer, GET_PRINTER, 103.0), "printer-up-time", GroupTag.PRINTER) == 4


def test_a_slow_printer_takes_longer_for_every_answer(printer: IppPrinter) -> None:
    printer.slow_down(5)
    assert printer.handle(b"", 0.0)[1] == pytest.approx(5.02)


def test_pages_are_counted_also_in_documents_with_packed_objects(pdf: Pdf) -> None:
    assert [count_pages(pdf(pages)) for pages in (1, 3)] == [1, 3]
    assert count_pages(pdf(0)) is None
    assert count_pages(b"%PDF-1.7") is None


def test_tray_paper_and_toner_are_told_as_they_are(printer: IppPrinter, ask: Ask, print_job: Print, pdf: Pdf) -> None:
    printer.set_toner(4, 0.0)
    print_job(printer, pdf(2))
    told = ask(printer, GET_PRINTER, 10.0)
    tray = value(told, "printer-input-tray", GroupTag.PRINTER)
    assert isinstance(tray, bytes)
    assert b";level=248;" in tray
    assert b";maxcapacity=250;" in tray
    assert value(told, "marker-levels", GroupTag.PRINTER) == 4
    assert value(told, "marker-low-levels", GroupTag.PRINTER) == 5
    ready = value(told, "media-col-ready", GroupTag.PRINTER)
    assert isinstance(ready, tuple)
    assert {each.name: each.first for each in ready if each.name != "media-size"} == {
        "media-size-name": "iso_a4_210x297mm",
        "media-source": "tray-1",
        "media-type": "stationery",
    }
    (size,) = (each.first for each in ready if each.name == "media-size")
    assert isinstance(size, tuple)
    assert [each.first for each in size] == [21000, 29700]


def test_the_document_format_may_stand_twice_as_cups_sends_it(printer: IppPrinter, ask: Ask, pdf: Pdf) -> None:
    twice = [attribute("document-format", Tag.MIME_TYPE, f"application/{name}") for name in ("pdf", "octet-stream")]
    assert ask(printer, PRINT_JOB, 0.0, *twice, data=pdf(1)).code == 0
    names_twice = [attribute("job-name", Tag.NAME, "a")] * 2
    assert ask(printer, PRINT_JOB, 0.0, *names_twice, data=pdf(1)).code == 0x0400
