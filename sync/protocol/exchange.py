"""One request and one answer, as values: all that the pure parts of sync know of HTTP.

Header names are kept in lower case (RFC 9110 section 5.1 makes them case-insensitive; one spelling makes them keys).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

JSON = "application/json"
PROBLEM = "application/problem+json"
COSE = "application/cose"
NDJSON_GZIP = "application/x-ndjson+gzip"

_CHARACTER: Final = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})"
_ORIGIN_FORM: Final = re.compile(rf"/{_CHARACTER}*+(?:\?(?:{_CHARACTER}|\?)*+)?")
"""RFC 9112 section 3.2.1, by the grammar of RFC 3986 sections 3.3 and 3.4: no host before it, no fragment after it."""


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
        return dict(self._parameters())

    @property
    def in_origin_form(self) -> bool:
        """Whether path and query are all there is of the target."""
        return _ORIGIN_FORM.fullmatch(self.path) is not None

    @property
    def repeats_a_name(self) -> bool:
        """Whether the query names a parameter twice."""
        return len(self.query) != len(self._parameters())

    def _parameters(self) -> list[tuple[str, str]]:
        return parse_qsl(self.path.partition("?")[2], keep_blank_values=True)


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
