"""What the bytes between host and barcode reader mean, in words, for every make at once.

A text has no frame: what is sent together belongs together.
"""

from __future__ import annotations

from hardware_sim.barcode_reader import gm65, honeywell, newland
from hardware_sim.meaning import Direction, FramesDecoder, Piece

TO_READER: tuple[tuple[bytes, str, str], ...] = (
    (newland.ENTER, "进入设置", "enter settings"),
    (newland.LEAVE, "退出设置", "leave settings"),
    (newland.TRIGGER, "触发扫描", "trigger"),
    (newland.STOP, "停止扫描", "stop"),
    (b"#", "设置命令", "setting"),
    (honeywell.TRIGGER, "触发扫描", "trigger"),
    (honeywell.STOP, "停止扫描", "stop"),
    (honeywell.MENU, "菜单命令", "menu command"),
    (gm65.HEAD + bytes.fromhex("0801000201"), "触发扫描", "trigger"),
    (gm65.HEAD, "区域读写", "zone frame"),
)
FROM_READER: tuple[tuple[bytes, str, str], ...] = (
    (newland.ENTERED, "已进入设置", "in settings"),
    (newland.LEFT, "已退出设置", "left settings"),
    (b"!99", "设置成功", "setting done"),
    (b"?99", "设置被拒", "setting refused"),
    (gm65.DONE, "成功", "done"),
)
_ENDINGS = {honeywell.ACK: ("成功", "done"), honeywell.ENQ: ("不认识", "unknown"), honeywell.NAK: ("被拒", "refused")}


class BarcodeReaderDecoder(FramesDecoder):
    """Cuts where the sender paused."""

    def size(self, direction: Direction, held: bytes) -> int:
        return len(held)

    def explain(self, direction: Direction, data: bytes) -> Piece:
        known = TO_READER if direction is Direction.TO_DEVICE else FROM_READER
        for head, zh, en in known:
            if data.startswith(head):
                return Piece(data, zh, en)
        if direction is Direction.TO_DEVICE:
            return Piece(data, "未知命令", "unknown command")
        if data[-1:] in _ENDINGS:
            return Piece(data, *_ENDINGS[data[-1:]])
        return Piece(data, f"文本 «{_readable(data)}»", f"text, {len(data)} bytes")


def _readable(data: bytes) -> str:
    """As people read it: UTF-8 if it is, GB18030 if not; what is neither shows as a box."""
    text = data.rstrip(b"\r\n")
    try:
        found = text.decode("utf-8")
    except UnicodeDecodeError:
        found = text.decode("gb18030", "replace")
    return "".join(character if character.isprintable() else "·" for character in found)
