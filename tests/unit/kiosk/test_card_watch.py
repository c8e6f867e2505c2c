"""Readers and cards as the terminal hears of them: by role and by the card's answer, whatever the names say."""

from __future__ import annotations

import re

import pytest

from drivers.card_reader import events as reader
from kiosk.app.card_watch import CardWatcher, Roles
from kiosk.events import CardInserted, CardMute, CardRemoved, Contact, Device, DeviceReported, SlotsChecked

APART = Roles(re.compile("User"), re.compile("PSAM"))
TWINS = Roles(re.compile("Twin"), re.compile("Twin"))
USER, PSAM = "Kiosk User 00 00", "Kiosk PSAM 00 00"
ATR = b"\x3b\x00"
FINE = DeviceReported(Device.CARD_READER, None)


class Bench:
    """The readers as the service tells of them, and a PSAM that answers where it is."""

    def __init__(self, roles=APART):
        self.sam = None
        self.told, self.questions, self.timers = [], [], []
        self.hear = CardWatcher(roles, self.told.append, self.questions.append, lambda _, do: self.timers.append(do))

    def appear(self, *names):
        for name in names:
            self.hear(reader.ReaderAppeared(name))
        return self

    def insert(self, name):
        self.hear(reader.CardInserted(name, ATR))
        return self

    def remove(self, name):
        self.hear(reader.CardRemoved(name))
        return self

    def answer(self):
        """The cards answer every question there is."""
        while self.questions:
            self.questions.pop(0)(self.sam)
        return self

    def quiet(self):
        while self.timers:
            self.timers.pop(0)()
        return self

    def new(self):
        told, self.told[:] = list(self.told), []
        return told


def up(roles, user, sam):
    """A terminal at rest: both readers there, the PSAM in its place."""
    bench = Bench(roles)
    bench.sam = sam
    bench.hear(reader.ServiceBack())
    bench.appear(user, sam).insert(sam).answer().quiet()
    return bench


PLACES = pytest.mark.parametrize(
    ("roles", "user", "sam"),
    [
        (APART, USER, PSAM),
        (APART, PSAM, USER),
        (TWINS, "Twin 00 00", "Twin 01 00"),
        (TWINS, "Twin 01 00", "Twin 00 00"),
    ],
    ids=["as the names say", "plugged the other way round", "twins", "twins, the other way round"],
)


@PLACES
def test_the_psam_is_nobodys_card_and_the_persons_card_is_told_from_the_other_reader(roles, user, sam):
    bench = up(roles, user, sam)
    assert bench.new() == [FINE, SlotsChecked()]
    bench.insert(user)
    assert bench.new() == [CardInserted()]
    bench.remove(user)
    assert bench.new() == [CardRemoved()]
    assert not bench.questions


@PLACES
def test_until_the_cards_have_answered_nothing_is_told_and_then_all_of_it_in_order(roles, user, sam):
    bench = Bench(roles)
    bench.sam = sam
    bench.appear(sam).insert(sam).appear(user).insert(user)
    assert len(bench.questions) == 1
    before = bench.new()
    assert before in ([], [FINE])
    bench.answer()
    assert [each for each in (*before, *bench.new()) if each.__class__ is not DeviceReported] == [
        CardInserted(),
        SlotsChecked(),
    ]


def test_a_pulled_and_plugged_psam_is_asked_for_anew_and_the_person_notices_nothing():
    bench = up(TWINS, "Twin 00 00", "Twin 01 00")
    bench.insert("Twin 00 00").new()
    bench.remove("Twin 01 00").insert("Twin 01 00").answer().quiet()
    assert bench.new() == []
    bench.remove("Twin 00 00").answer()
    assert bench.new() == [CardRemoved()]


def test_a_slot_more_than_there_are_cards_for_makes_no_difference_either_way_round():
    for user, sam in ((USER, PSAM), (PSAM, USER)):
        bench = Bench(APART)
        bench.sam = sam
        bench.appear(USER, USER[:-1] + "1", PSAM, PSAM[:-1] + "1").insert(sam).answer().quiet().new()
        bench.insert(user)
        assert bench.new() == [CardInserted()]


