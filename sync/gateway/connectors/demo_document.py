"""A one-page PDF of invented content: what the demonstration's core system has sealed.

The same lines give the same octets.
"""

from __future__ import annotations

from collections.abc import Sequence


def demo_page(lines: Sequence[str]) -> bytes:
    """A4, Helvetica, ASCII lines from the top (ISO 32000-1, section 7.5)."""
    shown = " ".join(f"({_escaped(line)}) '" for line in lines)
    content = f"BT /F1 14 Tf 20 TL 72 760 Td {shown} ET".encode("ascii")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    page, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(page))
        page += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(page)
    return bytes(page) + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


def _escaped(line: str) -> str:
    plain = line.encode("ascii", "replace").decode("ascii")
    return plain.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
