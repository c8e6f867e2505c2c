"""The terminal is one actor: one queue, one thread, one clock.

`advance` is the whole terminal as a pure function: state and event in, state and effects out. Custody and devices go
first, so that the session sees them as they are now; signals between regions are handled before the next event.
`Terminal` is the thin loop around it.
"""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from kiosk import custody, devices, jobs, vendor_mode
from kiosk.clock import Clock, Moment
from kiosk.custody import Custody
from kiosk.devices import Devices
from kiosk.effects import Append, Effect, Outbox
from kiosk.events import Completed, Device, Event, Failed, Progressed, TimeIsUp
from kiosk.jobs import Jobs
from kiosk.screen import Page, Screen
from kiosk.sessions import timing, transitions
from kiosk.sessions.rules import PRINTS_ON, Around, Rules
from kiosk.sessions.screens import screen
from kiosk.sessions.state import EnteringPin, Serving, Session, Standby, Starting
from kiosk.vendor_mode import VendorMode


@dataclass(frozen=True, slots=True)
class State:
    """The regions, the number of the next effect, and the effects nobody waits for."""

    session: Session = field(default_factory=Session)
    custody: Custody = field(default_factory=Custody)
    devices: Devices = field(default_factory=Devices)
    jobs: Jobs = field(default_factory=Jobs)
    vendor: VendorMode = field(default_factory=VendorMode)
    next_effect: int = 1
    background: frozenset[int] = frozenset()


def advance(state: State, event: Event, moment: Moment, rules: Rules) -> tuple[State, tuple[Effect, ...]]:
    """One event, handled to the end. Effects are in the order in which they were asked for."""
    if isinstance(event, Completed | Failed | Progressed) and not _wanted(state, event):
        return _stale(state, event, moment)
    out = Outbox(state.next_effect, moment)
    if isinstance(event, Completed | Failed):
        state = replace(state, background=state.background - {event.effect})
    waiting: list[Event] = [event]
    while waiting:
        state = _one(state, waiting.pop(0), out, rules)
        waiting.extend(out.signals)
        out.signals.clear()
    asked = frozenset(effect.id for effect in out.effects)
    state = replace(state, next_effect=out.next_id, background=state.background | (asked - _awaited(state)))
    return state, tuple(out.effects)


def _one(state: State, event: Event, out: Outbox, rules: Rules) -> State:
    held = custody.step(state.custody, event, out)
    health = devices.step(state.devices, event, out, rules.settings, _at_work(state))
    prints = jobs.step(state.jobs, event, out)
    session = state.session
    if _for_session(session, event):
        session = transitions.step(session, event, out, rules, Around(held, health, prints.sessions))
    at_rest = isinstance(session.phase, Standby) and held.clear and not prints.running
    vendor = vendor_mode.step(state.vendor, event, out, at_rest=at_rest, all_looked_at=devices.all_looked_at(health))
    return replace(state, session=session, custody=held, devices=health, jobs=prints, vendor=vendor)


def _for_session(session: Session, event: Event) -> bool:
    match event:
        case Completed(effect=effect) | Failed(effect=effect) | Progressed(effect=effect):
            return effect == session.awaiting
        case TimeIsUp(region=region):
            return region == transitions.REGION
    return True


def _at_work(state: State) -> frozenset[Device]:
    """Devices that do something for somebody now, or are a technician's: nobody asks them how they are in between."""
    if state.vendor.devices_are_theirs:
        return frozenset(Device)
    printing = {PRINTS_ON[job.wanted.kind] for job in state.jobs.running.values()}
    typing = {Device.PIN_PAD} if isinstance(state.session.phase, EnteringPin) else set()
    return frozenset(printing | typing)


def _awaited(state: State) -> frozenset[int]:
    asked = set(state.devices.polls) | set(state.devices.recovery.trying)
    if state.vendor.letting_go is not None:
        asked.add(state.vendor.letting_go)
    awaited = {job.awaiting for job in state.jobs.running.values()} | asked
    return frozenset(awaited | ({state.session.awaiting} if state.session.awaiting is not None else set()))


def _wanted(state: State, event: Completed | Failed | Progressed) -> bool:
    return event.effect in _awaited(state) or event.effect in state.background


