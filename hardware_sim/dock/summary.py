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
    "receipt_printer": receipt_printer,
    "a4_printer": a4_printer,
}
"""By the device's name in the status document, in the order of the panels."""
