"""Makes a drawn PDF a PDF/A-2b file (ISO 19005-2): colour, metadata, language, and a right text layer.

Conformance is declared and its parts are checked in tests; no independent validator is part of this project.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import pikepdf
from PIL import ImageCms

from kiosk.clock import HALL_ZONE

PRODUCER: Final = "citizen-card-terminal"
_PROFILE_DATE: Final = slice(24, 36)
_PRINTED: Final = 4  # annotation flag, ISO 32000-1 table 165
_BFCHAR: Final = re.compile(rb"<([0-9A-F]{2})> <([0-9A-F]{4,6})>")


@dataclass(frozen=True)
class Description:
    """What the file says about itself."""

    title: str
    author: str
    subject: str
    made_at: datetime


def conform(pdf: bytes, description: Description) -> bytes:
    """The same pages as PDF/A-2b. The same input gives the same bytes."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        _add_output_intent(document)
        _describe(document, description)
        document.Root.Lang = pikepdf.String("zh-CN")
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
                _mend_text_layer(item.ToUnicode)
        for page in document.pages:
            for annotation in page.obj.get("/Annots", []):
                annotation.F = _PRINTED
        buffer = io.BytesIO()
        document.save(
            buffer,
            deterministic_id=True,
            min_version="1.7",
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return buffer.getvalue()


def _add_output_intent(document: Any) -> None:
    profile = document.make_stream(_srgb())
    profile.N = 3
    intent = pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier=pikepdf.String("sRGB"),
        Info=pikepdf.String("sRGB IEC61966-2.1"),
        DestOutputProfile=profile,
    )
    document.Root.OutputIntents = pikepdf.Array([document.make_indirect(intent)])


@cache
def _srgb() -> bytes:
    """An sRGB profile; its creation date is set to a constant so that the file depends on its content alone."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[_PROFILE_DATE] = bytes.fromhex("07ea00010001000000000000")  # 2026-01-01 00:00:00
    return bytes(data)


def _describe(document: Any, description: Description) -> None:
    local = description.made_at.astimezone(HALL_ZONE)
    stamp = pikepdf.String(f"D:{local:%Y%m%d%H%M%S}+08'00'")
    document.docinfo = document.make_indirect(
        pikepdf.Dictionary(
            Title=pikepdf.String(description.title),
            Author=pikepdf.String(description.author),
            Subject=pikepdf.String(description.subject),
            Producer=pikepdf.String(PRODUCER),
            CreationDate=stamp,
            ModDate=stamp,
        )
    )
    with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:title"] = description.title
        metadata["dc:creator"] = [description.author]
        metadata["dc:description"] = description.subject
        metadata["pdf:Producer"] = PRODUCER
        metadata["xmp:CreateDate"] = metadata["xmp:ModifyDate"] = local.isoformat(timespec="seconds")
        metadata["pdfaid:part"] = "2"
        metadata["pdfaid:conformance"] = "B"


def _mend_text_layer(stream: Any) -> None:
    """Spell characters beyond the BMP in UTF-16BE (ISO 32000-1, 9.10.3); reportlab writes them as five hex digits."""

    def in_utf16(match: re.Match[bytes]) -> bytes:
        code = chr(int(match[2], 16)).encode("utf-16-be").hex().upper().encode()
        return b"<" + match[1] + b"> <" + code + b">"

    stream.write(_BFCHAR.sub(in_utf16, stream.read_bytes()))
