"""A night of the hall in virtual time: after each step every promise of the terminal is looked at.

A failing seed is printed with the last events. It is played again with

    pytest tests/simulation -k night --night-seed SEED

and joins `ONCE_BROKEN`, with the promise that was broken.
"""

from __future__ import annotations

import pytest
from night.invariants import FINAL
from night.troubles import DOCUMENT_TROUBLES, OTHER_TROUBLES, PLUG_TROUBLES, RECEIPT_TROUBLES
from night.whole import NightFailedError

from drivers.print_outcome import PrintOutcome, PrintResult
from kiosk.effects import Append, PrintReceipt, ReleaseCard
from kiosk.events import Completed
from kiosk.screen import Page
from offline_store.chain import Position

PAGES = frozenset(page.value for page in Page if page is not Page.IDLE_WARNING)  # which lies over other pages

ONCE_BROKEN = {
    33: "the first person's session went on while the card service was gone",
    1: "a digit pressed after a session was the first digit of the next person's PIN",
    11: "a print had no end in the chain after the disk was full",
}


def test_a_night_of_500_sessions_keeps_every_promise(play_night, night_seed):
    reckoning = play_night(night_seed, sessions=500)
    assert reckoning.sessions >= 500
    assert reckoning.pages == PAGES
    troubles = {each.name for each in (*RECEIPT_TROUBLES, *DOCUMENT_TROUBLES, *OTHER_TROUBLES, *PLUG_TROUBLES)}
    assert len(troubles - reckoning.troubles.keys()) <= 2
    assert all(reckoning.prints[state] for state in FINAL)
    assert reckoning.certificates
    assert reckoning.memory_looks
    assert reckoning.kinds.keys() >= {"session-opened", "session-closed", "act", "certificate-issued", "custody"}


def test_two_nights_from_one_seed_are_the_same_step_by_step(make_night):
    nights = [make_night(4, sessions=40, everything=True, look_every=1) for _ in range(2)]
    for night in nights:
        night.run()
    one, other = (night.trace.lines() for night in nights)
    assert len(one) > 1_000
    different = next((pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]), None)
    assert different is None
    assert len(one) == len(other)


@pytest.mark.parametrize("seed", ONCE_BROKEN, ids=str)
def test_a_night_that_was_broken_once_holds_now(play_night, seed):
    assert play_night(seed, sessions=60, look_every=1).sessions >= 60


# the looking itself is put to the test: a terminal that breaks a promise is found out


def completed(effect, result):
    return Completed(effect.id, effect.session, result)


def keeps_the_card_powered(effect):
    return completed(effect, None) if isinstance(effect.action, ReleaseCard) else None


def forgets_an_act(effect):
    if isinstance(effect.action, Append) and effect.action.kind == "act":
        return completed(effect, Position(1, 999_999, bytes(32)))
    return None


def claims_a_receipt(effect):
    if isinstance(effect.action, PrintReceipt):
        return completed(effect, PrintOutcome(PrintResult.PRINTED, "00" * 32))
    return None


@pytest.mark.parametrize(
    ("spoiled", "found"),
    [
        (keeps_the_card_powered, "PIN"),
        (forgets_an_act, "is shown and the chain does not hold"),
        (claims_a_receipt, "is printed and 0 papers"),
    ],
)
def test_a_terminal_that_breaks_a_promise_is_found_out(play_night, spoiled, found):
    with pytest.raises(NightFailedError, match=found):
        play_night(3, sessions=60, spoiled=spoiled)


def test_a_failed_night_says_its_seed_its_last_events_and_how_to_see_it_again(play_night):
    with pytest.raises(NightFailedError) as failure:
        play_night(3, sessions=60, spoiled=forgets_an_act)
    told = str(failure.value)
    assert "seed 3" in told
    assert "--night-seed 3" in told
    assert "CardInserted()" in told
