"""A device on a real pseudo-terminal, under a stable symlink, that can be silent, stubborn or gone."""

import errno
import os
import shutil
import tempfile
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.links.serial import SerialLink, SerialSettings


class Peer:
    """The other end of the line. ``answer`` maps what arrives to what is sent back; None sends nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.answer: Callable[[bytes], bytes | None] = lambda data: data
        self.received = bytearray()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.master = -1
        self._slave = -1

    def plug(self, *, listening: bool = True) -> None:
        """Come to the line. Not listening: take no byte, as a printer without paper does."""
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        new = self.path.with_suffix(".new")
        new.symlink_to(os.ttyname(self._slave))
        new.replace(self.path)
        self._stop = threading.Event()
        if listening:
            self._thread = threading.Thread(target=self._live, args=(self.master, self._stop), daemon=True)
            self._thread.start()

    def unplug(self) -> None:
        """Leave the line and the file system."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)
            self._thread = None
        for fd in (self._slave, self.master):
            if fd >= 0:
                os.close(fd)
        self._slave = self.master = -1
        self.path.unlink(missing_ok=True)

    def say(self, data: bytes) -> None:
        os.write(self.master, data)

    def speed(self) -> int:
        return int(termios.tcgetattr(self.master)[5])

    def _live(self, master: int, stop: threading.Event) -> None:
        os.set_blocking(master, False)
        while not stop.wait(0.002):
            try:
                data = os.read(master, 65536)
            except BlockingIOError:
                continue
            except OSError as error:
                if error.errno == errno.EIO:
                    continue
                raise
            self.received += data
            reply = self.answer(data)
            if reply:
                os.write(master, reply)


@pytest.fixture
def peer() -> Iterator[Peer]:
    directory = Path(tempfile.mkdtemp(prefix="line-"))
    peer = Peer(directory / "device.tty")
    peer.plug()
    yield peer
    peer.unplug()
    shutil.rmtree(directory)


@pytest.fixture
def link(peer: Peer) -> Iterator[SerialLink]:
    link = SerialLink("test_device", SerialSettings(str(peer.path), write_seconds=0.3))
    yield link
    link.close()
