"""What a person can ask for by touching the screen: the only way from `ui` into the terminal.

PIN digits are not here: they go into the PIN buffer directly (`drivers.pin_buffer`), and only the count and a one-shot
handle travel as events.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Press(StrEnum):
    """Buttons without an argument."""

    WAKE = "wake"  # first touch on standby; presses nothing under it
    EXIT = "exit"
    BACK = "back"
    CONTINUE = "continue"  # idle warning: 继续办理
    LANGUAGE = "language"  # 中/EN
    TEXT_SIZE = "text_size"  # 长辈版 / 标准版
    CONFIRM = "confirm"
    DECLINE = "decline"
    PRINT = "print"
    UNCOVER = "uncover"  # 显示 for ten seconds
    NEXT_PAGE = "next_page"
    PREVIOUS_PAGE = "previous_page"
    DELETE = "delete"  # a typed digit of a question
    ANOTHER = "another"  # result page: 办理其他业务
    FINISH = "finish"  # result page: 结束并取卡


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button was pressed."""

    press: Press


@dataclass(frozen=True, slots=True)
class ItemChosen:
    """A service tile was pressed."""

    item: str


@dataclass(frozen=True, slots=True)
class OptionChosen:
    """A choice of a question page was pressed."""

    key: str


@dataclass(frozen=True, slots=True)
class DigitTyped:
    """A digit of a question page (never of a PIN), or the point of a figure."""

    digit: str


@dataclass(frozen=True, slots=True)
class Touched:
    """Any touch: activity, nothing else."""


Intent = Pressed | ItemChosen | OptionChosen | DigitTyped | Touched
