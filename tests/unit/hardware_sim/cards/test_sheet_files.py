"""Every file of the card sheet, section by section: tags, lengths, kinds, who may read and who may write it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from hardware_sim.cards.demo_keys import DEMO_ROOT_KEY
from hardware_sim.cards.files import RecordFile
from hardware_sim.cards.personalisation import file_tree
from hardware_sim.people import persona

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
PIN = "0020000003123456"
AIDS = {"DF01": "00", "DF02": "01", "DF03": "02", "DF04": "03", "DF07": "04"}
READ_KEYS = {"RK1": "82", "RK2": "83", "RK3": "84"}


def write_key(name: str) -> str:
    """The id of UK1 to UKB."""
    return f"{0x84 + int(name[2:], 16):02X}"


@dataclass(frozen=True)
class Row:
    """A row of the sheet's section 6: records as tag and length, or the sizes of cyclic and transparent files."""

    directory: str
    file: str
    read: str
    write: str
    records: str = ""
    cyclic: int = 0
    most: int = 0
    transparent: int = 0

    @property
    def sfi(self) -> int:
        return int(self.file, 16)


FILES = (
    Row("DF01", "05", "PIN|RK1", "UK1", "20:02 21:50 0E:03"),
    Row("DF01", "06", "PIN|RK1", "UK4", "23:50 24:03 28:0F 2C:32 2D:0F"),
    Row("DF01", "07", "PIN|RK1", "UK2", "29:01"),
    Row("DF01", "08", "PIN|RK1", "UK3", "2B:01"),
    Row("DF01", "09", "PIN|RK1", "UK2", "2E:46 30:09 32:02"),
    Row("DF01", "0A", "PIN|RK1", "UK5", "37:03 38:02 39:04"),
    Row("DF01", "15", "PIN|RK1", "UK6", "2A:01 40:34 40:34 40:34"),
    Row("DF01", "16", "free", "UK7", transparent=128),
    Row("DF01", "17", "free", "UK8", transparent=128),
    Row("DF01", "18", "free", "UK9", transparent=128),
    Row("DF01", "19", "free", "UKA", transparent=128),
    Row("DF01", "1A", "free", "UKB", transparent=128),
    Row("DF02", "05", "PIN|RK1", "UK1", "42:03 41:03 43:6C 43:6C 44:65 44:65"),
    Row("DF02", "06", "PIN|RK1", "UK2", "4C:04 4B:05 4D:03 60:04 4F:06 50:03 3A:07"),
    Row("DF02", "07", "PIN|RK1", "UK3", cyclic=0x55, most=4),
    Row("DF02", "09", "PIN|RK1", "UK4", "55:10 56:46 96:04 97:03"),
    Row("DF02", "15", "PIN|RK1", "UK5", "99:10 99:10 99:10 99:10 0F:04 1F:03"),
    Row("DF02", "16", "PIN|RK1", "UK6", cyclic=0x12, most=4),
    Row("DF03", "05", "PIN|RK2", "UK1", "61:03 98:04 62:04 63:03 64:03 65:03 66:03"),
    Row("DF03", "06", "PIN|RK1", "UK2", "45:14 46:02 47:02 48:01 49:01 67:04 6B:3C 4A:61 4A:61 4A:61"),
    Row("DF03", "07", "PIN|RK1", "UK3", "70:03 71:03 6E:04 6C:04 6F:04 73:04"),
    Row("DF03", "15", "PIN|RK1", "UK4", "7A:03 7B:04 7C:04"),
    Row("DF03", "16", "PIN|RK1", "UK5", "51:03 5F:01"),
    Row("DF03", "17", "PIN|RK1", "UK6", "3B:14 3C:46 3D:01 3E:04 3F:3C"),
    Row("DF03", "18", "PIN|RK1", "UK7", "74:03 75:03 76:01 77:04 78:04"),
    Row("DF03", "19", "PIN|RK1", "UK8", "79:27 79:27 79:27 79:27"),
    Row(
        "DF04",
        "05",
        "PIN|RK1",
        "UK1",
        "81:08 84:03 87:11 8C:01 80:04 8B:1D 8A:0F 83:09 86:09 89:09 7D:09 7E:09 7F:09 8D:09 8E:09 8F:01",
    ),
    Row("DF04", "06", "PIN&RK1", "UK2", "90:01 92:04 93:02"),
    Row("DF04", "08", "PIN", "never", cyclic=0x1C, most=30),
    Row("DF04", "15", "PIN|RK1", "UK2", cyclic=0x03, most=8),
    Row("DF07", "05", "RK1", "UK1", "F0:02 F1:01 F2:04 F3:03 F4:04"),
    Row("DF07", "06", "RK2", "UK2", "F5:03 F6:04 F7:46"),
    Row("DF07", "07", "RK3", "UK3", "F8:04 F9:01"),
)
EACH = pytest.mark.parametrize("row", FILES, ids=lambda row: f"{row.directory}-EF{row.file}")
PROOFS = ((), ("PIN",), ("RK1",), ("RK2",), ("RK3",), ("PIN", "RK1"))


