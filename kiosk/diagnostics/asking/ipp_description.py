"""What an IPP printer says it is: Get-Printer-Attributes with the names of RFC 8011 5.4 and PWG 5100.11, 5100.13."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from drivers.document_printer.ipp import (
    Attributes,
    Group,
    IppMalformedError,
    Message,
    Tag,
    Value,
    decode,
    encode,
    integer_of,
    one,
    strings_of,
)
from drivers.document_printer.printer import CONTENT_TYPE
from drivers.errors import ProtocolError
from drivers.operation import Operation, Post
from kiosk.diagnostics.findings import Identity

_GET_PRINTER_ATTRIBUTES: Final = 0x000B
_NAMES: Final = (
    "printer-make-and-model",
    "printer-firmware-string-version",
    "printer-serial-number",
    "printer-device-id",
    "document-format-supported",
    "media-ready",
    "media-default",
    "sides-supported",
    "color-supported",
    "pages-per-minute",
)


@dataclass(frozen=True, slots=True)
class Description:
    """Identity and capabilities, as far as the printer tells."""

    identity: Identity
    capabilities: Mapping[str, str]


def description(uri: str, device: str) -> Operation[Description]:
    """Ask once. ProtocolError: the answer is no IPP, or is to another request."""
    wanted = tuple(Value(Tag.KEYWORD, name) for name in _NAMES)
    asked: Attributes = {
        "attributes-charset": one(Tag.CHARSET, "utf-8"),
        "attributes-natural-language": one(Tag.NATURAL_LANGUAGE, "en"),
        "printer-uri": one(Tag.URI, uri),
        "requested-attributes": wanted,
    }
    body = encode(Message(_GET_PRINTER_ATTRIBUTES, 1, ((Group.OPERATION, asked),), b""))
    received: bytes = yield Post(urlsplit(uri).path or "/", body, CONTENT_TYPE)
    try:
        answer = decode(received)
    except IppMalformedError as error:
        raise ProtocolError(device, shape=f"ipp: {error}") from None
    if answer.request_id != 1:
        raise ProtocolError(device, shape="answer to another request")
    return described(answer.group(Group.PRINTER), uri)


def described(attributes: Attributes, uri: str) -> Description:
    """From the printer group of an answer."""

    def first(name: str) -> str | None:
        return next((word for word in strings_of(attributes, name) if word), None)

    device_id = _device_id(first("printer-device-id") or "")
    colour = attributes.get("color-supported")
    speed = integer_of(attributes, "pages-per-minute")
    told = {
        "formats": ", ".join(strings_of(attributes, "document-format-supported")),
        "media": ", ".join(strings_of(attributes, "media-ready")) or first("media-default") or "",
        "sides": ", ".join(strings_of(attributes, "sides-supported")),
        "colour": "" if colour is None else "yes" if colour[0].content is True else "no",
        "pages_per_minute": "" if speed is None else str(speed),
    }
    return Description(
        Identity(
            first("printer-make-and-model") or device_id.get("MDL"),
            first("printer-firmware-string-version"),
            first("printer-serial-number") or device_id.get("SN"),
            uri,
        ),
        {name: word for name, word in told.items() if word},
    )


def _device_id(text: str) -> dict[str, str]:
    """IEEE 1284 device id: `MFG:Maker;MDL:Model;SN:123;`."""
    pairs = (pair.partition(":") for pair in text.split(";"))
    return {name.strip().upper(): value.strip() for name, _, value in pairs if value}
