"""The session's table is complete, and from every place there is a way back to standby whatever happens there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

import pytest
from night.places import PLACES, press, technician_blinks, technician_comes, technician_goes
from night.promises import LEFT_ALONE, a_way_out
from night.still import StillHall

from drivers.errors import CardGone
from drivers.operation import Slot
from drivers.pin_buffer import PinHandle
from drivers.print_outcome import PrintResult
from kiosk import events as happenings
from kiosk import intents
from kiosk.effects import Outbox
from kiosk.intents import ItemChosen, Press
from kiosk.sessions import state as phases
from kiosk.sessions import transitions
from kiosk.sessions.rules import Around

PHASES: frozenset[type[Any]] = frozenset(get_args(phases.Phase))
EVENTS: frozenset[type[Any]] = frozenset(get_args(happenings.Event))

AT_THE_CARD = frozenset(phases.AT_THE_CARD)
IN_THE_BASE = frozenset(
    {
        # treated once, in every phase: leaving the card, losing its reader, touching, language and size, papers to take
        happenings.CardRemoved,
        happenings.DeviceReported,
        happenings.JobSettled,
        happenings.PinCounted,
        intents.Pressed,
        intents.ItemChosen,
        intents.OptionChosen,
        intents.DigitTyped,
        intents.Touched,
    }
)
OF_OTHER_REGIONS = frozenset(
    {
        happenings.DeliveryReported,
        happenings.JobWanted,
        happenings.CardOffered,
        happenings.VendorModeRequested,
        happenings.VendorModeReleased,
        happenings.VendorModeEnding,
    }
)
WAITING = frozenset({phases.Starting, phases.Maintenance, phases.Standby, phases.Choosing, phases.Identifying})
"""Phases that wait for no answer, and have nobody."""

MEANS_NOTHING: Mapping[type[Any], frozenset[type[Any]]] = {
    # custody comes first at the start; inside a session the slot is taken, and what comes while the terminal is busy
    # is taken up as soon as it is free
    happenings.CardInserted: AT_THE_CARD | {phases.Starting, phases.Maintenance, phases.InMenu},
    happenings.CardMute: AT_THE_CARD | {phases.Starting, phases.Maintenance, phases.InMenu},
    happenings.SlotsChecked: PHASES - {phases.Starting},
    happenings.PinEntered: PHASES - {phases.EnteringPin},
    happenings.PinCancelled: PHASES - {phases.EnteringPin},
    # these are over when their answer comes, which has a limit of its own
    happenings.TimeIsUp: (AT_THE_CARD - {phases.EnteringPin}) | {phases.Starting, phases.Maintenance, phases.Standby},
    happenings.Completed: WAITING | {phases.InMenu, phases.Taking, phases.Leaving},
    happenings.Failed: WAITING | {phases.InMenu, phases.Taking, phases.Leaving},
    happenings.Progressed: PHASES - {phases.ReadingCard, phases.EnteringPin},
    happenings.CustodyChanged: PHASES - {phases.Taking},
    # it begins at standby alone, and ends in itself
    happenings.VendorModeBegan: PHASES - {phases.Standby},
    happenings.VendorModeOver: PHASES - {phases.Maintenance},
}


def test_every_pair_of_phase_and_event_is_in_the_table_in_the_base_or_means_nothing():
    every = {(phase, event) for phase in PHASES for event in EVENTS}
    in_the_table = {(phase, event) for phase, row in transitions.TABLE.items() for event in row}
    in_the_base = {(phase, event) for phase in PHASES for event in IN_THE_BASE | OF_OTHER_REGIONS}
    nothing = {(phase, event) for event, of in MEANS_NOTHING.items() for phase in of}
    assert every - in_the_table - in_the_base - nothing == set()
    assert nothing & in_the_table == set()
    assert nothing & in_the_base == set()
    assert in_the_table <= every


# --- what happens there ---


def swap_later(hall: StillHall) -> None:
    hall.night.bench.pull()
    hall.run(0.3)
    hall.insert(hall.other)


def service_blinks(hall: StillHall) -> None:
    hall.night.bench.service_dies()
    hall.run(3.0)
    hall.night.bench.service_returns()


def swap_in_the_dark(hall: StillHall) -> None:
    """The card service is gone, and nobody tells of the cards that come and go meanwhile."""
    hall.night.bench.service_dies()
    hall.run(1.0)
    hall.swap()
    hall.run(1.0)
    hall.night.bench.service_returns()


def disk_full_for_a_while(hall: StillHall) -> None:
    hall.night.disk.full = True
    hall.night.later(70.0, lambda: setattr(hall.night.disk, "full", False))


def monkey(hall: StillHall) -> None:
    """Everything that a finger can do, once, in a row."""
    hall.happen(intents.Touched())
    hall.digits("19")
    hall.answer("nonsense")
    for item in ("CRD-03", "XX-99"):
        hall.choose(item)
    hall.life.pin_pad.press(1)
    hall.life.pin_pad.erase()
    hall.press(*Press)


def wrong_pin(hall: StillHall) -> None:
    for digit in "999999":
        hall.life.pin_pad.press(int(digit))
    hall.life.pin_pad.confirm()
    hall.life.pin_pad.confirm()
    hall.run(0.0)


def stray_answers(hall: StillHall) -> None:
    """Answers that nobody waits for any more."""
    hall.happen(
        happenings.Completed(1_000_000, "another", None),
        happenings.Failed(1_000_001, "another", CardGone("card_reader")),
        happenings.Progressed(1_000_002, "another", 1, 6),
        happenings.JobSettled("another", "another", "receipt", PrintResult.PRINTED),
        happenings.SlotsChecked(),
    )


HAPPENINGS: Mapping[str, Callable[[StillHall], None]] = {
    "nothing": lambda hall: None,
    "the card is pulled": lambda hall: hall.night.bench.pull(),
    "the card is swapped": StillHall.swap,
    "the card is swapped slowly": swap_later,
    "a card is put in": lambda hall: hall.insert(),
    "a bank card is put in": StillHall.insert_bank_card,
    "a card is put in upside down": StillHall.insert_upside_down,
    "the card service is gone": lambda hall: hall.night.bench.service_dies(),
    "the card service blinks": service_blinks,
    "the card is swapped while the service is gone": swap_in_the_dark,
    "the card reader is unplugged": lambda hall: hall.night.bench.unplug(Slot.USER),
    "the readers are plugged the other way round": lambda hall: hall.night.bench.plug_the_other_way_round(),
    "the ID reader is unplugged": lambda hall: hall.night.id_reader.unplug(),
    "a technician asks for the devices": technician_comes,
    "a technician asks and goes": technician_blinks,
    "the technician goes": technician_goes,
    "the PSAM is gone": lambda hall: hall.night.bench.take_sam(),
    "the receipt printer is off": lambda hall: hall.night.receipts.power_off(),
    "the receipt printer is unplugged": lambda hall: hall.night.receipts.unplug(),
    "the receipt paper is out": lambda hall: hall.night.receipts.run_out(),
    "the A4 printer is off": lambda hall: hall.night.documents.power_off(),
    "the A4 printer jams": lambda hall: hall.night.documents.jam(),
    "the disk is full": disk_full_for_a_while,
    "the process is killed": lambda hall: hall.night.kill(),
    "the process is restarted": lambda hall: hall.night.restart(),
    "every button": monkey,
    "exit": press(Press.EXIT),
    "back": press(Press.BACK),
    "finish": press(Press.FINISH),
    "language and size": press(Press.LANGUAGE, Press.TEXT_SIZE),
    "an item is chosen": lambda hall: hall.happen(ItemChosen("SI-04")),
    "a wrong PIN, confirmed twice": wrong_pin,
    "the PIN is given up": lambda hall: hall.life.pin_pad.cancel(),
    "answers to nobody": stray_answers,
}


def at_rest(hall: StillHall) -> bool:
    return hall.at_rest


@pytest.mark.parametrize("place", PLACES)
def test_from_every_place_there_is_a_way_back_whatever_happens_there(still_hall, place):
    go, there = PLACES[place]
    for name, happen in HAPPENINGS.items():
        here = still_hall()
        go(here)
        assert there(here.state), f"{place} was not reached for: {name}"
        happen(here)
        here.run(1.0)
        here.release()
        out = here.comes_to(a_way_out, LEFT_ALONE)
        assert out, f"{place}, {name}: nobody touches it, and after {LEFT_ALONE:.0f} s there is no way out"
        here.put_right()
        assert here.comes_to(at_rest, LEFT_ALONE), f"{place}, {name}: all is mended and taken, and there is no rest"


REPRESENTED = {
    phases.Starting: "starting with a card in the slot",
    phases.Maintenance: "maintenance",
    phases.Standby: "standby",
    phases.Choosing: "choosing",
    phases.Identifying: "identifying",
    phases.CheckingRoom: "checking room",
    phases.Opening: "opening",
    phases.ReadingCard: "reading the card",
    phases.AskingTries: "asking tries",
    phases.EnteringPin: "entering the PIN",
    phases.VerifyingPin: "verifying the PIN",
    phases.InMenu: "menu",
    phases.Serving: "showing",
    phases.Taking: "taking the papers",
    phases.Leaving: "leaving",
}


MEANINGLESS: Mapping[type[Any], tuple[Any, ...]] = {
    happenings.CardInserted: (happenings.CardInserted(),),
    happenings.CardMute: (happenings.CardMute(),),
    happenings.SlotsChecked: (happenings.SlotsChecked(),),
    happenings.PinEntered: (happenings.PinEntered(PinHandle(bytearray(12), 0)),),
    happenings.PinCancelled: (happenings.PinCancelled(),),
    happenings.TimeIsUp: tuple(happenings.TimeIsUp(transitions.REGION, timer) for timer in ("phase", "idle", "item")),
    happenings.Completed: (happenings.Completed(1, None, None),),
    happenings.Failed: (happenings.Failed(1, None, CardGone("card_reader")),),
    happenings.Progressed: (happenings.Progressed(1, None, 1, 6),),
    happenings.VendorModeBegan: (happenings.VendorModeBegan(),),
    happenings.VendorModeOver: (happenings.VendorModeOver(),),
    happenings.CustodyChanged: (happenings.CustodyChanged("card", "left"), happenings.CustodyChanged("card", "taken")),
}


@pytest.mark.parametrize("phase", sorted(PHASES, key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
def test_what_means_nothing_changes_nothing(still_hall, phase):
    here = still_hall()
    PLACES[REPRESENTED[phase]][0](here)
    state, moment = here.state, here.night.clock.now()
    assert type(state.session.phase) is phase
    around = Around(state.custody, state.devices)
    for kind in (kind for kind, of in MEANS_NOTHING.items() if phase in of):
        for event in MEANINGLESS[kind]:
            out = Outbox(state.next_effect, moment)
            assert transitions.step(state.session, event, out, here.life.rules, around) == state.session, event
            assert not out.effects
            assert not out.signals
    here.release()
    assert here.comes_to(a_way_out, LEFT_ALONE)
    here.put_right()
    assert here.comes_to(at_rest, LEFT_ALONE)
