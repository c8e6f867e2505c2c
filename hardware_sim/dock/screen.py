"""The plain dock's picture: devices and their state, the menu, the newest bytes. Pure: data in, rich's tables out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hardware_sim.dock.buttons import PANELS
from hardware_sim.dock.menu import Menu
from hardware_sim.dock.summary import DEVICES
from hardware_sim.dock.wires import ALL, Row, Wires

_MOODS: Final = {"ok": "green", "warn": "yellow", "bad": "bold red"}
_ARROWS: Final = {"→": "cyan", "←": "green", "☞": "yellow"}
_AROUND = 9
"""Lines that are no bytes and no choices: title, blank lines, heads, the line below."""


def picture(
    menu: Menu, status: Mapping[str, Any], wires: Wires, word: str, *, width: int, height: int, command: str
) -> RenderableType:
    """The whole screen. Without a status it says how to start a station."""
    if not status:
        return Group(
            Text("设备尚未启动 The devices are not up", style="bold"), Text(command), Text(""), Text("q 退出 quit")
        )
    choices = _choices(menu)
    columns = max(1, width // (max(len_on_screen(choice) for choice in choices) + 2))
    rows = height - _AROUND - len(PANELS) - (len(choices) + columns - 1) // columns
    return Group(
        _title(status),
        _devices(menu, status),
        Text(""),
        Text(_heading(menu), style="bold"),
        Columns(choices, padding=(0, 2), expand=False, column_first=True, width=None),
        Text(""),
        _wires(menu, wires, max(3, rows)),
        Text(""),
        _below(menu, word),
    )


def len_on_screen(text: Text) -> int:
    """Columns a text takes; a Chinese character takes two."""
    return text.cell_len


def _title(status: Mapping[str, Any]) -> Text:
    title = Text("模拟设备 Simulated devices", style="bold")
    title.append(f"   {status['state_dir']}", style="dim")
    if status.get("recording"):
        title.append("   ● 正在录制 Recording", style="bold red")
    return title


def _devices(menu: Menu, status: Mapping[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for number, (key, panel) in enumerate(PANELS.items(), start=1):
        told = DEVICES[key](status[key])
        name = Text(f"{panel.zh} {panel.en}", style="bold reverse" if key == menu.device else "")
        table.add_row(str(number), name, Text(f"● {told.zh}  {told.en}", style=_MOODS[told.mood]))
    return table


def _heading(menu: Menu) -> str:
    panel = menu.panel
    if panel is None:
        return "选择设备 Choose a device"
    keys = "   0-9 Enter 退格=清除 clear Del=取消 cancel" if menu.device == "pin_pad" else ""
    return f"{panel.zh} {panel.en}{keys}"


def _choices(menu: Menu) -> list[Text]:
    shown = []
    for choice in menu.choices():
        text = Text()
        text.append(f"{choice.key} ", style="bold cyan")
        text.append(f"{choice.zh} ")
        text.append(choice.en, style="dim")
        shown.append(text)
    return shown


def _wires(menu: Menu, wires: Wires, most: int) -> Table:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(justify="right", no_wrap=True, style="dim")
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=3)
    table.add_column(no_wrap=True, overflow="ellipsis", style="dim", ratio=2)
    device = ALL if menu.device is None else menu.device.replace("_", "-")
    for row in wires.rows(device, most):
        table.add_row(row.time, Text(f"{row.arrow} {row.device}", style=_ARROWS[row.arrow]), _meaning(row), row.hex)
    return table


def _meaning(row: Row) -> Text:
    return Text(f"{row.zh}  {row.en}".rstrip())


def _below(menu: Menu, word: str) -> Text:
    if menu.line is not None:
        return Text(f"{menu.prefix or ':'}{menu.line}▏", style="bold")
    back = "退出 quit" if menu.device is None else "返回 back"
    below = Text(f"q {back}   : 任意语句 any phrase   / 扫码 scan a text", style="dim")
    if word:
        below.append(f"   {word}", style="bold" if word.startswith("✓") else "bold red")
    return below
