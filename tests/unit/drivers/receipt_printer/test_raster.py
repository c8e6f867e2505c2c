"""Characters drawn as dots: in cells, whole, and never a box that looks like a name."""

from pathlib import Path

import pytest

from drivers.receipt_printer.bitmap import Bitmap
from drivers.receipt_printer.raster import FontFile, PillowRasteriser

NOTO = FontFile(Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"), 2)
HANAZONO_A = FontFile(Path("/usr/share/fonts/truetype/hanazono/HanaMinA.ttf"))
HANAZONO_B = FontFile(Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"))


@pytest.fixture(scope="module")
def rasterise() -> PillowRasteriser:
    return PillowRasteriser((NOTO, HANAZONO_A, HANAZONO_B))


def ink(bitmap: Bitmap) -> int:
    return sum(byte.bit_count() for byte in bitmap.rows)


@pytest.mark.parametrize("height", [24, 48])
def test_a_picture_is_as_wide_as_its_columns(rasterise: PillowRasteriser, height: int) -> None:
    drawn = rasterise("姓名 A𠮷", height)
    assert (drawn.width, drawn.height) == ((2 + 2 + 1 + 1 + 2) * height // 2, height)


@pytest.mark.parametrize("character", "㐂𠮷𬭩䶮\U000231b6")
def test_a_rare_character_is_drawn_and_inside_its_cell(rasterise: PillowRasteriser, character: str) -> None:
    alone = rasterise(character, 24)
    assert ink(alone) > 40
    between = rasterise(f"　{character}　", 24)
    assert ink(between) == ink(alone)


def test_different_characters_have_different_pictures(rasterise: PillowRasteriser) -> None:
    pictures = {rasterise(character, 24).rows for character in "㐂𠮷𬭩䶮吉社"}
    assert len(pictures) == 6


def test_a_character_no_font_has_becomes_the_sign_for_that(rasterise: PillowRasteriser) -> None:
    assert rasterise("\ue123", 24).rows == rasterise("〓", 24).rows
    assert ink(rasterise("〓", 24)) > 40


def test_the_same_text_is_the_same_picture(rasterise: PillowRasteriser) -> None:
    again = PillowRasteriser((NOTO, HANAZONO_A, HANAZONO_B))
    assert rasterise("张𠮷某", 24) == again("张𠮷某", 24)


def test_empty_text_is_a_white_dot(rasterise: PillowRasteriser) -> None:
    assert ink(rasterise("", 24)) == 0


def test_a_rasteriser_needs_a_font() -> None:
    with pytest.raises(ValueError, match="font"):
        PillowRasteriser(())
