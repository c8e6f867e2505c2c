"""Section 8 computed with a key in hand: what a PSAM or an HSM does inside, as pure functions.

The terminal never calls this: its keys are in the PSAM or at the centre, and it sees none of them. The functions are
for what has a key and is no secret: the sheet's worked vectors, sample cards, tests that play the PSAM or the centre,
and the bench that compares a PSAM with the book. Keys come in as parameters and are kept nowhere.
"""

from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from drivers.card_reader.facts import Algorithm
from drivers.card_reader.message_blocks import data_blocks, folded_mac, folded_proof, mac_blocks, random_block


def encipher(algorithm: Algorithm, key: bytes, data: bytes, *, start: bytes | None = None) -> bytes:
    """Whole blocks, ECB; with ``start`` CBC from that value. A key of 8 bytes is single DES. ValueError: SSF33."""
    if algorithm is Algorithm.SSF33:
        raise ValueError("SSF33 is not public")
    cipher = SM4(key) if algorithm is Algorithm.SM4 else TripleDES(_three_keys(key))
    # ECB is the book's: single blocks, or data that carry their own length.
    mode = modes.ECB() if start is None else modes.CBC(start)  # noqa: S305
    encryptor = Cipher(cipher, mode).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def diversified(algorithm: Algorithm, key: bytes, factor: bytes) -> bytes:
    """The key one level below, 16 bytes, for a ``factor`` of 8 bytes."""
    inverse = bytes(byte ^ 0xFF for byte in factor)
    return encipher(algorithm, key, factor + inverse)


def card_key(algorithm: Algorithm, root: bytes, factors: Sequence[bytes]) -> bytes:
    """The card's key from the key above ``factors``, which come card first, as ``key_factors`` gives them."""
    key = root
    for factor in reversed(factors):
        key = diversified(algorithm, key, factor)
    return key


def session_key(algorithm: Algorithm, key: bytes, challenge: bytes) -> bytes:
    """Key for one use, from a card key: 8 bytes of single DES, or 16 bytes."""
    return encipher(algorithm, key, random_block(challenge, algorithm.block))


def authentication_data(algorithm: Algorithm, session: bytes, raw: bytes) -> bytes:
    """8 bytes that prove the session key, over ``raw`` of 8 bytes."""
    return folded_proof(encipher(algorithm, session, random_block(raw, algorithm.block)))


def message_mac(algorithm: Algorithm, session: bytes, message: bytes, *, start: bytes | None = None) -> bytes:
    """MAC, 4 bytes, over ``message`` unfilled. ``start`` is zero but for a PSAM's key commands (its challenge)."""
    first = bytes(algorithm.block) if start is None else start
    chain = encipher(algorithm, session, mac_blocks(message, algorithm.block), start=first)
    return folded_mac(chain[-algorithm.block :])


def enciphered_data(algorithm: Algorithm, session: bytes, plain: bytes) -> bytes:
    """``length ‖ plain`` in whole blocks, ECB."""
    return encipher(algorithm, session, data_blocks(plain, algorithm.block))


def tac_key(algorithm: Algorithm, key: bytes) -> bytes:
    """The key of a TAC from DTK, the card's TAC key: in the 8-byte family its left half XOR its right half."""
    if algorithm is Algorithm.SM4:
        return key
    return bytes(left ^ right for left, right in zip(key[:8], key[8:], strict=True))


def transaction_tac(algorithm: Algorithm, key: bytes, data: bytes) -> bytes:
    """TAC, 4 bytes: a MAC over ``data`` without a header, with the key of ``tac_key``."""
    return message_mac(algorithm, tac_key(algorithm, key), data)


def _three_keys(key: bytes) -> bytes:
    """24 bytes for the library: single DES is triple DES with one key, two-key triple DES uses the first again."""
    return key * 3 if len(key) == 8 else key + key[:8]


ROOT: Final = "00112233445566778899AABBCCDDEEFF"
"""The sample root key of the sheet; no real card has it."""

LEVEL_KEYS: Final = {
    Algorithm.TRIPLE_DES: (
        "8DA86E66A2CC3912DD7D71E562F7A0B6",
        "69FF8BB0F1A15E048B117B1DC2D8801D",
        "87FF604E6D47B84DCEF4F3E38407E13E",
    ),
    Algorithm.SM4: (
        "130E1DACFEF414735970C01DE1F81B2E",
        "D9CCA310803EC752D250E8D09E4AA8C0",
        "EA1D6E8D284DC4D61C980659EA3CB33D",
    ),
}
"""Level 1 (province), 2 (city) and 3 (card) below ``ROOT``, with the factors of ``key_factors.VECTORS[0]``."""

SESSION_KEYS: Final = {
    Algorithm.TRIPLE_DES: {"1122334455667788": "9C4641499F33D5D7", "A1B2C3D4": "AD3A32D93C94BCE1"},
    Algorithm.SM4: {
        "1122334455667788": "186625CF2DCC0E19EA994BDED2FBACAC",
        "A1B2C3D4": "1EA630FE17DBA4B5579FF0BAA72839FC",
    },
}
"""Challenge to session key, below the card key."""

PROOFS: Final = {Algorithm.TRIPLE_DES: "C7D9E4135EEAF94D", Algorithm.SM4: "EC6473C40808C013"}
"""Over raw 0102030405060708 with the session key of 1122334455667788."""

MACS: Final = {
    Algorithm.TRIPLE_DES: {
        "8424000004": "2471698C",
        "842400010C4893E72A7038BF86": "BE4DF330",
        "04DC010C07290131": "48BCA5CF",
        "000102030405060708090A0B0C0D0E0F": "E0AD93BC",
    },
    Algorithm.SM4: {
        "8424000004": "448BAB0E",
        "8424000114341D8CFC0871D957D0C6E92659046500": "AC0AAF3C",
        "04DC010C07290131": "976544EF",
        "000102030405060708090A0B0C0D0E0F": "3B83D4C8",
    },
}
"""Message to MAC with the session key of A1B2C3D4: unblock, set PIN 888888, update record, 16 bytes."""

ENCIPHERED: Final = {
    Algorithm.TRIPLE_DES: {
        "888888": "4893E72A7038BF86",
        "00010203040506": "F10DE252F40F1FE2",
        "000102030405060708090A0B0C0D0E": "9D669CDD1482D600A1B64F7E37D31EEB",
    },
    Algorithm.SM4: {
        "888888": "341D8CFC0871D957D0C6E92659046500",
        "00010203040506": "794E4BADD1127B67E322090C1403436C",
        "000102030405060708090A0B0C0D0E": "1B591D3D6E6BB56A623D926847DA2988",
    },
}
"""Plain to enciphered data with the session key of A1B2C3D4."""
