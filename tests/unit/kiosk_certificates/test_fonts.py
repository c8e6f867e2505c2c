"""The hall's fonts: what they hold, where they are found, and when they are built again."""

import shutil
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from kiosk.fonts import Face, Fonts, FontsMissingError, development_directory, locate
from kiosk.fonts.build import BuildFailedError, Sources, SourcesMissingError, build
from kiosk.fonts.characters import as_ranges, wanted
from kiosk.fonts.located import MANIFEST

RARE_NAMES = "\u4dae\u36c3\U0002cb4e\U00020bb7"


@pytest.fixture(scope="session")
def built() -> Fonts:
    directory = development_directory()
    assert directory is not None
    return build(directory, Sources(), lambda line: None)


def _face(name, *ranges):
    return Face(Path(name), ranges)


def test_gbk_latin_pinyin_and_rare_names_are_kept_and_radicals_are_not():
    kept = wanted(range(0x20, 0x30000))
    for character in "社会保障啰镕éǎ·，。“”①→" + RARE_NAMES:
        assert ord(character) in kept, character
    assert not any(0x2E80 <= code <= 0x2FDF for code in kept)
    assert not any(0xD800 <= code <= 0xF8FF for code in kept)


def test_nothing_is_kept_that_the_source_does_not_have():
    assert wanted({0x41, 0x4EBA}) == {0x41, 0x4EBA}


def test_ranges_hold_exactly_their_characters():
    assert as_ranges([5, 1, 2, 3, 9]) == [(1, 3), (5, 5), (9, 9)]
    assert as_ranges([]) == []


def test_text_is_cut_into_runs_of_the_first_face_that_holds_each_character():
    main, rare = _face("main", (0x61, 0x63)), _face("rare", (0x78, 0x7A))
    fonts = Fonts(main, _face("bold", (0x61, 0x63)), (rare,))
    assert [(face.path.name, run) for face, run in fonts.runs("abxyc?z")] == [
        ("main", "ab"),
        ("rare", "xy"),
        ("main", "c?"),
        ("rare", "z"),
    ]
    assert [face.path.name for face, _ in fonts.runs("ax", bold=True)] == ["bold", "rare"]
    assert list(fonts.runs("")) == []
    assert fonts.without_glyph("ax?") == {"?"}


def test_the_built_family_has_its_own_name_and_truetype_outlines(built):
    for face, style in ((built.regular, "Regular"), (built.bold, "Bold")):
        with TTFont(face.path, lazy=True) as font:
            assert font["name"].getDebugName(1) == "Hall Sans"
            assert font["name"].getDebugName(2) == style
            assert "glyf" in font
            assert "CFF " not in font
            codes = set(font.getBestCmap())
        assert {ord(character) for character in RARE_NAMES + "人社保"} <= codes


def test_every_built_character_is_where_the_manifest_says(built):
    for face in (built.regular, built.bold, *built.rare):
        with TTFont(face.path, lazy=True) as font:
            assert tuple(as_ranges(font.getBestCmap())) == face.characters


def test_the_rare_faces_go_on_where_hall_sans_ends(built):
    assert not built.regular.holds("\U00020001")
    assert built.without_glyph("张\U00020001") == frozenset()
    assert (built.regular.path.parent / "OFL.txt").read_text("utf-8").count("SIL OPEN FONT LICENSE") == 1


def test_a_second_build_changes_nothing(built):
    before = {path: path.stat().st_mtime_ns for path in built.regular.path.parent.iterdir()}
    said = []
    again = build(built.regular.path.parent, Sources(), said.append)
    assert again == built
    assert said == []
    after = {path: path.stat().st_mtime_ns for path in built.regular.path.parent.iterdir() if path.name != ".lock"}
    assert after.items() <= before.items()


def test_fonts_not_built_name_the_command_that_builds_them(tmp_path):
    with pytest.raises(FontsMissingError) as caught:
        locate(tmp_path)
    assert caught.value.remedy == f"python -m kiosk.fonts build --output {tmp_path}"


@pytest.mark.parametrize("damage", ["manifest", "file"])
def test_a_damaged_directory_is_not_taken_for_a_built_one(built, tmp_path, damage):
    place = tmp_path / "fonts"
    place.mkdir()
    for path in built.regular.path.parent.iterdir():
        if path.name != "HanaMinB.ttf" or damage == "manifest":
            (place / path.name).symlink_to(path)
    if damage == "manifest":
        (place / MANIFEST).unlink()
        (place / MANIFEST).write_text("{}")
    with pytest.raises(FontsMissingError):
        locate(place)


def test_sources_that_are_not_installed_name_the_packages(tmp_path):
    with pytest.raises(SourcesMissingError) as caught:
        build(tmp_path, Sources(regular=tmp_path / "none.ttc"), lambda line: None)
    assert "fonts-noto-cjk" in caught.value.remedy
    assert "none.ttc" in str(caught.value)


def test_a_source_that_is_no_font_fails_the_build_and_leaves_nothing_that_counts_as_built(tmp_path, capfd):
    for name in ("r.ttc", "b.ttc", "a.ttf"):
        (tmp_path / name).write_bytes(b"not a font")
    sources = Sources(tmp_path / "r.ttc", tmp_path / "b.ttc", (tmp_path / "a.ttf", tmp_path / "a.ttf"))
    with pytest.raises(BuildFailedError):
        build(tmp_path / "out", sources, lambda line: None)
    assert "r.ttc" in capfd.readouterr().err
    with pytest.raises(FontsMissingError):
        locate(tmp_path / "out")


def test_a_changed_source_is_noticed(built, tmp_path):
    place = tmp_path / "fonts"
    shutil.copytree(built.regular.path.parent, place)
    (tmp_path / "other.ttc").write_bytes(b"another version")
    with pytest.raises(BuildFailedError):
        build(place, Sources(regular=tmp_path / "other.ttc", bold=tmp_path / "other.ttc"), lambda line: None)
