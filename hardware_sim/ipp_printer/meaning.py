"""What the requests to the A4 printer and its answers mean, in words. A body is whole by itself."""

from __future__ import annotations

from hardware_sim.ipp_printer.codec import GroupTag, IppFormatError, Message, decode
from hardware_sim.ipp_printer.description import OPERATIONS
from hardware_sim.ipp_printer.machine import JobState, PrinterState
from hardware_sim.meaning import Direction, FramesDecoder, Piece

OPERATIONS_ZH = {
    0x0002: "打印",
    0x0004: "验证作业",
    0x0008: "取消作业",
    0x0009: "查询作业",
    0x000A: "查询作业列表",
    0x000B: "查询打印机",
}
_REFUSED = 0x0100
_KB = 1024


class IppDecoder(FramesDecoder):
    """One piece a body."""

    def size(self, direction: Direction, held: bytes) -> int:
        return len(held)

    def explain(self, direction: Direction, data: bytes) -> Piece:
        try:
            message = decode(data)
        except IppFormatError:
            return Piece(data, "不是 IPP", "not IPP")
        said = _request(message) if direction is Direction.TO_DEVICE else _answer(message)
        return Piece(data, *said)


def _request(message: Message) -> tuple[str, str]:
    en = OPERATIONS.get(message.code, f"operation {message.code:04X}")
    zh = OPERATIONS_ZH.get(message.code, f"操作 {message.code:04X}")
    if message.data:
        size = f"{len(message.data) / _KB:.1f} KB"
        return f"{zh}，文件 {size}", f"{en}, document {size}"
    return zh, en


def _answer(message: Message) -> tuple[str, str]:
    if message.code >= _REFUSED:
        return f"被拒 {message.code:04X}", f"refused {message.code:04X}"
    facts: list[tuple[str, str]] = []
    for group in message.groups:
        if group.tag == GroupTag.JOB and (state := _number(group.find("job-state"))) in list(JobState):
            word = JobState(state).name.lower().replace("_", "-")
            facts.append((f"作业 {word}", f"job {word}"))
        if group.tag == GroupTag.PRINTER and (state := _number(group.find("printer-state"))) in list(PrinterState):
            word = PrinterState(state).name.lower()
            facts.append((f"打印机 {word}", f"printer {word}"))
            reasons = group.find("printer-state-reasons")
            found = [text for text in reasons.texts() if text != "none"] if reasons is not None else []
            facts += [(each, each) for each in found]
    if not facts:
        return "成功", "fine"
    return "，".join(zh for zh, _ in facts), ", ".join(en for _, en in facts)


def _number(attribute: object) -> int:
    first = getattr(attribute, "first", 0)
    return first if isinstance(first, int) else 0
