"""The terminal's window: one QQuickView that shows whatever `Screen` it was given last.

`show_screen` (GUI thread) or `bridge.show` (any thread) puts a screen on the glass; what the person does goes to the
`post` and the `PinPad` given by `attach`. Only the page that is shown holds anything: every other view model is blank.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPixmapCache
from PySide6.QtQml import QQmlEngine
from PySide6.QtQuick import QQuickItem, QQuickView

from kiosk.intents import Intent
from kiosk.screen import Page, Screen, TextSize
from ui.bridge import ScreenBridge
from ui.drawings import Drawings
from ui.pages import FILES
from ui.panel import Hall, Panel
from ui.pin_pad import NoPinPad, PinPad
from ui.viewmodels.base import Post, ViewModel, nowhere
from ui.viewmodels.check import CheckVm
from ui.viewmodels.confirm import ConfirmVm
from ui.viewmodels.frame import FrameVm, shown_page
from ui.viewmodels.goodbye import GoodbyeVm
from ui.viewmodels.identify import IdentifyVm
from ui.viewmodels.idle import IdleVm
from ui.viewmodels.outage import OutageVm
from ui.viewmodels.pin import PinVm
from ui.viewmodels.processing import ProcessingVm
from ui.viewmodels.question import QuestionVm
from ui.viewmodels.reading import ReadingVm
from ui.viewmodels.result import ResultVm
from ui.viewmodels.standby import StandbyVm
from ui.viewmodels.table import TableVm
from ui.viewmodels.take import TakeVm
from ui.viewmodels.tiles import TilesVm
from ui.words import labels

QML = Path(__file__).parent / "qml"
# between sessions: nothing of the last person may be left when one of these comes up
NOBODYS_PAGES = frozenset({Page.STANDBY, Page.GOODBYE, Page.OUT_OF_SERVICE})


class TerminalWindow(QObject):
    """The window and its view models. Make it on the GUI thread, after the application and the fonts."""

    def __init__(self, panel: Panel, hall: Hall, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._post: Post = nowhere
        self._page: Page | None = None
        self._language = ""
        self.bridge = ScreenBridge(self)
        self.bridge.arrived.connect(self._arrived)
        self.bridge.wiping.connect(self._wiping)
        self.frame = FrameVm(hall, self._send, now, self)
        self._pin = PinVm(NoPinPad(), self._send, self)
        self.models: Mapping[Page, ViewModel] = {
            Page.STANDBY: StandbyVm(self._send, self),
            Page.HOME: TilesVm(self._send, self),
            Page.IDENTIFY: IdentifyVm(self._send, self),
            Page.READING: ReadingVm(self._send, self),
            Page.PIN: self._pin,
            Page.MENU: TilesVm(self._send, self),
            Page.RESULT_TABLE: TableVm(self._send, self),
            Page.CHECK: CheckVm(self._send, self),
            Page.QUESTION: QuestionVm(self._send, self),
            Page.CONFIRM: ConfirmVm(self._send, self),
            Page.PROCESSING: ProcessingVm(self._send, self),
            Page.RESULT: ResultVm(self._send, self),
            Page.TAKE_THINGS: TakeVm(self._send, self),
            Page.GOODBYE: GoodbyeVm(self._send, self),
            Page.IDLE_WARNING: IdleVm(self._send, self),
            Page.OUT_OF_SERVICE: OutageVm(self._send, self),
        }
        self._sweep = QTimer(self)
        self._sweep.setSingleShot(True)
        self._sweep.timeout.connect(self._sweep_up)
        self.view = QQuickView()
        self.view.setTitle("kiosk")
        self.view.setColor(QColor(Qt.GlobalColor.white))
        self.view.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
        self.view.resize(panel.width, panel.height)
        engine = self.view.engine()
        engine.addImportPath(str(QML))
        engine.addImageProvider("drawings", Drawings())
        self.theme = _singleton(engine, "Theme")
        self.theme.setProperty("pxPerMm", panel.px_per_mm)
        self.theme.setProperty("animated", panel.animate)
        self.theme.setProperty("phone", hall.phone)
        self.words = _singleton(engine, "Words")
        self._speak("zh")
        self.view.setInitialProperties({"frame": self.frame})
        self.view.setSource(QUrl.fromLocalFile(str(QML / "Terminal.qml")))
        self._place(Page.STANDBY)

    def attach(self, post: Post, pad: PinPad) -> None:
        """Send intents to `post` and PIN keys to `pad` from now on; both are called on the GUI thread."""
        self._post = post
        self._pin.pad = pad

    def show(self, *, full_screen: bool) -> None:
        """Put the window on the glass: the whole of it, or the panel's size."""
        if full_screen:
            self.view.showFullScreen()
        else:
            self.view.show()

    def show_screen(self, screen: Screen) -> None:
        """Show `screen`; GUI thread only. View models of other pages are blank when this returns."""
        page = shown_page(screen)
        if page is not self._page:
            self._leave(page)
        self._speak(screen.preferences.language.value)
        self.theme.setProperty("elder", screen.preferences.text_size is TextSize.ELDER)
        self.frame.show(screen)
        self.models[page].show(screen)
        self._place(page)

    def wipe(self) -> None:
        """Forget the person: view models blank, page unloaded, caches emptied, settings at default.

        Qt deletes the page's items, blank by then, in the next turn of the event loop.
        """
        self._page = None
        for model in (self.frame, *self.models.values()):
            model.wipe()
        self.frame.place("", None)
        self.theme.setProperty("elder", False)
        self._speak("zh")
        QGuiApplication.clipboard().clear()
        QPixmapCache.clear()
        self._sweep.start()

    def close(self) -> None:
        """Forget the person and take the window off the glass; it cannot be shown again."""
        self.attach(nowhere, NoPinPad())
        self.wipe()
        self.view.close()
        self.view.deleteLater()
        self.deleteLater()

    def grab(self) -> QImage:
        """A picture of the window, for tests and the guided tour."""
        return self.view.grabWindow()

    def find(self, name: str) -> QQuickItem | None:
        """The visible item with this objectName (`<page>.<control>`), or None."""
        return next((item for item in items(self.view.rootObject()) if item.objectName() == name), None)

    def _leave(self, coming: Page) -> None:
        if coming in NOBODYS_PAGES:
            self.wipe()
            return
        # first the models, so that a page blanks before it goes, then the page
        for page, model in self.models.items():
            if page is not coming:
                model.wipe()
        self.frame.place("", None)
        self._sweep.start()

    def _place(self, page: Page) -> None:
        self._page = page
        self.frame.place(FILES[page], self.models[page])

    def _speak(self, language: str) -> None:
        if language != self._language:
            self._language = language
            self.words.setProperty("sentences", dict(labels(language)))

    def _send(self, intent: Intent) -> None:
        self._post(intent)

    @Slot()
    def _sweep_up(self) -> None:
        # Qt has deleted the left page's items by now: what its scripts still hold goes too
        self.view.engine().collectGarbage()
        self.view.engine().trimComponentCache()
        self.view.releaseResources()

    @Slot(object)
    def _arrived(self, screen: Screen) -> None:
        self.show_screen(screen)

    @Slot()
    def _wiping(self) -> None:
        self.wipe()


def items(item: QQuickItem) -> Iterator[QQuickItem]:
    """`item` and all visible items in it, delegates too, in the order they are painted."""
    if item.isVisible():
        yield item
        for child in item.childItems():
            yield from items(child)


def _singleton(engine: QQmlEngine, name: str) -> QObject:
    found = engine.singletonInstance("Kiosk.Theme", name)
    if not isinstance(found, QObject):
        raise RuntimeError(f"the QML singleton {name} cannot be made: {QML} is damaged")
    return found
