"""Which files a social security card has, as data: the tables of the card sheet, sections 2, 4, 5 and 6 (V2.0 on).

An application file holds its elements empty unless a persona gives them a value. Cyclic files start without records.
"""

from dataclasses import dataclass
from typing import Final

from hardware_sim.cards.elements import Element, elements
from hardware_sim.cards.security import FREE, PIN, Condition, all_of, any_of

SSSE_NAME: Final = bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF")  # "sx1.sh.社会保障" in GBK
DIR_SFI: Final = 0x1E

RK_SSSE: Final = 0x0A
# The standards leave the ids of read keys inside applications to the region; 82 to 88 were seen in the field.
APPLICATION_READ_KEYS: Final = {"RK1": 0x82, "RK2": 0x83}

ISSUER_DATA: Final = elements("01:cn10 02:an01 03:an04 04:cn0C 05:cn04 06:cn04 07:an09")
HOLDER_DATA: Final = elements("08:an12 09:an1E 4E:an14 0A:an01 0B:cn01 0C:cn03 0D:cn04")
FINGERPRINT_LENGTH: Final = 0x300
PHOTO_LENGTH: Final = 0x1000

_PIN_OR_RK1: Final = any_of(PIN, "RK1")
_PIN_OR_RK2: Final = any_of(PIN, "RK2")


@dataclass(frozen=True)
class ApplicationFile:
    """One EF of an application: its elements, or a transparent length, or neither for a cyclic file."""

    sfi: int
    read: Condition
    elements: tuple[Element, ...] = ()
    transparent: int = 0

    @property
    def name(self) -> str:
        return f"EF{self.sfi:02X}"


@dataclass(frozen=True)
class Application:
    """One DF of SSSE."""

    name: str
    file_id: int
    aid: bytes
    label: str
    files: tuple[ApplicationFile, ...]

    def file(self, name: str) -> ApplicationFile | None:
        return next((file for file in self.files if file.name == name), None)


def _records(sfi: int, notation: str, read: Condition = _PIN_OR_RK1) -> ApplicationFile:
    return ApplicationFile(sfi, read, elements(notation))


def _cyclic(sfi: int, read: Condition = _PIN_OR_RK1) -> ApplicationFile:
    return ApplicationFile(sfi, read)


APPLICATIONS: Final = (
    Application(
        "DF01",
        0xDF01,
        bytes.fromhex("D15600000500"),
        "公共应用",
        (
            _records(0x05, "20:an02 21:an50 0E:cn03"),
            _records(0x06, "23:an50 24:cn03 28:an0F 2C:an32 2D:an0F"),
            _records(0x07, "29:an01"),
            _records(0x08, "2B:an01"),
            _records(0x09, "2E:an46 30:an09 32:an02"),
            _records(0x0A, "37:an03 38:an02 39:cn04"),
            _records(0x15, "2A:cn01 40:tl34*3"),
            *(ApplicationFile(sfi, FREE, transparent=128) for sfi in range(0x16, 0x1B)),
        ),
    ),
    Application(
        "DF02",
        0xDF02,
        bytes.fromhex("D15600000501"),
        "就业与失业",
        (
            _records(0x05, "42:an03 41:an03 43:tl6C*2 44:tl65*2"),
            # Tag 60 lives here or in DF03 EF05, never in both; these cards have it here.
            _records(0x06, "4C:cn04 4B:an05 4D:cn03 60:cn04 4F:an06 50:cn03 3A:an07"),
            _cyclic(0x07),
            _records(0x09, "55:an10 56:an46 96:cn04 97:cn03"),
            _records(0x15, "99:tl10*4 0F:cn04 1F:cn03"),
            _cyclic(0x16),
        ),
    ),
    Application(
        "DF03",
        0xDF03,
        bytes.fromhex("D15600000502"),
        "社会保险1",
        (
            _records(0x05, "61:cn03 98:cn04 62:cn04 63:an03 64:an03 65:an03 66:an03", _PIN_OR_RK2),
            _records(0x06, "45:an14 46:an02 47:an02 48:an01 49:an01 67:cn04 6B:an3C 4A:tl61*3"),
            _records(0x07, "70:an03 71:cn03 6E:cn04 6C:cn04 6F:cn04 73:cn04"),
            _records(0x15, "7A:cn03 7B:cn04 7C:cn04"),
            _records(0x16, "51:cn03 5F:an01"),
            _records(0x17, "3B:an14 3C:an46 3D:an01 3E:cn04 3F:an3C"),
            _records(0x18, "74:an03 75:cn03 76:cn01 77:cn04 78:cn04"),
            _records(0x19, "79:tl27*4"),
        ),
    ),
    Application(
        "DF04",
        0xDF04,
        bytes.fromhex("D15600000503"),
        "社会保险2",
        (
            _records(
                0x05,
                "81:an08 84:cn03 87:an11 8C:cn01 80:cn04 8B:an1D 8A:an0F 83:an09 86:an09 89:an09 "
                "7D:an09 7E:an09 7F:an09 8D:an09 8E:an09 8F:an01",
            ),
            _records(0x06, "90:an01 92:cn04 93:an02", all_of(PIN, "RK1")),
            _cyclic(0x08, any_of(PIN)),
            _cyclic(0x15),
        ),
    ),
)
