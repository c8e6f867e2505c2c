"""What a connection may cost before it has asked anything, and after it has stopped listening.

uvicorn waits for ever for the first octet of a request and for a reader that reads nothing, and its own limit of
connections refuses without a word when to come back. Here a connection that has not sent a whole header in time is
closed, and so is one that takes nothing of its answer. Of too many the one that has been idle longest gives way; only
when all are at work is the new one refused.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from sync.gateway.refusals import too_busy

MAX_CONNECTIONS: Final = 256
"""Of one listener: with the files that are being sent, three of them stay within the usual 1024 open files."""
HEADER_SECONDS: Final = 10.0
STALL_SECONDS: Final = 120.0
"""The kernel holds megabytes for a slow reader, and asks for more only when a good part of that has gone."""
_REFUSAL: Final = too_busy(5)


class PatientProtocol(H11Protocol):
    """uvicorn's protocol with an end to its patience. One for each connection; times are the event loop's."""

    most: ClassVar[int] = MAX_CONNECTIONS
    header_seconds: ClassVar[float] = HEADER_SECONDS
    stall_seconds: ClassVar[float] = STALL_SECONDS

    idle_since: float = 0.0
    _header_timer: asyncio.TimerHandle | None = None
    _stall_timer: asyncio.TimerHandle | None = None
    _rest_timer: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> bool:
        """Whether no request of it is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.idle_since = self.loop.time()
        self._await_header()
        alive = [each for each in self.connections if not each.transport.is_closing()]
        if len(alive) > self.most:
            self._make_room([each for each in alive if isinstance(each, PatientProtocol) and each is not self])

    def _make_room(self, others: list[PatientProtocol]) -> None:
        idle = [each for each in others if each.idle]
        if idle:
            min(idle, key=lambda each: each.idle_since).transport.abort()
            return
        self.logger.warning("A connection was refused: all %d are at work.", self.most)
        fields = {**_REFUSAL.headers, "content-length": str(len(_REFUSAL.body)), "connection": "close"}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.transport.write(f"HTTP/1.1 503 Service Unavailable\r\n{head}\r\n".encode("ascii") + _REFUSAL.body)
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self.idle:
            self._header_timer = _stopped(self._header_timer)
        elif self._header_timer is None:
            self._await_header()  # octets that trickle do not put the end off

    def on_response_complete(self) -> None:
        self.idle_since = self.loop.time()
        self._rest_timer = _stopped(self._rest_timer)  # what it judged has gone, or waits with the end of this answer
        if self.transport.get_write_buffer_size():
            self._rest_timer = self.loop.call_later(self.stall_seconds, self._give_up_rest)
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall_timer = _stopped(self._stall_timer)
        self._stall_timer = self.loop.call_later(self.stall_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stall_timer = _stopped(self._stall_timer)

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._header_timer, self._stall_timer, self._rest_timer):
            _stopped(timer)
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def _await_header(self) -> None:
        self._header_timer = self.loop.call_later(self.header_seconds, self._give_up)

    def _give_up(self) -> None:
        self._header_timer = None
        if self.idle:
            self.transport.abort()

    def _give_up_rest(self) -> None:
        """The last octets of an answer wait in memory, also those of a connection that is closed but for them."""
        self._rest_timer = None
        if self.transport.is_closing() or (self.idle and self.transport.get_write_buffer_size()):
            self.transport.abort()


def _stopped(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """None, so that nothing else goes on from a timer that was cancelled."""
    if timer is not None:
        timer.cancel()
    return None
