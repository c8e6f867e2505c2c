"""The first thing `kiosk run` does: an application and a window with the standby page, before the core is imported.

Imports of the core take the better part of a second; a person in front of a dark screen leaves. So nothing of `kiosk`
but the screen's values and texts may be imported from here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickWindow

from ui import fonts
from ui.panel import Hall, Panel
from ui.window import TerminalWindow


@dataclass(frozen=True, slots=True)
class FirstFrame:
    """The application (run it with `application.exec()`) and the window."""

    application: QGuiApplication
    window: TerminalWindow


def show(panel: Panel, hall: Hall, font_directory: Path | None, *, full_screen: bool) -> FirstFrame:
    """Show the standby page, "starting" until the first screen arrives; the rare faces are loaded by `finish`."""
    application = application_for_terminal()
    fonts.load_own(font_directory)
    window = TerminalWindow(panel, hall)
    window.show(full_screen=full_screen)
    # the frame is on the glass before this returns
    application.processEvents()
    return FirstFrame(application, window)


def application_for_terminal() -> QGuiApplication:
    """The application, with the software renderer unless the machine says otherwise: kiosks have no graphics card."""
    running = QGuiApplication.instance()
    if isinstance(running, QGuiApplication):
        return running
    if "QT_QUICK_BACKEND" not in os.environ:
        QQuickWindow.setSceneGraphBackend("software")
    QQuickWindow.setTextRenderType(QQuickWindow.TextRenderType.NativeTextRendering)
    application = QGuiApplication(["kiosk"])
    application.setApplicationName("kiosk")
    return application
