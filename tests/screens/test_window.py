"""The window shows the screen it was given last, and says what the person presses."""

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from kiosk.intents import DigitTyped, Intent, ItemChosen, OptionChosen, Press, Pressed, Touched
from kiosk.screen import Language, Page, Preferences, Screen, TextSize
from ui.examples import examples
from ui.pages import FILES
from ui.window import TerminalWindow, items

BUTTONS = {
    "C00-standby": {"standby.wake": Press.WAKE},
    "C01-home": {"home.elder": Press.TEXT_SIZE},
    "C08-table-covered": {
        "table.next": Press.NEXT_PAGE,
        "table.show": Press.UNCOVER,
        "table.print": Press.PRINT,
        "bar.back": Press.BACK,
        "bar.exit": Press.EXIT,
        "bar.size": Press.TEXT_SIZE,
        "bar.language": Press.LANGUAGE,
    },
    "C08-table-shown": {"table.previous": Press.PREVIOUS_PAGE},
    "C08-table-insured": {"table.finish": Press.ANOTHER},
    "C09-digits-full": {"question.erase": Press.DELETE, "question.confirm": Press.CONFIRM},
    "C10-confirm": {"confirm.confirm": Press.CONFIRM, "confirm.decline": Press.DECLINE},
    "C12-done": {"result.finish": Press.FINISH, "result.another": Press.ANOTHER},
    "C13-take-papers": {"take.finish": Press.FINISH},
    "C98-idle": {"idle.continue": Press.CONTINUE, "idle.leave": Press.EXIT},
}


def without_touches(heard: list[Intent]) -> list[Intent]:
    return [intent for intent in heard if not isinstance(intent, Touched)]


def words_on(window: TerminalWindow) -> list[str]:
    return [item.property("text") for item in items(window.view.rootObject()) if item.inherits("QQuickText")]


@pytest.mark.parametrize(
    ("name", "control", "press"),
    [(name, control, press) for name, controls in BUTTONS.items() for control, press in controls.items()],
)
def test_a_button_posts_its_intent_once(window, example, click, heard, name, control, press):
    window.show_screen(example(name))
    click(window, control)
    assert without_touches(heard) == [Pressed(press)]


def test_every_button_without_an_argument_can_be_pressed_somewhere():
    assert {press for controls in BUTTONS.values() for press in controls.values()} == set(Press)


def test_a_tile_posts_the_code_of_its_item(window, example, click, heard):
    window.show_screen(example("C01-home"))
    click(window, "home.tile.SI-11")
    assert without_touches(heard) == [ItemChosen("SI-11")]


def test_a_tile_that_cannot_work_now_says_why_and_posts_nothing(window, example, click, heard):
    window.show_screen(example("C01-home-no-reader"))
    click(window, "home.tile.SI-02")
    assert without_touches(heard) == []
    assert "本机暂不能用卡" in words_on(window)


def test_an_option_posts_its_key(window, example, click, heard):
    window.show_screen(example("C09-choice"))
    click(window, "question.option.female-50")
    assert without_touches(heard) == [OptionChosen("female-50")]


def test_digits_of_a_question_are_posted(window, example, click, heard):
    window.show_screen(example("C09-digits"))
    click(window, "question.key.0")
    click(window, "question.key.7")
    assert without_touches(heard) == [DigitTyped("0"), DigitTyped("7")]


def test_a_question_cannot_be_confirmed_before_all_digits_are_there(window, example, click, heard):
    window.show_screen(example("C09-digits"))
    click(window, "question.confirm")
    assert without_touches(heard) == []


def test_pin_keys_go_to_the_pad_and_to_nobody_else(window, example, click, heard, pad):
    window.show_screen(example("C05-pin-typed"))
    for key in ("pin.key.3", "pin.key.0", "pin.erase", "pin.clear", "pin.confirm", "pin.cancel"):
        click(window, key)
    assert pad.heard == ["3", "0", "erase", "clear", "confirm", "cancel"]
    assert without_touches(heard) == []


def test_a_pin_of_too_few_digits_cannot_be_confirmed(window, example, click, pad):
    window.show_screen(example("C05-pin-last-try"))
    click(window, "pin.confirm")
    assert pad.heard == []


