"""Section 8 against its worked examples: every level, session key, proof, MAC and ciphertext, in both families."""

import pytest

from drivers.card_reader import key_factors
from drivers.card_reader.facts import Algorithm
from drivers.card_reader.message_blocks import data_blocks, folded_mac, mac_blocks, random_block
from drivers.card_reader.software_keys import (
    ENCIPHERED,
    LEVEL_KEYS,
    MACS,
    PROOFS,
    ROOT,
    SESSION_KEYS,
    authentication_data,
    card_key,
    encipher,
    enciphered_data,
    message_mac,
    session_key,
    tac_key,
    transaction_tac,
)

FAMILIES = [Algorithm.TRIPLE_DES, Algorithm.SM4]
FACTORS = [bytes.fromhex(factor) for factor in key_factors.VECTORS[0][2]]
RAW = bytes.fromhex("0102030405060708")


@pytest.mark.parametrize("algorithm", FAMILIES)
@pytest.mark.parametrize("level", [1, 2, 3])
def test_each_level_of_keys_is_the_sheets(algorithm, level):
    key = card_key(algorithm, bytes.fromhex(ROOT), FACTORS[3 - level :])
    assert key.hex().upper() == LEVEL_KEYS[algorithm][level - 1]


@pytest.mark.parametrize("algorithm", FAMILIES)
@pytest.mark.parametrize("challenge", ["1122334455667788", "A1B2C3D4"])
def test_each_session_key_is_the_sheets(algorithm, challenge):
    key = session_key(algorithm, bytes.fromhex(LEVEL_KEYS[algorithm][2]), bytes.fromhex(challenge))
    assert key.hex().upper() == SESSION_KEYS[algorithm][challenge]
    assert len(key) == algorithm.block


@pytest.mark.parametrize("algorithm", FAMILIES)
def test_the_authentication_data_are_the_sheets(algorithm):
    session = bytes.fromhex(SESSION_KEYS[algorithm]["1122334455667788"])
    assert authentication_data(algorithm, session, RAW).hex().upper() == PROOFS[algorithm]


@pytest.mark.parametrize(("levels", "algorithm", "proof"), [
    (2, Algorithm.TRIPLE_DES, "2AC4BBA607172F91"),
    (2, Algorithm.SM4, "FAC1F6B0DF852961"),
    (3, Algorithm.TRIPLE_DES, "C7D9E4135EEAF94D"),
    (3, Algorithm.SM4, "EC6473C40808C013"),
])  # fmt: skip
def test_what_a_psam_computes_below_its_own_level_is_the_sheets(levels, algorithm, proof):
    key = card_key(algorithm, bytes.fromhex(ROOT), FACTORS[:levels])
    session = session_key(algorithm, key, bytes.fromhex("1122334455667788"))
    assert authentication_data(algorithm, session, RAW).hex().upper() == proof


@pytest.mark.parametrize(("algorithm", "message", "mac"), [(a, m, mac) for a in FAMILIES for m, mac in MACS[a].items()])
def test_each_mac_is_the_sheets(algorithm, message, mac):
    session = bytes.fromhex(SESSION_KEYS[algorithm]["A1B2C3D4"])
    assert message_mac(algorithm, session, bytes.fromhex(message)).hex().upper() == mac


@pytest.mark.parametrize(
    ("algorithm", "plain", "data"), [(a, plain, data) for a in FAMILIES for plain, data in ENCIPHERED[a].items()]
)
def test_each_ciphertext_is_the_sheets(algorithm, plain, data):
    session = bytes.fromhex(SESSION_KEYS[algorithm]["A1B2C3D4"])
    assert enciphered_data(algorithm, session, bytes.fromhex(plain)).hex().upper() == data


def test_a_mac_always_gets_a_filler_and_ciphertext_only_when_it_needs_one():
    assert mac_blocks(b"\x01" * 8, 8) == b"\x01" * 8 + b"\x80" + bytes(7)
    assert mac_blocks(b"\x01" * 7, 8) == b"\x01" * 7 + b"\x80"
    assert data_blocks(b"\x02" * 7, 8) == b"\x07" + b"\x02" * 7
    assert data_blocks(b"\x02" * 8, 8) == b"\x08" + b"\x02" * 8 + b"\x80" + bytes(6)
    with pytest.raises(ValueError, match="one byte"):
        data_blocks(bytes(256), 8)
    with pytest.raises(ValueError, match="at most one block"):
        random_block(bytes(9), 8)


def test_a_mac_of_sixteen_bytes_is_its_words_xored():
    assert folded_mac(bytes.fromhex("010203041020304000000000FF000000")) == bytes.fromhex("EE223344")
    assert folded_mac(bytes.fromhex("0102030405060708")) == bytes.fromhex("01020304")


def test_a_start_value_is_the_block_before_the_first():
    session = bytes.fromhex(SESSION_KEYS[Algorithm.TRIPLE_DES]["A1B2C3D4"])
    start = bytes.fromhex("1122334455667788")
    changed = bytes(left ^ right for left, right in zip(b"ABCDEFGH", start, strict=True))
    assert message_mac(Algorithm.TRIPLE_DES, session, b"ABCDEFGH", start=start) == message_mac(
        Algorithm.TRIPLE_DES, session, changed
    )


def test_the_key_of_a_tac_is_the_two_halves_of_dtk_xored_in_the_8_byte_family():
    dtk = bytes.fromhex(ROOT)
    assert tac_key(Algorithm.TRIPLE_DES, dtk) == bytes.fromhex("8888888888888888")
    assert tac_key(Algorithm.SM4, dtk) == dtk
    data = bytes.fromhex("0000000A02")
    for algorithm in FAMILIES:
        assert transaction_tac(algorithm, dtk, data) == message_mac(algorithm, tac_key(algorithm, dtk), data)


def test_ssf33_is_not_public():
    with pytest.raises(ValueError, match="SSF33"):
        encipher(Algorithm.SSF33, bytes(16), bytes(16))
