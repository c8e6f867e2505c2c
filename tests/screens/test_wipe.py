"""When a session is over, nothing of the person is left in any item, model or property.

`qtbot.wait` runs a real event loop; bare processEvents() never runs deferred deletions.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QObject
from PySide6.QtQml import QJSValue
from shiboken6 import Shiboken

from kiosk.screen import (
    Cell,
    CheckResult,
    ConditionLine,
    Confirm,
    DecidingFigure,
    Figure,
    Goodbye,
    Identify,
    IdleWarning,
    Language,
    Menu,
    Notice,
    Option,
    OutOfService,
    Page,
    Pin,
    Preferences,
    Processing,
    Question,
    Result,
    ResultKind,
    ResultTable,
    Screen,
    Standby,
    Standing,
    StepState,
    TakeThings,
    TextSize,
    Thing,
    ThingState,
    Tile,
    Tone,
    Verdict,
)
from kiosk.text import Text, verbatim
from ui.examples import STRIP
from ui.window import TerminalWindow

MARK = "私密"
# types of properties that can hold words; the others are numbers, colours, and objects that are walked themselves
WORDY = {"QString", "QStringList", "QVariant", "QVariantList", "QVariantMap", "QVariantHash", "QJSValue", "QUrl"}


class Secrets:
    """Texts that all carry the mark, each different."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> Text:
        self.count += 1
        return verbatim(f"{MARK}{self.count}")


def personal_screens() -> Iterator[Screen]:
    """Every page of a session, with a mark in each place that can hold something of a person."""
    secret = Secrets()
    notice = Notice(Tone.WARNING, secret(), secret(), MARK)
    tile = Tile("SI-01", secret(), secret(), "shield", available=False, reason=secret())
    cell = Cell(secret(), private=True)
    bodies = {
        Page.IDENTIFY: Identify(secret(), secret(), 50, notice),
        Page.PIN: Pin(7, 4, 12, 3, 40, notice),
        Page.MENU: Menu(f"{MARK}名", (tile,)),
        Page.RESULT_TABLE: ResultTable(
            title=secret(),
            as_of=secret(),
            summary=((secret(), cell),),
            columns=(secret(),),
            rows=((cell,),),
            page=1,
            pages=2,
            covered=False,
            can_print=False,
            print_reason=secret(),
            remarks=(secret(),),
            notice=notice,
        ),
        Page.CHECK: CheckResult(
            title=secret(),
            verdict=Verdict.NO,
            headline=secret(),
            figure=DecidingFigure(secret(), secret(), secret()),
            why=(secret(),),
            alternatives=((secret(), secret()),),
            missing=(secret(),),
            warnings=(secret(),),
            conditions=(ConditionLine(Standing.MET, secret(), secret(), (secret(),)),),
            figures=((secret(), secret()),),
            next_step=(secret(),),
            articles=(secret(),),
            disclaimers=(secret(),),
            print_reason=secret(),
            step=(MARK, secret()),
            apply=secret(),
        ),
        Page.QUESTION: Question(
            secret(),
            secret(),
            (Option(f"{MARK}键", secret(), secret()),),
            typed=MARK,
            notice=notice,
            figure=Figure(9, 2, secret()),
            unsure=secret(),
        ),
        Page.CONFIRM: Confirm(secret(), ((secret(), secret()),), secret(), (secret(),)),
        Page.PROCESSING: Processing(secret(), ((secret(), StepState.RUNNING),), True),
        Page.RESULT: Result(ResultKind.DONE, secret(), (secret(),), f"{MARK}号", notice),
        Page.TAKE_THINGS: TakeThings((Thing("card", secret(), ThingState.TAKE),), 1, False, notice),
    }
    for page, body in bodies.items():
        yield Screen(page, body, Preferences(Language.EN, TextSize.ELDER), STRIP, can_back=True, can_exit=True)


def nobodys_screen(page: Page) -> Screen:
    body = {
        Page.STANDBY: Standby(),
        Page.GOODBYE: Goodbye(),
        Page.OUT_OF_SERVICE: OutOfService(verbatim("维护中"), "2026-11-22 08:00"),
    }[page]
    return Screen(page, body, Preferences(), STRIP)


