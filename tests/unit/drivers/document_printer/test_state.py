"""printer-state and printer-state-reasons in the words of XFS4IoT."""

import pytest

from drivers.document_printer.ipp import Attributes, Tag, Value, one
from drivers.document_printer.reasons import without_severity
from drivers.document_printer.state import status_from
from drivers.status import CoverState, DeviceState, MediaState, PaperState, PrinterStatus, TonerState

SEVERITIES = ("", "-error", "-warning", "-report")


def attributes(state: int | None = 3, *reasons: str, accepting: bool | None = None) -> Attributes:
    found: dict[str, tuple[Value, ...]] = {}
    if state is not None:
        found["printer-state"] = one(Tag.ENUM, state)
    if reasons:
        found["printer-state-reasons"] = tuple(Value(Tag.KEYWORD, reason) for reason in reasons)
    if accepting is not None:
        found["printer-is-accepting-jobs"] = one(Tag.BOOLEAN, accepting)
    return found


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize(
    ("reason", "part", "value", "trouble"),
    [
        ("media-empty", "paper", PaperState.OUT, "paper-out"),
        ("media-needed", "paper", PaperState.OUT, "paper-out"),
        ("media-low", "paper", PaperState.LOW, None),
        ("media-jam", "paper", PaperState.JAMMED, "jam"),
        ("media-jam", "media", MediaState.JAMMED, "jam"),
        ("toner-empty", "toner", TonerState.OUT, "toner-out"),
        ("marker-supply-empty", "toner", TonerState.OUT, "toner-out"),
        ("toner-low", "toner", TonerState.LOW, None),
        ("cover-open", "cover", CoverState.OPEN, "cover-open"),
        ("door-open", "cover", CoverState.OPEN, "cover-open"),
        ("offline", "device", DeviceState.OFFLINE, "offline"),
    ],
)
def test_a_reason_counts_whatever_its_severity(
    reason: str, part: str, value: object, trouble: str | None, severity: str
) -> None:
    found = status_from(attributes(4, reason + severity))
    assert getattr(found.status, part) is value
    assert found.reasons == (reason,)
    assert found.troubles() == ((trouble,) if trouble else ())


def test_nothing_wrong_is_online_with_everything_there() -> None:
    found = status_from(attributes(3, "none", accepting=True))
    assert found.status == PrinterStatus(
        DeviceState.ONLINE, MediaState.NOT_SUPPORTED, PaperState.FULL, TonerState.FULL, CoverState.CLOSED
    )
    assert found.troubles() == ()
    assert found.reasons == ()


def test_what_the_printer_does_not_tell_stays_unknown() -> None:
    assert status_from({}).status == PrinterStatus(media=MediaState.NOT_SUPPORTED)
    assert status_from(attributes(3)).status.paper is PaperState.UNKNOWN
    assert status_from(attributes(None, "none")).status.device is DeviceState.UNKNOWN


@pytest.mark.parametrize(
    ("first", "second"), [("media-empty-error", "media-low-warning"), ("media-low-warning", "media-empty-error")]
)
def test_empty_wins_over_low(first: str, second: str) -> None:
    assert status_from(attributes(5, first, second)).status.paper is PaperState.OUT


def test_a_stopped_printer_is_ill_unless_paper_or_toner_explain_it() -> None:
    assert status_from(attributes(5, "none")).status.device is DeviceState.HARDWARE_ERROR
    assert status_from(attributes(5, "none")).troubles() == ("printer-error",)
    assert status_from(attributes(5, "media-empty-error")).status.device is DeviceState.ONLINE
    assert status_from(attributes(5, "fuser-over-temp-error")).troubles() == ("printer-error",)


def test_a_printer_that_takes_no_jobs_is_offline() -> None:
    assert status_from(attributes(3, "none", accepting=False)).troubles() == ("offline",)


def test_only_a_severity_is_taken_off() -> None:
    assert without_severity("media-empty") == "media-empty"
    assert without_severity("media-empty-report") == "media-empty"
    assert without_severity("error-report-x") == "error-report-x"
