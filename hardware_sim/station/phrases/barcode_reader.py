"""What can be said of the barcode reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from hardware_sim.line_troubles import Trouble
from hardware_sim.station.phrases.phrase import Act, Phrase, Said

if TYPE_CHECKING:
    from hardware_sim.barcode_reader.reader import BarcodeReader


def _code(hand: Callable[[BarcodeReader, Said], None]) -> Act:
    return lambda station, said: station.barcode_reader.tell(lambda reader, _: hand(reader, said))


BARCODE_READER: Final[tuple[Phrase, ...]] = (
    Phrase(
        "scan gs1 <text>",
        "扫描 GS1 码，如 (01)06901234567892(21)A7",
        "a GS1 code, written (01)06901234567892(21)A7",
        lambda s, a: s.scan_gs1(a["text"]),
    ),
    Phrase("scan gbk <text>", "扫描 GBK 文本", "a code with text in GBK", lambda s, a: s.scan_text(a["text"], "gbk")),
    Phrase("scan bytes <hex>", "扫描任意字节", "a code with these bytes", lambda s, a: s.scan(a["hex"])),
    Phrase("scan <text>", "扫描文本（UTF-8）", "a code with this text", lambda s, a: s.scan_text(a["text"], "utf-8")),
    Phrase(
        "barcode-reader make <make>",
        "换成 newland、honeywell 或 gm65",
        "a newland, honeywell or gm65 in its place",
        _code(lambda r, a: r.set_make(a["make"])),
    ),
    Phrase(
        "barcode-reader terminator <terminator>",
        "结尾为 cr、crlf 或 none",
        "texts end with cr, crlf or none",
        _code(lambda r, a: r.set_terminator(a["terminator"])),
    ),
    Phrase(
        "barcode-reader mode <mode>",
        "sense 随时读，host 等程序触发",
        "sense: reads always; host: only when triggered",
        _code(lambda r, a: r.set_mode(a["mode"])),
    ),
    Phrase(
        "barcode-reader garbage <bytes>",
        "发出若干乱码字节",
        "random bytes come over the line",
        lambda s, a: s.barcode_reader.tell(lambda r, now: r.send_garbage(a["bytes"], now)),
    ),
    Phrase(
        "barcode-reader slow <seconds>",
        "变慢",
        "everything it sends is late",
        _code(lambda r, a: r.slow_down(a["seconds"])),
    ),
    Phrase(
        "barcode-reader torn <bytes>",
        "文本中断",
        "texts stop after so many bytes",
        _code(lambda r, a: r.disturb(Trouble.TORN, keep=a["bytes"])),
    ),
    Phrase("barcode-reader silence", "读到也不发送", "sends nothing", _code(lambda r, a: r.disturb(Trouble.SILENCE))),
    Phrase("barcode-reader ok", "恢复正常", "end every trouble", _code(lambda r, a: r.recover())),
    Phrase("barcode-reader power-off", "断电", "silence", _code(lambda r, a: r.power_off())),
    Phrase("barcode-reader power-on", "上电", "power again", _code(lambda r, a: r.power_on())),
)
