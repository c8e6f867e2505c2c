"""What can be said of the PIN pad."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from hardware_sim.line_troubles import Trouble
from hardware_sim.station.phrases.phrase import Act, Phrase, Said

if TYPE_CHECKING:
    from hardware_sim.pin_pad.pad import PinPad


def _pad(hand: Callable[[PinPad, Said], None]) -> Act:
    return lambda station, said: station.pin_pad.tell(lambda pad, _: hand(pad, said))


PIN_PAD: Final[tuple[Phrase, ...]] = (
    Phrase("pin-pad press <key>", "按键", "press 0 to 9, enter, cancel or clear", lambda s, a: s.press(a["key"])),
    Phrase("pin-pad type <digits>", "连按数字键", "press several digits", lambda s, a: s.type_digits(a["digits"])),
    Phrase(
        "pin-pad tamper", "拆机，密钥自毁", "open its case: the keys wipe themselves", _pad(lambda p, a: p.tamper())
    ),
    Phrase(
        "pin-pad case-closed", "合上机壳，密钥已失", "close it; the keys stay gone", _pad(lambda p, a: p.close_case())
    ),
    Phrase(
        "pin-pad demo-keys", "重新注入演示主密钥", "load the demo master key again", lambda s, a: s.load_demo_keys()
    ),
    Phrase("pin-pad battery-low", "电池电量低", "its battery is low", _pad(lambda p, a: p.set_battery_low(True))),
    Phrase("pin-pad battery-ok", "更换电池", "a new battery", _pad(lambda p, a: p.set_battery_low(False))),
    Phrase(
        "pin-pad self-test-failed <fault>",
        "自检失败 F0 至 F7",
        "its self-test fails with F0 to F7",
        _pad(lambda p, a: p.fail_self_test(a["fault"])),
    ),
    Phrase(
        "pin-pad slow <seconds>", "应答变慢", "every answer takes longer", _pad(lambda p, a: p.slow_down(a["seconds"]))
    ),
    Phrase("pin-pad noise", "应答前有乱码", "garbage before each answer", _pad(lambda p, a: p.disturb(Trouble.NOISE))),
    Phrase(
        "pin-pad bad-checksum",
        "校验错误",
        "answers with a wrong checksum",
        _pad(lambda p, a: p.disturb(Trouble.BAD_CHECKSUM)),
    ),
    Phrase(
        "pin-pad torn <bytes>",
        "应答中断",
        "answers stop after so many bytes",
        _pad(lambda p, a: p.disturb(Trouble.TORN, keep=a["bytes"])),
    ),
    Phrase("pin-pad silence", "无应答", "no answers", _pad(lambda p, a: p.disturb(Trouble.SILENCE))),
    Phrase(
        "pin-pad silence for <count>",
        "若干次无应答",
        "only the next answers",
        _pad(lambda p, a: p.disturb(Trouble.SILENCE, count=a["count"])),
    ),
    Phrase("pin-pad ok", "恢复正常", "end every trouble; wiped keys stay wiped", _pad(lambda p, a: p.recover())),
    Phrase("pin-pad power-off", "断电", "silence", _pad(lambda p, a: p.power_off())),
    Phrase("pin-pad power-on", "上电", "power again", _pad(lambda p, a: p.power_on())),
)
