"""One person before the terminal, told in events."""

from __future__ import annotations

from datetime import date

import pytest

from drivers import errors
from drivers.card_reader.pin import PinLocked, PinNotSet, PinTries, PinWrong
from drivers.print_outcome import PrintOutcome, PrintResult
from kiosk import effects
from kiosk.custody import CardPlace
from kiosk.events import (
    CardInserted,
    CardMute,
    CardRemoved,
    Completed,
    Device,
    DeviceReported,
    PinCounted,
    SlotsChecked,
)
from kiosk.identity import NOBODY
from kiosk.intents import ItemChosen, Press, Pressed, Touched
from kiosk.screen import Language, Page, ResultKind, TextSize, ThingState
from offline_store.errors import LeaseExpired, StoreFull
from offline_store.journal import NoRoom


def kinds(hall):
    return [append.kind for append in hall.appended if append.kind != "audit"]


def test_a_card_a_pin_a_record_and_a_receipt(hall):
    hall.to_menu()
    assert hall.page is Page.MENU
    assert hall.screen.body.masked_name == "金*雀"
    hall.happen(ItemChosen("SI-02"))
    assert hall.page is Page.RESULT_TABLE
    assert hall.screen.body.covered
    hall.press(Press.PRINT)
    assert hall.page is Page.RESULT
    assert hall.screen.body.kind is ResultKind.DONE
    assert hall.screen.body.reference.startswith("T001-20261122-1-")
    hall.press(Press.FINISH)
    assert hall.page is Page.TAKE_THINGS
    assert [thing.kind for thing in hall.screen.body.things] == ["card", "receipt"]
    hall.happen(CardRemoved())
    assert [thing.state for thing in hall.screen.body.things] == [ThingState.TAKEN, ThingState.TAKE]
    hall.press(Press.FINISH)
    assert hall.page is Page.GOODBYE
    hall.wait(4)
    assert hall.page is Page.STANDBY
    assert kinds(hall) == ["session-opened", "act", "print", "print", "print", "session-closed", "custody"]
    states = [append.header["state"] for append in hall.appended if append.kind == "print"]
    assert states == ["queued", "sending", "printed"]


def test_the_item_chosen_before_the_card_is_served_after_the_pin(hall):
    hall.start().press(Press.WAKE)
    hall.happen(ItemChosen("SI-01"))
    assert hall.page is Page.IDENTIFY
    hall.happen(CardInserted())
    assert hall.page is Page.PIN
    hall.happen(pin_of(hall))
    assert hall.page is Page.RESULT_TABLE


def pin_of(hall, digits="123456"):
    from drivers.pin_buffer import PinBuffer
    from kiosk.events import PinEntered

    buffer = PinBuffer()
    for digit in digits:
        buffer.press(int(digit))
    return PinEntered(buffer.hand_over())


def test_card_status_needs_no_pin(hall):
    hall.start().press(Press.WAKE)
    hall.happen(ItemChosen("CRD-03"), CardInserted())
    assert hall.page is Page.RESULT_TABLE
    assert not any(isinstance(effect.action, effects.VerifyPin) for effect in hall.asked)


def test_the_record_is_on_disk_before_the_result_is_shown(hall):
    hall.to_menu()
    hall.sleeping.add(effects.Append)
    hall.happen(ItemChosen("SI-02"))
    assert hall.page is Page.PROCESSING
    hall.happen(hall.answer(hall.open(effects.Append)))
    assert hall.page is Page.RESULT_TABLE


def test_nothing_is_sent_to_the_printer_before_queued_and_sending_are_on_disk(hall):
    hall.to_result()
    hall.sleeping.add(effects.Append)
    hall.press(Press.PRINT)
    for _ in ("queued", "sending"):
        assert not any(isinstance(effect.action, effects.PrintReceipt) for effect in hall.asked)
        hall.happen(hall.answer(hall.open(effects.Append)))
    assert any(isinstance(effect.action, effects.PrintReceipt) for effect in hall.asked)


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        (PrintResult.PRINTED, ResultKind.DONE),
        (PrintResult.FAILED, ResultKind.NOT_DONE),
        (PrintResult.UNKNOWN, ResultKind.UNKNOWN),
    ],
)
def test_unknown_is_an_end_of_its_own(hall, result, kind):
    hall.to_result()
    hall.answers[effects.PrintReceipt] = lambda _: PrintOutcome(result, "00" * 32, ("silence",))
    hall.press(Press.PRINT)
    assert hall.screen.body.kind is kind
    assert hall.appended[-1].header["state"] == result.value


def test_a_wrong_pin_says_how_many_tries_are_left_and_is_never_sent_again(hall):
    hall.to_pin()
    assert hall.screen.body.tries_left == 6
    hall.answers[effects.VerifyPin] = lambda _: PinWrong(5)
    hall.happen(pin_of(hall))
    assert hall.page is Page.PIN
    assert hall.screen.body.tries_left == 5
    assert dict(hall.screen.body.notice.title.facts) == {"n": "5"}
    assert sum(isinstance(effect.action, effects.VerifyPin) for effect in hall.asked) == 1


