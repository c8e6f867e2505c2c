"""Screens are tested without a display: offscreen platform, software renderer, set before Qt is imported."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QtMsgType
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest

from kiosk.intents import Intent
from kiosk.screen import Language, Screen, TextSize
from ui import fonts
from ui.examples import examples
from ui.panel import Hall, Panel
from ui.window import TerminalWindow

FONTS = Path(__file__).parents[2] / "build" / "fonts"

Click = Callable[[TerminalWindow, str], None]
Example = Callable[[str], Screen]


class Pad:
    """A PIN pad that writes down which keys arrived."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def press(self, digit: int) -> None:
        self.heard.append(str(digit))

    def erase(self) -> None:
        self.heard.append("erase")

    def clear(self) -> None:
        self.heard.append("clear")

    def confirm(self) -> None:
        self.heard.append("confirm")

    def cancel(self) -> None:
        self.heard.append("cancel")


@pytest.fixture(scope="session")
def qapp_cls() -> type[QGuiApplication]:
    """No widgets here."""
    return QGuiApplication


@pytest.fixture(scope="session")
def font_directory() -> Path | None:
    """Where set-up built the fonts, or None."""
    return FONTS if (FONTS / "fonts.json").is_file() else None


@pytest.fixture(scope="session")
def application(qapp: QGuiApplication, font_directory: Path | None) -> QGuiApplication:
    """The application with the hall's fonts, accessible from the first page on."""
    fonts.load_own(font_directory)
    fonts.load_rare(font_directory)
    QAccessible.setActive(True)
    return qapp


@pytest.fixture(autouse=True)
def nothing_to_complain_of(qtlog: object) -> Iterator[None]:
    """A warning of Qt or QML fails the test that caused it."""
    yield
    records = getattr(qtlog, "records")  # noqa: B009 - pytest-qt ships no types
    complaints = [each.message for each in records if each.type not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)]
    assert complaints == []


@pytest.fixture
def heard() -> list[Intent]:
    """Intents that the window posted."""
    return []


@pytest.fixture
def pad() -> Pad:
    """The PIN pad behind the window."""
    return Pad()


class Clock:
    """Monotonic seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The window's clock."""
    return Clock()


@pytest.fixture
def window(application: QGuiApplication, heard: list[Intent], pad: Pad, clock: Clock) -> Iterator[TerminalWindow]:
    """A terminal window of 21.5 inches, upright, in which nothing moves."""
    made = TerminalWindow(Panel(animate=False), Hall(), clock)
    made.attach(heard.append, pad)
    made.show(full_screen=False)
    # what is clicked before is lost
    assert QTest.qWaitForWindowExposed(made.view)
    yield made
    made.close()


@pytest.fixture
def example() -> Example:
    """An example screen by name, in Chinese and standard size."""
    return lambda name: examples(Language.ZH, TextSize.STANDARD)[name]


@pytest.fixture
def click(application: QGuiApplication) -> Click:
    """Press and release in the middle of a control, as a finger does."""

    def press(window: TerminalWindow, name: str) -> None:
        application.processEvents()
        item = window.find(name)
        assert item is not None, f"{name} is not on the page"
        middle = item.mapToScene(item.boundingRect().center()).toPoint()
        QTest.mouseClick(window.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)

    return press
