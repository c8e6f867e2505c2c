"""The terminal's PSAM: it holds the issuers' root keys, derives a card's key from factors, and computes (section 9).

The terminal sees no key. For the 16-byte family it XORs the two halves of what the PSAM enciphered (section 8).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.card_reader.channel import OK, Channel
from drivers.card_reader.commands import SELECT_PSAM, cipher_data, deliver_session_key, init_environment
from drivers.card_reader.facts import Algorithm
from drivers.errors import CardGone, CardMute, NoDevice, ProtocolError, SamMissing, SamUnfit
from drivers.operation import Operation, PowerOn, Slot

_CHANNEL = Channel(Slot.SAM)
_NO_CLASS, _NO_FILE = 0x6E00, 0x6A82
_CLASS, _OLDER_CLASS = 0xBF, 0x80

_KINDS = (8, 7)
"""Low five bits of a key's usage: MAC and encrypt, encrypt only."""

_LEVELS = (3, 2, 1)
"""High three bits: how many levels of derivation the PSAM's key has below it."""


@dataclass(frozen=True, slots=True)
class SamKey:
    """A key in the PSAM: ``name`` IRK (is the card genuine?) or RK_SSSE (the terminal may read), ``key_id`` there."""

    name: str
    key_id: int


@dataclass(frozen=True, slots=True)
class SamKeys:
    """Which key ids this terminal's PSAM uses; a region may have its own."""

    genuine: SamKey = SamKey("IRK", 0x08)
    read: SamKey = SamKey("RK_SSSE", 0x0A)


class SamIndex:
    """Remembers which usage byte worked for a key of a PSAM, so that the search happens once and not for each card."""

    def __init__(self) -> None:
        self._of_key: dict[tuple[bytes, int], int] = {}
        self._of_psam: dict[bytes, int] = {}

    def candidates(self, atr: bytes, key: SamKey) -> list[int]:
        """Usage bytes to try: what worked for this key, what worked for another key of this PSAM, the others."""
        every = [levels << 5 | kind for kind in _KINDS for levels in _LEVELS]
        known = [self._of_key.get((atr, key.key_id)), self._of_psam.get(atr)]
        return list(dict.fromkeys([usage for usage in known if usage is not None] + every))

    def worked(self, atr: bytes, key: SamKey, usage: int) -> None:
        self._of_key[atr, key.key_id] = self._of_psam[atr] = usage


@dataclass(frozen=True, slots=True)
class Sam:
    """A powered PSAM with its application selected, set up for one card."""

    atr: bytes
    cla: int
    index: SamIndex

    def prove(
        self, key: SamKey, algorithm: Algorithm, factors: Sequence[bytes], challenge: bytes, raw: bytes
    ) -> Operation[bytes]:
        """What a card with this key must compute from ``challenge`` (makes the session key) and ``raw``: 8 bytes.

        SamUnfit: the PSAM lacks the algorithm, the key, or this number of levels.
        """
        yield from self._deliver(key, algorithm, factors, challenge)
        enciphered = yield from _CHANNEL.ask(cipher_data(raw.ljust(algorithm.block, b"\x00")))
        if len(enciphered) != algorithm.block:
            raise ProtocolError("card_reader", slot="sam", command="cipher data", shape="not one block")
        if algorithm.block == len(raw):
            return enciphered
        half = algorithm.block // 2
        return bytes(left ^ right for left, right in zip(enciphered[:half], enciphered[half:], strict=True))

    def _deliver(
        self, key: SamKey, algorithm: Algorithm, factors: Sequence[bytes], challenge: bytes
    ) -> Operation[None]:
        seed = challenge.ljust(algorithm.block, b"\x00")
        wrong_level = False
        for usage in self.index.candidates(self.atr, key):
            levels = usage >> 5
            command = deliver_session_key(self.cla, usage, key.key_id, b"".join(factors[:levels]), seed)
            answer = yield from _CHANNEL.send(command)
            match answer.sw:
                case 0x9000:
                    self.index.worked(self.atr, key, usage)
                    return
                case 0x6A80:  # another number of levels, says section 9
                    wrong_level = True
                case 0x6A88:  # no key of this kind
                    continue
                case 0x6700:  # another block length: the key is of the other family
                    raise SamUnfit("card_reader", lacks="algorithm", key=key.name, algorithm=algorithm.name)
                case _:
                    raise _CHANNEL.refusal(command.name, answer)
        raise SamUnfit("card_reader", lacks="level" if wrong_level else "key", key=key.name)


def open_sam(card_id_first_byte: bytes, index: SamIndex) -> Operation[Sam]:
    """Power the PSAM, select its application and tell it the card. SamMissing, SamUnfit: the HSM could take over."""
    try:
        atr = yield PowerOn(Slot.SAM)
    except (NoDevice, CardGone, CardMute) as error:
        raise SamMissing("card_reader", why=error.code) from None
    selected = yield from _CHANNEL.send(SELECT_PSAM)
    if selected.sw == _NO_FILE:
        raise SamUnfit("card_reader", lacks="application", key="any")
    if selected.sw != OK:
        raise _CHANNEL.refusal(SELECT_PSAM.name, selected)
    command = init_environment(card_id_first_byte)
    ready = yield from _CHANNEL.send(command)
    if ready.sw == _NO_CLASS:
        # Older PSAMs have class 80 for DELIVERY SESSION KEY and no INIT ENVIRONMENT.
        return Sam(atr, _OLDER_CLASS, index)
    if ready.sw != OK:
        raise _CHANNEL.refusal(command.name, ready)
    return Sam(atr, _CLASS, index)
