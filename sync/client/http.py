"""The only place where the terminal opens a connection: requests with time-outs and limits, nothing else.

No redirects (a captive portal's favourite), no proxies or credentials from the environment, no cookies. Plain http is
allowed on loopback alone. Whatever goes wrong below HTTP becomes a `NoAnswer` with a short word.
"""

from __future__ import annotations

import ipaddress
import zlib
from typing import Final
from urllib.parse import urlsplit

import requests
import urllib3

from sync.client.outcomes import Answer, NoAnswer
from sync.protocol.exchange import Request, Response

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 30.0
MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
MAX_PACKAGE_BYTES: Final = 256 * 1024 * 1024
_CHUNK: Final = 1 << 16


class GatewayAddressUnfit(Exception):  # noqa: N818 - named by the condition
    """The gateway's address cannot be used; says why."""


class HttpSender:
    """Sends requests to one gateway over a kept connection."""

    def __init__(self, gateway_url: str) -> None:
        self._base = checked_address(gateway_url)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.clear()

    def __call__(self, request: Request) -> Answer:
        """One request, one answer."""
        limit = MAX_PACKAGE_BYTES if request.route.startswith("/v1/snapshot/") else MAX_ANSWER_BYTES
        headers = {**request.headers, "user-agent": "terminal-sync/1", "accept-encoding": "identity"}
        try:
            with self._session.request(
                request.method,
                self._base + request.path,
                data=request.body or None,
                headers=headers,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = _body(answer, limit)
                if body is None:
                    return NoAnswer("too-large")
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

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()


def _body(answer: requests.Response, limit: int) -> bytes | None:
    body = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


def checked_address(url: str) -> str:
    """The gateway's address without a slash at its end; GatewayAddressUnfit for one that must not be used."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise GatewayAddressUnfit("the gateway's address is no URL") from None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or parts.username:
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
