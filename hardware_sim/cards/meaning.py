"""What the commands and answers between a reader and a card or PSAM mean, in words; PINs are blanked here."""

from __future__ import annotations

from typing import Final

from hardware_sim.cards import layout
from hardware_sim.cards.certificate_files import APPLICATION_NAME
from hardware_sim.cards.payment_files import DEBIT_AID, PPSE_NAME, PSE_NAME
from hardware_sim.cards.psam import APPLICATION_AID, DDF1_NAME
from hardware_sim.meaning import Direction, Piece

Words = tuple[str, str]

_COMMANDS: Final[dict[tuple[int, int], Words]] = {
    (0x00, 0xA4): ("选择", "SELECT"),
    (0x00, 0xB2): ("读记录", "READ RECORD"),
    (0x00, 0xB0): ("读二进制", "READ BINARY"),
    (0x00, 0xDC): ("写记录", "UPDATE RECORD"),
    (0x04, 0xDC): ("写记录（带 MAC）", "UPDATE RECORD with MAC"),
    (0x00, 0xD6): ("写二进制", "UPDATE BINARY"),
    (0x04, 0xD6): ("写二进制（带 MAC）", "UPDATE BINARY with MAC"),
    (0x00, 0x20): ("校验密码", "VERIFY"),
    (0x80, 0x5E): ("修改密码", "CHANGE PIN"),
    (0x84, 0x24): ("密码解锁或重置", "PIN CHANGE/UNBLOCK"),
    (0x00, 0x84): ("取随机数", "GET CHALLENGE"),
    (0x00, 0x88): ("内部认证", "INTERNAL AUTHENTICATION"),
    (0x00, 0x82): ("外部认证", "EXTERNAL AUTHENTICATION"),
    (0x00, 0xC0): ("取响应", "GET RESPONSE"),
    (0x84, 0x1E): ("应用锁定", "APPLICATION BLOCK"),
    (0x84, 0x16): ("卡片锁定", "CARD BLOCK"),
    (0xB0, 0x28): ("圈存或消费初始化", "INITIALIZE FOR LOAD or PURCHASE"),
    (0xB0, 0x2A): ("圈存", "CREDIT FOR LOAD"),
    (0xB0, 0x2C): ("消费", "DEBIT FOR PURCHASE"),
    (0xB0, 0x26): ("读余额", "GET BALANCE"),
    (0xB0, 0x2E): ("取交易认证", "GET TRANSACTION PROOF"),
    (0xB0, 0x56): ("年度起始日", "STARTING DAY"),
    (0x80, 0xA8): ("取处理选项", "GET PROCESSING OPTIONS"),
    (0x80, 0xCA): ("取数据", "GET DATA"),
    (0xBF, 0xEC): ("初始化环境", "INIT ENVIRONMENT"),
    (0xBF, 0xDE): ("分散会话密钥", "DELIVERY SESSION KEY"),
    (0x80, 0xDE): ("分散会话密钥", "DELIVERY SESSION KEY"),
    (0x80, 0xFA): ("加密或计算 MAC", "CIPHER DATA"),
    (0x80, 0x70): ("消费初始化", "INIT SAM FOR PURCHASE"),
    (0x80, 0x72): ("校验 MAC2", "check MAC2"),
}
_SECRET: Final = frozenset({(0x00, 0x20), (0x80, 0x5E), (0x84, 0x24)})
_HEADER: Final = 5

_NAMES: Final[dict[bytes, Words]] = {
    layout.SSSE_NAME: ("社保环境", "social security (sx1)"),
    DDF1_NAME: ("PSAM 第二环境", "PSAM sx2"),
    layout.CERTIFICATES_NAME: ("证书环境", "certificates"),
    APPLICATION_NAME: ("证书应用", "certificate application"),
    PSE_NAME: ("金融目录", "payment directory"),
    PPSE_NAME: ("非接金融目录", "contactless payment directory"),
    DEBIT_AID: ("借记应用", "debit application"),
    APPLICATION_AID: ("PSAM 应用", "PSAM application"),
    **{
        application.aid: (f"{application.name} {application.label}", application.name)
        for application in layout.APPLICATIONS
        if application.aid
    },
}

