"""What a resident ID card holds, as the reader gives it out: text, photo, fingerprint, newest address.

The text is 256 bytes UTF-16LE filled with U+0020. The reader knows only `IdCard`, which is bytes; the layouts that
make the text are functions beside it, one per kind of document (blank at offset 248 = citizen).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from hardware_sim.id_reader.frames import PREAMBLE

TEXT_SIZE = 256
PHOTO_SIZE = 1024
ADDRESS_SIZE = 70

CITIZEN: tuple[tuple[str, int], ...] = (
    ("name", 30),
    ("sex", 2),
    ("ethnic", 4),
    ("birth_date", 16),
    ("address", 70),
    ("id_number", 36),
    ("issuer", 30),
    ("valid_from", 16),
    ("valid_to", 16),
    ("reserved", 36),
)
"""Field and size in bytes, in the order of the card (GA/T 490)."""

RESIDENT: tuple[tuple[str, int], ...] = (
    ("name", 30),
    ("sex", 2),
    ("unused", 4),
    ("birth_date", 16),
    ("address", 70),
    ("id_number", 36),
    ("issuer", 30),
    ("valid_from", 16),
    ("valid_to", 16),
    ("permit_number", 18),
    ("issue_count", 4),
    ("reserved", 6),
    ("kind", 2),
    ("reserved_end", 6),
)
"""Residence permit for residents of Hong Kong, Macau and Taiwan; `kind` is J."""

FOREIGNER_2017: tuple[tuple[str, int], ...] = (
    ("english_name", 120),
    ("sex", 2),
    ("id_number", 30),
    ("nationality", 6),
    ("name", 30),
    ("valid_from", 16),
    ("valid_to", 16),
    ("birth_date", 16),
    ("version", 4),
    ("authority", 8),
    ("kind", 2),
    ("reserved_end", 6),
)
"""Foreign permanent resident, card of 2017; `kind` is I."""

FOREIGNER_2023: tuple[tuple[str, int], ...] = (
    ("name", 30),
    ("sex", 2),
    ("renewals", 4),
    ("birth_date", 16),
    ("english_name", 70),
    ("id_number", 36),
    ("reserved", 30),
    ("valid_from", 16),
    ("valid_to", 16),
    ("english_name_rest", 22),
    ("nationality", 6),
    ("kind", 2),
    ("former_number", 6),
)
"""Foreign permanent resident, card of 2023; `kind` is Y. Characters 36 to 46 of the English name are its rest."""


class FieldTooLongError(ValueError):
    """A field is longer than its place on the card; tells the field and the sizes, never the content."""

    def __init__(self, field: str, size: int, room: int) -> None:
        super().__init__(f"{field} takes {size} bytes in UTF-16, the card has {room}")


@dataclass(frozen=True, repr=False)
class IdCard:
    """A card that can be laid on the reader. Has no repr of its content: it is personal data."""

    text: bytes
    photo: bytes
    fingerprint: bytes = b""
    """0, 512 or 1024 bytes (GA/T 1011)."""
    new_address: bytes | None = None
    """70 bytes, or None when the holder never registered another address."""

    def __post_init__(self) -> None:
        if len(self.text) != TEXT_SIZE or len(self.photo) != PHOTO_SIZE:
            raise ValueError(f"text is {TEXT_SIZE} bytes and photo {PHOTO_SIZE}")
        if len(self.fingerprint) not in (0, 512, 1024):
            raise ValueError("fingerprint is 0, 512 or 1024 bytes")
        if self.new_address is not None and len(self.new_address) != ADDRESS_SIZE:
            raise ValueError(f"the newest address is {ADDRESS_SIZE} bytes")

    def __repr__(self) -> str:
        return "IdCard(…)"


def padded(field: str, value: str, room: int) -> bytes:
    """UTF-16LE filled with U+0020 up to `room` bytes; rare characters take a surrogate pair (4 bytes)."""
    raw = value.encode("utf-16-le")
    if len(raw) > room:
        raise FieldTooLongError(field, len(raw), room)
    return raw + " ".encode("utf-16-le") * ((room - len(raw)) // 2)


def document(layout: tuple[tuple[str, int], ...], fields: Mapping[str, str]) -> bytes:
    """The 256 bytes of text of a layout; fields not given are blank, unknown ones are a KeyError."""
    unknown = fields.keys() - {name for name, _ in layout}
    if unknown:
        raise KeyError(f"not in this layout: {', '.join(sorted(unknown))}")
    return b"".join(padded(name, fields.get(name, ""), room) for name, room in layout)


def citizen_text(
    *,
    name: str,
    sex: str,
    ethnic: str,
    birth_date: str,
    address: str,
    id_number: str,
    issuer: str,
    valid_from: str,
    valid_to: str,
) -> bytes:
    """The text of a citizen's card; dates as YYYY-MM-DD or YYYYMMDD, `valid_to` may be 长期."""
    return document(
        CITIZEN,
        {
            "name": name,
            "sex": sex,
            "ethnic": ethnic,
            "birth_date": birth_date.replace("-", ""),
            "address": address,
            "id_number": id_number,
            "issuer": issuer,
            "valid_from": valid_from.replace("-", ""),
            "valid_to": valid_to.replace("-", ""),
        },
    )


def photo_of(seed: str) -> bytes:
    """1024 bytes that stand for the licensed picture format, the same for the same seed.

    Every one contains the preamble in its middle: a driver that looks for frames inside a frame shall stumble here.
    """
    noise = b"".join(hashlib.sha256(f"{seed}/{block}".encode()).digest() for block in range(PHOTO_SIZE // 32))
    middle = PHOTO_SIZE // 2
    return noise[:middle] + PREAMBLE + noise[middle + len(PREAMBLE) :]
