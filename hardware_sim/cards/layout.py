"""Which files a social security card has, as data: the tables of the card sheet, sections 2, 4, 5 and 6 (V2.0 on).

What is written into them for a person is personalisation's business. Read and write conditions are those of the sheet;
a write key of None means that no terminal may ever write the file.
"""

from dataclasses import dataclass
from typing import Final, Literal

from hardware_sim.cards.elements import Element, elements, fields
from hardware_sim.cards.security import FREE, PIN, Condition, all_of, any_of

SSSE_NAME: Final = bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF")  # "sx1.sh.社会保障" in GBK
CERTIFICATES_NAME: Final = bytes.fromhex("504B492EC9E7BBE1B1A3D5CF")  # "PKI.社会保障" in GBK
DIR_SFI: Final = 0x1E

# Keys of SSSE by id. The sheet gives no id for UK_SSSE; 0B, beside RK_SSSE, is ours.
IRK: Final = 0x00
BK: Final = 0x05
PUK: Final = 0x06
RK_SSSE: Final = 0x0A
UK_SSSE: Final = 0x0B
# The standards leave the ids of keys inside applications to the region; 82 to 88 were seen in the field. The low half
# byte counts three read keys, then up to eleven write keys: 82, 83, 84 and 85 to 8F.
APPLICATION_READ_KEYS: Final = {f"RK{number}": 0x81 + number for number in range(1, 4)}
APPLICATION_WRITE_KEYS: Final = {f"UK{number:X}": 0x84 + number for number in range(1, 12)}

ISSUER_DATA: Final = elements("01:cn10 02:an01 03:an04 04:cn0C 05:cn04 06:cn04 07:an09")
HOLDER_DATA: Final = elements("08:an12 09:an1E 4E:an14 0A:an01 0B:cn01 0C:cn03 0D:cn04")
NAME_EXTENSION: Final = 0x4E
# Cards of 1.0 have no room for long names.
HOLDER_DATA_1: Final = tuple(element for element in HOLDER_DATA if element.tag != NAME_EXTENSION)
FINGERPRINT_LENGTH: Final = 0x300
PHOTO_LENGTH: Final = 0x1000

_PIN_OR_RK1: Final = any_of(PIN, "RK1")

FileKind = Literal["variable", "fixed", "cyclic", "transparent"]


@dataclass(frozen=True)
class ApplicationFile:
    """One EF of an application. `elements` are its records, or for a cyclic file the fields of each record without
    tags; `most` records fit into a cyclic file; `length` is that of a transparent file in bytes."""

    sfi: int
    kind: FileKind
    read: Condition
    write: str | None
    elements: tuple[Element, ...] = ()
    most: int = 0
    length: int = 0

    @property
    def name(self) -> str:
        return f"EF{self.sfi:02X}"

    @property
    def record_length(self) -> int:
        """Bytes of one record of a cyclic file."""
        return sum(element.length for element in self.elements)


@dataclass(frozen=True)
class Application:
    """One DF of SSSE. The sheet names no AID and no files for DF05 and DF06: they are found by file id, and empty."""

    name: str
    aid: bytes = b""
    label: str = ""
    files: tuple[ApplicationFile, ...] = ()

    @property
    def file_id(self) -> int:
        return int(self.name, 16)

    def file(self, name: str) -> ApplicationFile | None:
        return next((file for file in self.files if file.name == name), None)


def _records(sfi: int, notation: str, write: str, read: Condition = _PIN_OR_RK1) -> ApplicationFile:
    return ApplicationFile(sfi, "variable", read, write, elements(notation))


def _fixed(sfi: int, notation: str, write: str) -> ApplicationFile:
    return ApplicationFile(sfi, "fixed", _PIN_OR_RK1, write, elements(notation))


def _cyclic(sfi: int, notation: str, most: int, write: str | None, read: Condition = _PIN_OR_RK1) -> ApplicationFile:
    return ApplicationFile(sfi, "cyclic", read, write, fields(notation), most=most)


