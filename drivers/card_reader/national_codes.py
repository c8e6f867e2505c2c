"""Codes of the national terminal interface (sheet, section 12) and our faults: one table, read in both directions.

A status word is −(SW as a decimal number); the arithmetic holds for every word, not only for the printed ones. Where
the printed table and the arithmetic differ (−25536 … −25538), the arithmetic is right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeAlias

from drivers import errors
from drivers.card_reader.pin import PinLocked, PinWrong
from drivers.errors import DeviceError, Fact, Refused

_DEVICE = "card_reader"


class Condition(Enum):
    """What the interface has a code for and we have no fault: it is fine, or it belongs to the entry of a PIN."""

    FINE = "fine"
    LIBRARY_MISSING = "library missing"
    NOT_SUPPORTED = "command not supported"
    BAD_PARAMETER = "bad parameter"
    ENTRY_CANCELLED = "PIN entry cancelled"
    ENTRY_TIMED_OUT = "PIN entry timed out"
    ENTRY_LENGTH = "wrong length at PIN entry"
    ENTRIES_DIFFER = "two PIN entries differ"
    INITIAL_PIN = "initial PIN may not trade"
    INITIAL_PIN_AGAIN = "initial PIN may not be set again"
    PIN_WRONG = "PIN wrong"
    """−51 of somebody whose text does not give the tries left."""
    CENTRE_NOT_NEEDED = "HSM not needed"


@dataclass(frozen=True, slots=True)
class National:
    """A code as the interface returns it. ``tries_left``: what its text tells beside −51."""

    code: int
    tries_left: int | None = None


Meaning: TypeAlias = DeviceError | PinWrong | PinLocked | Condition


@dataclass(frozen=True, slots=True)
class Row:
    """One code of the interface.

    meaning  a condition, or the class of our fault with the facts that tell it from its neighbours
    """

    code: int
    text: str
    meaning: Condition | type[DeviceError] | type[PinWrong] | type[PinLocked]
    facts: Mapping[str, Fact] = field(default_factory=dict)


ROWS: Final = (
    Row(0, "正常", Condition.FINE),
    Row(-1, "卡类型不对", errors.ForeignCard),
    Row(-2, "无卡", errors.CardGone),
    Row(-3, "卡未上电", errors.CardGone, {"why": "not powered"}),
    Row(-4, "卡无应答", errors.CardMute),
    Row(-5, "加载动态库失败", Condition.LIBRARY_MISSING),
    Row(-11, "读卡器连接错", errors.LinkLost),
    Row(-12, "读卡器未打开", errors.NoDevice),
    Row(-13, "不支持该命令", Condition.NOT_SUPPORTED),
    Row(-14, "命令参数错", Condition.BAD_PARAMETER),
    Row(-15, "信息校验和出错", errors.ProtocolError),
    Row(-20, "卡识别码格式错", errors.CardMalformed, {"element": "card id"}),
    Row(-21, "内部认证失败", errors.NotGenuine),
    Row(-22, "传入数据与卡内不符", errors.CardChanged),
    Row(-23, "传入数据无效", errors.CardMalformed),
    Row(-24, "PSAM卡密钥级别过低", errors.SamUnfit, {"lacks": "level"}),
    Row(-31, "取消密码输入", Condition.ENTRY_CANCELLED),
    Row(-32, "密码输入操作超时", Condition.ENTRY_TIMED_OUT),
    Row(-33, "输入密码长度错", Condition.ENTRY_LENGTH),
    Row(-34, "两次输入密码不一致", Condition.ENTRIES_DIFFER),
    Row(-35, "初始密码不能交易", Condition.INITIAL_PIN),
    Row(-36, "不能设置初始密码", Condition.INITIAL_PIN_AGAIN),
    Row(-41, "数据含非法字符", errors.DataUnfit, {"shape": "character"}),
    Row(-42, "数据长度错", errors.DataUnfit, {"shape": "length"}),
    Row(-51, "密码错误", PinWrong),
    Row(-52, "密码已锁定", PinLocked),
    Row(-2201, "无PSAM卡", errors.SamMissing),
    Row(-2202, "PSAM卡算法缺失", errors.SamUnfit, {"lacks": "algorithm"}),
    Row(-2203, "PSAM卡内部RK密钥缺失", errors.SamUnfit, {"lacks": "key", "key": "RK_SSSE"}),
    Row(-2204, "不需要加密机", Condition.CENTRE_NOT_NEEDED),
)
"""Every code that is no status word."""

STATUS_WORDS: Final[Mapping[int, str]] = MappingProxyType(
    {
        -25536: "63C0",
        -26368: "6700",
        -26881: "6901",
        -27009: "6981",
        -27010: "6982",
        -27011: "6983",
        -27012: "6984",
        -27013: "6985",
        -27016: "6988",
        -27264: "6A80",
        -27265: "6A81",
        -27266: "6A82",
        -27267: "6A83",
        -27272: "6A88",
        -37634: "9302",
        -37635: "9303",
        -37891: "9403",
        -37894: "9406",
    }
)
"""The status words the interface prints, code to word."""

_BY_CODE: Final = MappingProxyType({row.code: row for row in ROWS})

_AS: Final[tuple[tuple[type[DeviceError], int], ...]] = (
    (errors.TerminalRefused, -25536),
    (errors.CardBlocked, -27265),
    (errors.CardExpired, -23),
    (errors.CardUnsupported, -1),
    (errors.DeviceBusy, -12),
    (errors.ServiceGone, -5),
    (errors.Timeout, -4),
    (errors.Cancelled, -31),
    (errors.SamUnfit, -27272),
    (errors.SamFault, -2201),
    (errors.DataUnfit, -41),
    (errors.DeviceError, -11),
)
"""Faults the interface has no code of its own for, and the nearest it has; the first class that fits."""


def to_national(meaning: Meaning) -> National:
    """The interface's code for one of our faults or results."""
    match meaning:
        case Condition.PIN_WRONG:
            return National(-51)
        case Condition():
            return National(next(row.code for row in ROWS if row.meaning is meaning))
        case PinWrong(tries_left):
            return National(-51, tries_left)
        case PinLocked():
            return National(-52, 0)
        case Refused():
            return National(code_of_sw(int(str(meaning.facts["sw"]), 16)))
        case errors.TerminalRefused():
            left = int(meaning.facts.get("tries_left", 0))
            return National(code_of_sw(0x63C0 + left) if left else code_of_sw(0x6983))
        case errors.CardBlocked() if meaning.facts.get("scope") == "application":
            return National(code_of_sw(0x9303))
        case errors.DataUnfit() if _is_about_length(meaning):
            return National(-42)
    # The rows with more facts stand for the narrower case.
    for row in sorted(ROWS, key=lambda row: len(row.facts), reverse=True):
        if row.meaning is type(meaning) and row.facts.items() <= meaning.facts.items():
            return National(row.code)
    return National(next(code for kind, code in _AS if isinstance(meaning, kind)))


def from_national(answer: National) -> Meaning:
    """What a code of somebody else's terminal means. ValueError: no code of the interface."""
    row = _BY_CODE.get(answer.code)
    if row is None:
        sw = sw_of_code(answer.code)
        return Refused(_DEVICE, slot="user", command="unnamed", sw=f"{sw:04X}")
    if isinstance(row.meaning, Condition):
        return row.meaning
    if row.meaning is PinWrong:
        return Condition.PIN_WRONG if not answer.tries_left else PinWrong(answer.tries_left)
    if row.meaning is PinLocked:
        return PinLocked()
    kind: type[DeviceError] = row.meaning  # type: ignore[assignment]
    return kind(_DEVICE, **row.facts)


def code_of_sw(sw: int) -> int:
    """−(SW as a decimal number). ValueError: no status word of an error."""
    if not 0x6000 <= sw <= 0x9FFF or sw == 0x9000:
        raise ValueError("no status word of an error")
    return -sw


def sw_of_code(code: int) -> int:
    """The inverse of ``code_of_sw``. ValueError: no such code."""
    return -code_of_sw(-code)


def _is_about_length(error: DeviceError) -> bool:
    return any(word in str(error.facts.get("shape", "")) for word in ("length", "too long", "too many"))
