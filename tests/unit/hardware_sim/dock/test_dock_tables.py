"""The dock's tables: every button says something a station understands, every state has its words."""

import re
import subprocess
import sys
from typing import Any

import pytest

from hardware_sim.dock import buttons, summary
from hardware_sim.station.understanding import understand

SAID = [button.say for panel in buttons.PANELS.values() for button in (*panel.buttons, *panel.keys)]

CARD: dict[str, Any] = {
    "available": True,
    "card": None,
    "powered": False,
    "pin_tries_left": None,
    "troubles": {},
    "pcscd": 1,
}
ID = {"plugged": True, "card": None, "place": "away", "module": "90", "trouble": "ok", "slow_seconds": 0.0}
RECEIPT = {
    "plugged": True,
    "powered": True,
    "cover_open": False,
    "paper_low": False,
    "paper_out": False,
    "cutter_error": False,
    "jam": False,
    "switched_offline": False,
    "receipts_in_mouth": 0,
}
PAD: dict[str, Any] = {
    "plugged": True,
    "powered": True,
    "keypad": "off",
    "entry": None,
    "typed": 0,
    "master_keys": [0],
    "tampered": False,
    "battery_low": False,
    "self_test": None,
    "trouble": "ok",
    "slow_seconds": 0.0,
}
CODES: dict[str, Any] = {
    "plugged": True,
    "powered": True,
    "mode": "sense",
    "lamp": False,
    "trouble": "ok",
    "slow_seconds": 0.0,
}
A4 = {"powered": True, "silent": False, "state": "idle", "reasons": []}


@pytest.mark.parametrize("say", SAID)
def test_every_button_says_what_a_station_understands(say: str) -> None:
    assert callable(understand(say))


def test_every_panel_has_a_summary_and_the_same_place_in_the_order() -> None:
    assert list(buttons.PANELS) == list(summary.DEVICES)


def test_every_button_has_its_words_in_both_languages() -> None:
    for panel in buttons.PANELS.values():
        for button in panel.buttons:
            assert re.search("[\u4e00-\u9fff]", button.zh)
            assert re.search("[A-Za-z]", button.en)


@pytest.mark.parametrize(
    ("device", "facts", "change", "zh", "en", "mood"),
    [
        ("card_reader", CARD, {}, "无卡", "no card", "ok"),
        ("card_reader", CARD, {"card": "worker"}, "worker 已插入", "is in", "ok"),
        ("card_reader", CARD, {"card": "worker", "powered": True}, "worker 使用中", "in use", "ok"),
        ("card_reader", CARD, {"card": "worker", "pin_tries_left": 0}, "密码已锁", "PIN locked", "warn"),
        ("card_reader", CARD, {"troubles": {"mute": True, "slow": 2.0}}, "卡片异常", "mute, slow 2.0", "warn"),
        ("card_reader", CARD, {"pcscd": None}, "智能卡服务未运行", "PC/SC service down", "bad"),
        ("card_reader", CARD, {"available": False}, "未启用", "not in this station", "warn"),
        ("id_reader", ID, {}, "无证件", "no ID card", "ok"),
        ("id_reader", ID, {"card": "worker", "place": "read"}, "worker 已读取", "read", "ok"),
        ("id_reader", ID, {"trouble": "bad-checksum"}, "应答异常", "bad checksum", "bad"),
        ("id_reader", ID, {"plugged": False, "slow_seconds": 2.0}, "未连接、变慢", "unplugged, slow by 2 s", "bad"),
        ("id_reader", ID, {"module": "66"}, "模块状态 66", "module state 66", "bad"),
        ("pin_pad", PAD, {}, "键盘关", "keys off", "ok"),
        ("pin_pad", PAD, {"keypad": "on"}, "键盘开", "keys on", "ok"),
        ("pin_pad", PAD, {"entry": "typing", "typed": 3}, "正在输入密码（3 位）", "PIN being typed (3)", "ok"),
        ("pin_pad", PAD, {"entry": "timed-out"}, "输入超时", "timed out", "ok"),
        (
            "pin_pad",
            PAD,
            {"tampered": True, "master_keys": []},
            "机壳已拆、无主密钥",
            "case open, no master key",
            "bad",
        ),
        ("pin_pad", PAD, {"battery_low": True}, "电量低", "battery low", "warn"),
        ("pin_pad", PAD, {"self_test": "F2"}, "自检失败 F2", "self-test F2", "bad"),
        ("barcode_reader", CODES, {}, "随时可扫", "ready", "ok"),
        ("barcode_reader", CODES, {"mode": "host"}, "等待触发", "waits", "ok"),
        ("barcode_reader", CODES, {"mode": "host", "lamp": True}, "灯亮，等待扫码", "lamp on", "ok"),
        ("barcode_reader", CODES, {"trouble": "torn"}, "发送异常", "torn", "bad"),
        ("receipt_printer", RECEIPT, {}, "就绪", "ready", "ok"),
        ("receipt_printer", RECEIPT, {"paper_low": True}, "纸将尽", "paper low", "warn"),
        ("receipt_printer", RECEIPT, {"paper_low": True, "paper_out": True}, "缺纸", "paper out", "bad"),
        ("receipt_printer", RECEIPT, {"receipts_in_mouth": 2}, "凭条待取", "receipt to be taken", "warn"),
        ("receipt_printer", RECEIPT, {"jam": True, "cover_open": True}, "上盖打开、卡纸", "cover open, jam", "bad"),
        ("a4_printer", A4, {}, "就绪", "ready", "ok"),
        ("a4_printer", A4, {"state": "processing"}, "打印中", "printing", "ok"),
        ("a4_printer", A4, {"reasons": ["media-low-warning"]}, "纸将尽", "paper low", "warn"),
        (
            "a4_printer",
            A4,
            {"reasons": ["media-empty-error", "toner-low-warning"]},
            "缺纸、碳粉不足",
            "paper out, toner low",
            "bad",
        ),
        ("a4_printer", A4, {"powered": False}, "关机", "power off", "bad"),
        ("a4_printer", A4, {"silent": True}, "不应答", "does not answer", "bad"),
    ],
)
def test_each_state_has_one_line_in_both_languages(
    device: str, facts: dict[str, Any], change: dict[str, Any], zh: str, en: str, mood: str
) -> None:
    assert summary.DEVICES[device](facts | change) == summary.Summary(zh, en, mood)


def test_a_phrase_that_is_shown_names_no_digit_of_the_pad() -> None:
    assert buttons.without_digits("pin-pad press 7") == "pin-pad press •"
    assert buttons.without_digits("pin-pad type 4711") == "pin-pad type •"
    assert buttons.without_digits("pin-pad press enter") == "pin-pad press enter"
    assert buttons.without_digits("card slow 7") == "card slow 7"


@pytest.mark.parametrize(
    ("device", "inside", "phrase"),
    [
        ("card_reader", "", "insert card worker"),
        ("card_reader", "pensioner", "swap card worker"),
        ("id_reader", "", "place id worker"),
        ("id_reader", "worker", "swap id worker"),
    ],
)
def test_what_lies_in_a_reader_is_exchanged(device: str, inside: str, phrase: str) -> None:
    assert buttons.given(buttons.PANELS[device], "worker", inside) == phrase


def test_the_command_line_and_the_plain_dock_need_no_qt() -> None:
    program = "import sys, hardware_sim.cli, hardware_sim.dock.plain; print('PySide6' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
