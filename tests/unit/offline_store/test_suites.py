"""An epoch is hashed by one suite, which its opening names; another suite begins another epoch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from offline_store.chain import (
    GENESIS,
    ChainEntry,
    EpochOpened,
    Position,
    body_info,
    canonical_json,
    commitment,
    hash_fits,
    make_entry,
    open_commitment,
    stated_suite,
    verify_run,
)
from offline_store.digests import SUITE_NAMES, SuiteName, suite_named
from offline_store.journal import NewEpoch, Opened, read_journal
from offline_store.journal.salvage import salvage

Place = Any
"""The fixture of conftest.py."""
AT = "2026-11-22T02:00:00.000Z"


def sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def opening(suite: SuiteName, says: str | None = None) -> ChainEntry:
    values = {**EpochOpened("first-start", None, b"s", suite).header(), "suite": says or suite}
    return make_entry(
        prev=GENESIS, terminal="T-0001", epoch=1, seq=1, kind="epoch-opened", at=AT, header=canonical_json(values),
        suite=suite,
    )  # fmt: skip


def following(before: ChainEntry, suite: SuiteName) -> ChainEntry:
    return make_entry(
        prev=before.hash, terminal="T-0001", epoch=1, seq=before.seq + 1, kind="audit", at=AT, header=b"{}", suite=suite
    )


# --- the chain


@pytest.mark.parametrize("suite", SUITE_NAMES)
def test_a_run_is_verified_by_the_suite_that_its_opening_names(suite: SuiteName) -> None:
    first = opening(suite)
    run = [first, following(first, suite)]
    assert stated_suite(first) == suite
    assert EpochOpened.read(first).suite == suite
    assert verify_run(run, GENESIS, 1).whole
    assert verify_run(run[1:], first.hash, 2, suite).whole
    other: SuiteName = "intl" if suite == "sm" else "sm"
    assert not verify_run(run[1:], first.hash, 2, other).whole
    assert not verify_run([first, following(first, other)], GENESIS, 1).whole


def test_an_opening_that_says_another_suite_than_it_is_hashed_by_is_found() -> None:
    assert not verify_run([opening("sm", says="intl")], GENESIS, 1).whole


def test_a_suite_nobody_knows_is_no_opening_and_no_crash() -> None:
    entry = opening("intl", says="rot13")
    assert stated_suite(entry) == "intl"
    with pytest.raises(ValueError, match="suite"):
        EpochOpened.read(entry)
    with pytest.raises(ValueError, match="suite"):
        suite_named(None)
    assert stated_suite(replace(entry, header=b"[" * 5000)) == "intl"


def test_the_suite_is_signed_and_an_earlier_opening_signs_as_it_always_did() -> None:
    known = Position(1, 2, bytes(32))
    statements = {EpochOpened.statement("T", 2, AT, "fork", known, named) for named in (None, *SUITE_NAMES)}
    assert len(statements) == 3
    earlier = EpochOpened("fork", known, b"s")
    assert "suite" not in earlier.header()
    assert earlier.suite == "intl"
    entry = make_entry(
        prev=GENESIS, terminal="T", epoch=2, seq=1, kind="epoch-opened", at=AT, header=canonical_json(earlier.header())
    )
    assert EpochOpened.read(entry) == earlier
    assert earlier.stated_in(entry) == EpochOpened.statement("T", 2, AT, "fork", known)


def test_commitments_are_of_the_epochs_suite_and_are_opened_by_it_alone() -> None:
    salt = bytes(range(32))
    promised = commitment(salt, b"plain", "sm")
    assert promised == sm3(salt + b"plain")
    assert open_commitment(salt + b"plain", promised, "sm") == b"plain"
    assert open_commitment(salt + b"plain", promised, "intl") is None


def test_without_its_opening_an_entry_may_be_of_either_suite_and_must_still_fit() -> None:
    for suite in SUITE_NAMES:
        entry = following(opening(suite), suite)
        assert hash_fits(entry, None)
        assert not hash_fits(replace(entry, at="2026-11-22T02:00:01.000Z"), None)
        salt = bytes(32)
        assert open_commitment(salt + b"x", commitment(salt, b"x", suite), None) == b"x"
        assert open_commitment(salt + b"y", commitment(salt, b"x", suite), None) is None


# --- the journal


def test_a_journal_of_sm_is_whole_goes_on_and_commits_by_sm3(place: Place) -> None:
    journal = place.open(suite="sm").journal
    journal.append("act", {"item": "SI-01"}, b"plain body")
    assert journal.suite == "sm"
    assert journal.verify().whole
    first, act = journal.entries()
    assert EpochOpened.read(first).signature == place.sign(
        EpochOpened.statement("T-0001", 1, first.at, "first-start", None, "sm")
    )
    assert hash_fits(act, "sm")
    assert not hash_fits(act, "intl")
    item = place.delivery().pending(limit=10, max_bytes=10_000)[-1]
    assert item.sealed is not None
    salted = place.seal(item.sealed, body_info("T-0001", 1, 2, "act"))
    assert salted[32:] == b"plain body"
    assert act.body_commitment == sm3(salted)
    journal.close()
    again = place.open(suite="sm")
    assert isinstance(again, Opened)
    assert again.how == "clean"
    assert again.journal.append("audit", {"step": "start"}).seq == 3
    again.journal.abandon()
    unclean = place.open(suite="sm")
    assert isinstance(unclean, Opened)
    assert unclean.how == "checked-after-unclean-stop"


def test_another_suite_in_the_settings_begins_a_new_epoch_and_the_old_one_stays_whole(place: Place) -> None:
    old = place.fill(3)
    head = old.head
    old.close()
    outcome = place.open(suite="sm")
    assert isinstance(outcome, NewEpoch)
    assert (outcome.reason, outcome.last_known_head) == ("suite-changed", head)
    assert (outcome.journal.epoch, outcome.journal.suite) == (2, "sm")
    assert outcome.journal.verify().whole
    assert outcome.moved_aside is not None
    moved = read_journal(outcome.moved_aside, place.key)
    assert moved.suite == "intl"
    assert moved.verify().whole
    moved.close()
    saved = salvage(outcome.moved_aside, key=place.key)
    assert saved.complete
    assert len(saved.undelivered) == 4
    outcome.journal.close()
    back = place.open()
    assert isinstance(back, NewEpoch)
    assert (back.reason, back.journal.epoch, back.journal.suite) == ("suite-changed", 3, "intl")


def test_every_entry_of_an_sm_journal_is_salvaged_too(place: Place) -> None:
    journal = place.open(suite="sm").journal
    for number in range(4):
        journal.append("act", {"number": number}, b"body")
    journal.close()
    outcome = place.open(suite="sm", replace_because="fork")
    assert outcome.moved_aside is not None
    saved = salvage(outcome.moved_aside, key=place.key)
    assert saved.complete
    assert [item.entry.seq for item in saved.undelivered] == [1, 2, 3, 4, 5]


def test_a_broken_chain_is_called_broken_also_when_the_suite_has_changed(place: Place) -> None:
    place.fill(5).abandon()
    connection = place.raw()
    connection.execute("DROP TRIGGER chain_is_append_only_update")
    connection.execute("UPDATE chain SET kind = 'audit' WHERE seq = 3")
    connection.close()
    outcome = place.open(suite="sm")
    assert isinstance(outcome, NewEpoch)
    assert outcome.reason == "chain-broken"
