"""Every keyword of RFC 8011 for reasons has a meaning, and no other has one."""

import pytest

from drivers.document_printer.ipp import Attributes, Tag, Value, one
from drivers.document_printer.reasons import JOB_REASONS, PRINTER_REASONS, JobMeaning, Part
from drivers.document_printer.state import status_from
from drivers.status import DeviceState, PaperState

# written down from RFC 8011, 5.4.12 and 5.3.8, apart from the tables under test
PRINTER_WORDS = """other none connecting-to-device cover-open deleting developer-empty developer-low door-open
fuser-over-temp fuser-under-temp input-tray-missing interlock-open interpreter-resource-unavailable marker-supply-empty
marker-supply-low marker-waste-almost-full marker-waste-full media-empty media-jam media-low media-needed
moving-to-paused opc-life-over opc-near-eol output-area-almost-full output-area-full output-tray-missing paused
shutdown spool-area-full stopped-partly stopping timed-out toner-empty toner-low"""
JOB_WORDS = """none job-incoming job-data-insufficient document-access-error submission-interrupted job-outgoing
job-hold-until-specified resources-are-not-ready printer-stopped-partly printer-stopped job-interpreting job-queued
job-transforming job-queued-for-marker job-printing job-canceled-by-user job-canceled-by-operator job-canceled-at-device
aborted-by-system unsupported-compression compression-error unsupported-document-format document-format-error
processing-to-stop-point service-off-line job-completed-successfully job-completed-with-warnings
job-completed-with-errors job-restartable queued-in-device"""
PRINTER_KEYWORDS, JOB_KEYWORDS = PRINTER_WORDS.split(), JOB_WORDS.split()


def attributes(state: int, *reasons: str) -> Attributes:
    return {
        "printer-state": one(Tag.ENUM, state),
        "printer-state-reasons": tuple(Value(Tag.KEYWORD, reason) for reason in reasons),
    }


def test_the_tables_hold_the_keywords_of_the_rfc_and_the_one_of_cups() -> None:
    assert sorted(PRINTER_REASONS) == sorted([*PRINTER_KEYWORDS, "offline"])
    assert sorted(JOB_REASONS) == sorted(JOB_KEYWORDS)


TROUBLE = {
    Part.PAPER_OUT: ("paper-out",),
    Part.JAM: ("jam",),
    Part.TONER_OUT: ("toner-out",),
    Part.COVER: ("cover-open",),
    Part.OUTPUT: ("output-full",),
    Part.AWAY: ("offline",),
}


@pytest.mark.parametrize("keyword", [keyword for keyword in PRINTER_KEYWORDS if keyword != "none"])
@pytest.mark.parametrize("severity", ["", "-error", "-warning", "-report"])
def test_a_keyword_is_kept_and_says_what_it_means_and_no_more(keyword: str, severity: str) -> None:
    found = status_from(attributes(4, keyword + severity))
    assert found.reasons == (keyword,)
    assert found.troubles() == TROUBLE.get(PRINTER_REASONS[keyword], ())


@pytest.mark.parametrize("keyword", [keyword for keyword, part in PRINTER_REASONS.items() if part is Part.WORN])
def test_a_worn_part_matters_when_the_printer_stopped_for_it(keyword: str) -> None:
    assert status_from(attributes(4, keyword)).troubles() == ()
    assert status_from(attributes(5, keyword)).troubles() == ("printer-error",)


def test_a_keyword_nobody_knows_is_kept_and_claims_nothing() -> None:
    found = status_from(attributes(3, "acme-staples-low-warning", "none"))
    assert found.reasons == ("acme-staples-low",)
    assert found.troubles() == ()
    assert found.status.device is DeviceState.ONLINE
    assert found.status.paper is PaperState.FULL


def test_a_printer_short_of_memory_is_busy_and_not_ill() -> None:
    found = status_from(attributes(3, "spool-area-full"))
    assert (found.status.device, found.troubles()) == (DeviceState.DEVICE_BUSY, ())


def test_a_queue_at_rest_remembers_and_does_not_know() -> None:
    said = {**attributes(3, "media-empty-error", "cover-open"), "cups-version": one(Tag.TEXT, "2.4.2")}
    resting = status_from(said)
    assert resting.hearsay
    assert resting.reasons == ("media-empty", "cover-open"), "for the technician"
    assert resting.troubles() == ()
    assert resting.status.paper is PaperState.UNKNOWN
    working = status_from({**said, "printer-state": one(Tag.ENUM, 4)})
    assert working.troubles() == ("paper-out", "cover-open")
    paused = status_from({**attributes(5, "paused"), "cups-version": one(Tag.TEXT, "2.4.2")})
    assert paused.troubles() == ("offline",)


@pytest.mark.parametrize("keyword", JOB_KEYWORDS)
def test_only_an_end_with_errors_is_doubtful(keyword: str) -> None:
    assert (JOB_REASONS[keyword] is JobMeaning.DOUBTFUL) == (keyword == "job-completed-with-errors")