def test_the_last_try_is_warned_about(hall):
    hall.to_pin()
    hall.answers[effects.VerifyPin] = lambda _: PinWrong(1)
    hall.happen(pin_of(hall))
    assert hall.screen.body.notice.advice.id == "pin.last_try"


@pytest.mark.parametrize(
    ("answer", "code"), [(PinLocked(), "CR-03"), (PinNotSet(), "PN-01")], ids=["locked", "not set"]
)
def test_a_card_whose_pin_cannot_be_asked_for_is_given_back_with_the_reason(hall, answer, code):
    hall.answers[effects.AskPinTries] = lambda _: answer
    hall.start().happen(CardInserted())
    assert hall.page is Page.TAKE_THINGS
    assert hall.screen.body.notice.code == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ForeignCard("card_reader", sw="6A82"), "CR-02"),
        (errors.CardMute("card_reader"), "CR-01"),
        (errors.CardGone("card_reader"), "CR-01"),
        (errors.NotGenuine("card_reader"), "CR-08"),
        (errors.CardExpired("card_reader", expired="2020-01-01"), "CR-04"),
        (errors.CardBlocked("card_reader", scope="card"), "CR-03"),
        (errors.SamMissing("card_reader"), "PS-01"),
        (errors.ServiceGone("card_reader"), "CR-07"),
    ],
)
def test_each_way_a_card_can_fail_has_its_own_text_and_the_card_is_offered(hall, error, code):
    hall.answers[effects.ReadCard] = lambda _: error
    hall.start().happen(CardInserted())
    assert hall.page is Page.TAKE_THINGS
    assert hall.screen.body.notice.code == code
    assert hall.state.custody.card is CardPlace.OFFERED
    hall.happen(CardRemoved())
    hall.wait(10)
    assert hall.page is Page.STANDBY


def test_an_upside_down_card_is_offered_back_without_being_read(hall):
    hall.start().happen(CardMute())
    assert hall.screen.body.notice.code == "CR-01"
    assert not any(isinstance(effect.action, effects.ReadCard) for effect in hall.asked)


@pytest.mark.parametrize("stage", ["to_pin", "to_menu", "to_result"])
def test_pulling_the_card_ends_the_session_and_wipes_it(hall, stage):
    getattr(hall, stage)().happen(CardRemoved())
    assert hall.state.session.identity == NOBODY
    assert "雀" not in repr(hall.screen)
    hall.wait(30)
    assert hall.page is Page.STANDBY
    assert hall.appended[-1].kind != "act"


def test_an_answer_that_comes_after_the_card_was_pulled_is_dropped_and_journalled(hall):
    hall.start()
    hall.sleeping.add(effects.ReadCard)
    hall.happen(CardInserted())
    late = hall.answer(hall.open(effects.ReadCard))
    hall.happen(CardRemoved(), late)
    assert hall.state.session.identity == NOBODY
    assert hall.appended[-1].header["event"] == "stale-dropped"


def test_a_full_disk_refuses_the_session_before_anything_is_read(hall):
    hall.start()
    hall.answers[effects.CheckRoom] = lambda _: NoRoom("low-disk", 10, 1000, "10 bytes")
    hall.happen(CardInserted())
    assert hall.screen.body.notice.code == "SY-01"
    assert not any(isinstance(effect.action, effects.ReadCard) for effect in hall.asked)
    hall.happen(CardRemoved())
    hall.wait(10)
    assert hall.page is Page.OUT_OF_SERVICE


def test_an_act_that_cannot_be_recorded_is_not_shown(hall):
    hall.to_menu()
    hall.answers[effects.Append] = lambda _: StoreFull("journal.db", "no room")
    hall.happen(ItemChosen("SI-02"))
    assert hall.screen.body.kind is ResultKind.NOT_DONE
    assert hall.screen.body.notice.code == "SY-01"


def test_an_expired_lease_is_cannot_be_said_and_never_no(hall):
    hall.to_menu()
    hall.answers[effects.Query] = lambda _: LeaseExpired("snapshot", "older than 30 days")
    hall.happen(ItemChosen("SI-01"))
    assert hall.screen.body.notice.code == "DT-01"
    assert hall.state.devices.fault(Device.SNAPSHOT) == "DT-01"


def test_a_service_whose_device_is_ill_is_greyed_with_the_reason_and_cannot_be_chosen(hall):
    hall.start().happen(DeviceReported(Device.CARD_READER, "CR-07"), Pressed(Press.WAKE))
    tile = next(tile for tile in hall.screen.body.tiles if tile.item == "SI-02")
    assert not tile.available
    assert tile.reason.id == "fault.CR-07.title"
    hall.happen(ItemChosen("SI-02"))
    assert hall.page is Page.HOME


def test_printing_is_not_offered_without_paper_and_says_why(hall):
    hall.to_result()
    hall.happen(DeviceReported(Device.RECEIPT_PRINTER, "PR-02"))
    assert not hall.screen.body.can_print
    assert hall.screen.body.print_reason.id == "fault.PR-02.title"
    hall.press(Press.PRINT)
    assert hall.page is Page.RESULT_TABLE


