"""The typefaces, loaded by path: the hall's own family first, then the faces for characters of rare names.

The families are set explicitly: what "sans" means is up to the machine, and it may choose Japanese shapes. The rare
faces are large (50 MB), so they come after the first frame.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

# Debian's own, for a working copy in which the hall's family is not built yet
SYSTEM_FAMILY = "Noto Sans CJK SC"
OWN_FILES = "HallSans-*.ttf"


def load_own(directory: Path | None) -> None:
    """Load Hall Sans from `directory` and make it the application's font; without it the system's Noto is asked for."""
    families: list[str] = []
    for path in sorted(directory.glob(OWN_FILES)) if directory is not None else ():
        families += _families(path)
    _set(families)


def load_rare(directory: Path | None) -> None:
    """Load the other faces of `directory` as fallback for what Hall Sans does not hold."""
    families = list(QGuiApplication.font().families())
    for path in sorted(directory.glob("*.ttf")) if directory is not None else ():
        if not path.match(OWN_FILES):
            families += _families(path)
    _set(families)


def _families(path: Path) -> list[str]:
    number = QFontDatabase.addApplicationFont(str(path))
    return [] if number < 0 else list(QFontDatabase.applicationFontFamilies(number))


def _set(families: list[str]) -> None:
    font = QFont()
    font.setFamilies([*dict.fromkeys(families), *(() if families else (SYSTEM_FAMILY,))])
    # columns of amounts line up
    font.setFeature(QFont.Tag("tnum"), 1)
    QGuiApplication.setFont(font)
