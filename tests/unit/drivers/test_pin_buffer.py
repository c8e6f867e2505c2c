"""Digits of a PIN live shortly, in one place, and show themselves to nobody."""

import copy
import pickle

import pytest

from drivers.operation import SecretExchange, Slot
from drivers.pin_buffer import MAX_DIGITS, PinBuffer, PinSpentError


def filled(digits="123456"):
    buffer = PinBuffer()
    for digit in digits:
        assert buffer.press(int(digit))
    return buffer


def test_the_count_is_all_there_is_to_see():
    buffer = filled("4711")
    handle = filled("4711").hand_over()
    assert buffer.count == handle.count == 4
    for secret in (buffer, handle):
        assert "4" not in f"{secret!r} {secret!s}"
        assert not hasattr(secret, "__dict__")


def test_a_handle_opens_once_and_the_buffer_is_empty_for_the_next_person():
    buffer = filled("123456")
    handle = buffer.hand_over()
    assert buffer.count == 0
    assert handle.open() == bytes((1, 2, 3, 4, 5, 6))
    with pytest.raises(PinSpentError):
        handle.open()
    assert handle.count == 0


def test_digits_are_overwritten_after_use_on_clear_and_at_the_end_of_life():
    opened, cleared, dropped = filled().hand_over(), filled(), filled()
    arrays = [secret._digits for secret in (opened, cleared, dropped)]
    assert all(any(array) for array in arrays)
    opened.open()
    cleared.clear()
    del dropped
    assert not any(any(array) for array in arrays)


def test_a_cleared_handle_does_not_open():
    handle = filled().hand_over()
    handle.clear()
    with pytest.raises(PinSpentError):
        handle.open()


def test_a_digit_can_be_taken_back_and_leaves_nothing_behind():
    buffer = filled("12345")
    buffer.backspace()
    assert buffer.count == 4
    assert buffer._digits[4] == 0
    buffer.clear()
    buffer.backspace()
    assert buffer.count == 0


def test_a_full_buffer_takes_no_more_and_a_short_one_is_not_handed_over():
    buffer = filled("1" * MAX_DIGITS)
    assert not buffer.press(1)
    assert buffer.count == MAX_DIGITS
    short = filled("123")
    assert not short.complete
    with pytest.raises(ValueError, match="at least 4"):
        short.hand_over()


@pytest.mark.parametrize("digit", [-1, 10, 48])
def test_only_digits_are_taken(digit):
    with pytest.raises(ValueError, match="digits only"):
        PinBuffer().press(digit)


@pytest.mark.parametrize(
    "secret",
    [filled(), filled().hand_over(), SecretExchange(Slot.USER, bytearray)],
    ids=["buffer", "handle", "request"],
)
def test_nobody_pickles_or_copies_it(secret):
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            way(secret)