def _stale(state: State, event: Completed | Failed | Progressed, moment: Moment) -> tuple[State, tuple[Effect, ...]]:
    """Nobody waits for it any more: dropped, and the journal says so. Progress is dropped in silence."""
    if isinstance(event, Progressed):
        return state, ()
    out = Outbox(state.next_effect, moment)
    header = {"event": "stale-dropped", "effect": str(event.effect), "session": event.session or "none"}
    effect = out.perform(Append("audit", header), None)
    return replace(state, next_effect=out.next_id, background=state.background | {effect}), tuple(out.effects)


def next_deadline(state: State, rules: Rules) -> tuple[float, TimeIsUp]:
    """The next thing that happens by itself: (monotonic seconds, the event)."""
    times = rules.settings.timeouts
    machine = rules.machines[state.session.phase.item] if isinstance(state.session.phase, Serving) else None
    found: list[tuple[float, str, str]] = []
    own = timing.deadline(state.session, times, machine, things_left=_around(state).unaccounted(state.session.id))
    if own is not None:
        found.append((own[0], transitions.REGION, own[1]))
    reminder = custody.deadline(state.custody, times)
    if reminder is not None:
        found.append((reminder[0], custody.REGION, reminder[1]))
    at, timer = devices.deadline(state.devices, _at_work(state))
    found.append((at, devices.REGION, timer))
    at, region, timer = min(found)
    return at, TimeIsUp(region, timer)


def screen_of(state: State, moment: Moment, rules: Rules) -> Screen:
    """What the person sees now."""
    return screen(state.session, _around(state), moment, rules)


def _around(state: State) -> Around:
    return Around(state.custody, state.devices, state.jobs.sessions)


_TICKING = frozenset({Page.IDENTIFY, Page.PIN, Page.TAKE_THINGS, Page.PROCESSING, Page.STANDBY, Page.HOME})
"""Pages that show a clock or a countdown."""


@dataclass(frozen=True, slots=True)
class _Stop:
    """The loop ends."""


class Terminal:
    """The loop: takes events, advances, has effects performed, shows the screen. Everything else posts to it."""

    def __init__(
        self,
        rules: Rules,
        clock: Clock,
        perform: Callable[[Effect], None],
        show: Callable[[Screen], None],
        trace: Callable[[Moment, Event, tuple[Effect, ...]], None] | None = None,
    ) -> None:
        """`perform` starts an effect and posts its end with `post`; `show` takes each new screen."""
        self._rules = rules
        self._clock = clock
        self._perform = perform
        self._show = show
        self._trace = trace
        self._events: queue.SimpleQueue[Event | _Stop] = queue.SimpleQueue()
        self._shown: Screen | None = None
        self.state = State()

    def post(self, event: Event) -> None:
        """Something happened. From any thread."""
        self._events.put(event)

    def stop(self) -> None:
        """End the loop after what is queued. From any thread."""
        self._events.put(_Stop())

    def handle(self, event: Event) -> None:
        """One event, on the terminal's thread."""
        moment = self._clock.now()
        self.state, effects = advance(self.state, event, moment, self._rules)
        if self._trace is not None:
            self._trace(moment, event, effects)
        self.refresh()
        for effect in effects:
            self._perform(effect)

    def due(self) -> TimeIsUp | None:
        """The deadline that has come, if one has."""
        at, event = next_deadline(self.state, self._rules)
        return event if at <= self._clock.now().monotonic else None

    def wait_seconds(self) -> float:
        """How long nothing happens by itself; at most a second while a clock or a countdown is on the screen."""
        at, _ = next_deadline(self.state, self._rules)
        left = max(0.0, at - self._clock.now().monotonic)
        counting = self._shown is not None and (self._shown.page in _TICKING or self._shown.idle_warning is not None)
        return min(left, 1.0) if counting else left

    def refresh(self) -> None:
        """Show the screen if it differs from what is shown; until slots are checked the first frame stands."""
        if isinstance(self.state.session.phase, Starting):
            return
        now = screen_of(self.state, self._clock.now(), self._rules)
        if now != self._shown:
            self._shown = now
            self._show(now)

    def run(self) -> None:
        """Until `stop`."""
        while True:
            event = self._next()
            if isinstance(event, _Stop):
                return
            if event is not None:
                self.handle(event)
            else:
                self.refresh()

    def _next(self) -> Event | _Stop | None:
        """What is queued, else the deadline that has come, else None after a wait."""
        try:
            return self._events.get(timeout=self.wait_seconds())
        except queue.Empty:
            return self.due()
