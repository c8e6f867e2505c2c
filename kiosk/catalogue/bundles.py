"""PO-05 “一件事”套餐: the steps that a turn in life asks for, with the checks and services of this terminal among them.

choosing a bundle ──▶ choosing a step ──▶ (another item) | the list (recorded, shown, printed)
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from kiosk.benefits.vocabulary import as_tuple
from kiosk.catalogue.answer import Answer
from kiosk.catalogue.answering import AnsweringItem
from kiosk.catalogue.applying import Book
from kiosk.catalogue.item import Case, Desk, GoTo, HandedOn, Over
from kiosk.events import Event
from kiosk.intents import OptionChosen, Press, Pressed
from kiosk.screen import Body, Cell, Option, Question
from kiosk.text import bilingual, text, verbatim

CHECKS: Final = "PO-02"
LIST: Final = "list"


class Step(BaseModel):
    """One step: what, and where it is done."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: str = Field(min_length=2, max_length=20)
    en: str = Field(min_length=2, max_length=50)
    check: str | None = None
    item: str | None = None
    where_zh: str = Field(max_length=60)
    where_en: str = Field(max_length=120)

    @model_validator(mode="after")
    def _one_of_them(self) -> Step:
        if self.check is not None and self.item is not None:
            raise ValueError("a step is a check or an item of this terminal, or neither")
        return self


class Bundle(BaseModel):
    """A turn in life."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str
    zh: str = Field(min_length=2, max_length=20)
    en: str = Field(min_length=2, max_length=50)
    step: Annotated[tuple[Step, ...], BeforeValidator(as_tuple)] = Field(min_length=1)


@cache
def bundles() -> tuple[Bundle, ...]:
    """All of `bundles.toml`."""
    table = tomllib.loads(resources.files("kiosk.catalogue").joinpath("bundles.toml").read_text("utf-8"))
    return tuple(Bundle.model_validate(row) for row in table["bundle"])


@dataclass(frozen=True, slots=True)
class ChoosingBundle:
    """C09: what happened."""


@dataclass(frozen=True, slots=True)
class ChoosingStep:
    """C09: what to do about it here; the first choice is the whole list on paper."""

    bundle: Bundle


class BundleItem(AnsweringItem):
    """The machine of PO-05."""

    def __init__(self, book: Book) -> None:
        """`book`: a check is offered only if its rule is there."""
        self._book = book

    def begin(self, desk: Desk) -> object:
        """What happened?"""
        return ChoosingBundle()

    def step(self, state: object, event: Event, desk: Desk) -> object:
        """The choices, then the common way of items that answer."""
        match state, event:
            case ChoosingBundle(), Pressed(press=Press.BACK | Press.DECLINE):
                return Over.MENU
            case ChoosingBundle(), OptionChosen(key=key):
                found = next((each for each in bundles() if each.key == key), None)
                return state if found is None else ChoosingStep(found)
            case ChoosingStep(), Pressed(press=Press.BACK | Press.DECLINE):
                return ChoosingBundle()
            case ChoosingStep(bundle=bundle), OptionChosen(key=key):
                return self._chosen(state, bundle, key, desk)
        return super().step(state, event, desk)

    def _chosen(self, state: ChoosingStep, bundle: Bundle, key: str, desk: Desk) -> object:
        if key == LIST:
            return self.record(_list(bundle), desk)
        step = next((each for each in self._here(bundle, desk.case) if key in (each.check, each.item)), None)
        if step is None:
            return state
        return GoTo(step.item) if step.item is not None else GoTo(CHECKS, HandedOn(step.check))

    def _here(self, bundle: Bundle, case: Case) -> tuple[Step, ...]:
        """Steps that this terminal does now."""
        book = self._book()
        return tuple(
            each
            for each in bundle.step
            if (each.check is not None and each.check in book)
            or (each.item is not None and each.item not in case.closed)
        )

    def body(self, state: object, case: Case, now: float) -> Body:
        """The choices, or what answering items show."""
        match state:
            case ChoosingBundle():
                options = tuple(Option(each.key, bilingual(each.zh, each.en)) for each in bundles())
                return Question(text("bundle.choose"), text("bundle.choose.hint"), options)
            case ChoosingStep(bundle=bundle):
                whole = Option(LIST, text("bundle.list"), text("bundle.list.detail", n=len(bundle.step)))
                here = (
                    Option(
                        each.check or each.item or "",
                        bilingual(each.zh, each.en),
                        bilingual(each.where_zh, each.where_en),
                    )
                    for each in self._here(bundle, case)
                )
                return Question(bilingual(bundle.zh, bundle.en), text("bundle.step.hint"), (whole, *here))
        return super().body(state, case, now)


def _list(bundle: Bundle) -> Answer:
    return Answer(
        title=bilingual(bundle.zh, bundle.en),
        as_of=text("bundle.as_of"),
        outcome=f"bundle-{bundle.key}",
        summary=(),
        columns=(text("bundle.column.number"), text("bundle.column.step"), text("bundle.column.where")),
        rows=tuple(
            (
                Cell(verbatim(str(number))),
                Cell(bilingual(each.zh, each.en)),
                Cell(bilingual(each.where_zh, each.where_en)),
            )
            for number, each in enumerate(bundle.step, 1)
        ),
        remarks=(text("bundle.remark"),),
    )
