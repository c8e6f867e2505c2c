"""From the terminal's thread to the GUI thread: one queued signal that carries frozen values."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot

from kiosk.screen import Screen


class ScreenBridge(QObject):
    """Call `show` from any thread; `arrived` is emitted on the thread this object was made on, in the same order."""

    arrived = Signal(object)
    wiping = Signal()
    _handed_over = Signal(object)
    _wipe_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handed_over.connect(self._arrive, Qt.ConnectionType.QueuedConnection)
        self._wipe_wanted.connect(self._wipe, Qt.ConnectionType.QueuedConnection)

    def show(self, screen: Screen) -> None:
        """Hand a screen over; returns at once."""
        self._handed_over.emit(screen)

    def wipe(self) -> None:
        """Ask for a wipe, after the screens handed over so far; returns at once."""
        self._wipe_wanted.emit()

    @Slot(object)
    def _arrive(self, screen: object) -> None:
        self.arrived.emit(screen)

    @Slot()
    def _wipe(self) -> None:
        self.wiping.emit()
