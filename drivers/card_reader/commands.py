"""The commands a terminal sends to a card or PSAM (sheet sections 2, 3, 7, 9). Bytes only; the channel sends them."""

from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import cache

from construct import Byte, If, Struct, this

from drivers.card_reader.layouts import PSAM_AID, SSSE_NAME
from drivers.card_reader.message_blocks import MAC_LENGTH

_HEADER = Struct(
    "cla" / Byte,
    "ins" / Byte,
    "p1" / Byte,
    "p2" / Byte,
    "p3" / If(this.p3 != None, Byte),  # noqa: E711  an expression of construct, which knows no "is"
)
"""The header with its P3, as T=0 calls the byte that is Lc or Le (ISO 7816-3)."""


@cache
def _header(cla: int, ins: int, p1: int, p2: int, p3: int | None) -> bytes:
    """All of a command in front of its data: always the same few, and nobody's."""
    return bytes(_HEADER.build({"cla": cla, "ins": ins, "p1": p1, "p2": p2, "p3": p3}))


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

    @property
    def mac_input(self) -> bytes:
        """What a MAC is computed over: ``CLA INS P1 P2 Lc``, where Lc counts the MAC, and the data (section 8)."""
        return bytes((self.cla, self.ins, self.p1, self.p2, len(self.data) + MAC_LENGTH)) + self.data

    def secured(self, mac: bytes) -> "Command":
        """The same command with its MAC behind the data."""
        return replace(self, data=self.data + mac)

    def wire(self, *, le: int | None = None) -> bytes:
        """Bytes for the wire. ``le`` given: with exactly this Le (after 6Cxx, or over T=1); 256 is written as 00."""
        if not self.data:
            le = self.le or None if le is None else le
            return _header(self.cla, self.ins, self.p1, self.p2, None if le is None else le & 0xFF)
        body = _header(self.cla, self.ins, self.p1, self.p2, len(self.data)) + self.data
        return body if le is None else body + bytes([le & 0xFF])


SELECT_SSSE = Command("select SSSE", 0x00, 0xA4, 0x04, 0x00, SSSE_NAME, le=256)
SELECT_PSAM = Command("select PSAM application", 0x00, 0xA4, 0x04, 0x00, PSAM_AID, le=256)

ASK_PIN_TRIES = Command("ask PIN tries", 0x00, 0x20, 0x00, 0x00, le=256)
"""VERIFY with Lc 00 and no PIN: the byte that would be Le is the Lc, and both are 00 on the wire."""


@cache
def read_record(sfi: int, tag: int, expected: int) -> Command:
    """READ RECORD by tag (mode 0: first record with it); ``expected`` is the whole record's length, up to 256.

    Remembered: every card is asked for the same 14 records.
    """
    return Command(f"read record {sfi:02X}/{tag:02X}", 0x00, 0xB2, tag, sfi << 3, le=expected)


def read_record_at(sfi: int, position: int) -> Command:
    """READ RECORD by position (mode 4), 01–FE. How long it is, the card says: by 6Cxx, or by sending it."""
    return Command(f"read record {sfi:02X}#{position:02X}", 0x00, 0xB2, position, sfi << 3 | 0x04, le=256)


def read_records_from(sfi: int, position: int) -> Command:
    """READ RECORD from a position to the last (mode 5): several records in one answer, 256 bytes at most."""
    return Command(f"read records {sfi:02X}#{position:02X}", 0x00, 0xB2, position, sfi << 3 | 0x05, le=256)


def read_next_record(sfi: int, tag: int, expected: int) -> Command:
    """READ RECORD: the next one with this tag (mode 2), after ``read_record`` found the first."""
    return Command(f"read next record {sfi:02X}/{tag:02X}", 0x00, 0xB2, tag, sfi << 3 | 0x02, le=expected)


def read_binary(offset: int, length: int) -> Command:
    """READ BINARY of the current EF. ``offset`` up to 7FFF; ``length`` up to 256."""
    return Command("read binary", 0x00, 0xB0, offset >> 8, offset & 0xFF, le=length)


def read_binary_by_sfi(sfi: int, length: int) -> Command:
    """READ BINARY from the start of the file with this SFI, which is 1–1E (P1: bit 8 set)."""
    return Command(f"read binary {sfi:02X}", 0x00, 0xB0, 0x80 | sfi, 0x00, le=length)


def select_by_name(name: bytes, what: str) -> Command:
    """SELECT a DF by its name or AID, 5–16 bytes."""
    return Command(f"select {what}", 0x00, 0xA4, 0x04, 0x00, name, le=256)


def select_file(file_id: int) -> Command:
    """SELECT an EF under the current DF by its file id; it answers with the status only."""
    return Command(f"select {file_id:04X}", 0x00, 0xA4, 0x02, 0x00, file_id.to_bytes(2, "big"))


SELECT_MF = Command("select MF", 0x00, 0xA4, 0x00, 0x00, bytes.fromhex("3F00"), le=256)


def get_challenge(length: int) -> Command:
    """GET CHALLENGE; ``length`` is 4, 8 or 10 (hex)."""
    return Command("get challenge", 0x00, 0x84, 0x00, 0x00, le=length)


def update_record(sfi: int, mode: int, p1: int, record: bytes, *, mac: bool) -> Command:
    """UPDATE RECORD. ``mode`` as in READ RECORD: 0 ``p1`` is the tag, 4 the position, 3 the newest of a cyclic file.

    mac  in secure messaging: ``secured`` completes it
    """
    return Command("update record", 0x04 if mac else 0x00, 0xDC, p1, sfi << 3 | mode, record)


def update_binary(offset: int, data: bytes, *, mac: bool) -> Command:
    """UPDATE BINARY of the current EF."""
    return Command("update binary", 0x04 if mac else 0x00, 0xD6, offset >> 8, offset & 0xFF, data)


UNBLOCK_PIN = Command("unblock PIN", 0x84, 0x24, 0x00, 0x00)
APPLICATION_BLOCK = Command("application block", 0x84, 0x1E, 0x00, 0x01)
CARD_BLOCK = Command("card block", 0x84, 0x16, 0x00, 0x00)


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


class CipherMode(IntEnum):
    """P1 of the PSAM's CIPHER DATA."""

    ENCRYPT = 0x00
    """Encrypt: the last part, or the only one."""
    ENCRYPT_MORE = 0x02
    """Encrypt: parts follow."""
    MAC = 0x05
    """A whole MAC. Its first block is the start value."""
    MAC_FIRST = 0x07
    """A MAC in parts, the first of them; its first block is the start value."""
    MAC_NEXT = 0x03
    MAC_LAST = 0x01


def cipher_data(data: bytes, mode: CipherMode = CipherMode.ENCRYPT) -> Command:
    """PSAM CIPHER DATA over whole blocks."""
    return Command("cipher data", 0x80, 0xFA, mode, 0x00, data, le=len(data))


def init_sam_for_purchase(data: bytes, factors: bytes) -> Command:
    """PSAM INIT SAM FOR PURCHASE: 1C bytes about the purchase, then the factors; answers terminal sequence and MAC1."""
    return Command("init SAM for purchase", 0x80, 0x70, 0x01, 0x00, data + factors, le=8)


def check_mac2(mac2: bytes) -> Command:
    """PSAM: is this the card's MAC2 of the purchase it has just made a MAC1 for?"""
    return Command("check MAC2", 0x80, 0x72, 0x00, 0x00, mac2)
