"""C99: out of service."""

# ruff: noqa: N802, N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal
from PySide6.QtQml import QmlElement

from kiosk.screen import OutOfService, Screen
from kiosk.text import text
from ui.viewmodels.base import ViewModel, words

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class OutageView:
    """What stands on C99."""

    reason: str = ""
    since_text: str = ""
    code: str = ""


@QmlElement
class OutageVm(ViewModel):
    """Why, since when, and whom to call."""

    reasonChanged = Signal()
    sinceTextChanged = Signal()
    codeChanged = Signal()

    blank = OutageView()

    def derive(self, screen: Screen) -> OutageView:
        """The page in the screen's language."""
        body = screen.body
        if not isinstance(body, OutOfService):
            return OutageView()
        return OutageView(
            reason=words(body.reason, screen),
            since_text=words(text("page.outage.since", time=body.since), screen),
            code=body.code,
        )

    @Property(str, notify=reasonChanged)
    def reason(self) -> str:
        """Why, in plain words."""
        return str(self.view.reason)

    @Property(str, notify=sinceTextChanged)
    def sinceText(self) -> str:
        """Since when."""
        return str(self.view.since_text)

    @Property(str, notify=codeChanged)
    def code(self) -> str:
        """The same code as in journal and fleet view."""
        return str(self.view.code)
