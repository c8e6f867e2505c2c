"""What the printer says it is: the attributes of RFC 8011 section 5.4 and PWG 5100.12 that never change."""

from __future__ import annotations

from hardware_sim.ipp_printer.codec import Attribute, Range, Resolution, Tag, Value, attribute

MEDIA = "iso_a4_210x297mm"
TRAY_NAME, TRAY_SOURCE = "Tray 1", "tray-1"
TRAY_SHEETS = 250
LOW_TONER = 5
FORMATS = ("application/pdf", "application/octet-stream")
SIDES = ("one-sided", "two-sided-long-edge", "two-sided-short-edge")
MOST_COPIES = 99
OPERATIONS = {
    0x0002: "Print-Job",
    0x0004: "Validate-Job",
    0x0008: "Cancel-Job",
    0x0009: "Get-Job-Attributes",
    0x000A: "Get-Jobs",
    0x000B: "Get-Printer-Attributes",
}

JOB_TEMPLATE: tuple[Attribute, ...] = (
    attribute("copies-default", Tag.INTEGER, 1),
    attribute("copies-supported", Tag.RANGE, Range(1, MOST_COPIES)),
    attribute("finishings-default", Tag.ENUM, 3),
    attribute("finishings-supported", Tag.ENUM, 3),
    Attribute(
        "media-col-ready",
        (
            Value(
                Tag.BEGIN_COLLECTION,
                (
                    Attribute(
                        "media-size",
                        (
                            Value(
                                Tag.BEGIN_COLLECTION,
                                (
                                    attribute("x-dimension", Tag.INTEGER, 21000),
                                    attribute("y-dimension", Tag.INTEGER, 29700),
                                ),
                            ),
                        ),
                    ),
                    attribute("media-size-name", Tag.KEYWORD, MEDIA),
                    attribute("media-source", Tag.KEYWORD, TRAY_SOURCE),
                    attribute("media-type", Tag.KEYWORD, "stationery"),
                ),
            ),
        ),
    ),
    attribute("media-default", Tag.KEYWORD, MEDIA),
    attribute("media-ready", Tag.KEYWORD, MEDIA),
    attribute("media-source-supported", Tag.KEYWORD, TRAY_SOURCE),
    attribute("media-supported", Tag.KEYWORD, MEDIA),
    attribute("orientation-requested-default", Tag.ENUM, 3),
    attribute("orientation-requested-supported", Tag.ENUM, 3, 4),
    attribute("output-bin-default", Tag.KEYWORD, "face-down"),
    attribute("output-bin-supported", Tag.KEYWORD, "face-down"),
    attribute("print-color-mode-default", Tag.KEYWORD, "monochrome"),
    attribute("print-color-mode-supported", Tag.KEYWORD, "monochrome"),
    attribute("print-quality-default", Tag.ENUM, 4),
    attribute("print-quality-supported", Tag.ENUM, 4),
    attribute("printer-resolution-default", Tag.RESOLUTION, Resolution(600, 600)),
    attribute("printer-resolution-supported", Tag.RESOLUTION, Resolution(600, 600)),
    attribute("sides-default", Tag.KEYWORD, SIDES[0]),
    attribute("sides-supported", Tag.KEYWORD, *SIDES),
)

PRINTER_DESCRIPTION: tuple[Attribute, ...] = (
    attribute("charset-configured", Tag.CHARSET, "utf-8"),
    attribute("charset-supported", Tag.CHARSET, "utf-8"),
    attribute("color-supported", Tag.BOOLEAN, False),
    attribute("compression-supported", Tag.KEYWORD, "none"),
    attribute("document-format-default", Tag.MIME_TYPE, FORMATS[0]),
    attribute("document-format-supported", Tag.MIME_TYPE, *FORMATS),
    attribute("generated-natural-language-supported", Tag.LANGUAGE, "en"),
    attribute("ipp-versions-supported", Tag.KEYWORD, "1.1", "2.0"),
    attribute(
        "job-creation-attributes-supported",
        Tag.KEYWORD,
        "copies",
        "finishings",
        "ipp-attribute-fidelity",
        "job-name",
        "media",
        "orientation-requested",
        "output-bin",
        "print-color-mode",
        "print-quality",
        "printer-resolution",
        "sides",
    ),
    attribute("natural-language-configured", Tag.LANGUAGE, "en"),
    attribute("operations-supported", Tag.ENUM, *OPERATIONS),
    attribute("pages-per-minute", Tag.INTEGER, 30),
    attribute("pdl-override-supported", Tag.KEYWORD, "attempted"),
    attribute("printer-device-id", Tag.TEXT, "MFG:Simulated;MDL:A4 Laser;CMD:PDF;SN:SIM-A4-0001;"),
    attribute("printer-firmware-string-version", Tag.TEXT, "1.0"),
    attribute("printer-info", Tag.TEXT, "Kiosk A4"),
    attribute("printer-location", Tag.TEXT, ""),
    attribute("printer-make-and-model", Tag.TEXT, "Simulated A4 Laser"),
    attribute("printer-name", Tag.NAME, "kiosk-a4"),
    attribute("marker-colors", Tag.NAME, "#000000"),
    attribute("marker-high-levels", Tag.INTEGER, 100),
    attribute("marker-low-levels", Tag.INTEGER, LOW_TONER),
    attribute("marker-names", Tag.NAME, "black toner"),
    attribute("marker-types", Tag.KEYWORD, "toner"),
)


def supported(name: str) -> Attribute | None:
    """The `-supported` attribute of a job template attribute, if this printer knows it."""
    wanted = f"{name}-supported"
    return next((each for each in JOB_TEMPLATE if each.name == wanted), None)
