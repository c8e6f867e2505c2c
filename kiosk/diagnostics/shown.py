"""The report as people read it in a terminal window: one line a device with a mark and a word, never colour alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Literal

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kiosk.clock import HALL_ZONE
from kiosk.diagnostics.findings import DEVICES, Part, Result
from kiosk.diagnostics.judging import words
from kiosk.diagnostics.report import (
    BenchReport,
    CryptoDocument,
    EventDocument,
    Health,
    PartDocument,
    Report,
    SelfTest,
    TimesDocument,
    Words,
)
from kiosk.texts import catalogue

Language = Literal["zh", "en"]

_MARK: Mapping[Health, tuple[str, str]] = {
    Health.WELL: ("✓", "green"),
    Health.ILL: ("×", "bold red"),
    Health.UNKNOWN: ("?", "bold yellow"),
    Health.NOT_FITTED: ("–", "bright_black"),
}
_RESULT: Mapping[Result, tuple[str, str]] = {
    Result.PASS: ("✓", "green"),
    Result.FAIL: ("×", "bold red"),
    Result.UNCLEAR: ("?", "bold yellow"),
    Result.NOT_RUN: ("–", "bright_black"),
}
_QUIET = {
    "cover": {"closed"},
    "toner": {"full", "notSupported"},
    "media": {"unknown"},
    "chip": set[str](),
    "encryption": {"unknown"},
    "battery": {"operational", "full", "unknown"},
}
"""Words that say nothing new in a line; `chip` is told only when it is mute."""

_PORT = 26
"""Cells for what a device is."""


def overview(report: Report, language: Language) -> RenderableType:
    """Every part on a line, then what to do next, then the suite of algorithms, then the verdict."""
    say = _sayer(language)
    table = Table.grid(padding=(0, 2))
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, max_width=_PORT)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for justify in ("left", "right", "left"):
        table.add_column(no_wrap=True, justify=justify)
    for part in report.parts:
        table.add_row(*_line(part, language, say))
    head = say("head.terminal", terminal=report.terminal, software=report.software, at=_minute(report.at))
    return Group(
        Text.assemble((say("head.title"), "bold"), "  ", (head, "bright_black")),
        Text(),
        table,
        *_next_steps(report.parts, language, say),
        *_crypto(report.crypto, language),
        Text(),
        _verdict(report, say),
    )


def detail(part: PartDocument, language: Language) -> RenderableType:
    """All that is known of one part."""
    say = _sayer(language)
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="bright_black")
    table.add_column(overflow="fold")
    if part.name in DEVICES:
        identity = part.identity
        for name, value in (
            ("model", identity.model),
            ("firmware", identity.firmware),
            ("serial-number", identity.serial_number),
        ):
            # as text: what a device says of itself is no markup
            table.add_row(say(f"head.{name}"), Text(value) if value else Text(say("head.not-told"), "bright_black"))
    table.add_row(say("head.port"), Text(part.identity.port or "-"))
    table.add_row(say("head.status"), _words(part.status))
    if part.capabilities:
        table.add_row(say("head.capabilities"), _words(part.capabilities))
    table.add_row(say("head.self-test"), _steps(part.self_test, say))
    if part.name in DEVICES or part.name in (Part.JOURNAL, Part.SNAPSHOT):
        table.add_row(say("head.history"), _history(part, say))
    if part.next is not None:
        table.add_row(say("head.advice"), Text(_in(part.next, language), style="bold"))
    mark, style = _MARK[part.health]
    title = Text.assemble((f"{mark} ", style), (_in(part.title, language), "bold"), f"  {say(f'health.{part.health}')}")
    if part.fault:
        title.append(f"  {part.fault}", "red")
    return Group(title, Padding(table, (0, 0, 1, 2)))


def bench(report: BenchReport, language: Language) -> RenderableType:
    """Every try that is worth a line, the sums, and what to do when it did not pass."""
    say = _sayer(language)
    title = say("bench.title", part=_in(words(f"diagnose.part.{report.part}"), language))
    passed = sum(each.result is Result.PASS for each in report.tries)
    mark, style = _RESULT[report.result]
    told = [Text(title, style="bold"), Text()]
    for each in report.tries:
        sign, colour = _RESULT[each.result]
        line = Text.assemble("  ", (sign, colour), f" {say('bench.try', number=str(each.number))}  {each.ms:8.1f} ms")
        told.append(line.append(f"  {each.detail}" if each.detail else "", "bright_black"))
    counts = say("bench.counts", passed=str(passed), wanted=str(report.wanted), failures=str(report.failures))
    told += [Text(), Text.assemble((f"{mark} ", style), (counts, "bold"))]
    if report.times is not None:
        told.append(Text("  " + say("bench.times", **_figures(report.times))))
    told += [Text.assemble("  ", (f"{name} ", "bright_black"), value) for name, value in report.facts.items()]
    if report.next is not None:
        told.append(Text(f"  → {_in(report.next, language)}", style="bold"))
    return Group(*told)


def step_name(step: str, language: Language) -> str:
    """A step as people call it; a number (a try of a bench) as it is."""
    id = f"diagnose.step.{step}"
    return _in(words(id), language) if id in catalogue() else step


# --- lines ---

_Say = Callable[..., str]


def _sayer(language: Language) -> _Say:
    def say(id: str, **facts: str) -> str:
        return _in(words(f"diagnose.{id}", **facts), language)

    return say


def _in(told: Words, language: Language) -> str:
    return told.zh if language == "zh" else told.en


def _line(part: PartDocument, language: Language, say: _Say) -> Iterator[Text]:
    mark, style = _MARK[part.health]
    dim = "bright_black" if part.health is Health.NOT_FITTED else ""
    yield Text.assemble((f"{mark} {say(f'health.{part.health}')}", style))
    yield Text(_in(part.title, language), style=dim or "bold")
    yield Text(_what_it_is(part), style="bright_black")
    yield Text(_state(part, say))
    yield _test(part.self_test, say) if part.health is not Health.NOT_FITTED else Text()
    yield Text(f"{part.self_test.ms:.0f} ms" if part.self_test.ms else "", style="bright_black")
    faults = part.history.faults if part.history else 0
    yield Text(say("head.faults", faults=str(faults)) if faults else "", style="yellow")


def _what_it_is(part: PartDocument) -> str:
    """The model, or the end of the port, which tells more than its beginning."""
    told = (part.identity.model or part.identity.port or "") if part.name in DEVICES else ""
    return told if len(told) <= _PORT else ".." + told[2 - _PORT :]


def _state(part: PartDocument, say: _Say) -> str:
    id = f"line.{part.name}"
    if f"diagnose.{id}" in catalogue():
        facts = {name: _minute(value) if name == "now" else value for name, value in part.status.items()}
        return say(id, **facts) if facts else ""
    told = []
    for name, word in part.status.items():
        known = f"diagnose.word.{name}.{word}" in catalogue()
        if not known or word in _QUIET.get(name, ()) or (name == "chip" and word != "hardwareError"):
            continue
        told.append(say(f"word.{name}.{word}"))
    return " · ".join(told)


def _test(test: SelfTest, say: _Say) -> Text:
    if not test.ran:
        return Text(say("head.no-test"), style="bright_black")
    return Text(say("head.test", passed=str(test.passed), ran=str(test.ran)), style=_RESULT[test.result][1])


def _next_steps(parts: tuple[PartDocument, ...], language: Language, say: _Say) -> Iterator[RenderableType]:
    table = Table.grid(padding=(0, 2))
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column()
    for part in parts:
        if part.next is None:
            continue
        mark, style = ("!", "yellow") if part.health is Health.WELL else _MARK[part.health]
        name = Text.assemble("  ", (f"{mark} ", style), (_in(part.title, language), "bold"))
        table.add_row(name, Text(part.fault or "", style="red"), Text(_in(part.next, language)))
    if table.row_count:
        yield from (Text(), Text(say("head.next"), style="bold"), table)


def _crypto(crypto: CryptoDocument | None, language: Language) -> Iterator[RenderableType]:
    if crypto is None:
        return
    yield from (Text(), Text(_in(crypto.line, language), style="bright_black"))
    if crypto.next is not None:
        mark, style = _MARK[Health.ILL]
        yield Text.assemble("  ", (f"{mark} ", style), _in(crypto.next, language))


def _verdict(report: Report, say: _Say) -> Text:
    count = sum(part.health is report.verdict for part in report.parts)
    if report.verdict is Health.ILL and report.crypto is not None and report.crypto.next is not None:
        count += 1
    mark, style = _MARK[report.verdict]
    facts = {} if report.verdict is Health.WELL else {"count": str(count)}
    return Text(f"{mark} {say(f'verdict.{report.verdict}', **facts)}", style=style)


def _steps(test: SelfTest, say: _Say) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for step in test.steps:
        mark, style = _RESULT[step.result]
        name = say(f"step.{step.name}") if f"diagnose.step.{step.name}" in catalogue() else step.name
        table.add_row(
            Text.assemble((mark, style), f" {name}"),
            Text(say(f"result.{step.result}"), style=style),
            Text("" if step.ms is None else f"{step.ms:.1f} ms", style="bright_black"),
            Text(step.detail, style="bright_black"),
        )
    return table if test.steps else Text(say("head.no-test"), style="bright_black")


def _history(part: PartDocument, say: _Say) -> RenderableType:
    history = part.history
    if history is None:
        return Text(say("head.no-history"), style="bright_black")
    told: list[Text] = []
    if history.faults:
        told.append(Text(say("head.times", faults=str(history.faults), recoveries=str(history.recoveries))))
        if history.last_fault is not None:
            told.append(Text(say("head.last-fault", **_event(history.last_fault)), style="bright_black"))
    else:
        told.append(Text(say("head.no-faults")))
    if history.prints:
        ends = {word: str(history.prints.get(word, 0)) for word in ("printed", "failed", "unknown")}
        told.append(Text(say("head.prints", **ends)))
    return Group(*told)


def _event(event: EventDocument) -> dict[str, str]:
    return {"at": _minute(event.at), "fault": event.fault or "", "detail": event.detail}


def _words(named: Mapping[str, str]) -> Text:
    told = Text()
    for name, word in named.items():
        told.append("  " if told else "").append(f"{name} ", "bright_black").append(word)
    return told


def _figures(times: TimesDocument) -> dict[str, str]:
    return {"min": f"{times.min:.1f}", "median": f"{times.median:.1f}", "max": f"{times.max:.1f}"}


def _minute(stamp: str) -> str:
    return datetime.fromisoformat(stamp).astimezone(HALL_ZONE).strftime("%Y-%m-%d %H:%M")
