"""The key families of the social security card: 8-byte blocks (2-key 3DES) and 16-byte blocks (SM4, SSF33).

Implements diversification, session keys, authentication data, MACs and encrypted data of the card sheet, section 8.
SSF33, the third algorithm of the standards, is not public: its cards say so, and hold no keys here.
"""

from typing import Final, Literal, Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

AlgorithmName = Literal["SM4", "3DES"]
CardAlgorithm = Literal["SM4", "3DES", "SSF33"]

FACTOR_LENGTH: Final = 8
MAC_LENGTH: Final = 4


class Family(Protocol):
    """One cipher family. Keys are 16 bytes, factors 8 bytes; nothing here keeps a key."""

    name: CardAlgorithm
    code: int
    block: int

    def diversify(self, key: bytes, factor: bytes) -> bytes:
        """The key one level below: 16 bytes."""

    def session_key(self, key: bytes, random: bytes) -> bytes:
        """The key used once, made from a random number of at most one block (filled with zeros on the right)."""

    def encrypt(self, session_key: bytes, blocks: bytes) -> bytes:
        """ECB with a session key over whole blocks."""

    def decrypt(self, session_key: bytes, blocks: bytes) -> bytes:
        """The way back."""

    def authentication_data(self, session_key: bytes, raw: bytes) -> bytes:
        """The 8 bytes that prove the key, from 8 raw bytes."""

    def mac_of_blocks(self, session_key: bytes, blocks: bytes, start: bytes | None = None) -> bytes:
        """The last CBC block over whole blocks; `start` is the start value, zeros when None."""

    def shortened(self, last_block: bytes) -> bytes:
        """The MAC of 4 bytes from the last CBC block."""

    def tac(self, key: bytes, message: bytes) -> bytes:
        """The TAC of 4 bytes with the card's DTK (16 bytes)."""


def _complement(factor: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in factor)


def _checked_factor(factor: bytes) -> bytes:
    if len(factor) != FACTOR_LENGTH:
        raise ValueError(f"a factor has 8 bytes, this one {len(factor)}")
    return factor


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


class TripleDesFamily:
    """8-byte family (algorithm byte 01): 2-key 3DES, and single DES for session keys."""

    name: CardAlgorithm = "3DES"
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

    def decrypt(self, session_key: bytes, blocks: bytes) -> bytes:
        """Single DES, the way back."""
        return _ecb_back(TripleDES(session_key * 3), blocks)

    def authentication_data(self, session_key: bytes, raw: bytes) -> bytes:
        """E(Ks, raw)."""
        return self.encrypt(session_key, raw)

    def mac_of_blocks(self, session_key: bytes, blocks: bytes, start: bytes | None = None) -> bytes:
        """CBC with single DES."""
        return _last_cbc_block(TripleDES(session_key * 3), blocks, start or bytes(self.block))

    def shortened(self, last_block: bytes) -> bytes:
        """The first 4 bytes."""
        return last_block[:MAC_LENGTH]

    def tac(self, key: bytes, message: bytes) -> bytes:
        """The key is DTK left XOR right."""
        return mac(self, _xor(key[:8], key[8:]), message)

    @staticmethod
    def _triple(key: bytes, block: bytes) -> bytes:
        # The library wants three keys; the third of 2-key 3DES is the first again.
        return _ecb(TripleDES(key + key[:8]), block)


