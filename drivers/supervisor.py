"""The recovery ladder of one device as a pure step: list again, new context, reset, wait, ask for a technician.

Nothing is done here. ``step`` says what is to be done and what is worth recording; whoever does it reports back with
``Tried``. One bad reading is no illness: three in a row are, a reading may be inconclusive, and a device has some time
to come up after the start. A broken link is certain and needs no counting. A device that is well again is well, whoever
brought it back: a hand, time, or a rung.

    well ──three bad readings, or lost──▶ rung ─helped─▶ well
                                           │ ▲
                                       in vain│
                                           ▼ │ after a pause, growing from 1 s to 60 s
                                     next rung … round over ──three rounds──▶ a technician is asked for, once
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from drivers.status import DeviceState


class Rung(Enum):
    """The rungs from the cheapest to the dearest. A device leaves out what it has not got."""

    LIST_AGAIN = "list-again"
    NEW_CONTEXT = "new-context"
    RESET = "reset"


class Reading(Enum):
    """What a look at the device said. INCONCLUSIVE (busy, half an answer) counts for nothing."""

    GOOD = "good"
    BAD = "bad"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Policy:
    """Times in seconds. ``rounds``: so many times up the whole ladder, then a technician is asked for."""

    ladder: tuple[Rung, ...] = (Rung.LIST_AGAIN, Rung.NEW_CONTEXT, Rung.RESET)
    bad_readings: int = 3
    grace: float = 10.0
    rung_seconds: float = 20.0
    pauses: tuple[float, ...] = (1.0, 2.0, 5.0, 15.0, 60.0)
    rounds: int = 3


# --- events ---


@dataclass(frozen=True, slots=True)
class Looked:
    """The device was looked at, by a poll or by real work."""

    reading: Reading


@dataclass(frozen=True, slots=True)
class Lost:
    """The link broke, or there is no such device: certain."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A rung that was asked for was tried; ``well``: the device answered well after it."""

    rung: Rung
    well: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed; due at ``Supervised.wakes_at``, harmless at any other time."""


Event = Looked | Lost | Tried | Tick


# --- what comes of it ---


@dataclass(frozen=True, slots=True)
class Try:
    """Do this and report ``Tried``."""

    rung: Rung


@dataclass(frozen=True, slots=True)
class RungEnded:
    """For the record: a rung was tried. ``round`` counts from 1; only what differs from the round before is told."""

    rung: Rung
    helped: bool
    seconds: float
    round: int


@dataclass(frozen=True, slots=True)
class AskTechnician:
    """The ladder did not help. Said once in an illness."""

    seconds: float
    tries: int


@dataclass(frozen=True, slots=True)
class Recovered:
    """The illness is over. ``by`` None: the device came back without a rung."""

    seconds: float
    tries: int
    by: Rung | None


Action = Try | RungEnded | AskTechnician | Recovered


# --- state ---


@dataclass(frozen=True, slots=True)
class Count:
    """How often a rung was tried since the start, how often it helped, and the seconds it took in all."""

    tries: int = 0
    helped: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Illness:
    """A device that is being brought back. ``rung`` None: waiting before the next round. ``since``: of rung or wait."""

    began: float
    rung: Rung | None
    since: float
    wake_at: float
    rounds: int = 0
    tries: int = 0
    technician_asked: bool = False


@dataclass(frozen=True, slots=True)
class Supervised:
    """Everything known of one device. ``counts`` stand in the order of the ladder."""

    policy: Policy
    started: float
    state: DeviceState = DeviceState.STARTING
    bad: int = 0
    illness: Illness | None = None
    counts: tuple[Count, ...] = ()
    technicians: int = 0

    @property
    def wakes_at(self) -> float | None:
        """When ``Tick`` is due; None while it is well."""
        return None if self.illness is None else self.illness.wake_at


_NOTHING: Final[tuple[Action, ...]] = ()


def begin(now: float, policy: Policy | None = None) -> Supervised:
    """A device nobody has heard of yet."""
    policy = policy or Policy()
    return Supervised(policy, now, counts=(Count(),) * len(policy.ladder))


def step(state: Supervised, event: Event, now: float) -> tuple[Supervised, tuple[Action, ...]]:
    """What an event at time ``now`` (monotonic seconds) makes of the device, and what is to be done."""
    illness = state.illness
    match event:
        case Looked(Reading.GOOD):
            return _well(state, None, now)
        case Looked(Reading.BAD) if illness is None:
            return _bad(state, now)
        case Lost() if illness is None:
            return _climb(replace(state, illness=Illness(now, None, now, now)), 0, now)
        case Tried(rung, well) if illness is not None and illness.rung is rung:
            state, told = _counted(state, illness, now, helped=well)
            after, actions = _well(state, rung, now) if well else _next(state, rung, now)
            return after, (*told, *actions)
        case Tick() if illness is not None and now >= illness.wake_at:
            if illness.rung is None:
                return _climb(state, 0, now)
            state, told = _counted(state, illness, now, helped=False)  # never reported back
            after, actions = _next(state, illness.rung, now)
            return after, (*told, *actions)
    return state, _NOTHING


def _bad(state: Supervised, now: float) -> tuple[Supervised, tuple[Action, ...]]:
    if state.state is DeviceState.STARTING and now - state.started < state.policy.grace:
        return state, _NOTHING
    if state.bad + 1 < state.policy.bad_readings:
        return replace(state, bad=state.bad + 1), _NOTHING
    return _climb(replace(state, illness=Illness(now, None, now, now)), 0, now)


def _climb(state: Supervised, place: int, now: float) -> tuple[Supervised, tuple[Action, ...]]:
    """Try the rung at this place of the ladder."""
    rung = state.policy.ladder[place]
    illness = replace(_illness(state), rung=rung, since=now, wake_at=now + state.policy.rung_seconds)
    return replace(state, illness=illness, bad=0, state=_ill_state(illness)), (Try(rung),)


def _next(state: Supervised, rung: Rung, now: float) -> tuple[Supervised, tuple[Action, ...]]:
    """A rung did not help: the next one, or a pause before the next round."""
    policy, illness = state.policy, _illness(state)
    place = policy.ladder.index(rung) + 1
    if place < len(policy.ladder):
        return _climb(state, place, now)
    rounds = illness.rounds + 1
    asks = rounds >= policy.rounds and not illness.technician_asked
    illness = replace(
        illness,
        rung=None,
        since=now,
        wake_at=now + policy.pauses[min(illness.rounds, len(policy.pauses) - 1)],
        rounds=rounds,
        technician_asked=illness.technician_asked or asks,
    )
    asked: tuple[Action, ...] = (AskTechnician(now - illness.began, illness.tries),) if asks else ()
    technicians = state.technicians + asks
    return replace(state, illness=illness, state=_ill_state(illness), technicians=technicians), asked


def _well(state: Supervised, by: Rung | None, now: float) -> tuple[Supervised, tuple[Action, ...]]:
    over: tuple[Action, ...] = ()
    if state.illness is not None:
        over = (Recovered(now - state.illness.began, state.illness.tries, by),)
    return replace(state, bad=0, illness=None, state=DeviceState.ONLINE), over


def _counted(
    state: Supervised, illness: Illness, now: float, *, helped: bool
) -> tuple[Supervised, tuple[RungEnded, ...]]:
    seconds = now - illness.since
    counts = tuple(
        Count(count.tries + 1, count.helped + helped, count.seconds + seconds) if rung is illness.rung else count
        for rung, count in zip(state.policy.ladder, state.counts, strict=True)
    )
    after = replace(state, counts=counts, illness=replace(illness, tries=illness.tries + 1))
    if illness.rung is None or (illness.rounds > 0 and not helped):
        return after, ()  # a night of rounds in vain says nothing new after the first
    return after, (RungEnded(illness.rung, helped, seconds, illness.rounds + 1),)


def _ill_state(illness: Illness) -> DeviceState:
    return DeviceState.HARDWARE_ERROR if illness.technician_asked else DeviceState.OFFLINE


def _illness(state: Supervised) -> Illness:
    if state.illness is None:
        raise ValueError("a device that is well has no ladder to climb")
    return state.illness
