"""C04: the card is being read."""

# ruff: noqa: N802, N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Property, Signal
from PySide6.QtQml import QmlElement

from kiosk.screen import Reading, Screen
from kiosk.text import text
from ui.viewmodels.base import ViewModel, words

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class ReadingView:
    """What stands on C04."""

    fraction: float = 0.0
    step_text: str = ""


@QmlElement
class ReadingVm(ViewModel):
    """How far the reading is."""

    fractionChanged = Signal()
    stepTextChanged = Signal()

    blank = ReadingView()

    def derive(self, screen: Screen) -> ReadingView:
        """The page in the screen's language."""
        body = screen.body
        if not isinstance(body, Reading):
            return ReadingView()
        steps = max(1, body.steps)
        step = min(max(0, body.step), steps)
        return ReadingView(
            fraction=step / steps,
            step_text=words(text("page.reading.step", step=step, steps=steps), screen),
        )

    @Property(float, notify=fractionChanged)
    def fraction(self) -> float:
        """Done part of the reading, 0 to 1."""
        return float(self.view.fraction)

    @Property(str, notify=stepTextChanged)
    def stepText(self) -> str:
        """The same in words."""
        return str(self.view.step_text)
