"""What can be said of the A4 printer."""

from __future__ import annotations

from typing import Final

from hardware_sim.station.phrases.phrase import Phrase

A4_PRINTER: Final[tuple[Phrase, ...]] = (
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
