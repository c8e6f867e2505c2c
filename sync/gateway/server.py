"""Runs the gateway: three listeners, the processing and the answering step in one process, until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import uvicorn

from offline_store.chain import timestamp
from sync.gateway import asking
from sync.gateway.admitting import Application, behind_admission
from sync.gateway.answering import answer_open
from sync.gateway.app import public_app, staff_app, terminals_app
from sync.gateway.connections import PatientProtocol
from sync.gateway.core import handle
from sync.gateway.enrolled_keys import EnrolledKeys
from sync.gateway.house import House, WallClock
from sync.gateway.listeners import BehindProxy, Listening, Places, Sockets, bound
from sync.gateway.overload import DEFAULT_PER_SECOND, Admission
from sync.gateway.processing import process_pending
from sync.gateway.public import handle_public
from sync.gateway.refusal_log import telling
from sync.gateway.staff.handling import handle_staff
from sync.gateway.store import StoreUnavailable

PROCESS_AT_ONCE: Final = 50
"""Items in one transaction of the processing step: short enough that a receipt does not wait for it."""
ANSWER_AT_ONCE: Final = 20
STEP_SECONDS: Final = 2.0


class ProcessingFailed(Exception):  # noqa: N818 - named by the condition
    """The gateway ended because its processing step did."""


class AddressMissing(Exception):  # noqa: N818 - named by the condition
    """Behind a proxy nobody knows the addresses that people and terminals use, unless they are set."""


class Step:
    """A step in a thread of its own: woken when there may be something to do, and every two seconds in any case.

    If it fails, the whole gateway ends: receipts that nobody processes must not look like service.
    """

    def __init__(self, name: str, work: Callable[[], bool]) -> None:
        """``work``: does some, and says whether there may be more at once; StoreUnavailable means later."""
        self.failed = False
        self._work = work
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name)

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the transaction in progress and end."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stopping:
                if not self._some():
                    self._wake.wait(STEP_SECONDS)
                    self._wake.clear()
        except BaseException:
            self.failed = True
            os.kill(os.getpid(), signal.SIGTERM)
            raise

    def _some(self) -> bool:
        try:
            return self._work()
        except StoreUnavailable:
            return False


def _processing(house: House, clock: WallClock) -> Step:
    def some() -> bool:
        done = process_pending(house.store, house.authority.centre, PROCESS_AT_ONCE, clock.now())
        return done.accepted + done.refused == PROCESS_AT_ONCE

    return Step("processing", some)


def _answering(house: House, clock: WallClock) -> Step:
    core = house.core_system()

    def some() -> bool:
        done = answer_open(house.store, core, house.authority.signing, ANSWER_AT_ONCE, clock)
        return done.settled + done.unavailable == ANSWER_AT_ONCE and done.settled > 0

    return Step("answering", some)


def _knowing(house: House, enrolled: EnrolledKeys) -> Step:
    def some() -> bool:
        enrolled.read_on(house.store)
        return False

    return Step("enrolled keys", some)


def _begin_generation(house: House, clock: WallClock) -> None:
    """The store may have been restored from a backup since it was last served: terminals go back as far as needed."""
    with house.store.transaction():
        house.store.rewinds.begin_generation(1 + secrets.randbelow(2**47 - 1), timestamp(clock.now()))


def serve(
    house: House,
    *,
    places: Places,
    ready_file: Path | None,
    told: Callable[[Listening], None],
    per_second: float = DEFAULT_PER_SECOND,
) -> None:
    """Serve until told to stop. `ready_file` and `told` learn where it listens. ``per_second``: requests
    of terminals beyond which the rest is asked to come later.

    Raises OSError if an address is taken, ProcessingFailed if the processing step ended by a fault,
    AddressMissing if there is a proxy in front and nobody has said which address it has; StaffKeyUnfit.
    """
    proxied = isinstance(places, BehindProxy)
    if proxied and not all(
        url.startswith("https://") for url in (house.gateway_url, house.verify_url, house.staff_url)
    ):
        raise AddressMissing("behind a proxy gateway_url, verify_url and staff_url in gateway.json are https addresses")
    with bound(places) as (sockets, here):
        centre = house.centre(here.gateway_url, here.verify_url, client_certificates=proxied)
        door = house.door(here.staff_url)
        clock = WallClock()
        _begin_generation(house, clock)
        processing, answering = _processing(house, clock), _answering(house, clock)
        enrolled = EnrolledKeys()
        enrolled.read_on(house.store)
        knowing = _knowing(house, enrolled)
        steps = (processing, answering, knowing)
        after = {
            "/v1/chain": processing.wake,
            asking.PATH: answering.wake,
            "/v1/enrol": knowing.wake,
            "/v1/renew": knowing.wake,
        }
        terminals = terminals_app(
            lambda request: handle(request, house.store, clock, centre), after, enrolled=enrolled.__contains__
        )
        admitted = behind_admission(terminals, Admission(per_second, enrolled.__contains__), time.monotonic)
        applications = (
            telling(admitted, _tell_log, clock.now),
            public_app(lambda request: handle_public(request, house.store, clock, centre)),
            staff_app(lambda request: handle_staff(request, house.store, clock, centre, door)),
        )
        listening = replace(here, gateway_url=centre.gateway_url, verify_url=centre.verify_url, staff_url=door.url)

        def ready() -> None:
            if ready_file is not None:
                _write_ready(ready_file, listening)
            told(listening)

        for step in steps:
            step.start()
        try:
            asyncio.run(_serve(applications, sockets, ready))
        finally:
            for step in steps:
                step.stop()
        if any(step.failed for step in steps):
            raise ProcessingFailed("the processing step ended by a fault; what was received is safe")


def _tell_log(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


class _Server(uvicorn.Server):
    """A server whose signals are handled by the process: three of them run side by side."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(applications: tuple[Application, ...], sockets: Sockets, ready: Callable[[], None]) -> None:
    servers = [_Server(_config(application)) for application in applications]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    runs = [asyncio.create_task(server.serve([sock])) for server, sock in zip(servers, sockets, strict=True)]
    while not all(server.started for server in servers) and not any(run.done() for run in runs):
        await asyncio.sleep(0.01)
    if all(server.started for server in servers):
        ready()
    await asyncio.gather(*runs)


def _config(application: Application) -> uvicorn.Config:
    # No access log: paths and addresses of the public are nobody's business. Dates come from the core.
    return uvicorn.Config(
        application,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=5,
        # Connections are bounded there; requests are counted and refused by the application.
        http=PatientProtocol,
    )


def _write_ready(path: Path, listening: Listening) -> None:
    """Whole or not at all: whoever waits for the file can read it at once."""
    facts = {
        "gateway_url": listening.gateway_url,
        "verify_url": listening.verify_url,
        "staff_url": listening.staff_url,
        "port": listening.port,
        "public_port": listening.public_port,
        "staff_port": listening.staff_port,
        "pid": os.getpid(),
    }
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(facts) + "\n", encoding="utf-8")
    temporary.replace(path)
