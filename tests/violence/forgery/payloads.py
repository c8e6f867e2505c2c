"""What somebody puts into a field who means ill, and the walk over every field of a message."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

NESTED: Any = []
for _ in range(60):
    NESTED = [NESTED]

SQL = (
    "'; DROP TABLE chain; --",
    "' OR '1'='1",
    '"; DELETE FROM act WHERE ""="',
    "1); ATTACH DATABASE '/tmp/x' AS x; --",
    "T0002' UNION SELECT key FROM terminal_key --",
)
HTML = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{7*7}}${7*7}<%= 7*7 %>",
)
TEXTS = (
    *SQL,
    *HTML,
    "../../../etc/passwd",
    "a\x00b",
    "line\r\nset-cookie: x=1",
    "\x1b]0;owned\x07\x1b[2J",
    "\u202egnp.exe",
    "%s%n%x",
    "",
    " ",
    "A" * 100_000,
    "𠮷" * 300,
)
OTHERS: tuple[Any, ...] = (None, True, False, 0, -1, 2**31, 2**53, 2**63, 10**400, [], {}, [[]], {"": ""}, NESTED)
RAW = (
    b"1e400", b"-1e400", b"1.5", b"1" * 5000, b"NaN", b"Infinity", b"-0", b"0x10", b"01", b"1_000",
    b'"\\ud800"', b'"\\udfff\\ud800"', b'"a\\ud83d"', b'"\xff\xfe"', b'"\xc0\xaf"', b'"\xed\xa0\x80"', b'"\\u0000"',
    b'"\n"', b"'x'", b'"', b"", b"undefined", b"[" * 100_000, b'{"a":' * 100_000,
)  # fmt: skip
"""Values that `json.dumps` would not write."""

_MARK = "\u2603 here \u2603"

Path = tuple[str | int, ...]


def fields(document: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a message: its leaves, and what holds them."""
    if path:
        yield path
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in items:
        yield from fields(value, (*path, key))


def with_value(document: Any, path: Path, value: Any) -> bytes:
    """The message with one field replaced; `value` is octets to stand there as they are, or plain JSON."""
    changed = copy.deepcopy(document)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = _MARK if isinstance(value, bytes) else value
    octets = json.dumps(changed, ensure_ascii=False).encode()
    if isinstance(value, bytes):
        octets = octets.replace(json.dumps(_MARK, ensure_ascii=False).encode(), value)
    return octets


def with_more(document: Any, path: Path) -> bytes:
    """The message with a field that nobody knows, beside the one at `path`."""
    changed = copy.deepcopy(document)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    if isinstance(inner, dict):
        inner["'; DROP TABLE chain; --\x1b[2J\r\n"] = "<script>"
    else:
        inner.append("'; DROP TABLE chain; --")
    return json.dumps(changed, ensure_ascii=False).encode()
