"""C12: what happened to the transaction."""

# ruff: noqa: N802, N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.intents import Press, Pressed
from kiosk.screen import Result, ResultKind, Screen
from kiosk.text import text
from ui.viewmodels.base import NO_NOTICE, NoticeView, ViewModel, notice, words

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

KIND_WORDS = {
    ResultKind.DONE: "page.result.done",
    ResultKind.NOT_DONE: "page.result.not-done",
    ResultKind.UNKNOWN: "page.result.unknown",
    ResultKind.RECORDED: "page.result.recorded",
}


@dataclass(frozen=True, slots=True)
class ResultView:
    """What stands on C12."""

    kind: str = ""
    kind_text: str = ""
    title: str = ""
    lines: tuple[str, ...] = ()
    reference: str = ""
    notice: NoticeView = NO_NOTICE


@QmlElement
class ResultVm(ViewModel):
    """One of four real ends, with a reference number."""

    kindChanged = Signal()
    kindTextChanged = Signal()
    titleChanged = Signal()
    linesChanged = Signal()
    referenceChanged = Signal()
    noticeChanged = Signal()

    blank = ResultView()

    def derive(self, screen: Screen) -> ResultView:
        """The page in the screen's language."""
        body = screen.body
        if not isinstance(body, Result):
            return ResultView()
        return ResultView(
            kind=body.kind.value,
            kind_text=words(text(KIND_WORDS[body.kind]), screen),
            title=words(body.title, screen),
            lines=tuple(words(line, screen) for line in body.lines),
            reference=body.reference,
            notice=notice(body.notice, screen),
        )

    @Property(str, notify=kindChanged)
    def kind(self) -> str:
        """done, not_done, unknown or recorded."""
        return str(self.view.kind)

    @Property(str, notify=kindTextChanged)
    def kindText(self) -> str:
        """The same in words."""
        return str(self.view.kind_text)

    @Property(str, notify=titleChanged)
    def title(self) -> str:
        """What it was about."""
        return str(self.view.title)

    @Property(list, notify=linesChanged)
    def lines(self) -> list[str]:
        """What it means and what to do."""
        return list(self.view.lines)

    @Property(str, notify=referenceChanged)
    def reference(self) -> str:
        """Our number of it; empty if nothing was recorded."""
        return str(self.view.reference)

    @Property(dict, notify=noticeChanged)
    def notice(self) -> Mapping[str, str]:
        """What happened, what it means, what to do now; no title means no notice."""
        return dict(self.view.notice.row())

    @Slot()
    def finish(self) -> None:
        """End, and take the card."""
        self.post(Pressed(Press.FINISH))

    @Slot()
    def another(self) -> None:
        """Do something else."""
        self.post(Pressed(Press.ANOTHER))
