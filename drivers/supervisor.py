"""The recovery ladder of one device as a pure step: list again, new context, reset, wait, ask a technician.

Nothing is done here. ``step`` says what is to be done; whoever does it reports back with ``Tried``. One bad reading is
no illness: three in a row are, a reading may be inconclusive, and a device has some time to come up after the start.
A broken link is certain and needs no counting.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from drivers.status import DeviceState, StatusChanged


class Rung(Enum):
    """The rungs from the cheapest to the dearest. A device without a service between leaves NEW_CONTEXT out."""

    LIST_AGAIN = "list again"
    NEW_CONTEXT = "new context"
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
    rung_seconds: float = 15.0
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
    """Time has passed; sent at the time of ``WakeAt``, harmless at any other."""


Event = Looked | Lost | Tried | Tick


# --- actions ---


@dataclass(frozen=True, slots=True)
class Try:
    """Do this and report ``Tried``."""

    rung: Rung


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Send ``Tick`` at this time. The latest one counts."""

    time: float


@dataclass(frozen=True, slots=True)
class AskTechnician:
    """The ladder did not help. Said once in an illness."""

    ill_since: float
    tries: int


@dataclass(frozen=True, slots=True)
class Announce:
    """The device's state is no longer what it was."""

    change: StatusChanged[DeviceState]


Action = Try | WakeAt | AskTechnician | Announce


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
    technician_asked: bool = False


@dataclass(frozen=True, slots=True)
class Supervised:
    """Everything known of one device. ``counts`` stand in the order of the ladder."""

    device: str
    policy: Policy
    started: float
    state: DeviceState
    bad: int = 0
    illness: Illness | None = None
    counts: tuple[Count, ...] = ()


_NOTHING: Final[tuple[Action, ...]] = ()


def begin(device: str, now: float, policy: Policy | None = None) -> Supervised:
    """A device nobody has heard of yet."""
    policy = policy or Policy()
    return Supervised(device, policy, now, DeviceState.STARTING, counts=(Count(),) * len(policy.ladder))


def step(state: Supervised, event: Event, now: float) -> tuple[Supervised, tuple[Action, ...]]:
    """What an event at time ``now`` (monotonic seconds) makes of the device, and what is to be done."""
    illness = state.illness
    match event:
        case Looked(Reading.GOOD):
            return _well(state)
        case Looked(Reading.BAD) if illness is None:
            return _bad(state, now)
        case Lost() if illness is None:
            return _climb(replace(state, illness=Illness(now, None, now, now)), 0, now)
        case Tried(rung, well) if illness is not None and illness.rung is rung:
            counted = _counted(state, illness, now, helped=well)
            return _well(counted) if well else _next(counted, rung, now)
        case Tick() if illness is not None and now >= illness.wake_at:
            if illness.rung is None:
                return _climb(state, 0, now)
            counted = _counted(state, illness, now, helped=False)  # never reported back
            return _next(counted, illness.rung, now)
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
    wake_at = now + state.policy.rung_seconds
    illness = replace(_illness(state), rung=rung, since=now, wake_at=wake_at)
    state, announced = _announced(replace(state, illness=illness, bad=0), _ill_state(illness))
    return state, (*announced, Try(rung), WakeAt(wake_at))


def _next(state: Supervised, rung: Rung, now: float) -> tuple[Supervised, tuple[Action, ...]]:
    """A rung did not help: the next one, or a pause before the next round."""
    policy, illness = state.policy, _illness(state)
    place = policy.ladder.index(rung) + 1
    if place < len(policy.ladder):
        return _climb(state, place, now)
    rounds = illness.rounds + 1
    wake_at = now + policy.pauses[min(illness.rounds, len(policy.pauses) - 1)]
    asks = rounds >= policy.rounds and not illness.technician_asked
    illness = replace(
        illness,
        rung=None,
        since=now,
        wake_at=wake_at,
        rounds=rounds,
        technician_asked=illness.technician_asked or asks,
    )
    state, announced = _announced(replace(state, illness=illness), _ill_state(illness))
    asked = (AskTechnician(illness.began, rounds * len(policy.ladder)),) if asks else ()
    return state, (*announced, *asked, WakeAt(wake_at))


def _well(state: Supervised) -> tuple[Supervised, tuple[Action, ...]]:
    return _announced(replace(state, bad=0, illness=None), DeviceState.ONLINE)


def _counted(state: Supervised, illness: Illness, now: float, *, helped: bool) -> Supervised:
    counts = tuple(
        Count(count.tries + 1, count.helped + helped, count.seconds + now - illness.since)
        if rung is illness.rung
        else count
        for rung, count in zip(state.policy.ladder, state.counts, strict=True)
    )
    return replace(state, counts=counts)


def _announced(state: Supervised, now_state: DeviceState) -> tuple[Supervised, tuple[Action, ...]]:
    if state.state is now_state:
        return state, _NOTHING
    change = StatusChanged(state.device, state.state, now_state)
    return replace(state, state=now_state), (Announce(change),)


def _ill_state(illness: Illness) -> DeviceState:
    return DeviceState.HARDWARE_ERROR if illness.technician_asked else DeviceState.OFFLINE


def _illness(state: Supervised) -> Illness:
    if state.illness is None:
        raise ValueError("a device that is well has no ladder to climb")
    return state.illness
