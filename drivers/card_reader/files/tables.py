"""Code tables of the data elements (sheet, section 6). A code a table lacks is shown as it is, never guessed.

The meanings are words for programs and technicians; sentences for people are elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class CodeTable:
    """Code to meaning. ``name`` is the table's Chinese name."""

    name: str
    meanings: Mapping[str, str] = field(repr=False)

    def code(self, text: str) -> "Code":
        """The code with this text, in the table or not."""
        return Code(text, self.meanings.get(text), self.name)


@dataclass(frozen=True, slots=True, repr=False)
class Code:
    """A code as it stands on the card. ``meaning`` None: the table does not have it (a region's own, or a new one)."""

    text: str
    meaning: str | None
    table: str

    def __repr__(self) -> str:
        return f"Code({self.table})"


def _table(name: str, meanings: dict[str, str]) -> CodeTable:
    return CodeTable(name, MappingProxyType(meanings))


HOUSEHOLD: Final = _table(
    "户口类别",
    {
        "10": "urban",
        "11": "local urban",
        "12": "other urban",
        "20": "rural",
        "21": "local rural",
        "22": "other rural",
        "30": "Hong Kong, Macau, Taiwan or overseas",
        "31": "Hong Kong",
        "32": "Macau",
        "33": "Taiwan",
        "34": "overseas Chinese",
        "40": "foreigner",
        "41": "foreigner without permanent residence",
        "42": "foreigner with permanent residence",
        "50": "resident",
        "51": "local resident",
        "52": "other resident",
    },
)

EMPLOYMENT: Final = _table(
    "就业状态",
    {
        "1": "working",
        "2": "retired veteran cadre",  # 离休
        "3": "retired",
        "4": "left for illness without pension age",  # 退职
        "5": "unemployed",
        "6": "no work",
        "7": "never worked",
        "8": "other",
    },
)

MARITAL: Final = _table("婚姻", {"1": "single", "2": "married", "3": "widowed", "4": "divorced", "9": "not stated"})

PERSON_CLASS: Final = _table(
    "人员身份",
    {
        "11": "civil servant",
        "12": "managed as a civil servant",
        "13": "professional",
        "17": "clerk",
        "21": "manager",
        "24": "worker",
        "27": "farmer",
        "31": "student",
        "37": "soldier",
        "51": "freelance",
        "54": "self-employed",
        "70": "no work",
        "80": "retired",
        "90": "other",
    },
)

POLITICAL: Final = CodeTable(
    "政治面貌",
    MappingProxyType(
        {f"{number:02}": f"political status {number:02}" for number in range(1, 13)} | {"13": "no party (群众)"}
    ),
)
"""The sheet names 13 alone and says that 01–12 exist."""

EDUCATION: Final = _table(
    "学历",
    {
        "11": "doctor",
        "14": "master",
        "21": "bachelor",
        "31": "college",
        "41": "secondary technical school",
        "44": "vocational school",
        "47": "technical school",
        "61": "high school",
        "71": "middle school",
        "81": "primary school",
        "90": "other",
    },
)

INSURANCE: Final = _table(
    "险种",
    {
        "110": "enterprise pension",
        "120": "public-sector pension",
        "150": "new rural pension",
        "160": "urban resident pension",
        "170": "urban-rural resident pension",
        "210": "unemployment",
        "310": "employee medical",
        "340": "medical for retired veteran cadres",  # 离休
        "360": "medical for old Red Army soldiers",  # 老红军
        "380": "new rural medical",
        "390": "urban-rural resident medical",
        "391": "urban resident medical",
        "410": "work injury",
        "510": "maternity",
    },
)

MEDICAL_PERSON: Final = _table(
    "医保人员",
    {
        "11": "working",
        "21": "retired",
        "22": "retired and living elsewhere",
        "31": "retired veteran cadre",  # 离休
        "32": "old Red Army soldier",  # 老红军
        "33": "disabled soldier",
        "34": "special care",
        "91": "other",
    },
)

USE_MODE: Final = _table("用卡方式", {"1": "online", "2": "offline"})
LOG_TYPE: Final = _table("交易类型", {"1": "load", "2": "settlement"})
SETTLEMENT_CLASS: Final = _table("特殊结算", {"1": "work injury", "2": "maternity", "3": "aid", "9": "other"})
YES_NO: Final = _table("是否", {"0": "no", "1": "yes"})

CARD_CLASS: Final = _table(
    "卡类别", {"1": "under school age", "2": "student", "3": "adult or not divided", "4": "elderly"}
)
SEX: Final = _table("性别", {"1": "male", "2": "female", "9": "not stated"})

_ETHNIC_NAMES = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 "
    "柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 "
    "塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)

ETHNIC: Final = CodeTable(
    "民族",
    MappingProxyType(
        {f"{number:02}": name for number, name in enumerate(_ETHNIC_NAMES.split(), start=1)} | {"99": "other"}
    ),
)
"""GB 3304, 01–56, and 99 of the card."""

TABLES: Final = (
    HOUSEHOLD,
    EMPLOYMENT,
    MARITAL,
    PERSON_CLASS,
    POLITICAL,
    EDUCATION,
    INSURANCE,
    MEDICAL_PERSON,
    USE_MODE,
    LOG_TYPE,
    SETTLEMENT_CLASS,
    YES_NO,
    CARD_CLASS,
    SEX,
    ETHNIC,
)
