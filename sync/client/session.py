"""Runs a job: signs each request, has it sent, and learns the centre's time when the two clocks differ too much.

The centre refuses a signature whose time is off by more than five minutes and gives its own time with every answer. The
difference is then added when signing, for this run and the next ones of the process; the machine's clock stays. A
difference over a day is not believed: somebody has to look.

That time comes in a field that nobody signs. A request signed for a time to come can be kept back and is good then: to
most requests that does nothing, for they count once or only ask; a question would be done long after the person has
gone. It is signed for no later time than the authority's signed one (the heartbeat's) bears out; by the machine's clock
only until that was heard for the first time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sync.client.outcomes import Answer, Job, NoAnswer, Outcome, Stopped, date_of, problem_of
from sync.client.questions import PATH as QUESTIONS
from sync.protocol.exchange import Request, Response
from sync.protocol.signatures import NONCE_BYTES, WINDOW_SECONDS, sign
from sync.protocol.suites import Signer

MAX_CLOCK_DIFFERENCE_SECONDS: Final = 86_400
_NEVER_LATE: Final = frozenset({("POST", QUESTIONS)})
_CLOCK_CODES: Final = ("signature-too-old", "signature-from-the-future")

Send = Callable[[Request], Answer]
"""Sends one request over the network."""


def _never_measured() -> int | None:
    return None


@dataclass
class Session:
    """One terminal's voice. `random` gives n random octets; `clock_difference` is centre minus terminal, in seconds.

    `measured`: the same in milliseconds by the centre's last signed time; None when there was none yet.
    """

    terminal: str
    signer: Signer
    send: Send
    now: Callable[[], datetime]
    random: Callable[[int], bytes]
    clock_difference: int = 0
    measured: Callable[[], int | None] = _never_measured

    def run(self, job: Job) -> Outcome:
        """Drive a job to its end."""
        try:
            request = next(job)
            while True:
                answer = self._ask(request)
                if isinstance(answer, Response) and answer.status == 401 and _is_about_time(answer):
                    job.close()
                    return Stopped("clock-differs")
                request = job.send(answer)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome

    def _ask(self, request: Request) -> Answer:
        answer = self.send(self._signed(request))
        if isinstance(answer, NoAnswer) or answer.status != 401 or not _is_about_time(answer):
            return answer
        theirs = date_of(answer.headers.get("date", ""))
        if theirs is None:
            return answer
        difference = round((theirs - self.now()).total_seconds())
        if abs(difference) > MAX_CLOCK_DIFFERENCE_SECONDS:
            return answer
        self.clock_difference = difference
        return self.send(self._signed(request)) if self._added(request) == difference else answer

    def _added(self, request: Request) -> int:
        """To the machine's clock, in seconds."""
        if (request.method, request.route) not in _NEVER_LATE:
            return self.clock_difference
        borne_out = (self.measured() or 0) // 1000
        return self.clock_difference if self.clock_difference <= borne_out + WINDOW_SECONDS else borne_out

    def _signed(self, request: Request) -> Request:
        at = int(self.now().timestamp()) + self._added(request)
        return sign(request, self.signer, terminal=self.terminal, now=at, nonce=self.random(NONCE_BYTES))


def _is_about_time(answer: Response) -> bool:
    problem = problem_of(answer)
    return problem is not None and problem.code in _CLOCK_CODES
