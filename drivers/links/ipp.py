"""HTTP to a printer over requests: one POST at a time, each on a connection of its own.

A kept connection that the printer closed meanwhile looks like a body lost half-way, and nobody could say whether the
job was taken. Whether anything was sent is the difference that counts: not connected is NoDevice, everything after
that is LinkLost or Timeout.

requests is imported with the first POST: it takes a quarter of a second, and no terminal should wait for it at start.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from drivers.errors import LinkLost, NoDevice, ProtocolError, Timeout
from drivers.operation import Post, Request

if TYPE_CHECKING:
    import requests

_DEFAULT_PORT: Final = 631
_LONGEST_ANSWER: Final = 1 << 20
_CHUNK: Final = 1 << 14
_OK: Final = 200


class IppLink:
    """See ``drivers.lanes.Link``. Executes Post.

    Errors: NoDevice (not connected, so nothing was sent), LinkLost (the connection broke, the body may have arrived),
    Timeout (fact ``doing``: the body was sent, no answer came in time), ProtocolError (facts ``http`` for a status
    other than 200, ``shape`` for an answer that is too long).
    """

    def __init__(self, device: str, uri: str, *, connect_seconds: float = 3.0, answer_seconds: float = 15.0) -> None:
        """``uri``: ``ipp://host[:port]/...``; ValueError for another scheme. ``device`` is the name in errors."""
        parts = urlsplit(uri)
        if parts.scheme != "ipp" or not parts.hostname:
            raise ValueError("the printer's URI must be ipp://host[:port]/path")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self._base = f"http://{host}:{parts.port or _DEFAULT_PORT}"
        self._device = device
        self._connect_seconds = connect_seconds
        self._answer_seconds = answer_seconds

    def perform(self, request: Request, deadline: float) -> Any:
        """Execute one request within ``deadline`` seconds."""
        if not isinstance(request, Post):
            raise ValueError(f"a printer behind HTTP cannot {request!r}")  # a mistake of the program
        import requests
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        ends = time.monotonic() + min(deadline, self._connect_seconds + self._answer_seconds)
        with requests.Session() as session:
            session.trust_env = False  # no proxy from the environment between us and the printer
            try:
                return self._post(session, request, deadline, ends)
            except requests.ConnectTimeout:
                raise NoDevice(self._device, reason="no connection") from None
            except (requests.ReadTimeout, ReadTimeoutError):
                raise Timeout(self._device, doing="post") from None
            except requests.ConnectionError as error:
                if _never_connected(error):
                    raise NoDevice(self._device, reason="no connection") from None
                raise LinkLost(self._device) from None
            except (requests.RequestException, HTTPError) as error:
                raise LinkLost(self._device, reason=type(error).__name__) from None

    def interrupt(self) -> None:
        """A POST is not interrupted: its outcome is wanted, and its time is bounded."""

    def close(self) -> None:
        """There is nothing open between two requests."""

    def _post(self, session: requests.Session, request: Post, deadline: float, ends: float) -> bytes:
        with session.post(
            self._base + request.resource,
            data=request.body,
            headers={"Content-Type": request.content_type, "Connection": "close", "Accept-Encoding": "identity"},
            timeout=(_positive(min(deadline, self._connect_seconds)), _positive(min(deadline, self._answer_seconds))),
            allow_redirects=False,
            stream=True,
        ) as response:
            if response.status_code != _OK:
                raise ProtocolError(self._device, http=response.status_code)
            answer = bytearray()
            while chunk := response.raw.read1(_CHUNK):  # what is there; a full read would wait for a trickle to end
                answer += chunk
                if len(answer) > _LONGEST_ANSWER:
                    raise ProtocolError(self._device, shape="answer too long")
                if time.monotonic() > ends:
                    raise Timeout(self._device, doing="post")
            return bytes(answer)


def _positive(seconds: float) -> float:
    return max(seconds, 0.001)  # requests refuses zero


def _never_connected(error: requests.ConnectionError) -> bool:
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
