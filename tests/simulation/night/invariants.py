"""What must hold after each step of the night, whatever people, devices, disk and network do (design, section 6.4)."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any
from weakref import ref

from night.bench import Bench
from night.cast import Cast, Somebody
from night.chain import BrokenError, Chain
from night.life import ProcessLife
from night.memory import reachable_texts
from night.printers import DocumentPaperPath, Paper, ReceiptPaperPath

from drivers.pin_buffer import PinHandle
from drivers.pin_pad.entry import CardPinEntered
from kiosk.catalogue.entries import entries
from kiosk.certificates.number import parse_number
from kiosk.custody import CardPlace
from kiosk.effects import Append, Effect
from kiosk.events import CardRemoved, Completed, Event, PinCounted, PinEntered
from kiosk.identity import NOBODY, Level
from kiosk.jobs import JobState
from kiosk.local_number import LocalNumber
from kiosk.screen import CheckResult, Processing, Question, Result, ResultKind, ResultTable, Screen
from kiosk.sessions.state import (
    Choosing,
    EnteringPin,
    Identifying,
    InMenu,
    Leaving,
    Serving,
    Standby,
    Starting,
    Taking,
    VerifyingPin,
)
from kiosk.terminal import State
from kiosk.text import Text
from kiosk.texts import render

FINAL = frozenset({"printed", "failed", "unknown"})
NOBODYS = (Starting, Standby, Choosing, Identifying, Taking, Leaving)
"""Phases in which nobody is identified any more, or not yet."""
_UNNOTICED = 0.45
"""Seconds within which the card service reports a pull."""
_PIN_LIVES = 0.5
"""Seconds within which a session's end has reached the chip."""
_LOCAL = re.compile(r"T\d{3}-\d{8}-\d+-\d{6}-[0-9A-Z]")
_COPY = re.compile(r"(?:重印|REPRINT) (\d+)")
_LAST_LINE = re.compile(r"咨询电话 12333|Questions: 12333")


@functools.cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(kind))


@functools.lru_cache(maxsize=100_000)
def _both(text: Text) -> str:
    return render(text, "zh") + "\n" + render(text, "en")


def spoken(value: Any) -> Iterator[str]:
    """Every text in a screen, as both languages would show it."""
    if isinstance(value, Text):
        yield _both(value)
    elif isinstance(value, Enum) or value is None or isinstance(value, bool | int | float):
        return
    elif isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from spoken(each)
    else:
        for name in _names(type(value)):
            yield from spoken(getattr(value, name))