def test_readers_swapped_while_the_terminal_runs_are_told_apart_again():
    bench = up(APART, USER, PSAM)
    bench.new()
    for name in (USER, PSAM):
        bench.hear(reader.ReaderGone(name))
    assert bench.new() == [DeviceReported(Device.CARD_READER, "CR-07", "reader-gone", Contact.LOST)]
    bench.sam = USER
    bench.appear(PSAM, USER).insert(USER).answer().quiet()
    assert bench.new() == [FINE]
    bench.insert(PSAM)
    assert bench.new() == [CardInserted()]


def test_a_card_that_lies_in_a_reader_while_the_cables_are_exchanged_is_the_same_card_until_it_is_taken():
    bench = up(APART, USER, PSAM)
    bench.insert(USER).new()
    for name in (USER, PSAM):
        bench.hear(reader.ReaderGone(name))
    bench.sam = USER
    bench.appear(USER, PSAM).insert(USER).insert(PSAM).answer().quiet().answer()
    assert [each.fault for each in bench.new()] == ["CR-07", None]
    bench.remove(PSAM)
    assert bench.new() == [CardRemoved()]


def test_a_card_put_in_before_anybody_could_say_which_reader_is_whose_is_told_when_it_is_known():
    bench = Bench(APART)
    bench.appear(USER, PSAM).quiet().insert(PSAM).answer()
    assert CardInserted() not in bench.new()
    bench.sam = USER
    bench.insert(USER).answer()
    assert bench.new() == [CardInserted()]


def test_a_psam_taken_for_a_persons_card_is_called_back_when_it_answers():
    bench = Bench(TWINS)
    bench.appear("Twin 00 00", "Twin 01 00").insert("Twin 00 00").answer()  # nobody could be asked in time
    assert bench.new()[-2:] == [CardInserted(), SlotsChecked()]
    bench.sam = "Twin 00 00"
    bench.remove("Twin 00 00").insert("Twin 00 00").answer()
    assert bench.new() == [CardRemoved()]


def test_with_the_psam_in_the_only_reader_there_is_no_place_for_a_card():
    bench = Bench(TWINS)
    bench.sam = "Twin 00 00"
    bench.appear("Twin 00 00").insert("Twin 00 00").answer().quiet()
    assert bench.new() == [
        FINE,
        DeviceReported(Device.CARD_READER, "CR-07", "the-psam-is-in-it", Contact.LOST),
        SlotsChecked(),
    ]


def test_a_terminal_that_starts_without_readers_says_so_and_serves_what_needs_none_until_one_comes():
    bench = Bench()
    bench.hear(reader.ServiceBack())
    bench.quiet()
    assert bench.new() == [DeviceReported(Device.CARD_READER, "CR-07", "no-reader", Contact.LOST), SlotsChecked()]
    bench.appear(USER).quiet()
    assert bench.new() == [FINE]


def test_a_terminal_that_starts_without_the_card_service_says_so():
    bench = Bench()
    bench.hear(reader.ServiceGone("SCARD_E_NO_SERVICE"))
    gone = DeviceReported(Device.CARD_READER, "CR-07", "pcsc-service-gone SCARD_E_NO_SERVICE", Contact.LOST)
    assert bench.new() == [gone, SlotsChecked()]


@pytest.mark.parametrize("stays", [True, False])
def test_after_the_service_came_back_the_card_that_was_there_is_there_or_has_been_taken(stays):
    bench = up(APART, USER, PSAM)
    bench.insert(USER).new()
    bench.hear(reader.ServiceGone("SCARD_E_NO_SERVICE"))
    assert [each.fault for each in bench.new()] == ["CR-07"]
    bench.hear(reader.ServiceBack())
    bench.appear(USER, PSAM).insert(PSAM)
    if stays:
        bench.insert(USER)
    bench.answer().quiet().answer()
    assert bench.new() == ([FINE] if stays else [FINE, CardRemoved()])


def test_a_mute_card_and_readers_of_nobody():
    bench = up(APART, USER, PSAM)
    bench.new()
    bench.appear("Somebody's USB stick").insert("Somebody's USB stick")
    assert bench.new() == []
    bench.hear(reader.CardMute(USER))
    assert bench.new() == [CardMute()]
