"""Worked examples of the files of DF07."""

from typing import Final

from drivers.card_reader.files.vectors.vector import FileVector

VECTORS: Final[dict[str, FileVector]] = {
    "DF07/EF05": FileVector(
        (
            "F0023031",
            "F10132",
            "F20420180501",
            "F303313233",
            "F40420190501",
        ),
        {
            "an F0": "01",
            "an F1": "2",
            "cn F2": "20180501",
            "an F3": "123",
            "cn F4": "20190501",
        },
    ),
    "DF07/EF06": FileVector(
        (
            "F503343536",
            "F60420200601",
            "F746B2E2CAD4D1D0BEBFCBF9" + "00" * 60,
        ),
        {
            "an F5": "456",
            "cn F6": "20200601",
            "an F7": "测试研究所",
        },
    ),
    "DF07/EF07": FileVector(
        (
            "F80420051201",
            "F90131",
        ),
        {
            "cn F8": "20051201",
            "an F9": "1",
        },
    ),
}
