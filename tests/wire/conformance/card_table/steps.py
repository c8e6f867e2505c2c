"""Steps that rows share: the way to a file, proofs, commands with a MAC, and the two transactions of the account."""

from __future__ import annotations

from card_table import oracle
from card_table.rows import Desk, Step

MF = "00A40000023F00"
SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
DF01 = "00A4040006D15600000500"
DF04 = "00A4040006D15600000503"
BANK = "00A4040008A000000333010101"
PIN = "0020000003123456"

RAW = "0102030405060708"
FACTOR = "1122334455667788"
TERMINAL = "990100000001"
NOW = "20260504093000"
NO_SUCH_TIME = "20261350093000"


def worn(desk: Desk) -> None:
    """The memory does not take the next write."""
    desk.hands.fail_writes(1)


def waiting(command: str) -> Step:
    """Leave the answer of a command waiting in a T=0 card."""

    def send(desk: Desk) -> None:
        answer = desk.talk.once(command)
        assert answer[:2] == "61", answer

    return send


def internal(desk: Desk) -> str:
    """The authentication data for FACTOR and RAW."""
    session = oracle.session_key(desk.family, desk.key, bytes.fromhex(FACTOR))
    return oracle.authentication(desk.family, session, bytes.fromhex(RAW)).hex().upper()


def authenticated(header: str = "0082000A", *, wrong: bool = False) -> Step:
    """EXTERNAL AUTHENTICATION, with a challenge of the card's."""

    def prove(desk: Desk) -> str:
        session = oracle.session_key(desk.family, desk.key, desk.data("0084000008"))
        proof = oracle.authentication(desk.family, session, bytes.fromhex(RAW))
        return f"{header}10{_spoilt(proof, wrong).hex()}{RAW}"

    return prove


def secured(header: str, data: str = "", *, wrong: bool = False) -> Step:
    """A command with its MAC, the challenge taken just before."""

    def protect(desk: Desk) -> str:
        session = oracle.session_key(desk.family, desk.key, desk.data("0084000004"))
        return _with_mac(desk, session, header, bytes.fromhex(data), wrong)

    return protect


def new_pin(coded: str) -> Step:
    """PIN CHANGE/UNBLOCK with P2 01 and this PIN, enciphered."""

    def protect(desk: Desk) -> str:
        session = oracle.session_key(desk.family, desk.key, desk.data("0084000004"))
        return _with_mac(
            desk, session, "84240001", oracle.enciphered(desk.family, session, bytes.fromhex(coded)), False
        )

    return protect


def begin_load(amount: int = 1, key_index: str = "01") -> str:
    """INITIALIZE FOR LOAD."""
    return f"B02800010B{key_index}{amount:08X}{TERMINAL}"


def begin_purchase(amount: int = 1, key_index: str = "01") -> str:
    """INITIALIZE FOR PURCHASE from the account alone."""
    return f"B028010113{key_index}{amount:08X}0000000000000000{TERMINAL}"


def credit(*, wrong: bool = False, worn: bool = False, time: str = NOW) -> Step:
    """CREDIT FOR LOAD of 1 fen, begun just before, with the centre's MAC2."""

    def finish(desk: Desk) -> str:
        begun = desk.data(begin_load())
        sequence, random = begun[4:6], begun[8:12]
        session = oracle.session_key(desk.family, desk.key, random + sequence + bytes.fromhex("8000"))
        message = bytes.fromhex("00000001" + "01" + TERMINAL + time)
        mac2 = _spoilt(oracle.mac(desk.family, session, message), wrong)
        if worn:
            desk.hands.fail_writes(1)
        return f"B02A00000B{time}{mac2.hex()}"

    return finish


def debit(*, wrong: bool = False, worn: bool = False, time: str = NOW) -> Step:
    """DEBIT FOR PURCHASE of 1 fen, begun just before, with the terminal's MAC1 (its sequence is 00000007)."""

    def finish(desk: Desk) -> str:
        mac1 = _spoilt(_purchase_mac(desk, desk.data(begin_purchase()), time), wrong)
        if worn:
            desk.hands.fail_writes(1)
        return f"B02C01000F00000007{time}{mac1.hex()}"

    return finish


def proof_of_last_purchase(desk: Desk) -> str:
    """GET TRANSACTION PROOF for a purchase that is made just before."""
    begun = desk.data(begin_purchase())
    desk.data(f"B02C01000F00000007{NOW}{_purchase_mac(desk, begun, NOW).hex()}")
    return f"B02E000202{begun[14:16].hex()}"


def _purchase_mac(desk: Desk, begun: bytes, time: str) -> bytes:
    sequence, random = begun[14:16], begun[18:22]
    session = oracle.session_key(desk.family, desk.key, random + sequence + bytes.fromhex("0007"))
    return oracle.mac(desk.family, session, bytes.fromhex("00000001" + "00" * 8 + "02" + TERMINAL + time))


def _with_mac(desk: Desk, session: bytes, header: str, data: bytes, wrong: bool) -> str:
    head = f"{header}{len(data) + 4:02X}"
    mac = _spoilt(oracle.mac(desk.family, session, bytes.fromhex(head) + data), wrong)
    return head + data.hex() + mac.hex()


def _spoilt(value: bytes, wrong: bool) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:] if wrong else value
