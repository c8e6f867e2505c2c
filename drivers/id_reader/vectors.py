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
    RequestVector("read with fingerprint", "3010", "AAAAAA96690003301023"),
    RequestVector("read newest address", "3003", "AAAAAA96690003300330"),
    RequestVector("115200 baud", "6000", "AAAAAA96690003600063"),
    RequestVector("57600 baud", "6001", "AAAAAA96690003600162"),
    RequestVector("38400 baud", "6002", "AAAAAA96690003600261"),
    RequestVector("19200 baud", "6003", "AAAAAA96690003600360"),
    RequestVector("9600 baud", "6004", "AAAAAA96690003600467"),
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

# The citizen's card with two fingers of zeros: 2321 bytes.
FINGERPRINT_FRAME: Final = "AAAAAA9669090A000090010004000400" + CITIZEN_TEXT + 2048 * "00" + "AC"

NEW_ADDRESS: Final = "北京市海淀区测试路3号"
NEW_ADDRESS_FRAME: Final = "AAAAAA9669004A0000901753AC4E025E776DC06D3A534B6DD58BEF8D3300F753" + 24 * _BLANK + "73"


@dataclass(frozen=True)
class DocumentVector:
    """A document by its letter: the fields of its layout, CHK and sha256 of the answer with 1024 zeros for a photo."""

    letter: str
    fields: dict[str, str]
    check: int
    frame_sha256: str


DOCUMENTS: Final = (
    DocumentVector("", CITIZEN_FIELDS, 0xA6, CITIZEN_FRAME_SHA256),
    DocumentVector(
        "J",
        {
            "name": "测试台",
            "sex": "2",
            "birth_date": "19491231",
            "address": "福建省厦门市测试路2号",
            "number": "830000194912310021",
            "issuer": "厦门市公安局",
            "valid_from": "20200101",
            "valid_to": "20250101",
            "permit_number": "T00000001",
            "issue_count": "01",
        },
        0x19,
        "a1c6ea5f0c9600a3d3da33c267a801913c0c4ab06b7c3252f97b88e076ff0951",
    ),
    DocumentVector(
        "I",
        {
            "english_name": "TEST, PERSON",
            "sex": "2",
            "number": "USA110049123108",
            "nationality": "USA",
            "name": "测试",
            "valid_from": "20200101",
            "valid_to": "20300101",
            "birth_date": "19491231",
            "version": "01",
            "authority": "1500",
        },
        0x90,
        "cb8c544b1ead466101ca8457302cd58948d42ad634cfa6bada9daf145013d69a",
    ),
    DocumentVector(
        "Y",
        {
            "name": "测试",
            "sex": "2",
            "renewals": "01",
            "birth_date": "19491231",
            "english_name": "TEST, PERSON",
            "number": "911840194912310027",
            "valid_from": "20240101",
            "valid_to": "20340101",
            "english_name_rest": "",
            "nationality": "USA",
            "former_number": "",
        },
        0xE3,
        "ba16a2284844f03acad7428b01a01571f3686541db7c944921c270038a87f63b",
    ),
)

FOREIGNER_NUMBERS: Final = {"USA11004912310": "8"}
"""The first 14 characters of a number of 2017, and its check digit."""
