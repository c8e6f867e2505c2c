"""Worked examples of the files of DF02."""

from datetime import date
from typing import Final

from drivers.card_reader.files.vectors.vector import FileVector

VECTORS: Final[dict[str, FileVector]] = {
    "DF02/EF05": FileVector(
        (
            "4203313233",
            "4103343536",
            (
                "436C5A07323032303330305B01335C46B2E2CAD4BBFAB9B9"
                + "00" * 62
                + "5D04201906015E104330303030303031"
                + "00" * 8
            ),
            "436C" + "00" * 108,
            "446533033235313446B2E2CAD4BBFAB9B9" + "00" * 62 + "35042018060136104430303030303032" + "00" * 8,
            "4465" + "00" * 101,
        ),
        {
            "an 42": "123",
            "an 41": "456",
            "group 43": (
                {
                    "an 5A": "2020300",
                    "an 5B": "3",
                    "an 5C": "测试机构",
                    "cn 5D": "20190601",
                    "an 5E": "C0000001",
                },
                None,
            ),
            "group 44": (
                {
                    "an 33": "251",
                    "an 34": "测试机构",
                    "cn 35": "20180601",
                    "an 36": "D0000002",
                },
                None,
            ),
        },
    ),
    "DF02/EF06": FileVector(
        (
            "4C0420210301",
            "4B053130303030",
            "4D03110105",
            "6004FFFFFFFF",
            "4F06323030303030",
            "5003110108",
            "3A0732303230333030",
        ),
        {
            "last job registration": date(2021, 3, 1),
            "job type": "10000",
            "job region": "110105",
            "last unemployment registration": None,
            "an 4F": "200000",
            "region 50": "110108",
            "occupation": "2020300",
        },
    ),
    "DF02/EF09": FileVector(
        (
            "55104530303030303033" + "00" * 8,
            "5646B2E2CAD4D6D0D0C4" + "00" * 62,
            "960420220102",
            "9703110105",
        ),
        {
            "number": "E0000003",
            "issuer": "测试中心",
            "date": date(2022, 1, 2),
            "region": "110105",
        },
    ),
    "DF02/EF15": FileVector(
        (
            "991010033130311104202304051203110105",
            "9910" + "00" * 16,
            "9910" + "00" * 16,
            "9910" + "00" * 16,
            "0F0420230501",
            "1F03110108",
        ),
        {
            "group 99": (
                {
                    "an 10": "101",
                    "cn 11": "20230405",
                    "cn 12": "110105",
                },
                None,
                None,
                None,
            ),
            "cn 0F": "20230501",
            "cn 1F": "110108",
        },
    ),
    "DF02/EF07": FileVector(
        ("323032303330302015090120200831B2E2CAD4B5A5CEBB" + "00" * 62,),
        {
            "occupation": "2020300",
            "first date": date(2015, 9, 1),
            "second date": date(2020, 8, 31),
            "employer": "测试单位",
        },
    ),
    "DF02/EF16": FileVector(
        ("313031202101012021123120220115110105",),
        {
            "policy": "101",
            "first cn": "20210101",
            "second cn": "20211231",
            "third cn": "20220115",
            "region": "110105",
        },
    ),
}
