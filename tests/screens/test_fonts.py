"""The hall's own typefaces, set explicitly, and a face for the characters of rare names."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter, QRawFont

from ui import fonts

# U+4DAE in the table of names that no common font holds; U+20BB7 and U+2CB4E from GB 18030-2022 level 3
RARE = ["\u4dae", "\u36c3", "\U00020bb7", "\U0002cb4e"]
NOBODYS = "\U000f1234"  # private use: no face holds it


def drawn(letter: str) -> QImage:
    image = QImage(96, 96, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    font = QFont(QGuiApplication.font())
    font.setPixelSize(64)
    painter.setFont(font)
    painter.drawText(QRect(0, 0, 96, 96), Qt.AlignmentFlag.AlignCenter, letter)
    painter.end()
    return image


@pytest.fixture
def built(application, font_directory):
    """The application with the built fonts."""
    if font_directory is None:
        pytest.skip("the fonts are not built here; `python -m kiosk.fonts build` makes them")
    return application


def test_the_hall_s_own_family_comes_first_then_the_rare_faces(built):
    assert built.font().families()[0] == "Hall Sans"
    assert len(built.font().families()) == 3


@pytest.mark.parametrize("letter", RARE)
def test_a_rare_character_of_a_name_is_drawn_and_not_a_box(built, letter):
    assert drawn(letter) != drawn(NOBODYS)


def test_bold_is_a_face_of_its_own(built):
    font = QFont(built.font())
    font.setBold(True)
    assert QRawFont.fromFont(font).styleName() == "Bold"


def test_digits_are_all_equally_wide(built):
    font = QFont(built.font())
    font.setPixelSize(64)
    raw = QRawFont.fromFont(font)
    widths = {round(advance.x(), 2) for advance in raw.advancesForGlyphIndexes(raw.glyphIndexesForString("0123456789"))}
    assert len(widths) == 1


def test_without_built_fonts_the_simplified_shapes_are_asked_for(application):
    before = QGuiApplication.font()
    fonts.load_own(None)
    assert QGuiApplication.font().families() == [fonts.SYSTEM_FAMILY]
    QGuiApplication.setFont(before)
