"""PDF documents, requests and a printer that takes one second to wake up and one a page."""

import io
from collections.abc import Callable

import pikepdf
import pytest

from hardware_sim.ipp_printer.codec import (
    Attribute,
    Group,
    GroupTag,
    Message,
    Tag,
    attribute,
    decode,
    encode,
)
from hardware_sim.ipp_printer.machine import Speed
from hardware_sim.ipp_printer.printer import IppPrinter

URI = "ipp://127.0.0.1:1/ipp/print"
PRINT_JOB = 0x0002

Pdf = Callable[[int], bytes]
Ask = Callable[..., Message]
Print = Callable[..., int]


@pytest.fixture
def printer() -> IppPrinter:
    return IppPrinter(uri=URI, speed=Speed(warm_up=1, page=1))


@pytest.fixture(scope="session")
def pdf() -> Pdf:
    def make(pages: int) -> bytes:
        document = pikepdf.new()
        for _ in range(pages):
            document.add_blank_page(page_size=(595, 842))
        out = io.BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()

    return make


@pytest.fixture
def ask() -> Ask:
    """Send one operation; `more` are operation attributes, `job` those of the job template."""

    def send(
        printer: IppPrinter,
        operation: int,
        now: float = 0.0,
        *more: Attribute,
        job: tuple[Attribute, ...] = (),
        data: bytes = b"",
    ) -> Message:
        head = (
            attribute("attributes-charset", Tag.CHARSET, "utf-8"),
            attribute("attributes-natural-language", Tag.LANGUAGE, "en"),
            attribute("printer-uri", Tag.URI, URI),
            attribute("requesting-user-name", Tag.NAME, "kiosk"),
        )
        groups = [Group(GroupTag.OPERATION, head + more)] + ([Group(GroupTag.JOB, job)] if job else [])
        body, _ = printer.handle(encode(Message((2, 0), operation, 7, tuple(groups), data)), now)
        return decode(body)

    return send


@pytest.fixture
def print_job(ask: Ask) -> Print:
    """Print a document and return the job's number."""

    def send(printer: IppPrinter, document: bytes, now: float = 0.0, *job: Attribute) -> int:
        answer: Message = ask(printer, PRINT_JOB, now, job=job, data=document)
        assert answer.code == 0
        made = answer.group(GroupTag.JOB)
        assert made is not None
        number = made.find("job-id")
        assert number is not None
        assert isinstance(number.first, int)
        return number.first

    return send
