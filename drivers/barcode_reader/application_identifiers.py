"""The application identifiers of GS1 and what their data look like (GS1 General Specifications, section 3).

An identifier that is not here is unknown, and an element string with it is refused rather than cut at a guess. Left out
are those of shipments (4300 to 4333), of persons under care (7241 to 7259) and of signatures (8030).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Charset(Enum):
    """What the variable part may hold: digits, the 82 characters of figure 7.11-1, or the 39 of figure 7.11-2."""

    DIGITS = "0123456789"
    X82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
    Y39 = "#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Meaning(Enum):
    """What of the data can be checked or read as a value."""

    TEXT = "text"
    CHECKED = "check digit at the end of the fixed digits"
    DATE = "YYMMDD"
    DECIMAL = "the identifier's last digit says how many decimal places"


@dataclass(frozen=True, slots=True)
class Identifier:
    """``digits`` fixed digits, then ``least`` to ``most`` characters of ``charset``."""

    code: str
    digits: int
    least: int = 0
    most: int = 0
    charset: Charset = Charset.DIGITS
    meaning: Meaning = Meaning.TEXT


def _text(code: str, most: int, charset: Charset = Charset.X82) -> Identifier:
    return Identifier(code, 0, 1, most, charset)


def _checked(code: str, digits: int, most: int = 0, charset: Charset = Charset.X82) -> Identifier:
    return Identifier(code, digits, 0, most, charset, Meaning.CHECKED)


def _decimals(prefix: str, digits: int, most: int = 0, places: int = 10) -> list[Identifier]:
    return [
        Identifier(f"{prefix}{place}", digits, 1 if most else 0, most, meaning=Meaning.DECIMAL)
        for place in range(places)
    ]


_MEASURES: Final = (
    *range(310, 317),
    *range(320, 338),
    *range(340, 350),
    *range(350, 358),
    *range(360, 370),
)

_ALL: Final = (
    _checked("00", 18),
    _checked("01", 14),
    _checked("02", 14),
    _checked("03", 14),
    _text("10", 20),
    *(Identifier(code, 6, meaning=Meaning.DATE) for code in ("11", "12", "13", "15", "16", "17")),
    Identifier("20", 2),
    _text("21", 20),
    _text("22", 20),
    _text("235", 28),
    *(
        _text(code, most)
        for code, most in (("240", 30), ("241", 30), ("243", 20), ("250", 30), ("251", 30), ("254", 20))
    ),
    _text("242", 6, Charset.DIGITS),
    _checked("253", 13, 17),
    _checked("255", 13, 12, Charset.DIGITS),
    _text("30", 8, Charset.DIGITS),
    *(identifier for measure in _MEASURES for identifier in _decimals(str(measure), 6, places=6)),
    _text("37", 8, Charset.DIGITS),
    *_decimals("390", 0, 15),
    *(Identifier(f"391{place}", 3, 1, 15) for place in range(10)),
    *_decimals("392", 0, 15),
    *(Identifier(f"393{place}", 3, 1, 15) for place in range(10)),
    *_decimals("394", 4, places=4),
    *_decimals("395", 6, places=6),
    _text("400", 30),
    _text("401", 30),
    _checked("402", 17),
    _text("403", 30),
    *(_checked(str(code), 13) for code in range(410, 418)),
    _text("420", 20),
    Identifier("421", 3, 1, 9, Charset.X82),
    *(Identifier(code, 3) for code in ("422", "424", "426")),
    *(Identifier(code, 3, 0, 12) for code in ("423", "425")),
    _text("427", 3),
    Identifier("7001", 13),
    _text("7002", 30),
    Identifier("7003", 10),
    _text("7004", 4, Charset.DIGITS),
    *(_text(code, most) for code, most in (("7005", 12), ("7008", 3), ("7009", 10), ("7010", 2), ("7240", 20))),
    Identifier("7006", 6, meaning=Meaning.DATE),
    Identifier("7007", 6, 0, 6),
    Identifier("7011", 6, 0, 4),
    *(_text(code, most) for code, most in (("7020", 20), ("7021", 20), ("7022", 20), ("7023", 30))),
    *(Identifier(str(code), 3, 1, 27, Charset.X82) for code in range(7030, 7040)),
    Identifier("7040", 1, 3, 3, Charset.X82),
    *(Identifier(str(code), 0, 3, 30, Charset.X82) for code in range(7230, 7240)),
    *(_text(str(code), 20) for code in range(710, 717)),
    Identifier("8001", 14),
    _text("8002", 20),
    _checked("8003", 14, 16),
    _text("8004", 30),
    Identifier("8005", 6),
    Identifier("8006", 14, 4, 4, meaning=Meaning.CHECKED),
    _text("8007", 34),
    Identifier("8008", 8, 0, 4),
    _text("8009", 50),
    _text("8010", 30, Charset.Y39),
    _text("8011", 12, Charset.DIGITS),
    _text("8012", 20),
    _text("8013", 25),
    _checked("8017", 18),
    _checked("8018", 18),
    _text("8019", 10, Charset.DIGITS),
    _text("8020", 25),
    Identifier("8026", 14, 4, 4, meaning=Meaning.CHECKED),
    _text("8110", 70),
    Identifier("8111", 4),
    _text("8112", 70),
    _text("8200", 70),
    _text("90", 30),
    *(_text(str(code), 90) for code in range(91, 100)),
)

IDENTIFIERS: Final = {identifier.code: identifier for identifier in _ALL}

PREDEFINED_LENGTH: Final = frozenset(
    {"00", "01", "02", "03", "04", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20"}
    | {"31", "32", "33", "34", "35", "36", "41"}
)
"""First two digits of identifiers whose data have a length known without a separator (figure 7.8.5-2)."""
