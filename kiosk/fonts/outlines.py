"""From Noto's CFF outlines to a TrueType file of our own name.

reportlab embeds TrueType outlines only, and Debian's Noto Sans CJK is a collection of CFF fonts. Curves are
approximated within one unit of 1000 (cu2qu); glyph shapes, widths and vertical metrics are the source's.
The output depends on the source file alone: no time of day goes in, so two machines build the same bytes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

from kiosk.fonts.characters import wanted

SOURCE_FAMILY = "Noto Sans CJK SC"
FAMILY = "Hall Sans"
_MAX_ERROR = 1.0  # font units; the em is 1000
_REPORT_EVERY = 4000
_NAME_FAMILY, _NAME_COPYRIGHT = 1, 0
_FS_REGULAR, _FS_BOLD = 0x40, 0x20


class SourceUnusableError(Exception):
    """The source font is not what the builder needs. Facts: the path and what is wrong."""

    def __init__(self, path: Path, wrong: str) -> None:
        super().__init__(f"{path}: {wrong}")
        self.path = path
        self.wrong = wrong


def convert(source: Path, style: str, target: Path, progress: Callable[[int, int], None]) -> frozenset[int]:
    """Write the subset of ``source`` as Hall Sans ``style`` ("Regular" or "Bold") to ``target``; return its characters.

    ``progress(done, all)`` is called now and then with counts of glyphs. Raises SourceUnusableError.
    """
    original = _open_face(source)
    mapping: dict[int, str] = original.getBestCmap()
    characters = wanted(mapping)
    order = [".notdef", *sorted({mapping[code] for code in characters}, key=original.getGlyphID)]
    glyphs = original.getGlyphSet()
    outlines: dict[str, Any] = {}
    widths: dict[str, int] = {}
    for done, name in enumerate(order):
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, _MAX_ERROR, reverse_direction=True))
        outlines[name] = pen.glyph()
        widths[name] = original["hmtx"][name][0]
        if done % _REPORT_EVERY == 0:
            progress(done, len(order))
    progress(len(order), len(order))
    font = _assemble(original, style, order, {code: mapping[code] for code in characters}, outlines, widths)
    font.save(target, reorderTables=True)
    return characters


def _open_face(source: Path) -> Any:
    try:
        faces = TTCollection(source, lazy=True).fonts if source.suffix == ".ttc" else [TTFont(source, lazy=True)]
    except Exception as error:  # fontTools raises whatever its struct readers meet
        raise SourceUnusableError(source, f"not a readable font ({type(error).__name__})") from error
    for face in faces:
        if face["name"].getDebugName(_NAME_FAMILY) == SOURCE_FAMILY:
            return face
    raise SourceUnusableError(source, f"holds no face named {SOURCE_FAMILY}")


def _assemble(
    original: Any,
    style: str,
    order: list[str],
    mapping: dict[int, str],
    outlines: dict[str, Any],
    widths: dict[str, int],
) -> Any:
    bold = style == "Bold"
    builder = FontBuilder(original["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(mapping)
    builder.setupGlyf(outlines)
    glyf = builder.font["glyf"]
    builder.setupHorizontalMetrics({name: (widths[name], getattr(glyf[name], "xMin", 0)) for name in order})
    hhea, os2 = original["hhea"], original["OS/2"]
    builder.setupHorizontalHeader(ascent=hhea.ascent, descent=hhea.descent, lineGap=hhea.lineGap)
    postscript = f"HallSans-{style}"
    builder.setupNameTable(
        {
            "copyright": original["name"].getDebugName(_NAME_COPYRIGHT),
            "familyName": FAMILY,
            "styleName": style,
            "uniqueFontIdentifier": postscript,
            "fullName": FAMILY if not bold else f"{FAMILY} Bold",
            "psName": postscript,
            "version": "Version 1.000",
            "licenseDescription": "SIL Open Font License, Version 1.1",
            "licenseInfoURL": "https://openfontlicense.org",
        },
        mac=False,
    )
    builder.setupOS2(
        usWeightClass=os2.usWeightClass,
        fsType=0,
        fsSelection=_FS_BOLD if bold else _FS_REGULAR,
        achVendID="HALL",
        panose=os2.panose,
        sTypoAscender=os2.sTypoAscender,
        sTypoDescender=os2.sTypoDescender,
        sTypoLineGap=os2.sTypoLineGap,
        usWinAscent=os2.usWinAscent,
        usWinDescent=os2.usWinDescent,
        sxHeight=os2.sxHeight,
        sCapHeight=os2.sCapHeight,
        ulCodePageRange1=os2.ulCodePageRange1,
        ulUnicodeRange1=os2.ulUnicodeRange1,
        ulUnicodeRange2=os2.ulUnicodeRange2,
        ulUnicodeRange3=os2.ulUnicodeRange3,
    )
    builder.setupPost(
        keepGlyphNames=False,
        underlinePosition=original["post"].underlinePosition,
        underlineThickness=original["post"].underlineThickness,
    )
    head = builder.font["head"]
    head.macStyle = 1 if bold else 0
    head.created, head.modified = original["head"].created, original["head"].modified
    builder.font.recalcTimestamp = False
    return builder.font