def opened(insert: Callable[..., Any], directory: str, proofs: tuple[str, ...] = (), **values: Any) -> Any:
    hands = insert(**values)
    assert hands.fetch(SSSE)[-4:] == "9000"
    assert hands.fetch(f"00A4040006D156000005{AIDS[directory]}")[-4:] == "9000"
    for proof in proofs:
        assert (hands.send(PIN) if proof == "PIN" else hands.authenticate(READ_KEYS[proof])) == "9000"
    return hands


def read_one(hands: Any, row: Row) -> str:
    if row.transparent:
        return str(hands.send(f"00B0{0x80 | row.sfi:02X}0001"))
    return str(hands.fetch(f"00B201{row.sfi << 3 | 4:02X}00"))


def enough(condition: str, proofs: tuple[str, ...]) -> bool:
    if condition == "free":
        return True
    if "&" in condition:
        return set(condition.split("&")) <= set(proofs)
    return bool(set(condition.split("|")) & set(proofs))


@EACH
def test_each_file_is_read_by_exactly_those_the_sheet_lets(row: Row, insert: Callable[..., Any]) -> None:
    for proofs in PROOFS:
        status = read_one(opened(insert, row.directory, proofs), row)[-4:]
        if enough(row.read, proofs):
            assert status in ("9000", "6A83"), proofs
        else:
            assert status == "6982", proofs


@EACH
def test_each_file_has_the_records_and_lengths_of_the_sheet(row: Row, insert: Callable[..., Any]) -> None:
    hands = opened(insert, row.directory, ("PIN", "RK1", "RK2", "RK3"))
    if row.transparent:
        assert hands.send(f"00B0{0x80 | row.sfi:02X}0000") == f"6C{row.transparent:02X}"
        return
    lengths = []
    while (answer := hands.fetch(f"00B2{len(lengths) + 1:02X}{row.sfi << 3 | 4:02X}00")) != "6A83":
        assert answer[-4:] == "9000"
        lengths.append(f"{answer[:2]}:{answer[2:4]}" if row.records else f"{len(answer) // 2 - 2:02X}")
        if row.records:
            assert len(answer) // 2 - 4 == int(answer[2:4], 16)
    assert lengths == (row.records.split() if row.records else [f"{row.cyclic:02X}"] * len(lengths))


def test_the_card_has_no_file_and_no_application_beside_those_of_the_sheet(insert: Callable[..., Any]) -> None:
    known = {(row.directory, row.sfi) for row in FILES}
    for directory in AIDS:
        hands = opened(insert, directory)
        for sfi in range(1, 31):
            found = hands.send(f"00A4020002EF{sfi:02X}")
            assert found == ("9000" if (directory, sfi) in known else "6A82"), (directory, sfi)


def test_life_and_relief_are_there_by_file_id_and_empty(insert: Callable[..., Any]) -> None:
    hands = insert()
    hands.fetch(SSSE)
    for name in ("DF05", "DF06"):
        assert hands.fetch(f"00A4000002{name}") == f"6F048302{name}9000"
        assert hands.send("00A4020002EF05") == "6A82"


def new_value(hands: Any, row: Row) -> tuple[str, str, str]:
    """Header of UPDATE without class, data, and the READ that gets them back."""
    if row.transparent:
        return f"D6{0x80 | row.sfi:02X}10", "A1B2C3", f"00B0{0x80 | row.sfi:02X}1003"
    if row.cyclic:
        return f"DC00{row.sfi << 3 | 3:02X}", "31" * row.cyclic, f"00B201{row.sfi << 3 | 4:02X}{row.cyclic:02X}"
    tag, length = row.records.split()[-1].split(":")
    number = len(row.records.split())
    data = tag + length + "31" * int(length, 16)
    return f"DC{number:02X}{row.sfi << 3 | 4:02X}", data, f"00B2{number:02X}{row.sfi << 3 | 4:02X}{len(data) // 2:02X}"


@EACH
@pytest.mark.parametrize("how", ["plain", "with MAC"])
def test_each_file_is_written_with_its_own_key_and_no_other(row: Row, how: str, insert: Callable[..., Any]) -> None:
    everything = ("PIN", "RK1", "RK2", "RK3")
    hands = opened(insert, row.directory, everything)
    header, data, read = new_value(hands, row)
    before = hands.send(read)
    plain = f"00{header}{len(data) // 2:02X}{data}"
    for number in range(1, 12):
        name = f"UK{number:X}"
        if name != row.write:
            hands = opened(insert, row.directory, everything)
            assert hands.authenticate(write_key(name)) == "9000"
            assert hands.send(plain) == "6982"
            assert hands.send(read) == before
    hands = opened(insert, row.directory, everything)
    if row.write == "never":
        assert hands.protected(f"04{header}", data) == "6982"
        return
    if how == "plain":
        assert hands.authenticate(write_key(row.write)) == "9000"
        assert hands.send(plain) == "9000"
    else:
        assert hands.protected(f"04{header}", data) == "9000"
    assert hands.send(read) == data + "9000"


