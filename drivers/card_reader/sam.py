"""The terminal's PSAM: it holds the issuers' root keys, derives a card's key from factors, and computes (section 9).

The terminal sees no key. For the 16-byte family it XORs the halves of what the PSAM enciphered (section 8).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from construct import Bytes, Struct

from drivers.card_reader.channel import OK, Channel
from drivers.card_reader.commands import (
    SELECT_PSAM,
    CipherMode,
    check_mac2,
    cipher_data,
    deliver_session_key,
    init_environment,
    init_sam_for_purchase,
    select_by_name,
)
from drivers.card_reader.facts import Algorithm
from drivers.card_reader.key_service import TerminalMac
from drivers.card_reader.layouts import PSAM_DES_SET, PSAM_WIDE_SET, parsed
from drivers.card_reader.message_blocks import (
    MAC_LENGTH,
    data_blocks,
    folded_mac,
    folded_proof,
    mac_blocks,
    random_block,
)
from drivers.errors import CardGone, CardMute, NoDevice, ProtocolError, SamMissing, SamUnfit
from drivers.operation import Operation, PowerOn, SecretExchange, Slot

_CHANNEL = Channel(Slot.SAM)
_NO_CLASS, _NO_FILE = 0x6E00, 0x6A82
_WRONG_LEVEL, _WRONG_MAC = 0x6A80, 0x9302
_CLASS, _OLDER_CLASS = 0xBF, 0x80

_TO_ENCRYPT = (8, 7)
"""Low five bits of a key's usage: MAC and encrypt, encrypt only."""

_TO_MAC = (8, 6)
"""MAC and encrypt, MAC only."""

_LEVELS = (3, 2, 1)
"""High three bits: how many levels of derivation the PSAM's key has below it."""

_MOST_CIPHERED = 0xF0
"""Bytes of one CIPHER DATA: whole blocks of either family within the 255 of an Lc."""

_PURCHASE_ANSWER = Struct("sequence" / Bytes(4), "mac1" / Bytes(4))


@dataclass(frozen=True, slots=True)
class SamKey:
    """A key in the PSAM: ``name`` IRK (is the card genuine?) or RK_SSSE (the terminal may read), ``key_id`` there."""

    name: str
    key_id: int


@dataclass(frozen=True, slots=True)
class SamKeys:
    """Which key ids this terminal's PSAM uses to read a card; a region may have its own."""

    genuine: SamKey = SamKey("IRK", 0x08)
    read: SamKey = SamKey("RK_SSSE", 0x0A)


class SamIndex:
    """Remembers which usage byte worked for a key of a PSAM, so that the search happens once and not for each card."""

    def __init__(self) -> None:
        self._of_key: dict[tuple[bytes, int, tuple[int, ...]], int] = {}
        self._of_psam: dict[bytes, int] = {}

    def candidates(self, atr: bytes, key: SamKey, kinds: tuple[int, ...] = _TO_ENCRYPT) -> list[int]:
        """Usage bytes to try: what worked for this key, what worked for another key of this PSAM, the others."""
        first = [usage for usage in (self._of_key.get((atr, key.key_id, kinds)), self._of_psam.get(atr)) if usage]
        known = [usage if usage & 0x1F in kinds else usage & 0xE0 | kinds[0] for usage in first]
        return list(dict.fromkeys(known + [levels << 5 | kind for kind in kinds for levels in _LEVELS]))

    def levels(self, atr: bytes) -> list[int]:
        """Numbers of levels to try where a command names no key: first what this PSAM has had."""
        known = self._of_psam.get(atr)
        return list(dict.fromkeys([*([known >> 5] if known else []), *_LEVELS]))

    def worked(self, atr: bytes, key: SamKey, usage: int, kinds: tuple[int, ...] = _TO_ENCRYPT) -> None:
        """Keep it."""
        self._of_key[atr, key.key_id, kinds] = self._of_psam[atr] = usage


