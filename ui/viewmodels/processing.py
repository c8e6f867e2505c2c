"""C11: the terminal is at work."""

# ruff: noqa: N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Property, Signal
from PySide6.QtQml import QmlElement

from kiosk.screen import Processing, Screen, StepState
from kiosk.text import text
from ui.viewmodels.base import ViewModel, words

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

STATE_WORDS = {
    StepState.WAITING: "page.processing.waiting",
    StepState.RUNNING: "page.processing.running",
    StepState.DONE: "page.processing.done",
    StepState.FAILED: "page.processing.failed",
    StepState.UNKNOWN: "page.processing.unknown",
}


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step."""

    number: int
    title: str
    state: str
    word: str

    def row(self) -> Mapping[str, Any]:
        """For QML."""
        return {"number": self.number, "title": self.title, "state": self.state, "word": self.word}


@dataclass(frozen=True, slots=True)
class ProcessingView:
    """What stands on C11."""

    title: str = ""
    steps: tuple[StepRow, ...] = ()
    patience: bool = False


@QmlElement
class ProcessingVm(ViewModel):
    """Numbered steps; there is nothing to press."""

    titleChanged = Signal()
    stepsChanged = Signal()
    patienceChanged = Signal()

    blank = ProcessingView()

    def derive(self, screen: Screen) -> ProcessingView:
        """The page in the screen's language."""
        body = screen.body
        if not isinstance(body, Processing):
            return ProcessingView()
        return ProcessingView(
            title=words(body.title, screen),
            steps=tuple(
                StepRow(number, words(title, screen), state.value, words(text(STATE_WORDS[state]), screen))
                for number, (title, state) in enumerate(body.steps, start=1)
            ),
            patience=body.patience,
        )

    @Property(str, notify=titleChanged)
    def title(self) -> str:
        """What is being done."""
        return str(self.view.title)

    @Property(list, notify=stepsChanged)
    def steps(self) -> list[Any]:
        """The steps and how each stands."""
        return [row.row() for row in self.view.steps]

    @Property(bool, notify=patienceChanged)
    def patience(self) -> bool:
        """It takes longer than usual."""
        return bool(self.view.patience)
