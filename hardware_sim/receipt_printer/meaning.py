"""What the bytes between host and receipt printer mean, in words."""

from __future__ import annotations

from hardware_sim.meaning import Direction, FramesDecoder, Piece
from hardware_sim.receipt_printer.stream import Character, Command, Stream
from hardware_sim.receipt_printer.stream import Piece as Cut

COMMANDS: dict[bytes, tuple[str, str]] = {
    b"\x1b@": ("初始化", "initialise"),
    b"\x1ba": ("对齐", "align"),
    b"\x1bE": ("加粗", "bold"),
    b"\x1b!": ("打印模式", "print mode"),
    b"\x1d!": ("字号", "size"),
    b"\x1c!": ("汉字模式", "Chinese print mode"),
    b"\x1c&": ("汉字开", "Chinese on"),
    b"\x1c.": ("汉字关", "Chinese off"),
    b"\x1bd": ("走纸若干行", "feed lines"),
    b"\x1bJ": ("走纸", "feed"),
    b"\x1b2": ("默认行距", "default line spacing"),
    b"\x1b3": ("行距", "line spacing"),
    b"\x1b-": ("下划线", "underline"),
    b"\x1bR": ("国际字符集", "international set"),
    b"\x1bt": ("代码页", "code page"),
    b"\x1dV": ("切纸", "cut"),
    b"\x1bi": ("全切", "full cut"),
    b"\x1bm": ("半切", "partial cut"),
    b"\x1dv": ("图片", "picture"),
    b"\x1d(": ("二维码", "QR code"),
    b"\x1dr": ("排队查询状态", "queued status request"),
    b"\x1da": ("自动状态返回", "automatic status back"),
    b"\x1de": ("出纸口", "presenter"),
    b"\x1bv": ("查询纸", "paper status request"),
    b"\x10\x04": ("实时查询状态", "real-time status request"),
    b"\x10\x14": ("钱箱脉冲", "drawer pulse"),
}
_FLOW = {0x11: ("可继续发送", "send on (XON)"), 0x13: ("请暂停发送", "stop sending (XOFF)")}


class ReceiptPrinterDecoder(FramesDecoder):
    """Commands one by one, runs of text together; status bytes by the masks that tell them apart."""

    def __init__(self) -> None:
        super().__init__()
        self._stream = Stream(chinese_at_start=False)
        self._begun = b""

    def hear(self, direction: Direction, data: bytes) -> list[Piece]:
        if direction is Direction.FROM_DEVICE:
            return super().hear(direction, data)
        self._begun += data
        pieces: list[Piece] = []
        text = b""
        for cut in self._stream.add(data):
            raw, self._begun = self._begun[: cut.size], self._begun[cut.size :]
            if isinstance(cut, Character) and (len(raw) > 1 or raw >= b" "):
                text += raw
                continue
            if text:
                pieces.append(_text(text))
                text = b""
            pieces.append(_command(cut, raw))
        return [*pieces, _text(text)] if text else pieces

    def rest(self) -> list[tuple[Direction, Piece]]:
        left = super().rest()
        if self._begun:
            left.append((Direction.TO_DEVICE, self.unfinished(self._begun)))
        self._begun = b""
        self._stream.forget()
        return left

    def size(self, direction: Direction, held: bytes) -> int:
        if held[0] & 0x93 != 0x10 or held[0] in _FLOW:
            return 1
        return 4 if len(held) >= 4 else 0

    def explain(self, direction: Direction, data: bytes) -> Piece:
        first = data[0]
        if first in _FLOW and len(data) == 1:
            return Piece(data, *_FLOW[first])
        if len(data) == 4:
            zh, en = _troubles(data)
            return Piece(data, f"状态：{zh}", f"status: {en}")
        if first & 0x93 == 0x12:
            well = ("正常", "fine") if first == 0x12 else ("有情况", "something is set")
            return Piece(data, f"实时状态 {first:02X}：{well[0]}", f"real-time status {first:02X}: {well[1]}")
        return Piece(data, f"排队状态 {first:02X}，此前均已打印", f"queued status {first:02X}: all before is printed")


def _text(raw: bytes) -> Piece:
    found = raw.decode("gb18030", "replace")
    return Piece(raw, f"文字 «{found}»", f"text, {len(raw)} bytes")


def _command(cut: Cut, raw: bytes) -> Piece:
    if isinstance(cut, Command):
        zh, en = COMMANDS.get(cut.code, ("命令", "command"))
        short = f" {cut.args.hex(' ').upper()}" if 0 < len(cut.args) <= 2 else ""
        return Piece(raw, zh + short, en + short)
    if raw == b"\n":
        return Piece(raw, "换行", "line feed")
    return Piece(raw, "控制字符", "control character") if isinstance(cut, Character) else Piece(raw, "未知", "unknown")


def _troubles(data: bytes) -> tuple[str, str]:
    """The four bytes of 1D 61."""
    bits = (
        (data[0] & 0x20, "上盖打开", "cover open"),
        (data[1] & 0x04, "可恢复的故障", "recoverable error"),
        (data[1] & 0x08, "切刀故障", "cutter error"),
        (data[1] & 0x20, "不可恢复的故障", "unrecoverable error"),
        (data[2] & 0x0C, "缺纸", "paper end"),
        (data[2] & 0x03 and not data[2] & 0x0C, "纸将尽", "paper near end"),
        (data[0] & 0x08, "脱机", "offline"),
    )
    found = [(zh, en) for bit, zh, en in bits if bit]
    if not found:
        return "正常", "fine"
    return "、".join(zh for zh, _ in found), ", ".join(en for _, en in found)
