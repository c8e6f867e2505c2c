"""The file tree: every file of the sheet is declared as the sheet says, and reads and writes its worked example."""

import random
from datetime import date

import pytest

from drivers.card_reader.files import tables
from drivers.card_reader.files.access import FREE, NEVER, PIN
from drivers.card_reader.files.catalogue import APPLICATIONS, FILES, file_at
from drivers.card_reader.files.declaration import Group, Kind
from drivers.card_reader.files.environment import DIRECTORY, DIRECTORY_ENTRY, HOLDER, ISSUER
from drivers.card_reader.files.values import Values
from drivers.card_reader.files.vectors import VECTORS
from drivers.card_reader.layouts import RECORD, parsed
from drivers.errors import CardMalformed, DataUnfit, DeviceError

# Sections 2 and 4-6 of the sheet, written out again: application, its EFs; then what each holds.
PROMISED = """
SSSE 1E 05 06 07 08
DF01 05 06 07 08 09 0A 15 16 17 18 19 1A
DF02 05 06 07 09 15 16
DF03 05 06 07 15 16 17 18 19
DF04 05 06 08 15
DF07 05 06 07
"""

# place, read, write, then each element as the sheet writes it: tag:type length
CONTENTS = """
SSSE/EF05 free UK_SSSE 01:10 02:01 03:04 04:0C 05:04 06:04 07:09
SSSE/EF06 free UK_SSSE 08:12 09:1E 4E:14 0A:01 0B:01 0C:03 0D:04
DF01/EF05 PIN|RK1 UK1 20:02 21:50 0E:03
DF01/EF06 PIN|RK1 UK4 23:50 24:03 28:0F 2C:32 2D:0F
DF01/EF07 PIN|RK1 UK2 29:01
DF01/EF08 PIN|RK1 UK3 2B:01
DF01/EF09 PIN|RK1 UK2 2E:46 30:09 32:02
DF01/EF0A PIN|RK1 UK5 37:03 38:02 39:04
DF01/EF15 PIN|RK1 UK6 2A:01 3x40:34{57:03,58:03,59:28}
DF01/EF16 free UK7
DF01/EF17 free UK8
DF01/EF18 free UK9
DF01/EF19 free UKA
DF01/EF1A free UKB
DF02/EF05 PIN|RK1 UK1 42:03 41:03 2x43:6C{5A:07,5B:01,5C:46,5D:04,5E:10} 2x44:65{33:03,34:46,35:04,36:10}
DF02/EF06 PIN|RK1 UK2 4C:04 4B:05 4D:03 60:04 4F:06 50:03 3A:07
DF02/EF07 PIN|RK1 UK3 cyclic:55 07 04 04 46
DF02/EF09 PIN|RK1 UK4 55:10 56:46 96:04 97:03
DF02/EF15 PIN|RK1 UK5 4x99:10{10:03,11:04,12:03} 0F:04 1F:03
DF02/EF16 PIN|RK1 UK6 cyclic:12 03 04 04 04 03
DF03/EF05 PIN|RK2 UK1 61:03 60:04 98:04 62:04 63:03 64:03 65:03 66:03
DF03/EF06 PIN|RK1 UK2 45:14 46:02 47:02 48:01 49:01 67:04 6B:3C 3x4A:61{13:02,14:01,15:14,16:04,17:3C}
DF03/EF07 PIN|RK1 UK3 70:03 71:03 6E:04 6C:04 6F:04 73:04
DF03/EF15 PIN|RK1 UK4 7A:03 7B:04 7C:04
DF03/EF16 PIN|RK1 UK5 51:03 5F:01
DF03/EF17 PIN|RK1 UK6 3B:14 3C:46 3D:01 3E:04 3F:3C
DF03/EF18 PIN|RK1 UK7 74:03 75:03 76:01 77:04 78:04
DF03/EF19 PIN|RK1 UK8 4x79:27{18:03,19:03,1A:04,1B:04,1C:04,1D:03,1E:04}
DF04/EF05 PIN|RK1 UK1 81:08 84:03 87:11 8C:01 80:04 8B:1D 8A:0F 83:09 86:09 89:09 7D:09 7E:09 7F:09 8D:09 8E:09 8F:01
DF04/EF06 PIN&RK1 UK2 90:01 92:04 93:02
DF04/EF08 PIN never cyclic:1C 02 01 06 07 04 04 04
DF04/EF15 PIN|RK1 UK2 cyclic:03 02 01
DF07/EF05 RK1 UK1 F0:02 F1:01 F2:04 F3:03 F4:04
DF07/EF06 RK2 UK2 F5:03 F6:04 F7:46
DF07/EF07 RK3 UK3 F8:04 F9:01
"""


def promised_places():
    for line in PROMISED.split("\n"):
        application, *files = line.split() or [""]
        yield from (f"{application}/EF{file}" for file in files)


