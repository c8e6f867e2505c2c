"""View models: what a screen becomes on the page, and that only what changed is said."""

from dataclasses import fields, replace

import pytest
from PySide6.QtCore import QObject

from kiosk.screen import Home, Language, Page, Pin, Question, Screen, StatusStrip, TextSize
from kiosk.text import verbatim
from ui.examples import STRIP, TILES, examples
from ui.viewmodels.base import camel, nowhere
from ui.viewmodels.frame import FrameVm
from ui.viewmodels.pin import PinVm
from ui.viewmodels.question import MaskGroup, groups
from ui.viewmodels.table import weight
from ui.viewmodels.tiles import TilesVm


def of(name: str, size: TextSize = TextSize.STANDARD) -> Screen:
    return examples(Language.ZH, size)[name]


def test_every_field_of_a_view_has_a_property_and_a_notify(window):
    for model in (window.frame, *window.models.values()):
        meta = model.metaObject()
        for field in fields(model.blank):
            number = meta.indexOfProperty(camel(field.name))
            assert number >= 0, f"{type(model).__name__}.{field.name}"
            assert meta.property(number).notifySignal().name() == f"{camel(field.name)}Changed".encode()


def test_exactly_the_changed_fields_are_said(application):
    owner = QObject()
    model = PinVm(_Nothing(), nowhere, owner)
    model.show(of("C05-pin"))
    said: list[str] = []
    for field in fields(model.blank):
        getattr(model, f"{camel(field.name)}Changed").connect(lambda name=field.name: said.append(name))
    screen = of("C05-pin")
    model.show(replace(screen, body=replace(screen.body, count=1)))
    assert said == ["count"]
    model.show(replace(screen, body=replace(screen.body, count=4)))
    assert said == ["count", "count", "can_confirm", "confirm_hint"]


class _Nothing:
    def press(self, digit: int) -> None:
        """Not used."""

    erase = clear = confirm = cancel = lambda self: None


@pytest.mark.parametrize(
    ("count", "boxes", "can"), [(0, 6, False), (3, 6, False), (4, 6, True), (6, 6, True), (7, 7, True), (12, 12, True)]
)
def test_six_boxes_are_usual_and_four_to_twelve_digits_allowed(application, count, boxes, can):
    owner = QObject()
    model = PinVm(_Nothing(), nowhere, owner)
    view = model.derive(replace(of("C05-pin"), body=Pin(count, 4, 12, 6, 60)))
    assert (view.boxes, view.can_confirm) == (boxes, can)
    assert bool(view.confirm_hint) is not can


def test_the_tries_left_are_what_the_card_said_or_nothing(application):
    owner = QObject()
    model = PinVm(_Nothing(), nowhere, owner)
    screen = of("C05-pin")
    assert model.derive(screen).tries_text == "还可输入 6 次"
    assert model.derive(replace(screen, body=replace(screen.body, tries_left=None))).tries_text == ""
    assert model.derive(replace(screen, body=replace(screen.body, tries_left=1))).last_try


def test_a_view_model_knows_nothing_of_another_pages_body(window):
    for page, model in window.models.items():
        for name in ("C01-home", "C05-pin", "C08-table-shown", "C12-done"):
            if not name.startswith(page.value) and not (page is Page.MENU and name == "C01-home"):
                assert model.derive(of(name)) == model.blank, (page, name)


def test_tiles_are_turned_four_at_a_time_in_elder_mode_and_a_wipe_forgets_which(application):
    owner = QObject()
    model = TilesVm(nowhere, owner)
    screen = of("C01-home", TextSize.ELDER)
    model.show(screen)
    assert (len(model.view.tiles), model.view.page, model.view.pages) == (4, 1, 2)
    model.nextTiles()
    assert ([tile.item for tile in model.view.tiles], model.view.page) == (["CRD-03"], 2)
    model.nextTiles()
    assert model.view.page == 2
    model.show(screen)
    assert model.view.page == 2, "the same page stays when the screen is drawn again"
    model.wipe()
    model.show(screen)
    assert model.view.page == 1


def test_no_tile_is_lost_by_turning(application):
    owner = QObject()
    model = TilesVm(nowhere, owner)
    many = tuple(replace(TILES[0], item=f"SI-{number:02d}") for number in range(20))
    for size in TextSize:
        model.wipe()
        model.show(replace(of("C01-home", size), body=Home(many)))
        met = [tile.item for tile in model.view.tiles]
        for _ in range(model.view.pages - 1):
            model.nextTiles()
            met += [tile.item for tile in model.view.tiles]
        assert met == [tile.item for tile in many]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", (MaskGroup("年", "", 4, 0), MaskGroup("月", "", 2, -1))),
        ("198", (MaskGroup("年", "198", 4, 3), MaskGroup("月", "", 2, -1))),
        ("1988", (MaskGroup("年", "1988", 4, -1), MaskGroup("月", "", 2, 0))),
        ("198807", (MaskGroup("年", "1988", 4, -1), MaskGroup("月", "07", 2, -1))),
    ],
)
def test_digits_fill_the_letters_of_a_mask(typed, expected):
    assert groups("YYYY-MM", typed, of("C09-digits")) == expected


def test_a_mask_with_other_letters_has_no_labels():
    screen = of("C09-digits")
    assert groups("NNNN", "12", screen) == (MaskGroup("", "12", 4, 2),)
    question = Question(verbatim("?"), None, mask="YYYY-MM-DD", typed="20261122")
    assert [group.digits for group in groups(question.mask, question.typed, screen)] == ["2026", "11", "22"]


def test_columns_are_as_wide_as_their_words_within_bounds():
    assert weight("月份", ["2026-10"]) < weight("险种", ["企业职工基本养老保险"])
    assert weight("a", ["b"]) == weight("c", [""])
    assert weight("长" * 7, []) == weight("长" * 40, [])


@pytest.mark.parametrize(
    ("strip", "pending", "data"),
    [
        (STRIP, "", "数据截至 2026-11-20"),
        (replace(STRIP, pending=2), "待上传 2 笔", "数据截至 2026-11-20"),
        (replace(STRIP, pending=2, oldest_pending="19:05"), "待上传 2 笔，最早 19:05", "数据截至 2026-11-20"),
        (replace(STRIP, data_as_of=None), "", "暂无参保数据"),
    ],
)
def test_the_status_line_counts_what_waits_and_says_how_old_the_data_is(window, strip: StatusStrip, pending, data):
    assert isinstance(window.frame, FrameVm)
    view = window.frame.derive(replace(of("C01-home"), strip=strip))
    assert (view.pending_text, view.data_text) == (pending, data)


def test_back_leads_nowhere_under_an_idle_warning(window):
    screen = replace(of("C98-idle"), can_back=True)
    assert not window.frame.derive(screen).can_back
    assert window.frame.derive(screen).page == "C98"
