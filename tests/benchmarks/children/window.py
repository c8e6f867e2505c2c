"""One start of a window, ours or a bare one; answers with moments of the machine's monotonic clock, then ends.

    window own FONTS             the standby page as `kiosk run` shows it, then every example page
    window own-ready FONTS DATA  the same start, and on until the terminal takes a card
    window bare                  a bare QML window
    window bare-ready            the same, and a PC/SC context that knows its readers

Gives {"frame": moment, "ready": moment or null, "rss": megabytes, "pages": how many were shown}.
"""
# imports stand where the time they take belongs

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.children.answers import answers


def _own(fonts: Path, data: Path | None) -> dict[str, Any]:
    import kiosk.cli.tree  # noqa: F401 - the console script comes this way
    from kiosk.app.hardening import harden
    from kiosk.app.run import appearance
    from ui import first_frame

    harden()
    panel, hall = appearance((data or Path()) / "terminal.toml")
    shown = first_frame.show(panel, hall, fonts, full_screen=False)
    frame = time.monotonic()
    ready, pages = (None, _every_page(shown, fonts)) if data is None else (_until_ready(shown, fonts, data), 1)
    return {"frame": frame, "ready": ready, "rss": _rss(), "pages": pages}


def _every_page(shown: Any, fonts: Path) -> int:
    from kiosk.screen import Language, TextSize
    from ui.examples import examples
    from ui.fonts import load_rare

    load_rare(fonts)
    screens = examples(Language.ZH, TextSize.STANDARD).values()
    for screen in screens:
        shown.window.show_screen(screen)
        shown.application.processEvents()
        shown.window.grab()
    return len(screens)


def _until_ready(shown: Any, fonts: Path, data: Path) -> float:
    """As `kiosk.app.run.run` goes on, the sync process beside it included."""
    from kiosk.app.children import Child
    from kiosk.app.core import Core
    from kiosk.app.directory import DataDirectory
    from kiosk.screen import Page, Screen
    from ui.fonts import load_rare

    moments: list[float] = []

    def show(screen: Screen) -> None:
        if screen.page is Page.STANDBY and not moments:
            moments.append(time.monotonic())
        shown.window.bridge.show(screen)

    directory = DataDirectory(data)
    core = Core(directory, directory.load_settings(), fonts, show)
    shown.window.attach(core.post, core.pin_pad)
    sync = Child([sys.executable, "-m", "kiosk.cli", "sync", "run", "--data", str(data)])
    core.start()
    sync.start()
    load_rare(fonts)
    until = time.monotonic() + 30
    while not moments and time.monotonic() < until:
        shown.application.processEvents()
        time.sleep(0.001)
    core.stop()
    sync.stop()
    core.join()
    return moments[0]


def _bare(*, ready: bool) -> dict[str, Any]:
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtQuick import QQuickView

    application = QGuiApplication(["bare"])
    application.setApplicationName("bare")
    view = QQuickView()
    view.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
    view.resize(1080, 1920)
    view.setSource(QUrl.fromLocalFile(str(Path(__file__).with_name("Bare.qml"))))
    view.show()
    application.processEvents()
    frame = time.monotonic()
    known = None
    if ready:
        from tests.benchmarks.raw_card import RawCards

        RawCards().wait_for_card(False)
        known = time.monotonic()
    view.grabWindow()
    return {"frame": frame, "ready": known, "rss": _rss(), "pages": 1}


def _rss() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the system does not tell how much memory a process has")


def main(words: list[str]) -> None:
    """See the module's docstring."""
    answer = answers()
    match words:
        case ["own", fonts]:
            told = _own(Path(fonts), None)
        case ["own-ready", fonts, data]:
            told = _own(Path(fonts), Path(data))
        case ["bare"]:
            told = _bare(ready=False)
        case ["bare-ready"]:
            told = _bare(ready=True)
        case _:
            raise SystemExit(2)
    answer(told)


if __name__ == "__main__":
    main(sys.argv[1:])
