"""What can be said of the resident ID reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from hardware_sim.id_reader.reader import NOT_AUTHORISED, SELF_TEST_FAILED
from hardware_sim.line_troubles import Trouble
from hardware_sim.station.phrases.phrase import Act, Phrase, Said

if TYPE_CHECKING:
    from hardware_sim.id_reader.reader import IdReader


def _id(hand: Callable[[IdReader, Said], None]) -> Act:
    return lambda station, said: station.id_reader.tell(lambda reader, _: hand(reader, said))


ID_READER: Final[tuple[Phrase, ...]] = (
    Phrase("place id <persona>", "放上身份证", "lay the ID card down", lambda s, a: s.place_id(a["persona"])),
    Phrase(
        "swap id <persona>",
        "换另一张身份证",
        "another ID card instead",
        lambda s, a: s.place_id(a["persona"], swap=True),
    ),
    Phrase("remove id", "拿走身份证", "take the ID card away", lambda s, a: s.remove_id()),
    Phrase(
        "lift id during <step>",
        "在 find/select/read 时拿走",
        "it leaves during find, select or read",
        lambda s, a: s.lift_id_during(a["step"]),
    ),
    Phrase("id-reader ok", "恢复正常", "end every trouble", _id(lambda r, a: r.recover())),
    Phrase(
        "id-reader torn",
        "读到一半中断",
        "the document stops in its middle",
        _id(lambda r, a: r.disturb(Trouble.TORN, keep=700)),
    ),
    Phrase(
        "id-reader torn <bytes>",
        "应答中断",
        "answers stop after so many bytes",
        _id(lambda r, a: r.disturb(Trouble.TORN, keep=a["bytes"])),
    ),
    Phrase(
        "id-reader torn <bytes> for <count>",
        "若干次应答中断",
        "only the next answers",
        _id(lambda r, a: r.disturb(Trouble.TORN, keep=a["bytes"], count=a["count"])),
    ),
    Phrase(
        "id-reader bad-checksum",
        "校验错误",
        "answers with a wrong checksum",
        _id(lambda r, a: r.disturb(Trouble.BAD_CHECKSUM)),
    ),
    Phrase(
        "id-reader bad-checksum for <count>",
        "若干次校验错误",
        "only the next answers",
        _id(lambda r, a: r.disturb(Trouble.BAD_CHECKSUM, count=a["count"])),
    ),
    Phrase("id-reader noise", "应答前有杂波", "noise before each answer", _id(lambda r, a: r.disturb(Trouble.NOISE))),
    Phrase("id-reader silence", "无应答", "no answers", _id(lambda r, a: r.disturb(Trouble.SILENCE))),
    Phrase(
        "id-reader silence for <count>",
        "若干次无应答",
        "only the next answers",
        _id(lambda r, a: r.disturb(Trouble.SILENCE, count=a["count"])),
    ),
    Phrase(
        "id-reader slow <seconds>",
        "应答变慢",
        "every answer takes longer",
        _id(lambda r, a: r.slow_down(a["seconds"])),
    ),
    Phrase(
        "id-reader refuse <step> <status>",
        "下一步返回指定状态",
        "answer the next find, select or read with this SW3",
        _id(lambda r, a: r.refuse(a["step"], a["status"])),
    ),
    Phrase(
        "id-reader self-test-failed",
        "模块自检失败",
        "the module is ill (60)",
        _id(lambda r, a: r.set_module_state(SELF_TEST_FAILED)),
    ),
    Phrase(
        "id-reader not-authorised",
        "模块未授权",
        "the module may not work (66)",
        _id(lambda r, a: r.set_module_state(NOT_AUTHORISED)),
    ),
    Phrase("id-reader unplug", "拔掉读卡器", "its tty goes away", lambda s, a: s.id_reader.unplug()),
    Phrase("id-reader plug", "插回读卡器", "and comes back", lambda s, a: s.plug("id-reader")),
)
