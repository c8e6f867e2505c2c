"""The guided tour: one citizen, from card to paper to centre, through the real window, drivers, store and gateway.

It touches the window's own buttons where a finger would, keeps a picture of each page as it appears, and fails loudly
when a step's result is not what it should be.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from kiosk.app.core import Core
from kiosk.app.demo.world import World, WorldFailed
from kiosk.app.directory import DataDirectory
from kiosk.screen import Page, Screen
from ui import first_frame
from ui.fonts import load_rare
from ui.panel import Hall, Panel

LIMIT = 30.0
PIN, WRONG_PIN = "123456", "654321"


class TourFailed(Exception):  # noqa: N818 named by the condition
    """A step did not come to what it should."""


class Tour:
    """The window, the core behind it, and the world around both."""

    def __init__(self, world: World, output: Path, fonts: Path, say: Callable[[str], None]) -> None:
        """Starts window and core."""
        self.world = world
        self.output = output
        self.say = say
        self.screen: Screen | None = None
        self._pictures = 0
        self._last: tuple[Any, ...] = ()
        self._frame = first_frame.show(Panel(animate=False), Hall(), fonts, full_screen=False)
        self._window = self._frame.window
        load_rare(fonts)
        data = DataDirectory(world.terminal)
        self.core = Core(data, data.load_settings(), fonts, self._window.bridge.show)
        self._window.attach(self.core.post, self.core.pin_pad)
        self._window.bridge.arrived.connect(self._seen)
        self.core.start()

    def close(self) -> None:
        """End the core; raises the bug that ended it, if one did."""
        self.core.stop()
        self.core.join()
        self._window.close()

    def until(self, page: Page, why: str, more: Callable[[Screen], bool] = lambda _: True) -> Screen:
        """Wait for a page (and a property of it)."""
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            self._breathe()
            if self.screen is not None and self.screen.page is page and more(self.screen):
                return self.screen
        shown = self.screen.page if self.screen else "nothing"
        self._keep("failed")
        raise TourFailed(f"{why}: page {page} was expected, {shown} is shown after {LIMIT:.0f} s")

    def until_other(self, than: Screen, why: str) -> None:
        """Wait until something else is shown."""
        deadline = time.monotonic() + LIMIT
        while self.screen is None or self.screen.body == than.body:
            if time.monotonic() > deadline:
                self._keep("failed")
                raise TourFailed(f"{why}: nothing changed for {LIMIT:.0f} s")
            self._breathe()

    def touch(self, name: str) -> None:
        """Press what a finger would press, in its middle."""
        deadline = time.monotonic() + LIMIT
        before = None
        while time.monotonic() < deadline:
            middle = self._middle(name)
            if middle is not None and middle == before:
                QTest.mouseClick(self._window.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
                return
            before = middle
            self._breathe()
        self._keep("failed")
        shown = self.screen.page if self.screen else "-"
        raise TourFailed(f"there is no {name} that can be pressed on page {shown}")

    def _middle(self, name: str) -> QPoint | None:
        """Where a finger would press it; it has to stand still, for a new page is still being laid out."""
        item = self._window.find(name)
        if item is None or not item.isEnabled():
            return None
        return item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()

    def _breathe(self) -> None:
        """Let the window and the other threads work; QTest.qWait would keep the interpreter to itself."""
        self._frame.application.processEvents()
        time.sleep(0.02)

    def type_pin(self, digits: str) -> None:
        """On the screen's own pad."""
        for digit in digits:
            self.touch(f"pin.key.{digit}")
        self.until(Page.PIN, "typing the PIN", lambda screen: getattr(screen.body, "count", 0) == len(digits))
        self.touch("pin.confirm")

    def check(self, holds: bool, what: str) -> None:
        """A result that has to be so."""
        if not holds:
            self._keep("failed")
            raise TourFailed(what)

    def _seen(self, screen: Screen) -> None:
        self.screen = screen
        body = screen.body
        kind = getattr(body, "kind", None) or getattr(body, "covered", None)
        notice = getattr(body, "notice", None)
        key = (screen.page, type(body), kind, notice and notice.title, screen.preferences, bool(screen.idle_warning))
        if key != self._last:
            self._last = key
            self._keep(_NAMES[screen.page])

    def _keep(self, name: str) -> None:
        self._pictures += 1
        self._window.grab().save(str(self.output / f"{self._pictures:02d}-{name}.png"))