def as_the_sheet_writes(file):
    """The declaration in the sheet's shorthand."""

    def access(who):
        ways = ["&".join(sorted(way)) for way in who.ways]
        return {FREE: "free", NEVER: "never"}.get(who) or "|".join(ways)

    def element(one):
        times = f"{one.count}x" if one.count > 1 else ""
        inner = ""
        if isinstance(one.coding, Group):
            inner = "{" + ",".join(f"{part.tag:02X}:{part.length:02X}" for part in one.coding._inner) + "}"
        return f"{times}{one.tag:02X}:{one.length:02X}{inner}"

    head = [file.place, access(file.read), access(file.write)]
    if file.kind is Kind.CYCLIC:
        return " ".join([*head, f"cyclic:{file.size:02X}", *(f"{one.length:02X}" for one in file.elements)])
    return " ".join([*head, *map(element, file.elements)])


def test_every_file_of_the_sheet_is_declared_once_and_has_a_worked_example():
    promised = list(promised_places())
    assert len(promised) == 38
    assert [file.place for file in FILES] == promised
    assert sorted(VECTORS) == sorted(promised)


@pytest.mark.parametrize("line", [line for line in CONTENTS.split("\n") if line], ids=lambda line: line[:9])
def test_a_declaration_says_what_the_sheet_says(line):
    assert as_the_sheet_writes(file_at(line[:9])) == line


def test_the_annexes_have_a_name_and_nothing_to_select():
    named = {application.name: application for application in APPLICATIONS}
    assert list(named) == ["SSSE", "DF01", "DF02", "DF03", "DF04", "DF05", "DF06", "DF07"]
    assert [name for name, application in named.items() if application.aid is None] == ["DF05", "DF06"]
    assert named["DF07"].aid.hex().upper() == "D15600000504"
    assert not any(file.application.aid is None for file in FILES)


def test_only_a_new_card_closes_its_holder_file():
    assert HOLDER.access(1) is HOLDER.access(2) is FREE
    assert HOLDER.access(3).key == "RK_SSSE"
    assert ISSUER.access(3) is FREE


def test_or_needs_one_right_and_and_needs_both():
    either, both = file_at("DF01/EF05").read, file_at("DF04/EF06").read
    assert either.allows(frozenset({PIN}))
    assert either.allows(frozenset({"RK1"}))
    assert not either.allows(frozenset({"RK2"}))
    assert not both.allows(frozenset({PIN}))
    assert both.allows(frozenset({PIN, "RK1"}))
    assert not NEVER.allows(frozenset({PIN, "RK1"}))
    assert FREE.allows(frozenset())


def data_of(file):
    return bytes.fromhex("".join(VECTORS[file.place].records))


TAGGED = [file for file in FILES if file.elements and file.kind is not Kind.CYCLIC]
CYCLIC = [file for file in FILES if file.kind is Kind.CYCLIC]


@pytest.mark.parametrize("file", TAGGED, ids=lambda file: file.place)
def test_a_file_reads_its_worked_example_and_writes_it_back(file):
    data, values = data_of(file), VECTORS[file.place].values
    assert file.decode(data) == values
    assert file.encode(values) == data
    assert len(data) == sum(element.count * element.record_length for element in file.elements)


@pytest.mark.parametrize("file", CYCLIC, ids=lambda file: file.place)
def test_a_record_of_a_cyclic_file_reads_its_worked_example_and_writes_it_back(file):
    (record,) = VECTORS[file.place].records
    assert len(record) == 2 * file.size
    assert file.decode_cyclic(bytes.fromhex(record)) == VECTORS[file.place].values
    assert file.encode_cyclic(VECTORS[file.place].values) == bytes.fromhex(record)
    for blank in (b"\x00", b"\xee", b"\xff"):
        assert file.decode_cyclic(blank * file.size) is None


def test_the_directory_reads_its_worked_example_and_writes_it_back():
    vector = VECTORS[DIRECTORY.place]
    for record, values in zip(vector.records, vector.values, strict=True):
        entry = parsed(DIRECTORY_ENTRY, bytes.fromhex(record), "directory").entry
        assert {"aid": entry.aid, "label": entry.label} == values
        assert DIRECTORY_ENTRY.build({"entry": values}).hex().upper() == record


@pytest.mark.parametrize("file", [file for file in FILES if file.kind is Kind.TRANSPARENT], ids=lambda file: file.place)
def test_a_transparent_file_has_its_size(file):
    assert len(data_of(file)) == len(VECTORS[file.place].values) == file.size
    assert data_of(file) == VECTORS[file.place].values


def test_the_sheets_sizes_of_whole_files_hold():
    assert len(data_of(ISSUER)) == 0x40
    assert len(data_of(HOLDER)) == 0x5B


