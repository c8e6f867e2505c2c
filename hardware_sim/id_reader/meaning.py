"""What the bytes between host and resident ID reader mean, in words."""

from __future__ import annotations

from hardware_sim.id_reader.frames import PREAMBLE, checksum
from hardware_sim.meaning import Direction, FramesDecoder, Piece

COMMANDS: dict[bytes, tuple[str, str]] = {
    b"\x20\x01": ("寻卡", "find"),
    b"\x20\x02": ("选卡", "select"),
    b"\x30\x01": ("读证件", "read document"),
    b"\x30\x10": ("读证件和指纹", "read document and fingerprint"),
    b"\x30\x03": ("读最新住址", "read newest address"),
    b"\x10\xff": ("复位模块", "reset module"),
    b"\x11\xff": ("查模块状态", "module state"),
    b"\x12\xff": ("读模块编号", "module number"),
}
STATUS: dict[int, tuple[str, str]] = {
    0x90: ("成功", "done"),
    0x9F: ("寻到卡", "card found"),
    0x10: ("校验和错误", "wrong checksum received"),
    0x11: ("长度错误", "wrong length received"),
    0x21: ("未知命令", "unknown command"),
    0x23: ("次序不对", "out of order"),
    0x31: ("认证失败", "card authentication failed"),
    0x32: ("认证失败", "module authentication failed"),
    0x33: ("信息验证失败", "data check failed"),
    0x40: ("无法识别的卡", "card of unknown kind"),
    0x41: ("读卡失败", "read failed"),
    0x47: ("取随机数失败", "no random number"),
    0x60: ("自检失败", "self-test failed"),
    0x66: ("未授权", "not authorised"),
    0x80: ("无卡", "no card"),
    0x81: ("选卡失败", "select failed"),
    0x91: ("卡内无此项", "not on this card"),
}
_LINE_RATE = 0x60


class IdReaderDecoder(FramesDecoder):
    """Frames by their length field; what stands before a preamble is noise."""

    def size(self, direction: Direction, held: bytes) -> int:
        start = held.find(PREAMBLE)
        if start != 0:
            return _before(held) if start < 0 else start
        if len(held) < len(PREAMBLE) + 2:
            return 0
        whole = len(PREAMBLE) + 2 + int.from_bytes(held[5:7], "big")
        return whole if len(held) >= whole else 0

    def explain(self, direction: Direction, data: bytes) -> Piece:
        if not data.startswith(PREAMBLE) or len(data) < 10:
            return Piece(data, "杂波", "noise")
        zh, en = self._said(direction, data)
        if checksum(data[5:]) != 0:
            zh, en = f"{zh}，校验和错误", f"{en}, wrong checksum"
        return Piece(data, zh, en)

    @staticmethod
    def _said(direction: Direction, data: bytes) -> tuple[str, str]:
        if direction is Direction.TO_DEVICE:
            if data[7] == _LINE_RATE:
                return "设置波特率", "line rate"
            return COMMANDS.get(data[7:9], ("未知命令", "unknown command"))
        if len(data) < 11:
            return "不完整", "not finished"
        sw3, content = data[9], len(data) - 11
        zh, en = STATUS.get(sw3, (f"状态 {sw3:02X}", f"status {sw3:02X}"))
        return (f"{zh}，{content} 字节", f"{en}, {content} bytes") if content else (zh, en)


def _before(held: bytes) -> int:
    """Bytes that cannot become a preamble any more."""
    for tail in range(min(len(PREAMBLE) - 1, len(held)), 0, -1):
        if PREAMBLE.startswith(held[-tail:]):
            return len(held) - tail
    return len(held)
