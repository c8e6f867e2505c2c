"""What can be said of the card readers and the cards in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hardware_sim.station.phrases.phrase import Act, Phrase, Said


def _trouble(**fixed: Any) -> Act:
    return lambda station, _: station.bench.trouble(**fixed)


def _trouble_of(fields: Callable[[Said], dict[str, Any]]) -> Act:
    return lambda station, said: station.bench.trouble(**fields(said))


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
    Phrase(
        "insert card <persona> contactless",
        "把社保卡放上非接感应区",
        "the card on the antenna",
        lambda s, a: s.insert_card(a["persona"], interface="contactless"),
    ),
    Phrase(
        "insert card <persona> version <version>",
        "插入此人 1.00、2.00、2.01 或 3.00 版的卡",
        "the person's card of version 1.00, 2.00, 2.01 or 3.00",
        lambda s, a: s.insert_card(a["persona"], version=a["version"]),
    ),
    Phrase(
        "insert card <persona> version <version> algorithm <algorithm>",
        "插入此人指定版本和算法（SM4、3DES、SSF33）的卡",
        "with keys of SM4, 3DES or SSF33",
        lambda s, a: s.insert_card(a["persona"], version=a["version"], algorithm=a["algorithm"]),
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
        _trouble_of(lambda a: {"pull_after": a["n"], "pull_before_effect": False}),
    ),
    Phrase(
        "pull card before-effect after <n>",
        "再答 n 条命令后、下一条生效前拔卡",
        "pull it before the command after n more has any effect",
        _trouble_of(lambda a: {"pull_after": a["n"], "pull_before_effect": True}),
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
        "card garbage-byte <count>",
        "后续应答错一个字节",
        "the next answers have one wrong byte",
        lambda s, a: s.bench.trouble(garbage_byte=a["count"]),
    ),
    Phrase(
        "card answers <word> for <count>",
        "后续命令不执行，返回指定状态字",
        "the next commands are not done and get this status word",
        _trouble_of(lambda a: {"wrong_status": a["count"], "status_word": a["word"]}),
    ),
    Phrase(
        "card worn for <count>",
        "后续写命令失败（6581）",
        "the next writes fail with 6581",
        lambda s, a: s.bench.fail_writes(a["count"]),
    ),
    Phrase(
        "card silence",
        "卡片不再应答",
        "it answers no more",
        lambda s, a: s.bench.trouble(mute=True),
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
        _trouble(
            mute=False,
            pull_after=None,
            pull_before_effect=False,
            slow=0.0,
            garbage=0,
            garbage_byte=0,
            truncated=0,
            wrong_status=0,
            status_word="6F00",
        ),
    ),
    Phrase("card lock-pin", "用尽密码次数", "use up all tries of its PIN", lambda s, a: s.bench.lock_pin()),
    Phrase("card renew", "恢复为新发的卡", "as issued again, in its place", lambda s, a: s.bench.renew()),
    Phrase(
        "insert psam <algorithm>",
        "插入 SM4 或 3DES 的 PSAM 卡",
        "a PSAM with keys of SM4 or 3DES",
        lambda s, a: s.insert_psam(a["algorithm"]),
    ),
    Phrase("insert psam", "插入 PSAM 卡", "put the PSAM in", lambda s, a: s.bench.insert_psam()),
    Phrase("remove psam", "取出 PSAM 卡", "take the PSAM out", lambda s, a: s.bench.remove("psam")),
    Phrase("pcsc down", "停止智能卡服务", "end the PC/SC service", lambda s, a: s.bench.service("down")),
    Phrase("pcsc killed", "智能卡服务崩溃", "let it crash", lambda s, a: s.bench.service("killed")),
    Phrase("pcsc up", "启动智能卡服务", "start it again", lambda s, a: s.bench.service("up")),
)