_STATUS: Final[dict[int, Words]] = {
    0x9000: ("成功", "done"),
    0x6581: ("存储器故障", "memory fault"),
    0x6700: ("长度错误", "wrong length"),
    0x6901: ("状态不符", "wrong state"),
    0x6981: ("文件类型不符", "wrong kind of file"),
    0x6982: ("安全状态不满足", "security state"),
    0x6983: ("已锁定", "locked"),
    0x6984: ("引用数据无效", "data invalid"),
    0x6985: ("使用条件不满足", "conditions not met"),
    0x6986: ("无当前文件", "no current file"),
    0x6988: ("安全报文数据错误", "secure-messaging data wrong"),
    0x6A80: ("数据域错误", "data field wrong"),
    0x6A81: ("不支持或卡已锁定", "not supported, or card blocked"),
    0x6A82: ("未找到文件", "no such file"),
    0x6A83: ("未找到记录", "no such record"),
    0x6A84: ("空间不足", "no room"),
    0x6A85: ("Lc 与 TLV 不符", "Lc against TLV"),
    0x6A86: ("P1 P2 错误", "wrong P1 P2"),
    0x6A88: ("未找到密钥或数据", "no such key or data"),
    0x6B00: ("偏移越界", "offset behind the end"),
    0x6D00: ("不支持的命令", "unknown instruction"),
    0x6E00: ("不支持的类别", "unknown class"),
    0x6F00: ("无数据可取", "nothing to tell"),
    0x9302: ("MAC 错误", "wrong MAC"),
    0x9303: ("应用已永久锁定", "application blocked for good"),
    0x9401: ("余额不足", "too little money"),
    0x9402: ("计数器已满", "counter at its end"),
    0x9403: ("密钥索引错误", "wrong key index"),
    0x9406: ("无此交易认证", "no such proof"),
}


def blanked(apdu: bytes) -> bytes:
    """The command with zeros in place of a PIN, at the same length."""
    if tuple(apdu[:2]) in _SECRET and len(apdu) > _HEADER:
        return apdu[:_HEADER] + bytes(len(apdu) - _HEADER)
    return apdu


class CardDecoder:
    """Commands and answers arrive whole here, so nothing is ever held back."""

    def hear(self, direction: Direction, data: bytes) -> list[Piece]:
        """One command, or one answer; an empty answer means that none came, an ATR that power came."""
        if direction is Direction.TO_DEVICE:
            return [Piece(blanked(data), *_command(data))]
        return [Piece(data, *_answer(data))]

    def rest(self) -> list[tuple[Direction, Piece]]:
        """Nothing is held."""
        return []


def _command(apdu: bytes) -> Words:
    if len(apdu) < _HEADER - 1:
        return "不完整的命令", "not a whole command"
    zh, en = _COMMANDS.get((apdu[0], apdu[1]), ("未知命令", "unknown command"))
    more_zh, more_en = _detail(apdu)
    return f"{zh}{more_zh}", f"{en}{more_en}"


def _detail(apdu: bytes) -> Words:
    p1, p2, data = apdu[2], apdu[3], apdu[_HEADER:]
    match apdu[1]:
        case 0xA4 if p1 == 0x04:
            name = data[: apdu[4]] if len(apdu) > _HEADER else b""
            zh, en = _NAMES.get(name, ("未知名称", "unknown name"))
            return f"：{zh}", f": {en}"
        case 0xA4:
            return f"：{data[:2].hex().upper() or '3F00'}", f": {data[:2].hex().upper() or '3F00'}"
        case 0xB2 | 0xDC:
            file = f"EF{p2 >> 3:02X}" if p2 >> 3 else ""
            by_number = p2 & 0x07 >= 4
            return (
                f"：{file or '当前文件'} {f'第 {p1} 条' if by_number else f'标识 {p1:02X}'}",
                f": {file or 'current EF'} {f'record {p1}' if by_number else f'tag {p1:02X}'}",
            )
        case 0xB0 | 0xD6 if p1 & 0x80:
            return f"：EF{p1 & 0x1F:02X}", f": EF{p1 & 0x1F:02X}"
        case 0x82 | 0xDE:
            return f"：密钥 {p2:02X}", f": key {p2:02X}"
        case 0x20 if len(apdu) == _HEADER:
            return "：询问剩余次数", ": asks for the tries left"
    return "", ""


def _answer(data: bytes) -> Words:
    if not data:
        return "无应答", "no answer"
    if data[0] == 0x3B:
        return "复位应答", "answer to reset"
    if len(data) < 2:
        return "应答缺失", "cut-off answer"
    word = int.from_bytes(data[-2:], "big")
    match word >> 8:
        case 0x61:
            zh, en = f"还有 {word & 0xFF} 字节", f"{word & 0xFF} bytes wait"
        case 0x6C:
            zh, en = f"应取 {word & 0xFF} 字节", f"Le should be {word & 0xFF}"
        case 0x63:
            zh, en = f"剩余 {word & 0x0F} 次", f"{word & 0x0F} tries left"
        case _:
            zh, en = _STATUS.get(word, ("未知状态", "unknown status"))
    size = len(data) - 2
    return f"{word:04X} {zh}" + (f"，{size} 字节" if size else ""), f"{word:04X} {en}" + (
        f", {size} bytes" if size else ""
    )