COMMON: Final = Application(
    "DF01",
    bytes.fromhex("D15600000500"),
    "公共应用",
    (
        _records(0x05, "20:an02 21:an50 0E:cn03", "UK1"),
        _records(0x06, "23:an50 24:cn03 28:an0F 2C:an32 2D:an0F", "UK4"),
        _records(0x07, "29:an01", "UK2"),
        _records(0x08, "2B:an01", "UK3"),
        _records(0x09, "2E:an46 30:an09 32:an02", "UK2"),
        _records(0x0A, "37:an03 38:an02 39:cn04", "UK5"),
        _records(0x15, "2A:cn01 40:{57:an03 58:cn03 59:an28}*3", "UK6"),
        *(
            ApplicationFile(sfi, "transparent", FREE, write, length=128)
            for sfi, write in zip(range(0x16, 0x1B), ("UK7", "UK8", "UK9", "UKA", "UKB"), strict=True)
        ),
    ),
)
EMPLOYMENT: Final = Application(
    "DF02",
    bytes.fromhex("D15600000501"),
    "就业与失业",
    (
        _records(
            0x05,
            "42:an03 41:an03 43:{5A:an07 5B:an01 5C:an46 5D:cn04 5E:an10}*2 44:{33:an03 34:an46 35:cn04 36:an10}*2",
            "UK1",
        ),
        # Tag 60 lives here or in DF03 EF05, never in both; these cards have it here.
        _records(0x06, "4C:cn04 4B:an05 4D:cn03 60:cn04 4F:an06 50:cn03 3A:an07", "UK2"),
        _cyclic(0x07, "an07 cn04 cn04 an46", 4, "UK3"),
        _records(0x09, "55:an10 56:an46 96:cn04 97:cn03", "UK4"),
        _records(0x15, "99:{10:an03 11:cn04 12:cn03}*4 0F:cn04 1F:cn03", "UK5"),
        _cyclic(0x16, "an03 cn04 cn04 cn04 cn03", 4, "UK6"),
    ),
)
INSURANCE: Final = Application(
    "DF03",
    bytes.fromhex("D15600000502"),
    "社会保险1",
    (
        _records(0x05, "61:cn03 98:cn04 62:cn04 63:an03 64:an03 65:an03 66:an03", "UK1", any_of(PIN, "RK2")),
        _records(
            0x06,
            "45:an14 46:an02 47:an02 48:an01 49:an01 67:cn04 6B:an3C 4A:{13:an02 14:an01 15:an14 16:cn04 17:an3C}*3",
            "UK2",
        ),
        _records(0x07, "70:an03 71:cn03 6E:cn04 6C:cn04 6F:cn04 73:cn04", "UK3"),
        _records(0x15, "7A:cn03 7B:cn04 7C:cn04", "UK4"),
        _records(0x16, "51:cn03 5F:an01", "UK5"),
        _records(0x17, "3B:an14 3C:an46 3D:an01 3E:cn04 3F:an3C", "UK6"),
        _records(0x18, "74:an03 75:cn03 76:cn01 77:cn04 78:cn04", "UK7"),
        _fixed(0x19, "79:{18:an03 19:cn03 1A:cn04 1B:cn04 1C:cn04 1D:an03 1E:cn04}*4", "UK8"),
    ),
)
MEDICAL: Final = Application(
    "DF04",
    bytes.fromhex("D15600000503"),
    "社会保险2",
    (
        _records(
            0x05,
            "81:an08 84:cn03 87:an11 8C:cn01 80:cn04 8B:an1D 8A:an0F 83:an09 86:an09 89:an09 "
            "7D:an09 7E:an09 7F:an09 8D:an09 8E:an09 8F:an01",
            "UK1",
        ),
        _records(0x06, "90:an01 92:cn04 93:an02", "UK2", all_of(PIN, "RK1")),
        # Only the card itself writes here, by CREDIT and DEBIT.
        _cyclic(0x08, "b02 an01 cn06 cn07 b04 b04 b04", 30, None, any_of(PIN)),
        _cyclic(0x15, "b02 an01", 8, "UK2"),
    ),
)
PERSONNEL: Final = Application(
    "DF07",
    bytes.fromhex("D15600000504"),
    "人事人才",
    (
        _records(0x05, "F0:an02 F1:an01 F2:cn04 F3:an03 F4:cn04", "UK1", any_of("RK1")),
        _records(0x06, "F5:an03 F6:cn04 F7:an46", "UK2", any_of("RK2")),
        _records(0x07, "F8:cn04 F9:an01", "UK3", any_of("RK3")),
    ),
)

APPLICATIONS: Final = (COMMON, EMPLOYMENT, INSURANCE, MEDICAL, Application("DF05"), Application("DF06"), PERSONNEL)
LOG_SFI: Final = 0x08