@dataclass(frozen=True, slots=True)
class Sam:
    """A powered PSAM with its application selected, set up for one card."""

    atr: bytes
    cla: int
    index: SamIndex
    card_id_first_byte: bytes = b""

    def prove(
        self, key: SamKey, algorithm: Algorithm, factors: Sequence[bytes], challenge: bytes, raw: bytes
    ) -> Operation[bytes]:
        """What a card with this key must compute from ``challenge`` (makes the session key) and ``raw``: 8 bytes.

        SamUnfit: the PSAM lacks the algorithm, the key, or this number of levels.
        """
        yield from self._deliver(key, algorithm, factors, challenge, _TO_ENCRYPT)
        enciphered = yield from _CHANNEL.ask(cipher_data(random_block(raw, algorithm.block)))
        return folded_proof(_of_length(enciphered, algorithm.block))

    def mac(
        self, key: SamKey, algorithm: Algorithm, factors: Sequence[bytes], challenge: bytes, message: bytes
    ) -> Operation[bytes]:
        """MAC over ``message``, which is filled here; start value zero. Errors as ``prove``."""
        yield from self._deliver(key, algorithm, factors, challenge, _TO_MAC)
        answer = b""
        for mode, part in _mac_parts(bytes(algorithm.block) + mac_blocks(message, algorithm.block)):
            answer = yield from _CHANNEL.ask(cipher_data(part, mode))
        # The sheet does not say who folds the last block: its length tells.
        return answer if len(answer) == MAC_LENGTH else folded_mac(_of_length(answer, algorithm.block))

    def encrypt(
        self, key: SamKey, algorithm: Algorithm, factors: Sequence[bytes], challenge: bytes, plain: bytes
    ) -> Operation[bytes]:
        """``length ‖ plain`` in whole blocks, enciphered (section 8); up to 255 bytes. Errors as ``prove``."""
        yield from self._deliver(key, algorithm, factors, challenge, _TO_ENCRYPT)
        blocks, enciphered = data_blocks(plain, algorithm.block), b""
        for place in range(0, len(blocks), _MOST_CIPHERED):
            part = blocks[place : place + _MOST_CIPHERED]
            last = place + len(part) == len(blocks)
            mode = CipherMode.ENCRYPT if last else CipherMode.ENCRYPT_MORE
            enciphered += _of_length((yield from _CHANNEL.ask(cipher_data(part, mode))), len(part))
        return enciphered

    def encrypt_secret(
        self,
        key: SamKey,
        algorithm: Algorithm,
        factors: Sequence[bytes],
        challenge: bytes,
        make: Callable[[int], bytearray],
    ) -> Operation[bytes]:
        """Encipher one block that nobody may see.

        make  given the block's size, the block in a bytearray of its own; it is overwritten when the wire has taken it
        """
        yield from self._deliver(key, algorithm, factors, challenge, _TO_ENCRYPT)
        request = SecretExchange(Slot.SAM, lambda: _cipher_command(make(algorithm.block)))
        response = yield from _CHANNEL.send_secret("cipher data", request, fetch=True)
        if response.sw != OK:
            raise _CHANNEL.refusal("cipher data", response)
        return _of_length(response.data, algorithm.block)

    def init_for_purchase(self, data: bytes, factors: Sequence[bytes]) -> Operation[TerminalMac]:
        """MAC1 of a purchase, and the PSAM's own sequence number. SamUnfit: no key of any number of levels."""
        wrong = "level"
        for levels in self.index.levels(self.atr):
            command = init_sam_for_purchase(data, b"".join(factors[:levels]))
            answer = yield from _CHANNEL.send(command)
            match answer.sw:
                case 0x9000:
                    fields = parsed(_PURCHASE_ANSWER, answer.data, command.name)
                    return TerminalMac(fields.sequence, fields.mac1)
                case 0x6A80 | 0x6700:  # with other factors behind the data it may be right
                    continue
                case 0x6A88:
                    wrong = "key"
                case _:
                    raise _CHANNEL.refusal(command.name, answer)
        raise SamUnfit("card_reader", lacks=wrong, key="purchase")

    def is_cards_mac(self, mac2: bytes) -> Operation[bool]:
        """Check the card's MAC2 of the purchase just initialised. For a wrong one sources differ: 63Cx or 9302."""
        command = check_mac2(mac2)
        answer = yield from _CHANNEL.send_once(command)
        if answer.sw == OK:
            return True
        if answer.tries_left is not None or answer.sw == _WRONG_MAC:
            return False
        raise _CHANNEL.refusal(command.name, answer)

    def _deliver(
        self,
        key: SamKey,
        algorithm: Algorithm,
        factors: Sequence[bytes],
        challenge: bytes,
        kinds: tuple[int, ...],
        *,
        other_set: bool = True,
    ) -> Operation[None]:
        seed = random_block(challenge, algorithm.block)
        refused: set[int] = set()
        for usage in self.index.candidates(self.atr, key, kinds):
            levels = usage >> 5
            command = deliver_session_key(self.cla, usage, key.key_id, b"".join(factors[:levels]), seed)
            answer = yield from _CHANNEL.send(command)
            match answer.sw:
                case 0x9000:
                    self.index.worked(self.atr, key, usage, kinds)
                    return
                case 0x6A80 | 0x6A88:  # another number of levels; no key of this kind (section 9)
                    refused.add(answer.sw)
                case 0x6700:  # another block length: the keys of this set are of the other family
                    if other_set and (yield from self._select_set(algorithm)):
                        return (yield from self._deliver(key, algorithm, factors, challenge, kinds, other_set=False))
                    raise SamUnfit("card_reader", lacks="algorithm", key=key.name, algorithm=algorithm.name)
                case _:
                    raise _CHANNEL.refusal(command.name, answer)
        raise SamUnfit("card_reader", lacks="level" if refused == {_WRONG_LEVEL} else "key", key=key.name)

    def _select_set(self, algorithm: Algorithm) -> Operation[bool]:
        """Go to the other family's set (MF or DDF1) and select its application. Is there one?"""
        name = PSAM_DES_SET if algorithm.block == 8 else PSAM_WIDE_SET
        for command in (select_by_name(name, "PSAM key set"), SELECT_PSAM):
            if (yield from _CHANNEL.send(command)).sw != OK:
                return False
        if self.cla == _CLASS:
            yield from _CHANNEL.ask(init_environment(self.card_id_first_byte))
        return True


