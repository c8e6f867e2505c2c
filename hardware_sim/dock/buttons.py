"""The buttons as data: what stands on them and what they say to the station."""

from __future__ import annotations

import re
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
    Button("拔线", "Unplug", "unplug id-reader"),
    Button("插线", "Plug", "plug id-reader", calm=True),
    Button("恢复正常", "All well", "id-reader ok", calm=True),
)

DIGITS: Final = tuple(Button(digit, digit, f"pin-pad press {digit}", calm=True) for digit in "1234567890")

PIN_PAD: Final = (
    Button("确认", "Enter", "pin-pad press enter", calm=True),
    Button("取消", "Cancel", "pin-pad press cancel", calm=True),
    Button("清除", "Clear", "pin-pad press clear", calm=True),
    Button("拆机", "Tamper", "pin-pad tamper"),
    Button("合壳", "Close case", "pin-pad case-closed", calm=True),
    Button("注入密钥", "Load keys", "pin-pad demo-keys", calm=True),
    Button("电量低", "Battery low", "pin-pad battery-low"),
    Button("自检失败", "Self-test", "pin-pad self-test-failed F2"),
    Button("无应答", "Silence", "pin-pad silence"),
    Button("乱码", "Noise", "pin-pad noise"),
    Button("断电", "Power off", "pin-pad power-off"),
    Button("上电", "Power on", "pin-pad power-on", calm=True),
    Button("拔线", "Unplug", "unplug pin-pad"),
    Button("插线", "Plug", "plug pin-pad", calm=True),
    Button("恢复正常", "All well", "pin-pad ok", calm=True),
)

BARCODE_READER: Final = (
    Button("GS1 样码", "GS1 sample", "scan gs1 (01)06901234567892(21)A7", calm=True),
    Button("GBK 文本", "GBK text", "scan gbk 社会保障卡", calm=True),
    Button("乱码", "Garbage", "barcode-reader garbage 40"),
    Button("文本中断", "Torn", "barcode-reader torn 5"),
    Button("等待触发", "Host mode", "barcode-reader mode host"),
    Button("随时读", "Sense mode", "barcode-reader mode sense", calm=True),
    Button("断电", "Power off", "barcode-reader power-off"),
    Button("上电", "Power on", "barcode-reader power-on", calm=True),
    Button("拔线", "Unplug", "unplug barcode-reader"),
    Button("插线", "Plug", "plug barcode-reader", calm=True),
    Button("恢复正常", "All well", "barcode-reader ok", calm=True),
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
    Button("拔线", "Unplug", "unplug receipt-printer"),
    Button("插线", "Plug", "plug receipt-printer", calm=True),
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
    """One device on the dock.

    `gives` is the word for what personas lay into it: card, id, or nothing. `keys` are digits a person can press;
    `asks` is the phrase a typed text completes, or nothing.
    """

    zh: str
    en: str
    gives: str
    buttons: tuple[Button, ...]
    keys: tuple[Button, ...] = ()
    asks: str = ""


PANELS: Final = {
    "card_reader": Panel("读卡器", "Card reader", "card", CARD_READER),
    "id_reader": Panel("身份证阅读器", "ID card reader", "id", ID_READER),
    "pin_pad": Panel("密码键盘", "PIN pad", "", PIN_PAD, keys=DIGITS),
    "barcode_reader": Panel("扫码器", "Barcode reader", "", BARCODE_READER, asks="scan"),
    "receipt_printer": Panel("凭条打印机", "Receipt printer", "", RECEIPT_PRINTER),
    "a4_printer": Panel("A4 打印机", "A4 printer", "", A4_PRINTER),
}
"""By the device's name in the status document, in the order shown."""


def panels_for_qml() -> list[dict[str, Any]]:
    """The table as plain lists and dictionaries."""
    return [
        asdict(panel)
        | {"buttons": [asdict(button) for button in panel.buttons], "keys": [asdict(key) for key in panel.keys]}
        for panel in PANELS.values()
    ]


def given(panel: Panel, persona: str, inside: str) -> str:
    """The phrase that lays this person's card into the device: what lies there is exchanged, an empty one filled."""
    if panel.gives == "card":
        return f"{'swap' if inside else 'insert'} card {persona}"
    return f"{'swap' if inside else 'place'} id {persona}"


def without_digits(phrase: str) -> str:
    """A phrase as it may be shown: which digit was pressed on the pad is nobody's business."""
    return re.sub(r"^(pin-pad (?:press|type)) \d+$", r"\1 •", phrase)


def personas_for_qml(labels: list[dict[str, str]]) -> list[dict[str, str]]:
    """Key and Chinese word of each persona of the status document."""
    return [{"key": each["key"], "zh": CATEGORIES.get(each["category"], each["category"])} for each in labels]
