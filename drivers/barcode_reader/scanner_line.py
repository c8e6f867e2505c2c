"""One question and its answer on a scanner's line.

Answers and scanned text share the line, and no answer says what it answers. So the line is brought to silence before
each question, and a question's answer is looked for in what comes after it, up to a limit. An answer that did not come
in time may still come: it is waited for before anything else, or it would stand in front of the next code's text.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from drivers.barcode_reader.lines import LONGEST_LINE, SILENCE_SECONDS
from drivers.errors import ProtocolError, Timeout
from drivers.operation import Operation, ReadUntil, Write

A = TypeVar("A")
_QUIET_READS: Final = 64


class ScannerLine:
    """Asks questions; remembers only until when the answer to the last one may still come."""

    def __init__(self, clock: Callable[[], float], device: str) -> None:
        """``clock`` gives monotonic seconds; ``device`` is the name in errors."""
        self.device = device
        self.now = clock
        self._late_until = clock()

    def owes_nothing(self) -> None:
        """Whoever was asked did not understand the question, so that no answer is on its way."""
        self._late_until = self.now()

    def quiet(self) -> Operation[None]:
        """Let everything go by that is on its way, up to a short silence: half a line before it must not become one.

        ProtocolError: the line never falls silent.
        """
        for _ in range(_QUIET_READS):
            if (late := self._late_until - self.now()) <= 0:
                break
            yield ReadUntil(late)
        for _ in range(_QUIET_READS):
            if not (yield ReadUntil(SILENCE_SECONDS)):
                return
        raise ProtocolError(self.device, shape="the line never falls silent")

    def ask(self, name: str, question: bytes, answer: Callable[[bytes], A | None], seconds: float) -> Operation[A]:
        """Send ``question`` and give all that arrives to ``answer`` until it finds one. Timeout (fact ``command``)."""
        yield from self.quiet()
        received = b""
        end = self.now() + seconds
        self._late_until = end + seconds  # as long again
        yield Write(question)
        while (left := end - self.now()) > 0:
            received = (received + (yield ReadUntil(left)))[-LONGEST_LINE:]
            if (found := answer(received)) is not None:
                self.owes_nothing()
                return found
        raise Timeout(self.device, command=name, bytes=len(received))
