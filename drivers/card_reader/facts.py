"""What a card says about itself and its holder, checked. Frozen values; their reprs show nothing personal."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import total_ordering


class Algorithm(Enum):
    """Block cipher of a card's keys (FCI, tag 86). SSF33 is not public: such cards are recognised, not served."""

    TRIPLE_DES = 0x01
    SSF33 = 0x02
    SM4 = 0x03

    @property
    def block(self) -> int:
        """Block size in bytes."""
        return 8 if self is Algorithm.TRIPLE_DES else 16


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """规范版本, as the chip has it: "2.01". Two versions are alike when their first 3 characters are (section 4)."""

    text: str

    @property
    def _rank(self) -> tuple[int, int]:
        return int(self.text[0]), int(self.text[2])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._rank == other._rank

    def __lt__(self, other: "Version") -> bool:
        return self._rank < other._rank

    def __hash__(self) -> int:
        return hash(self._rank)

    @property
    def major(self) -> int:
        return self._rank[0]


V1 = Version("1.00")
V3 = Version("3.00")


@dataclass(frozen=True, slots=True, repr=False)
class CardId:
    """卡识别码. ``city`` 6 digits; ``serial`` and ``authentication_code`` 8 hex digits each."""

    city: str
    serial: str
    authentication_code: str

    def __repr__(self) -> str:
        return f"CardId(city={self.city!r}, …)"

    @property
    def text(self) -> str:
        """32 hex digits, as the terminal interface writes it."""
        return f"{self.city}D156000005{self.serial}{self.authentication_code}"


@dataclass(frozen=True, slots=True, repr=False)
class Atr:
    """What the card said when it was powered.

    contactless  it came in PC/SC's form for ISO 14443 cards
    historical   13 bytes
    card_factor  8 bytes, level-3 factor of the card's keys (section 8): card maker, region, serial
    region       first 4 digits of the issuing region
    """

    contactless: bool
    historical: bytes
    card_factor: bytes
    region: str

    def __repr__(self) -> str:
        return f"Atr(contactless={self.contactless}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class Holder:
    """Whose card it is (EF06). ``sex`` 1, 2 or 9; ``ethnic`` two digits of GB 3304; ``birthplace`` a region's code."""

    social_number: str
    name: str
    sex: str
    ethnic: str
    birthplace: str
    birth_date: date

    def __repr__(self) -> str:
        return "Holder(…)"


@dataclass(frozen=True, slots=True, repr=False)
class Issuer:
    """Issuer data (EF05), without the card id.

    card_class   卡类别: 1 under school age, 2 student, 3 adult or "not divided", 4 elderly
    initialiser  初始化机构编号, 24 digits
    expires      last day on which the card is valid
    number       卡号, 9 characters
    """

    card_class: str
    version: Version
    initialiser: str
    issued: date
    expires: date
    number: str

    def __repr__(self) -> str:
        return f"Issuer(version={self.version.text!r}, expires={self.expires}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class CardFacts:
    """A card that passed every check of the session (section 12).

    genuine  the card proved its issuer's key to the PSAM; False: nobody asked it to
    holder   None only on a 3.0 card that was read without the PSAM
    """

    atr: Atr
    algorithm: Algorithm
    card_id: CardId
    issuer: Issuer
    genuine: bool
    holder: Holder | None

    def __repr__(self) -> str:
        return f"CardFacts({self.issuer!r}, algorithm={self.algorithm.name}, genuine={self.genuine}, …)"
