"""One question and its answer on the module's line, and the line's speed.

Source: GA 450 / GA 467 as documented in the open protocol pages. Every command of the module only reads, so a command
may be repeated; what may never happen is that a late answer is taken for the answer to a later command (it could show
the previous person's card).
"""

from collections.abc import Callable, Iterable
from typing import Final

from drivers.errors import DeviceError, NotGenuine, ProtocolError, Refused, Timeout
from drivers.id_reader import commands
from drivers.id_reader.commands import Command, Remedy, Sw3, remedy
from drivers.id_reader.frames import Answer, FrameParser, request_frame
from drivers.operation import Operation, ReadUntil, SetBaud, Write

TRIES: Final = 3
_SETTLE_SECONDS: Final = 3.0  # a module busy with a read answers the next command only after it
_QUIET_SECONDS: Final = 0.2
_DRAIN_READS: Final = 64


class ModuleLine:
    """Remembers whether the module still owes an answer, and which speeds are possible when that is not certain."""

    def __init__(self, clock: Callable[[], float], device: str) -> None:
        """``clock`` gives monotonic seconds; ``device`` is the name in errors."""
        self.device = device
        self._clock = clock
        # at start too: a process before us may have died between its command and the answer
        self._answer_owed = True
        self._possible_rates: tuple[int, ...] = ()

    def ask_for_good(self, command: Command) -> Operation[Answer]:
        """As ``ask``, but a bad answer is an error: Refused (facts ``command``, ``sw``, ``remedy``) or NotGenuine."""
        answer = yield from self.ask(command)
        if not command.good_answer(answer):
            raise self.refused(command, answer)
        return answer

    def ask(self, command: Command) -> Operation[Answer]:
        """Send a command and take its answer, good or bad; again when the module saw a broken request."""
        yield from self.settle()
        for _ in range(TRIES):
            answer = yield from self._exchange(command, command.seconds, bad_counts=True)
            if answer.sw[2] != Sw3.WRONG_CHECK:
                return answer
        raise ProtocolError(self.device, shape="module sees wrong check sums", command=command.name, times=TRIES)

    def settle(self) -> Operation[None]:
        """Make sure that no answer of an earlier command is still on its way, and that the speeds agree.

        The module answers in order, and "done, no data" (or 60, 66) answers only this command, a reset and a change of
        speed: once it has come, everything that could be taken for a find, select or read has come too. Should it be an
        older one's, then its own comes later, fits none of those either, and is thrown away.
        """
        if self._possible_rates:
            yield from self.find_baud(self._possible_rates)
        elif self._answer_owed:
            yield from self._exchange(commands.MODULE_STATE, _SETTLE_SECONDS, bad_counts=False)

    def find_baud(self, rates: Iterable[int]) -> Operation[int]:
        """Ask at each of the speeds in turn; the line stays at the first that is answered. Timeout: at none."""
        tried = tuple(rates)
        for rate in tried:
            yield SetBaud(rate)
            try:
                yield from self._exchange(commands.MODULE_STATE, commands.MODULE_STATE.seconds, bad_counts=False)
            except (Timeout, ProtocolError) as error:
                if _ours(error):
                    continue
                raise
            self._possible_rates = ()
            yield from self._wait_for_quiet()
            return rate
        self._possible_rates = tried  # the line stands at the last of them, which is as good as any
        raise Timeout(self.device, command=commands.MODULE_STATE.name, rates=len(tried))

    def change_baud(self, rate: int, current: int) -> Operation[None]:
        """Let the module and then the line go to another speed, and see that they understand each other there.

        Should the answer not come, nobody knows whether the module went: it is looked for at both speeds. If it stayed,
        the line stays too and the error is raised. After a cancel the next question looks for it first.
        """
        yield from self.settle()
        command = commands.set_baud(rate)
        self._possible_rates = (rate, current)
        try:
            answer = yield from self._exchange(command, command.seconds, bad_counts=True)
        except Timeout as silence:
            if not _ours(silence) or (yield from self.find_baud(self._possible_rates)) != rate:
                raise
            return
        if not command.good_answer(answer):
            self._possible_rates = ()
            raise self.refused(command, answer)
        if (yield from self.find_baud(self._possible_rates)) != rate:
            raise ProtocolError(self.device, shape="said yes to a speed and did not go", command=command.name)

    def refused(self, command: Command, answer: Answer) -> NotGenuine | Refused:
        """The error for a bad answer. Fact ``remedy`` where the SW3 is a known one."""
        sw3 = answer.sw[2]
        if sw3 == Sw3.CARD_NOT_GENUINE:
            return NotGenuine(self.device, command=command.name, sw=f"{sw3:04x}")
        what = remedy(sw3)
        facts = {"remedy": what.value} if what is not None else {}
        return Refused(self.device, command=command.name, sw=f"{sw3:04x}", **facts)

    def _exchange(self, command: Command, seconds: float, *, bad_counts: bool) -> Operation[Answer]:
        """One command, one answer. Frames that cannot be its answer are thrown away and counted."""
        yield from self._drain()
        parser = FrameParser()
        discarded = 0
        self._answer_owed = True
        yield Write(request_frame(command.code))
        end = self._clock() + seconds
        while (left := end - self._clock()) > 0:
            received: bytes = yield ReadUntil(left)
            for answer in parser.feed(received):
                ill = remedy(answer.sw[2]) is Remedy.OUT_OF_SERVICE
                if command.good_answer(answer) or (command.bad_answer(answer) and (bad_counts or ill)):
                    self._answer_owed = False
                    return answer
                discarded += 1
        raise Timeout(self.device, command=command.name, discarded=discarded, wrong_checks=parser.wrong_checks)

    def _drain(self) -> Operation[None]:
        """Throw away what lies in the line's buffer. A line that never falls silent is broken."""
        yield from self._silent(0.0)

    def _wait_for_quiet(self) -> Operation[None]:
        """A change of speed and a question for the state are answered alike: let a second such answer go by."""
        yield from self._silent(_QUIET_SECONDS)

    def _silent(self, seconds: float) -> Operation[None]:
        for _ in range(_DRAIN_READS):
            if not (yield ReadUntil(seconds)):
                return
        raise ProtocolError(self.device, shape="the line never falls silent")


def _ours(error: DeviceError) -> bool:
    """Raised in this room; a Timeout without facts is the lane's: our time is over."""
    return bool(error.facts)