_NAMES = {
    Page.STANDBY: "standby",
    Page.HOME: "home",
    Page.IDENTIFY: "insert-card",
    Page.READING: "reading",
    Page.PIN: "pin",
    Page.MENU: "menu",
    Page.RESULT_TABLE: "record",
    Page.CHECK: "check",
    Page.QUESTION: "question",
    Page.CONFIRM: "confirm",
    Page.PROCESSING: "processing",
    Page.RESULT: "result",
    Page.TAKE_THINGS: "take-your-things",
    Page.GOODBYE: "goodbye",
    Page.IDLE_WARNING: "idle-warning",
    Page.OUT_OF_SERVICE: "out-of-service",
}


def guided_tour(world: World, output: Path, fonts: Path, say: Callable[[str], None]) -> None:
    """The whole walk; leaves everything in `output`."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    say("terminal: window and core")
    tour = Tour(world, output, fonts, say)
    try:
        _retirement_month(tour)
        _contribution_record(tour)
        _certificate(tour)
        _leave(tour)
    finally:
        tour.close()
    _papers(tour)
    _centre(tour)
    _devices(tour)
    say(f"done; everything is in {output}")


def _retirement_month(tour: Tour) -> None:
    tour.until(Page.STANDBY, "starting")
    tour.touch("standby.wake")
    tour.until(Page.HOME, "the first touch")
    tour.say("without a card: when can I retire?")
    tour.touch("home.tile.SI-11")
    tour.until(Page.QUESTION, "retirement month")
    for digit in "196508":
        tour.touch(f"question.key.{digit}")
    tour.touch("question.confirm")
    for key in ("male", "no", "no"):
        _answer(tour, key)
    screen = tour.until(Page.CHECK, "retirement month")
    told = str(screen.body)
    tour.check("2025" in told and "10" in told, "a man born in 1965-08 retires in 2025-10")
    tour.touch("check.print")
    done = tour.until(Page.RESULT, "printing the check")
    tour.check(str(getattr(done.body, "kind", "")) == "done", "the check is proved to be printed")
    tour.touch("result.another")
    tour.until(Page.HOME, "back to the services")


def _answer(tour: Tour, key: str) -> None:
    """Press a choice and wait for what comes after it."""

    def offered(screen: Screen) -> bool:
        return any(option.key == key for option in getattr(screen.body, "options", ()))

    asked = tour.until(Page.QUESTION, f"a question with {key}", offered)
    tour.touch(f"question.option.{key}")
    tour.until_other(asked, f"answering {key}")


def _contribution_record(tour: Tour) -> None:
    tour.say("card in, PIN (one wrong, one right), contribution record, receipt")
    tour.touch("home.tile.SI-02")
    tour.until(Page.IDENTIFY, "choosing the contribution record")
    tour.world.happen("insert card worker")
    first = tour.until(Page.PIN, "reading the card")
    tries = getattr(first.body, "tries_left", None) or 0
    tour.type_pin(WRONG_PIN)
    second = tour.until(Page.PIN, "a wrong PIN", lambda screen: getattr(screen.body, "notice", None) is not None)
    tour.check(getattr(second.body, "tries_left", None) == tries - 1, "a wrong PIN costs one try and the page says so")
    tour.type_pin(PIN)
    screen = tour.until(Page.RESULT_TABLE, "the contribution record")
    tour.check(bool(getattr(screen.body, "rows", ())), "the worker has contributions")
    tour.touch("table.show")
    tour.until(Page.RESULT_TABLE, "uncovering", lambda shown: not getattr(shown.body, "covered", True))
    tour.touch("table.print")
    done = tour.until(Page.RESULT, "printing the receipt")
    tour.check(str(getattr(done.body, "kind", "")) == "done", "the receipt is proved to be printed")
    tour.touch("result.another")
    tour.until(Page.MENU, "another service")


def _certificate(tour: Tour) -> None:
    tour.say("certificate of enrolment on A4")
    tour.touch("menu.tile.SI-04")
    tour.until(Page.CONFIRM, "the certificate")
    tour.touch("confirm.confirm")
    done = tour.until(Page.RESULT, "the certificate")
    tour.check(str(getattr(done.body, "kind", "")) == "done", "the certificate is printed")
    tour.touch("result.finish")


def _leave(tour: Tour) -> None:
    tour.say("card back, goodbye")
    tour.until(Page.TAKE_THINGS, "the end of the session")
    tour.world.happen("remove card")
    tour.until(Page.TAKE_THINGS, "card taken", lambda screen: getattr(screen.body, "can_finish", False))
    tour.touch("take.finish")
    tour.until(Page.STANDBY, "the next person")


def _papers(tour: Tour) -> None:
    """What came out of the printers."""
    receipts = sorted((tour.world.simulator / "receipts").glob("*.txt"))
    tour.check(len(receipts) == 2, f"two receipts came out, not {len(receipts)}")
    for printed, name in zip(receipts, ("check-receipt", "receipt"), strict=True):
        shutil.copy(printed, tour.output / f"{name}.txt")
        shutil.copy(printed.with_suffix(".png"), tour.output / f"{name}.png")
    pages = sorted((tour.world.simulator / "pages").glob("*.pdf"))
    tour.check(len(pages) == 1, f"one certificate came out, not {len(pages)}")
    shutil.copy(pages[0], tour.output / "certificate.pdf")
    verdict = tour.world.run(
        "kiosk",
        "certificate",
        "verify",
        str(tour.output / "certificate.pdf"),
        "--data",
        str(tour.world.terminal),
        "--json",
    )
    (tour.output / "certificate-verdict.json").write_text(verdict, "utf-8")
    tour.say(f"certificate: {json.loads(verdict)['answer']}")


def _centre(tour: Tour) -> None:
    """Everything recorded is at the centre, once."""
    data = _data(tour)
    try:
        sent = json.loads(tour.world.run("kiosk", "sync", "now", *data, "--json"))
    except WorldFailed as error:
        raise TourFailed(str(error)) from error
    tour.check(sent["pending"] == 0, f"{sent['pending']} entries did not reach the centre")
    record = tour.world.run("kiosk-gateway", "records", "--data", str(tour.world.gateway), "--json")
    (tour.output / "gateway-record.json").write_text(record, "utf-8")
    rows = json.loads(record)
    acts = [row["act"]["type"] for row in rows if row["act"]]
    tour.check(
        "record-query" in acts and "certificate-issued" in acts, "the centre holds the query and the certificate"
    )
    refused = [row for row in rows if row["state"] == "refused"]
    tour.check(not refused, f"the centre refused {len(refused)} entries")
    whole = json.loads(tour.world.run("kiosk", "journal", "verify", *data, "--json"))
    tour.check(whole["whole"], "the journal is whole")
    tour.say(f"centre: {len(rows)} entries, {len(acts)} acts, journal whole")


def _devices(tour: Tour) -> None:
    """What a technician sees: the bytes that passed on every wire, and how each device is."""
    tour.say("the dock and the diagnosis, as pictures")
    tour.world.run(
        "hardware-sim", "dock", "--state", str(tour.world.simulator), "--picture", str(tour.output / "dock.png")
    )
    said = tour.world.run(
        "kiosk",
        "diagnose",
        *_data(tour),
        "--picture",
        str(tour.output / "diagnose.png"),
        "--json",
        codes=(0, 1, 3),
    )
    ill = [part["name"] for part in json.loads(said)["parts"] if part["health"] == "ill"]
    tour.check(not ill, f"the diagnosis finds ill: {', '.join(ill)}")


def _data(tour: Tour) -> tuple[str, str]:
    return "--data", str(tour.world.terminal)
