"""Rows about the PSAM (section 9): its errors, and the worked examples of the sheet."""

from __future__ import annotations

from card_table import oracle
from card_table.rows import Desk, Row, Step
from card_table.steps import FACTOR, NOW, RAW

APPLICATION = "00A4040006D15600000590"
_CARD, _CITY, _PROVINCE = "8684990100000001", "3939303130307378", "3939303030307368"
OF_CITY = _CARD + _CITY
OF_ROOT = OF_CITY + _PROVINCE
"""Factors for a PSAM that holds a province's key, and for one that holds the root key."""

DELIVER = "PSAM DELIVERY SESSION KEY"
_CIPHER = "PSAM CIPHER DATA"
INIT = "PSAM INIT SAM FOR PURCHASE"
MAC2 = "PSAM CHECK MAC2"
_ENVIRONMENT = "PSAM INIT ENVIRONMENT"


def deliver(usage: str, factors: str, seed: str, *, key: str = "08", cla: str = "BF") -> str:
    """DELIVERY SESSION KEY."""
    data = factors + seed
    return f"{cla}DE{usage}{key}{len(data) // 2:02X}{data}"


def _purchase(factors: str, algorithm: str, version: str = "01") -> str:
    """INIT SAM FOR PURCHASE: what a card said (random A1B2C3D4, sequence 0005), 1 fen, the time, the key."""
    data = f"A1B2C3D40005{1:08X}{0:016X}02{NOW}{version}{algorithm}{factors}"
    return f"80700100{len(data) // 2:02X}{data}"


def _mac2(begin: str, *, wrong: bool = False) -> Step:
    """The check of the MAC2 a card makes for a purchase that is begun just before."""

    def check(desk: Desk) -> str:
        sequence = desk.data(begin)[:4]
        session = oracle.session_key(desk.family, desk.key, bytes.fromhex("A1B2C3D40005") + sequence[2:])
        mac = oracle.mac(desk.family, session, bytes.fromhex(f"{1:08X}{0:016X}"))
        return f"8072000004{bytes([mac[0] ^ wrong]).hex()}{mac[1:].hex()}"

    return check


def _rows(
    *, usage: str, factors: str, seed: str, algorithm: str, other_usage: str, other: str, raw: str, proof: str
) -> tuple[Row, ...]:
    """`other`: factors of a number of levels this PSAM does not have; `proof`: what the sheet's example answers."""
    delivered = deliver(usage, factors, seed)
    begin = _purchase(factors, algorithm)
    raw_command = f"80FA0000{len(raw) // 2:02X}{raw}"
    return (
        Row(_ENVIRONMENT, "9000", "the first byte of the card id", (APPLICATION, "BFEC00000199")),
        Row(_ENVIRONMENT, "6700", "two bytes", (APPLICATION, "BFEC0000029901")),
        Row(DELIVER, "9000", "the sheet's example", (APPLICATION, delivered)),
        Row(DELIVER, "9000", "in the older class", (APPLICATION, deliver(usage, factors, seed, cla="80"))),
        Row(DELIVER, "6700", "a factor too few", (APPLICATION, deliver(usage, factors[16:], seed))),
        Row(DELIVER, "6A80", "another number of levels", (APPLICATION, deliver(other_usage, other, seed))),
        Row(DELIVER, "6A88", "a key nobody has", (APPLICATION, deliver(usage, factors, seed, key="33"))),
        Row(DELIVER, "6A88", "outside the application", (deliver(usage, factors, seed),)),
        Row(_CIPHER, "9000", "the sheet's example", (APPLICATION, delivered, raw_command), proof),
        Row(_CIPHER, "6700", "no whole block", (APPLICATION, delivered, "80FA000003010203")),
        Row(_CIPHER, "6901", "without a session key", (APPLICATION, raw_command)),
        Row(_CIPHER, "6901", "a session key serves once", (APPLICATION, delivered, raw_command, raw_command)),
        Row(INIT, "9000", "1 fen", (APPLICATION, begin)),
        Row(INIT, "6700", "without factors", (APPLICATION, _purchase("", algorithm))),
        Row(INIT, "6A80", "another number of levels", (APPLICATION, _purchase(other, algorithm))),
        Row(INIT, "6A88", "a key version nobody has", (APPLICATION, _purchase(factors, algorithm, version="07"))),
        Row(MAC2, "9000", "the card's", (APPLICATION, _mac2(begin))),
        Row(MAC2, "6700", "half a MAC", (APPLICATION, begin, "8072000002AAAA")),
        Row(MAC2, "6901", "no purchase begun", (APPLICATION, "807200000400000000")),
    )


_SM4_BEGIN = _purchase(OF_ROOT, "03")
_DES_BEGIN = _purchase(OF_CITY, "01")

PSAM_SM4 = (
    *_rows(
        usage="68",
        factors=OF_ROOT,
        seed=FACTOR + "00" * 8,
        algorithm="03",
        other_usage="48",
        other=OF_CITY,
        raw=RAW + "00" * 8,
        proof="1C0E3A5D72908F08F06A49997A984F1B",
    ),
    Row(MAC2, "63C2", "a wrong one", (APPLICATION, _mac2(_SM4_BEGIN, wrong=True)), after=(_mac2(_SM4_BEGIN),)),
)
"""A PSAM with root keys that counts wrong MACs."""

PSAM_3DES = (
    *_rows(
        usage="48",
        factors=OF_CITY,
        seed=FACTOR,
        algorithm="01",
        other_usage="68",
        other=OF_ROOT,
        raw=RAW,
        proof="C7D9E4135EEAF94D",
    ),
    Row(MAC2, "9302", "a wrong one", (APPLICATION, _mac2(_DES_BEGIN, wrong=True))),
)
"""A PSAM with a province's keys that names wrong MACs by their own word."""
