"""Every worked vector of the card sheet's section 8 that belongs to a primitive these cards have."""

import pytest

from hardware_sim.cards.crypto import FAMILIES, AlgorithmName, card_key, city_factor, province_factor

ROOT = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
F3 = bytes.fromhex("8684990100000001")
RAW = bytes.fromhex("0102030405060708")
FACTOR = bytes.fromhex("1122334455667788")

VECTORS: dict[AlgorithmName, dict[str, str]] = {
    "3DES": {
        "level 1": "8DA86E66A2CC3912DD7D71E562F7A0B6",
        "level 2": "69FF8BB0F1A15E048B117B1DC2D8801D",
        "card": "87FF604E6D47B84DCEF4F3E38407E13E",
        "session": "9C4641499F33D5D7",
        "auth": "C7D9E4135EEAF94D",
        "short session": "AD3A32D93C94BCE1",
    },
    "SM4": {
        "level 1": "130E1DACFEF414735970C01DE1F81B2E",
        "level 2": "D9CCA310803EC752D250E8D09E4AA8C0",
        "card": "EA1D6E8D284DC4D61C980659EA3CB33D",
        "session": "186625CF2DCC0E19EA994BDED2FBACAC",
        "auth": "EC6473C40808C013",
        "short session": "1EA630FE17DBA4B5579FF0BAA72839FC",
    },
}


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
def test_keys_and_authentication_data_are_those_of_the_worked_vectors(algorithm: AlgorithmName) -> None:
    family, expected = FAMILIES[algorithm], VECTORS[algorithm]
    level_1 = family.diversify(ROOT, province_factor("990100"))
    level_2 = family.diversify(level_1, city_factor("990100"))
    card = family.diversify(level_2, F3)
    session = family.session_key(card, FACTOR)
    got = {
        "level 1": level_1,
        "level 2": level_2,
        "card": card,
        "session": session,
        "auth": family.authentication_data(session, RAW),
        "short session": family.session_key(card, bytes.fromhex("A1B2C3D4")),
    }
    assert {step: value.hex().upper() for step, value in got.items()} == expected
    assert card_key(family, ROOT, "990100", F3) == card


def test_the_factors_of_the_first_two_levels_are_those_of_the_sheet() -> None:
    assert province_factor("990100").hex() == "3939303030307368"
    assert city_factor("990100").hex() == "3939303130307378"


def test_cities_of_province_33_keep_only_four_digits_in_their_factor() -> None:
    assert city_factor("330106") == b"330100sx"


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
def test_a_factor_of_another_length_is_refused_not_padded(algorithm: AlgorithmName) -> None:
    with pytest.raises(ValueError, match="8 bytes"):
        FAMILIES[algorithm].diversify(ROOT, F3[:7])


@pytest.mark.parametrize(("algorithm", "too_long"), [("3DES", 9), ("SM4", 17)])
def test_a_random_number_longer_than_a_block_is_refused(algorithm: AlgorithmName, too_long: int) -> None:
    with pytest.raises(ValueError, match="at most"):
        FAMILIES[algorithm].session_key(ROOT, bytes(too_long))
