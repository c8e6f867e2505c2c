"""The plain dock without a terminal: keys, the menu's machine, and what the screen shows at any size."""

import io
from typing import Any

import pytest
from rich.console import Console

from hardware_sim.dock.buttons import PANELS
from hardware_sim.dock.keys import Keys
from hardware_sim.dock.menu import BACKSPACE, DELETE, ENTER, ESCAPE, LETTERS, Menu, Quit, Say
from hardware_sim.dock.screen import picture
from hardware_sim.dock.wires import Wires
from hardware_sim.station.understanding import understand


def pressed(menu: Menu, keys: str) -> list[Any]:
    return [said for key in keys if (said := menu.press(key)) is not None]


def test_a_digit_chooses_a_device_and_a_letter_says_what_happens(status: dict[str, Any]) -> None:
    menu = Menu()
    menu.know(status)
    assert pressed(menu, "5b") == [Say("receipt-printer paper-out")]
    assert pressed(menu, "q") == []
    assert pressed(menu, "9?z") == []
    assert pressed(menu, "q") == [Quit()]


def test_people_lay_cards_in_and_exchange_what_is_there(status: dict[str, Any]) -> None:
    menu = Menu()
    menu.know(status)
    assert pressed(menu, "1a") == [Say("swap card worker")]
    assert pressed(menu, "q2b") == [Say("place id pensioner")]


def test_at_the_pin_pad_digits_are_its_keys() -> None:
    menu = Menu(device="pin_pad")
    said = [menu.press(key) for key in ("4", "7", BACKSPACE, ENTER, DELETE)]
    assert said == [
        Say("pin-pad press 4"),
        Say("pin-pad press 7"),
        Say("pin-pad press clear"),
        Say("pin-pad press enter"),
        Say("pin-pad press cancel"),
    ]


def test_a_line_takes_any_phrase_and_another_a_text_to_scan() -> None:
    menu = Menu()
    assert pressed(menu, ":card slow 3x") == []
    menu.press(BACKSPACE)
    assert menu.line == "card slow 3"
    assert menu.press(ENTER) == Say("card slow 3")
    assert pressed(menu, "/社会 q") == []
    assert menu.press(ENTER) == Say("scan 社会 q")
    pressed(menu, ":abc")
    menu.press(ESCAPE)
    assert menu.line is None
    assert pressed(menu, ":") == []
    assert menu.press(ENTER) is None


@pytest.mark.parametrize("device", PANELS)
def test_every_choice_has_a_letter_of_its_own_and_is_understood(device: str, status: dict[str, Any]) -> None:
    menu = Menu(device=device)
    menu.know(status)
    choices = menu.choices()
    wanted = len(PANELS[device].buttons) + (2 if PANELS[device].gives else 0)
    assert len(choices) == wanted <= len(LETTERS)
    assert len({choice.key for choice in choices}) == len(choices)
    for choice in choices:
        assert menu.press(choice.key) == Say(choice.say)
        assert callable(understand(choice.say))


def test_keys_are_read_whatever_the_pieces_they_come_in() -> None:
    keys = Keys()
    assert keys.hear("a社".encode()[:2]) == ["a"]
    assert keys.hear("a社".encode()[2:]) == ["社"]
    assert keys.hear(b"\r\x7f\x00") == [ENTER, BACKSPACE]
    assert keys.hear(b"\x1b[3~\x1b[A\x1bOM") == [DELETE, ENTER]
    assert keys.hear(b"\x1b") == []
    assert keys.waiting
    assert keys.quiet() == [ESCAPE]
    assert keys.quiet() == []
    assert keys.hear(b"\x1bq") == [ESCAPE, "q"]
    assert keys.hear(b"\xff\xfeb") == ["b"]


def drawn(menu: Menu, status: dict[str, Any], wires: Wires, size: tuple[int, int], word: str = "") -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=size[0], height=size[1], color_system=None)
    console.print(picture(menu, status, wires, word, width=size[0], height=size[1], command="hardware-sim up"))
    return out.getvalue().splitlines()


@pytest.mark.parametrize("size", [(80, 24), (100, 32), (160, 50)])
@pytest.mark.parametrize("device", [None, *PANELS])
def test_the_screen_shows_devices_choices_and_bytes_and_fits(
    device: str | None, size: tuple[int, int], status: dict[str, Any], entries: list[dict[str, Any]]
) -> None:
    menu, wires = Menu(device=device), Wires()
    menu.know(status)
    wires.add(
        [
            each | {"at": each["at"] + turn, "number": each["number"] + 4 * turn}
            for turn in range(30)
            for each in entries
        ]
    )
    lines = drawn(menu, status, wires, size)
    text = "\n".join(lines)
    assert len(lines) <= size[1]
    assert all(panel.zh in text and panel.en in text for panel in PANELS.values())
    for choice in menu.choices():
        assert f"{choice.key} {choice.zh} {choice.en}" in text
    assert "PIN being typed (2)" in text
    assert "上盖打开" in text
    assert "pin-pad press •" in text
    assert "press 7" not in text


def test_the_screen_says_what_was_done_and_what_is_typed(status: dict[str, Any]) -> None:
    menu = Menu()
    assert "✓ remove card" in drawn(menu, status, Wires(), (100, 30), "✓ remove card")[-1]
    pressed(menu, "/abc")
    assert drawn(menu, status, Wires(), (100, 30))[-1].startswith("scan abc")
    assert "Recording" in drawn(menu, status | {"recording": "a"}, Wires(), (100, 30))[0]


def test_without_a_station_the_screen_says_how_to_start_one() -> None:
    assert "hardware-sim up" in drawn(Menu(), {}, Wires(), (80, 24))


def test_wires_are_shown_newest_first_and_one_device_with_what_people_did(entries: list[dict[str, Any]]) -> None:
    wires = Wires()
    assert wires.add(entries)
    assert not wires.add([])
    assert wires.last == 4
    rows = wires.rows()
    assert [row.arrow for row in rows] == ["←", "☞", "←", "→"]
    assert [row.device for row in rows] == ["密码键盘", "操作", "身份证阅读器", "身份证阅读器"]
    assert rows[2].hex == "AA 96 … 1295 B"
    assert rows[3].hex == "AA AA"
    assert rows[1].zh == "pin-pad press •"
    assert [row.zh for row in wires.rows("pin-pad")] == ["按下数字键", "pin-pad press •"]
    assert len(wires.rows(most=1)) == 1
    card = dict(entries[0], number=5, at=0.2, device="card-reader")
    wires.add([card, dict(card, number=6, device="psam-reader")])
    assert [row.device for row in wires.rows("card-reader")] == ["操作", "PSAM", "读卡器"]
    assert [row.device for row in wires.rows()][-3:] == ["PSAM", "读卡器", "身份证阅读器"]
    wires.forget()
    assert (wires.rows(), wires.last) == ([], 0)
