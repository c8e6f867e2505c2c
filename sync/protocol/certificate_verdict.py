"""The answers about a certificate, their reasons and their wording, in Chinese and English.

`sync.protocol.certificate_code` decides which; whoever shows them shows `text_*` large and `remarks_*` below.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from sync.protocol.certificate_wire import CertificateFacts


class Answer(Enum):
    """The four answers, with their wording."""

    GENUINE_VALID = ("genuine_valid", "真实且在有效期", "Genuine and valid")
    GENUINE_EXPIRED = ("genuine_expired", "真实，已过有效期", "Genuine, but expired")
    NOT_GENUINE_OR_REVOKED = ("not_genuine_or_revoked", "不真实或已撤销", "Not genuine, or revoked")
    CANNOT_VERIFY = ("cannot_verify", "无法离线核验", "Cannot be verified here")

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code = code
        self.zh = zh
        self.en = en


class Reason(Enum):
    """Why: a word for programs and one sentence for people."""

    IN_REGISTER = ("in-register", "签发机构的登记簿中有此证明。", "The issuing authority's register has it.")
    SIGNATURE_HOLDS = (
        "signature-holds",
        "签名真实，吊销名单中没有此证明。",
        "The signature holds and the revocation list does not name it.",
    )
    NOT_YET_REGISTERED = (
        "not-yet-registered",
        "签名真实；终端尚未把此证明报送登记簿。",
        "The signature holds; the terminal has not yet reported it to the register.",
    )
    SIGNATURE_BROKEN = ("signature-broken", "签名不成立，内容可能被改动。", "The signature does not hold.")
    KEY_NOT_VALID = (
        "key-not-valid-at-signing",
        "签发时，终端的签名证书不在有效期内。",
        "The terminal's seal certificate was not valid at the time of signing.",
    )
    KIND_NOT_ALLOWED = (
        "kind-not-allowed",
        "该终端无权签发这类证明。",
        "The terminal was not allowed to issue this kind of certificate.",
    )
    REVOKED = ("revoked", "此证明已被撤销。", "The certificate has been revoked.")
    KEY_REVOKED = ("key-revoked", "签发前，终端的签名密钥已被吊销。", "The seal key had been revoked before signing.")
    NUMBER_ONLY = (
        "number-only",
        "只有编号不能核验，请扫描二维码，或联网查询。",
        "A number alone proves nothing: scan the code, or ask on-line.",
    )
    UNKNOWN_ISSUER = ("unknown-issuer", "本机不认识签发机构。", "The issuing authority is not known here.")
    UNKNOWN_SUITE = (
        "unknown-suite",
        "本机不支持此证明的签名算法。",
        "The algorithm of the signature is not supported here.",
    )
    CLOCK_DIFFERS = (
        "clock-differs",
        "签发时间晚于本机时间，请检查本机时钟。",
        "It is dated later than now: check the clock of this machine.",
    )
    KEY_REVOKED_LATER = (
        "key-revoked-later",
        "签名密钥后来被吊销，须联网查询登记簿。",
        "The seal key was revoked later: ask the register on-line.",
    )
    NOT_REGISTERED = (
        "not-registered",
        "签名真实，但登记簿中没有此证明，请向签发机构核实。",
        "The signature holds but the register lacks it: ask the issuing authority.",
    )
    LIST_TOO_OLD = (
        "list-too-old",
        "本机的吊销名单过旧，请联网查询。",
        "The revocation list here is too old: ask on-line.",
    )
    NO_LIST = ("no-list", "本机没有该机构的吊销名单，请联网查询。", "There is no revocation list here: ask on-line.")

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code = code
        self.zh = zh
        self.en = en


@dataclass(frozen=True)
class Verdict:
    """The answer and what a person must see with it.

    `facts` are given only when both signatures hold, to be compared with the paper. `list_age` is the age of the
    revocation list that was used (never negative). `demo` marks an authority made for demonstration.
    """

    answer: Answer
    reason: Reason
    demo: bool = False
    facts: CertificateFacts | None = None
    list_age: timedelta | None = None

    @property
    def text_zh(self) -> str:
        """The answer as shown, a demonstration authority marked."""
        return self.answer.zh + ("（演示机构）" if self.demo else "")

    @property
    def text_en(self) -> str:
        """The same in English."""
        return self.answer.en + (" (demonstration authority)" if self.demo else "")

    @property
    def remarks_zh(self) -> tuple[str, ...]:
        """The reason, what to compare, and how old the revocation list is."""
        compare = () if self.facts is None else ("请与纸面逐项核对。",)
        return (
            self.reason.zh,
            *compare,
            *(() if self.list_age is None else (f"吊销名单：{_age_zh(self.list_age)}。",)),
        )

    @property
    def remarks_en(self) -> tuple[str, ...]:
        """The same in English."""
        compare = () if self.facts is None else ("Compare each line with the paper.",)
        age = () if self.list_age is None else (f"Revocation list: {_age_en(self.list_age)}.",)
        return (self.reason.en, *compare, *age)


def _age_zh(age: timedelta) -> str:
    if age < timedelta(hours=1):
        return "不到 1 小时前"
    return f"{age // timedelta(hours=1)} 小时前" if age < timedelta(days=1) else f"{age.days} 天前"


def _age_en(age: timedelta) -> str:
    if age < timedelta(hours=1):
        return "less than an hour old"
    hours = age // timedelta(hours=1)
    count, unit = (hours, "hour") if hours < 24 else (age.days, "day")
    return f"{count} {unit}{'' if count == 1 else 's'} old"
