"""Worked examples of the files of DF04."""

from datetime import date, datetime
from typing import Final

from drivers.card_reader.files import tables
from drivers.card_reader.files.values import MedicalKind
from drivers.card_reader.files.vectors.vector import FileVector

VECTORS: Final[dict[str, FileVector]] = {
    "DF04/EF05": FileVector(
        (
            "81083331303130303031",
            "8403110105",
            "87114830303030303030303030303030303037",
            "8C0111",
            "800420010401",
            "8B1D4130303030303030303030303030303030303030303030303030303038",
            "8A0F423030303030303030303030303039",
            "8309433030303030303031",
            "8609433030303030303032",
            "8909" + "00" * 9,
            "7D09433030303030303033",
            "7E09" + "00" * 9,
            "7F09" + "00" * 9,
            "8D09433030303030303034",
            "8E09" + "00" * 9,
            "8F0131",
        ),
        {
            "kind": MedicalKind(tables.INSURANCE.code("310"), True, False, False, False, True),
            "region": "110105",
            "health record": "H0000000000000007",
            "person class": tables.MEDICAL_PERSON.code("11"),
            "account opened": date(2001, 4, 1),
            "account": "A0000000000000000000000000008",
            "medical card": "B00000000000009",
            "clinic 83": "C00000001",
            "clinic 86": "C00000002",
            "clinic 89": "",
            "injury clinic 7D": "C00000003",
            "injury clinic 7E": "",
            "injury clinic 7F": "",
            "maternity clinic 8D": "C00000004",
            "maternity clinic 8E": "",
            "use mode": tables.USE_MODE.code("1"),
        },
    ),
    "DF04/EF06": FileVector(
        (
            "900131",
            "920400050000",
            "93023035",
        ),
        {
            "offline allowed": "1",
            "offline sum": 50000,
            "offline count": "05",
        },
    ),
    "DF04/EF08": FileVector(
        ("00073299010000000120240229083015000004D2000001F400000000",),
        {
            "sequence": 7,
            "type": tables.LOG_TYPE.code("2"),
            "terminal": "990100000001",
            "time": datetime(2024, 2, 29, 8, 30, 15),
            "account": 1234,
            "self-paid": 500,
            "fund": 0,
        },
    ),
    "DF04/EF15": FileVector(
        ("000933",),
        {
            "sequence": 9,
            "class": tables.SETTLEMENT_CLASS.code("3"),
        },
    ),
}
