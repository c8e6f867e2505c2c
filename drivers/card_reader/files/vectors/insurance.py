"""Worked examples of the files of DF03."""

from datetime import date
from typing import Final

from drivers.card_reader.files import tables
from drivers.card_reader.files.vectors.vector import FileVector

VECTORS: Final[dict[str, FileVector]] = {
    "DF03/EF05": FileVector(
        (
            "6103110105",
            "600420190930",
            "980420191001",
            "620420201001",
            "6303303132",
            "6403303130",
            "6503303230",
            "6603303035",
        ),
        {
            "region": "110105",
            "last unemployment registration": date(2019, 9, 30),
            "cn 98": "20191001",
            "cn 62": "20201001",
            "paid years": "012",
            "valid years": "010",
            "months due": "020",
            "months taken": "005",
        },
    ),
    "DF03/EF06": FileVector(
        (
            "45144C30303030303030303030303030303030303034",
            "46023037",
            "47023038",
            "480131",
            "490132",
            "670420210708",
            "6B3CB2E2CAD4BDE1C2DB" + "00" * 52,
            ("4A611302303514013115144D30303030303035" + "00" * 12 + "160420220809173CB8B4B2E9BDE1C2DB" + "00" * 52),
            "4A61" + "00" * 97,
            "4A61" + "00" * 97,
        ),
        {
            "an 45": "L0000000000000000004",
            "an 46": "07",
            "an 47": "08",
            "an 48": "1",
            "an 49": "2",
            "cn 67": "20210708",
            "an 6B": "测试结论",
            "group 4A": (
                {
                    "an 13": "05",
                    "an 14": "1",
                    "an 15": "M0000005",
                    "cn 16": "20220809",
                    "an 17": "复查结论",
                },
                None,
                None,
            ),
        },
    ),
    "DF03/EF07": FileVector(
        (
            "7003313130",
            "7103110105",
            "6E0419930101",
            "6C0420490101",
            "6F04FFFFFFFF",
            "730420240229",
        ),
        {
            "kind": tables.INSURANCE.code("110"),
            "region": "110105",
            "account opened": date(1993, 1, 1),
            "retired": date(2049, 1, 1),
            "benefit from": None,
            "updated": date(2024, 2, 29),
        },
    ),
    "DF03/EF15": FileVector(
        (
            "7A03110105",
            "7B0420150101",
            "7C0420151231",
        ),
        {
            "region": "110105",
            "cn 7B": "20150101",
            "cn 7C": "20151231",
        },
    ),
    "DF03/EF16": FileVector(
        (
            "5103110105",
            "5F0130",
        ),
        {
            "region": "110105",
            "spouse unemployed": tables.YES_NO.code("0"),
        },
    ),
    "DF03/EF17": FileVector(
        (
            "3B144E30303030303036" + "00" * 12,
            "3C46B2E2CAD4D2BDD4BA" + "00" * 62,
            "3D0131",
            "3E0420160203",
            "3F3CB2E2CAD4B2BFCEBB" + "00" * 52,
        ),
        {
            "an 3B": "N0000006",
            "an 3C": "测试医院",
            "an 3D": "1",
            "cn 3E": "20160203",
            "an 3F": "测试部位",
        },
    ),
    "DF03/EF18": FileVector(
        (
            "7403343130",
            "7503110105",
            "760102",
            "770420170101",
            "780420271231",
        ),
        {
            "an 74": "410",
            "cn 75": "110105",
            "cn 76": "02",
            "cn 77": "20170101",
            "cn 78": "20271231",
        },
    ),
    "DF03/EF19": FileVector(
        (
            "7927180331313019031101051A04201001011B04202312311C04012345671D033136381E0420240115",
            "7927180333313019031101051A04201201011B04FFFFFFFF1C04000000001D033134341E04FFFFFFFF",
            "7927" + "00" * 39,
            "7927" + "00" * 39,
        ),
        {
            "certificate": (
                {
                    "kind": tables.INSURANCE.code("110"),
                    "region": "110105",
                    "from": date(2010, 1, 1),
                    "to": date(2023, 12, 31),
                    "paid": 1234567,
                    "months": "168",
                    "issued": date(2024, 1, 15),
                },
                {
                    "kind": tables.INSURANCE.code("310"),
                    "region": "110105",
                    "from": date(2012, 1, 1),
                    "to": None,
                    "paid": 0,
                    "months": "144",
                    "issued": None,
                },
                None,
                None,
            ),
        },
    ),
}