def open_sam(card_id_first_byte: bytes, index: SamIndex) -> Operation[Sam]:
    """Power the PSAM, select its application and tell it the card. SamMissing, SamUnfit: the HSM could take over."""
    atr = yield from power_sam()
    selected = yield from _CHANNEL.send(SELECT_PSAM)
    if selected.sw == _NO_FILE:
        raise SamUnfit("card_reader", lacks="application", key="any")
    if selected.sw != OK:
        raise _CHANNEL.refusal(SELECT_PSAM.name, selected)
    command = init_environment(card_id_first_byte)
    ready = yield from _CHANNEL.send(command)
    if ready.sw == _NO_CLASS:
        # Older PSAMs have class 80 for DELIVERY SESSION KEY and no INIT ENVIRONMENT.
        return Sam(atr, _OLDER_CLASS, index, card_id_first_byte)
    if ready.sw != OK:
        raise _CHANNEL.refusal(command.name, ready)
    return Sam(atr, _CLASS, index, card_id_first_byte)


def power_sam() -> Operation[bytes]:
    """Power the PSAM; answers its ATR. SamMissing: none, or a mute one."""
    try:
        atr: bytes = yield PowerOn(Slot.SAM)
    except (NoDevice, CardGone, CardMute) as error:
        raise SamMissing("card_reader", why=error.code) from None
    return atr


def _mac_parts(data: bytes) -> Iterator[tuple[CipherMode, bytes]]:
    """Start value and blocks in as few commands as their Lc allows."""
    parts = [data[place : place + _MOST_CIPHERED] for place in range(0, len(data), _MOST_CIPHERED)]
    if len(parts) == 1:
        yield CipherMode.MAC, data
        return
    yield CipherMode.MAC_FIRST, parts[0]
    for part in parts[1:-1]:
        yield CipherMode.MAC_NEXT, part
    yield CipherMode.MAC_LAST, parts[-1]


def _cipher_command(block: bytearray) -> bytearray:
    """CIPHER DATA around a block, in place of a ``Command``, whose bytes nobody could overwrite."""
    command = bytearray(5 + len(block))
    command[:5] = bytes((0x80, 0xFA, CipherMode.ENCRYPT, 0x00, len(block)))
    command[5:] = block
    block[:] = bytes(len(block))
    return command


def _of_length(answer: bytes, length: int) -> bytes:
    if len(answer) != length:
        raise ProtocolError("card_reader", slot="sam", command="cipher data", shape="not one block")
    return answer
