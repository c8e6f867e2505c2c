"""C03: show who you are."""

# ruff: noqa: N802, N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Property, Signal
from PySide6.QtQml import QmlElement

from kiosk.screen import Identify, Screen
from kiosk.text import text
from ui.viewmodels.base import NO_NOTICE, NoticeView, ViewModel, notice, words

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class IdentifyView:
    """What stands on C03."""

    purpose: str = ""
    reads: str = ""
    wait_text: str = ""
    notice: NoticeView = NO_NOTICE


@QmlElement
class IdentifyVm(ViewModel):
    """Which card, for what, what will be read, and how long the page waits."""

    purposeChanged = Signal()
    readsChanged = Signal()
    waitTextChanged = Signal()
    noticeChanged = Signal()

    blank = IdentifyView()

    def derive(self, screen: Screen) -> IdentifyView:
        """The page in the screen's language."""
        body = screen.body
        if not isinstance(body, Identify):
            return IdentifyView()
        purpose = text("page.identify.purpose", service=body.purpose) if body.purpose else None
        return IdentifyView(
            purpose=words(purpose, screen),
            reads=words(body.reads, screen),
            wait_text=words(text("page.identify.wait", seconds=body.seconds_left), screen),
            notice=notice(body.notice, screen),
        )

    @Property(str, notify=purposeChanged)
    def purpose(self) -> str:
        """The service that needs it; empty if the card came first."""
        return str(self.view.purpose)

    @Property(str, notify=readsChanged)
    def reads(self) -> str:
        """What will be read and why."""
        return str(self.view.reads)

    @Property(str, notify=waitTextChanged)
    def waitText(self) -> str:
        """How long the page still waits."""
        return str(self.view.wait_text)

    @Property(dict, notify=noticeChanged)
    def notice(self) -> Mapping[str, str]:
        """What happened, what it means, what to do now; no title means no notice."""
        return dict(self.view.notice.row())
