"""One line per device for the dock: how it is, in both languages, and whether that is well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Summary:
    """`mood` is ok, warn or bad: never shown by colour alone, the words say the same."""

    zh: str
    en: str
    mood: str


def _joined(found: list[tuple[str, str, str]], well: tuple[str, str]) -> Summary:
    if not found:
        return Summary(*well, "ok")
    mood = "bad" if any(mood == "bad" for _, _, mood in found) else "warn"
    return Summary("、".join(zh for zh, _, _ in found), ", ".join(en for _, en, _ in found), mood)


def card_reader(facts: Mapping[str, Any]) -> Summary:
    found = []
    if not facts["available"]:
        return Summary("未启用", "not in this station", "warn")
    if facts["pcscd"] is None:
        found.append(("智能卡服务未运行", "PC/SC service down", "bad"))
    if facts["troubles"]:
        words = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts["troubles"].items())
        found.append(("卡片异常", words.replace(" True", ""), "warn"))
    if facts["pin_tries_left"] == 0:
        found.append(("密码已锁", "PIN locked", "warn"))
    if facts["card"] is None:
        return _joined(found, ("无卡", "no card"))
    if facts["powered"]:
        return _joined(found, (f"{facts['card']} 使用中", "in use"))
    return _joined(found, (f"{facts['card']} 已插入", "is in"))


def id_reader(facts: Mapping[str, Any]) -> Summary:
    found = []
    if not facts["plugged"]:
        found.append(("未连接", "unplugged", "bad"))
    if facts["module"] != "90":
        found.append((f"模块状态 {facts['module']}", f"module state {facts['module']}", "bad"))
    if facts["trouble"] != "ok":
        found.append(("应答异常", facts["trouble"].replace("-", " "), "bad"))
    if facts["slow_seconds"]:
        found.append(("变慢", f"slow by {facts['slow_seconds']:g} s", "warn"))
    if facts["card"] is None:
        return _joined(found, ("无证件", "no ID card"))
    steps = {"found": ("已寻到", "found"), "selected": ("已选中", "selected"), "read": ("已读取", "read")}
    zh, en = steps.get(facts["place"], ("已放上", "lies there"))
    return _joined(found, (f"{facts['card']} {zh}", en))


_ENTRY = {
    "typing": ("正在输入密码", "PIN being typed"),
    "entered": ("密码已输入", "PIN entered"),
    "cancelled": ("已取消", "cancelled"),
    "timed-out": ("输入超时", "timed out"),
}


def pin_pad(facts: Mapping[str, Any]) -> Summary:
    conditions = (
        (not facts["powered"], "断电", "power off", "bad"),
        (not facts["plugged"], "未连接", "unplugged", "bad"),
        (facts["self_test"] is not None, f"自检失败 {facts['self_test']}", f"self-test {facts['self_test']}", "bad"),
        (facts["tampered"], "机壳已拆", "case open", "bad"),
        (not facts["master_keys"], "无主密钥", "no master key", "bad"),
        (facts["trouble"] != "ok", "应答异常", facts["trouble"].replace("-", " "), "bad"),
        (facts["slow_seconds"] > 0, "变慢", f"slow by {facts['slow_seconds']:g} s", "warn"),
        (facts["battery_low"], "电量低", "battery low", "warn"),
    )
    well = ("键盘关", "keys off") if facts["keypad"] in ("off", "system") else ("键盘开", "keys on")
    if facts["entry"] is not None:
        zh, en = _ENTRY[facts["entry"]]
        well = (f"{zh}（{facts['typed']} 位）", f"{en} ({facts['typed']})") if facts["typed"] else (zh, en)
    return _joined([(zh, en, mood) for holds, zh, en, mood in conditions if holds], well)


def barcode_reader(facts: Mapping[str, Any]) -> Summary:
    conditions = (
        (not facts["powered"], "断电", "power off", "bad"),
        (not facts["plugged"], "未连接", "unplugged", "bad"),
        (facts["trouble"] != "ok", "发送异常", facts["trouble"].replace("-", " "), "bad"),
        (facts["slow_seconds"] > 0, "变慢", f"slow by {facts['slow_seconds']:g} s", "warn"),
    )
    waits = facts["mode"] == "host"
    well = ("灯亮，等待扫码", "lamp on") if facts["lamp"] else ("等待触发", "waits") if waits else ("随时可扫", "ready")
    return _joined([(zh, en, mood) for holds, zh, en, mood in conditions if holds], well)


def receipt_printer(facts: Mapping[str, Any]) -> Summary:
    conditions = (
        (not facts["powered"], "断电", "power off", "bad"),
        (not facts["plugged"], "未连接", "unplugged", "bad"),
        (facts["cover_open"], "上盖打开", "cover open", "bad"),
        (facts["paper_out"], "缺纸", "paper out", "bad"),
        (facts["jam"], "卡纸", "jam", "bad"),
        (facts["cutter_error"], "切刀故障", "cutter error", "bad"),
        (facts["switched_offline"], "脱机", "offline", "bad"),
        (facts["paper_low"] and not facts["paper_out"], "纸将尽", "paper low", "warn"),
        (facts["receipts_in_mouth"] > 0, "凭条待取", "receipt to be taken", "warn"),
    )
    return _joined([(zh, en, mood) for holds, zh, en, mood in conditions if holds], ("就绪", "ready"))


_REASONS = {
    "media-empty-error": ("缺纸", "paper out", "bad"),
    "media-jam-error": ("卡纸", "jam", "bad"),
    "cover-open-error": ("机盖打开", "cover open", "bad"),
    "toner-empty-error": ("碳粉用尽", "toner out", "bad"),
    "media-low-warning": ("纸将尽", "paper low", "warn"),
    "toner-low-warning": ("碳粉不足", "toner low", "warn"),
}


def a4_printer(facts: Mapping[str, Any]) -> Summary:
    if not facts["powered"]:
        return Summary("关机", "power off", "bad")
    found = [_REASONS[reason] for reason in facts["reasons"]]
    if facts["silent"]:
        found.append(("不应答", "does not answer", "bad"))
    well = ("打印中", "printing") if facts["state"] == "processing" else ("就绪", "ready")
    return _joined(found, well)


DEVICES: Final[dict[str, Callable[[Mapping[str, Any]], Summary]]] = {
    "card_reader": card_reader,
    "id_reader": id_reader,
    "pin_pad": pin_pad,
    "barcode_reader": barcode_reader,
    "receipt_printer": receipt_printer,
    "a4_printer": a4_printer,
}
"""By the device's name in the status document, in the order of the panels."""
