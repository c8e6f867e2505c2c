"""The sync process: everything that goes over the network, in its own process beside the terminal.

`run` loops until SIGTERM, `now` makes one pass, `status` says how things stand; `kiosk sync run|now|status` are these
three. The terminal pokes the loop (`sync.poke`). Each run of a job leaves a row in the journal's runs
and one JSON line in the log, without personal data.
"""

from __future__ import annotations

import select
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Final

from offline_store.chain import timestamp
from offline_store.keys import KeyProvider
from sync.client.http import TLS_FOLDER, HttpSender
from sync.lanes import Lane, three_lanes
from sync.passes import Worker, open_worker
from sync.poke import SOCKET, poke, short_path
from sync.reports import Status, Summary
from sync.trust import read_trust
from sync.wiping import begun, carry_out, refuse_wiped

_CRASH_GRACE_SECONDS: Final = 5.0


class AlreadyRunning(Exception):  # noqa: N818 - named by the condition
    """A sync process listens on this data directory already."""


@dataclass(frozen=True, slots=True)
class _Stop:
    """SIGTERM and SIGINT, turned into something a select sees."""

    wake: socket.socket
    asked: list[bool]
    look_again: Callable[[], None]
    """Wakes the select too. From any thread."""


def now(data_dir: Path, *, keys: KeyProvider, gateway_url: str = "") -> Summary:
    """One pass of every job, in order. `gateway_url` overrides the address learned at enrolment.

    The centre's order to wipe is carried out, too, when the terminal process lets go of the stores.

    Raises TerminalWiped, NotEnrolled, GatewayAddressUnfit, and the stores' and keys' errors.
    """
    refuse_wiped(data_dir, keys, _at())
    while True:
        with _worker(data_dir, keys, gateway_url) as worker:
            summary = worker.all_jobs("operator")
            wipe = worker.orders.wipe_due
        if not wipe:
            return summary
        wiped = carry_out(data_dir, keys, _at())
        if wiped or begun(data_dir) is not None:
            return replace(summary, wiped=wiped)


def status(data_dir: Path, *, keys: KeyProvider) -> Status:
    """How things stand, from the journal alone: no network."""
    with _worker(data_dir, keys, "") as worker:
        return worker.status()


def run(data_dir: Path, *, keys: KeyProvider, gateway_url: str = "") -> None:
    """Until SIGTERM or SIGINT: jobs when they are due, at once when poked, in three lanes.

    Runs in progress are finished, but a download is broken off.

    When the centre ordered a wipe and knows that it begins, the lanes end and the stores are wiped, as soon as the
    terminal process has let go of them; if it does not, the next start goes on with it. The lanes begin again when
    something was recorded in between, and send it.

    Raises AlreadyRunning, what `now` raises, and WrongKey: then the process that starts next loads the right key.
    """
    refuse_wiped(data_dir, keys, _at())
    read_trust(data_dir)
    while _work(data_dir, keys, gateway_url):
        if carry_out(data_dir, keys, _at()) or begun(data_dir) is not None:
            return


def _work(data_dir: Path, keys: KeyProvider, gateway_url: str) -> bool:
    """The lanes to their end. Whether that is because a wipe is due."""
    with _poke_socket(data_dir) as pokes, _stop_signals() as stop:
        lanes = three_lanes(lambda: _worker(data_dir, keys, gateway_url), stop.look_again)
        for lane in lanes:
            lane.start()
        while not stop.asked and not any(lane.over for lane in lanes):
            ready, _, _ = select.select([pokes, stop.wake], [], [])
            if pokes in ready:
                _drain(pokes)
                for lane in lanes:
                    lane.poke()
        _end(lanes)
    return any(lane.wipe_due for lane in lanes)


def _end(lanes: tuple[Lane, ...]) -> None:
    """They end after the run in progress; a crash of one does not wait long for the others, and is raised."""
    for lane in lanes:
        lane.stop()
    for lane in lanes:
        lane.join(_CRASH_GRACE_SECONDS if any(each.crash for each in lanes) else None)
    for lane in lanes:
        if lane.crash is not None:
            raise lane.crash


@contextmanager
def _worker(data_dir: Path, keys: KeyProvider, gateway_url: str) -> Iterator[Worker]:
    worker = open_worker(data_dir, keys, lambda trusted: HttpSender(gateway_url or trusted, tls=data_dir / TLS_FOLDER))
    try:
        yield worker
    finally:
        worker.close()


@contextmanager
def _poke_socket(data_dir: Path) -> Iterator[socket.socket]:
    path = data_dir / SOCKET
    if poke(data_dir):
        raise AlreadyRunning(f"another sync process of {data_dir.name} is running")
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as pokes:
        pokes.setblocking(False)
        with short_path(path) as short:
            pokes.bind(short)
        path.chmod(0o600)
        try:
            yield pokes
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _stop_signals() -> Iterator[_Stop]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    stop = _Stop(ours, [], lambda: _wake(theirs))

    def asked(number: int, frame: FrameType | None) -> None:
        stop.asked.append(True)

    before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    wakeup = signal.set_wakeup_fd(theirs.fileno())
    try:
        yield stop
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        ours.close()
        theirs.close()


def _wake(theirs: socket.socket) -> None:
    try:
        theirs.send(b"\0")
    except OSError:
        return  # it is awake, or over


def _drain(pokes: socket.socket) -> None:
    while True:
        try:
            pokes.recv(64)
        except BlockingIOError:
            return


def _at() -> str:
    return timestamp(datetime.now(UTC))
