"""The life of a station process: one per state directory, ended by a signal, by a word, or with its parent."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from hardware_sim.station.control import Control
from hardware_sim.station.hall import CannotError
from hardware_sim.station.places import Places
from hardware_sim.station.station import Station

_LONGEST_PATH = 107
"""What the kernel takes for a Unix socket."""
_LOOK_AGAIN = 0.05


class CannotStartError(Exception):
    """One sentence why, and what to do."""


class AlreadyRunningError(CannotStartError):
    """Another station has this state directory."""


def run(
    folder: Path,
    *,
    parent: int,
    personas: Path,
    pace: float,
    cards: bool,
    seed: int,
    record: Path | None,
    ready: Callable[[Station], None],
) -> int:
    """Bring a station up, call `ready`, and stay until it shall end. 0: ended as told; 1: ended by a fault of its own.

    It ends with the process `parent`, too. With `record` everything that passes is kept from the first byte on.

    Raises CannotStartError, and PcscUnavailableError when the machine cannot run the card readers.
    """
    places = Places(folder.absolute())
    if len(os.fsencode(places.control)) > _LONGEST_PATH:
        raise CannotStartError(f"The path {places.folder} is too long for a socket. Choose a shorter --state.")
    places.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    end = threading.Event()
    faults: list[str] = []

    def thread_failed(failure: threading.ExceptHookArgs) -> None:
        sys.excepthook(failure.exc_type, failure.exc_value or failure.exc_type(), failure.exc_traceback)
        faults.append(failure.thread.name if failure.thread is not None else "a thread")
        end.set()

    with _alone(places), _ended_by_signals(end):
        _end_with_parent(parent, end)
        threading.excepthook = thread_failed
        station = Station(places.folder, personas=personas, pace=pace, cards=cards, seed=seed)
        try:
            if record is not None:
                _record(station, record)
            control = Control(station, places.control, end.set)
            try:
                ready(station)
                end.wait()
            finally:
                control.close()
        finally:
            station.close()
            threading.excepthook = threading.__excepthook__
    return 1 if faults else 0


def _record(station: Station, file: Path) -> None:
    try:
        station.start_recording(file)
    except CannotError as error:
        raise CannotStartError(str(error)) from None


def wait_until_down(folder: Path, seconds: float) -> bool:
    """Whether the station of this directory has ended within `seconds`."""
    until = time.monotonic() + seconds
    while not _is_free(Places(folder.absolute()).lock):
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_AGAIN)
    return True


@contextmanager
def _alone(places: Places) -> Iterator[None]:
    with places.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(
                f"A station is running in {places.folder} already. "
                f"End it (hardware-sim down --state {places.folder}) or choose another --state."
            ) from None
        yield


def _is_free(lock: Path) -> bool:
    try:
        with lock.open("r") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        return True
    return True


@contextmanager
def _ended_by_signals(end: threading.Event) -> Iterator[None]:
    def told(_number: int, _frame: FrameType | None) -> None:
        end.set()

    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_with_parent(parent: int, end: threading.Event) -> None:
    """Watch the process that started this one, so that no station is left over from a test that was killed.

    By pidfd, not by PR_SET_PDEATHSIG: that signal also comes when only the thread ends which started the process.
    """
    if parent <= 1:
        return
    try:
        watched = os.pidfd_open(parent)
    except ProcessLookupError:
        end.set()
        return

    def watch() -> None:
        select.select([watched], [], [])
        end.set()

    threading.Thread(target=watch, name="parent", daemon=True).start()
