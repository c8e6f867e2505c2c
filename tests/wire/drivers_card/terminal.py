"""A terminal's card side as a process of its own: real lane, real link, real monitor; one JSON request a line.

A process of its own, because the PC/SC library keeps the first socket path it was given for as long as it lives.
"""

import dataclasses
import enum
import json
import queue
import re
import sys
from datetime import date
from typing import Any

from drivers.card_reader import pin, session
from drivers.card_reader.commands import SELECT_PSAM
from drivers.card_reader.events import ReaderEvent
from drivers.card_reader.facts import CardFacts
from drivers.card_reader.monitor import PcscMonitor
from drivers.card_reader.reader_status import after
from drivers.card_reader.sam import SamIndex
from drivers.lanes import Done, Outcome, ThreadLane
from drivers.links.pcsc import PcscLink, ReaderRoles
from drivers.operation import Operation
from drivers.pin_buffer import PinBuffer
from drivers.status import CardReaderStatus

USER = "Kiosk User 00 00"
TODAY = date(2026, 5, 4)


def plain(value: Any) -> Any:
    """Anything an operation or the monitor gives, as JSON can have it."""
    match value:
        case date():
            return value.isoformat()
        case enum.Enum():
            return value.name
        case bytes():
            return value.hex().upper()
        case _ if dataclasses.is_dataclass(value):
            fields = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
            return {"is": type(value).__name__, **fields}
    return value


class Terminal:
    """What the tests may ask for."""

    def __init__(self) -> None:
        # A single reader with both roles would do as well: the PSAM is found by its answer.
        roles = ReaderRoles(re.compile("Kiosk"), re.compile("Kiosk"), SELECT_PSAM.wire())
        self.lane = ThreadLane("card_reader", PcscLink(roles))
        self.events: queue.Queue[Any] = queue.Queue()
        self.status = CardReaderStatus()
        self.monitor = PcscMonitor(self.happened)
        self.index = SamIndex()
        self.facts: CardFacts | None = None
        self.steps: list[str] = []

    def happened(self, event: ReaderEvent) -> None:
        self.status = after(self.status, event, USER.__eq__)
        self.events.put(event)

    def next_event(self) -> dict[str, Any]:
        try:
            return dict(plain(self.events.get(timeout=30)))
        except queue.Empty:
            return {"is": "nothing", "status": plain(self.status)}

    def run(self, operation: Operation[Any], deadline: float = 30.0) -> dict[str, Any]:
        outcomes: queue.Queue[Outcome[Any]] = queue.Queue()
        self.steps = []
        self.lane.submit(operation, outcomes.put, deadline=deadline, on_progress=self.steps.append)
        outcome = outcomes.get()
        if isinstance(outcome, Done):
            if isinstance(outcome.value, CardFacts):
                self.facts = outcome.value
            return {"done": plain(outcome.value), "steps": self.steps}
        error = outcome.error
        return {"failed": type(error).__name__, "facts": dict(error.facts), "shown": repr(outcome)}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        match request:
            case {"do": "watch"}:
                self.monitor.start()
                return {}
            case {"do": "event"}:
                return self.next_event()
            case {"do": "events so far"}:
                return {"count": self.events.qsize()}
            case {"do": "status"}:
                return dict(plain(self.status))
            case {"do": "read"}:
                operation = session.read_card(TODAY, sam=request.get("sam", True), index=self.index)
                return self.run(operation, request.get("deadline", 30.0))
            case {"do": "tries"}:
                return self.run(pin.pin_tries())
            case {"do": "verify", "digits": str(digits)}:
                buffer = PinBuffer()
                for digit in digits:
                    buffer.press(int(digit))
                return self.run(pin.verify_pin(buffer.hand_over()))
            case {"do": "same card"} if self.facts is not None:
                return self.run(session.same_card(self.facts))
            case {"do": "value", "file": int(sfi), "tag": int(tag), "length": int(length)} if self.facts is not None:
                return self.run(session.read_value(self.facts, sfi, tag, length))
            case {"do": "end"}:
                return self.run(session.end_session())
        return {"error": "what?"}


def main() -> None:
    terminal = Terminal()
    for line in sys.stdin:
        print(json.dumps(terminal.answer(json.loads(line)), ensure_ascii=False), flush=True)
    terminal.monitor.stop()
    assert terminal.lane.stop()


if __name__ == "__main__":
    main()
