"""Watches readers and cards on a thin thread of its own, through the death and return of the PC/SC service.

pyscard's own monitor ends silently when the service goes; this one releases what it has, waits with growing pauses and
starts again. All judgement is in ``watch``.
"""

import random
import threading
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from smartcard import scard

from drivers.card_reader.events import ReaderEvent, ServiceBack, ServiceGone
from drivers.card_reader.watch import UNAWARE, ReaderWatch, Report
from drivers.links.pcsc_faults import SUCCESS, fault

PNP = "\\\\?PnP?\\Notification"
"""The reader that is none: it changes when readers come and go."""

_LIST_AGAIN_MS = 5_000
"""A reader plugged in between listing and waiting would else be seen only at the next change."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


def pauses(chance: Callable[[], float]) -> Iterator[float]:
    """Seconds to wait before each new try: doubling up to 5, each between half and all of it."""
    pause = _FIRST_PAUSE
    while True:
        yield pause * (0.5 + chance() / 2)
        pause = min(_LONGEST_PAUSE, pause * 2)


def _raise(error: BaseException) -> NoReturn:
    raise error


class PcscMonitor:
    """Calls ``emit`` with each event, on its own thread, from ``start`` until ``stop``.

    The first event is ServiceBack or ServiceGone. ``chance`` is as ``random.random``; ``crash`` gets an exception that
    is a bug (default: the thread dies of it and the process's hook sees it); ``api`` is as ``smartcard.scard``.
    """

    def __init__(
        self,
        emit: Callable[[ReaderEvent], None],
        *,
        chance: Callable[[], float] = random.random,
        crash: Callable[[BaseException], None] = _raise,
        api: Any = scard,
    ) -> None:
        self._emit = emit
        self._chance = chance
        self._crash = crash
        self._api = api
        self._stopping = threading.Event()
        self._context: int | None = None
        self._service: bool | None = None
        self._thread = threading.Thread(target=self._live, name="pcsc-monitor", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it. From any other thread; idempotent."""
        self._stopping.set()
        while self._thread.is_alive():
            # A cancel that comes before the thread waits has no effect: say it until it is heard.
            if (context := self._context) is not None:
                self._api.SCardCancel(context)
            self._thread.join(0.02)

    def _live(self) -> None:
        try:
            waits = pauses(self._chance)
            while not self._stopping.is_set():
                hresult, worked = self._connected()
                if worked:
                    waits = pauses(self._chance)
                if not self._stopping.is_set():
                    self._tell_service(hresult)
                    self._stopping.wait(next(waits))
        except BaseException as error:  # noqa: BLE001  nothing is swallowed: this is where bugs become known
            self._crash(error)

    def _connected(self) -> tuple[int, bool]:
        """One life of a context. Answer: the result code that ended it, and whether anything worked in it."""
        hresult, context = self._api.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        if hresult != SUCCESS:
            return hresult, False
        self._context = context
        try:
            return self._watched(context)
        finally:
            self._context = None
            self._api.SCardReleaseContext(context)

    def _watched(self, context: int) -> tuple[int, bool]:
        watch, pnp, worked = ReaderWatch(), UNAWARE, False
        while not self._stopping.is_set():
            hresult, readers = self._api.SCardListReaders(context, [])
            if hresult == scard.SCARD_E_NO_READERS_AVAILABLE:
                readers = []
            elif hresult != SUCCESS:
                return hresult, worked
            worked = True
            self._tell_service(SUCCESS)
            self._tell(watch.readers_are(readers))
            waiting = [*((reader, watch.state_of(reader)) for reader in sorted(readers)), (PNP, pnp)]
            hresult, reports = self._api.SCardGetStatusChange(context, _LIST_AGAIN_MS, waiting)
            if hresult == scard.SCARD_E_UNKNOWN_READER:
                # It left between listing and waiting; the service needs a moment to say so itself.
                self._stopping.wait(_FIRST_PAUSE)
                continue
            if hresult in (scard.SCARD_E_TIMEOUT, scard.SCARD_E_CANCELLED):
                continue
            if hresult != SUCCESS:
                return hresult, worked
            for reader, state, atr in reports:
                if reader == PNP:
                    pnp = state & ~scard.SCARD_STATE_CHANGED
                else:
                    self._tell(watch.reported(Report(reader, state, bytes(atr))))
        return SUCCESS, worked

    def _tell_service(self, hresult: int) -> None:
        there = hresult == SUCCESS
        if there != self._service:
            self._service = there
            self._emit(ServiceBack() if there else ServiceGone(str(fault(hresult).facts["pcsc"])))

    def _tell(self, events: list[ReaderEvent]) -> None:
        for event in events:
            self._emit(event)
