"""Every page, in both languages and both sizes, keeps the rules that a person in front of it depends on."""

import fnmatch
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from PySide6.QtGui import QAccessible, QGuiApplication

from kiosk.intents import Press, Pressed, Touched
from kiosk.screen import Language, TextSize
from kiosk.text import verbatim
from ui import inspection
from ui.controls import BAR, CONTROLS
from ui.examples import examples
from ui.panel import Hall, Panel
from ui.pictures import matrix
from ui.viewmodels.frame import shown_page
from ui.window import TerminalWindow, items
from ui.words import labels

MATRIX = dict(matrix())


@pytest.fixture(scope="module")
def gallery(application: QGuiApplication) -> Iterator[TerminalWindow]:
    """One window for all pictures: a page must be right whatever was shown before it."""
    made = TerminalWindow(Panel(animate=False), Hall())
    made.show(full_screen=False)
    yield made
    made.close()


@pytest.mark.parametrize("name", MATRIX)
def test_nothing_is_cut_off_or_hidden_or_too_small_or_too_faint(gallery, application, name):
    gallery.show_screen(MATRIX[name])
    application.processEvents()
    assert inspection.findings(gallery) == []


@pytest.mark.parametrize(("inches", "width", "height"), [(23.8, 1080, 1920), (27.0, 1080, 1920), (32.0, 2160, 3840)])
def test_pages_hold_on_larger_panels(application, inches, width, height):
    panel = Panel(width, height, inches, animate=False)
    window = TerminalWindow(panel, Hall())
    window.show(full_screen=False)
    wrong = []
    for name in ("C01-home", "C05-pin-last-try", "C08-table-covered", "C10-confirm", "C12-unknown"):
        window.show_screen(examples(Language.ZH, TextSize.STANDARD)[name])
        application.processEvents()
        wrong += [(name, finding) for finding in inspection.findings(window)]
    window.close()
    assert wrong == []


def test_two_renderings_of_a_page_are_the_same_picture(window, application):
    screen = MATRIX["C08-table-covered.zh.standard"]
    window.show_screen(screen)
    application.processEvents()
    first = window.grab()
    window.wipe()
    window.show_screen(screen)
    application.processEvents()
    assert window.grab() == first


def test_the_list_of_controls_is_what_can_be_pressed(window, application):
    met: set[str] = set()
    for screen in MATRIX.values():
        window.show_screen(screen)
        application.processEvents()
        known = (*CONTROLS[shown_page(screen)], *BAR)
        for item in items(window.view.rootObject()):
            if item.inherits("QQuickAbstractButton") or item.inherits("QQuickMouseArea"):
                patterns = [pattern for pattern in known if fnmatch.fnmatchcase(item.objectName(), pattern)]
                assert len(patterns) == 1, f"{item.objectName()} is not in the list of {screen.page.name}"
                met.update(patterns)
    listed = {pattern for patterns in (*CONTROLS.values(), BAR) for pattern in patterns}
    assert {pattern for pattern in listed - met if ".scroll-" not in pattern} == set()


def test_a_page_longer_than_its_place_can_be_turned_with_buttons(window, application, click):
    screen = examples(Language.ZH, TextSize.ELDER)["C12-done"]
    lines = tuple(verbatim(f"第 {number} 行：请妥善保管本次业务号，以便日后查询。") for number in range(1, 12))
    window.show_screen(replace(screen, body=replace(screen.body, lines=lines)))
    application.processEvents()
    assert inspection.findings(window) == []
    down = window.find("result.scroll-down")
    assert down.isEnabled()
    assert not window.find("result.scroll-up").isEnabled()
    for _ in range(6):
        click(window, "result.scroll-down")
    application.processEvents()
    assert not window.find("result.scroll-down").isEnabled()
    assert window.find("result.scroll-up").isEnabled()


def test_the_table_turns_down_through_a_long_page_before_it_asks_for_the_next(window, application, click, heard):
    window.show_screen(examples(Language.ZH, TextSize.ELDER)["C08-table-covered"])
    application.processEvents()
    presses = 0
    while Pressed(Press.NEXT_PAGE) not in heard:
        click(window, "table.next")
        presses += 1
        assert presses < 10
    assert presses > 1
    assert [intent for intent in heard if not isinstance(intent, Touched)] == [Pressed(Press.NEXT_PAGE)]


@pytest.mark.parametrize(("language", "size"), list(product(Language, TextSize)))
def test_sixty_percent_longer_words_still_fit(window, application, language, size):
    longer = {id: _stretched(sentence) for id, sentence in labels(language.value).items()}
    # the other language's own name stays as long as it is
    longer["page.bar.language"] = labels(language.value)["page.bar.language"]
    wrong = []
    for name, screen in examples(language, size).items():
        window.show_screen(screen)
        window.words.setProperty("sentences", longer)
        application.processEvents()
        wrong += [(name, finding) for finding in inspection.findings(window)]
    assert wrong == []


def _stretched(sentence: str) -> str:
    return sentence + sentence[: len(sentence) * 6 // 10]


@pytest.fixture(autouse=True)
def _accessible(application: QGuiApplication) -> None:
    QAccessible.setActive(True)


# --- the inspection itself can fail


def spoilt(window: TerminalWindow, application: QGuiApplication, name: str, **properties: object) -> list[str]:
    window.show_screen(MATRIX["C10-confirm.zh.standard"])
    application.processEvents()
    # layouts settle when a frame is drawn: later they would put right what is spoilt here
    window.grab()
    item = window.find(name)
    assert item is not None
    for key, value in properties.items():
        assert item.setProperty(key, value)
    application.processEvents()
    return inspection.findings(window)


def test_the_inspection_finds_a_button_that_is_too_small(window, application):
    assert any("too small" in finding for finding in spoilt(window, application, "bar.language", height=20))


def test_the_inspection_finds_a_button_outside(window, application):
    assert any("outside" in finding for finding in spoilt(window, application, "bar.language", x=1000))


def test_the_inspection_finds_a_button_out_of_reach(window, application):
    assert any("out of reach" in finding for finding in spoilt(window, application, "bar.exit", y=-1500))


def test_the_inspection_finds_buttons_on_one_another(window, application):
    assert any("closer than" in finding for finding in spoilt(window, application, "bar.size", x=820))


def test_the_inspection_finds_words_on_a_button(window, application):
    assert any("on top of" in finding for finding in spoilt(window, application, "frame.clock", y=1700))


def test_the_inspection_finds_words_that_are_cut(window, application):
    assert any("wider than" in finding for finding in spoilt(window, application, "frame.clock", width=40))


def test_the_inspection_finds_faint_words(window, application):
    assert any("contrast" in finding for finding in spoilt(window, application, "frame.clock", color="#3377BB"))


def test_the_inspection_finds_a_button_without_a_word(window, application):
    found = spoilt(window, application, "confirm.confirm", text="")
    assert any("without an accessible name" in finding for finding in found)


def test_the_inspection_finds_a_button_that_is_off_without_a_reason(window, application):
    found = spoilt(window, application, "confirm.confirm", enabled=False)
    assert any("off without a reason" in finding for finding in found)
