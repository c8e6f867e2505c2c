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


def the_application(effect: acts.Effect) -> bool:
    """The sealed one, not the request whose number it bears."""
    return the_journal_takes("act")(effect) and effect.action.header["outcome"] == "recorded"


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
    for key in ("male", "no", "no"):
        hall.answer(key)


def checked_without_a_card(hall: StillHall) -> None:
    answered_without_a_card(hall)
    hall.until(serving("ShowingCheck"))


def not_knowing(hall: StillHall) -> None:
    """Every question of a check answered with "I don't know"."""
    for _ in range(40):
        hall.run(0.1)
        phase = hall.state.session.phase
        if not isinstance(phase, phases.Serving) or type(phase.state).__name__ != "Asking":
            return
        hall.press(Press.DECLINE)


def laid_off(hall: StillHall) -> None:
    """A contract that ran out, and the rest not known: what is told is settled with half the search."""
    hall.answer("contract_expired")
    not_knowing(hall)


def with_a_new_job(hall: StillHall) -> None:
    """Nobody's card, nothing known of an earlier claim, and an answer that is final."""
    hall.press(Press.DECLINE)
    hall.answer("resigned")
    hall.answer("yes")


def checked(*steps: Callable[[StillHall], None]) -> Callable[[StillHall], None]:
    return served("SI-14", laid_off, *steps)


def registering(*answers: str) -> Callable[[StillHall], None]:
    def go(hall: StillHall) -> None:
        in_the_menu(hall)
        hall.choose("EM-02")
        for key in answers:
            hall.answer(key)

    return go


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
    "choosing a topic": (served("PO-02"), serving("ChoosingCheck")),
    "fetching for a check": (holding(asks(acts.Query), choosing("SI-14")), serving("FetchingRecord")),
    "asking a month": (asking_birth_month, serving("Asking")),
    "asking a choice": (asking_category, serving("Asking")),
    "asking with a card": (served("SI-14"), serving("Asking")),
    "recording a check": (
        lambda hall: (hall.hold(the_journal_takes("act")), answered_without_a_card(hall)),
        serving("RecordingCheck"),
    ),
    "a check without a card": (checked_without_a_card, serving("ShowingCheck")),
    "a check with a card": (served("SI-14", not_knowing), serving("ShowingCheck")),
    "printing a check": (checked(press(Press.PRINT)), serving("PrintingCheck")),
    "handed over to the card": (
        lambda hall: (
            wake(hall),
            hall.choose("PO-02"),
            hall.answer("unemployment"),
            hall.answer("R-UI"),
            with_a_new_job(hall),
            hall.run(0.1),
            hall.press(Press.CONFIRM),
        ),
        phase_is(phases.Identifying),
    ),
    "confirming an application": (checked(press(Press.CONFIRM)), serving("ConfirmingApplication")),
    "numbering an application": (
        checked(press(Press.CONFIRM), lambda hall: (hall.hold(the_journal_takes("act")), hall.press(Press.CONFIRM))),
        serving("Numbering"),
    ),
    "applying": (
        checked(press(Press.CONFIRM), lambda hall: (hall.hold(the_application), hall.press(Press.CONFIRM))),
        serving("Applying"),
    ),
    "printing the slip": (checked(press(Press.CONFIRM, Press.CONFIRM)), serving("PrintingSlip")),
    "asking for a registration": (registering(), serving("AskingForRegistration")),
    "confirming a registration": (registering("yes"), serving("ConfirmingApplication")),
    "agreeing to be shown policies": (served("PO-03"), serving("Agreeing")),
    "fetching for policies": (
        lambda hall: (served("PO-03")(hall), hall.hold(asks(acts.Query)), hall.press(Press.CONFIRM)),
        serving("FetchingForAll"),
    ),
    "recording a look at policies": (
        lambda hall: (served("PO-03")(hall), hall.hold(the_journal_takes("act")), hall.press(Press.CONFIRM)),
        serving("RecordingLook"),
    ),
    "choosing a policy": (served("PO-03", press(Press.CONFIRM)), serving("ChoosingSuggestion")),
    "choosing a bundle": (lambda hall: (wake(hall), hall.choose("PO-05")), serving("ChoosingBundle")),
    "choosing a step": (
        lambda hall: (wake(hall), hall.choose("PO-05"), hall.answer("lost-job")),
        serving("ChoosingStep"),
    ),
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
