"""A PIN pad is fitted: the PIN is typed there and nowhere else, and what goes wrong with the pad is said."""

from __future__ import annotations

import pytest

from drivers.card_reader.pin import PinWrong
from drivers.errors import LinkLost
from drivers.lanes import VirtualLane
from drivers.links.memory import CardMemoryLink, SerialMemoryLink
from drivers.pin_buffer import PinBuffer
from drivers.pin_pad.entry import CardPinEntered, EntryCancelled, EntryTimedOut, EntryTooShort
from drivers.pin_pad.pad import PinPad
from drivers.scheduler import VirtualScheduler
from hardware_sim.pin_pad.entry import Key
from hardware_sim.pin_pad.pad import PinPad as SimulatedPad
from kiosk import effects
from kiosk.app.rules import rules_for
from kiosk.effects import Effect, EnterPin, ReleaseCard
from kiosk.equipment import pin_pad_unit
from kiosk.events import CardInserted, Completed, Contact, Device, DeviceReported, Failed, Progressed
from kiosk.identity import NOBODY, Level
from kiosk.identity.pin_pad import ScreenPinPad
from kiosk.intents import ItemChosen, Press
from kiosk.performer import Performer, Wiring
from kiosk.screen import Page
from kiosk.settings import Devices, Settings

FITTED = Settings(terminal="T001", devices=Devices(pin_pad="/dev/kiosk/pin-pad"))


@pytest.fixture
def terminal(hall):
    hall.rules = rules_for(FITTED, "boot")
    hall.sleeping.add(effects.EnterPin)
    return hall


def answer(terminal, result):
    """What comes of the entry that is open."""
    effect = terminal.open(effects.EnterPin)
    kind = Failed if isinstance(result, Exception) else Completed
    terminal.happen(kind(effect.id, effect.session, result))


def count(terminal, digits):
    effect = terminal.open(effects.EnterPin)
    terminal.happen(Progressed(effect.id, effect.session, digits, 12))


def entered():
    buffer = PinBuffer()
    for digit in (1, 2, 3, 4, 5, 6):
        buffer.press(digit)
    return CardPinEntered(buffer.hand_over())


def test_the_page_waits_for_the_pad_and_shows_how_many_digits_there_are(terminal):
    terminal.to_pin()
    assert terminal.page is Page.PIN
    assert terminal.screen.body.on_pad
    assert terminal.open(effects.EnterPin).action.seconds == 60
    count(terminal, 3)
    assert terminal.screen.body.count == 3


def test_what_was_typed_on_the_pad_goes_to_the_card_once(terminal):
    terminal.to_pin()
    answer(terminal, entered())
    assert terminal.state.session.identity.level is Level.L2
    assert [type(each.action) for each in terminal.asked].count(effects.VerifyPin) == 1


def test_digits_keep_the_page_open_and_silence_closes_it(terminal):
    terminal.to_pin()
    for digits in (1, 2):
        terminal.wait(25.0)
        count(terminal, digits)
    assert terminal.page is Page.PIN
    terminal.wait(31.0)
    assert terminal.page is Page.TAKE_THINGS


@pytest.mark.parametrize(
    ("result", "code"),
    [(EntryCancelled(), ""), (EntryTimedOut(), ""), (LinkLost("pin_pad"), "PP-01")],
    ids=["cancelled", "time over", "unplugged"],
)
def test_an_entry_that_comes_to_nothing_gives_the_card_back_and_says_why(terminal, result, code):
    terminal.to_pin()
    answer(terminal, result)
    assert terminal.page is Page.TAKE_THINGS
    shown = terminal.screen.body.notice
    assert (shown.code if shown else "") == code
    assert terminal.state.session.identity == NOBODY
    assert effects.VerifyPin not in {type(each.action) for each in terminal.asked}


def test_too_few_digits_are_no_try_and_the_rest_of_the_time_is_the_persons(terminal):
    terminal.to_pin()
    terminal.wait(10.0)
    count(terminal, 3)
    answer(terminal, EntryTooShort(3))
    assert terminal.page is Page.PIN
    assert terminal.screen.body.count == 0
    assert terminal.open(effects.EnterPin).action.seconds == 50


def test_a_wrong_pin_may_be_typed_again_on_the_pad(terminal):
    terminal.answers[effects.VerifyPin] = lambda _: PinWrong(2)
    terminal.to_pin()
    answer(terminal, entered())
    assert terminal.screen.body.tries_left == 2
    assert [type(each.action) for each in terminal.asked].count(effects.EnterPin) == 2


def test_an_entry_that_ends_after_its_session_is_dropped_and_recorded(terminal):
    terminal.to_pin()
    effect = terminal.open(effects.EnterPin)
    terminal.press(Press.EXIT)
    late = entered()
    terminal.happen(Completed(effect.id, effect.session, late))
    assert effects.VerifyPin not in {type(each.action) for each in terminal.asked}
    assert any(each.header.get("event") == "stale-dropped" for each in terminal.appended)


