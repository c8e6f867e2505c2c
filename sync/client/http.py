"""The only place where the terminal opens a connection: requests with time-outs and limits, nothing else.

No redirects (a captive portal's favourite), no proxies or credentials from the environment, no cookies. Plain http is
allowed on loopback alone. Whatever goes wrong below HTTP becomes a `NoAnswer` with a short word; so does an answer that
is not whole in time (`sync.client.line`), and one that is not waited for any more.
"""

from __future__ import annotations

import ipaddress
import ssl
import zlib
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests
import urllib3

from sync.client.line import SLOWEST, Deadline, Line
from sync.client.outcomes import Answer, NoAnswer
from sync.protocol.exchange import Request, Response
from sync.protocol.packages import TAKEN_BYTES

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 30.0
WHOLE_SECONDS: Final = 60.0
MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
MAX_LIST_BYTES: Final = 64 * 1024 * 1024
"""As many revoked terminals as their message may name (`sync.protocol.terminal_certificate`)."""
TLS_FOLDER: Final = "tls"
CLIENT: Final = "client.pem"
AUTHORITIES: Final = "authorities.pem"
_CHUNK: Final = 1 << 16
_ENDED: Final = "ended"


class GatewayAddressUnfit(Exception):  # noqa: N818 - named by the condition
    """The gateway's address cannot be used; says why."""

    remedy = "set centre.gateway in terminal.toml"


class TlsFilesUnfit(GatewayAddressUnfit):
    """The files in tls/ cannot be used; says why."""

    remedy = "put tls/client.pem (certificates and key, 0600) and tls/authorities.pem in order, or remove them"


class HttpSender:
    """Sends requests to one gateway over a kept connection."""

    def __init__(
        self,
        gateway_url: str,
        *,
        tls: Path | None = None,
        read_seconds: float = READ_SECONDS,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        """``tls``: a folder (`TLS_FOLDER` of the data directory) which may hold `client.pem`, shown to a proxy that
        asks for one, and `authorities.pem`, by which the other side is judged in place of the system's list.

        ``read_seconds``: how long a silence of the gateway is borne. ``whole_seconds``: how long a request with its
        answer may take, besides what its octets take on the slowest line that is borne.

        Raises GatewayAddressUnfit, TlsFilesUnfit.
        """
        self._base = checked_address(gateway_url)
        self._seconds = (CONNECT_SECONDS, read_seconds)
        self._session = requests.Session()
        self._session.trust_env = False
        self._line = Line()
        self._whole_seconds = whole_seconds
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._line)
        self._session.headers.clear()
        if tls is not None:
            self._session.cert, self._session.verify = _tls_files(tls)

    def __call__(self, request: Request) -> Answer:
        """One request, one answer; NoAnswer("ended") after `end`."""
        if self._line.ended:
            return NoAnswer(_ENDED)
        with Deadline(self._whole_seconds + len(request.body) / SLOWEST, self._line.cut) as deadline:
            answer = self._asked(request, deadline)
        if isinstance(answer, NoAnswer):
            # a line that was cut looks broken, by turns in one way or another
            return NoAnswer(_ENDED) if self._line.ended else NoAnswer("timeout") if deadline.passed else answer
        return answer

    def _asked(self, request: Request, deadline: Deadline) -> Answer:
        limit = _most(request.route)
        headers = {**request.headers, "user-agent": "terminal-sync/1", "accept-encoding": "identity"}
        try:
            with self._session.request(
                request.method,
                self._base + request.path,
                data=request.body or None,
                headers=headers,
                timeout=self._seconds,
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = _body(answer, limit, deadline)
                if body is None:
                    return NoAnswer("too-large")
                if not _is_whole(answer):
                    return NoAnswer("broken")
                return Response(
                    answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, body
                )
        except requests.exceptions.SSLError:
            return NoAnswer("tls")
        except requests.exceptions.Timeout:
            return NoAnswer("timeout")
        except requests.exceptions.ConnectionError:
            return NoAnswer("unreachable")
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, zlib.error, OSError):
            return NoAnswer("broken")
        finally:
            self._session.cookies.clear()

    def end(self) -> None:
        """Wait for no answer any more: neither one that is under way nor a later one. From any thread."""
        self._line.end()

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()


def _most(route: str) -> int:
    """The largest answer that is taken there, in octets."""
    if route.startswith("/v1/snapshot/"):
        return TAKEN_BYTES
    return MAX_LIST_BYTES if route == "/v1/terminal-revocations" else MAX_ANSWER_BYTES


def _tls_files(folder: Path) -> tuple[str | None, str | bool]:
    """The client's certificate and the authorities, as requests wants them. Looked at now: later it would be `tls`."""
    client, authorities = folder / CLIENT, folder / AUTHORITIES
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if client.exists():
            if client.stat().st_mode & 0o077:
                raise TlsFilesUnfit(f"{client} holds a key and can be read by others")
            context.load_cert_chain(client, password=_no_password)
        if authorities.exists():
            context.load_verify_locations(authorities)
    except (OSError, ValueError) as error:
        raise TlsFilesUnfit(f"{folder} holds what is no certificate with its key: {type(error).__name__}") from error
    return (str(client) if client.exists() else None), (str(authorities) if authorities.exists() else True)


def _no_password() -> str:
    """Without this OpenSSL would ask at the terminal's console for the password of a locked key."""
    return ""


def _body(answer: requests.Response, limit: int, deadline: Deadline) -> bytes | None:
    body = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        body += chunk
        deadline.heard(len(chunk))
        if len(body) > limit:
            return None
    return bytes(body)


def _is_whole(answer: requests.Response) -> bool:
    """Whether its end was told, not guessed: a line that breaks within the header looks like an answer without a body.

    Python's parser takes the end of the connection for the end of the header. Where the length or the chunks are told,
    reading them to their end has been checked.
    """
    headers = answer.headers
    told = headers.get("content-length", "").isdigit() or headers.get("transfer-encoding", "").lower() == "chunked"
    return told or answer.status_code == 204


def checked_address(url: str) -> str:
    """The gateway's address without a slash at its end; GatewayAddressUnfit for one that must not be used."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise GatewayAddressUnfit("the gateway's address is no URL") from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or "@" in parts.netloc:
        raise GatewayAddressUnfit("the gateway's address is https://host[:port], without query or credentials")
    if parts.scheme == "http" and not _is_loopback(host):
        raise GatewayAddressUnfit("plain http is for loopback only: give an https address")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
