"""Trays, the paper in them, and toner, as a printer tells of them (RFC 8011; PWG 5100.3, 5100.7 and 5100.13).

All of it is optional in IPP and full of gaps: what is not told is None or an empty text, never a guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from drivers.document_printer.ipp import Attributes, Value, integer_of, strings_of

WANTED_SUPPLIES: Final = (
    *("media-ready", "media-col-ready", "printer-input-tray"),
    *("marker-names", "marker-types", "marker-colors", "marker-levels", "marker-low-levels", "marker-high-levels"),
)
_HUNDREDTHS: Final = 100  # IPP measures media in hundredths of a millimetre
T = TypeVar("T")
_WASTE: Final = frozenset({"waste-toner", "waste-ink", "waste-water", "waste-wax"})


@dataclass(frozen=True)
class ReadyMedia:
    """Paper that is in: its size name (PWG 5101.1, or width x length in mm), where it lies, what it is."""

    size: str
    source: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Tray:
    """A place for paper. ``level`` and ``capacity`` in sheets."""

    name: str
    kind: str = ""
    level: int | None = None
    capacity: int | None = None

    @property
    def empty(self) -> bool:
        """Told to be so."""
        return self.level == 0


@dataclass(frozen=True)
class Supply:
    """Toner, drum, waste box. ``level`` in percent; ``needs_care``: it is low, or for a waste box, nearly full."""

    name: str
    kind: str = ""
    colour: str = ""
    level: int | None = None
    needs_care: bool = False

    @property
    def is_waste(self) -> bool:
        """Filled by printing, where every other supply is emptied."""
        return self.kind in _WASTE


def ready_media_from(attributes: Attributes) -> tuple[ReadyMedia, ...]:
    """From media-col-ready; from media-ready where that is all there is."""
    found = []
    for value in attributes.get("media-col-ready", ()):
        if isinstance(value.content, Mapping):
            size = _size_of(value.content)
            if size:
                found.append(
                    ReadyMedia(size, _first(value.content, "media-source"), _first(value.content, "media-type"))
                )
    return tuple(found) or tuple(ReadyMedia(name) for name in strings_of(attributes, "media-ready"))


def trays_from(attributes: Attributes) -> tuple[Tray, ...]:
    """From printer-input-tray: octet strings of ``key=value;`` (PWG 5100.13, 5.6)."""
    found = []
    for value in attributes.get("printer-input-tray", ()):
        if isinstance(value.content, bytes):
            told = _pairs(value.content)
            found.append(
                Tray(
                    told.get("name", ""),
                    told.get("type", ""),
                    _sheets(told.get("level")),
                    _sheets(told.get("maxcapacity")),
                )
            )
    return tuple(found)


def supplies_from(attributes: Attributes) -> tuple[Supply, ...]:
    """From the marker attributes, which are lists side by side and not always of one length."""
    names = strings_of(attributes, "marker-names")
    kinds, colours = strings_of(attributes, "marker-types"), strings_of(attributes, "marker-colors")
    levels, low, high = (_integers(attributes, f"marker-{name}") for name in ("levels", "low-levels", "high-levels"))
    found = []
    for place in range(max(len(names), len(levels))):
        level = _at(levels, place)
        told = level if level is not None and 0 <= level <= 100 else None  # -1 to -3: full enough, unknown, some left
        kind = _at(kinds, place) or ""
        limit = _at(high, place) if kind in _WASTE else _at(low, place)
        care = told is not None and limit is not None and (told >= limit if kind in _WASTE else told <= limit)
        found.append(Supply(_at(names, place) or "", kind, _at(colours, place) or "", told, care))
    return tuple(found)


def _size_of(media: Attributes) -> str:
    named = _first(media, "media-size-name")
    if named:
        return named
    size = next((value.content for value in media.get("media-size", ())), None)
    if not isinstance(size, Mapping):
        return ""
    across, along = integer_of(size, "x-dimension"), integer_of(size, "y-dimension")
    return "" if across is None or along is None else f"{across / _HUNDREDTHS:g}x{along / _HUNDREDTHS:g}mm"


def _first(attributes: Attributes, name: str) -> str:
    return next(iter(strings_of(attributes, name)), "")


def _integers(attributes: Attributes, name: str) -> tuple[int, ...]:
    values: tuple[Value, ...] = attributes.get(name, ())
    return tuple(value.content for value in values if type(value.content) is int)


def _pairs(raw: bytes) -> dict[str, str]:
    parts = (part.partition("=") for part in raw.decode(errors="replace").split(";"))
    return {key.strip().lower(): value.strip() for key, equals, value in parts if equals}


def _sheets(told: str | None) -> int | None:
    return int(told) if told is not None and told.isascii() and told.isdigit() and len(told) < 7 else None


def _at(values: Sequence[T], place: int) -> T | None:
    return values[place] if place < len(values) else None
