"""Finds the font receipts are drawn with: given by path, or asked of fontconfig.

Half-width Latin and full-width Chinese glyphs must share a grid, so it is Noto Sans Mono CJK SC or nothing.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

FAMILY = "Noto Sans Mono CJK SC"


class NoFontError(Exception):
    """No font that can draw a receipt; the message says what to install."""


@dataclass(frozen=True)
class FontFiles:
    """Files and face numbers (a .ttc holds several) of the two weights."""

    regular: Path
    regular_face: int
    bold: Path
    bold_face: int


def one_file(path: Path) -> FontFiles:
    """Draw everything with one font file; bold looks regular then."""
    return FontFiles(path, 0, path, 0)


def ask_fontconfig() -> FontFiles:
    """The system's font. Raises NoFontError when fontconfig or the font is missing."""
    command = shutil.which("fc-match")
    if command is None:
        raise NoFontError("fc-match is not installed: install fontconfig and fonts-noto-cjk")
    found = []
    for style in ("", ":bold"):
        question = [command, "--format=%{file}|%{index}|%{family}", FAMILY + style]
        try:
            answer = subprocess.run(question, capture_output=True, text=True, timeout=10, check=True).stdout  # noqa: S603
        except (OSError, subprocess.SubprocessError) as error:
            raise NoFontError(f"fc-match did not answer ({type(error).__name__}): look after fontconfig") from error
        file, face, family = answer.split("|", 2)
        if FAMILY not in family:
            raise NoFontError(f"{FAMILY} is not installed: install fonts-noto-cjk")
        found.append((Path(file), int(face)))
    return FontFiles(*found[0], *found[1])
