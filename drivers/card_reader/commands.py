"""The commands a terminal sends to a card or PSAM (sheet sections 2, 3, 7, 9). Bytes only; the channel sends them."""

from dataclasses import dataclass, field
from functools import cache

from construct import Byte, Bytes, GreedyBytes, If, Prefixed, Struct, this

from drivers.card_reader.layouts import PSAM_AID, SSSE_NAME

_COMMAND = Struct(
    "cla" / Byte,
    "ins" / Byte,
    "p1" / Byte,
    "p2" / Byte,
    "data" / If(this.data != b"", Prefixed(Byte, GreedyBytes)),
    "le" / If(this.le != None, Bytes(1)),  # noqa: E711  an expression of construct, which knows no "is"
).compile()
"""Compiled, as all layouts of the hot path: a card is read in 30 exchanges."""


@cache
def _header(cla: int, ins: int, p1: int, p2: int, le: int | None) -> bytes:
    """The wire of a command without data: always the same few, and nobody's."""
    return _built(cla, ins, p1, p2, b"", le)


def _built(cla: int, ins: int, p1: int, p2: int, data: bytes, le: int | None) -> bytes:
    last = None if le is None else bytes([le & 0xFF])
    return bytes(_COMMAND.build({"cla": cla, "ins": ins, "p1": p1, "p2": p2, "data": data, "le": last}))


@dataclass(frozen=True, slots=True)
class Command:
    """A command APDU (ISO 7816-4).

    name     for errors and traces
    le       how many bytes are expected, up to 256; 0 = none. With data *and* le (case 4) the wire over T=0 carries no
             Le: the card answers 61xx, or the data at once
    """

    name: str
    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = field(default=b"", repr=False)
    le: int = 0

    def wire(self, *, le: int | None = None) -> bytes:
        """Bytes for the wire. ``le`` given: with exactly this Le (after 6Cxx, or over T=1); 256 is written as 00."""
        if self.data:
            return _built(self.cla, self.ins, self.p1, self.p2, self.data, le)
        return _header(self.cla, self.ins, self.p1, self.p2, self.le or None if le is None else le)


SELECT_SSSE = Command("select SSSE", 0x00, 0xA4, 0x04, 0x00, SSSE_NAME, le=256)
SELECT_PSAM = Command("select PSAM application", 0x00, 0xA4, 0x04, 0x00, PSAM_AID, le=256)
GET_CHALLENGE = Command("get challenge", 0x00, 0x84, 0x00, 0x00, le=8)

ASK_PIN_TRIES = Command("ask PIN tries", 0x00, 0x20, 0x00, 0x00, le=256)
"""VERIFY with Lc 00 and no PIN: the byte that would be Le is the Lc, and both are 00 on the wire."""


def read_record(sfi: int, tag: int, expected: int) -> Command:
    """READ RECORD by tag (mode 0: first record with it); ``expected`` is the whole record's length, up to 256."""
    return Command(f"read record {sfi:02X}/{tag:02X}", 0x00, 0xB2, tag, sfi << 3, le=expected)


def get_response(length: int) -> Command:
    """GET RESPONSE for ``length`` bytes, 1–256."""
    return Command("get response", 0x00, 0xC0, 0x00, 0x00, le=length)


def internal_authenticate(factor: bytes, raw: bytes) -> Command:
    """INTERNAL AUTHENTICATION with IRK: 8 bytes that make the session key, 8 bytes that are enciphered with it."""
    return Command("internal authenticate", 0x00, 0x88, 0x00, 0x00, factor + raw, le=8)


def external_authenticate(key_id: int, proof: bytes, raw: bytes) -> Command:
    """EXTERNAL AUTHENTICATION with the global key ``key_id``; the card's last challenge is the session key's factor."""
    return Command("external authenticate", 0x00, 0x82, 0x00, key_id, proof + raw)


def init_environment(first_byte: bytes) -> Command:
    """PSAM INIT ENVIRONMENT with the first byte of the card id."""
    return Command("init environment", 0xBF, 0xEC, 0x00, 0x00, first_byte)


def deliver_session_key(cla: int, usage: int, key_id: int, factors: bytes, seed: bytes) -> Command:
    """PSAM DELIVERY SESSION KEY: diversify key ``key_id`` level by level, then make a session key from ``seed``."""
    return Command("deliver session key", cla, 0xDE, usage, key_id, factors + seed)


def cipher_data(data: bytes) -> Command:
    """PSAM CIPHER DATA: encrypt, last and only part."""
    return Command("cipher data", 0x80, 0xFA, 0x00, 0x00, data, le=len(data))
