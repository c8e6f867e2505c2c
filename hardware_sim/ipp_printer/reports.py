"""What the printer tells about its present state and about a job, as IPP attributes (RFC 8011, 5.3 and 5.4)."""

from __future__ import annotations

from collections.abc import Callable

from hardware_sim.ipp_printer import description
from hardware_sim.ipp_printer.codec import Attribute, Group, Tag, attribute
from hardware_sim.ipp_printer.machine import Job, JobState, Machine


def printer_attributes(machine: Machine, uri: str, up_seconds: int) -> tuple[Attribute, ...]:
    """The printer description attributes that change."""
    reasons = [*machine.errors(), *machine.warnings()]
    web = "http:" + uri.partition(":")[2].partition("/ipp")[0] + "/"
    return (
        attribute("marker-levels", Tag.INTEGER, machine.toner),
        attribute("printer-input-tray", Tag.OCTETS, _tray(machine.sheets)),
        attribute("printer-is-accepting-jobs", Tag.BOOLEAN, True),
        attribute("printer-more-info", Tag.URI, web),
        attribute("printer-state", Tag.ENUM, machine.state),
        attribute("printer-state-message", Tag.TEXT, ", ".join(reasons) or "ready"),
        attribute("printer-state-reasons", Tag.KEYWORD, *(reasons or ["none"])),
        attribute("printer-up-time", Tag.INTEGER, up_seconds),
        attribute("printer-uri-supported", Tag.URI, uri),
        attribute("queued-job-count", Tag.INTEGER, sum(not job.state.final for job in machine.jobs)),
        attribute("uri-authentication-supported", Tag.KEYWORD, "none"),
        attribute("uri-security-supported", Tag.KEYWORD, "none"),
    )


def _tray(sheets: int) -> bytes:
    """PWG 5100.13, 5.6: what RFC 3805 has in its prtInput table, as text."""
    fixed = f"type=sheetFeedAutoRemovableTray;mediafeed=29700;mediaxfeed=21000;maxcapacity={description.TRAY_SHEETS};"
    return f"{fixed}level={sheets};status=0;name={description.TRAY_NAME};".encode()


def job_attributes(
    job: Job, uri: str, up_seconds: Callable[[float], int], now: float, *, printer_stopped: bool
) -> tuple[Attribute, ...]:
    """Everything about a job; `up_seconds` turns a moment into printer-up-time."""

    def moment(name: str, at: float | None) -> Attribute:
        return attribute(name, Tag.NO_VALUE, None) if at is None else attribute(name, Tag.INTEGER, up_seconds(at))

    reasons = job_reasons(job, printer_stopped=printer_stopped)
    return (
        attribute("job-id", Tag.INTEGER, job.number),
        attribute("job-uri", Tag.URI, f"{uri}/{job.number}"),
        attribute("job-printer-uri", Tag.URI, uri),
        attribute("job-name", Tag.NAME, job.name),
        attribute("job-originating-user-name", Tag.NAME, job.user),
        attribute("job-state", Tag.ENUM, job.state),
        attribute("job-state-reasons", Tag.KEYWORD, *reasons),
        attribute("job-state-message", Tag.TEXT, ", ".join(reasons)),
        attribute("job-printer-up-time", Tag.INTEGER, up_seconds(now)),
        moment("time-at-creation", job.created),
        moment("time-at-processing", job.started),
        moment("time-at-completed", job.ended),
        attribute("job-k-octets", Tag.INTEGER, (len(job.document) + 1023) // 1024),
        attribute("job-impressions", Tag.INTEGER, job.impressions_wanted),
        attribute("job-impressions-completed", Tag.INTEGER, job.impressions),
        attribute("job-media-sheets-completed", Tag.INTEGER, job.sheets),
        attribute("number-of-documents", Tag.INTEGER, 1),
    )


def job_reasons(job: Job, *, printer_stopped: bool) -> list[str]:
    """job-state-reasons; a job that waits for a stopped printer says so, whether it began or not."""
    match job.state:
        case JobState.COMPLETED:
            return ["job-completed-successfully"]
        case JobState.CANCELED:
            return ["job-canceled-by-user"]
        case JobState.ABORTED:
            return ["aborted-by-system", "document-format-error"]
        case JobState.PROCESSING:
            return ["job-printing"]
    return ["printer-stopped"] if printer_stopped else ["none"]


def requested(operation: Group, by_group: dict[str, tuple[Attribute, ...]]) -> tuple[Attribute, ...]:
    """What `requested-attributes` asks for; everything when it is not given."""
    asked = operation.find("requested-attributes")
    words = set(asked.texts()) if asked is not None else {"all"}
    return tuple(
        each
        for group, attributes in by_group.items()
        for each in attributes
        if "all" in words or group in words or each.name in words
    )
