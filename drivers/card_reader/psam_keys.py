"""The PSAM as the key service of one card: names become its key ids, and it is opened when it is first needed."""

from construct import Byte, BytesInteger, Struct
from construct import Bytes as RawBytes

from drivers.card_reader.codings import Digits
from drivers.card_reader.facts import CardFacts
from drivers.card_reader.key_factors import level_factors
from drivers.card_reader.key_service import SHEET_PLAN, KeyPlan, PurchaseTerms, TerminalMac
from drivers.card_reader.pin import pack, packed_length
from drivers.card_reader.sam import Sam, SamIndex, SamKey, open_sam
from drivers.operation import Operation, PowerOff, Slot
from drivers.pin_buffer import PinHandle

_SETTLEMENT = 2
"""Kind of transaction (log type, section 6)."""

_PURCHASE = Struct(
    "random" / RawBytes(4),
    "sequence" / BytesInteger(2),
    "account" / BytesInteger(4),
    "self_paid" / BytesInteger(4),
    "fund" / BytesInteger(4),
    "kind" / Byte,
    "time" / Digits(7),
    "key_version" / Byte,
    "algorithm" / Byte,
)
"""The 1C bytes of INIT SAM FOR PURCHASE. The sheet gives their number alone; the order is that of PBOC's electronic
purse, from which the command comes, with the three amounts in the place of its one."""


class PsamKeys:
    """See ``PinKeyService`` and ``PurchaseKeyService``. For one card and one stretch of work; then ``close`` it.

    facts  the card
    index  what was learnt about the PSAM from card to card
    plan   where the keys are
    """

    def __init__(self, facts: CardFacts, index: SamIndex, plan: KeyPlan = SHEET_PLAN) -> None:
        self._facts = facts
        self._index = index
        self._plan = plan
        self._factors = level_factors(facts.card_id.city, facts.atr.card_factor)
        self._sam: Sam | None = None

    def prove(self, key: str, challenge: bytes, raw: bytes) -> Operation[bytes]:
        """Authentication data."""
        where = self._key(key)
        sam = yield from self._open()
        return (yield from sam.prove(where, self._facts.algorithm, self._factors, challenge, raw))

    def mac(self, key: str, challenge: bytes, message: bytes) -> Operation[bytes]:
        """MAC."""
        where = self._key(key)
        sam = yield from self._open()
        return (yield from sam.mac(where, self._facts.algorithm, self._factors, challenge, message))

    def seal_pin(self, key: str, challenge: bytes, header: bytes, pin: PinHandle) -> Operation[bytes]:
        """Enciphered PIN ‖ MAC."""
        try:
            where = self._key(key)
            sam = yield from self._open()
            enciphered = yield from sam.encrypt_secret(
                where, self._facts.algorithm, self._factors, challenge, lambda block: _pin_block(pin, block)
            )
        finally:
            pin.clear()
        mac = yield from sam.mac(where, self._facts.algorithm, self._factors, challenge, header + enciphered)
        return enciphered + mac

    def terminal_mac(self, terms: PurchaseTerms) -> Operation[TerminalMac]:
        """MAC1 (8070). The PSAM must stay powered until ``is_cards_mac``."""
        sam = yield from self._open()
        data = _PURCHASE.build(
            {
                "random": terms.random,
                "sequence": terms.sequence,
                "account": terms.account,
                "self_paid": terms.self_paid,
                "fund": terms.fund,
                "kind": _SETTLEMENT,
                "time": terms.time,
                "key_version": terms.key_version,
                "algorithm": terms.algorithm,
            }
        )
        return (yield from sam.init_for_purchase(data, self._factors))

    def is_cards_mac(self, mac2: bytes) -> Operation[bool]:
        """MAC2 (8072)."""
        sam = yield from self._open()
        return (yield from sam.is_cards_mac(mac2))

    def close(self) -> Operation[None]:
        """Take the power from the PSAM. Harmless when it was not needed."""
        self._sam = None
        yield PowerOff(Slot.SAM)

    def _open(self) -> Operation[Sam]:
        if self._sam is None:
            self._sam = yield from open_sam(bytes.fromhex(self._facts.card_id.city[:2]), self._index)
        return self._sam

    def _key(self, key: str) -> SamKey:
        return SamKey(key, self._plan.place(key).psam)


def _pin_block(pin: PinHandle, block: int) -> bytearray:
    """``length ‖ PIN``, filled with 80 00… (section 8, encrypted data), written in place."""
    length = packed_length(pin)
    target = bytearray(block)
    target[0] = length
    pack(pin, target, 1)
    if length + 1 < block:
        target[length + 1] = 0x80
    return target


PURCHASE_LENGTH = _PURCHASE.sizeof()
"""1C, by the sheet."""
