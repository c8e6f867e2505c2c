"""From what the ports and readers answered to the report of `--find`, and to its lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from drivers.discovery.port import Busy, Found, Gone, NotPermitted, PortAnswer, Silent
from drivers.operation import FoundReaders
from kiosk.diagnostics.findings import Part
from kiosk.diagnostics.judging import plain, words
from kiosk.diagnostics.report import FindReport, PortDocument
from kiosk.diagnostics.shown import Language
from kiosk.diagnostics.snippet import Located, family, snippet

NO_READERS = FoundReaders((), None)
_MARKS = {
    "found": ("✓", "green"),
    "silent": ("–", "bright_black"),
    "busy": ("?", "bold yellow"),
    "not-permitted": ("?", "bold yellow"),
    "gone": ("×", "bold red"),
}


def find_report(answers: Iterable[PortAnswer], readers: FoundReaders) -> FindReport:
    """`readers`: who is who among the PC/SC readers; the first of several slots is the citizen's."""
    ports = tuple(_document(answer) for answer in answers)
    located = [
        Located(each.part, each.port, each.baud, _told(each), each.make or "")
        for each in ports
        if each.part and each.baud is not None
    ]
    user = _user_reader(readers)
    return FindReport(
        ports=ports, user_reader=user, sam_reader=readers.sam, settings=snippet(located, user, readers.sam)
    )


def _user_reader(readers: FoundReaders) -> str | None:
    """A dual reader shows its PSAM's neighbour slot as a reader of its own: another reader is the citizen's first."""
    other = [name for name in readers.user if readers.sam is None or family(name) != family(readers.sam)]
    return next(iter((*other, *readers.user)), None)


def _document(answer: PortAnswer) -> PortDocument:
    match answer:
        case Found(port=port, kind=kind, make=make, baud=baud, facts=facts):
            told = {name: plain(word) for name, word in facts.items()}
            return PortDocument(
                port=port, answer="found", part=Part(kind.value), make=plain(make), baud=baud, facts=told
            )
        case Silent(port=port):
            return _nobody(port, "silent")
        case Busy(port=port):
            return _nobody(port, "busy")
        case NotPermitted(port=port):
            return _nobody(port, "not-permitted")
        case Gone(port=port, reason=reason):
            return _nobody(port, "gone", {"reason": reason} if reason else {})


def _nobody(port: str, answer: str, facts: dict[str, str] | None = None) -> PortDocument:
    return PortDocument.model_validate(
        {"port": port, "answer": answer, "part": None, "make": None, "baud": None, "facts": facts or {}}
    )


def _told(port: PortDocument) -> str:
    return " ".join((port.make or "", port.facts.get("version", "") or port.facts.get("module", ""))).strip()


def shown(report: FindReport, language: Language) -> RenderableType:
    """A line for each port and reader, then the settings."""

    def say(id: str) -> str:
        told = words(f"diagnose.{id}")
        return told.zh if language == "zh" else told.en

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)
    table.add_column()
    for port in report.ports:
        mark, style = _MARKS[port.answer]
        who = say(f"part.{port.part}") if port.part else ""
        told = " ".join((_told(port), str(port.baud) if port.baud else "", port.facts.get("reason", ""))).strip()
        answer = Text(f"{mark} {say(f'find.{port.answer}')}", style=style)
        table.add_row(answer, Text(port.port), Text(who, style="bold"), Text(told, style="bright_black"))
    for part, reader in ((Part.CARD_READER, report.user_reader), (Part.PSAM, report.sam_reader)):
        if reader:
            found = Text(f"✓ {say('find.found')}", style="green")
            table.add_row(found, Text(plain(reader)), Text(say(f"part.{part}"), style="bold"), Text("PC/SC"))
    lines = [] if table.row_count else [Text(say("find.nothing"))]
    settings = Text(report.settings.rstrip(), style="bright_black")
    return Group(table, *lines, Text(), Text(say("find.snippet"), style="bold"), settings)
