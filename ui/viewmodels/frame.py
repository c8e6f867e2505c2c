"""The frame around every page: header, persistent bar, status line, and which page is in it."""

# ruff: noqa: N802, N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.intents import Press, Pressed, Touched
from kiosk.screen import Page, Screen, TextSize
from kiosk.text import text
from ui.panel import Hall
from ui.viewmodels.base import Post, ViewModel, words

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

TOUCH_EVERY = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class FrameView:
    """What the frame shows."""

    page: str = Page.STANDBY.value
    hall: str = ""
    clock: str = ""
    terminal: str = ""
    elder: bool = False
    language: str = "zh"
    online: bool = False
    network_text: str = ""
    data_text: str = ""
    pending_text: str = ""
    can_back: bool = False
    can_exit: bool = False


@QmlElement
class FrameVm(ViewModel):
    """Page, place, clock, network; Exit, Back, text size, language."""

    pageChanged = Signal()
    hallChanged = Signal()
    clockChanged = Signal()
    terminalChanged = Signal()
    elderChanged = Signal()
    languageChanged = Signal()
    onlineChanged = Signal()
    networkTextChanged = Signal()
    dataTextChanged = Signal()
    pendingTextChanged = Signal()
    canBackChanged = Signal()
    canExitChanged = Signal()

    blank = FrameView()

    pageFileChanged = Signal()

    def __init__(self, hall: Hall, post: Post, now: Callable[[], float], parent: QObject) -> None:
        super().__init__(post, parent)
        self._hall = hall
        self._now = now
        self._touched_at = -math.inf
        self._file = ""
        self._model: QObject | None = None

    def place(self, file: str, model: QObject | None) -> None:
        """Load the page in `file` with its view model; an empty name unloads."""
        self._model = model
        if file != self._file:
            self._file = file
            self.pageFileChanged.emit()

    @Property(str, notify=pageFileChanged)
    def pageFile(self) -> str:
        """The page's QML file."""
        return self._file

    @Property(QObject, notify=pageFileChanged)
    def pageModel(self) -> QObject | None:
        """The page's view model."""
        return self._model

    def derive(self, screen: Screen) -> FrameView:
        """The frame in the screen's language."""
        strip = screen.strip
        chinese = screen.preferences.language.value == "zh"
        pending = None
        if strip.pending and strip.oldest_pending:
            pending = text("page.frame.pending-since", n=strip.pending, oldest=strip.oldest_pending)
        elif strip.pending:
            pending = text("page.frame.pending", n=strip.pending)
        as_of = text("page.frame.as-of", date=strip.data_as_of) if strip.data_as_of else text("page.frame.no-data")
        return FrameView(
            page=shown_page(screen).value,
            hall=self._hall.name_zh if chinese else self._hall.name_en,
            clock=strip.clock,
            terminal=words(text("page.frame.terminal", number=strip.terminal), screen) if strip.terminal else "",
            elder=screen.preferences.text_size is TextSize.ELDER,
            language=screen.preferences.language.value,
            online=strip.online,
            network_text=words(text("page.frame.online" if strip.online else "page.frame.offline"), screen),
            data_text=words(as_of, screen),
            pending_text=words(pending, screen),
            can_back=screen.can_back and screen.idle_warning is None,
            can_exit=screen.can_exit,
        )

    @Property(str, notify=pageChanged)
    def page(self) -> str:
        """Id of the page, as in the UX guide."""
        return str(self.view.page)

    @Property(str, notify=hallChanged)
    def hall(self) -> str:
        """Where the terminal stands."""
        return str(self.view.hall)

    @Property(str, notify=clockChanged)
    def clock(self) -> str:
        """Local wall time, HH:MM."""
        return str(self.view.clock)

    @Property(str, notify=terminalChanged)
    def terminal(self) -> str:
        """Number of the terminal, in words."""
        return str(self.view.terminal)

    @Property(bool, notify=elderChanged)
    def elder(self) -> bool:
        """Elder mode: larger text, fewer things."""
        return bool(self.view.elder)

    @Property(str, notify=languageChanged)
    def language(self) -> str:
        """zh or en."""
        return str(self.view.language)

    @Property(bool, notify=onlineChanged)
    def online(self) -> bool:
        """The centre can be reached."""
        return bool(self.view.online)

    @Property(str, notify=networkTextChanged)
    def networkText(self) -> str:
        """The same in words."""
        return str(self.view.network_text)

    @Property(str, notify=dataTextChanged)
    def dataText(self) -> str:
        """How old the data is."""
        return str(self.view.data_text)

    @Property(str, notify=pendingTextChanged)
    def pendingText(self) -> str:
        """What is recorded here and has not reached the centre; empty if nothing."""
        return str(self.view.pending_text)

    @Property(bool, notify=canBackChanged)
    def canBack(self) -> bool:
        """Back leads somewhere."""
        return bool(self.view.can_back)

    @Property(bool, notify=canExitChanged)
    def canExit(self) -> bool:
        """There is something to leave."""
        return bool(self.view.can_exit)

    @Slot()
    def goBack(self) -> None:
        """上一步."""
        self.post(Pressed(Press.BACK))

    @Slot()
    def leave(self) -> None:
        """退出."""
        self.post(Pressed(Press.EXIT))

    @Slot()
    def switchLanguage(self) -> None:
        """中/EN."""
        self.post(Pressed(Press.LANGUAGE))

    @Slot()
    def switchTextSize(self) -> None:
        """大字."""
        self.post(Pressed(Press.TEXT_SIZE))

    @Slot()
    def touch(self) -> None:
        """Somebody is there; said at most once a second."""
        now = self._now()
        if now - self._touched_at >= TOUCH_EVERY:
            self._touched_at = now
            self.post(Touched())


def shown_page(screen: Screen) -> Page:
    """The page to load: an idle warning takes the place of what it covers, so nothing of that stays on the glass."""
    return screen.page if screen.idle_warning is None else Page.IDLE_WARNING