@pytest.mark.parametrize("sfi", ["05", "06", "07", "08"])
def test_the_environments_files_are_written_with_its_own_key(sfi: str, insert: Callable[..., Any]) -> None:
    binary = sfi in ("07", "08")
    update = f"00D6{0x80 | int(sfi, 16):02X}0002AABB" if binary else f"00DC02{int(sfi, 16) << 3 | 4:02X}"
    if sfi == "05":
        update += "03020134"
    if sfi == "06":
        update += "20091E" + "41" * 30
    hands = insert()
    hands.fetch(SSSE)
    assert hands.authenticate("0A") == "9000"
    assert hands.send(update) == "6982"
    assert hands.authenticate("0B") == "9000"
    assert hands.send(update) == "9000"
    assert hands.send("00DC01F4" + "0361014F") == "6982"  # DIR is never written


def test_a_card_of_1_0_has_issuer_and_holder_data_and_empty_applications(insert: Callable[..., Any]) -> None:
    for version, shown in (("1.00", "312E3030"), ("", "00000000")):
        hands = insert(card__version=version)
        hands.fetch(SSSE)
        assert hands.fetch("00B2032C00") == f"0304{shown}9000"
        tags = []
        while (answer := hands.fetch(f"00B2{len(tags) + 1:02X}3400")) != "6A83":
            tags.append(answer[:2])
        assert tags == ["08", "09", "0A", "0B", "0C", "0D"]
        assert hands.send("00B2013545")[-4:] == "9000"  # 0x45 bytes in all
        assert hands.send("00A4020002EF08") == "6A82"
        assert hands.fetch("00A4040006D15600000500")[-4:] == "9000"
        assert hands.send("00A4020002EF05") == "6A82"
        assert hands.send("00A404000E315041592E5359532E4444463031") == "6A82"
        assert hands.send("00A404000C504B492EC9E7BBE1B1A3D5CF") == "6A82"


def test_only_a_3_0_card_has_certificates_and_hides_its_holder(insert: Callable[..., Any]) -> None:
    for version, certificates, holder in (("2.00", "6A82", "9000"), ("2.01", "6A82", "9000"), ("3.00", "6110", "6982")):
        hands = insert(card__version=version)
        assert hands.send("00A404000C504B492EC9E7BBE1B1A3D5CF") == certificates
        hands.fetch(SSSE)
        assert hands.send("00B201355B")[-4:] == holder


def test_an_ssf33_card_says_so_and_can_prove_nothing(insert: Callable[..., Any]) -> None:
    hands = insert(card__algorithm="SSF33", card__version="2.00")
    assert hands.fetch(SSSE)[-10:] == "8601029000"
    assert hands.fetch("008800001011223344556677880102030405060708") == "6A88"
    assert hands.fetch("00B201355B")[-4:] == "9000"
    assert hands.send(PIN) == "9000"
    hands.fetch("00A4040006D15600000503")
    assert hands.begin_load(100) == "9403"
    assert hands.begin_purchase(0, 0, 0) == "9403"


def test_an_old_card_may_keep_its_algorithm_to_itself(insert: Callable[..., Any]) -> None:
    hands = insert(card__tells_algorithm=False, card__algorithm="3DES")
    assert hands.fetch(SSSE) == "6F16840F7378312E73682EC9E7BBE1B1A3D5CFA50388011E9000"


CODES = {
    ("DF01", "20"): {
        "10",
        "11",
        "12",
        "20",
        "21",
        "22",
        "30",
        "31",
        "32",
        "33",
        "34",
        "40",
        "41",
        "42",
        "50",
        "51",
        "52",
    },
    ("DF01", "29"): set("12345678"),
    ("DF01", "2B"): set("12349"),
    ("DF01", "32"): {"11", "12", "13", "17", "21", "24", "27", "31", "37", "51", "54", "70", "80", "90"},
    ("DF01", "38"): {f"{code:02d}" for code in range(1, 14)},
    ("DF03", "70"): {"110", "120", "150", "160", "170"},
    ("DF04", "8F"): set("12"),
}


@pytest.mark.parametrize("key", ["worker", "pensioner", "rare-name"])
def test_every_person_has_codes_from_the_tables_and_the_same_contents_each_time(key: str) -> None:
    def contents() -> dict[tuple[str, str], bytes]:
        ssse = file_tree(persona(key), DEMO_ROOT_KEY).children[0]
        return {
            (application.name, f"{record[0]:02X}"): record[2:]
            for application in ssse.children
            for file in application.files
            if isinstance(file, RecordFile) and not file.cyclic
            for record in file.records
        }

    found = contents()
    assert found == contents()
    for place, codes in CODES.items():
        assert found[place].rstrip(b"\0").decode("ascii") in codes, place
    assert found[("DF04", "81")][:3].decode("ascii") in {"310", "340", "360", "380", "390", "391"}
    assert set(found[("DF04", "81")][3:]) <= set(b"01")
    assert found[("DF04", "8C")].hex() in {"11", "21", "22", "31", "32", "33", "34", "91"}
    assert found[("DF01", "2A")].hex() in {"11", "14", "21", "31", "41", "44", "47", "61", "71", "81", "90"}