def objects(window: TerminalWindow) -> Iterator[QObject]:
    """Every QObject of the window: view models, engine, items in the scene and items only owned by others."""
    # held until the end: of one that is let go another may get the number
    seen: dict[int, QObject] = {}
    view = window.view
    waiting: list[QObject] = [window, view, view.engine(), view.contentItem(), window.theme, window.words]
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen[id(found)] = found
        yield found
        waiting += found.children()
        if hasattr(found, "childItems"):
            waiting += found.childItems()


def spoken(value: object) -> str:
    """A property's value as a string, lists and maps to the bottom."""
    if isinstance(value, QJSValue):
        return spoken(value.toVariant())
    if isinstance(value, dict):
        return " ".join(spoken(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return " ".join(spoken(part) for part in value)
    return str(value) if isinstance(value, str | int | float) else ""


def traces(window: TerminalWindow) -> list[str]:
    """Properties of any object, and attributes of any view model, that still carry the mark."""
    found = []
    for each in objects(window):
        meta = each.metaObject()
        for number in range(meta.propertyCount()):
            known = meta.property(number)
            if known.typeName() in WORDY and MARK in spoken(each.property(known.name())):
                found.append(f"{meta.className()}.{known.name()}")
        # what Python knows by its place in memory must not outlive what lies there: the next object there, a QObject,
        # would be taken for it (met once in some dozens of loaded runs)
        Shiboken.invalidate(meta)
    for model in (window.frame, *window.models.values()):
        found += [f"{type(model).__name__}.{name}" for name, value in vars(model).items() if MARK in repr(value)]
    return found


@pytest.mark.parametrize("end", [Page.STANDBY, Page.GOODBYE, Page.OUT_OF_SERVICE])
def test_no_personal_string_is_left_when_a_session_ended(window, qtbot, end):
    for screen in personal_screens():
        window.show_screen(screen)
        qtbot.wait(1)
        assert traces(window), "the search must be able to find something"
        window.show_screen(nobodys_screen(end))
        qtbot.wait(1)
        assert traces(window) == [], f"after {screen.page.name}"


def test_a_page_that_is_left_holds_nothing_while_the_session_goes_on(window, qtbot):
    for screen in personal_screens():
        window.show_screen(screen)
        qtbot.wait(1)
        for page, model in window.models.items():
            assert page is screen.page or model.view == model.blank, page.name


def test_under_an_idle_warning_the_page_below_is_gone(window, qtbot):
    for screen in personal_screens():
        window.show_screen(screen)
        window.show_screen(replace(screen, idle_warning=IdleWarning(20)))
        qtbot.wait(1)
        assert traces(window) == [], screen.page.name


def test_a_wipe_asked_for_from_elsewhere_leaves_nothing_and_resets_language_and_size(window, application, qtbot):
    window.show_screen(next(iter(personal_screens())))
    application.clipboard().setText(MARK)
    with qtbot.waitSignal(window.bridge.wiping):
        window.bridge.wipe()
    qtbot.wait(1)
    assert traces(window) == []
    assert application.clipboard().text() == ""
    assert not window.theme.property("elder")
    assert window.words.property("sentences")["page.bar.exit"] == "退出"


def test_covered_values_never_reach_the_page(window, qtbot):
    table = next(screen for screen in personal_screens() if screen.page is Page.RESULT_TABLE)
    plain = verbatim("x")
    cell = Cell(verbatim(MARK), private=True)
    body = replace(
        table.body,
        title=plain,
        as_of=plain,
        summary=((plain, cell),),
        columns=(plain,),
        rows=((cell,),),
        print_reason=None,
        remarks=(),
        notice=None,
        covered=True,
    )
    window.show_screen(replace(table, body=body))
    qtbot.wait(1)
    assert traces(window) == []
    window.show_screen(replace(table, body=replace(body, covered=False)))
    qtbot.wait(1)
    assert traces(window) != []
