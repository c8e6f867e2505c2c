"""Factors by which a card's keys are derived from the root keys, level by level (sheet, section 8). No keys here."""

_PROVINCE_TAIL = bytes.fromhex("303030307368")
_CITY_TAIL = bytes.fromhex("7378")
_ZHEJIANG = "33"


def level_factors(city: str, card_factor: bytes) -> tuple[bytes, bytes, bytes]:
    """In the order a PSAM takes them: level 3 (card), level 2 (city), level 1 (province); 8 bytes each.

    city         six digits, from the card id
    card_factor  from the ATR
    """
    # Codes that start with 33 (浙江) derive by prefecture, not by county [S3].
    place = city[:4] + "00" if city.startswith(_ZHEJIANG) else city
    return card_factor, place.encode("ascii") + _CITY_TAIL, city[:2].encode("ascii") + _PROVINCE_TAIL


VECTORS = (
    (
        "990100",
        "8684990100000001",
        ("8684990100000001", "3939303130307378", "3939303030307368"),
    ),
    ("330106", "8684330100000001", ("8684330100000001", "3333303130307378", "3333303030307368")),
)
"""City, card factor, factors; the first line is the sheet's worked example."""
