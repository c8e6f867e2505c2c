"""The tests' own reading of section 8 passes the sheet's worked vectors: otherwise it could not judge anybody."""

from __future__ import annotations

import pytest
from card_table import oracle
from card_table.counter import CARD_FACTOR
from card_table.oracle import Family

VECTORS: dict[Family, dict[str, str]] = {
    "3DES": {
        "province": "8DA86E66A2CC3912DD7D71E562F7A0B6",
        "city": "69FF8BB0F1A15E048B117B1DC2D8801D",
        "card": "87FF604E6D47B84DCEF4F3E38407E13E",
        "session": "9C4641499F33D5D7",
        "authentication": "C7D9E4135EEAF94D",
        "short session": "AD3A32D93C94BCE1",
        "unblock": "2471698C",
        "PIN": "4893E72A7038BF86",
        "PIN MAC": "BE4DF330",
        "update": "48BCA5CF",
        "aligned": "E0AD93BC",
        "7 bytes": "F10DE252F40F1FE2",
        "15 bytes": "9D669CDD1482D600A1B64F7E37D31EEB",
        "2 levels": "2AC4BBA607172F91",
    },
    "SM4": {
        "province": "130E1DACFEF414735970C01DE1F81B2E",
        "city": "D9CCA310803EC752D250E8D09E4AA8C0",
        "card": "EA1D6E8D284DC4D61C980659EA3CB33D",
        "session": "186625CF2DCC0E19EA994BDED2FBACAC",
        "authentication": "EC6473C40808C013",
        "short session": "1EA630FE17DBA4B5579FF0BAA72839FC",
        "unblock": "448BAB0E",
        "PIN": "341D8CFC0871D957D0C6E92659046500",
        "PIN MAC": "AC0AAF3C",
        "update": "976544EF",
        "aligned": "3B83D4C8",
        "7 bytes": "794E4BADD1127B67E322090C1403436C",
        "15 bytes": "1B591D3D6E6BB56A623D926847DA2988",
        "2 levels": "FAC1F6B0DF852961",
    },
}


@pytest.mark.parametrize("family", VECTORS)
def test_the_worked_vectors_of_the_sheet_come_out(family: Family):
    province = oracle.diversified(family, oracle.ROOT, oracle.PROVINCE)
    city = oracle.diversified(family, province, oracle.CITY)
    card = oracle.card_key(family, CARD_FACTOR)
    factor, raw = bytes.fromhex("1122334455667788"), bytes.fromhex("0102030405060708")
    session = oracle.session_key(family, card, factor)
    short = oracle.session_key(family, card, bytes.fromhex("A1B2C3D4"))
    pin = oracle.enciphered(family, short, bytes.fromhex("888888"))
    two_levels = oracle.diversified(family, oracle.diversified(family, oracle.ROOT, oracle.CITY), CARD_FACTOR)
    found = {
        "province": province,
        "city": city,
        "card": card,
        "session": session,
        "authentication": oracle.authentication(family, session, raw),
        "short session": short,
        "unblock": oracle.mac(family, short, bytes.fromhex("8424000004")),
        "PIN": pin,
        "PIN MAC": oracle.mac(family, short, bytes([0x84, 0x24, 0x00, 0x01, len(pin) + 4]) + pin),
        "update": oracle.mac(family, short, bytes.fromhex("04DC010C07290131")),
        "aligned": oracle.mac(family, short, bytes(range(16))),
        "7 bytes": oracle.enciphered(family, short, bytes(range(7))),
        "15 bytes": oracle.enciphered(family, short, bytes(range(15))),
        "2 levels": oracle.authentication(family, oracle.session_key(family, two_levels, factor), raw),
    }
    assert {name: value.hex().upper() for name, value in found.items()} == VECTORS[family]
