"""What a row of the table is: a command in a situation, and the status word the sheet wants there.

A step is a command in hexadecimal, or a function that works one out on the spot (a challenge must be answered). All
steps but the last must be answered with 9000; the last one's answer is what the row is about. Both clients run the same
row: a step gets its card through a `Desk` and does not know who talks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from card_table.clients import Talk
from card_table.oracle import Family


class Hands(Protocol):
    """What is done to a card from outside."""

    def fail_writes(self, count: int) -> None:
        """The next `count` commands that write answer 6581."""


class StepRefusedError(Exception):
    """A step before the last, or after it, was not answered with 9000."""


@dataclass(frozen=True)
class Desk:
    """One card on the table: who talks to it, hands, its cipher and its own key."""

    talk: Talk
    hands: Hands
    family: Family
    key: bytes

    def data(self, command: str) -> bytes:
        """The data of a command that must be answered with 9000."""
        answer = self.talk.send(command)
        if answer[-4:] != "9000":
            raise StepRefusedError(f"{answer[-4:]} for a step, {command[:10]}…")
        return bytes.fromhex(answer[:-4])


Step = str | Callable[[Desk], str | None]
"""A function may also do something of its own and answer None: nothing is sent then."""


@dataclass(frozen=True)
class Row:
    """`expected` is the exact status word; `answer` the data that must come with it, where they are known.

    `after` are steps that put back what the row did. A row that is not `anew` goes on in the session before it.
    """

    command: str
    expected: str
    about: str
    steps: tuple[Step, ...]
    answer: str | Callable[[Desk], str] | None = None
    after: tuple[Step, ...] = ()
    anew: bool = True

    @property
    def word(self) -> str:
        """As the sheet writes it: 63Cx, 61xx, 6Cxx."""
        if self.expected.startswith("63C"):
            return "63Cx"
        return f"{self.expected[:2]}xx" if self.expected[:2] in ("61", "6C") else self.expected

    def difference(self, desk: Desk) -> str:
        """Try it. Empty when the card did what the sheet says, else what it did."""
        try:
            got, wanted = self._tried(desk)
        except StepRefusedError as refused:
            return f"{self.command} {self.expected}, {self.about}: {refused}"
        if got[-4:] != self.expected:
            return f"{self.command} {self.expected}, {self.about}: {got[-4:]} instead"
        if wanted is not None and got[:-4] != wanted:
            return f"{self.command} {self.expected}, {self.about}: other data than the sheet says"
        return ""

    def _tried(self, desk: Desk) -> tuple[str, str | None]:
        """What the last step was answered with, and the data it should have been."""
        if self.anew:
            desk.talk.reset()
        *before, last = self.steps
        take(desk, *before)
        sent = _command(desk, last)
        assert sent is not None
        # 61xx and 6Cxx are answers to one frame: whoever fetches the whole never sees them.
        got = (desk.talk.once if self.word in ("61xx", "6Cxx") else desk.talk.send)(sent)
        wanted = self.answer(desk) if callable(self.answer) else self.answer
        take(desk, *self.after)
        return got, wanted


def take(desk: Desk, *steps: Step) -> None:
    """Steps that must all be answered with 9000."""
    for step in steps:
        command = _command(desk, step)
        if command is not None:
            desk.data(command)


def _command(desk: Desk, step: Step) -> str | None:
    command = step if isinstance(step, str) else step(desk)
    return None if command is None else command.upper()
