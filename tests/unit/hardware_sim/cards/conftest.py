"""Cards and a terminal's hands for the tests of the pure card devices."""

from collections.abc import Callable
from typing import Any, Literal

import pytest

from hardware_sim.cards.crypto import FAMILIES, AlgorithmName, mac
from hardware_sim.cards.memory import CardMemory
from hardware_sim.cards.social_security_card import Interface, SocialSecurityCard
from hardware_sim.people import Persona, parse_persona, persona

CARD_KEYS = {"3DES": "87FF604E6D47B84DCEF4F3E38407E13E", "SM4": "EA1D6E8D284DC4D61C980659EA3CB33D"}
SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
DF01 = "00A4040006D15600000500"
DF03 = "00A4040006D15600000502"
DF04 = "00A4040006D15600000503"
TERMINAL, MOMENT = "990100000001", "20260301093000"


class Hands:
    """Sends hex, gets hex, and fetches answers as a terminal does."""

    def __init__(self, card: SocialSecurityCard, algorithm: AlgorithmName = "SM4") -> None:
        self.card = card
        self.family = FAMILIES[algorithm]
        self.key = bytes.fromhex(CARD_KEYS[algorithm])

    def send(self, apdu: str) -> str:
        return self.card.transmit(bytes.fromhex(apdu)).hex().upper()

    def fetch(self, apdu: str) -> str:
        answer = self.send(apdu)
        if answer[-4:-2] == "6C":
            answer = self.send(apdu[:8] + answer[-2:])
        data = answer[:-4]
        while answer[-4:-2] == "61":
            answer = self.send("00C00000" + answer[-2:])
            data += answer[:-4]
        return data + answer[-4:]

    def session_key(self) -> bytes:
        """Made with the key of the sample card for a fresh challenge."""
        return self.family.session_key(self.key, bytes.fromhex(self.send("0084000008")[:-4]))

    def authenticate(self, kid: str) -> str:
        """EXTERNAL AUTHENTICATION with the right key."""
        raw = bytes.fromhex("0102030405060708")
        auth = self.family.authentication_data(self.session_key(), raw)
        return self.send("008200" + kid + "10" + (auth + raw).hex())

    def protected(self, header: str, data: str = "") -> str:
        """A command of secure messaging: CLA to P2, data, and the right MAC for a fresh challenge."""
        session_key = self.session_key()
        whole = bytes.fromhex(f"{header}{len(data) // 2 + 4:02X}{data}")
        return self.send((whole + mac(self.family, session_key, whole)).hex())

    def enciphered(self, header: str, plain: str) -> str:
        """The same with enciphered data: length, plain text, filling."""
        session_key, block = self.session_key(), self.family.block
        filled = bytes([len(plain) // 2]) + bytes.fromhex(plain)
        if len(filled) % block:
            filled = (filled + b"\x80").ljust(-(-len(filled) // block) * block, b"\0")
        data = self.family.encrypt(session_key, filled)
        whole = bytes.fromhex(f"{header}{len(data) + 4:02X}") + data
        return self.send((whole + mac(self.family, session_key, whole)).hex())

    # The medical account. The fixture's random number of 4 bytes is always 11223344.

    def begin_load(self, fen: int) -> str:
        """INITIALIZE FOR LOAD; the complete answer."""
        return self.fetch(f"B02800010B01{fen:08X}{TERMINAL}")

    def credit(self, fen: int = 100, moment: str = MOMENT) -> str:
        """CREDIT FOR LOAD with the right MAC2 for a load begun just now."""
        sequence = self.card.memory.account.loads
        session_key = self.family.session_key(self.key, bytes.fromhex(f"11223344{sequence:04X}8000"))
        mac2 = mac(self.family, session_key, bytes.fromhex(f"{fen:08X}01{TERMINAL}{moment}"))
        return self.fetch(f"B02A00000B{moment}{mac2.hex()}")

    def begin_purchase(self, *amounts: int) -> str:
        """INITIALIZE FOR PURCHASE with account, self-paid and fund amounts; the complete answer."""
        return self.fetch("B02801011301" + "".join(f"{amount:08X}" for amount in amounts) + TERMINAL)

    def debit(self, *amounts: int, moment: str = MOMENT) -> str:
        """DEBIT FOR PURCHASE with the right MAC1 for a purchase begun just now."""
        sequence = self.card.memory.account.purchases
        told = "".join(f"{amount:08X}" for amount in amounts or (100, 16, 32))
        session_key = self.family.session_key(self.key, bytes.fromhex(f"11223344{sequence:04X}0001"))
        mac1 = mac(self.family, session_key, bytes.fromhex(f"{told}02{TERMINAL}{moment}"))
        return self.fetch(f"B02C01000F00000001{moment}{mac1.hex()}")


@pytest.fixture
def changed() -> Callable[..., Persona]:
    """The worker with other values; card__pin="" reaches into the card."""

    def change(**values: Any) -> Persona:
        document = persona("worker").model_dump(mode="json")
        for path, value in values.items():
            place = document
            *parents, last = path.split("__")
            for parent in parents:
                place = place[parent]
            place[last] = value
        return parse_persona(document, "a test")

    return change


@pytest.fixture
def insert(changed: Callable[..., Persona]) -> Callable[..., Hands]:
    """A powered card of the changed worker, with challenges 1122334455667788, repeated."""

    def power(
        memory: CardMemory | None = None,
        interface: Interface = "contact",
        le_zero: Literal["6Cxx", "data"] | None = None,
        **values: Any,
    ) -> Hands:
        card = SocialSecurityCard(
            changed(**values),
            memory=memory,
            chance=lambda n: (bytes.fromhex("1122334455667788") * 2)[:n],
            interface=interface,
            le_zero=le_zero,
        )
        assert card.power_on() is not None
        algorithm = values.get("card__algorithm", "SM4")
        return Hands(card, algorithm if algorithm in FAMILIES else "SM4")

    return power


@pytest.fixture
def in_ssse(insert: Callable[..., Hands]) -> Hands:
    """The worker's card with SSSE selected."""
    hands = insert()
    assert hands.fetch(SSSE).endswith("9000")
    return hands
