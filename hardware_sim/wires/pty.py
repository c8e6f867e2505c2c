"""A serial device on a pseudo terminal: programs open a stable path as they would open a tty.

The line's speed does not exist on a pty, but the master sees what the program set; bytes sent at another rate than the
device listens at are lost, as they would be on copper.
"""

from __future__ import annotations

import heapq
import os
import selectors
import termios
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from hardware_sim.meaning import Direction

Said = list[tuple[float, bytes]]
Tap = Callable[[Direction, bytes], None]
"""Called with what really passes, in the order it passes, from the wire's own threads."""

_CHUNK = 4096
_MOST_UNREAD = 65536
"""Bytes kept for a program that does not read; a serial line would have lost them long before."""
_RATES = {getattr(termios, f"B{rate}"): rate for rate in (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)}


class SerialDevice(Protocol):
    """What a wire needs of a device: bytes in at a time, bytes out after a while."""

    def feed(self, data: bytes, now: float) -> Said: ...


D = TypeVar("D", bound=SerialDevice)
T = TypeVar("T")


class PtyWire(Generic[D]):
    """Carries bytes between `link` (a symlink to the tty) and `device`. Plugged in when made."""

    def __init__(
        self,
        device: D,
        link: Path,
        *,
        rate: Callable[[D], int | None] = lambda _: None,
        after: Callable[[D], None] = lambda _: None,
        due: Callable[[D], float | None] = lambda _: None,
        tap: Tap = lambda _direction, _data: None,
    ) -> None:
        """`rate` is the speed the device listens at (None: any). `after` is called before it answers.

        `due` is when the device wants to be fed nothing, because something of it ends by itself (None: never).
        """
        self._device = device
        self._link = link
        self._rate = rate
        self._after = after
        self._due = due
        self._tap = tap
        self._lock = threading.RLock()
        self._line: _Line | None = None
        self.lost_to_wrong_rate = 0
        self.plug()

    @property
    def plugged(self) -> bool:
        return self._line is not None

    @property
    def path(self) -> Path:
        """What programs open."""
        return self._link

    def plug(self) -> None:
        """A new tty under the old path."""
        with self._lock:
            if self._line is None:
                self._line = _Line(self._link, self._heard, self._tap)
                self._set_alarm()

    def unplug(self) -> None:
        """The tty is gone: readers get an error, the path does not exist any more."""
        with self._lock:
            line, self._line = self._line, None
        if line is not None:
            line.close()

    def close(self) -> None:
        self.unplug()

    def tell(self, hand: Callable[[D, float], Said | None]) -> None:
        """Do something to the device; what it says because of it goes over the line."""
        with self._lock:
            said = hand(self._device, time.monotonic())
            self._after(self._device)
            self._send(said or [])
            self._set_alarm()

    def look(self, glance: Callable[[D], T]) -> T:
        """Ask the device something, undisturbed by the line."""
        with self._lock:
            return glance(self._device)

    def _heard(self, data: bytes, rate: int | None) -> None:
        """Bytes from the host, or none: the device's alarm."""
        with self._lock:
            listens = self._rate(self._device)
            if data and listens is not None and rate != listens:
                self.lost_to_wrong_rate += len(data)
                return
            if data:
                self._tap(Direction.TO_DEVICE, data)
            said = self._device.feed(data, time.monotonic())
            self._after(self._device)
            self._send(said)
            self._set_alarm()

    def _send(self, said: Said) -> None:
        if self._line is not None:
            self._line.send([(time.monotonic() + delay, data) for delay, data in said])

    def _set_alarm(self) -> None:
        if self._line is not None:
            self._line.wake_at(self._due(self._device))


class _Line:
    """One plugging-in: a pty pair, its thread, and what is due to be sent."""

    def __init__(self, link: Path, heard: Callable[[bytes, int | None], None], tap: Tap) -> None:
        self._link = link
        self._heard = heard
        self._tap = tap
        self._alarm: float | None = None
        # the slave stays open here as well: without it the master reads EIO while no program has the tty
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._wake_out, self._wake_in = os.pipe()
        self._due: list[tuple[float, int, bytes]] = []
        self._count = 0
        self._unread = b""
        self._lock = threading.Lock()
        self._closing = False
        _point(link, Path(os.ttyname(self._slave)))
        self._thread = threading.Thread(target=self._run, name=f"pty {link.name}", daemon=True)
        self._thread.start()

    def send(self, timed: list[tuple[float, bytes]]) -> None:
        if not timed:
            return
        with self._lock:
            if self._closing:
                return
            for due, data in timed:
                heapq.heappush(self._due, (due, self._count, data))
                self._count += 1
            os.write(self._wake_in, b"!")

    def wake_at(self, alarm: float | None) -> None:
        """Hear nothing from the host at this time (None: no more)."""
        with self._lock:
            if alarm != self._alarm and not self._closing:
                self._alarm = alarm
                os.write(self._wake_in, b"!")

    def close(self) -> None:
        with self._lock:
            self._closing = True
            os.write(self._wake_in, b"!")
        self._thread.join()
        self._link.unlink(missing_ok=True)
        for descriptor in (self._master, self._slave, self._wake_in, self._wake_out):
            os.close(descriptor)

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_out, selectors.EVENT_READ)
            selector.register(self._master, selectors.EVENT_READ)
            while not self._closing:
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unread else 0)
                selector.modify(self._master, wanted)
                for key, _ in selector.select(self._pause()):
                    if key.fd == self._wake_out:
                        os.read(self._wake_out, _CHUNK)
                    else:
                        self._read()
                self._ring()
                self._write()

    def _pause(self) -> float | None:
        with self._lock:
            times = [self._due[0][0]] if self._due else []
            times += [self._alarm] if self._alarm is not None else []
            return max(0.0, min(times) - time.monotonic()) if times else None

    def _ring(self) -> None:
        with self._lock:
            if self._alarm is None or self._alarm > time.monotonic():
                return
            self._alarm = None
        self._heard(b"", None)

    def _read(self) -> None:
        try:
            data = os.read(self._master, _CHUNK)
        except BlockingIOError:
            return
        speed = termios.tcgetattr(self._master)[5]
        self._heard(data, _RATES.get(speed))

    def _write(self) -> None:
        with self._lock:
            said = []
            while self._due and self._due[0][0] <= time.monotonic():
                said.append(heapq.heappop(self._due)[2])
        for data in said:
            self._tap(Direction.FROM_DEVICE, data)
            self._unread += data
        if not self._unread:
            return
        self._unread = self._unread[:_MOST_UNREAD]
        try:
            self._unread = self._unread[os.write(self._master, self._unread) :]
        except BlockingIOError:
            return


def _point(link: Path, target: Path) -> None:
    """Let `link` name `target`, without a moment in which it names nothing."""
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
