"""Every worked vector of the card sheet's section 8 that belongs to a primitive these cards have."""

import pytest

from hardware_sim.cards.crypto import (
    CARD_FAMILIES,
    FAMILIES,
    AlgorithmName,
    card_key,
    city_factor,
    mac,
    province_factor,
    unwrapped,
)

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
        "unblock PIN": "2471698C",
        "set PIN": "BE4DF330",
        "update record": "48BCA5CF",
        "16 bytes": "E0AD93BC",
    },
    "SM4": {
        "level 1": "130E1DACFEF414735970C01DE1F81B2E",
        "level 2": "D9CCA310803EC752D250E8D09E4AA8C0",
        "card": "EA1D6E8D284DC4D61C980659EA3CB33D",
        "session": "186625CF2DCC0E19EA994BDED2FBACAC",
        "auth": "EC6473C40808C013",
        "short session": "1EA630FE17DBA4B5579FF0BAA72839FC",
        "unblock PIN": "448BAB0E",
        "set PIN": "AC0AAF3C",
        "update record": "976544EF",
        "16 bytes": "3B83D4C8",
    },
}

SET_PIN = {"3DES": "842400010C4893E72A7038BF86", "SM4": "8424000114341D8CFC0871D957D0C6E92659046500"}
ENCIPHERED = {
    "3DES": ("4893E72A7038BF86", "F10DE252F40F1FE2", "9D669CDD1482D600A1B64F7E37D31EEB"),
    "SM4": (
        "341D8CFC0871D957D0C6E92659046500",
        "794E4BADD1127B67E322090C1403436C",
        "1B591D3D6E6BB56A623D926847DA2988",
    ),
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
        "short session": (short := family.session_key(card, bytes.fromhex("A1B2C3D4"))),
        "unblock PIN": mac(family, short, bytes.fromhex("8424000004")),
        "set PIN": mac(family, short, bytes.fromhex(SET_PIN[algorithm])),
        "update record": mac(family, short, bytes.fromhex("04DC010C07290131")),
        "16 bytes": mac(family, short, bytes(range(16))),
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


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
def test_enciphered_data_open_to_the_plain_ones_of_the_worked_vectors(algorithm: AlgorithmName) -> None:
    family = FAMILIES[algorithm]
    session_key = bytes.fromhex(VECTORS[algorithm]["short session"])
    opened = [unwrapped(family, session_key, bytes.fromhex(text)) for text in ENCIPHERED[algorithm]]
    assert opened == [bytes.fromhex("888888"), bytes(range(7)), bytes(range(15))]


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
@pytest.mark.parametrize("plain", ["FF", "03888888", "0388888800", "038888888001", "06" + "11" * 4])
def test_data_that_are_not_length_plain_and_filling_are_not_opened(algorithm: AlgorithmName, plain: str) -> None:
    family = FAMILIES[algorithm]
    session_key = bytes.fromhex(VECTORS[algorithm]["short session"])
    block = bytes.fromhex(plain).ljust(family.block, b"\0")
    assert unwrapped(family, session_key, family.encrypt(session_key, block)) is None


def test_a_mac_can_be_made_in_parts_by_its_last_block() -> None:
    for family, session_key in ((FAMILIES["3DES"], bytes(range(8))), (FAMILIES["SM4"], bytes(range(16)))):
        blocks = bytes(4 * family.block)
        first = family.mac_of_blocks(session_key, blocks[: family.block])
        assert family.mac_of_blocks(session_key, blocks[family.block :], first) == family.mac_of_blocks(
            session_key, blocks
        )


def test_the_tac_key_of_the_8_byte_family_is_its_two_halves_xored() -> None:
    key = bytes.fromhex("0123456789ABCDEF1111111111111111")
    folded = bytes.fromhex("1032547698BADCFE")
    assert FAMILIES["3DES"].tac(key, b"text") == mac(FAMILIES["3DES"], folded, b"text")
    assert FAMILIES["SM4"].tac(key, b"text") == mac(FAMILIES["SM4"], key, b"text")


def test_ssf33_has_a_code_and_nothing_to_compute_with() -> None:
    family = CARD_FAMILIES["SSF33"]
    assert (family.code, family.block) == (2, 16)
    for use in (
        lambda: family.diversify(ROOT, F3),
        lambda: family.session_key(ROOT, FACTOR),
        lambda: family.encrypt(ROOT, ROOT),
        lambda: family.decrypt(ROOT, ROOT),
        lambda: family.authentication_data(ROOT, RAW),
        lambda: family.mac_of_blocks(ROOT, ROOT),
        lambda: family.shortened(ROOT),
        lambda: family.tac(ROOT, RAW),
    ):
        with pytest.raises(RuntimeError, match="not public"):
            use()
