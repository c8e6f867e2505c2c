"""Every place of a session, and how the terminal comes there: for tests that try something at each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from night.still import StillHall

from kiosk import effects as acts
from kiosk import events as happenings
from kiosk.intents import Press
from kiosk.sessions import state as phases
from kiosk.terminal import State


def the_journal_takes(kind: str) -> Callable[[acts.Effect], bool]:
    return lambda effect: isinstance(effect.action, acts.Append) and effect.action.kind == kind


def asks(action: type[Any]) -> Callable[[acts.Effect], bool]:
    return lambda effect: isinstance(effect.action, action)


def phase_is(kind: type[Any]) -> Callable[[State], bool]:
    return lambda state: isinstance(state.session.phase, kind)


def serving(kind: str) -> Callable[[State], bool]:
    """The hosted machine is in this state of its own."""

    def there(state: State) -> bool:
        phase = state.session.phase
        return isinstance(phase, phases.Serving) and type(phase.state).__name__ == kind

    return there


def in_the_menu(hall: StillHall) -> None:
    hall.insert()
    hall.until(phase_is(phases.EnteringPin))
    hall.type_pin()
    hall.until(phase_is(phases.InMenu))


def at_the_card(kind: type[Any], held: Callable[[acts.Effect], bool]) -> Callable[[StillHall], None]:
    def go(hall: StillHall) -> None:
        hall.hold(held)
        hall.insert()
        hall.until(phase_is(kind))

    return go


def served(item: str, *steps: Callable[[StillHall], None]) -> Callable[[StillHall], None]:
    def go(hall: StillHall) -> None:
        in_the_menu(hall)
        hall.choose(item)
        for step in steps:
            step(hall)

    return go


def holding(held: Callable[[acts.Effect], bool], go: Callable[[StillHall], None]) -> Callable[[StillHall], None]:
    def step(hall: StillHall) -> None:
        in_the_menu(hall)
        hall.hold(held)
        go(hall)

    return step


def starting(hall: StillHall) -> None:
    hall.night.kill()
    while hall.night.life is None:
        hall.run(0.5)


def starting_with_a_card(hall: StillHall) -> None:
    hall.night.kill()
    hall.insert()
    while hall.night.life is None:
        hall.run(0.01)


def technician_comes(hall: StillHall) -> None:
    hall.happen(happenings.VendorModeRequested(1))


def technician_goes(hall: StillHall) -> None:
    hall.happen(happenings.VendorModeReleased("gone", holder=1))


def technician_blinks(hall: StillHall) -> None:
    """A command that is ended before anybody could answer it."""
    technician_comes(hall)
    technician_goes(hall)


def verifying(hall: StillHall) -> None:
    hall.insert()
    hall.until(phase_is(phases.EnteringPin))
    hall.type_pin()
    assert phase_is(phases.VerifyingPin)(hall.state)


def wake(hall: StillHall) -> None:
    hall.press(Press.WAKE)


def identifying(hall: StillHall) -> None:
    wake(hall)
    hall.choose("SI-01")


def pulled(hall: StillHall) -> None:
    hall.night.bench.pull()
    hall.run(1.0)


def press(*presses: Press) -> Callable[[StillHall], None]:
    return lambda hall: hall.press(*presses)


def until(there: Callable[[State], bool]) -> Callable[[StillHall], None]:
    return lambda hall: hall.until(there)


def asking_birth_month(hall: StillHall) -> None:
    wake(hall)
    hall.choose("SI-11")
    hall.digits("1988")


def asking_category(hall: StillHall) -> None:
    wake(hall)
    hall.choose("SI-11")
    hall.digits("198803")
    hall.press(Press.CONFIRM)


def answered_without_a_card(hall: StillHall) -> None:
    asking_category(hall)
    hall.answer("male")


def choosing(item: str) -> Callable[[StillHall], None]:
    return lambda hall: hall.choose(item)


def confirmed(hall: StillHall) -> None:
    hall.choose("SI-04")
    hall.press(Press.CONFIRM)


PLACES: Mapping[str, tuple[Callable[[StillHall], None], Callable[[State], bool]]] = {
    "starting": (starting, lambda state: True),
    "starting with a card in the slot": (starting_with_a_card, lambda state: True),
    "maintenance": (technician_comes, phase_is(phases.Maintenance)),
    "standby": (lambda hall: None, phase_is(phases.Standby)),
    "choosing": (wake, phase_is(phases.Choosing)),
    "identifying": (identifying, phase_is(phases.Identifying)),
    "checking room": (at_the_card(phases.CheckingRoom, asks(acts.CheckRoom)), phase_is(phases.CheckingRoom)),
    "opening": (at_the_card(phases.Opening, the_journal_takes("session-opened")), phase_is(phases.Opening)),
    "reading the card": (
        at_the_card(phases.ReadingCard, lambda effect: False),
        phase_is(phases.ReadingCard),
    ),
    "asking tries": (at_the_card(phases.AskingTries, asks(acts.AskPinTries)), phase_is(phases.AskingTries)),
    "entering the PIN": (at_the_card(phases.EnteringPin, lambda effect: False), phase_is(phases.EnteringPin)),
    "verifying the PIN": (verifying, phase_is(phases.VerifyingPin)),
    "menu": (in_the_menu, phase_is(phases.InMenu)),
    "fetching": (holding(asks(acts.Query), choosing("SI-02")), serving("Fetching")),
    "recording": (holding(the_journal_takes("act"), choosing("SI-02")), serving("Recording")),
    "showing": (served("SI-02"), serving("Showing")),
    "printing a receipt": (served("SI-02", press(Press.PRINT)), serving("Printing")),
    "receipt result": (served("SI-02", press(Press.PRINT), until(serving("Ended"))), serving("Ended")),
    "confirming": (served("SI-04"), serving("Confirming")),
    "numbering": (holding(the_journal_takes("act"), confirmed), serving("Numbering")),
    "making": (served("SI-04", press(Press.CONFIRM)), serving("Making")),
    "issuing": (
        holding(the_journal_takes("certificate-issued"), lambda hall: (confirmed(hall), hall.run(4.0))),
        serving("Issuing"),
    ),
    "printing a certificate": (
        served("SI-04", press(Press.CONFIRM), until(serving("Printing"))),
        serving("Printing"),
    ),
    "certificate result": (served("SI-04", press(Press.CONFIRM), until(serving("Ended"))), serving("Ended")),
    "asking the birth month": (asking_birth_month, serving("AskingBirthMonth")),
    "asking the category": (asking_category, serving("AskingCategory")),
    "shown without a card": (answered_without_a_card, serving("Showing")),
    "taking the card": (lambda hall: (in_the_menu(hall), hall.press(Press.EXIT)), phase_is(phases.Taking)),
    "taking the papers": (
        served(
            "SI-02", press(Press.PRINT), until(serving("Ended")), lambda hall: (hall.night.bench.pull(), hall.run(1))
        ),
        phase_is(phases.Taking),
    ),
    "leaving": (
        lambda hall: (in_the_menu(hall), hall.press(Press.EXIT), pulled(hall)),
        phase_is(phases.Leaving),
    ),
}
