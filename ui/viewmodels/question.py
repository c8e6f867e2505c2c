"""C09: one question."""

# ruff: noqa: N802, N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.intents import DigitTyped, OptionChosen, Press, Pressed
from kiosk.screen import Question, Screen
from kiosk.text import text
from ui.viewmodels.base import NO_NOTICE, NoticeView, ViewModel, notice, words

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1

GROUP_LABELS = {"Y": "page.question.year", "M": "page.question.month", "D": "page.question.day"}


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One choice."""

    key: str
    title: str
    subtitle: str

    def row(self) -> Mapping[str, str]:
        """For QML."""
        return {"key": self.key, "title": self.title, "subtitle": self.subtitle}


@dataclass(frozen=True, slots=True)
class MaskGroup:
    """The digits of one part of a mask; `at` is the place that the next digit fills, or -1."""

    label: str
    digits: str
    places: int
    at: int

    def row(self) -> Mapping[str, Any]:
        """For QML."""
        return {"label": self.label, "digits": self.digits, "places": self.places, "at": self.at}


def groups(mask: str, typed: str, screen: Screen) -> tuple[MaskGroup, ...]:
    """YYYY-MM and "19881" become 1988 year, 1_ month. Letters without a label of ours stand unlabelled."""
    found: list[MaskGroup] = []
    start = 0
    for part in re.findall(r"[A-Za-z]+", mask):
        digits = typed[start : start + len(part)]
        at = len(digits) if start <= len(typed) < start + len(part) else -1
        label = GROUP_LABELS.get(part[0])
        found.append(MaskGroup(words(text(label), screen) if label else "", digits, len(part), at))
        start += len(part)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class QuestionView:
    """What stands on C09."""

    title: str = ""
    hint: str = ""
    options: tuple[OptionRow, ...] = ()
    groups: tuple[MaskGroup, ...] = ()
    figure: bool = False
    pointed: bool = False
    typed: str = ""
    unit: str = ""
    unsure_text: str = ""
    can_confirm: bool = False
    confirm_hint: str = ""
    notice: NoticeView = NO_NOTICE


@QmlElement
class QuestionVm(ViewModel):
    """A choice, digits that fill a mask, or a figure."""

    titleChanged = Signal()
    hintChanged = Signal()
    optionsChanged = Signal()
    groupsChanged = Signal()
    figureChanged = Signal()
    pointedChanged = Signal()
    typedChanged = Signal()
    unitChanged = Signal()
    unsureTextChanged = Signal()
    canConfirmChanged = Signal()
    confirmHintChanged = Signal()
    noticeChanged = Signal()

    blank = QuestionView()

    def derive(self, screen: Screen) -> QuestionView:
        """The page in the screen's language."""
        body = screen.body
        if not isinstance(body, Question):
            return QuestionView()
        places = sum(letter.isalpha() for letter in body.mask)
        figure = body.figure
        full = body.typed[-1:].isdigit() if figure else bool(body.mask) and len(body.typed) == places
        hint = text("page.question.figure-hint") if figure else text("page.question.confirm-hint", n=places)
        return QuestionView(
            title=words(body.title, screen),
            hint=words(body.hint, screen),
            options=tuple(
                OptionRow(option.key, words(option.title, screen), words(option.subtitle, screen))
                for option in body.options
            ),
            groups=groups(body.mask, body.typed, screen),
            figure=figure is not None,
            pointed=figure is not None and figure.decimals > 0,
            typed=body.typed if figure else "",
            unit=words(figure.unit, screen) if figure else "",
            unsure_text=words(body.unsure, screen),
            can_confirm=full,
            confirm_hint="" if full or not (body.mask or figure) else words(hint, screen),
            notice=notice(body.notice, screen),
        )

    @Property(str, notify=titleChanged)
    def title(self) -> str:
        """The question."""
        return str(self.view.title)

    @Property(str, notify=hintChanged)
    def hint(self) -> str:
        """How to answer."""
        return str(self.view.hint)

    @Property(list, notify=optionsChanged)
    def options(self) -> list[Any]:
        """The choices; empty when digits are asked for."""
        return [row.row() for row in self.view.options]

    @Property(list, notify=groupsChanged)
    def groups(self) -> list[Any]:
        """Digits typed so far in their places: year, month, day."""
        return [row.row() for row in self.view.groups]

    @Property(bool, notify=figureChanged)
    def figure(self) -> bool:
        """A figure is asked for, typed freely."""
        return bool(self.view.figure)

    @Property(bool, notify=pointedChanged)
    def pointed(self) -> bool:
        """It may have a decimal point."""
        return bool(self.view.pointed)

    @Property(str, notify=typedChanged)
    def typed(self) -> str:
        """The figure so far."""
        return str(self.view.typed)

    @Property(str, notify=unitChanged)
    def unit(self) -> str:
        """Its unit."""
        return str(self.view.unit)

    @Property(str, notify=unsureTextChanged)
    def unsureText(self) -> str:
        """Words of the button for not knowing; empty for none."""
        return str(self.view.unsure_text)

    @Property(bool, notify=canConfirmChanged)
    def canConfirm(self) -> bool:
        """All places are filled."""
        return bool(self.view.can_confirm)

    @Property(str, notify=confirmHintChanged)
    def confirmHint(self) -> str:
        """Why the button is off, or empty."""
        return str(self.view.confirm_hint)

    @Property(dict, notify=noticeChanged)
    def notice(self) -> Mapping[str, str]:
        """What happened, what it means, what to do now; no title means no notice."""
        return dict(self.view.notice.row())

    @Slot(str)
    def choose(self, key: str) -> None:
        """One of the choices."""
        self.post(OptionChosen(key))

    @Slot(int)
    def press(self, digit: int) -> None:
        """A digit key."""
        self.post(DigitTyped(str(digit)))

    @Slot()
    def point(self) -> None:
        """The decimal point."""
        self.post(DigitTyped("."))

    @Slot()
    def giveUp(self) -> None:
        """I don't know."""
        self.post(Pressed(Press.DECLINE))

    @Slot()
    def erase(self) -> None:
        """Take the last digit back."""
        self.post(Pressed(Press.DELETE))

    @Slot()
    def confirm(self) -> None:
        """Finished."""
        if self.view.can_confirm:
            self.post(Pressed(Press.CONFIRM))
