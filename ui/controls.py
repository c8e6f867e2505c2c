"""Names of everything that can be pressed: `objectName` = `<page>.<control>`. Tests and the guided tour press by them.

`*` stands for the code of an item, the key of an option or a digit.
"""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.screen import Page

BAR: tuple[str, ...] = ("bar.exit", "bar.back", "bar.size", "bar.language")
"""On every page but C00; Exit and Back only where they lead somewhere."""

CONTROLS: Mapping[Page, tuple[str, ...]] = {
    Page.STANDBY: ("standby.wake",),
    Page.HOME: ("home.tile.*", "home.elder", "home.previous", "home.next"),
    Page.IDENTIFY: (),
    Page.READING: (),
    Page.PIN: ("pin.key.*", "pin.clear", "pin.erase", "pin.cancel", "pin.confirm"),
    Page.MENU: ("menu.tile.*", "menu.previous", "menu.next"),
    Page.RESULT_TABLE: ("table.previous", "table.next", "table.show", "table.print", "table.finish"),
    Page.CHECK: ("check.previous", "check.next", "check.print", "check.step", "check.apply", "check.finish"),
    Page.QUESTION: (
        "question.option.*",
        "question.key.*",
        "question.point",
        "question.erase",
        "question.unsure",
        "question.confirm",
        "question.scroll-up",
        "question.scroll-down",
    ),
    Page.CONFIRM: ("confirm.decline", "confirm.confirm", "confirm.scroll-up", "confirm.scroll-down"),
    Page.PROCESSING: ("processing.scroll-up", "processing.scroll-down"),
    Page.RESULT: ("result.another", "result.finish", "result.scroll-up", "result.scroll-down"),
    Page.TAKE_THINGS: ("take.finish", "take.scroll-up", "take.scroll-down"),
    Page.GOODBYE: (),
    Page.IDLE_WARNING: ("idle.leave", "idle.continue"),
    Page.OUT_OF_SERVICE: (),
}
"""Scroll buttons are there only when the page is longer than its place."""
