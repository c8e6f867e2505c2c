"""Sizes and colours are the stricter of the UX guide (section 1) and the accessibility figures (C.2)."""

import math
import re
from itertools import chain

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QColor

from ui.inspection import contrast
from ui.panel import Hall, Panel
from ui.window import QML, TerminalWindow, items

# token: (standard, elder) in millimetres; touch and gap of the elder mode come from C.2, which is stricter
LEAST = {
    "touchPrimary": (20, 25),
    "touchSecondary": (15, 22),
    "gapTouch": (3, 5),
    "caption": (5.5, 7),
    "body": (7, 10),
    "button": (8, 11),
    "title": (12, 16),
    "figure": (14, 18),
}
PAIRS = [
    # ink, ground, least ratio: body text 7, any text 4.5, drawings and borders 3
    ("ink", "paper", 7.0),
    ("ink", "ground", 7.0),
    ("muted", "paper", 7.0),
    ("muted", "ground", 7.0),
    ("pale", "primary", 7.0),
    ("pale", "primaryDeep", 7.0),
    ("paleMuted", "primary", 4.5),
    ("primary", "paper", 7.0),
    ("primary", "primarySoft", 4.5),
    ("primaryDeep", "primarySoft", 7.0),
    ("pale", "danger", 4.5),
    ("danger", "ground", 4.5),
    ("danger", "dangerSoft", 4.5),
    ("ok", "paper", 4.5),
    ("ok", "okSoft", 4.5),
    ("warning", "warningSoft", 7.0),
    ("warning", "paper", 7.0),
    ("disabled", "disabledSoft", 4.5),
    ("disabled", "paper", 4.5),
    ("outline", "paper", 3.0),
    ("outline", "ground", 3.0),
    ("focus", "ground", 3.0),
    ("focus", "paper", 3.0),
    ("slotLight", "slot", 3.0),
]


@pytest.mark.parametrize(("inches", "expected"), [(15.6, 5.56), (21.5, 4.03), (23.8, 3.64), (27.0, 3.21), (32.0, 2.71)])
def test_pixels_in_a_millimetre_come_from_the_configured_diagonal(inches, expected):
    assert Panel(1080, 1920, inches).px_per_mm == pytest.approx(expected, abs=0.01)
    assert Panel(1920, 1080, inches).px_per_mm == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("token", LEAST)
@pytest.mark.parametrize("elder", [False, True])
def test_a_token_is_as_large_as_the_guide_says(window, token, elder):
    window.theme.setProperty("elder", elder)
    px_per_mm = window.theme.property("pxPerMm")
    assert window.theme.property(token) >= math.floor(LEAST[token][elder] * px_per_mm)


@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
@pytest.mark.parametrize("elder", [False, True])
def test_a_pair_of_colours_is_strong_enough(window, ink, ground, least, elder):
    window.theme.setProperty("elder", elder)
    if elder:
        # C.2, elder mode: text 7, controls 4.5
        least = 4.5 if least == 3.0 and ink == "outline" else max(least, 7.0) if least > 3.0 else least
    ratio = contrast(QColor(window.theme.property(ink)), QColor(window.theme.property(ground)))
    assert ratio >= least - 0.05, f"{ink} on {ground}: {ratio:.2f}"


def test_contrast_is_the_ratio_of_wcag():
    assert contrast(QColor("#000000"), QColor("#FFFFFF")) == pytest.approx(21.0)
    assert contrast(QColor("#0B57A4"), QColor("#FFFFFF")) == pytest.approx(7.2, abs=0.05)
    assert contrast(QColor("#777777"), QColor("#777777")) == pytest.approx(1.0)


def moving(window: TerminalWindow) -> list[QObject]:
    """Animations that run now, in any item of the page."""
    return [
        found
        for item in items(window.view.rootObject())
        for found in item.findChildren(QObject)
        if found.inherits("QQuickAbstractAnimation") and found.property("running")
    ]


@pytest.mark.parametrize("name", ["C03-identify", "C13-take"])
@pytest.mark.parametrize("animate", [False, True])
def test_drawings_move_only_where_animation_is_on(application, example, name, animate):
    window = TerminalWindow(Panel(animate=animate), Hall())
    window.show(full_screen=False)
    window.show_screen(example(name))
    application.processEvents()
    assert bool(moving(window)) is animate
    window.close()


def test_nothing_moves_on_standby_all_night(application, example):
    window = TerminalWindow(Panel(animate=True), Hall())
    window.show(full_screen=False)
    window.show_screen(example("C00-standby"))
    application.processEvents()
    assert moving(window) == []
    window.close()


def test_nothing_that_moves_takes_longer_than_300_ms(application):
    window = TerminalWindow(Panel(animate=True), Hall())
    assert 0 < window.theme.property("motion") <= 300
    window.close()


SIZE = re.compile(
    r"(?:[wW]idth|[hH]eight|[mM]argins?|[pP]adding|[sS]pacing|radius|[pP]ixelSize|pointSize|\bx|\by|duration|em)"
    r"\s*:\s*(?!0\s*$)[\d.]+\s*$"
)
COLOUR = re.compile(r'#[0-9A-Fa-f]{3,8}\b|[cC]olor\s*:\s*"(?!transparent")[a-z]+"|Qt\.(?:rgba|hsla|color)\(')


def test_pages_and_controls_hold_no_size_and_no_colour_of_their_own():
    found = [
        f"{file.name}:{number}: {line.strip()}"
        for file in chain(QML.glob("*.qml"), QML.glob("Kiosk/Controls/*.qml"), QML.glob("Kiosk/Pages/*.qml"))
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
        if SIZE.search(line) or COLOUR.search(line) or "Theme.mm(" in line
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    ["    width: 120", "anchors.margins: 8", "font.pixelSize: 24", 'color: "#fff"', 'color: "red"', "spacing: 3.5"],
)
def test_the_rule_against_literals_sees_them(line):
    assert SIZE.search(line) or COLOUR.search(line)


@pytest.mark.parametrize("line", ["    spacing: 0", 'color: "transparent"', "width: parent.width * 0.5", "z: 1"])
def test_the_rule_against_literals_lets_the_harmless_pass(line):
    assert not SIZE.search(line)
    assert not COLOUR.search(line)


def test_every_token_is_used():
    theme = (QML / "Kiosk" / "Theme" / "Theme.qml").read_text("utf-8")
    tokens = set(re.findall(r"property \w+ (\w+)|function (\w+)", theme))
    names = {name for pair in tokens for name in pair if name}
    source = "\n".join(file.read_text("utf-8") for file in QML.rglob("*.qml"))
    # a token may also serve another one, inside Theme.qml itself
    assert {name for name in names if len(re.findall(rf"\b{name}\b", source)) < 2} == set()