def test_idling_warns_covers_and_then_gives_the_card_back(hall):
    hall.to_result()
    hall.wait(46)
    assert hall.screen.idle_warning is not None
    hall.wait(21)
    assert hall.page is Page.TAKE_THINGS
    assert hall.state.session.identity == NOBODY


def test_the_touch_that_answers_the_warning_presses_nothing_under_it(hall):
    hall.to_result()
    hall.wait(46)
    hall.press(Press.PRINT)
    assert hall.screen.idle_warning is None
    assert hall.page is Page.RESULT_TABLE


def test_the_warning_can_be_extended_more_than_ten_times(hall):
    hall.to_result()
    for _ in range(12):
        hall.wait(50)
        assert hall.screen.idle_warning is not None
        hall.press(Press.CONTINUE)
    assert hall.page is Page.RESULT_TABLE


def test_elder_mode_doubles_the_time_and_ends_with_the_session(hall):
    hall.to_result()
    hall.press(Press.TEXT_SIZE, Press.LANGUAGE)
    hall.wait(80)
    assert hall.screen.idle_warning is None
    hall.wait(11)
    assert hall.screen.idle_warning is not None
    hall.happen(CardRemoved())
    hall.wait(10)
    assert hall.screen.preferences.text_size is TextSize.STANDARD
    assert hall.screen.preferences.language is Language.ZH


def test_a_pin_page_left_alone_wipes_the_digits_and_gives_the_card_back(hall):
    hall.to_pin().happen(PinCounted(3))
    hall.wait(31)
    assert hall.page is Page.TAKE_THINGS
    assert any(isinstance(effect.action, effects.ReleaseCard) for effect in hall.asked)


def test_a_card_that_is_not_taken_is_asked_for_three_times_and_then_reported_left(hall):
    hall.to_menu().press(Press.EXIT)
    hall.wait(11)
    assert hall.screen.body.urgency == 1
    hall.wait(10)
    assert hall.screen.body.urgency == 2
    hall.wait(10)
    assert hall.state.custody.card is CardPlace.LEFT
    assert hall.screen.body.left_behind
    assert [append.header["state"] for append in hall.appended if append.kind == "custody"] == ["left"]
    hall.wait(600)
    assert hall.page is Page.TAKE_THINGS
    hall.happen(CardRemoved())
    hall.wait(40)
    assert hall.page is Page.STANDBY


def test_a_card_found_in_the_reader_at_start_is_never_read(hall):
    hall.happen(CardInserted(), SlotsChecked())
    assert hall.page is Page.TAKE_THINGS
    assert not any(isinstance(effect.action, effects.ReadCard) for effect in hall.asked)


def test_the_next_card_put_in_during_the_goodbye_begins_a_session_of_its_own(hall):
    hall.to_result()
    first = hall.state.session.id
    hall.happen(CardRemoved(), CardInserted())
    assert hall.state.session.id != first
    assert hall.page is Page.PIN


def test_a_card_swapped_within_one_poll_never_sees_the_first_persons_pages(hall):
    hall.to_menu()
    hall.happen(CardRemoved(), CardInserted())
    assert hall.page is Page.PIN
    assert hall.state.session.identity.level == 1


def test_the_first_touch_only_wakes(hall):
    hall.start().happen(Touched())
    assert hall.page is Page.STANDBY
    hall.happen(ItemChosen("SI-02"))
    assert hall.page is Page.STANDBY
    hall.press(Press.WAKE)
    assert hall.page is Page.HOME
    hall.wait(31)
    assert hall.page is Page.STANDBY


def test_a_completion_of_another_session_changes_nothing(hall):
    hall.to_pin()
    before = hall.state.session
    hall.happen(Completed(10_000, "other", None))
    assert hall.state.session == before


def test_session_ends_unpower_the_card_and_close_the_books(hall):
    hall.to_menu().press(Press.EXIT)
    tail = [type(effect.action) for effect in hall.asked[-5:]]
    assert effects.ReleaseCard in tail
    assert effects.CloseBooks in tail


def test_headers_hold_nothing_personal(hall):
    hall.to_result()
    hall.press(Press.PRINT, Press.FINISH)
    hall.happen(CardRemoved())
    written = repr([dict(append.header) for append in hall.appended])
    for secret in ("金丝雀", "雀", "198803", "A00000011", "110105198803120013"):
        assert secret not in written


def test_amounts_are_covered_again_by_themselves(hall):
    hall.to_result().press(Press.UNCOVER)
    assert not hall.screen.body.covered
    hall.wait(11)
    assert hall.screen.body.covered


def test_expiry_near_is_said(hall):
    hall.start().press(Press.WAKE)
    hall.happen(ItemChosen("CRD-03"), CardInserted())
    assert (date(2034, 1, 1) - date(2026, 11, 22)).days > 60
    assert all(remark.id != "card.renew_soon" for remark in hall.screen.body.remarks)


def test_no_try_left_never_shows_a_pin_page(hall):
    hall.answers[effects.AskPinTries] = lambda _: PinTries(1)
    hall.start().happen(CardInserted())
    assert hall.screen.body.tries_left == 1
