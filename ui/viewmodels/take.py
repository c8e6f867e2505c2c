"""C13: take your things."""

# ruff: noqa: N802, N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.intents import Press, Pressed
from kiosk.screen import Screen, TakeThings, Thing, ThingState
from kiosk.text import text
from ui.viewmodels.base import NO_NOTICE, NoticeView, ViewModel, notice, words

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

STATE_WORDS = {
    ThingState.TAKE: "page.take.take",
    ThingState.TAKEN: "page.take.taken",
    ThingState.LEFT: "page.take.left",
}
HEADLINES = {
    "card": "page.take.card",
    "receipt": "page.take.receipt",
    "paper": "page.take.paper",
    "id": "page.take.id",
}


@dataclass(frozen=True, slots=True)
class ThingRow:
    """One thing."""

    kind: str
    title: str
    state: str
    word: str

    def row(self) -> Mapping[str, str]:
        """For QML."""
        return {"kind": self.kind, "title": self.title, "state": self.state, "word": self.word}


def word(thing: Thing) -> str:
    """Id of the word for a thing's state."""
    return STATE_WORDS[thing.state]


def headline(body: TakeThings, first: Thing | None) -> str:
    """Id of the sentence that says what to do now."""
    if body.left_behind:
        return "page.take.left-behind"
    return "page.take.all-taken" if first is None else HEADLINES[first.kind]


@dataclass(frozen=True, slots=True)
class TakeView:
    """What stands on C13."""

    headline: str = ""
    things: tuple[ThingRow, ...] = ()
    first: str = ""
    urgency: int = 0
    left_behind: bool = False
    can_finish: bool = False
    notice: NoticeView = NO_NOTICE


@QmlElement
class TakeVm(ViewModel):
    """Card first, papers second, each ticked as sensed."""

    headlineChanged = Signal()
    thingsChanged = Signal()
    firstChanged = Signal()
    urgencyChanged = Signal()
    leftBehindChanged = Signal()
    canFinishChanged = Signal()
    noticeChanged = Signal()

    blank = TakeView()

    def derive(self, screen: Screen) -> TakeView:
        """The page in the screen's language."""
        body = screen.body
        if not isinstance(body, TakeThings):
            return TakeView()
        first = next((thing for thing in body.things if thing.state is not ThingState.TAKEN), None)
        return TakeView(
            headline=words(text(headline(body, first)), screen),
            things=tuple(
                ThingRow(thing.kind, words(thing.title, screen), thing.state.value, words(text(word(thing)), screen))
                for thing in body.things
            ),
            first="" if first is None else first.kind,
            urgency=body.urgency,
            left_behind=body.left_behind,
            can_finish=body.can_finish and first is not None,
            notice=notice(body.notice, screen),
        )

    @Property(str, notify=headlineChanged)
    def headline(self) -> str:
        """What to do now."""
        return str(self.view.headline)

    @Property(list, notify=thingsChanged)
    def things(self) -> list[Any]:
        """What is still in the machine and what was taken."""
        return [row.row() for row in self.view.things]

    @Property(str, notify=firstChanged)
    def first(self) -> str:
        """Kind of the thing to take first, or empty."""
        return str(self.view.first)

    @Property(int, notify=urgencyChanged)
    def urgency(self) -> int:
        """0 asked, 1 reminded, 2 each second."""
        return int(self.view.urgency)

    @Property(bool, notify=leftBehindChanged)
    def leftBehind(self) -> bool:
        """A card was left by somebody."""
        return bool(self.view.left_behind)

    @Property(bool, notify=canFinishChanged)
    def canFinish(self) -> bool:
        """Only papers are left: nobody senses them, so the person says when they are taken."""
        return bool(self.view.can_finish)

    @Slot()
    def finish(self) -> None:
        """Everything is taken."""
        self.post(Pressed(Press.FINISH))

    @Property(dict, notify=noticeChanged)
    def notice(self) -> Mapping[str, str]:
        """What happened, what it means, what to do now; no title means no notice."""
        return dict(self.view.notice.row())
