"""CHANGE PIN: the old and the new one, each from a handle that opens once."""

import pytest

from drivers.card_reader.pin import (
    CHANGE_VECTORS,
    PinChanged,
    PinLocked,
    PinNotSet,
    PinTries,
    PinVerified,
    PinWrong,
    change_pin,
    pin_tries,
    verify_pin,
)
from drivers.errors import CardGone, Refused
from drivers.lanes import Done


@pytest.mark.parametrize(("old", "new", "command"), CHANGE_VECTORS)
def test_a_change_is_the_sheets_command_and_the_new_pin_holds(hall, old, new, command):
    h = hall(pin=old)
    handles = (None if old is None else h.handle(old), h.handle(new))
    assert h.run(change_pin(*handles)) == Done(PinChanged())
    assert h.chip.seen == ["0020000000", command]
    assert all(handle is None or handle.count == 0 for handle in handles)
    assert h.run(verify_pin(h.handle(new))) == Done(PinVerified())


def test_a_wrong_old_pin_tells_the_tries_left_and_the_last_one_locks(hall):
    h = hall(tries=2)
    assert h.run(change_pin(h.handle("000000"), h.handle("888888"))) == Done(PinWrong(1))
    assert h.run(change_pin(h.handle("000000"), h.handle("888888"))) == Done(PinLocked())
    seen = len(h.chip.seen)
    assert h.run(change_pin(h.handle("123456"), h.handle("888888"))) == Done(PinLocked())
    assert h.chip.seen[seen:] == ["0020000000"]


def test_a_change_that_succeeds_brings_all_tries_back(hall):
    h = hall(tries=1)
    h.run(change_pin(h.handle("123456"), h.handle("888888")))
    assert h.run(pin_tries()) == Done(PinTries(3))


def test_nothing_is_sent_to_a_card_whose_state_does_not_fit(hall):
    h = hall()
    assert h.run(change_pin(None, h.handle("888888"))) == Done(PinTries(3))
    h = hall(pin=None)
    old, new = h.handle("123456"), h.handle("888888")
    assert h.run(change_pin(old, new)) == Done(PinNotSet())
    assert h.chip.seen == ["0020000000"]
    assert old.count == new.count == 0


@pytest.mark.parametrize("word", ["6A80", "6700", "6581", "6C07", "6107"])
def test_whatever_the_card_answers_a_change_is_sent_once(hall, word):
    h = hall()
    h.chip.answers["805E"] = word
    error = h.run(change_pin(h.handle("123456"), h.handle("888888"))).error
    assert type(error) is Refused
    assert sum(command.startswith("805E") for command in h.chip.seen) == 1


@pytest.mark.parametrize("start", ["0020", "805E"])
def test_a_card_pulled_at_the_change_leaves_both_handles_empty(hall, start):
    h = hall()
    h.chip.cut = (start, "before")
    old, new = h.handle("123456"), h.handle("888888")
    assert type(h.run(change_pin(old, new)).error) is CardGone
    assert old.count == new.count == 0
