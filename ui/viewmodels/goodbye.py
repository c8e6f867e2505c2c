"""C15: goodbye."""

# ruff: noqa: N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal
from PySide6.QtQml import QmlElement

from kiosk.screen import Goodbye, Screen
from ui.viewmodels.base import ViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class GoodbyeView:
    """What stands on C15."""

    receipt: bool = False


@QmlElement
class GoodbyeVm(ViewModel):
    """The last three seconds of a session; nothing of the person is left."""

    receiptChanged = Signal()

    blank = GoodbyeView()

    def derive(self, screen: Screen) -> GoodbyeView:
        """The page."""
        return GoodbyeView(screen.body.receipt) if isinstance(screen.body, Goodbye) else GoodbyeView()

    @Property(bool, notify=receiptChanged)
    def receipt(self) -> bool:
        """There was a receipt."""
        return bool(self.view.receipt)
