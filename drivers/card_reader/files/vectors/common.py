"""Worked examples of the files of DF01."""

from datetime import date
from typing import Final

from drivers.card_reader.files import tables
from drivers.card_reader.files.vectors.vector import FileVector

VECTORS: Final[dict[str, FileVector]] = {
    "DF01/EF16": FileVector(("01" + "00" * 127,), b"\x01" + bytes(127)),
    "DF01/EF17": FileVector(("01" + "00" * 127,), b"\x01" + bytes(127)),
    "DF01/EF18": FileVector(("01" + "00" * 127,), b"\x01" + bytes(127)),
    "DF01/EF19": FileVector(("01" + "00" * 127,), b"\x01" + bytes(127)),
    "DF01/EF1A": FileVector(("01" + "00" * 127,), b"\x01" + bytes(127)),
    "DF01/EF05": FileVector(
        (
            "20023131",
            "2150B1B1BEA9CAD0B3AFD1F4C7F8B2E2CAD4C2B731BAC5" + "00" * 59,
            "0E03110105",
        ),
        {
            "household": tables.HOUSEHOLD.code("11"),
            "address": "北京市朝阳区测试路1号",
            "region": "110105",
        },
    ),
    "DF01/EF06": FileVector(
        (
            "2350B1B1BEA9CAD0BAA3B5EDC7F8D1F9C0FDBDD632BAC5" + "00" * 59,
            "2403110108",
            "280F303130303030303030303000000000",
            "2C32B2E2CAD4C8CB" + "00" * 44,
            "2D0F303130303030303030303100000000",
        ),
        {
            "address": "北京市海淀区样例街2号",
            "region": "110108",
            "phone": "01000000000",
            "contact": "测试人",
            "contact phone": "01000000001",
        },
    ),
    "DF01/EF07": FileVector(
        ("290131",),
        {
            "work state": tables.EMPLOYMENT.code("1"),
        },
    ),
    "DF01/EF08": FileVector(
        ("2B0132",),
        {
            "marital state": tables.MARITAL.code("2"),
        },
    ),
    "DF01/EF09": FileVector(
        (
            "2E46B2E2CAD4B5A5CEBB" + "00" * 62,
            "3009313233343536373839",
            "32023234",
        ),
        {
            "employer": "测试单位",
            "organisation code": "123456789",
            "person class": tables.PERSON_CLASS.code("24"),
        },
    ),
    "DF01/EF0A": FileVector(
        (
            "3703313536",
            "38023133",
            "390420200229",
        ),
        {
            "nationality": "156",
            "political status": tables.POLITICAL.code("13"),
            "date": date(2020, 2, 29),
        },
    ),
    "DF01/EF15": FileVector(
        (
            "2A0121",
            "4034570334303158031101055928B2E2CAD4B4F3D1A7" + "00" * 32,
            "4034" + "00" * 52,
            "4034" + "00" * 52,
        ),
        {
            "education": tables.EDUCATION.code("21"),
            "degree": (
                {
                    "an 57": "401",
                    "cn 58": "110105",
                    "an 59": "测试大学",
                },
                None,
                None,
            ),
        },
    ),
}
