"""Encoding of IPP messages (RFC 8010): header, groups of attributes, then the document.

A value keeps the tag it came with, because the tag is part of its meaning (a keyword is no name).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

DEEPEST_COLLECTION = 8


class IppFormatError(ValueError):
    """A body that is not IPP; says what is wrong and where (offset in bytes)."""

    def __init__(self, problem: str, offset: int) -> None:
        super().__init__(f"{problem} at byte {offset}")


class GroupTag(IntEnum):
    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    PRINTER = 0x04
    UNSUPPORTED = 0x05


class Tag(IntEnum):
    UNSUPPORTED = 0x10
    UNKNOWN = 0x12
    NO_VALUE = 0x13
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    OCTETS = 0x30
    DATE_TIME = 0x31
    RESOLUTION = 0x32
    RANGE = 0x33
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
    LANGUAGE = 0x48
    MIME_TYPE = 0x49
    MEMBER_NAME = 0x4A


@dataclass(frozen=True)
class Resolution:
    cross_feed: int
    feed: int
    units: int = 3
    """3 dots per inch, 4 dots per centimetre."""


@dataclass(frozen=True)
class Range:
    lower: int
    upper: int


@dataclass(frozen=True)
class Value:
    """One value; a collection holds attributes, an out-of-band value holds None."""

    tag: int
    content: int | bool | str | bytes | Range | Resolution | tuple[Attribute, ...] | None


@dataclass(frozen=True)
class Attribute:
    name: str
    values: tuple[Value, ...]

    @property
    def first(self) -> object:
        return self.values[0].content

    def texts(self) -> list[str]:
        """All values that are words."""
        return [value.content for value in self.values if isinstance(value.content, str)]


@dataclass(frozen=True)
class Group:
    tag: int
    attributes: tuple[Attribute, ...]

    def find(self, name: str) -> Attribute | None:
        return next((attribute for attribute in self.attributes if attribute.name == name), None)


@dataclass(frozen=True)
class Message:
    """A request (code is the operation) or an answer (code is the status)."""

    version: tuple[int, int]
    code: int
    request_id: int
    groups: tuple[Group, ...]
    data: bytes = b""

    def group(self, tag: GroupTag) -> Group | None:
        return next((group for group in self.groups if group.tag == tag), None)


def attribute(name: str, tag: Tag, *contents: int | bool | str | bytes | Range | Resolution | None) -> Attribute:
    """An attribute whose values all have one tag."""
    return Attribute(name, tuple(Value(tag, content) for content in contents))


# writing


def encode(message: Message) -> bytes:
    """The bytes of a message."""
    parts = [struct.pack(">BBHI", *message.version, message.code, message.request_id)]
    for group in message.groups:
        parts.append(bytes((group.tag,)))
        for each in group.attributes:
            parts += _attribute_bytes(each)
    return b"".join((*parts, bytes((GroupTag.END,)), message.data))


def _attribute_bytes(each: Attribute) -> Iterable[bytes]:
    name = each.name
    for value in each.values:
        if value.tag == Tag.BEGIN_COLLECTION:
            yield _field(Tag.BEGIN_COLLECTION, name, b"")
            for member in value.content if isinstance(value.content, tuple) else ():
                yield _field(Tag.MEMBER_NAME, "", member.name.encode())
                yield from _attribute_bytes(Attribute("", member.values))
            yield _field(Tag.END_COLLECTION, "", b"")
        else:
            yield _field(value.tag, name, _content_bytes(value))
        name = ""


def _field(tag: int, name: str, content: bytes) -> bytes:
    raw = name.encode()
    return bytes((tag,)) + struct.pack(">H", len(raw)) + raw + struct.pack(">H", len(content)) + content


def _content_bytes(value: Value) -> bytes:
    match value.content:
        case None:
            return b""
        case bool():
            return bytes((int(value.content),))
        case int():
            return struct.pack(">i", value.content)
        case str():
            return value.content.encode()
        case bytes():
            return value.content
        case Range(lower, upper):
            return struct.pack(">ii", lower, upper)
        case Resolution(cross_feed, feed, units):
            return struct.pack(">iib", cross_feed, feed, units)
    raise TypeError(f"no encoding for {type(value.content).__name__}")


# reading


def decode(body: bytes) -> Message:
    """The message in `body`. Raises IppFormatError."""
    return _Reader(body).message()


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def message(self) -> Message:
        major, minor, code, request_id = struct.unpack(">BBHI", self._take(8))
        groups: list[Group] = []
        tag = self._byte()
        while tag != GroupTag.END:
            if tag >= 0x10:
                raise IppFormatError("a value outside any group", self._at - 1)
            attributes, following = self._attributes()
            groups.append(Group(tag, attributes))
            tag = following
        return Message((major, minor), code, request_id, tuple(groups), self._body[self._at :])

    def _attributes(self) -> tuple[tuple[Attribute, ...], int]:
        """The attributes up to the next group tag, and that tag."""
        found: list[tuple[str, list[Value]]] = []
        while (tag := self._byte()) >= 0x10:
            name, content = self._counted().decode("utf-8", "replace"), self._counted()
            value = Value(tag, self._collection(1)) if tag == Tag.BEGIN_COLLECTION else self._value(tag, content)
            if name:
                found.append((name, [value]))
            elif found:
                found[-1][1].append(value)
            else:
                raise IppFormatError("a value without a name", self._at)
        return tuple(Attribute(name, tuple(values)) for name, values in found), tag

    def _collection(self, depth: int) -> tuple[Attribute, ...]:
        if depth > DEEPEST_COLLECTION:
            raise IppFormatError("collections too deep", self._at)
        members: list[tuple[str, list[Value]]] = []
        while (tag := self._byte()) != Tag.END_COLLECTION:
            if tag < 0x10:
                raise IppFormatError("a collection without an end", self._at - 1)
            _, content = self._counted(), self._counted()
            if tag == Tag.MEMBER_NAME:
                members.append((content.decode("utf-8", "replace"), []))
            elif not members:
                raise IppFormatError("a member without a name", self._at)
            elif tag == Tag.BEGIN_COLLECTION:
                members[-1][1].append(Value(tag, self._collection(depth + 1)))
            else:
                members[-1][1].append(self._value(tag, content))
        self._counted()
        self._counted()
        return tuple(Attribute(name, tuple(values)) for name, values in members if values)

    def _value(self, tag: int, content: bytes) -> Value:
        try:
            match tag:
                case Tag.INTEGER | Tag.ENUM:
                    return Value(tag, int(struct.unpack(">i", content)[0]))
                case Tag.BOOLEAN:
                    return Value(tag, bool(struct.unpack(">b", content)[0]))
                case Tag.RANGE:
                    return Value(tag, Range(*struct.unpack(">ii", content)))
                case Tag.RESOLUTION:
                    return Value(tag, Resolution(*struct.unpack(">iib", content)))
                case Tag.OCTETS | Tag.DATE_TIME | Tag.TEXT_WITH_LANGUAGE | Tag.NAME_WITH_LANGUAGE:
                    return Value(tag, content)
                case _ if tag < 0x20:
                    return Value(tag, None)
                case _ if 0x40 <= tag <= 0x5F:
                    return Value(tag, content.decode("utf-8"))
            return Value(tag, content)
        except (struct.error, UnicodeDecodeError):
            raise IppFormatError(f"a value that does not fit its tag {tag:02X}", self._at) from None

    def _counted(self) -> bytes:
        return self._take(int(struct.unpack(">H", self._take(2))[0]))

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, count: int) -> bytes:
        taken = self._body[self._at : self._at + count]
        if len(taken) < count:
            raise IppFormatError("the message ends too early", len(self._body))
        self._at += count
        return taken