def test_with_an_ill_pad_nobody_is_asked_for_a_pin_and_services_without_one_go_on(terminal):
    terminal.start()
    terminal.happen(DeviceReported(Device.PIN_PAD, "PP-01", "", Contact.SILENT))
    terminal.press(Press.WAKE)
    tiles = {tile.item: tile.available for tile in terminal.screen.body.tiles}
    assert not tiles["SI-02"]
    assert tiles["SI-11"]
    terminal.press(Press.EXIT)
    terminal.happen(CardInserted())
    assert terminal.page is Page.MENU
    assert terminal.state.session.identity.level is Level.L1
    terminal.happen(ItemChosen("SI-02"))
    assert terminal.page is Page.MENU


def test_the_pad_is_not_asked_how_it_is_while_somebody_types(terminal):
    terminal.to_pin()
    before = len(terminal.asked)
    terminal.wait(25.0)
    asked = {each.action.device for each in terminal.asked[before:] if isinstance(each.action, effects.PollDevice)}
    assert asked == {Device.RECEIPT_PRINTER, Device.DOCUMENT_PRINTER}


def test_the_screen_takes_no_digits_where_a_pad_is_fitted_and_giving_up_is_possible_all_the_same():
    posted = []
    screen = ScreenPinPad(posted.append, closed=True)
    for digit in (1, 2, 3, 4):
        screen.press(digit)
    screen.confirm()
    assert posted == []
    screen.cancel()
    assert len(posted) == 1


# the performer with the real driver, on a simulated pad


@pytest.fixture
def typing():
    """(perform, scheduler, pad, link, posted)"""
    posted, scheduler, machine = [], VirtualScheduler(), SimulatedPad()
    link = SerialMemoryLink(scheduler, machine)
    lane = VirtualLane("pin-pad", scheduler, link)
    driver = PinPad(scheduler.now)
    wiring = Wiring(
        units={Device.PIN_PAD: pin_pad_unit(lane, driver)},
        card=VirtualLane("card-reader", scheduler, CardMemoryLink(scheduler)),
        receipt_printer=None,
        document_printer=None,
        pin_pad=(lane, driver),
        books=None,
        records=None,
        papers=None,
        look_at_delivery=None,
        poke=None,
        post=posted.append,
        wipe_pin=lambda: None,
        tell_technician=None,
        pseudonym_key=bytearray(32),
        timeouts=FITTED.timeouts,
    )
    return Performer(wiring), scheduler, machine, link, posted


def press(scheduler, machine, link, keys):
    for key in keys:
        scheduler.run_until(scheduler.now() + 0.5)
        for delay, data in machine.press(key, scheduler.now()):
            scheduler.call_later(delay, lambda data=data: link.arrive(data))
    scheduler.run_until(scheduler.now() + 2.0)


DIGITS = [Key.ONE, Key.TWO, Key.THREE, Key.FOUR]


def test_digits_come_as_counts_and_the_pin_as_a_handle_that_opens_once(typing):
    perform, scheduler, machine, link, posted = typing
    perform(Effect(7, "s", EnterPin(60.0)))
    scheduler.run_until(5.0)
    press(scheduler, machine, link, [*DIGITS, Key.ENTER])
    assert [each.step for each in posted if isinstance(each, Progressed)] == [0, 1, 2, 3, 4]
    (done,) = [each for each in posted if isinstance(each, Completed)]
    assert done.effect == 7
    assert bytes(done.result.handle.open()) == b"\1\2\3\4"
    assert "1234" not in repr(posted)


def test_unplugged_in_the_middle_the_pad_is_lost_and_what_was_typed_is_gone(typing):
    perform, scheduler, machine, link, posted = typing
    perform(Effect(7, "s", EnterPin(60.0)))
    scheduler.run_until(5.0)
    press(scheduler, machine, link, DIGITS[:3])
    link.unplug()
    scheduler.run_until_idle()
    report, failed = posted[-2:]
    assert (report.device, report.fault, report.contact) == (Device.PIN_PAD, "PP-01", Contact.LOST)
    assert isinstance(failed, Failed)
    link.plug(machine)
    perform(Effect(8, None, effects.PollDevice(Device.PIN_PAD)))
    scheduler.run_until_idle()
    assert posted[-1].result.fault is None


def test_the_end_of_a_session_ends_the_entry_and_switches_the_keys_off(typing):
    perform, scheduler, machine, link, posted = typing
    perform(Effect(7, "s", EnterPin(60.0)))
    scheduler.run_until(5.0)
    press(scheduler, machine, link, DIGITS)
    perform(Effect(8, "s", ReleaseCard()))
    scheduler.run_until(scheduler.now() + 10.0)
    assert not any(isinstance(each, Completed) and each.effect == 7 for each in posted)
    before = len(posted)
    press(scheduler, machine, link, [Key.FIVE, Key.ENTER])
    assert posted[before:] == []


def test_a_pad_whose_keys_vanished_may_have_been_opened(typing):
    perform, scheduler, machine, _, posted = typing
    machine.load_demo_key(bytes(range(16)))
    perform(Effect(1, None, effects.PollDevice(Device.PIN_PAD)))
    scheduler.run_until_idle()
    assert posted[-1].result.fault is None
    machine.tamper()
    perform(Effect(2, None, effects.PollDevice(Device.PIN_PAD)))
    scheduler.run_until_idle()
    assert posted[-1].result.fault == "PP-02"
