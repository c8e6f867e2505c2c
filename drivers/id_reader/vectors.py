"""Worked frames and texts for the layouts of this room. One test walks all of them, in both directions."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class RequestVector:
    """A request as it stands on the line (hex) for a command of two bytes (hex)."""

    meaning: str
    command: str
    frame: str


@dataclass(frozen=True)
class AnswerVector:
    """An answer as it stands on the line (hex), with its SW1 SW2 SW3 and data (hex)."""

    meaning: str
    frame: str
    sw: str
    data: str = ""


REQUESTS: Final = (
    RequestVector("reset module", "10FF", "AAAAAA9669000310FFEC"),
    RequestVector("module state", "11FF", "AAAAAA9669000311FFED"),
    RequestVector("module number", "12FF", "AAAAAA9669000312FFEE"),
    RequestVector("find", "2001", "AAAAAA96690003200122"),
    RequestVector("select", "2002", "AAAAAA96690003200221"),
    RequestVector("read text and photo", "3001", "AAAAAA96690003300132"),
)

ANSWERS: Final = (
    AnswerVector("card found", "AAAAAA9669000800009F0000000097", "00009F", "00000000"),
    AnswerVector("no card", "AAAAAA9669000400008084", "000080"),
    AnswerVector("selected", "AAAAAA9669000C00009000000000000000009C", "000090", "0000000000000000"),
    AnswerVector("select failed", "AAAAAA9669000400008185", "000081"),
    AnswerVector("read failed", "AAAAAA9669000400004145", "000041"),
    AnswerVector("fine, no data", "AAAAAA9669000400009094", "000090"),
    AnswerVector("check sum wrong", "AAAAAA9669000400001014", "000010"),
    AnswerVector("length wrong", "AAAAAA9669000400001115", "000011"),
    AnswerVector("command wrong", "AAAAAA9669000400002125", "000021"),
    AnswerVector("not allowed now", "AAAAAA9669000400002327", "000023"),
    AnswerVector("no new address", "AAAAAA9669000400009195", "000091"),
    AnswerVector("self-test failed", "AAAAAA9669000400006064", "000060"),
    AnswerVector("not authorised", "AAAAAA9669000400006662", "000066"),
    AnswerVector(
        "module number",
        "AAAAAA9669001400009005000300E5D6340139300000F235772815",
        "000090",
        "05000300E5D6340139300000F2357728",
    ),
)

MODULE_NUMBER: Final = ("05000300E5D6340139300000F2357728", "05.03-20240101-0000012345-0678901234")

# The printed sample person of GB 11643: invented name, sample number.
CITIZEN_FIELDS: Final = {
    "name": "测试人",
    "sex": "2",
    "ethnic_group": "01",
    "birth_date": "19491231",
    "address": "北京市朝阳区测试路1号",
    "number": "11010519491231002X",
    "issuer": "北京市公安局朝阳分局",
    "valid_from": "20200101",
    "valid_to": "长期",
}
_BLANK: Final = "2000"
CITIZEN_TEXT: Final = "".join(
    (
        "4B6DD58BBA4E" + 12 * _BLANK,
        "3200" + "30003100" + "31003900340039003100320033003100",
        "1753AC4E025E1D6733963A534B6DD58BEF8D3100F753" + 24 * _BLANK,
        "310031003000310030003500310039003400390031003200330031003000300032005800",
        "1753AC4E025E6C51895B405C1D6733960652405C" + 5 * _BLANK,
        "32003000320030003000310030003100",
        "7F951F67" + 6 * _BLANK,
        18 * _BLANK,
    )
)
CITIZEN_FRAME: Final = "AAAAAA966905080000900100" + "0400" + CITIZEN_TEXT + 1024 * "00" + "A6"
CITIZEN_FRAME_SHA256: Final = "4c4de60293249fab9054455415b8bd98b455df6b69e27732a5d48284792e6c0b"
