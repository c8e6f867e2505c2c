"""One request and one answer, as values: all that the pure parts of sync know of HTTP.

Header names are kept in lower case (RFC 9110 section 5.1 makes them case-insensitive; one spelling makes them keys).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

JSON = "application/json"
PROBLEM = "application/problem+json"
COSE = "application/cose"
NDJSON_GZIP = "application/x-ndjson+gzip"


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `path` is the request target: path and, after "?", the query."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    @property
    def route(self) -> str:
        """The path without its query."""
        return self.path.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters; a repeated name keeps its last value."""
        return dict(parse_qsl(self.path.partition("?")[2], keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Response:
    """An answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case; empty if none was given."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()
