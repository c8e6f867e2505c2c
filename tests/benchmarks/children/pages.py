"""Page changes, ours and bare ones in turns, in one process: from the new state to its picture.

Arguments: FONTS ROUNDS. Gives medians [own, bare] in seconds. Nothing moves: a sliding page takes the time it is meant
to take.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtQuick import QQuickView

from kiosk.screen import Language, Screen, TextSize
from tests.benchmarks.children.answers import answers
from tests.benchmarks.pairs import Sample, measure_each, seconds
from ui import first_frame
from ui.examples import examples
from ui.fonts import load_rare
from ui.panel import Hall, Panel

HERE = Path(__file__).parent
WAY = (
    "C00-standby", "C01-home", "C03-identify", "C04-reading", "C05-pin", "C07-menu", "C08-table-covered",
    "C10-confirm", "C11-processing", "C12-done", "C13-take", "C15-goodbye",
)  # fmt: skip
"""A visit, from the standby page to the next."""


def main(fonts: Path, rounds: int) -> None:
    """Measure and tell."""
    answer = answers()
    shown = first_frame.show(Panel(animate=False), Hall(), fonts, full_screen=False)
    load_rare(fonts)
    bare = QQuickView()
    bare.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
    bare.resize(1080, 1920)
    bare.setSource(QUrl.fromLocalFile(str(HERE / "BarePages.qml")))
    bare.show()
    screens = examples(Language.ZH, TextSize.STANDARD)
    files = [QUrl.fromLocalFile(str(HERE / name)) for name in ("Bare.qml", "BareOther.qml")]

    def settled(took: float) -> float:
        # what was left is deleted here, outside the sample
        shown.application.processEvents()
        return took

    def own(screen: Screen) -> Sample:
        def change() -> None:
            shown.window.show_screen(screen)
            shown.window.grab()

        return lambda: settled(seconds(change))

    def plain(file: QUrl) -> Sample:
        def change() -> None:
            bare.rootObject().setProperty("page", file)
            bare.grabWindow()

        return lambda: settled(seconds(change))

    def pairs() -> Iterator[tuple[Sample, Sample]]:
        for number in range(rounds * len(WAY)):
            yield own(screens[WAY[number % len(WAY)]]), plain(files[number % 2])

    answer(measure_each(pairs(), warm=2 * len(WAY)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
