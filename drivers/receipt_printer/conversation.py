"""Questions to the printer and its answers, within one operation.

Answers to DLE EOT look all alike, and so do those to GS r: one that came late would be taken for the next. What is
still owed is therefore remembered from operation to operation, and waited for before anything new is believed.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drivers.operation import Operation, ReadUntil, Write
from drivers.receipt_printer.condition import Condition
from drivers.receipt_printer.make import Make
from drivers.receipt_printer.replies import Reply, ReplyKind, ReplyReader

_REAL_TIME: Final = b"\x10\x04"
_QUESTIONS: Final = (1, 2, 3, 4)
_ANSWER_SECONDS: Final = 0.8  # a real-time answer comes at once; this is for a slow USB bridge
_SURPLUS_SECONDS: Final = 0.1
_PAPER_SECONDS: Final = 2.0
_SETTLE_SECONDS: Final = 5.0
_QUIET_SECONDS: Final = 0.5
_TOGETHER_SECONDS: Final = 0.05  # four bytes take 4 ms at 9600 baud
_ANY_NUMBER: Final = 1 << 30
_DRAIN_READS: Final = 64
_TRIES: Final = 3


@dataclass
class Owed:
    """Answers that may still come; from the start, since a process before us may have asked and died."""

    real_time: bool = True
    queued: bool = True


class Conversation:
    """``heard`` holds, in their order, the automatic statuses and queued answers that nobody took yet."""

    def __init__(self, clock: Callable[[], float], make: Make, owed: Owed) -> None:
        """``clock`` gives monotonic seconds."""
        self.heard: deque[Reply] = deque()
        self._clock = clock
        self._make = make
        self._owed = owed
        self._replies = ReplyReader()
        self._real_time = bytearray()

    @property
    def full(self) -> bool:
        """The printer asked us to stop sending."""
        return self._replies.full

    def listen(self, seconds: float) -> Operation[bool]:
        """Wait at most ``seconds`` for bytes. Answer: whether any came."""
        received: bytes = yield ReadUntil(seconds)
        for reply in self._replies.feed(received):
            if reply.kind is ReplyKind.REAL_TIME:
                self._real_time += reply.data
            else:
                self.heard.append(reply)
        if not received and seconds >= _TOGETHER_SECONDS:
            self._replies.silence()
        return bool(received)

    def ask(self) -> Operation[Condition | None]:
        """What is the matter with it; None when it stays silent.

        While an answer is owed, a byte too many makes the whole reading worthless, and it is taken anew.
        """
        if not self._make.real_time:
            byte = yield from self._ask_paper(_PAPER_SECONDS)
            return None if byte is None else Condition.from_queued(byte)
        for _ in range(_TRIES):
            owed = self._owed.real_time
            for _read in range(_DRAIN_READS):
                if not (yield from self.listen(0.0)):
                    break
            self._real_time.clear()
            self._owed.real_time = True
            for n in _QUESTIONS:
                yield Write(_REAL_TIME + bytes([n]))
                if not (yield from self._collect(n, _ANSWER_SECONDS)):
                    return None
            wanted = len(_QUESTIONS)
            if len(self._real_time) == wanted and not (
                owed and (yield from self._collect(wanted + 1, _SURPLUS_SECONDS))
            ):
                self._owed.real_time = False
                return Condition.from_real_time(*self._real_time)
        return None

    def settle(self) -> Operation[bool]:
        """Make sure that no queued answer of an earlier print is still to come: it would prove a print that never was.

        Answer: whether the printer answers at all. Nothing to do when nothing is owed.
        """
        return not self._owed.queued or (yield from self._ask_paper(_SETTLE_SECONDS)) is not None

    def ask_queued(self) -> Operation[None]:
        """Put the question behind the print data; its answer is found in ``heard``."""
        self._owed.queued = True
        self._replies.queued_pending = _ANY_NUMBER  # one is right; more must be seen, not passed over
        yield Write(self._make.queued_status.value)

    def stands_alone(self) -> Operation[bool]:
        """Whether the queued answer just heard is one indeed.

        The last three bytes of an automatic status whose first was lost on the line look like three such answers.
        """
        if self._make.automatic_status:
            for _ in range(_DRAIN_READS):
                if not (yield from self.listen(_TOGETHER_SECONDS)):
                    break
        self._replies.queued_pending = 0
        others = [reply for reply in self.heard if reply.kind is not ReplyKind.QUEUED]
        alone = len(others) == len(self.heard)
        self._owed.queued = not alone
        self.heard = deque(others)
        return alone

    def _ask_paper(self, seconds: float) -> Operation[int | None]:
        """An idle printer answers at once, and after that answer, or after a late one before it, falls silent."""
        self._owed.queued = True
        self._replies.queued_pending = _ANY_NUMBER
        yield Write(self._make.queued_status.value)
        end = self._clock() + seconds
        last: int | None = None
        while (left := end - self._clock()) > 0:
            if not (yield from self.listen(left if last is None else min(left, _QUIET_SECONDS))):
                break
            for reply in self.heard:
                last = reply.data[0] if reply.kind is ReplyKind.QUEUED else last
            self.heard.clear()
        self._replies.queued_pending = 0
        self._owed.queued = last is None
        return last

    def _collect(self, wanted: int, seconds: float) -> Operation[bool]:
        """Read until ``wanted`` real-time bytes were found, for at most ``seconds``."""
        end = self._clock() + seconds
        while len(self._real_time) < wanted:
            if (left := end - self._clock()) <= 0:
                return False
            yield from self.listen(left)
        return True