def test_text_filled_with_zeros_or_spaces_reads_alike():
    file = file_at("DF01/EF07")
    employer = file_at("DF01/EF09")
    for fill in ("00", "20"):
        record = bytes.fromhex("2E46B2E2CAD4" + fill * 66)
        assert employer.decode(record) == {"employer": "测试"}
    assert file.decode(bytes.fromhex("2901EE")) == {"work state": None}


def test_what_no_later_version_uses_is_filled_with_ee_and_reads_as_empty():
    assert file_at("DF01/EF0A").decode(bytes.fromhex("3904EEEEEEEE3703313536")) == {"nationality": "156", "date": None}
    degree = bytes.fromhex("40345703343031" + "5803110105" + "EE" * 42)
    assert file_at("DF01/EF15").decode(degree)["degree"] == ({"an 57": "401", "cn 58": "110105"},)


def test_a_code_outside_its_table_is_read_as_it_is_but_never_written():
    file = file_at("DF01/EF08")
    value = file.decode(bytes.fromhex("2B0137"))["marital state"]
    assert (value.text, value.meaning) == ("7", None)
    with pytest.raises(DataUnfit) as caught:
        file.encode({"marital state": value})
    assert caught.value.facts == {"file": "DF01/EF08", "tag": "2B", "shape": "not one of the code table"}


def test_regions_may_have_records_of_their_own_which_nobody_guesses_at():
    assert file_at("DF01/EF07").decode(bytes.fromhex("290131" + "D70299AA")) == {
        "work state": tables.EMPLOYMENT.code("1")
    }


