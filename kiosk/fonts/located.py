"""Where the built typefaces are, and which of them holds a character.

The directory is described by ``fonts.json``, which the builder writes last: a directory without it is not built.
"""

import bisect
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

MANIFEST = "fonts.json"
REGULAR, BOLD = "HallSans-Regular.ttf", "HallSans-Bold.ttf"
RARE = ("HanaMinA.ttf", "HanaMinB.ttf")


class FontsMissingError(Exception):
    """The typefaces are not built, or the directory is damaged. Facts: directory, what is wrong, remedy."""

    def __init__(self, directory: Path | None, wrong: str) -> None:
        place = "no font directory is set" if directory is None else f"{directory}: {wrong}"
        self.directory = directory
        self.wrong = wrong
        self.remedy = f"python -m kiosk.fonts build --output {directory or 'DIR'}"
        super().__init__(f"{place}; run: {self.remedy}")


class SourceFile(BaseModel):
    """One source font as it was when the build ran; size and mtime let an unchanged source go unread."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    path: Path
    size: int
    modified_ns: int
    sha256: str


class BuiltFile(BaseModel):
    """One file of the directory, with the characters it holds as closed ranges."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    sha256: str
    source: SourceFile
    characters: tuple[tuple[int, int], ...]


class Manifest(BaseModel):
    """``fonts.json``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    builder_version: int
    files: tuple[BuiltFile, ...]


@dataclass(frozen=True)
class Face:
    """One font file and the characters it holds."""

    path: Path
    characters: tuple[tuple[int, int], ...]

    def holds(self, character: str) -> bool:
        """Whether ``character`` (one code point) has a glyph here."""
        code = ord(character)
        at = bisect.bisect_right(self.characters, (code, 0x110000)) - 1
        return at >= 0 and self.characters[at][0] <= code <= self.characters[at][1]


@dataclass(frozen=True)
class Fonts:
    """Hall Sans in two weights, and the Mincho faces that hold the characters of rare names, in order of preference."""

    regular: Face
    bold: Face
    rare: tuple[Face, ...]

    def runs(self, text: str, *, bold: bool = False) -> Iterator[tuple[Face, str]]:
        """Cut ``text`` into runs of one face each. A character no face holds stays with Hall Sans (shown as a box)."""
        main = self.bold if bold else self.regular
        face, start = main, 0
        for at, character in enumerate(text):
            found = next((each for each in (main, *self.rare) if each.holds(character)), main)
            if found is not face:
                if at > start:
                    yield face, text[start:at]
                face, start = found, at
        if start < len(text):
            yield face, text[start:]

    def without_glyph(self, text: str) -> frozenset[str]:
        """The characters of ``text`` that no face holds."""
        faces = (self.regular, *self.rare)
        return frozenset(each for each in text if not any(face.holds(each) for face in faces))


def development_directory() -> Path | None:
    """``build/fonts`` of the working copy this package runs from, or None when it is installed without one."""
    root = Path(__file__).resolve().parents[2]
    return root / "build" / "fonts" if (root / "setup.cfg").is_file() else None


def locate(directory: Path | None = None) -> Fonts:
    """The built fonts in ``directory`` (default: development_directory()). Raises FontsMissingError with the remedy."""
    place = directory if directory is not None else development_directory()
    if place is None:
        raise FontsMissingError(None, "")
    manifest = read_manifest(place)
    by_name = {each.name: each for each in manifest.files}
    for name in (REGULAR, BOLD, *RARE):
        if name not in by_name or not (place / name).is_file():
            raise FontsMissingError(place, f"{name} is missing")

    def face(name: str) -> Face:
        return Face(place / name, by_name[name].characters)

    return Fonts(face(REGULAR), face(BOLD), tuple(face(name) for name in RARE))


def read_manifest(directory: Path) -> Manifest:
    """``fonts.json`` of ``directory``. Raises FontsMissingError when it is absent or not one of ours."""
    try:
        return Manifest.model_validate_json((directory / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise FontsMissingError(directory, "no fonts are built here") from None
    except (OSError, ValidationError) as error:
        raise FontsMissingError(directory, f"{MANIFEST} cannot be read ({type(error).__name__})") from error


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Put ``fonts.json`` in place in one step, so a reader sees the old or the new one."""
    fresh = directory / f".{MANIFEST}.new"
    fresh.write_text(json.dumps(manifest.model_dump(mode="json"), separators=(",", ":")), encoding="utf-8")
    fresh.replace(directory / MANIFEST)
