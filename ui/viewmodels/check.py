"""CE: the answer of a check, with everything it rests on."""

# ruff: noqa: N802, N815 - properties, signals and slots are named as QML reads them

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Property, Signal, Slot
from PySide6.QtQml import QmlElement

from kiosk.intents import ItemChosen, Press, Pressed
from kiosk.screen import CheckResult, Screen
from ui.viewmodels.base import ViewModel, words

QML_IMPORT_NAME = "Kiosk.ViewModels"
QML_IMPORT_MAJOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A condition as it is drawn."""

    state: str
    word: str
    sentence: str
    used: str

    def row(self) -> Mapping[str, str]:
        """For QML."""
        return {"state": self.state, "word": self.word, "sentence": self.sentence, "used": self.used}


@dataclass(frozen=True, slots=True)
class PairRow:
    """A label and its value."""

    label: str
    value: str

    def row(self) -> Mapping[str, str]:
        """For QML."""
        return {"label": self.label, "value": self.value}


@dataclass(frozen=True, slots=True)
class CheckView:
    """What stands on CE; an empty label means no deciding figure."""

    title: str = ""
    verdict: str = ""
    headline: str = ""
    figure_label: str = ""
    figure_value: str = ""
    figure_origin: str = ""
    why: tuple[str, ...] = ()
    alternatives: tuple[PairRow, ...] = ()
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    conditions: tuple[ConditionRow, ...] = ()
    figures: tuple[PairRow, ...] = ()
    next_step: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    disclaimers: tuple[str, ...] = ()
    can_print: bool = False
    print_reason: str = ""
    step_item: str = ""
    step_text: str = ""
    apply_text: str = ""


@QmlElement
class CheckVm(ViewModel):
    """The answer first and large, then what it rests on."""

    titleChanged = Signal()
    verdictChanged = Signal()
    headlineChanged = Signal()
    figureLabelChanged = Signal()
    figureValueChanged = Signal()
    figureOriginChanged = Signal()
    whyChanged = Signal()
    alternativesChanged = Signal()
    missingChanged = Signal()
    warningsChanged = Signal()
    conditionsChanged = Signal()
    figuresChanged = Signal()
    nextStepChanged = Signal()
    articlesChanged = Signal()
    disclaimersChanged = Signal()
    canPrintChanged = Signal()
    printReasonChanged = Signal()
    stepItemChanged = Signal()
    stepTextChanged = Signal()
    applyTextChanged = Signal()

    blank = CheckView()

    def derive(self, screen: Screen) -> CheckView:
        """The page in the screen's language."""
        body = screen.body
        if not isinstance(body, CheckResult):
            return CheckView()
        figure = body.figure
        return CheckView(
            title=words(body.title, screen),
            verdict=body.verdict.value,
            headline=words(body.headline, screen),
            figure_label="" if figure is None else words(figure.label, screen),
            figure_value="" if figure is None else words(figure.value, screen),
            figure_origin="" if figure is None else words(figure.origin, screen),
            why=tuple(words(each, screen) for each in body.why),
            alternatives=tuple(PairRow(words(name, screen), words(value, screen)) for name, value in body.alternatives),
            missing=tuple(words(each, screen) for each in body.missing),
            warnings=tuple(words(each, screen) for each in body.warnings),
            conditions=tuple(
                ConditionRow(
                    each.state.value,
                    words(each.word, screen),
                    words(each.sentence, screen),
                    "\n".join(words(used, screen) for used in each.used),
                )
                for each in body.conditions
            ),
            figures=tuple(PairRow(words(name, screen), words(value, screen)) for name, value in body.figures),
            next_step=tuple(words(each, screen) for each in body.next_step),
            articles=tuple(words(each, screen) for each in body.articles),
            disclaimers=tuple(words(each, screen) for each in body.disclaimers),
            can_print=body.can_print,
            print_reason=words(body.print_reason, screen),
            step_item=body.step[0] if body.step else "",
            step_text=words(body.step[1], screen) if body.step else "",
            apply_text=words(body.apply, screen),
        )

    @Property(str, notify=titleChanged)
    def title(self) -> str:
        """What was checked."""
        return str(self.view.title)

    @Property(str, notify=verdictChanged)
    def verdict(self) -> str:
        """yes, no, not_yet, one_step, cannot_say or computed."""
        return str(self.view.verdict)

    @Property(str, notify=headlineChanged)
    def headline(self) -> str:
        """The answer in a line."""
        return str(self.view.headline)

    @Property(str, notify=figureLabelChanged)
    def figureLabel(self) -> str:
        """What the deciding figure is; empty for none."""
        return str(self.view.figure_label)

    @Property(str, notify=figureValueChanged)
    def figureValue(self) -> str:
        """The deciding figure."""
        return str(self.view.figure_value)

    @Property(str, notify=figureOriginChanged)
    def figureOrigin(self) -> str:
        """Where it came from and how old it is."""
        return str(self.view.figure_origin)

    @Property(list, notify=whyChanged)
    def why(self) -> list[str]:
        """Why it cannot be said, or not as it stands."""
        return list(self.view.why)

    @Property(list, notify=alternativesChanged)
    def alternatives(self) -> list[Any]:
        """What it would be for each word of an unknown choice."""
        return [each.row() for each in self.view.alternatives]

    @Property(list, notify=missingChanged)
    def missing(self) -> list[str]:
        """What is not known, and what to do about it."""
        return list(self.view.missing)

    @Property(list, notify=warningsChanged)
    def warnings(self) -> list[str]:
        """Double benefits and risks."""
        return list(self.view.warnings)

    @Property(list, notify=conditionsChanged)
    def conditions(self) -> list[Any]:
        """Each condition with its state."""
        return [each.row() for each in self.view.conditions]

    @Property(list, notify=figuresChanged)
    def figures(self) -> list[Any]:
        """Further figures and last days."""
        return [each.row() for each in self.view.figures]

    @Property(list, notify=nextStepChanged)
    def nextStep(self) -> list[str]:
        """What to do now."""
        return list(self.view.next_step)

    @Property(list, notify=articlesChanged)
    def articles(self) -> list[str]:
        """The texts of the law it rests on."""
        return list(self.view.articles)

    @Property(list, notify=disclaimersChanged)
    def disclaimers(self) -> list[str]:
        """That it is preliminary, and the like."""
        return list(self.view.disclaimers)

    @Property(bool, notify=canPrintChanged)
    def canPrint(self) -> bool:
        """It can be printed now."""
        return bool(self.view.can_print)

    @Property(str, notify=printReasonChanged)
    def printReason(self) -> str:
        """Why it cannot, or empty."""
        return str(self.view.print_reason)

    @Property(str, notify=stepItemChanged)
    def stepItem(self) -> str:
        """The service by which an open step is done here; empty for none."""
        return str(self.view.step_item)

    @Property(str, notify=stepTextChanged)
    def stepText(self) -> str:
        """Words of its button."""
        return str(self.view.step_text)

    @Property(str, notify=applyTextChanged)
    def applyText(self) -> str:
        """Words of the button that goes on to an application; empty for none."""
        return str(self.view.apply_text)

    @Slot()
    def printOut(self) -> None:
        """Print."""
        self.post(Pressed(Press.PRINT))

    @Slot()
    def takeStep(self) -> None:
        """To the service that does the open step."""
        if self.view.step_item:
            self.post(ItemChosen(self.view.step_item))

    @Slot()
    def goOn(self) -> None:
        """To the application."""
        self.post(Pressed(Press.CONFIRM))

    @Slot()
    def finish(self) -> None:
        """Seen enough; to the other services."""
        self.post(Pressed(Press.ANOTHER))
