"""The encodings both ends write alike: canonical JSON, deterministic CBOR, unpadded base64url, bounded gzip.

What is hashed or signed must have one spelling. JSON: sorted names, no spaces, UTF-8 (the subset of RFC 8785 without
floats). CBOR: core deterministic encoding (RFC 8949 section 4.2.1).
"""
# ruff: noqa: N818 - an exception is named by the condition, as everywhere in this project

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Annotated, Any, Final

import cbor2
from pydantic import BeforeValidator, PlainSerializer

MAX_NAMES: Final = 64
MAX_DEPTH: Final = 32
"""More than any message has, of names in one object and of objects and lists within one another."""


class TooLarge(ValueError):
    """What came out of a package or a body was larger than its limit."""


def canonical_json(value: Any) -> bytes:
    """The one JSON spelling of `value`; floats are refused, for their spelling differs between machines."""
    _refuse_floats(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("no floats in canonical JSON: use integers or text")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)


class UnfitJson(ValueError):
    """JSON that no message is made of. `reason` is a short word: no-json, name-twice, too-many-names, too-deep."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def load_json(data: bytes) -> Any:
    """The value of JSON text in UTF-8. UnfitJson for anything else, when an object says a name twice or has more than
    MAX_NAMES, and for more than MAX_DEPTH objects and lists within one another."""
    try:
        value = json.loads(data.decode(), object_pairs_hook=_named)
    except RecursionError:
        raise UnfitJson("too-deep") from None
    except UnfitJson:
        raise
    except ValueError:
        raise UnfitJson("no-json") from None
    _refuse_depth(value, MAX_DEPTH)
    return value


def _named(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_NAMES:
        raise UnfitJson("too-many-names")
    named = dict(pairs)
    if len(named) != len(pairs):
        raise UnfitJson("name-twice")
    return named


def _refuse_depth(value: Any, left: int) -> None:
    if not isinstance(value, dict | list):
        return
    if left == 0:
        raise UnfitJson("too-deep")
    for item in value.values() if isinstance(value, dict) else value:
        _refuse_depth(item, left - 1)


def canonical_cbor(value: Any) -> bytes:
    """The one CBOR spelling of `value`."""
    return cbor2.dumps(value, canonical=True)


def to_base64url(data: bytes) -> str:
    """base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of unpadded base64url; ValueError for any other character, padding, or a second spelling."""
    data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if to_base64url(data) != text:
        raise ValueError("not the canonical base64url spelling")
    return data


def _bytes_from_wire(value: Any) -> Any:
    return from_base64url(value) if isinstance(value, str) else value


Base64Bytes = Annotated[
    bytes,
    BeforeValidator(_bytes_from_wire),
    PlainSerializer(to_base64url, return_type=str, when_used="json"),
]
"""Bytes in Python, unpadded base64url on the wire. Bound them with `Field(max_length=…)`, counted in bytes."""


def compress(data: bytes) -> bytes:
    """gzip with a fixed header time: the same input gives the same bytes."""
    return gzip.compress(data, compresslevel=6, mtime=0)


def decompress(data: bytes, limit: int) -> bytes:
    """Unpack one gzip member of at most `limit` bytes.

    TooLarge as soon as the limit is passed (a few kilobytes can unpack to gigabytes); ValueError for data that is
    damaged, cut off or followed by more.
    """
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(data, limit + 1)
    except zlib.error as error:
        raise ValueError("not gzip, or damaged") from error
    if len(plain) > limit:
        raise TooLarge(f"unpacks to more than {limit} bytes")
    if not unpacker.eof:
        raise ValueError("gzip data is cut off")
    if unpacker.unused_data:
        raise ValueError("bytes after the end of the gzip data")
    return plain
