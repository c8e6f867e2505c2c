"""The dock's window: QML that shows a `DockLink`. This module needs PySide6 and a display."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

from hardware_sim.dock.link import DockLink

QML = Path(__file__).with_name("qml") / "Dock.qml"
FAMILY = "Noto Sans CJK SC"
_LET_PYTHON_RUN_MS = 200
_LOOK_AGAIN = 0.02


class DockWindow:
    """The window and what it shows. Needs a QGuiApplication."""

    def __init__(self, control: Path) -> None:
        self.link = DockLink(control)
        self._engine = QQmlApplicationEngine()
        self._engine.setInitialProperties({"link": self.link})
        self._engine.load(QUrl.fromLocalFile(str(QML)))
        roots = self._engine.rootObjects()
        if not roots or not isinstance(roots[0], QQuickWindow):
            raise RuntimeError("the dock's QML could not be loaded")
        self.window: QQuickWindow = roots[0]

    def close(self) -> None:
        self.link.close()
        self.window.close()
        del self._engine


def has_display() -> bool:
    """Whether there is anywhere to open a window."""
    return any(os.environ.get(name) for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"))


def draw_dock(control: Path, file: Path, seconds: float = 10.0) -> bool:
    """Draw the window into a PNG as it looks now, needing no display. False if no station answered in time."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_QUICK_BACKEND", "software")
    application = QGuiApplication(sys.argv[:1])
    application.setFont(QFont(FAMILY))
    dock = DockWindow(control)
    until = time.monotonic() + seconds
    while not (shown := bool(dock.link.property("connected"))) and time.monotonic() < until:
        application.processEvents()
        time.sleep(_LOOK_AGAIN)
    # the first frame lays out, the second shows pictures that were loaded for it
    for _ in range(2):
        dock.window.grabWindow()
        application.processEvents()
    drawn = shown and dock.window.grabWindow().save(str(file))
    dock.close()
    return drawn


def run_dock(control: Path, *, right: bool = False) -> int:
    """Show the dock until its window is closed; the exit code. `right`: at the desktop's right edge."""
    os.environ.setdefault("QT_QUICK_CONTROLS_STYLE", "Basic")
    application = QGuiApplication(sys.argv[:1])
    application.setApplicationName("hardware-sim dock")
    application.setFont(QFont(FAMILY))
    dock = DockWindow(control)
    if right:
        room = application.primaryScreen().availableGeometry()
        dock.window.setPosition(max(room.left(), room.right() - dock.window.width()), room.top())
    # Ctrl-C reaches Python only while Python runs now and then
    signal.signal(signal.SIGINT, lambda *_: application.quit())
    breath = QTimer()
    breath.timeout.connect(lambda: None)
    breath.start(_LET_PYTHON_RUN_MS)
    code: int = application.exec()
    dock.close()
    return code
