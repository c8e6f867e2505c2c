"""What all view models share: a frozen view, and notifies for the fields that differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from PySide6.QtCore import QObject, QThread

from kiosk.intents import Intent
from kiosk.screen import Notice, Screen
from kiosk.text import Text
from kiosk.texts import render

Post = Callable[[Intent], None]


def nowhere(intent: Intent) -> None:
    """A post that leads nowhere: before the core is there."""


class ViewModel(QObject):
    """A view (frozen dataclass) shown as Qt properties of the same names in camelCase.

    `blank` is the view of nothing and of nobody. A field `can_print` belongs to the signal `canPrintChanged`.
    """

    blank: ClassVar[Any]

    def __init__(self, post: Post, parent: QObject) -> None:
        super().__init__(parent)
        self.post = post
        self.view: Any = self.blank

    def show(self, screen: Screen) -> None:
        """Show what `screen` says for this view model's page."""
        self.swap(self.derive(screen))

    def derive(self, screen: Screen) -> Any:
        """The view of `screen`: pure, without a trace in `self`."""
        raise TypeError(f"{type(self).__name__} shows no screen")

    def wipe(self) -> None:
        """Back to nothing."""
        self.swap(self.blank)

    def swap(self, view: Any) -> None:
        """Take a new view and say which properties differ."""
        if QThread.currentThread() is not self.thread():
            raise RuntimeError(f"{type(self).__name__} belongs to the GUI thread")
        before, self.view = self.view, view
        for field in fields(view):
            if getattr(before, field.name) != getattr(view, field.name):
                getattr(self, f"{camel(field.name)}Changed").emit()


def camel(name: str) -> str:
    """can_print -> canPrint."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def words(text: Text | None, screen: Screen) -> str:
    """The sentence of `text` in the screen's language; empty for none."""
    return "" if text is None else render(text, screen.preferences.language.value)


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice as the page draws it; no title means no notice."""

    tone: str = "plain"
    title: str = ""
    advice: str = ""
    code: str = ""

    def row(self) -> Mapping[str, str]:
        """For QML."""
        return {"tone": self.tone, "title": self.title, "advice": self.advice, "code": self.code}


NO_NOTICE = NoticeView()


def notice(shown: Notice | None, screen: Screen) -> NoticeView:
    """The notice in the screen's language."""
    if shown is None:
        return NO_NOTICE
    return NoticeView(shown.tone.value, words(shown.title, screen), words(shown.advice, screen), shown.code)
