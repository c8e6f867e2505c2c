"""The dock's window on a real station: pressed with the mouse, read from the screen."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from hardware_sim.dock.window import DockWindow
from hardware_sim.pin_pad.frames import frame
from hardware_sim.station.control import Control
from hardware_sim.station.station import Station

RECEIPT = b"\x1b@\x1c&\x1ba\x01\x1d!\x11" + "社会保障\n".encode("gb18030") + b"\x1d!\x00receipt\n\n\x1dVB\x40"


def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "did not come about"
        # not QTest.qWait: it keeps Python's lock, and the station's threads live in this process
        QGuiApplication.processEvents()
        time.sleep(0.01)


@pytest.fixture(scope="session")
def qapp_cls() -> type[QGuiApplication]:
    return QGuiApplication


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hs-") as name:
        yield Path(name)


@pytest.fixture
def station(folder: Path) -> Iterator[Station]:
    made = Station(folder, pace=0, cards=False)
    control = Control(made, made.places.control, lambda: None)
    yield made
    control.close()
    made.close()


@pytest.fixture
def dock(qapp: QGuiApplication, folder: Path) -> Iterator[DockWindow]:
    shown = DockWindow(folder / "control.sock")
    yield shown
    shown.close()


def items(root: QQuickItem) -> Iterator[QQuickItem]:
    for child in root.childItems():
        yield child
        yield from items(child)


def button(dock: DockWindow, say: str) -> QQuickItem:
    return next(item for item in items(dock.window.contentItem()) if item.property("say") == say)


def press(dock: DockWindow, say: str) -> None:
    item = button(dock, say)
    # a frame drawn is a layout done: before it the button may still stand elsewhere
    dock.window.grabWindow()
    devices = next(each for each in items(dock.window.contentItem()) if each.objectName() == "devices")
    below = item.mapToItem(devices, QPoint(0, round(item.height()))).y() - devices.height()
    if below > 0:
        # as a person scrolls
        devices.setProperty("contentY", devices.property("contentY") + below + 20)
        dock.window.grabWindow()
    middle = item.mapToScene(QPoint(round(item.width() / 2), round(item.height() / 2)))
    QTest.mouseClick(dock.window, Qt.MouseButton.LeftButton, pos=middle.toPoint())


def texts(dock: DockWindow) -> list[str]:
    return [str(item.property("text")) for item in items(dock.window.contentItem()) if item.property("text")]


def test_a_press_reaches_the_device_and_the_window_shows_it(station: Station, dock: DockWindow) -> None:
    until(lambda: bool(dock.link.property("connected")))
    press(dock, "place id worker")
    until(lambda: any("worker 已放上" in text for text in texts(dock)))
    assert station.status().id_reader.card == "worker"
    assert button(dock, "swap id worker").property("chosen") is True
    press(dock, "swap id pensioner")
    until(lambda: any("pensioner 已放上" in text for text in texts(dock)))
    press(dock, "receipt-printer paper-out")
    until(lambda: any("缺纸" in text and "paper out" in text for text in texts(dock)))


def test_a_refusal_is_shown_in_its_own_words(station: Station, dock: DockWindow) -> None:
    until(lambda: bool(dock.link.property("connected")))
    press(dock, "take receipt")
    until(lambda: "There is no receipt in the mouth of the printer." in texts(dock))
    assert dock.link.property("refused") is True


def test_the_newest_receipt_is_on_the_screen(station: Station, dock: DockWindow) -> None:
    until(lambda: bool(dock.link.property("connected")))

    def ink() -> int:
        """Dark dots where the paper lies."""
        image = dock.window.grabWindow().convertToFormat(QImage.Format.Format_Grayscale8)
        paper = image.copy(image.width() - 490, image.height() - 300, 460, 180)
        return sum(value < 110 for value in bytes(paper.constBits()))

    until(lambda: "尚未打印\nNothing printed yet" in texts(dock))
    station.receipt_printer.tell(lambda printer, now: printer.feed(RECEIPT, now))
    until(lambda: "凭条 1 receipts · A4 文件 0 papers" in texts(dock))
    until(lambda: ink() > 300)


def test_a_dock_without_station_says_how_to_start_it_and_connects_later(dock: DockWindow, folder: Path) -> None:
    until(lambda: f"hardware-sim up --state {folder}" in texts(dock))
    assert dock.link.property("connected") is False
    station = Station(folder, pace=0, cards=False)
    control = Control(station, station.places.control, lambda: None)
    until(lambda: bool(dock.link.property("connected")))
    control.close()
    station.close()
    until(lambda: not dock.link.property("connected"))


@pytest.mark.parametrize("size", [(1240, 940), (1080, 700)])
def test_no_word_is_cut_off_at_any_size_it_allows(station: Station, dock: DockWindow, size: tuple[int, int]) -> None:
    station.place_id("rare-name")
    station.receipt_printer.tell(lambda printer, now: printer.run_low(now))
    station.a4(lambda printer, now: printer.toner_low(now))
    dock.window.resize(*size)
    until(lambda: any("rare-name" in text and "lies there" in text for text in texts(dock)))
    for item in items(dock.window.contentItem()):
        if item.property("text") and item.isVisible() and item.property("truncated") is not None:
            assert item.property("truncated") is False, item.property("text")


def entry(dock: DockWindow) -> QQuickItem:
    found = (item for item in items(dock.window.contentItem()) if item.objectName() == "entry")
    return next(item for item in found if item.isVisible())


def test_what_passes_on_a_wire_is_shown_in_words_and_can_be_had_for_one_device(
    station: Station, dock: DockWindow
) -> None:
    until(lambda: bool(dock.link.property("connected")))
    assert "尚无通信\nNothing has passed yet" in texts(dock)
    with serial.Serial(str(station.places.id_reader), 115200, timeout=5) as port:
        port.write(bytes.fromhex("AAAAAA96690003200122"))
        assert len(port.read(11)) == 11
    until(lambda: {"寻卡", "find", "no card"} <= set(texts(dock)))
    assert "AA AA AA 96 69 00 03 20 01 22" in texts(dock)
    dock.link.watch("pin-pad")
    until(lambda: "寻卡" not in texts(dock))
    dock.link.watch("")
    until(lambda: "寻卡" in texts(dock))


def test_keys_of_the_pad_are_pressed_and_no_digit_is_shown(station: Station, dock: DockWindow) -> None:
    until(lambda: bool(dock.link.property("connected")))
    with serial.Serial(str(station.places.pin_pad), 9600, timeout=5) as port:
        port.write(frame(0x45, b"\x02"))
        assert port.read(8) == frame(0x04)
        press(dock, "pin-pad press 7")
        until(lambda: port.in_waiting == 1)
        assert port.read(1) == b"7"
    until(lambda: "✓ pin-pad press •" in texts(dock))
    assert not any("press 7" in text for text in texts(dock))


def test_a_text_that_is_typed_is_scanned(station: Station, dock: DockWindow) -> None:
    until(lambda: bool(dock.link.property("connected")))
    with serial.Serial(str(station.places.barcode_reader), 9600, timeout=5) as port:
        entry(dock).setProperty("text", "社会 保障")
        press(dock, "scan")
        until(lambda: port.in_waiting == 14)
        assert port.read(14).decode() == "社会 保障\r"


def test_a_picture_of_the_window_needs_no_display(station: Station, folder: Path, tmp_path: Path) -> None:
    station.place_id("worker")
    command = [sys.executable, "-m", "hardware_sim.cli", "dock", "--state"]
    blind = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    for state, code in ((folder, 0), (folder / "none", 3)):
        file = tmp_path / f"{code}.png"
        done = subprocess.run([*command, str(state), "--picture", str(file)], env=blind, timeout=60, check=False)
        assert done.returncode == code
        assert file.exists() == (code == 0)
    image = QImage(str(tmp_path / "0.png"))
    assert (image.width(), image.height()) == (1240, 940)
    shades = {image.pixel(x, y) for x in range(0, 1240, 7) for y in range(0, 940, 7)}
    assert len(shades) > 20, "something is drawn"


def test_without_a_display_the_command_says_so(folder: Path) -> None:
    blind = {
        name: value
        for name, value in os.environ.items()
        if name not in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    }
    done = subprocess.run(
        [sys.executable, "-m", "hardware_sim.cli", "dock", "--state", str(folder)],
        capture_output=True,
        text=True,
        env=blind,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    assert "no display" in done.stderr
