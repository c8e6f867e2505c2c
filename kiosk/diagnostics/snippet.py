"""What was found on the ports, as lines for `terminal.toml`. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from kiosk.diagnostics.findings import Part
from kiosk.diagnostics.judging import plain

_NAMES = {
    Part.ID_READER: ("id_reader", "id_reader_baud"),
    Part.RECEIPT_PRINTER: ("receipt_printer", "receipt_baud"),
    Part.PIN_PAD: ("pin_pad", "pin_pad_baud"),
    Part.BARCODE_READER: ("barcode_reader", "barcode_baud"),
}
"""Fields of `kiosk.settings.Devices`: the port's and its speed's."""


@dataclass(frozen=True, slots=True)
class Located:
    """A device that answered on a serial port. `port` is its most stable name; `told` is what it said it is.

    `make`: of a barcode reader, as the settings name it.
    """

    part: Part
    port: str
    baud: int
    told: str = ""
    make: str = ""


def snippet(located: Iterable[Located], user: str | None, sam: str | None) -> str:
    """Tables for `terminal.toml`. `user`, `sam`: names of the PC/SC readers.

    Where two devices answer alike the second stands as a comment: a person has to say which one is meant.
    """
    lines: list[str] = []
    if user or sam:
        lines.append("[readers]")
        lines += [f"{role} = {_quoted(_pattern(name))}" for role, name in (("user", user), ("sam", sam)) if name]
        lines.append("")
    lines.append("[devices]")
    taken: set[Part] = set()
    for each in located:
        port, baud = _NAMES[each.part]
        comment = "# " if each.part in taken else ""
        taken.add(each.part)
        told = f"  # {plain(each.told)}" if each.told else ""
        lines += [f"{comment}{port} = {_quoted(each.port)}{told}", f"{comment}{baud} = {each.baud}"]
        if each.part is Part.BARCODE_READER and each.make:
            lines.append(f"{comment}barcode_make = {_quoted(each.make)}")
    lines += [f'# {_NAMES[part][0]} = ""  # nobody answered as one' for part in _NAMES if part not in taken]
    lines.append('# document_printer = "ipp://printer/ipp/print"  # by hand: it stands on no serial port')
    return "\n".join(lines) + "\n"


def family(reader: str) -> str:
    """A reader's name without index and slot, which change when it is plugged in elsewhere."""
    return re.sub(r"(?: [0-9A-F]{2}){2}$", "", reader)


def _pattern(reader: str) -> str:
    """A regular expression on the reader's name."""
    return "^" + re.escape(family(reader)).replace("\\ ", " ").replace("\\-", "-")


def _quoted(value: str) -> str:
    # JSON's quoting is valid in a TOML basic string
    return json.dumps(value, ensure_ascii=False)
