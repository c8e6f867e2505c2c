"""The two key families of the social security card: 8-byte blocks (2-key 3DES) and 16-byte blocks (SM4).

Implements diversification, session keys and authentication data of the card sheet, section 8. SSF33, the third
algorithm of the standards, is not public and therefore not here.
"""

from typing import Final, Literal, Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB

AlgorithmName = Literal["SM4", "3DES"]

FACTOR_LENGTH: Final = 8


class Family(Protocol):
    """One cipher family. Keys are 16 bytes, factors 8 bytes; nothing here keeps a key."""

    name: AlgorithmName
    code: int
    block: int

    def diversify(self, key: bytes, factor: bytes) -> bytes:
        """The key one level below: 16 bytes."""

    def session_key(self, key: bytes, random: bytes) -> bytes:
        """The key used once, made from a random number of at most one block (filled with zeros on the right)."""

    def encrypt(self, session_key: bytes, blocks: bytes) -> bytes:
        """ECB with a session key over whole blocks."""

    def authentication_data(self, session_key: bytes, raw: bytes) -> bytes:
        """The 8 bytes that prove the key, from 8 raw bytes."""


def _complement(factor: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in factor)


def _checked_factor(factor: bytes) -> bytes:
    if len(factor) != FACTOR_LENGTH:
        raise ValueError(f"a factor has 8 bytes, this one {len(factor)}")
    return factor


class TripleDesFamily:
    """8-byte family (algorithm byte 01): 2-key 3DES, and single DES for session keys."""

    name: AlgorithmName = "3DES"
    code = 0x01
    block = 8

    def diversify(self, key: bytes, factor: bytes) -> bytes:
        """left = E(K, f), right = E(K, ~f)."""
        left = _checked_factor(factor)
        return self._triple(key, left) + self._triple(key, _complement(left))

    def session_key(self, key: bytes, random: bytes) -> bytes:
        """E(K, R): 8 bytes, a single DES key."""
        if len(random) > self.block:
            raise ValueError("this family takes at most 8 random bytes")
        return self._triple(key, random.ljust(self.block, b"\0"))

    def encrypt(self, session_key: bytes, blocks: bytes) -> bytes:
        """Single DES, written as 3DES with three equal keys."""
        return _ecb(TripleDES(session_key * 3), blocks)

    def authentication_data(self, session_key: bytes, raw: bytes) -> bytes:
        """E(Ks, raw)."""
        return self.encrypt(session_key, raw)

    @staticmethod
    def _triple(key: bytes, block: bytes) -> bytes:
        # The library wants three keys; the third of 2-key 3DES is the first again.
        return _ecb(TripleDES(key + key[:8]), block)


class Sm4Family:
    """16-byte family (algorithm byte 03): SM4 (GB/T 32907)."""

    name: AlgorithmName = "SM4"
    code = 0x03
    block = 16

    def diversify(self, key: bytes, factor: bytes) -> bytes:
        """E(K, f followed by ~f)."""
        return _ecb(SM4(key), _checked_factor(factor) + _complement(factor))

    def session_key(self, key: bytes, random: bytes) -> bytes:
        """E(K, R filled with zeros to 16): 16 bytes."""
        if len(random) > self.block:
            raise ValueError("this family takes at most 16 random bytes")
        return _ecb(SM4(key), random.ljust(self.block, b"\0"))

    def encrypt(self, session_key: bytes, blocks: bytes) -> bytes:
        """SM4 in ECB."""
        return _ecb(SM4(session_key), blocks)

    def authentication_data(self, session_key: bytes, raw: bytes) -> bytes:
        """The two halves of E(Ks, raw followed by zeros), XORed."""
        whole = self.encrypt(session_key, raw.ljust(self.block, b"\0"))
        return bytes(left ^ right for left, right in zip(whole[:8], whole[8:], strict=True))


FAMILIES: Final[dict[AlgorithmName, Family]] = {"3DES": TripleDesFamily(), "SM4": Sm4Family()}


def province_factor(city: str) -> bytes:
    """Level 1: the first 2 ASCII digits of the city code, then 30303030 7368."""
    return city[:2].encode("ascii") + bytes.fromhex("303030307368")


def city_factor(city: str) -> bytes:
    """Level 2: 6 ASCII digits of the city code, then 7378; codes of province 33 keep only the first 4 digits."""
    digits = city[:4] + "00" if city.startswith("33") else city
    return digits.encode("ascii") + bytes.fromhex("7378")


def card_key(family: Family, root: bytes, city: str, card_factor: bytes) -> bytes:
    """A card's own key: the root key diversified by province, city and the card (T6 to TD of its ATR)."""
    province_key = family.diversify(root, province_factor(city))
    city_key = family.diversify(province_key, city_factor(city))
    return family.diversify(city_key, card_factor)


def _ecb(algorithm: TripleDES | SM4, blocks: bytes) -> bytes:
    # ECB over random single blocks is what the card standard prescribes.
    encryptor = Cipher(algorithm, ECB()).encryptor()  # noqa: S305
    return encryptor.update(blocks) + encryptor.finalize()
