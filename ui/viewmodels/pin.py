"""C05: the PIN page. A count of digits is all it knows."""

# ruff: noqa: N802, N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.screen import Pin, Screen
from kiosk.text import text
from ui.pin_pad import PinPad
from ui.viewmodels.base import NO_NOTICE, NoticeView, Post, ViewModel, notice, words

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

USUAL_BOXES = 6


@dataclass(frozen=True, slots=True)
class PinView:
    """What stands on C05."""

    count: int = 0
    boxes: int = 0
    can_confirm: bool = False
    confirm_hint: str = ""
    tries_text: str = ""
    last_try: bool = False
    checking: bool = False
    on_pad: bool = False
    wait_text: str = ""
    notice: NoticeView = NO_NOTICE


@QmlElement
class PinVm(ViewModel):
    """How many digits, how many tries; keys go to the pad and nowhere else."""

    countChanged = Signal()
    boxesChanged = Signal()
    canConfirmChanged = Signal()
    confirmHintChanged = Signal()
    triesTextChanged = Signal()
    lastTryChanged = Signal()
    checkingChanged = Signal()
    onPadChanged = Signal()
    waitTextChanged = Signal()
    noticeChanged = Signal()

    blank = PinView()

    def __init__(self, pad: PinPad, post: Post, parent: QObject) -> None:
        super().__init__(post, parent)
        self.pad = pad

    def derive(self, screen: Screen) -> PinView:
        """The page in the screen's language."""
        body = screen.body
        if not isinstance(body, Pin):
            return PinView()
        enough = body.least <= body.count <= body.most and not body.checking and not body.on_pad
        tries = None if body.tries_left is None else text("page.pin.tries", n=body.tries_left)
        return PinView(
            count=body.count,
            boxes=min(body.most, max(USUAL_BOXES, body.count)),
            can_confirm=enough,
            confirm_hint="" if enough or body.on_pad else words(text("page.pin.confirm-hint", n=body.least), screen),
            tries_text=words(tries, screen),
            last_try=body.tries_left == 1,
            checking=body.checking,
            on_pad=body.on_pad,
            wait_text="" if body.checking else words(text("page.pin.wait", seconds=body.seconds_left), screen),
            notice=notice(body.notice, screen),
        )

    @Property(int, notify=countChanged)
    def count(self) -> int:
        """Digits so far."""
        return int(self.view.count)

    @Property(int, notify=boxesChanged)
    def boxes(self) -> int:
        """Boxes to draw: six, or more when more digits are typed."""
        return int(self.view.boxes)

    @Property(bool, notify=canConfirmChanged)
    def canConfirm(self) -> bool:
        """Enough digits."""
        return bool(self.view.can_confirm)

    @Property(str, notify=confirmHintChanged)
    def confirmHint(self) -> str:
        """Why the button is off, or empty."""
        return str(self.view.confirm_hint)

    @Property(str, notify=triesTextChanged)
    def triesText(self) -> str:
        """Tries left, as the card says; empty if it does not."""
        return str(self.view.tries_text)

    @Property(bool, notify=lastTryChanged)
    def lastTry(self) -> bool:
        """The next wrong PIN locks the card."""
        return bool(self.view.last_try)

    @Property(bool, notify=checkingChanged)
    def checking(self) -> bool:
        """The card is being asked; nothing can be typed."""
        return bool(self.view.checking)

    @Property(bool, notify=onPadChanged)
    def onPad(self) -> bool:
        """The PIN is typed on the PIN pad: no keys here."""
        return bool(self.view.on_pad)

    @Property(str, notify=waitTextChanged)
    def waitText(self) -> str:
        """How long the page still waits."""
        return str(self.view.wait_text)

    @Property(dict, notify=noticeChanged)
    def notice(self) -> Mapping[str, str]:
        """What happened, what it means, what to do now; no title means no notice."""
        return dict(self.view.notice.row())

    @Slot(int)
    def press(self, digit: int) -> None:
        """A digit key."""
        self.pad.press(digit)

    @Slot()
    def erase(self) -> None:
        """Take the last digit back."""
        self.pad.erase()

    @Slot()
    def clear(self) -> None:
        """Take all digits back."""
        self.pad.clear()

    @Slot()
    def confirm(self) -> None:
        """Finished."""
        if self.view.can_confirm:
            self.pad.confirm()

    @Slot()
    def cancel(self) -> None:
        """No PIN."""
        self.pad.cancel()
