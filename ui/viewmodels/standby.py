"""C00: the standby page."""

# ruff: noqa: N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.intents import Press, Pressed
from kiosk.screen import Screen, Standby
from kiosk.texts import render
from ui.viewmodels.base import ViewModel

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service in both languages."""

    icon: str
    zh: str
    en: str

    def row(self) -> Mapping[str, str]:
        """For QML."""
        return {"icon": self.icon, "zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class StandbyView:
    """What stands on C00, in both languages at once: nobody has chosen one yet."""

    ready: bool = False
    clock: str = ""
    services: tuple[ServiceRow, ...] = ()


@QmlElement
class StandbyVm(ViewModel):
    """Standby: a clock, what can be done here, and one touch that only wakes."""

    readyChanged = Signal()
    clockChanged = Signal()
    servicesChanged = Signal()

    blank = StandbyView()

    def derive(self, screen: Screen) -> StandbyView:
        """Both languages beside each other."""
        if not isinstance(screen.body, Standby):
            return StandbyView()
        services = tuple(
            ServiceRow(tile.icon, render(tile.title, "zh"), render(tile.title, "en"))
            for tile in screen.body.services
            if tile.available
        )
        return StandbyView(ready=True, clock=screen.strip.clock, services=services)

    @Property(bool, notify=readyChanged)
    def ready(self) -> bool:
        """The core is there; before that a touch would lead nowhere."""
        return bool(self.view.ready)

    @Property(str, notify=clockChanged)
    def clock(self) -> str:
        """Local wall time, HH:MM."""
        return str(self.view.clock)

    @Property(list, notify=servicesChanged)
    def services(self) -> list[Any]:
        """What can be done here now."""
        return [row.row() for row in self.view.services]

    @Slot()
    def wake(self) -> None:
        """The first touch."""
        self.post(Pressed(Press.WAKE))
