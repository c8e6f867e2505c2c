"""A TCP proxy that spoils what goes through it: latency, bandwidth, slow close, time-out, slices, cuts, silence.

One event loop in one thread. Octets are counted per direction over all connections since the last `spoil`, so that a
cut after octet N means the N-th of a whole run, whichever of its connections carries it.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Direction = Literal["up", "down"]
"""Up: from the terminal to the gateway."""


@dataclass(frozen=True)
class Toxic:
    """One fault in one direction."""

    direction: Direction


@dataclass(frozen=True)
class Latency(Toxic):
    """Everything comes later."""

    seconds: float


@dataclass(frozen=True)
class Bandwidth(Toxic):
    """Octets a second."""

    per_second: float


@dataclass(frozen=True)
class SlowClose(Toxic):
    """The end of the stream comes late."""

    seconds: float


@dataclass(frozen=True)
class Timeout(Toxic):
    """Nothing passes; the connection ends after a while."""

    seconds: float


@dataclass(frozen=True)
class Slicer(Toxic):
    """What was sent at once comes in pieces."""

    octets: int
    seconds: float


@dataclass(frozen=True)
class Cut(Toxic):
    """After so many octets the connection ends, in order (FIN) or not (RST). `stays`: the next too, until healed."""

    octets: int
    how: Literal["fin", "rst"] = "fin"
    stays: bool = False


@dataclass(frozen=True)
class HalfOpen(Toxic):
    """After so many octets the other side is gone and nobody says so."""

    octets: int


class _CutOff(Exception):  # noqa: N818 - named by the condition
    def __init__(self, cut: Cut) -> None:
        super().__init__()
        self.cut = cut


class ToxicProxy:
    """Listens on a free port of loopback before one upstream port."""

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._toxics: tuple[Toxic, ...] = ()
        self._shut = False
        self._open: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="toxic proxy")
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.passed: dict[Direction, int] = {"up": 0, "down": 0}
        self.seen: dict[Direction, bytearray] = {"up": bytearray(), "down": bytearray()}

    def spoil(self, *toxics: Toxic) -> None:
        """From now on; octets are counted anew."""
        self._call(self._set, toxics)

    def heal(self) -> None:
        """Everything that was held back is lost, its connections are reset; new ones get through."""
        self._call(self._set, ())

    @property
    def statuses(self) -> Counter[int]:
        """Status codes that came from the gateway since the last `spoil`."""
        return Counter(int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) ", bytes(self.seen["down"])))

    def __enter__(self) -> ToxicProxy:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.heal()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._socket.close()

    def _call(self, what: object, *arguments: object) -> None:
        async def done() -> None:
            await what(*arguments)  # type: ignore[operator]

        asyncio.run_coroutine_threadsafe(done(), self._loop).result(20)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._accepted, sock=self._socket))
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._set(()))

    async def _set(self, toxics: tuple[Toxic, ...]) -> None:
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        self._toxics, self._shut = toxics, False
        self.passed = {"up": 0, "down": 0}
        self.seen = {"up": bytearray(), "down": bytearray()}

    async def _accepted(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        if self._shut:
            to_near.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        far, to_far = await asyncio.open_connection("127.0.0.1", self._upstream)
        pumps = [
            asyncio.ensure_future(self._pump("up", near, to_far)),
            asyncio.ensure_future(self._pump("down", far, to_near)),
        ]
        how: Literal["fin", "rst"] = "fin"
        try:
            await asyncio.gather(*pumps)
        except _CutOff as cut_off:
            how, self._shut = cut_off.cut.how, cut_off.cut.stays
        except (OSError, asyncio.CancelledError):
            how = "rst"
        finally:
            for pump in pumps:
                pump.cancel()
            for writer in (to_near, to_far):
                _end(writer, how)
            self._open.discard(task)

    async def _pump(self, direction: Direction, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            for piece, pause in self._shaped(direction, data):
                await asyncio.sleep(pause)
                await self._pass(direction, piece, sink)
        for toxic in self._of(direction):
            if isinstance(toxic, SlowClose):
                await asyncio.sleep(toxic.seconds)
        with contextlib.suppress(OSError):
            sink.write_eof()

    async def _pass(self, direction: Direction, piece: bytes, sink: asyncio.StreamWriter) -> None:
        for toxic in self._of(direction):
            if isinstance(toxic, Timeout):
                await asyncio.sleep(toxic.seconds)
                raise _CutOff(Cut(direction, 0))
            if isinstance(toxic, Cut | HalfOpen):
                left = toxic.octets - self.passed[direction]
                if len(piece) < left:
                    continue
                await self._write(direction, piece[: max(left, 0)], sink)
                if isinstance(toxic, Cut):
                    raise _CutOff(toxic)
                await asyncio.Event().wait()  # for ever: until healed, or until the terminal gives up
        await self._write(direction, piece, sink)

    async def _write(self, direction: Direction, data: bytes, sink: asyncio.StreamWriter) -> None:
        self.passed[direction] += len(data)
        self.seen[direction] += data
        sink.write(data)
        await sink.drain()

    def _shaped(self, direction: Direction, data: bytes) -> Iterator[tuple[bytes, float]]:
        """The pieces in which data goes on, and the pause before each."""
        size, pause, per_octet = len(data), 0.0, 0.0
        for toxic in self._of(direction):
            if isinstance(toxic, Slicer):
                size, pause = toxic.octets, toxic.seconds
            elif isinstance(toxic, Bandwidth):
                per_octet = 1 / toxic.per_second
                size = min(size, 256)
        late = sum(toxic.seconds for toxic in self._of(direction) if isinstance(toxic, Latency))
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            yield piece, pause + per_octet * len(piece) + (0 if start else late)

    def _of(self, direction: Direction) -> Iterator[Toxic]:
        return (toxic for toxic in self._toxics if toxic.direction == direction)


def _end(writer: asyncio.StreamWriter, how: Literal["fin", "rst"]) -> None:
    if how == "rst":
        with contextlib.suppress(OSError):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    else:
        writer.close()
