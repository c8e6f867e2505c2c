"""Asks fresh devices what a recording asked, and compares what they say, byte for byte, wire by wire."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hardware_sim import people
from hardware_sim.meaning import Direction
from hardware_sim.recording.decoders import DECODERS
from hardware_sim.recording.file import Passed, Recording
from hardware_sim.recording.memory import MemoryHall
from hardware_sim.station.hall import CannotError
from hardware_sim.station.understanding import NotUnderstoodError, understand, with_any_digits

_GRACE = 0.25
"""Seconds: what fresh devices say this close to the end of the recording may have come too late to be recorded."""
_SHOWN = 24


@dataclass(frozen=True)
class Difference:
    """Where one wire first differs: bytes said before, then what was recorded and what is said now."""

    offset: int
    at: float
    recorded: bytes
    replayed: bytes


@dataclass(frozen=True)
class WireReport:
    """One wire. `asked` and `answered` count bytes of the recording."""

    device: str
    asked: int
    answered: int
    difference: Difference | None


@dataclass(frozen=True)
class Report:
    """All wires, but those of the card readers: a card's random numbers differ each time. They are named, and so are
    phrases that could not be said again."""

    wires: tuple[WireReport, ...]
    not_replayed: tuple[str, ...]
    not_said: tuple[str, ...]

    @property
    def same(self) -> bool:
        return all(wire.difference is None for wire in self.wires)


def replay(recording: Recording, personas: Path = people.FOLDER) -> Report:
    """Play the recording to devices made as its header says."""
    header = recording.header
    hall = MemoryHall(seed=header.seed, pace=header.pace, a4_uri=header.a4_uri, personas=personas)
    not_said = [phrase for phrase in header.before if not _say(hall, phrase)]
    for event in recording.events:
        hall.advance(event.at)
        if not isinstance(event, Passed):
            if not _say(hall, event.do):
                not_said.append(event.do)
        elif event.direction == "to" and event.device in hall.wires:
            hall.wires[event.device].hear(event.data)
    hall.advance(recording.end + _GRACE)
    return Report(
        wires=tuple(_compare(hall, recording, device) for device in recording.devices if device in hall.wires),
        not_replayed=tuple(device for device in recording.devices if device not in hall.wires),
        not_said=tuple(not_said),
    )


def _say(hall: MemoryHall, phrase: str) -> bool:
    try:
        understand(with_any_digits(phrase))(hall)
    except (CannotError, NotUnderstoodError):
        return False
    return True


def _compare(hall: MemoryHall, recording: Recording, device: str) -> WireReport:
    passed = recording.of(device)
    recorded = [event for event in passed if event.direction == "from"]
    said = _as_recorded(passed, hall.wires[device].sent, device)
    return WireReport(
        device,
        asked=sum(len(event.data) for event in passed if event.direction == "to"),
        answered=sum(len(event.data) for event in recorded),
        difference=_difference([(event.at, event.data) for event in recorded], said, recording.end - _GRACE),
    )


def _as_recorded(passed: list[Passed], sent: list[tuple[float, bytes]], device: str) -> list[tuple[float, bytes]]:
    """What the devices said now, through the decoder that blanked the recording."""
    decoder = DECODERS[device]()
    asked = [(event.at, Direction.TO_DEVICE, event.data) for event in passed if event.direction == "to"]
    said = [(at, Direction.FROM_DEVICE, data) for at, data in sent]
    out: list[tuple[float, bytes]] = []
    # at the same time the question came first
    for at, direction, data in sorted(asked + said, key=lambda each: each[0]):
        pieces = decoder.hear(direction, data)
        if direction is Direction.FROM_DEVICE:
            out += [(at, piece.data) for piece in pieces]
    end = sent[-1][0] if sent else 0.0
    return out + [(end, piece.data) for direction, piece in decoder.rest() if direction is Direction.FROM_DEVICE]


def _difference(
    recorded: list[tuple[float, bytes]], said: list[tuple[float, bytes]], surely: float
) -> Difference | None:
    """The first difference of the two streams; more said after `surely` is none."""
    then, now = b"".join(data for _, data in recorded), b"".join(data for _, data in said)
    offset = next((at for at, (one, other) in enumerate(zip(then, now, strict=False)) if one != other), None)
    if offset is None:
        offset = min(len(then), len(now))
        if len(then) == len(now) or (len(now) > len(then) and _time_of(said, offset) > surely):
            return None
    at = _time_of(recorded, offset) if offset < len(then) else _time_of(said, offset)
    return Difference(offset, at, then[offset : offset + _SHOWN], now[offset : offset + _SHOWN])


def _time_of(stream: list[tuple[float, bytes]], offset: int) -> float:
    for at, data in stream:
        if offset < len(data):
            return at
        offset -= len(data)
    return stream[-1][0] if stream else 0.0
