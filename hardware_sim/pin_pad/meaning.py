"""What the bytes between host and pad mean, in words, with every secret blanked.

Blanked at the same length, and the checksum made right again: keys and data to be enciphered on the way in, account
numbers, everything a key made on the way out (a PIN block under a known key is a PIN), and digits in clear.
"""

from __future__ import annotations

from collections import deque

from hardware_sim.meaning import Direction, FramesDecoder, Piece
from hardware_sim.pin_pad.entry import CANCELLED, CLEARED, ENTERED, HIDDEN_DIGIT, TIMED_OUT
from hardware_sim.pin_pad.frames import ETX, LONGEST_TEXT, STX, Request, frame, read

COMMANDS: dict[int, tuple[str, str]] = {
    0x30: ("读版本", "version"),
    0x31: ("复位", "reset"),
    0x32: ("下载主密钥", "load master key"),
    0x33: ("下载工作密钥", "load working key"),
    0x34: ("设置账号", "account number"),
    0x35: ("开始输入密码", "start PIN entry"),
    0x36: ("加密", "encrypt"),
    0x37: ("解密", "decrypt"),
    0x38: ("读序列号", "serial number"),
    0x41: ("计算 MAC", "MAC"),
    0x42: ("取密码密文", "fetch PIN block"),
    0x43: ("选择密钥", "choose keys"),
    0x45: ("开关键盘", "keypad"),
    0x46: ("设置算法", "mode"),
}
STATUS: dict[int, tuple[str, str]] = {
    0x04: ("成功", "fine"),
    0x15: ("参数错误", "bad parameter"),
    0x80: ("超时", "time-out"),
    0xA4: ("成功，主密钥无效", "fine, master key not valid"),
    0xB5: ("命令无效，主密钥无效", "command not valid, master key not valid"),
    0xC4: ("成功，电池电量低", "fine, battery low"),
    0xE0: ("命令无效", "command not valid"),
}
EVENTS: dict[bytes, tuple[str, str]] = {
    HIDDEN_DIGIT: ("按下数字键", "a digit was pressed"),
    ENTERED: ("确认键", "enter"),
    CANCELLED: ("取消键", "cancel"),
    CLEARED: ("清除键", "clear"),
    TIMED_OUT: ("输入超时", "entry timed out"),
}
SECRET_REQUESTS = {0x32: 1, 0x33: 2, 0x34: 0, 0x36: 0, 0x37: 0, 0x41: 0}
"""Command: bytes of its data that may be shown."""
SECRET_ANSWERS = frozenset((0x36, 0x37, 0x41, 0x42))
_BLANK_DIGIT = b"0"
_KEYPAD_MODES = {1: ("关", "off"), 2: ("开", "on"), 3: ("静音", "silent"), 4: ("系统", "system")}


class PinPadDecoder(FramesDecoder):
    """Answers are matched to commands in the order they were sent."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: deque[int] = deque(maxlen=16)

    def size(self, direction: Direction, held: bytes) -> int:
        if held[0] != STX:
            return 1
        end, again = held.find(ETX, 1), held.find(STX, 1)
        if again > 0 and (end < 0 or again < end):
            return again
        if end > 0:
            return end + 1
        return len(held) if len(held) > LONGEST_TEXT + 1 else 0

    def explain(self, direction: Direction, data: bytes) -> Piece:
        if data[0] != STX:
            return self._stray(direction, data)
        heard = read(data[1:-1]) if data[-1] == ETX else None
        if direction is Direction.FROM_DEVICE and not isinstance(heard, Request) and self._asked:
            self._asked.popleft()
        if heard is None:
            return self.unfinished(data)
        if not isinstance(heard, Request):
            return Piece(_blank_text(data), f"坏帧：{heard.why}", f"bad frame: {heard.why}")
        if direction is Direction.TO_DEVICE:
            return self._request(heard)
        return self._answer(heard)

    def unfinished(self, held: bytes) -> Piece:
        return Piece(_blank_text(held), "不完整的帧", "a frame without end")

    @staticmethod
    def _stray(direction: Direction, data: bytes) -> Piece:
        if direction is Direction.TO_DEVICE:
            return Piece(data, "帧外字节", "outside a frame")
        if data.isdigit():
            # digits in clear are what this file is here to hide
            return Piece(HIDDEN_DIGIT, "数字键（明文已隐去）", "a digit in clear (blanked)")
        return Piece(data, *EVENTS.get(data, ("乱码", "garbage")))

    def _request(self, request: Request) -> Piece:
        self._asked.append(request.command)
        zh, en = COMMANDS.get(request.command, ("未知命令", "unknown command"))
        data = request.data
        if request.command in SECRET_REQUESTS:
            shown = SECRET_REQUESTS[request.command]
            filler = _BLANK_DIGIT if request.command == 0x34 else b"\x00"
            data = data[:shown] + filler * len(data[shown:])
            zh, en = f"{zh}（已隐去）", f"{en} (blanked)"
        elif request.command == 0x45 and data[:1] and data[0] in _KEYPAD_MODES:
            mode_zh, mode_en = _KEYPAD_MODES[data[0]]
            zh, en = f"{zh}：{mode_zh}", f"{en}: {mode_en}"
        elif request.command == 0x35 and len(data) == 5:
            zh, en = f"{zh}：{data[0]} 位，{data[4]} 秒", f"{en}: {data[0]} digits, {data[4]} s"
        return Piece(frame(request.command, data), zh, en)

    def _answer(self, answer: Request) -> Piece:
        # an answer may have been lost before this one: it is a secret if it could be the answer to a secret
        secret = not self._asked or not SECRET_ANSWERS.isdisjoint(self._asked)
        command = self._asked.popleft() if self._asked else None
        known = COMMANDS.get(command or 0, ("", ""))
        zh, en = STATUS.get(answer.command, ("", ""))
        if 0xF0 <= answer.command <= 0xF7:
            zh, en = f"自检失败 {answer.command:02X}", f"self-test fault {answer.command:02X}"
        zh, en = zh or f"状态 {answer.command:02X}", en or f"status {answer.command:02X}"
        data = answer.data
        if data and secret:
            data = bytes(len(data))
            zh, en = f"{zh}（数据已隐去）", f"{en} (data blanked)"
        return Piece(frame(answer.command, data), f"{known[0]} {zh}".strip(), f"{known[1]} {en}".strip())


def _blank_text(data: bytes) -> bytes:
    """A frame that cannot be read may still hold a key: only its ends stay."""
    return bytes(byte if byte in (STX, ETX) else _BLANK_DIGIT[0] for byte in data)
