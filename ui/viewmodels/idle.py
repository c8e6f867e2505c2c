"""C98: are you still there?"""

# ruff: noqa: N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.intents import Press, Pressed
from kiosk.screen import Screen
from kiosk.text import text
from ui.viewmodels.base import ViewModel, words

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class IdleView:
    """What stands on C98."""

    seconds: int = 0
    sentence: str = ""


@QmlElement
class IdleVm(ViewModel):
    """A countdown over a page that is gone, not dimmed."""

    secondsChanged = Signal()
    sentenceChanged = Signal()

    blank = IdleView()

    def derive(self, screen: Screen) -> IdleView:
        """The page in the screen's language."""
        if screen.idle_warning is None:
            return IdleView()
        seconds = screen.idle_warning.seconds_left
        return IdleView(seconds, words(text("page.idle.sentence", seconds=seconds), screen))

    @Property(int, notify=secondsChanged)
    def seconds(self) -> int:
        """Seconds left."""
        return int(self.view.seconds)

    @Property(str, notify=sentenceChanged)
    def sentence(self) -> str:
        """The same in words."""
        return str(self.view.sentence)

    @Slot()
    def proceed(self) -> None:
        """Still there."""
        self.post(Pressed(Press.CONTINUE))

    @Slot()
    def leave(self) -> None:
        """Leave now."""
        self.post(Pressed(Press.EXIT))
