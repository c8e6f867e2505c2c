"""The buttons as data: what stands on them and what they say to the station."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Button:
    """`calm` ones mend something, the others break something."""

    zh: str
    en: str
    say: str
    calm: bool = False


CARD_READER: Final = (
    Button("拔卡", "Remove", "remove card", calm=True),
    Button("银行卡", "Bank card", "insert foreign-card"),
    Button("反向插卡", "Upside-down", "insert card worker upside-down"),
    Button("用到一半拔", "Pull after 3", "pull card after 3"),
    Button("锁定密码", "Lock PIN", "card lock-pin"),
    Button("服务崩溃", "PC/SC crash", "pcsc killed"),
    Button("服务恢复", "PC/SC up", "pcsc up", calm=True),
)

ID_READER: Final = (
    Button("拿走", "Remove", "remove id", calm=True),
    Button("读时拿走", "Lift in read", "lift id during read"),
    Button("无应答", "Silence", "id-reader silence"),
    Button("应答中断", "Torn", "id-reader torn"),
    Button("校验错误", "Checksum", "id-reader bad-checksum"),
    Button("拔线", "Unplug", "id-reader unplug"),
    Button("插线", "Plug", "id-reader plug", calm=True),
    Button("恢复正常", "All well", "id-reader ok", calm=True),
)

RECEIPT_PRINTER: Final = (
    Button("纸将尽", "Paper low", "receipt-printer paper-low"),
    Button("缺纸", "Paper out", "receipt-printer paper-out"),
    Button("开盖", "Cover open", "receipt-printer cover-open"),
    Button("合盖", "Close", "receipt-printer cover-closed", calm=True),
    Button("卡纸", "Jam", "receipt-printer jam"),
    Button("切刀故障", "Cutter", "receipt-printer cutter-error"),
    Button("断电", "Power off", "receipt-printer power-off"),
    Button("上电", "Power on", "receipt-printer power-on", calm=True),
    Button("排除故障", "Clear all", "receipt-printer clear", calm=True),
    Button("取走凭条", "Take receipt", "take receipt", calm=True),
)

A4_PRINTER: Final = (
    Button("缺纸", "Paper out", "a4-printer paper-out"),
    Button("碳粉用尽", "Toner out", "a4-printer toner-out"),
    Button("开盖", "Cover open", "a4-printer cover-open"),
    Button("合盖", "Close", "a4-printer cover-closed", calm=True),
    Button("卡纸", "Jam", "a4-printer jam"),
    Button("关机", "Power off", "a4-printer power-off"),
    Button("开机", "Power on", "a4-printer power-on", calm=True),
    Button("排除故障", "Clear all", "a4-printer clear", calm=True),
)

CATEGORIES: Final = {"worker": "在职", "pensioner": "退休", "resident": "居民"}
"""The short Chinese word for a persona's category; another category shows as it is."""


@dataclass(frozen=True)
class Panel:
    """One device on the dock. `gives` is the word for what personas lay into it: card, id, or nothing."""

    zh: str
    en: str
    gives: str
    buttons: tuple[Button, ...]


PANELS: Final = {
    "card_reader": Panel("读卡器", "Card reader", "card", CARD_READER),
    "id_reader": Panel("身份证阅读器", "ID card reader", "id", ID_READER),
    "receipt_printer": Panel("凭条打印机", "Receipt printer", "", RECEIPT_PRINTER),
    "a4_printer": Panel("A4 打印机", "A4 printer", "", A4_PRINTER),
}
"""By the device's name in the status document, in the order shown."""


def panels_for_qml() -> list[dict[str, Any]]:
    """The table as plain lists and dictionaries."""
    return [asdict(panel) | {"buttons": [asdict(button) for button in panel.buttons]} for panel in PANELS.values()]


def personas_for_qml(labels: list[dict[str, str]]) -> list[dict[str, str]]:
    """Key and Chinese word of each persona of the status document."""
    return [{"key": each["key"], "zh": CATEGORIES.get(each["category"], each["category"])} for each in labels]
