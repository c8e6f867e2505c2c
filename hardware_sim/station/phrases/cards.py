"""What can be said of the card readers and the cards in them."""

from __future__ import annotations

from typing import Any, Final

from hardware_sim.station.phrases.phrase import Act, Phrase


def _trouble(**fixed: Any) -> Act:
    return lambda station, _: station.bench.trouble(**fixed)


CARDS: Final[tuple[Phrase, ...]] = (
    Phrase(
        "insert card <persona>",
        "插入此人的社保卡",
        "put the person's card in",
        lambda s, a: s.bench.insert(s.persona(a["persona"])),
    ),
    Phrase(
        "insert card <persona> upside-down",
        "反向插卡，无应答",
        "the wrong way round: no answer to reset",
        lambda s, a: s.bench.insert(s.persona(a["persona"]), troubles={"mute": True}),
    ),
    Phrase("insert foreign-card", "插入银行卡", "put a bank card in", lambda s, a: s.bench.insert_foreign()),
    Phrase(
        "swap card <persona>",
        "瞬间换卡",
        "another card in the same moment, faster than the reader looks",
        lambda s, a: s.bench.insert(s.persona(a["persona"]), swap=True),
    ),
    Phrase(
        "swap foreign-card",
        "瞬间换成银行卡",
        "a bank card in the same moment",
        lambda s, a: s.bench.insert_foreign(swap=True),
    ),
    Phrase("remove card", "拔卡", "take the card out", lambda s, a: s.bench.remove()),
    Phrase(
        "pull card after <n>",
        "再答 n 条命令后拔卡",
        "pull it inside the command after n more",
        lambda s, a: s.bench.trouble(pull_after=a["n"]),
    ),
    Phrase(
        "card slow <seconds>",
        "卡片变慢",
        "every command takes longer",
        lambda s, a: s.bench.trouble(slow=a["seconds"]),
    ),
    Phrase(
        "card garbage <count>",
        "后续应答为乱码",
        "the next answers are random bytes",
        lambda s, a: s.bench.trouble(garbage=a["count"]),
    ),
    Phrase(
        "card truncated <count>",
        "后续应答缺字节",
        "the next answers lose their last byte",
        lambda s, a: s.bench.trouble(truncated=a["count"]),
    ),
    Phrase(
        "card ok",
        "卡片恢复正常",
        "end every trouble of the card",
        _trouble(mute=False, pull_after=None, slow=0.0, garbage=0, truncated=0),
    ),
    Phrase("card lock-pin", "用尽密码次数", "use up all tries of its PIN", lambda s, a: s.bench.lock_pin()),
    Phrase("insert psam", "插入 PSAM 卡", "put the PSAM in", lambda s, a: s.bench.insert_psam()),
    Phrase("remove psam", "取出 PSAM 卡", "take the PSAM out", lambda s, a: s.bench.remove("psam")),
    Phrase("pcsc down", "停止智能卡服务", "end the PC/SC service", lambda s, a: s.bench.service("down")),
    Phrase("pcsc killed", "智能卡服务崩溃", "let it crash", lambda s, a: s.bench.service("killed")),
    Phrase("pcsc up", "启动智能卡服务", "start it again", lambda s, a: s.bench.service("up")),
)
