"""A recording on disk: NDJSON, a header, one line a piece or phrase in the order they happened, an end.

Everything that can be wrong in a file is told with the file, the line, the field, what stands there and what to do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hardware_sim.shapes import shape_of

Device = Literal[
    "card-reader", "psam-reader", "id-reader", "pin-pad", "barcode-reader", "receipt-printer", "a4-printer"
]


class RecordingError(Exception):
    """A file that is no recording; `where` is line and field."""

    def __init__(self, file: str, where: str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}: {where}: {problem}. {remedy}")
        self.file = file
        self.where = where
        self.problem = problem
        self.remedy = remedy


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Header(_Line):
    """How the devices were made, and what was done to them before the recording began."""

    recording: Literal[1] = 1
    seed: int
    pace: float = Field(ge=0)
    a4_uri: str
    before: list[str] = Field(default_factory=list)


class Passed(_Line):
    """A piece on a wire: `to` the device or `from` it. `at` in seconds, `hex` with secrets blanked.

    `hex` is empty when a card gave no answer.
    """

    at: float
    device: Device
    direction: Literal["to", "from"]
    hex: str = Field(pattern=r"^([0-9A-F]{2})*$")
    zh: str = ""
    en: str = ""

    @property
    def data(self) -> bytes:
        return bytes.fromhex(self.hex)


class Done(_Line):
    """Somebody said this phrase; pressed digits are blanked."""

    at: float
    do: str


class End(_Line):
    """The recording ended here."""

    end: float


Event = Passed | Done


@dataclass(frozen=True)
class Recording:
    """A file read. `end` is the time of the last line if whoever recorded was killed."""

    header: Header
    events: tuple[Event, ...]
    end: float

    def of(self, device: str) -> list[Passed]:
        """What passed on one wire."""
        return [event for event in self.events if isinstance(event, Passed) and event.device == device]

    @property
    def devices(self) -> list[str]:
        """The devices whose wire was used, in the order of their first byte."""
        return list(dict.fromkeys(event.device for event in self.events if isinstance(event, Passed)))


def read_recording(path: Path) -> Recording:
    """Raises RecordingError for the first thing that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise RecordingError(str(path), "the file", error.strerror or "not readable", "Check the path.") from None
    except UnicodeDecodeError:
        raise RecordingError(str(path), "the file", "is not text in UTF-8", "Give a recording.") from None
    if not lines:
        raise RecordingError(str(path), "line 1", "the file is empty", "Record again.")
    header = _header(path, lines[0])
    events: list[Event] = []
    end: float | None = None
    for number, line in enumerate(lines[1:], start=2):
        if end is not None:
            raise RecordingError(str(path), f"line {number}", "stands after the end", "Remove what follows the end.")
        read = _event(path, number, line)
        if isinstance(read, End):
            end = read.end
        else:
            events.append(read)
    # half a frame is written when it is given up, with the time at which it came
    events.sort(key=lambda event: event.at)
    return Recording(header, tuple(events), end if end is not None else events[-1].at if events else 0.0)


def _header(path: Path, line: str) -> Header:
    try:
        return Header.model_validate(_json(path, 1, line))
    except ValidationError as error:
        raise _wrong(path, 1, error, "This is no recording, or one of another version.") from None


def _event(path: Path, number: int, line: str) -> Passed | Done | End:
    document = _json(path, number, line)
    kind = Done if "do" in document else End if "end" in document else Passed
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        raise _wrong(path, number, error, "Mend or remove this line.") from None


def _json(path: Path, number: int, line: str) -> dict[str, object]:
    try:
        document = json.loads(line)
    except ValueError:
        raise RecordingError(str(path), f"line {number}", "is not JSON", "Mend or remove this line.") from None
    if not isinstance(document, dict):
        raise RecordingError(
            str(path), f"line {number}", f"is {shape_of(document)}, not an object", "Mend or remove this line."
        )
    return document


def _wrong(path: Path, number: int, error: ValidationError, remedy: str) -> RecordingError:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "the line"
    problem = f"{first['msg'].removeprefix('Value error, ')}; there is {shape_of(first.get('input'))}"
    return RecordingError(str(path), f"line {number}, {field}", problem, remedy)
