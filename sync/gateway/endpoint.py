"""One path of the terminals' listener: what it takes and gives, and the function that answers.

`sync.gateway.endpoints` lists them all; the core finds its function there, the shell its routes and its description.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, TypeVar

from pydantic import BaseModel

from sync.gateway.authority import Authority
from sync.gateway.packages.online_keys import OnlineKeyFiles
from sync.gateway.refusals import Refused, problem
from sync.gateway.store import Store
from sync.gateway.terminal_certificate_store import CertifiedKey
from sync.protocol.encoding import TooLarge, decompress
from sync.protocol.exchange import JSON, Request, Response
from sync.protocol.messages import MAX_REQUEST_BYTES, Malformed, Message, Problem, parse

SMALL_BYTES: Final = 64 * 1024
"""What a request has at most, unpacked, where nothing else is said."""
MAX_PARTS: Final = 32_768
"""Commas, colons and opening brackets of a message, those within texts included: a full upload has 17 000 at most. Of
24 MiB that are nothing else, a reader would make gigabytes."""
_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Centre:
    """Who this gateway is: its keys, and the addresses it tells terminals."""

    authority: Authority
    gateway_url: str
    verify_url: str
    client_certificates: bool = False
    """Whether terminals come through a proxy that has checked their TLS certificates and says which they were."""
    package_keys: OnlineKeyFiles | None = None
    """The gateway's own keys for saying which list of packages is the newest; None where nobody signs that."""


@dataclass(frozen=True, slots=True)
class FileAnswer(Response):
    """An answer whose body are the octets of a file that never changes: nobody has to hold them all at once."""

    file: Path = Path()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose sender is known, with all that an endpoint may look at; inside a transaction of the store."""

    request: Request
    key: CertifiedKey
    """The key that signed."""
    now: datetime
    store: Store
    centre: Centre
    said: BaseModel | Refused | None = None
    """The message in its body, read before the transaction, or why there is none; None where a path takes none."""

    @property
    def terminal(self) -> str:
        """Its number."""
        return self.key.terminal

    def message(self, model: type[_M]) -> _M:
        """The message in the request's body; Refused as `message_in`."""
        if isinstance(self.said, Refused):
            raise self.said
        if not isinstance(self.said, model):
            raise TypeError(f"this path does not take {model.__name__}")
        return self.said


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A path that answers signed requests.

    ``path``: with at most one last part in braces; ``part`` says whether that is a whole number or a word of letters,
    digits, - and _. ``takes``, ``gives``: the messages, or the media type of octets. ``later``: the message of a 202;
    ``refuses``: of a 4xx. ``query``: names of whole numbers that the address must carry. ``most``: octets of an
    unpacked body. ``when_revoked``: makes the answer to a key that was taken back out of its refusal; nothing that it
    writes is kept.
    """

    path: str
    method: Literal["GET", "POST"]
    about: str
    answer: Callable[[Asked], Response]
    takes: type[BaseModel] | None = None
    gives: type[BaseModel] | str | None = None
    query: tuple[str, ...] = ()
    part: Literal["number", "word"] = "number"
    later: type[BaseModel] | None = None
    refuses: type[Problem] = Problem
    most: int = SMALL_BYTES
    when_revoked: Callable[[Asked, Response], Response] | None = None

    @property
    def prefix(self) -> str | None:
        """The path before the part in braces; None when it has none."""
        return self.path.partition("{")[0] if "{" in self.path else None

    @property
    def most_sent(self) -> int:
        """Octets of a body as it is sent."""
        return min(self.most, MAX_REQUEST_BYTES)

    def serves(self, route: str) -> bool:
        """Whether a request's path is this one."""
        return route == self.path if self.prefix is None else route.startswith(self.prefix)


def message_in(request: Request, model: type[_M], *, most: int = SMALL_BYTES, packed: bool = True) -> _M:
    """The message in a request's body; Refused with 400, 413 or 415.

    ``most``: octets, unpacked. ``packed``: whether gzip is taken.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise Refused(problem(415, "wrong-content-type", f"This path takes {JSON}."))
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in (("identity", "gzip") if packed else ("identity",)):
        words = "gzip or no content encoding" if packed else "no content encoding"
        raise Refused(problem(415, "wrong-content-encoding", f"This path takes {words}."))
    if len(request.body) > min(most, MAX_REQUEST_BYTES):
        raise too_large(min(most, MAX_REQUEST_BYTES))
    try:
        body = decompress(request.body, most) if encoding == "gzip" else request.body
    except TooLarge:
        raise too_large(most) from None
    except ValueError:
        raise Refused(problem(400, "malformed", "The body is not gzip, although its header says so.")) from None
    if sum(map(body.count, (b",", b":", b"[", b"{"))) > MAX_PARTS:
        raise Refused(problem(400, "malformed", "Not a message of this path: it has too many parts."))
    try:
        return parse(model, body)
    except Malformed as error:
        raise Refused(problem(400, "malformed", f"Not a message of this path: {error.where}"[:200])) from None


def too_large(most: int) -> Refused:
    """The refusal of a body with more octets."""
    return Refused(problem(413, "body-too-large", f"A request of this path has at most {most} octets."))


def number_in(text: str) -> int:
    """A whole number out of an address; Refused with 400."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Refused(problem(400, "malformed", "A whole number is missing from the address."))
    return int(text)


def answered(message: Message) -> Response:
    """The message as an answer."""
    return Response(200, {"content-type": JSON}, message.to_wire())
