"""`kiosk run`: the standby page first, then the core in its thread, and the sync process beside it."""

from __future__ import annotations

import signal
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.app.hardening import harden

if TYPE_CHECKING:
    from PySide6.QtGui import QGuiApplication

    from ui.panel import Hall, Panel


def run(root: Path, fonts: Path | None, *, full_screen: bool) -> int:
    """Until the window is closed or SIGTERM: 0; 3 when the settings cannot be. A bug ends it with its traceback."""
    from PySide6.QtCore import QMetaObject, Qt, QTimer

    from ui import first_frame

    harden()
    panel, hall = appearance(root / "terminal.toml")
    if not full_screen:
        panel = _fitting(panel, first_frame.application_for_terminal())
    font_directory = fonts if fonts is not None else _working_copy_fonts()
    frame = first_frame.show(panel, hall, font_directory, full_screen=full_screen)
    # what follows takes the better part of a second to import: the standby page is up already
    from kiosk.app.children import Child
    from kiosk.app.core import Core
    from kiosk.app.directory import DataDirectory
    from kiosk.settings import SettingsError
    from offline_store.errors import KeyFault, StoreBusy
    from sync.trust import NotEnrolled
    from ui.fonts import load_rare

    data = DataDirectory(root)
    try:
        settings = data.load_settings()
    except SettingsError as error:
        sys.stderr.write(f"{error}\nNext: {error.remedy}\n")
        return 3

    def ended() -> None:
        # queued: quit() itself, called from the core's thread, waits for the GUI thread with the interpreter in hand
        QMetaObject.invokeMethod(frame.application, "quit", Qt.ConnectionType.QueuedConnection)

    core = Core(data, settings, font_directory, frame.window.bridge.show, ended=ended)
    frame.window.attach(core.post, core.pin_pad)
    sync = Child([sys.executable, "-m", "kiosk.cli", "sync", "run", "--data", str(root)])
    signal.signal(signal.SIGTERM, lambda *_: core.stop())
    core.start()
    sync.start()
    load_rare(font_directory)
    # the interpreter runs Python's signal handlers only between its own steps: give it one now and then
    heartbeat = QTimer()
    heartbeat.start(200)
    heartbeat.timeout.connect(lambda: None)
    try:
        frame.application.exec()
    finally:
        core.stop()
        sync.stop()
        frame.window.close()
    try:
        core.join()
    except SettingsError as error:
        sys.stderr.write(f"{error}\nNext: {error.remedy}\n")
        return 3
    except (KeyFault, StoreBusy, NotEnrolled) as error:
        sys.stderr.write(f"{error}\nNext: {error.remedy}\n")
        return 3
    return 0


def _fitting(panel: Panel, application: QGuiApplication) -> Panel:
    """The same panel, made smaller as a whole where the desktop is lower than it: millimetres shrink with it."""
    room = application.primaryScreen().availableSize()
    scale = min(1.0, room.height() / panel.height, room.width() / panel.width)
    return replace(panel, width=int(panel.width * scale), height=int(panel.height * scale))


def appearance(file: Path) -> tuple[Panel, Hall]:
    """Panel and hall for the first frame, read without the settings' checks; those follow, are strict and say why."""
    from ui.panel import Hall, Panel

    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        table = {}
    panel, place = table.get("panel", {}), table.get("place", {})
    return (
        Panel(**{name: panel[name] for name in ("width", "height", "diagonal_inch", "animate") if name in panel}),
        Hall(
            **{
                hall: place[name]
                for hall, name in (("name_zh", "hall_zh"), ("name_en", "hall_en"), ("phone", "phone"))
                if name in place
            }
        ),
    )


def _working_copy_fonts() -> Path:
    return Path(__file__).resolve().parents[2] / "build" / "fonts"
