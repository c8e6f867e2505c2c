"""The invented contents of application files, as data: a rule per element of the card sheet's section 6.

A rule is a text, texts to choose from ("1|2"), or a fact about the person ("=address"; contents.py knows them). A B-TLV
has a tuple of dictionaries, one for each of its records that is filled. An element without a rule stays empty, as most
do on real cards.
"""

from collections.abc import Mapping
from typing import Final

Rule = str | tuple[Mapping[int, str], ...]

RECORDS: Final[dict[str, dict[int, Rule]]] = {
    "DF01/EF05": {0x20: "11|21", 0x21: "=address", 0x0E: "=county"},
    "DF01/EF06": {0x23: "=address", 0x24: "=county", 0x28: "=phone", 0x2C: "刘敏|陈立|何静", 0x2D: "13900000100"},
    "DF01/EF07": {0x29: "=employment-state"},
    "DF01/EF08": {0x2B: "1|2"},
    "DF01/EF09": {0x2E: "=employer", 0x30: "990100019", 0x32: "=person-class"},
    "DF01/EF0A": {0x37: "156", 0x38: "13", 0x39: ""},
    "DF01/EF15": {
        0x2A: "21|31|41|61",
        0x40: ({0x57: "403|405", 0x58: "=degree-month", 0x59: "星湖职业技术学院|星湖大学"},),
    },
    "DF02/EF05": {
        0x42: "434|435",
        0x41: "080|082",
        0x43: (
            {
                0x5A: "6180101",
                0x5B: "3|4",
                0x5C: "星湖市职业技能鉴定中心",
                0x5D: "=first-job",
                0x5E: "9901000000012345",
            },
        ),
        0x44: ({0x33: "082", 0x34: "星湖市人力资源和社会保障局", 0x35: "=issued", 0x36: "9901000000054321"},),
    },
    "DF02/EF06": {
        0x4C: "=first-job",
        0x4B: "10010|10020",
        0x4D: "=city",
        0x60: "",
        0x4F: "",
        0x50: "",
        0x3A: "6180101|4010200",
    },
    "DF02/EF09": {0x55: "9901000000098765", 0x56: "星湖市公共就业服务中心", 0x96: "=first-job", 0x97: "=city"},
    "DF02/EF15": {0x99: ({0x10: "010", 0x11: "=first-job", 0x12: "=city"},), 0x0F: "=first-job", 0x1F: "=city"},
    "DF03/EF05": {
        0x61: "=city",
        0x98: "=first-job",
        0x62: "",
        0x63: "5|8|12",
        0x64: "5",
        0x65: "0",
        0x66: "0",
    },
    "DF03/EF06": {},
    "DF03/EF07": {
        0x70: "110",
        0x71: "=city",
        0x6E: "=first-job",
        0x6C: "=retired",
        0x6F: "=benefit-from",
        0x73: "=issued",
    },
    "DF03/EF15": {0x7A: "=city", 0x7B: "=first-job", 0x7C: ""},
    "DF03/EF16": {0x51: "=city", 0x5F: "0"},
    "DF03/EF17": {},
    "DF03/EF18": {},
    "DF03/EF19": {
        0x79: tuple(
            {
                0x18: kind,
                0x19: "=city",
                0x1A: "=first-job",
                0x1B: "=issued",
                0x1C: paid,
                0x1D: "24",
                0x1E: "=issued",
            }
            for kind, paid in (("110", "00876000"), ("310", "00219000"), ("210", "00054000"))
        )
    },
    "DF04/EF05": {
        0x81: "31001000",
        0x84: "=city",
        0x87: "99010000000001234",
        0x8C: "=medical-class",
        0x80: "=first-job",
        0x8B: "99010031000000000001",
        0x8A: "=card-number",
        0x83: "990100101",
        0x86: "990100102",
        0x89: "990100103",
        0x7D: "990100201",
        0x7E: "",
        0x7F: "",
        0x8D: "990100301",
        0x8E: "",
        0x8F: "2",
    },
    "DF04/EF06": {0x90: "1", 0x92: "00100000", 0x93: "10"},
    "DF07/EF05": {0xF0: "", 0xF1: "", 0xF2: "", 0xF3: "", 0xF4: ""},
    "DF07/EF06": {0xF5: "", 0xF6: "", 0xF7: ""},
    "DF07/EF07": {0xF8: "", 0xF9: ""},
}

# Newest first; fields in the order of the layout.
CYCLIC: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "DF02/EF07": (("6180101", "=first-job", "", "=employer"),),
    "DF02/EF16": (("101", "=first-job", "=first-job", "=issued", "=city"),),
    "DF04/EF08": (),
    "DF04/EF15": (("0001", "1|2|9"),),
}