class Sm4Family:
    """16-byte family (algorithm byte 03): SM4 (GB/T 32907)."""

    name: CardAlgorithm = "SM4"
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

    def decrypt(self, session_key: bytes, blocks: bytes) -> bytes:
        """SM4 in ECB, the way back."""
        return _ecb_back(SM4(session_key), blocks)

    def authentication_data(self, session_key: bytes, raw: bytes) -> bytes:
        """The two halves of E(Ks, raw followed by zeros), XORed."""
        whole = self.encrypt(session_key, raw.ljust(self.block, b"\0"))
        return _xor(whole[:8], whole[8:])

    def mac_of_blocks(self, session_key: bytes, blocks: bytes, start: bytes | None = None) -> bytes:
        """CBC with SM4."""
        return _last_cbc_block(SM4(session_key), blocks, start or bytes(self.block))

    def shortened(self, last_block: bytes) -> bytes:
        """The four words of the block, XORed."""
        return _xor(_xor(last_block[:4], last_block[4:8]), _xor(last_block[8:12], last_block[12:]))

    def tac(self, key: bytes, message: bytes) -> bytes:
        """The key is DTK itself."""
        return mac(self, key, message)


class Ssf33Family:
    """16-byte family (algorithm byte 02) whose cipher nobody outside has; a card of it holds no keys here.

    That these methods are called is a mistake of ours, never of a program under test, so they raise.
    """

    name: CardAlgorithm = "SSF33"
    code = 0x02
    block = 16

    def diversify(self, key: bytes, factor: bytes) -> bytes:
        raise _not_public()

    def session_key(self, key: bytes, random: bytes) -> bytes:
        raise _not_public()

    def encrypt(self, session_key: bytes, blocks: bytes) -> bytes:
        raise _not_public()

    def decrypt(self, session_key: bytes, blocks: bytes) -> bytes:
        raise _not_public()

    def authentication_data(self, session_key: bytes, raw: bytes) -> bytes:
        raise _not_public()

    def mac_of_blocks(self, session_key: bytes, blocks: bytes, start: bytes | None = None) -> bytes:
        raise _not_public()

    def shortened(self, last_block: bytes) -> bytes:
        raise _not_public()

    def tac(self, key: bytes, message: bytes) -> bytes:
        raise _not_public()


def _not_public() -> RuntimeError:
    return RuntimeError("SSF33 is not public; a simulated card of it has no keys to use")


FAMILIES: Final[dict[AlgorithmName, Family]] = {"3DES": TripleDesFamily(), "SM4": Sm4Family()}
CARD_FAMILIES: Final[dict[CardAlgorithm, Family]] = {
    "3DES": FAMILIES["3DES"],
    "SM4": FAMILIES["SM4"],
    "SSF33": Ssf33Family(),
}


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


def padded(family: Family, message: bytes) -> bytes:
    """`message` with 80 00... for a MAC; one that is aligned gets a whole extra block."""
    return message + b"\x80" + bytes(-(len(message) + 1) % family.block)


def mac(family: Family, session_key: bytes, message: bytes) -> bytes:
    """The MAC of 4 bytes over a message of any length, start value zero."""
    return family.shortened(family.mac_of_blocks(session_key, padded(family, message)))


def unwrapped(family: Family, session_key: bytes, cipher_text: bytes) -> bytes | None:
    """The plain data of `length, plain, 80 00...` (filled only if not aligned), or None when it is not of that form."""
    whole = family.decrypt(session_key, cipher_text)
    end = 1 + whole[0]
    filler = whole[end:]
    if end > len(whole) or len(filler) >= family.block or (filler and filler != b"\x80" + bytes(len(filler) - 1)):
        return None
    return whole[1:end]


def _ecb(algorithm: TripleDES | SM4, blocks: bytes) -> bytes:
    # ECB over random single blocks is what the card standard prescribes.
    encryptor = Cipher(algorithm, ECB()).encryptor()  # noqa: S305
    return encryptor.update(blocks) + encryptor.finalize()


def _ecb_back(algorithm: TripleDES | SM4, blocks: bytes) -> bytes:
    decryptor = Cipher(algorithm, ECB()).decryptor()  # noqa: S305
    return decryptor.update(blocks) + decryptor.finalize()


def _last_cbc_block(algorithm: TripleDES | SM4, blocks: bytes, start: bytes) -> bytes:
    encryptor = Cipher(algorithm, CBC(start)).encryptor()
    whole = encryptor.update(blocks) + encryptor.finalize()
    return whole[-len(start) :]