class Invariants:
    """Looks on. It never touches what it looks at."""

    def __init__(
        self,
        cast: Cast,
        bench: Bench,
        receipts: ReceiptPaperPath,
        documents: DocumentPaperPath,
        chain: Chain,
        now: Callable[[], float],
        call_later: Callable[[float, Callable[[], None]], Any],
        *,
        look_into_memory_every: int,
        not_memory: tuple[type[Any], ...],
    ) -> None:
        self._cast = cast
        self._not_memory = not_memory
        self._bench = bench
        self._receipts = receipts
        self._documents = documents
        self.chain = chain
        self._now = now
        self._call_later = call_later
        self._every = look_into_memory_every
        self._ends = 0
        self.sessions: list[str] = []
        self._known_sessions: set[str] = set()
        self._screen: Screen | None = None
        self._checked: tuple[Screen, str] | None = None
        self._results: dict[str, Result] = {}
        self._shown_by: dict[str, str] = {}
        self._pins_confirmed = 0
        self._nothing_typed = False
        self._handles: list[ref[PinHandle]] = []
        self._pages_seen: set[str] = set()
        self._receipts_seen = 0
        self.tickets: dict[tuple[str, int], list[Paper]] = {}
        self.memory_looks = 0
        self.texts_checked = 0
        self.printed_checked = 0

    # called by the night

    def shown(self, screen: Screen) -> None:
        """A new screen is before the person."""
        self._screen = screen
        self._pages_seen.add(screen.page.value)

    def process_gone(self) -> None:
        """The terminal's process was killed: nothing is shown."""
        self._screen = None
        self._handles.clear()

    @property
    def pages_seen(self) -> frozenset[str]:
        return frozenset(self._pages_seen)

    def after(self, life: ProcessLife, before: State, event: Event, effects: tuple[Effect, ...]) -> None:
        """One step is over."""
        state = life.state
        new = self.chain.catch_up()
        self._prints_follow_their_course(new)
        self._custody_goes_first(before, state, event, effects)
        self._level_is_proved(life, state)
        self._wiped(life, before, state)
        self._pin(before, event, state)
        self._screen_shows_the_owner_alone(state)
        self._what_is_shown_is_recorded(state)
        self._sort_papers()

    # nothing accepted is lost, one result per act

    def _what_is_shown_is_recorded(self, state: State) -> None:
        phase = state.session.phase
        screen = self._screen
        if not isinstance(phase, Serving) or screen is None:
            return
        body = screen.body
        if isinstance(body, ResultTable | CheckResult):
            self._act_is_in_the_chain(phase.state.number.text, state.session.id, {phase.item})
        elif isinstance(body, Result) and body.reference:
            number = body.reference
            if number.startswith("ZM-"):
                self._certificate_is_in_the_chain(number, state.session.id)
            else:
                # a check hands over to the application of another item
                items = set(entries()) if body.kind is ResultKind.RECORDED else {phase.item}
                self._act_is_in_the_chain(number, state.session.id, items)
            first = self._results.setdefault(number, body)
            if first.kind is not body.kind:
                raise BrokenError(f"{number} had the result {first.kind.value} and now has {body.kind.value}")

    def _act_is_in_the_chain(self, number: str, session: str | None, items: set[str]) -> None:
        if self._shown_by.get(number) == session:
            return
        LocalNumber.parse(number)
        act = self.chain.act(int(number.split("-")[3]))
        if act is None or act.get("session") != session or act.get("item") not in items:
            raise BrokenError(f"{number} is shown and the chain does not hold this act")
        if number in self._shown_by:
            raise BrokenError(f"{number} is shown to two sessions")
        self._shown_by[number] = str(session)

    def _certificate_is_in_the_chain(self, number: str, session: str | None) -> None:
        if self._shown_by.get(number) == session:
            return
        parts = parse_number(number)
        act = self.chain.act(parts.counter)
        if act is None or act.get("session") != session or number not in self.chain.issued:
            raise BrokenError(f"certificate {number} is shown and the chain does not hold it")
        self._shown_by[number] = str(session)

    # prints

    def _prints_follow_their_course(self, new: list[Mapping[str, Any]]) -> None:
        for header in new:
            if "job" not in header:
                continue
            states = self.chain.jobs[str(header["job"])]
            course = (["queued"], ["queued", "sending"])
            if states not in course and not (states[-1] in FINAL and states[:-1] in course):
                raise BrokenError(f"print {header['job']} went {' -> '.join(states)}")
            if states[-1] in FINAL:
                job, state = str(header["job"]), states[-1]
                # looked at when the printer has had time to show what it does
                self._call_later(3.0, functools.partial(self.print_agrees, job, state))

    def print_agrees(self, job: str, state: str) -> None:
        """What the chain says of a print and what came out of the printer."""
        self._sort_papers()
        self._documents.look()
        self.printed_checked += 1
        if self.chain.job_headers[job].get("medium") == "paper":
            certain = out = self._documents.printed.count(job)
        else:
            papers = self.tickets.get(_ticket_key(job), [])
            out = len(papers)
            # what a stopped printer held comes out when staff mend it, and they take it away
            certain = sum(not each.by_staff for each in papers)
        if state == "printed" and out != 1:
            raise BrokenError(f"print {job} is printed and {out} papers with it came out")
        if state == "failed" and certain:
            raise BrokenError(f"print {job} failed and came out all the same")
        if out > 1:
            raise BrokenError(f"print {job} came out {out} times")

    def _sort_papers(self) -> None:
        papers = self._receipts.papers
        while self._receipts_seen < len(papers):
            paper = papers[self._receipts_seen]
            self._receipts_seen += 1
            numbers = set(_LOCAL.findall(paper.text))
            if len(numbers) > 1:
                raise BrokenError(f"one receipt bears {len(numbers)} numbers: two people's receipts hang together")
            if len(self._cast.named_in(paper.text)) > 1:
                raise BrokenError("one receipt names two people")
            if numbers and paper.whole and _LAST_LINE.search(paper.text):
                copy = _COPY.search(paper.text)
                key = (numbers.pop(), int(copy.group(1)) if copy else 0)
                self.tickets.setdefault(key, []).append(paper)

    # custody

    def _custody_goes_first(self, before: State, state: State, event: Event, effects: tuple[Effect, ...]) -> None:
        session = state.session.id
        if session is not None and session not in self._known_sessions:
            self._known_sessions.add(session)
            self.sessions.append(session)
            unaccounted = before.custody.card in (CardPlace.OFFERED, CardPlace.LEFT)
            if unaccounted and not isinstance(event, CardRemoved):
                raise BrokenError(f"session {session} began while a card was {before.custody.card.value}")
            if before.custody.card is CardPlace.HELD and before.custody.session is not None:
                raise BrokenError(f"session {session} began on the card of {before.custody.session}")
            card = self._bench.card
            if card is not None and card.verified:
                raise BrokenError(f"session {session} began on a card whose PIN stood verified")
        if isinstance(event, CardRemoved) and before.custody.card is not CardPlace.ABSENT:
            said = [effect.action for effect in effects if isinstance(effect.action, Append)]
            wanted = "collected" if before.custody.card is CardPlace.LEFT else "taken"
            if not any(each.kind == "custody" and each.header["state"] == wanted for each in said):
                raise BrokenError(f"a card that was {before.custody.card.value} went and nobody recorded it")
        held = state.custody
        if held.card is CardPlace.OFFERED and self._now() - held.since > 31.0:
            raise BrokenError("a card was offered for more than 31 seconds and not reported left")

    # identity

    def owner(self, state: State) -> Somebody | None:
        """Who is identified in this session."""
        holder = state.session.identity.holder
        if holder is None:
            return None
        return self._cast.of_number[holder.id_number]

    def _level_is_proved(self, life: ProcessLife, state: State) -> None:
        session = state.session
        if isinstance(session.phase, Serving) and session.identity.level < life.rules.entries[session.phase.item].level:
            raise BrokenError(f"{session.phase.item} is served at level {session.identity.level.name}")
        owner = self.owner(state)
        if owner is None:
            return
        card = self._card_before_the_terminal()
        if card is None or card.owner is not owner:
            raise BrokenError(f"session {session.id} goes on for somebody whose card is not in the reader")
        in_place = self._bench.card is card and self._bench.reaches_the_card(_UNNOTICED)
        if session.identity.level >= Level.L2 and in_place and not card.verified:
            raise BrokenError(f"session {session.id} has level L2 and the card knows of no PIN")

    def _card_before_the_terminal(self) -> Any:
        """The card in the reader, or the one pulled so lately that nobody can know yet."""
        at, pulled = self._bench.last_pull
        return pulled if self._now() - at <= _UNNOTICED else self._bench.card

    def _screen_shows_the_owner_alone(self, state: State) -> None:
        if self._screen is None:
            return
        owner = self.owner(state)
        mark = (self._screen, owner.key if owner else "")
        if self._checked is not None and self._checked[0] is mark[0] and self._checked[1] == mark[1]:
            return
        self._checked = mark
        self.texts_checked += 1
        # a check shows what was typed and what follows from it: round sums that anybody may have
        typed = isinstance(self._screen.body, CheckResult | Question)
        foreign = self._cast.belonging_to_others("\n".join(spoken(self._screen)), owner, amounts=not typed)
        if foreign:
            raise BrokenError(f"page {self._screen.page.value} shows {len(foreign)} words of somebody else")
        if isinstance(self._screen.body, Processing) and owner is None and state.session.identity is not NOBODY:
            raise BrokenError("somebody is served who is nobody")

    # the wipe

    def _wiped(self, life: ProcessLife, before: State, state: State) -> None:
        phase = state.session.phase
        if isinstance(phase, NOBODYS) and state.session.identity != NOBODY:
            raise BrokenError(f"somebody is still identified in {type(phase).__name__}")
        if before.session.identity != NOBODY and state.session.identity == NOBODY:
            self._ends += 1
            self._call_later(_PIN_LIVES, lambda: self._nothing_outlives(life))
            if self._ends % self._every == 0:
                self._look_into_memory(life)
        typed_here = isinstance(before.session.phase, EnteringPin | VerifyingPin)
        if typed_here and not isinstance(phase, EnteringPin | VerifyingPin):
            # a cancelled VERIFY tidies up on its lane, which is not this step
            self._call_later(_PIN_LIVES, functools.partial(self._no_digits, tuple(self._handles)))

    @staticmethod
    def _no_digits(handles: tuple[ref[PinHandle], ...]) -> None:
        for each in handles:
            handle = each()
            if handle is not None and handle.count:
                raise BrokenError("a typed PIN outlives the page it was typed on")

    def _nothing_outlives(self, life: ProcessLife) -> None:
        if not life.span.alive:
            return
        card, session = self._bench.card, life.state.session
        if card is not None and card.verified and not isinstance(session.phase, VerifyingPin | InMenu | Serving):
            raise BrokenError("a verified PIN outlives its session in the chip")

    def _look_into_memory(self, life: ProcessLife) -> None:
        self._call_later(_PIN_LIVES, lambda: self._nobody_is_in_memory(life))

    def _nobody_is_in_memory(self, life: ProcessLife) -> None:
        """Every text reachable from state, screen, performer and lanes belongs to whoever is identified now."""
        if not life.span.alive or any(
            job.state in (JobState.QUEUED, JobState.SENDING, JobState.PRINTING)
            for job in life.state.jobs.running.values()
        ):
            return  # a print that was accepted still has its document
        self.memory_looks += 1
        owner = self.owner(life.state)
        roots = [life.terminal.state, life.terminal._shown, life.performer, *life.lanes]
        for text, way in reachable_texts(roots, stop_at=self._not_memory):
            if self._cast.belonging_to_others(text, owner):
                raise BrokenError(f"after a session somebody's words are still in memory: {way()}")

    # the PIN

    def _pin(self, before: State, event: Event, state: State) -> None:
        if isinstance(state.session.phase, EnteringPin):
            if not isinstance(before.session.phase, EnteringPin):
                self._nothing_typed = True
            elif isinstance(event, PinCounted):
                if self._nothing_typed and event.count > 1:
                    raise BrokenError(f"the PIN page begins with {event.count - 1} digits that nobody typed on it")
                self._nothing_typed = False
        confirmed = _confirmed(event)
        if confirmed is not None:
            self._pins_confirmed += 1
            self._handles = [each for each in self._handles if each() is not None]
            self._handles.append(ref(confirmed))
        if self._bench.pins_in_all > self._pins_confirmed:
            raise BrokenError("a PIN went to a card that nobody had confirmed, or twice")


def _confirmed(event: Event) -> PinHandle | None:
    """The PIN that somebody has just confirmed, on the screen or on the pad."""
    match event:
        case PinEntered(handle=handle) | Completed(result=CardPinEntered(handle=handle)):
            return handle
    return None


def _ticket_key(job: str) -> tuple[str, int]:
    """A receipt job is <session>-<local number>-<print>; the second print is the first reprint."""
    match = _LOCAL.search(job)
    if match is None:
        raise BrokenError(f"the job {job} names no act")
    return match.group(), int(job.rpartition("-")[2]) - 1
