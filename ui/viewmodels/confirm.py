"""C10: the last look before something is done."""

# ruff: noqa: N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.intents import Press, Pressed
from kiosk.screen import Confirm, Screen
from ui.viewmodels.base import ViewModel, words

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class FactRow:
    """One thing to be confirmed."""

    label: str
    value: str

    def row(self) -> Mapping[str, str]:
        """For QML."""
        return {"label": self.label, "value": self.value}


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """What stands on C10."""

    title: str = ""
    facts: tuple[FactRow, ...] = ()
    verb: str = ""
    remarks: tuple[str, ...] = ()


@QmlElement
class ConfirmVm(ViewModel):
    """What will be done, for whom, at what cost; the verb is on the button."""

    titleChanged = Signal()
    factsChanged = Signal()
    verbChanged = Signal()
    remarksChanged = Signal()

    blank = ConfirmView()

    def derive(self, screen: Screen) -> ConfirmView:
        """The page in the screen's language."""
        body = screen.body
        if not isinstance(body, Confirm):
            return ConfirmView()
        return ConfirmView(
            title=words(body.title, screen),
            facts=tuple(FactRow(words(label, screen), words(value, screen)) for label, value in body.facts),
            verb=words(body.verb, screen),
            remarks=tuple(words(remark, screen) for remark in body.remarks),
        )

    @Property(str, notify=titleChanged)
    def title(self) -> str:
        """What will be done."""
        return str(self.view.title)

    @Property(list, notify=factsChanged)
    def facts(self) -> list[Any]:
        """For whom, how many, at what cost."""
        return [row.row() for row in self.view.facts]

    @Property(str, notify=verbChanged)
    def verb(self) -> str:
        """The word on the button."""
        return str(self.view.verb)

    @Property(list, notify=remarksChanged)
    def remarks(self) -> list[str]:
        """What to know before."""
        return list(self.view.remarks)

    @Slot()
    def confirm(self) -> None:
        """Do it."""
        self.post(Pressed(Press.CONFIRM))

    @Slot()
    def decline(self) -> None:
        """Do not do it."""
        self.post(Pressed(Press.DECLINE))
