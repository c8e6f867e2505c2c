"""The whole vocabulary, declared once: what people and programs can say to a station, and which hand moves then.

A pattern is words and `<places>`; a place takes one word of the kind its name says. The table is the help, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hardware_sim.id_reader.reader import NOT_AUTHORISED, SELF_TEST_FAILED, Trouble

if TYPE_CHECKING:
    # the table alone must not load every device: `do help` and `do` are typed often
    from hardware_sim.id_reader.reader import IdReader
    from hardware_sim.receipt_printer.printer import ReceiptPrinter, Said
    from hardware_sim.station.station import Station

Act = Callable[["Station", Mapping[str, Any]], None]


@dataclass(frozen=True)
class Phrase:
    """One thing that can be said."""

    pattern: str
    zh: str
    en: str
    act: Act


def _id(hand: Callable[[IdReader, Mapping[str, Any]], None]) -> Act:
    return lambda station, said: station.id_reader.tell(lambda reader, _: hand(reader, said))


def _receipt(hand: Callable[[ReceiptPrinter, float], Said | None]) -> Act:
    return lambda station, _: station.receipt_printer.tell(hand)


def _trouble(**fixed: Any) -> Act:
    return lambda station, _: station.bench.trouble(**fixed)


PHRASES: Final[tuple[Phrase, ...]] = (
    # cards
    Phrase(
        "insert card <persona>",
        "插入此人的社保卡",
        "put the person's card in",
        lambda s, a: s.bench.insert(s.persona(a["persona"])),
    ),
    Phrase(
        "insert card <persona> upside-down",
        "反向插卡，无应答",
        "the wrong way round: no answer to reset",
        lambda s, a: s.bench.insert(s.persona(a["persona"]), troubles={"mute": True}),
    ),
    Phrase("insert foreign-card", "插入银行卡", "put a bank card in", lambda s, a: s.bench.insert_foreign()),
    Phrase(
        "swap card <persona>",
        "瞬间换卡",
        "another card in the same moment, faster than the reader looks",
        lambda s, a: s.bench.insert(s.persona(a["persona"]), swap=True),
    ),
    Phrase(
        "swap foreign-card",
        "瞬间换成银行卡",
        "a bank card in the same moment",
        lambda s, a: s.bench.insert_foreign(swap=True),
    ),
    Phrase("remove card", "拔卡", "take the card out", lambda s, a: s.bench.remove()),
    Phrase(
        "pull card after <n>",
        "再答 n 条命令后拔卡",
        "pull it inside the command after n more",
        lambda s, a: s.bench.trouble(pull_after=a["n"]),
    ),
    Phrase(
        "card slow <seconds>",
        "卡片变慢",
        "every command takes longer",
        lambda s, a: s.bench.trouble(slow=a["seconds"]),
    ),
    Phrase(
        "card garbage <count>",
        "后续应答为乱码",
        "the next answers are random bytes",
        lambda s, a: s.bench.trouble(garbage=a["count"]),
    ),
    Phrase(
        "card truncated <count>",
        "后续应答缺字节",
        "the next answers lose their last byte",
        lambda s, a: s.bench.trouble(truncated=a["count"]),
    ),
    Phrase(
        "card ok",
        "卡片恢复正常",
        "end every trouble of the card",
        _trouble(mute=False, pull_after=None, slow=0.0, garbage=0, truncated=0),
    ),
    Phrase("card lock-pin", "用尽密码次数", "use up all tries of its PIN", lambda s, a: s.bench.lock_pin()),
    Phrase("insert psam", "插入 PSAM 卡", "put the PSAM in", lambda s, a: s.bench.insert_psam()),
    Phrase("remove psam", "取出 PSAM 卡", "take the PSAM out", lambda s, a: s.bench.remove("psam")),
    Phrase("pcsc down", "停止智能卡服务", "end the PC/SC service", lambda s, a: s.bench.service("down")),
    Phrase("pcsc killed", "智能卡服务崩溃", "let it crash", lambda s, a: s.bench.service("killed")),
    Phrase("pcsc up", "启动智能卡服务", "start it again", lambda s, a: s.bench.service("up")),
    # resident ID reader
    Phrase("place id <persona>", "放上身份证", "lay the ID card down", lambda s, a: s.place_id(a["persona"])),
    Phrase(
        "swap id <persona>",
        "换另一张身份证",
        "another ID card instead",
        lambda s, a: s.place_id(a["persona"], swap=True),
    ),
    Phrase("remove id", "拿走身份证", "take the ID card away", lambda s, a: s.remove_id()),
    Phrase(
        "lift id during <step>",
        "在 find/select/read 时拿走",
        "it leaves during find, select or read",
        lambda s, a: s.lift_id_during(a["step"]),
    ),
    Phrase("id-reader ok", "恢复正常", "end every trouble", _id(lambda r, a: r.recover())),
    Phrase(
        "id-reader torn",
        "读到一半中断",
        "the document stops in its middle",
        _id(lambda r, a: r.disturb(Trouble.TORN, keep=700)),
    ),
    Phrase(
        "id-reader torn <bytes>",
        "应答中断",
        "answers stop after so many bytes",
        _id(lambda r, a: r.disturb(Trouble.TORN, keep=a["bytes"])),
    ),
    Phrase(
        "id-reader torn <bytes> for <count>",
        "若干次应答中断",
        "only the next answers",
        _id(lambda r, a: r.disturb(Trouble.TORN, keep=a["bytes"], count=a["count"])),
    ),
    Phrase(
        "id-reader bad-checksum",
        "校验错误",
        "answers with a wrong checksum",
        _id(lambda r, a: r.disturb(Trouble.BAD_CHECKSUM)),
    ),
    Phrase(
        "id-reader bad-checksum for <count>",
        "若干次校验错误",
        "only the next answers",
        _id(lambda r, a: r.disturb(Trouble.BAD_CHECKSUM, count=a["count"])),
    ),
    Phrase("id-reader noise", "应答前有杂波", "noise before each answer", _id(lambda r, a: r.disturb(Trouble.NOISE))),
    Phrase("id-reader silence", "无应答", "no answers", _id(lambda r, a: r.disturb(Trouble.SILENCE))),
    Phrase(
        "id-reader silence for <count>",
        "若干次无应答",
        "only the next answers",
        _id(lambda r, a: r.disturb(Trouble.SILENCE, count=a["count"])),
    ),
    Phrase(
        "id-reader slow <seconds>",
        "应答变慢",
        "every answer takes longer",
        _id(lambda r, a: r.slow_down(a["seconds"])),
    ),
    Phrase(
        "id-reader refuse <step> <status>",
        "下一步返回指定状态",
        "answer the next find, select or read with this SW3",
        _id(lambda r, a: r.refuse(a["step"], a["status"])),
    ),
    Phrase(
        "id-reader self-test-failed",
        "模块自检失败",
        "the module is ill (60)",
        _id(lambda r, a: r.set_module_state(SELF_TEST_FAILED)),
    ),
    Phrase(
        "id-reader not-authorised",
        "模块未授权",
        "the module may not work (66)",
        _id(lambda r, a: r.set_module_state(NOT_AUTHORISED)),
    ),
    Phrase("id-reader unplug", "拔掉读卡器", "its tty goes away", lambda s, a: s.id_reader.unplug()),
    Phrase("id-reader plug", "插回读卡器", "and comes back", lambda s, a: s.replug_id_reader()),
    # receipt printer
    Phrase("take receipt", "取走凭条", "take the receipt", lambda s, a: s.take_receipt()),
    Phrase("receipt-printer paper-ok", "装入新纸", "a new roll", _receipt(lambda p, now: p.load_paper(now))),
    Phrase("receipt-printer paper-low", "纸将尽", "the roll is near its end", _receipt(lambda p, now: p.run_low(now))),
    Phrase("receipt-printer paper-out", "缺纸", "no paper", _receipt(lambda p, now: p.run_out(now))),
    Phrase(
        "receipt-printer paper-out without-near-end",
        "缺纸且近端传感器矛盾",
        "no paper, and the near-end sensor contradicts",
        _receipt(lambda p, now: p.run_out(now, near_end_seen=False)),
    ),
    Phrase(
        "receipt-printer paper-left <mm>",
        "只剩若干毫米纸",
        "so much paper is left: ends inside a job",
        lambda s, a: s.receipt_printer.tell(lambda p, _: p.leave_paper(a["mm"])),
    ),
    Phrase("receipt-printer cover-open", "打开上盖", "open the cover", _receipt(lambda p, now: p.open_cover(now))),
    Phrase("receipt-printer cover-closed", "合上上盖", "close the cover", _receipt(lambda p, now: p.close_cover(now))),
    Phrase(
        "receipt-printer cutter-error", "切刀故障", "the cutter is stuck", _receipt(lambda p, now: p.break_cutter(now))
    ),
    Phrase("receipt-printer jam", "卡纸", "paper jam", _receipt(lambda p, now: p.jam(now))),
    Phrase(
        "receipt-printer jam after <bytes>",
        "打印若干字节后卡纸",
        "jam in the middle of a job",
        lambda s, a: s.receipt_printer.tell(lambda p, now: p.jam(now, after_bytes=a["bytes"])),
    ),
    Phrase("receipt-printer offline", "脱机", "offline by its button", _receipt(lambda p, now: p.switch_offline(now))),
    Phrase("receipt-printer online", "联机", "online again", _receipt(lambda p, now: p.switch_online(now))),
    Phrase("receipt-printer power-off", "断电", "silence", _receipt(lambda p, now: p.power_off())),
    Phrase("receipt-printer power-on", "上电", "power again", _receipt(lambda p, now: p.power_on())),
    Phrase("receipt-printer clear", "排除全部故障", "a technician mends it all", _receipt(lambda p, now: p.clear(now))),
    Phrase("receipt-printer unplug", "拔掉数据线", "its tty goes away", lambda s, a: s.receipt_printer.unplug()),
    Phrase("receipt-printer plug", "插回数据线", "and comes back", lambda s, a: s.receipt_printer.plug()),
    # A4 printer
    Phrase("a4-printer paper-ok", "装满纸", "a full tray", lambda s, a: s.a4(lambda p, now: p.paper_ok(now))),
    Phrase("a4-printer paper-low", "纸将尽", "few sheets left", lambda s, a: s.a4(lambda p, now: p.paper_low(now))),
    Phrase("a4-printer paper-out", "缺纸", "no paper", lambda s, a: s.a4(lambda p, now: p.paper_out(now))),
    Phrase(
        "a4-printer sheets <sheets>",
        "只剩若干张纸",
        "so many sheets in the tray",
        lambda s, a: s.a4(lambda p, now: p.set_sheets(a["sheets"], now)),
    ),
    Phrase("a4-printer toner-ok", "更换碳粉", "new toner", lambda s, a: s.a4(lambda p, now: p.toner_ok(now))),
    Phrase("a4-printer toner-low", "碳粉不足", "little toner", lambda s, a: s.a4(lambda p, now: p.toner_low(now))),
    Phrase("a4-printer toner-out", "碳粉用尽", "no toner", lambda s, a: s.a4(lambda p, now: p.toner_out(now))),
    Phrase("a4-printer cover-open", "打开机盖", "open the cover", lambda s, a: s.a4(lambda p, now: p.open_cover(now))),
    Phrase("a4-printer cover-closed", "合上机盖", "close it", lambda s, a: s.a4(lambda p, now: p.close_cover(now))),
    Phrase("a4-printer jam", "卡纸", "paper jam", lambda s, a: s.a4(lambda p, now: p.jam(now))),
    Phrase(
        "a4-printer jam after <pages>",
        "打印若干页后卡纸",
        "jam in the middle of a job",
        lambda s, a: s.a4(lambda p, now: p.jam(now, after_pages=a["pages"])),
    ),
    Phrase(
        "a4-printer slow <seconds>",
        "应答变慢",
        "every answer takes longer",
        lambda s, a: s.a4(lambda p, now: p.slow_down(a["seconds"])),
    ),
    Phrase("a4-printer silence", "不应答", "takes requests, answers none", lambda s, a: s.http.fall_silent()),
    Phrase("a4-printer power-off", "关机", "off: jobs are lost", lambda s, a: s.a4_power_off()),
    Phrase("a4-printer power-on", "开机", "on again", lambda s, a: s.a4_power_on()),
    Phrase("a4-printer clear", "排除全部故障", "a technician mends it all", lambda s, a: s.a4_clear()),
)
