"""What the reasons of a printer and of a job mean: every keyword of RFC 8011, 5.4.12 and 5.3.8, and CUPS's "offline".

A keyword that is not here is kept as it came, for the technician, and claims nothing.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class Part(Enum):
    """Which part of the printer a reason is about, and how it is with it."""

    PAPER_OUT = "paper-out"
    PAPER_LOW = "paper-low"
    JAM = "jam"
    TONER_OUT = "toner-out"
    TONER_LOW = "toner-low"
    COVER = "cover-open"
    OUTPUT = "output-full"
    AWAY = "offline"
    BUSY = "busy"
    WORN = "service"
    """A part wears out or is not ready: it matters only if the printer stopped for it."""
    NOTHING = "nothing"


_PARTS: Final = {
    Part.PAPER_OUT: ("media-empty", "media-needed", "input-tray-missing"),
    Part.PAPER_LOW: ("media-low",),
    Part.JAM: ("media-jam",),
    Part.TONER_OUT: ("toner-empty", "marker-supply-empty"),
    Part.TONER_LOW: ("toner-low", "marker-supply-low"),
    Part.COVER: ("cover-open", "door-open", "interlock-open"),
    Part.OUTPUT: ("output-area-full", "output-tray-missing"),
    Part.AWAY: (
        *("connecting-to-device", "deleting", "moving-to-paused", "offline", "paused", "shutdown", "stopping"),
        "timed-out",
    ),
    Part.BUSY: ("interpreter-resource-unavailable", "spool-area-full"),
    Part.WORN: (
        *("developer-empty", "developer-low", "fuser-over-temp", "fuser-under-temp", "marker-waste-almost-full"),
        *("marker-waste-full", "opc-life-over", "opc-near-eol", "output-area-almost-full"),
    ),
    Part.NOTHING: ("none", "other", "stopped-partly"),
}
PRINTER_REASONS: Final[Mapping[str, Part]] = MappingProxyType(
    {reason: part for part, reasons in _PARTS.items() for reason in reasons}
)
"""By the keyword without its severity."""

# how much a reason matters is the suffix; makers use it as they like (ippeveprinter always says -report)
_SEVERITIES: Final = ("-error", "-warning", "-report")


def without_severity(reason: str) -> str:
    """``media-empty-warning`` is ``media-empty``."""
    return next((reason.removesuffix(suffix) for suffix in _SEVERITIES if reason.endswith(suffix)), reason)


class JobMeaning(Enum):
    """What a job-state-reason says of the paper."""

    ON_ITS_WAY = "on its way"
    WAITS = "waits"
    """Nothing moves until somebody or something helps."""
    TAKEN_BACK = "taken back"
    GIVEN_UP = "given up"
    DONE = "done"
    REMARK = "remark"
    """Done, with a remark that is kept."""
    DOUBTFUL = "doubtful"
    """Called done, and errors with it."""


_MEANINGS: Final = {
    JobMeaning.ON_ITS_WAY: (
        *("none", "job-incoming", "job-outgoing", "job-interpreting", "job-queued", "job-transforming"),
        *("job-queued-for-marker", "job-printing", "processing-to-stop-point", "queued-in-device"),
        *("printer-stopped-partly", "job-restartable"),
    ),
    JobMeaning.WAITS: (
        *("job-data-insufficient", "job-hold-until-specified", "printer-stopped", "resources-are-not-ready"),
        "service-off-line",
    ),
    JobMeaning.TAKEN_BACK: ("job-canceled-by-user", "job-canceled-by-operator", "job-canceled-at-device"),
    JobMeaning.GIVEN_UP: (
        *("aborted-by-system", "submission-interrupted", "document-access-error", "document-format-error"),
        *("unsupported-document-format", "compression-error", "unsupported-compression"),
    ),
    JobMeaning.DONE: ("job-completed-successfully",),
    JobMeaning.REMARK: ("job-completed-with-warnings",),
    JobMeaning.DOUBTFUL: ("job-completed-with-errors",),
}
JOB_REASONS: Final[Mapping[str, JobMeaning]] = MappingProxyType(
    {reason: meaning for meaning, reasons in _MEANINGS.items() for reason in reasons}
)

SAYS_NOTHING: Final = frozenset({JobMeaning.ON_ITS_WAY, JobMeaning.DONE})
"""Not worth a word at the end of a job."""
