"""Cards and a terminal's hands for the tests of the pure card devices."""

from collections.abc import Callable
from typing import Any

import pytest

from hardware_sim.cards.crypto import FAMILIES, AlgorithmName
from hardware_sim.cards.device import CardDevice
from hardware_sim.cards.memory import CardMemory
from hardware_sim.cards.social_security_card import SocialSecurityCard
from hardware_sim.people import Persona, parse_persona, persona

CARD_KEYS = {"3DES": "87FF604E6D47B84DCEF4F3E38407E13E", "SM4": "EA1D6E8D284DC4D61C980659EA3CB33D"}
SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
DF01 = "00A4040006D15600000500"
DF03 = "00A4040006D15600000502"
DF04 = "00A4040006D15600000503"


class Hands:
    """Sends hex, gets hex, and fetches answers as a terminal does."""

    def __init__(self, card: CardDevice) -> None:
        self.card = card

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

    def authenticate(self, kid: str, algorithm: AlgorithmName) -> str:
        """EXTERNAL AUTHENTICATION with the right key of the sample card."""
        family = FAMILIES[algorithm]
        challenge = bytes.fromhex(self.send("0084000008")[:-4])
        session_key = family.session_key(bytes.fromhex(CARD_KEYS[algorithm]), challenge)
        raw = bytes.fromhex("0102030405060708")
        return self.send("008200" + kid + "10" + (family.authentication_data(session_key, raw) + raw).hex())


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

    def power(memory: CardMemory | None = None, **values: Any) -> Hands:
        card = SocialSecurityCard(
            changed(**values), memory=memory, chance=lambda n: (bytes.fromhex("1122334455667788") * 2)[:n]
        )
        assert card.power_on() is not None
        return Hands(card)

    return power


@pytest.fixture
def in_ssse(insert: Callable[..., Hands]) -> Hands:
    """The worker's card with SSSE selected."""
    hands = insert()
    assert hands.fetch(SSSE).endswith("9000")
    return hands
