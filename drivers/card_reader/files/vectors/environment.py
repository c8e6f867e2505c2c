"""Worked examples of the files of the environment (SSSE)."""

from datetime import date
from typing import Final

from drivers.card_reader.facts import CardId
from drivers.card_reader.files import tables
from drivers.card_reader.files.vectors.vector import FileVector

VECTORS: Final[dict[str, FileVector]] = {
    "SSSE/EF1E": FileVector(
        (
            "61124F06D156000005005008B9ABB9B2D3A6D3C3",
            "61144F06D15600000501500ABECDD2B5D3EBCAA7D2B5",
            "61134F06D156000005025009C9E7BBE1B1A3CFD531",
            "61134F06D156000005035009C9E7BBE1B1A3CFD532",
        ),
        (
            {"aid": bytes.fromhex("D15600000500"), "label": "公共应用"},
            {"aid": bytes.fromhex("D15600000501"), "label": "就业与失业"},
            {"aid": bytes.fromhex("D15600000502"), "label": "社会保险1"},
            {"aid": bytes.fromhex("D15600000503"), "label": "社会保险2"},
        ),
    ),
    "SSSE/EF05": FileVector(
        (
            "0110990100D15600000500000001FFFFFFFF",
            "020133",
            "0304322E3030",
            "040C915600000299010099010001",
            "050420240101",
            "060420340101",
            "0709413030303030303131",
        ),
        {
            "card id": CardId("990100", "00000001", "FFFFFFFF"),
            "card class": tables.CARD_CLASS.code("3"),
            "version": "2.00",
            "initialiser": "915600000299010099010001",
            "issued": date(2024, 1, 1),
            "expires": date(2034, 1, 1),
            "card number": "A00000011",
        },
    ),
    "SSSE/EF06": FileVector(
        (
            "0812313130313035313934393132333130303258",
            "091EB2E2CAD4C8CB" + "00" * 24,
            "4E14" + "00" * 20,
            "0A0132",
            "0B0101",
            "0C03110105",
            "0D0419491231",
        ),
        {
            "social number": "11010519491231002X",
            "full name": "测试人",
            "sex": tables.SEX.code("2"),
            "ethnic group": tables.ETHNIC.code("01"),
            "birthplace": "110105",
            "birth date": date(1949, 12, 31),
        },
    ),
    "SSSE/EF07": FileVector(("0001FE" + "00" * 0x2FD,), b"\x00\x01\xfe" + bytes(0x2FD)),
    "SSSE/EF08": FileVector(("FFD8FFE0" + "00" * 0xFFC,), b"\xff\xd8\xff\xe0" + bytes(0xFFC)),
}
