"""`python -m ui.pictures [--output DIR]`: every example screen x language x text size as a PNG, inspected.

One picture a file, named `<page>-<state>.<language>.<size>.png`, at the panel's size. Nothing moves in them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import qInstallMessageHandler
from PySide6.QtGui import QAccessible

from kiosk.screen import Language, Screen, TextSize
from ui import first_frame, fonts, inspection
from ui.examples import examples
from ui.panel import Hall, Panel

FONTS = Path("build/fonts")


def matrix() -> Iterator[tuple[str, Screen]]:
    """All pictures: file name without ending, and what is shown."""
    for language in Language:
        for size in TextSize:
            for name, screen in examples(language, size).items():
                yield f"{name}.{language.value}.{size.value}", screen


def main(arguments: list[str]) -> int:
    """Draw the pictures and inspect each; exit 1 if a page breaks a rule."""
    parser = argparse.ArgumentParser(prog="python -m ui.pictures", description="Draw every page of the terminal.")
    parser.add_argument("--output", type=Path, default=Path("build/pictures"), help="default: build/pictures")
    parser.add_argument("--fonts", type=Path, default=FONTS, help="directory of the built fonts; default: build/fonts")
    parser.add_argument("--only", default="", help="only pictures whose name contains this")
    chosen = parser.parse_args(arguments)
    chosen.output.mkdir(parents=True, exist_ok=True)
    shown = first_frame.show(Panel(animate=False), Hall(), chosen.fonts, full_screen=False)
    fonts.load_rare(chosen.fonts)
    drawn, wrong = 0, 0
    complaints: list[str] = []
    qInstallMessageHandler(lambda _kind, _context, message: complaints.append(message))
    QAccessible.setActive(True)
    for name, screen in matrix():
        if chosen.only in name:
            shown.window.show_screen(screen)
            shown.application.processEvents()
            shown.window.grab().save(str(chosen.output / f"{name}.png"))
            drawn += 1
            for finding in inspection.findings(shown.window):
                wrong += 1
                sys.stdout.write(f"{name}: {finding}\n")
    for complaint in complaints:
        wrong += 1
        sys.stdout.write(f"{complaint}\n")
    sys.stdout.write(f"{drawn} pictures in {chosen.output}, {wrong} findings\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