def test_nothing_can_be_typed_while_the_card_is_asked(window, example, click, pad):
    window.show_screen(example("C05-pin-checking"))
    for key in ("pin.key.3", "pin.clear", "pin.confirm", "pin.cancel"):
        click(window, key)
    assert pad.heard == []


def test_a_pin_key_looks_the_same_while_it_is_pressed(window, example, application):
    window.show_screen(example("C05-pin"))
    application.processEvents()
    before = window.grab()
    key = window.find("pin.key.5")
    middle = key.mapToScene(key.boundingRect().center()).toPoint()
    QTest.mousePress(window.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    application.processEvents()
    assert key.property("down")
    assert window.grab() == before


def test_a_key_of_a_question_shows_that_it_is_pressed(window, example, application):
    window.show_screen(example("C09-digits"))
    application.processEvents()
    before = window.grab()
    key = window.find("question.key.5")
    middle = key.mapToScene(key.boundingRect().center()).toPoint()
    QTest.mousePress(window.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    application.processEvents()
    assert window.grab() != before


def test_the_first_touch_only_wakes(window, example, click, heard):
    window.show_screen(example("C00-standby"))
    click(window, "standby.clock")
    assert without_touches(heard) == [Pressed(Press.WAKE)]


def test_before_the_core_is_there_standby_says_so_and_a_touch_leads_nowhere(window, click, heard):
    assert "正在启动，请稍候" in words_on(window)
    click(window, "standby.wake")
    assert without_touches(heard) == []


def test_a_touch_is_activity_at_most_once_a_second(window, example, click, heard, clock):
    window.show_screen(example("C01-home"))
    for later in (0.0, 0.4, 0.4, 0.4):
        clock.now += later
        click(window, "frame.clock")
    assert heard == [Touched(), Touched()]


def test_a_finger_is_seen_and_let_through(window, example, application, heard):
    window.show_screen(example("C01-home"))
    application.processEvents()
    tile = window.find("home.tile.SI-01")
    middle = tile.mapToScene(tile.boundingRect().center()).toPoint()
    finger = QTest.createTouchDevice()
    QTest.touchEvent(window.view, finger).press(0, middle).commit()
    QTest.touchEvent(window.view, finger).release(0, middle).commit()
    assert heard == [Touched(), ItemChosen("SI-01")]


def test_the_keypad_walks_the_controls_in_reading_order_and_enter_presses(window, example, application, heard):
    window.show_screen(example("C10-confirm"))
    window.view.requestActivate()
    application.processEvents()
    walked = []
    for _ in range(6):
        QTest.keyClick(window.view, Qt.Key.Key_Down)
        walked.append(window.view.activeFocusItem().objectName())
    assert walked == ["confirm.decline", "confirm.confirm", "bar.exit", "bar.back", "bar.size", "bar.language"]
    QTest.keyClick(window.view, Qt.Key.Key_Up)
    QTest.keyClick(window.view, Qt.Key.Key_Return)
    assert heard == [Pressed(Press.TEXT_SIZE)]


def test_language_changes_on_any_page_and_nothing_typed_is_lost(window, application):
    for name in ("C09-digits", "C05-pin-typed", "C08-table-covered"):
        for language in (Language.ZH, Language.EN, Language.ZH):
            window.show_screen(examples(language, TextSize.STANDARD)[name])
            application.processEvents()
        back_again = window.grab()
        window.wipe()
        window.show_screen(examples(Language.ZH, TextSize.STANDARD)[name])
        application.processEvents()
        assert window.grab() == back_again, name


def test_text_size_changes_sizes_and_back(window, example, application):
    screen = example("C01-home")
    window.show_screen(screen)
    application.processEvents()
    before = window.grab()
    window.show_screen(replace(screen, preferences=Preferences(text_size=TextSize.ELDER)))
    application.processEvents()
    assert window.find("home.next") is not None
    assert window.grab() != before
    window.show_screen(screen)
    application.processEvents()
    assert window.grab() == before


def test_an_idle_warning_takes_the_place_of_the_page_below(window, example, application):
    menu = example("C07-menu")
    window.show_screen(menu)
    application.processEvents()
    assert "王*兰，您好" in words_on(window)
    window.show_screen(example("C98-idle"))
    application.processEvents()
    assert "王*兰，您好" not in words_on(window)
    assert "18" in words_on(window)
    window.show_screen(menu)
    application.processEvents()
    assert "王*兰，您好" in words_on(window)


def test_exit_and_back_never_move(window, application):
    for size in TextSize:
        places = set()
        for name, screen in examples(Language.EN, size).items():
            if name.startswith("C00"):
                continue
            window.show_screen(replace(screen, can_back=True, can_exit=True, idle_warning=None))
            application.processEvents()
            exit_button, back = window.find("bar.exit"), window.find("bar.back")
            places.add((*exit_button.mapToScene(exit_button.boundingRect().center()).toTuple(), exit_button.width()))
            places.add((*back.mapToScene(back.boundingRect().center()).toTuple(), back.width()))
        assert len(places) == 2


def test_the_primary_button_is_at_the_bottom_centre(window, application):
    for size in TextSize:
        places = set()
        for name in ("C05-pin-typed", "C08-table-covered", "C09-digits-full", "C10-confirm", "C12-done", "C98-idle"):
            window.show_screen(examples(Language.ZH, size)[name])
            application.processEvents()
            primary = [
                item
                for item in items(window.view.rootObject())
                if item.inherits("QQuickAbstractButton") and item.property("filled")
            ]
            assert len(primary) == 1, name
            middle = primary[0].mapToScene(primary[0].boundingRect().center())
            places.add((round(middle.x()), round(middle.y())))
        assert len(places) == 1
        assert next(iter(places))[0] == window.view.width() / 2


def test_each_page_has_a_file_and_an_example():
    shown = {name.partition("-")[0] for name in examples(Language.ZH, TextSize.STANDARD)}
    assert shown == {page.value for page in Page} == {page.value for page in FILES}


def test_a_screen_can_be_handed_over_from_any_thread(window, example, qtbot):
    screens = [example("C01-home"), example("C07-menu")]
    arrived: list[tuple[str, threading.Thread]] = []
    window.bridge.arrived.connect(lambda screen: arrived.append((screen.page.value, threading.current_thread())))

    def actor() -> None:
        for screen in screens:
            window.bridge.show(screen)

    thread = threading.Thread(target=actor)
    thread.start()
    thread.join()
    assert arrived == [], "it is queued, never called in the other thread"
    qtbot.waitUntil(lambda: len(arrived) == 2)
    assert arrived == [("C01", threading.main_thread()), ("C07", threading.main_thread())]
    assert window.find("menu.tile.SI-01") is not None


def test_a_view_model_refuses_another_thread(window, example):
    errors: list[Exception] = []

    def actor() -> None:
        try:
            window.show_screen(example("C01-home"))
        except RuntimeError as error:
            errors.append(error)

    thread = threading.Thread(target=actor)
    thread.start()
    thread.join()
    assert len(errors) == 1
    assert "belongs to the GUI thread" in str(errors[0])


def test_a_screen_shown_twice_emits_nothing(window, example):
    screen: Screen = example("C08-table-covered")
    window.show_screen(screen)
    model = window.models[Page.RESULT_TABLE]
    emitted: list[str] = []
    for signal in ("titleChanged", "rowsChanged", "summaryChanged", "coveredChanged", "noticeChanged", "pageChanged"):
        getattr(model, signal).connect(lambda signal=signal: emitted.append(signal))
    window.show_screen(replace(screen))
    assert emitted == []
    window.show_screen(replace(screen, body=replace(screen.body, covered=False)))
    assert emitted == ["summaryChanged", "rowsChanged", "coveredChanged"]


def test_many_emits_leave_the_interpreter_alive(window, example, application: QGuiApplication):
    # PySide6 6.12.0 on Python 3.11 loses a reference to True with each emit and aborts after some hundred
    home, menu = example("C01-home"), example("C07-menu")
    emitted = 0

    def count() -> None:
        nonlocal emitted
        emitted += 1

    window.frame.canBackChanged.connect(count)
    for turn in range(10_000):
        window.frame.swap(replace(window.frame.view, can_back=turn % 2 == 0))
    assert emitted == 10_000
    window.show_screen(home)
    window.show_screen(menu)
    application.processEvents()
    assert window.find("menu.tile.SI-01") is not None