WRONG = {
    "not GBK": ("DF01/EF09", "2E46FFFF" + "00" * 68, "2E", "not GBK"),
    "half a character": ("DF01/EF09", "2E46B2E2CA" + "00" * 67, "2E", "not GBK"),
    "control character": ("DF01/EF09", "2E464101" + "42" + "00" * 67, "2E", "control character in text"),
    "30 February": ("DF01/EF0A", "390420230230", "39", "no such date"),
    "29 February of a common year": ("DF01/EF0A", "390420230229", "39", "no such date"),
    "not digits": ("DF01/EF05", "0E0311010A", "0E", "not decimal digits"),
    "too short": ("DF01/EF05", "0E021101", "0E", "layout"),
    "too long": ("DF01/EF05", "0E0411010500", "0E", "something behind"),
    "a group too short": ("DF01/EF15", "4002" + "5700", "40", "group of another length"),
    "a group that is not records": ("DF01/EF15", "4034" + "57FF" + "31" * 50, "40", "group is not records"),
    "a strange tag in a group": ("DF01/EF15", "4034" + "5232" + "31" * 50, "40", "unknown tag in group"),
    "a wrong length in a group": ("DF01/EF15", "4034" + "5732" + "31" * 50, "40", "element of another length in group"),
    "one record too many": ("DF01/EF07", "290131290131", "29", "too many records"),
    "money that is no number": ("DF04/EF06", "920412A45678", "92", "not decimal digits"),
    "flags that are none": ("DF04/EF05", "81083331303030303032", "81", "not a kind of insurance and five flags"),
    "a city that is no number": (
        "SSSE/EF05",
        "01109901A0D15600000500000001FFFFFFFF",
        "01",
        "city code is not decimal",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_data_that_break_a_rule_are_refused_with_file_tag_and_rule(wrong):
    place, data, tag, shape = WRONG[wrong]
    with pytest.raises(CardMalformed) as caught:
        file_at(place).decode(bytes.fromhex(data))
    facts = caught.value.facts
    assert (facts["file"], facts["tag"], facts["shape"]) == (place, tag, shape)
    assert set(facts) <= {"file", "tag", "shape", "element", "length"}


def test_a_file_that_is_not_records_is_refused_as_a_whole():
    with pytest.raises(CardMalformed) as caught:
        file_at("DF01/EF07").decode(bytes.fromhex("2905"))
    assert caught.value.facts["file"] == "DF01/EF07"


def test_a_time_that_does_not_exist_in_the_log_is_refused():
    (record,) = VECTORS["DF04/EF08"].records
    for wrong in ("20240230083015", "20240229253015", "2024022908FFFF"):
        with pytest.raises(CardMalformed) as caught:
            file_at("DF04/EF08").decode_cyclic(bytes.fromhex(record.replace("20240229083015", wrong)))
        assert caught.value.facts["shape"] == "no such time"
    with pytest.raises(CardMalformed):
        file_at("DF04/EF08").decode_cyclic(bytes.fromhex(record[:-2]))


UNFIT = {
    "text too long": ("DF01/EF05", {"address": "号" * 41}, "21", "text too long"),
    "not in GBK": ("DF01/EF05", {"address": "𠮷"}, "21", "not GBK"),
    "half a pair": ("DF01/EF05", {"address": "\ud800"}, "21", "character"),
    "not digits": ("DF01/EF05", {"region": "11010A"}, "0E", "not decimal digits"),
    "too many digits": ("DF01/EF05", {"region": "1101050"}, "0E", "too many digits"),
    "negative money": ("DF04/EF06", {"offline sum": -1}, "92", "negative amount"),
    "too much money": ("DF04/EF06", {"offline sum": 100_000_000}, "92", "too many digits"),
    "a name too long": ("SSSE/EF06", {"full name": "名" * 26}, "4E", "text too long"),
    "a name not in GBK": ("SSSE/EF06", {"full name": "𠮷"}, "09", "not GBK"),
}


@pytest.mark.parametrize("unfit", UNFIT)
def test_data_that_do_not_fit_are_refused_before_they_reach_the_card(unfit):
    place, values, tag, shape = UNFIT[unfit]
    with pytest.raises(DataUnfit) as caught:
        file_at(place).encode(values)
    assert caught.value.facts == {"file": place, "tag": tag, "shape": shape}


def test_a_name_that_needs_both_records_is_cut_and_joined_again():
    name = "阿" + "·" + "a" + "买买提" * 4 + "江"
    data = HOLDER.encode({"full name": name})
    assert len(data) == 0x20 + 0x16
    assert HOLDER.decode(data) == {"full name": name}


def test_a_name_with_an_old_character_of_gbk_survives_both_ways():
    assert HOLDER.decode(HOLDER.encode({"full name": "䶮"})) == {"full name": "䶮"}


def test_values_show_their_names_and_not_themselves():
    for file in TAGGED:
        values = file.decode(data_of(file))
        assert repr(values) == f"Values({', '.join(values)})"
        assert len(values) == len(list(values))
    assert "测试" not in repr(Values({"employer": "测试单位"}))
    assert repr(tables.MARITAL.code("2")) == "Code(婚姻)"
    assert "310" not in repr(file_at("DF04/EF05").decode(data_of(file_at("DF04/EF05")))["kind"])


def test_the_code_tables_are_the_sheets():
    sizes = {table.name: len(table.meanings) for table in tables.TABLES}
    assert sizes == {
        "户口类别": 17,
        "就业状态": 8,
        "婚姻": 5,
        "人员身份": 14,
        "政治面貌": 13,
        "学历": 11,
        "险种": 14,
        "医保人员": 8,
        "用卡方式": 2,
        "交易类型": 2,
        "特殊结算": 4,
        "是否": 2,
        "卡类别": 4,
        "性别": 3,
        "民族": 57,
    }
    for code, name in {"01": "汉", "11": "满", "20": "傈僳", "30": "土", "44": "俄罗斯", "56": "基诺"}.items():
        assert tables.ETHNIC.meanings[code] == name


@pytest.mark.parametrize("file", TAGGED + CYCLIC, ids=lambda file: file.place)
def test_garbled_files_end_in_our_own_errors_and_in_nothing_else(file):
    chance = random.Random(f"garbled {file.place}")
    data = data_of(file)
    read = file.decode_cyclic if file.kind is Kind.CYCLIC else file.decode
    ended = 0
    for _ in range(400):
        wrong = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            wrong[chance.randrange(len(wrong))] = chance.choice((0x00, 0x20, 0x80, 0xEE, 0xFF, chance.randrange(256)))
        if chance.random() < 0.4:
            del wrong[chance.randint(0, len(wrong)) :]
        try:
            values = read(bytes(wrong))
        except DeviceError as error:
            ended += error.facts["file"] == file.place
        else:
            ended += values is None or isinstance(values, Values)
    assert ended == 400


def test_a_record_of_the_sheet_is_tag_length_value():
    for file in TAGGED:
        for record in VECTORS[file.place].records:
            fields = parsed(RECORD, bytes.fromhex(record), "record")
            assert any(element.tag == fields.tag and element.length == len(fields.value) for element in file.elements)


def test_dates_of_the_examples_exist():
    assert VECTORS["DF01/EF0A"].values["date"] == date(2020, 2, 29)


def test_an_element_of_another_length_is_refused_but_for_the_three_the_sheet_lets_differ():
    # A version left out means 1.0, a name extension left out is none, and a longer card number counts for 9 characters.
    accepted = set()
    for file in TAGGED:
        for element in file.elements:
            for length in {*range(element.length + 6)} - {element.length}:
                try:
                    file.decode(bytes((element.tag, length)) + bytes(length))
                except CardMalformed:
                    continue
                accepted.add((file.place, element.name))
    assert accepted == {("SSSE/EF05", "version"), ("SSSE/EF05", "card number"), ("SSSE/EF06", "name extension")}
