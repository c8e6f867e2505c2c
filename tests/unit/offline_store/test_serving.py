"""Whether somebody is served, as another process sees it."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Any

from offline_store.serving import in_session, terminal_runs

Place = Any


def test_a_terminal_runs_as_long_as_its_journals_mark_is_locked(tmp_path: Path) -> None:
    assert not terminal_runs(tmp_path)
    mark = tmp_path / "journal.open"
    mark.write_text("open\n")
    assert not terminal_runs(tmp_path), "a mark that a crash left is no terminal"
    with mark.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert terminal_runs(tmp_path)
    assert not terminal_runs(tmp_path)


def test_somebody_is_served_from_the_opening_of_a_session_to_its_end(place: Place) -> None:
    journal = place.journal()
    assert not in_session(place.folder, place.key)
    for _ in range(2):
        journal.append("session-opened", {"session": "a"})
        journal.append("act", {"session": "a"}, b"body")
        for _ in range(50):
            journal.append("audit", {"event": "device"})
        assert in_session(place.folder, place.key)
        journal.append("session-closed", {"session": "a"})
        journal.append("audit", {"event": "device"})
        assert not in_session(place.folder, place.key)


def test_a_session_that_was_cut_off_serves_nobody(place: Place) -> None:
    journal = place.journal()
    journal.append("session-opened", {"session": "a"})
    journal.abandon()
    assert not in_session(place.folder, place.key), "nobody runs"
    journal = place.journal()
    journal.append("audit", {"event": "restarted", "how": "checked-after-unclean-stop"})
    assert not in_session(place.folder, place.key), "another run"
    journal.append("session-opened", {"session": "b"})
    assert in_session(place.folder, place.key)


def test_a_new_epoch_begins_without_a_session(place: Place) -> None:
    journal = place.journal()
    journal.append("session-opened", {"session": "a"})
    journal.close()
    place.open(replace_because="test")
    assert not in_session(place.folder, place.key)
