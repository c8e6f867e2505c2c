"""What is wrong with the page on the glass: found by walking its items, and by looking at the picture.

Pictures and tests ask it. It knows nothing of any page; it holds the rules that every page must keep: nothing cut off,
nothing outside, nothing on top of one another, large enough to touch, strong enough to read, with a name for the ear.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtQuick import QQuickItem

from ui.window import TerminalWindow

SLACK = 1.5  # pixels: layouts round
# essential controls are in the lower 60 % of a portrait panel
REACH = 0.4


@dataclass(frozen=True, slots=True)
class Placed:
    """An item and the part of it that is on the glass."""

    item: QQuickItem
    whole: QRectF
    seen: QRectF

    @property
    def words(self) -> str:
        """What to call it in a finding."""
        return f"{self.item.objectName() or self.item.metaObject().className()} {self.item.property('text') or ''!r}"


def findings(window: TerminalWindow) -> list[str]:
    """Everything wrong with the page shown now; empty if nothing is. Animations must be off."""
    # first the picture: layouts settle when a frame is drawn
    image = window.grab()
    root = window.view.rootObject()
    glass = QRectF(0, 0, root.width(), root.height())
    placed = list(_placed(root, glass))
    texts = [each for each in placed if each.item.inherits("QQuickText") and each.item.property("text")]
    buttons = [each for each in placed if _is_button(each.item)]
    found = [finding for each in texts for finding in _text(each, glass)]
    found += [finding for each in buttons for finding in _button(each, glass, window)]
    found += _on_top(texts, buttons)
    found += _crowded(buttons, window)
    least = 7.0 if window.theme.property("elder") else 4.5
    found += [finding for each in texts for finding in _faint(each, image, least)]
    return found


def _placed(item: QQuickItem, clip: QRectF) -> Iterator[Placed]:
    if not item.isVisible() or item.opacity() == 0:
        return
    whole = item.mapRectToScene(item.boundingRect())
    seen = whole.intersected(clip)
    if whole.isEmpty() or not seen.isEmpty():
        yield Placed(item, whole, seen)
        for child in item.childItems():
            yield from _placed(child, seen if item.clip() else clip)


def _is_button(item: QQuickItem) -> bool:
    return item.inherits("QQuickAbstractButton") or item.inherits("QQuickMouseArea")


def _scrolled(item: QQuickItem) -> bool:
    above = item.parentItem()
    while above is not None:
        if above.inherits("QQuickFlickable"):
            return True
        above = above.parentItem()
    return False


def _outside(each: Placed, glass: QRectF) -> bool:
    allowed = glass.adjusted(-SLACK, -SLACK, SLACK, SLACK)
    if _scrolled(each.item):
        return each.whole.left() < allowed.left() or each.whole.right() > allowed.right()
    return not allowed.contains(each.whole)


def _text(each: Placed, glass: QRectF) -> Iterator[str]:
    item = each.item
    if item.property("truncated"):
        yield f"{each.words}: cut short"
    if item.property("contentWidth") > item.width() + SLACK:
        yield f"{each.words}: wider than its place"
    if item.property("contentHeight") > item.height() + SLACK:
        yield f"{each.words}: higher than its place"
    if _outside(each, glass):
        yield f"{each.words}: outside the window"


def _button(each: Placed, glass: QRectF, window: TerminalWindow) -> Iterator[str]:
    item = each.item
    main = item.property("kind") == "primary"
    least = window.theme.property("touchPrimary" if main else "touchSecondary")
    if item.width() < least - SLACK or item.height() < least - SLACK:
        yield f"{each.words}: {item.width():.0f} x {item.height():.0f} is too small to touch, {least} is needed"
    if _outside(each, glass):
        yield f"{each.words}: outside the window"
    if not _scrolled(item) and each.whole.bottom() < glass.height() * REACH:
        yield f"{each.words}: out of reach"
    if not item.objectName():
        yield f"{each.words}: without an objectName"
    spoken = QAccessible.queryAccessibleInterface(item)
    if spoken is None or not spoken.text(QAccessible.Text.Name):
        yield f"{each.words}: without an accessible name"
    elif not item.isEnabled() and not _why(item):
        yield f"{each.words}: off without a reason"


def _why(item: QQuickItem) -> str:
    """Why a button is off; keys of a pad that is off as a whole need no reason each."""
    spoken = QAccessible.queryAccessibleInterface(item)
    above = item.parentItem()
    whole_pad_off = above is not None and not above.isEnabled()
    return "the pad is off" if whole_pad_off else spoken.text(QAccessible.Text.Description)


def _on_top(texts: list[Placed], buttons: list[Placed]) -> Iterator[str]:
    for text, other in combinations(texts, 2):
        if _overlap(text, other):
            yield f"{text.words}: on top of {other.words}"
    for button in buttons:
        if button.item.inherits("QQuickMouseArea"):
            continue
        for text in texts:
            if not button.item.isAncestorOf(text.item) and _overlap(text, button):
                yield f"{text.words}: on top of {button.words}"


def _overlap(one: Placed, other: Placed) -> bool:
    common = one.seen.intersected(other.seen)
    return common.width() > SLACK and common.height() > SLACK


def _crowded(buttons: list[Placed], window: TerminalWindow) -> Iterator[str]:
    gap = window.theme.property("gapTouch") - SLACK
    for one, other in combinations([each for each in buttons if not each.item.inherits("QQuickMouseArea")], 2):
        if one.seen.adjusted(-gap, -gap, gap, gap).intersects(other.seen):
            yield f"{one.words}: closer than {gap:.0f} to {other.words}"


def _faint(each: Placed, image: QImage, least: float) -> Iterator[str]:
    ink = QColor(each.item.property("color"))
    area = each.seen.toAlignedRect().intersected(image.rect())
    if area.width() < 2 or area.height() < 2:
        return
    step = max(1, min(area.width(), area.height()) // 24)
    colours = Counter(
        image.pixel(x, y)
        for y in range(area.top(), area.bottom(), step)
        for x in range(area.left(), area.right(), step)
    )
    ground = next((QColor(pixel) for pixel, _ in colours.most_common() if contrast(QColor(pixel), ink) > 1.1), ink)
    if contrast(ink, ground) < least:
        yield f"{each.words}: contrast {contrast(ink, ground):.1f} on {ground.name()}, {least} is needed"


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2.2 contrast ratio of two opaque colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())
