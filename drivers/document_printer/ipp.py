"""Messages of the Internet Printing Protocol (RFC 8010 encoding, RFC 8011 names): typed, both ways, and nothing else.

A message is version, operation or status, request id, groups of attributes, and data behind them. An attribute has one
or more values; a value keeps its tag, since the same bytes mean another thing under another tag.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

VERSION: Final = (2, 0)
LONGEST_MESSAGE: Final = 1 << 20
_DEEPEST_COLLECTION: Final = 8
_HEAD: Final = struct.Struct(">BBHI")
_LENGTH: Final = struct.Struct(">H")
_INTEGER: Final = struct.Struct(">i")
_RANGE: Final = struct.Struct(">ii")


class IppMalformedError(ValueError):
    """Bytes that are no IPP message. Names what was wrong, never content."""


class Group(IntEnum):
    """Delimiter tags (RFC 8010, 3.5.1)."""

    OPERATION = 0x01
    JOB = 0x02
    PRINTER = 0x04
    UNSUPPORTED = 0x05


_END_OF_ATTRIBUTES: Final = 0x03
_FIRST_VALUE_TAG: Final = 0x10


class Tag(IntEnum):
    """Value tags (RFC 8010, 3.5.2) that this driver sends or looks at; others are kept as bytes."""

    UNSUPPORTED = 0x10
    UNKNOWN = 0x12
    NO_VALUE = 0x13
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    OCTET_STRING = 0x30
    DATE_TIME = 0x31
    RESOLUTION = 0x32
    RANGE_OF_INTEGER = 0x33
    BEGIN_COLLECTION = 0x34
    TEXT_WITH_LANGUAGE = 0x35
    NAME_WITH_LANGUAGE = 0x36
    END_COLLECTION = 0x37
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    URI_SCHEME = 0x46
    CHARSET = 0x47
    NATURAL_LANGUAGE = 0x48
    MIME_MEDIA_TYPE = 0x49
    MEMBER_NAME = 0x4A


_INTEGERS: Final = frozenset({Tag.INTEGER, Tag.ENUM})
_STRINGS: Final = frozenset(
    {
        Tag.TEXT,
        Tag.NAME,
        Tag.KEYWORD,
        Tag.URI,
        Tag.URI_SCHEME,
        Tag.CHARSET,
        Tag.NATURAL_LANGUAGE,
        Tag.MIME_MEDIA_TYPE,
    }
)
_OUT_OF_BAND: Final = range(0x10, 0x20)

Plain = int | bool | str | bytes | tuple[int, int] | None


@dataclass(frozen=True)
class Value:
    """One value under its tag.

    ``content``: int (integer, enum), bool, str (all kinds of strings), (low, high) of a range, None out of band, a
    mapping of member names to values (collection), bytes under every other tag.
    """

    tag: int
    content: "Plain | Mapping[str, tuple[Value, ...]]" = field(repr=False)


Attributes = Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True)
class Message:
    """A request (``code`` is the operation) or a response (``code`` is the status).

    ``data`` is the document behind the attributes. Groups stand in order; a name stands once in a group.
    """

    code: int
    request_id: int
    groups: tuple[tuple[int, Attributes], ...] = field(repr=False)
    data: bytes = field(default=b"", repr=False)
    version: tuple[int, int] = VERSION

    def group(self, kind: Group) -> Attributes:
        """The first group of a kind; empty when there is none."""
        return next((attributes for found, attributes in self.groups if found == kind), {})


def one(tag: Tag, content: Plain) -> tuple[Value, ...]:
    """The single value of an attribute."""
    return (Value(tag, content),)


def integer_of(attributes: Attributes, name: str) -> int | None:
    """The first value of an attribute if it is an integer or enum."""
    values = attributes.get(name, ())
    content = values[0].content if values and values[0].tag in _INTEGERS else None
    return content if isinstance(content, int) else None


def strings_of(attributes: Attributes, name: str) -> tuple[str, ...]:
    """All values of an attribute that are strings."""
    return tuple(value.content for value in attributes.get(name, ()) if isinstance(value.content, str))


# --- encoding ---


def encode(message: Message) -> bytes:
    """The bytes of a message. Raises ValueError for what IPP cannot carry (a mistake of the program)."""
    out = bytearray(_HEAD.pack(*message.version, message.code, message.request_id))
    for kind, attributes in message.groups:
        out.append(kind)
        for name, values in attributes.items():
            for position, value in enumerate(values):
                _put(out, name if position == 0 else "", value)
    out.append(_END_OF_ATTRIBUTES)
    return bytes(out) + message.data


def _put(out: bytearray, name: str, value: Value) -> None:
    if isinstance(value.content, Mapping):
        _put_raw(out, Tag.BEGIN_COLLECTION, name, b"")
        for member, values in value.content.items():
            _put_raw(out, Tag.MEMBER_NAME, "", member.encode())
            for inner in values:
                _put(out, "", inner)
        _put_raw(out, Tag.END_COLLECTION, "", b"")
        return
    _put_raw(out, value.tag, name, _packed(value.tag, value.content))


def _packed(tag: int, content: Plain) -> bytes:
    match content:
        case None:
            return b""
        case bool() if tag == Tag.BOOLEAN:
            return bytes([content])
        case int() if tag in _INTEGERS and not isinstance(content, bool):
            return _INTEGER.pack(content)
        case str() if tag in _STRINGS:
            return content.encode()
        case (int(), int()) if tag == Tag.RANGE_OF_INTEGER:
            return _RANGE.pack(*content)
        case bytes():
            return content
    raise ValueError(f"tag {tag:#04x} cannot hold a {type(content).__name__}")


def _put_raw(out: bytearray, tag: int, name: str, raw: bytes) -> None:
    encoded = name.encode()
    if len(encoded) > 0x7FFF or len(raw) > 0x7FFF:
        raise ValueError("name or value longer than IPP allows")
    out.append(tag)
    out += _LENGTH.pack(len(encoded)) + encoded + _LENGTH.pack(len(raw)) + raw


# --- decoding ---


def decode(data: bytes) -> Message:
    """A message from its bytes. Raises IppMalformedError."""
    if len(data) > LONGEST_MESSAGE:
        raise IppMalformedError("too long")
    cursor = _Cursor(data)
    major, minor, code, request_id = _HEAD.unpack(cursor.take(_HEAD.size))
    groups: list[tuple[int, Attributes]] = []
    attributes: dict[str, tuple[Value, ...]] | None = None
    last = ""
    while (tag := cursor.byte()) != _END_OF_ATTRIBUTES:
        if tag < _FIRST_VALUE_TAG:
            attributes = {}
            groups.append((tag, attributes))
            last = ""
            continue
        if attributes is None:
            raise IppMalformedError("value before the first group")
        name, value = cursor.value(tag, 0)
        if not name and not last:
            raise IppMalformedError("further value without an attribute")
        if name and name in attributes:
            raise IppMalformedError("attribute twice in a group")
        last = name or last
        attributes[last] = (*attributes.get(last, ()), value)
    return Message(code, request_id, tuple(groups), cursor.rest(), (major, minor))


class _Cursor:
    """Walks over the bytes and never past their end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        piece = self._data[self._at : self._at + count]
        if len(piece) != count:
            raise IppMalformedError("cut off")
        self._at += count
        return piece

    def byte(self) -> int:
        return self.take(1)[0]

    def rest(self) -> bytes:
        return self._data[self._at :]

    def _counted(self) -> bytes:
        (length,) = _LENGTH.unpack(self.take(_LENGTH.size))
        return self.take(length)

    def value(self, tag: int, depth: int) -> tuple[str, Value]:
        """The name (empty for a further value) and the value behind a value tag."""
        name, raw = _text(self._counted()), self._counted()
        if tag == Tag.BEGIN_COLLECTION:
            return name, Value(tag, self._members(depth + 1))
        if tag in (Tag.END_COLLECTION, Tag.MEMBER_NAME):
            raise IppMalformedError("part of a collection outside of one")
        return name, Value(tag, _unpacked(tag, raw))

    def _members(self, depth: int) -> Attributes:
        if depth > _DEEPEST_COLLECTION:
            raise IppMalformedError("collection too deep")
        members: dict[str, tuple[Value, ...]] = {}
        member = ""
        while True:
            tag = self.byte()
            if tag < _FIRST_VALUE_TAG:
                raise IppMalformedError("collection without an end")
            if tag in (Tag.END_COLLECTION, Tag.MEMBER_NAME):
                _, raw = self._counted(), self._counted()
                if tag == Tag.END_COLLECTION:
                    return members
                member = _text(raw)
                continue
            if not member:
                raise IppMalformedError("member without a name")
            _, value = self.value(tag, depth)
            members[member] = (*members.get(member, ()), value)


def _unpacked(tag: int, raw: bytes) -> Plain:
    if tag in _OUT_OF_BAND:
        return None
    try:
        if tag in _INTEGERS:
            return int(_INTEGER.unpack(raw)[0])
        if tag == Tag.RANGE_OF_INTEGER:
            low, high = _RANGE.unpack(raw)
            return (low, high)
    except struct.error:
        raise IppMalformedError("number of a wrong length") from None
    if tag == Tag.BOOLEAN:
        if raw not in (b"\x00", b"\x01"):
            raise IppMalformedError("boolean that is neither")
        return raw == b"\x01"
    if tag in (Tag.TEXT, Tag.NAME):
        return raw.decode(errors="replace")  # free text in a maker's own encoding must not cost us the proof of a print
    return _text(raw) if tag in _STRINGS else raw


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise IppMalformedError("text is not UTF-8") from None
