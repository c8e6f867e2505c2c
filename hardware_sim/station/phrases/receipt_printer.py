"""What can be said of the receipt printer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from hardware_sim.station.phrases.phrase import Act, Phrase

if TYPE_CHECKING:
    from hardware_sim.receipt_printer.printer import ReceiptPrinter
    from hardware_sim.receipt_printer.printer import Said as Sent


def _receipt(hand: Callable[[ReceiptPrinter, float], Sent | None]) -> Act:
    return lambda station, _: station.receipt_printer.tell(hand)


RECEIPT_PRINTER: Final[tuple[Phrase, ...]] = (
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
    Phrase("receipt-printer broken", "不可恢复的故障", "only the maker mends it", _receipt(lambda p, now: p.fail(now))),
    Phrase("receipt-printer hot", "打印头过热", "the head is too hot", _receipt(lambda p, now: p.overheat(now))),
    Phrase("receipt-printer cool", "打印头已冷却", "it has cooled down", _receipt(lambda p, now: p.cool_down(now))),
    Phrase(
        "receipt-printer button-down",
        "按住走纸键",
        "somebody holds the feed button",
        _receipt(lambda p, now: p.press_button(now)),
    ),
    Phrase("receipt-printer button-up", "松开走纸键", "and lets it go", _receipt(lambda p, now: p.release_button(now))),
    Phrase(
        "receipt-printer waits-for-button",
        "等待按键恢复",
        "mended, and waits for the button",
        _receipt(lambda p, now: p.wait_for_button(now)),
    ),
    Phrase("receipt-printer offline", "脱机", "offline by its button", _receipt(lambda p, now: p.switch_offline(now))),
    Phrase("receipt-printer online", "联机", "online again", _receipt(lambda p, now: p.switch_online(now))),
    Phrase("receipt-printer power-off", "断电", "silence", _receipt(lambda p, now: p.power_off())),
    Phrase("receipt-printer power-on", "上电", "power again", _receipt(lambda p, now: p.power_on())),
    Phrase("receipt-printer clear", "排除全部故障", "a technician mends it all", _receipt(lambda p, now: p.clear(now))),
    Phrase("receipt-printer unplug", "拔掉数据线", "its tty goes away", lambda s, a: s.receipt_printer.unplug()),
    Phrase("receipt-printer plug", "插回数据线", "and comes back", lambda s, a: s.receipt_printer.plug()),
)
