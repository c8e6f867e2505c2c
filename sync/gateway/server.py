"""Runs the gateway: two listeners and the processing step in one process, until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI

from sync.gateway.app import public_app, terminals_app
from sync.gateway.core import handle
from sync.gateway.house import House, WallClock
from sync.gateway.processing import process_pending
from sync.gateway.public import handle_public
from sync.gateway.store import StoreUnavailable

PROCESS_AT_ONCE: Final = 50
"""Items in one transaction of the processing step: short enough that a receipt does not wait for it."""
PROCESS_EVERY_SECONDS: Final = 2.0


class ProcessingFailed(Exception):  # noqa: N818 - named by the condition
    """The gateway ended because its processing step did."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the gateway can be reached."""

    gateway_url: str
    verify_url: str
    port: int
    public_port: int


class Processor:
    """The processing step in a thread of its own: woken by receipts, and every two seconds in any case.

    If it fails, the whole gateway ends: receipts that nobody processes must not look like service.
    """

    def __init__(self, house: House, clock: WallClock) -> None:
        self.failed = False
        self._house = house
        self._clock = clock
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="processing")

    def wake(self) -> None:
        """There may be something to process."""
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
                if not self._full_batch():
                    self._wake.wait(PROCESS_EVERY_SECONDS)
                    self._wake.clear()
        except BaseException:
            self.failed = True
            os.kill(os.getpid(), signal.SIGTERM)
            raise

    def _full_batch(self) -> bool:
        """Process some; True if there may be more. A store that takes nothing now is asked again later."""
        try:
            key = self._house.authority.centre
            done = process_pending(self._house.store, key, PROCESS_AT_ONCE, self._clock.now())
        except StoreUnavailable:
            return False
        return done.accepted + done.refused == PROCESS_AT_ONCE


def serve(
    house: House,
    *,
    host: str,
    port: int,
    public_port: int,
    ready_file: Path | None,
    told: Callable[[Listening], None],
) -> None:
    """Serve until told to stop. Port 0 takes a free one; `ready_file` and `told` learn which.

    Raises OSError if an address is taken, ProcessingFailed if the processing step ended by a fault.
    """
    with _listener(host, port) as terminals, _listener(host, public_port) as public:
        ports = (terminals.getsockname()[1], public.getsockname()[1])
        centre = house.centre(f"http://{host}:{ports[0]}", f"http://{host}:{ports[1]}/v")
        clock = WallClock()
        processor = Processor(house, clock)
        applications = (
            terminals_app(lambda request: handle(request, house.store, clock, centre), processor.wake),
            public_app(lambda request: handle_public(request, house.store, clock, centre)),
        )
        listening = Listening(centre.gateway_url, centre.verify_url, *ports)

        def ready() -> None:
            if ready_file is not None:
                _write_ready(ready_file, listening)
            told(listening)

        processor.start()
        try:
            asyncio.run(_serve(applications, (terminals, public), ready))
        finally:
            processor.stop()
        if processor.failed:
            raise ProcessingFailed("the processing step ended by a fault; what was received is safe")


class _Server(uvicorn.Server):
    """A server whose signals are handled by the process: two of them run side by side."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(
    applications: tuple[FastAPI, ...], sockets: tuple[socket.socket, ...], ready: Callable[[], None]
) -> None:
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


def _config(application: FastAPI) -> uvicorn.Config:
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
        limit_concurrency=200,
    )


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def _write_ready(path: Path, listening: Listening) -> None:
    """Whole or not at all: whoever waits for the file can read it at once."""
    facts = {
        "gateway_url": listening.gateway_url,
        "verify_url": listening.verify_url,
        "port": listening.port,
        "public_port": listening.public_port,
        "pid": os.getpid(),
    }
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(facts) + "\n", encoding="utf-8")
    temporary.replace(path)
