"""What an A4 printer says it is and can do (RFC 8011, 5.2 and 5.4), for settings, diagnosis and the technician."""

from dataclasses import dataclass
from typing import Final

from drivers.document_printer.ipp import Attributes, Value, integer_of, strings_of

WANTED_CAPABILITIES: Final = (
    *("printer-make-and-model", "printer-name", "printer-device-id", "printer-firmware-string-version"),
    *("document-format-supported", "media-supported", "media-default", "sides-supported", "operations-supported"),
    *("ipp-versions-supported", "color-supported", "pages-per-minute", "media-source-supported"),
)
_SERIAL_KEYS: Final = ("SN", "SERN", "SERIALNUMBER")
PDF: Final = "application/pdf"


@dataclass(frozen=True)
class DocumentPrinterCapabilities:
    """What the printer tells; an empty text or tuple, or None, is what it does not tell.

    operations  numbers of RFC 8011, 4.4.15 (2 is Print-Job)
    serial      from the IEEE 1284 device id
    """

    model: str = ""
    name: str = ""
    serial: str = ""
    firmware: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    operations: tuple[int, ...] = ()
    versions: tuple[str, ...] = ()
    colour: bool | None = None
    pages_per_minute: int | None = None

    def lacks(self, media: str, operations: tuple[int, ...]) -> tuple[str, ...]:
        """What the terminal needs and this printer says it has not; what it does not tell is not held against it."""
        return (
            *([PDF] if self.formats and PDF not in self.formats else []),
            *([media] if self.media and media not in self.media else []),
            *(f"operation-{number:04x}" for number in operations if self.operations and number not in self.operations),
        )


def capabilities_from(attributes: Attributes) -> DocumentPrinterCapabilities:
    """From the printer group of an answer."""
    colour: tuple[Value, ...] = attributes.get("color-supported", ())
    told = colour[0].content if colour else None
    return DocumentPrinterCapabilities(
        model=_first(attributes, "printer-make-and-model"),
        name=_first(attributes, "printer-name"),
        serial=_serial(_first(attributes, "printer-device-id")),
        firmware=strings_of(attributes, "printer-firmware-string-version"),
        formats=strings_of(attributes, "document-format-supported"),
        media=strings_of(attributes, "media-supported"),
        sources=strings_of(attributes, "media-source-supported"),
        sides=strings_of(attributes, "sides-supported"),
        operations=tuple(
            value.content for value in attributes.get("operations-supported", ()) if type(value.content) is int
        ),
        versions=strings_of(attributes, "ipp-versions-supported"),
        colour=told if isinstance(told, bool) else None,
        pages_per_minute=integer_of(attributes, "pages-per-minute"),
    )


def _first(attributes: Attributes, name: str) -> str:
    return next(iter(strings_of(attributes, name)), "")


def _serial(device_id: str) -> str:
    """``MFG:…;MDL:…;SN:…;`` (IEEE 1284)."""
    told = {
        key.strip().upper(): value.strip() for key, _, value in (part.partition(":") for part in device_id.split(";"))
    }
    return next((told[key] for key in _SERIAL_KEYS if told.get(key)), "")
