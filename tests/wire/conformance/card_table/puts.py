"""Which cards are put on the table, and which rows each of them must stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from card_table.account_rows import ACCOUNT
from card_table.file_rows import (
    FILES,
    HOLDER_FREE,
    HOLDER_LOCKED,
    READ_RECORD_LE_00,
    WRONG_LE,
)
from card_table.oracle import Family
from card_table.psam_rows import PSAM_3DES, PSAM_SM4
from card_table.right_rows import GET_RESPONSE_T0, RIGHTS
from card_table.rows import Row
from card_table.state_rows import BLOCKED, LOCKED, SPENT, UNKNOWN

from hardware_sim.cards.memory import Account, CardMemory

Version = Literal["2.00", "2.01", "3.00"]
PIN_TRIES = 6


@dataclass(frozen=True)
class PutCard:
    """A citizen's card: the worker's, of this version, algorithm and interface, as issued unless `memory` says other.

    `fetching`: in a reader that sends GET RESPONSE by itself.
    """

    name: str
    version: Version
    family: Family
    rows: tuple[Row, ...]
    interface: Literal["contact", "contactless"] = "contact"
    fetching: bool = False
    memory: CardMemory | None = None


@dataclass(frozen=True)
class PutPsam:
    """A PSAM whose keys stand `levels` above a card, with its habit on a wrong MAC2. It lacks the keys `without`."""

    name: str
    family: Family
    rows: tuple[Row, ...]
    levels: int = 3
    bad_mac2: Literal["63Cx", "9302"] = "63Cx"
    without: tuple[int, ...] = ()


def _locked() -> CardMemory:
    return CardMemory(pin_tries_left=0, auth_tries_left={"SSSE/RK_SSSE": 0})


def _spent() -> CardMemory:
    last = 0xFFFF
    return CardMemory(
        pin_tries_left=PIN_TRIES, pin="", account=Account(balance=50_000, year=2024, loads=last, purchases=last)
    )


_ORDINARY = (*FILES, *RIGHTS, *ACCOUNT)

PUTS: tuple[PutCard | PutPsam, ...] = (
    PutCard(
        "3.0 card, SM4, contacts",
        "3.00",
        "SM4",
        (*_ORDINARY, *WRONG_LE, *READ_RECORD_LE_00, *HOLDER_LOCKED, *GET_RESPONSE_T0, *UNKNOWN),
    ),
    PutCard(
        "2.0 card, 3DES, contacts",
        "2.00",
        "3DES",
        (*_ORDINARY, *WRONG_LE, *READ_RECORD_LE_00, *HOLDER_FREE, *GET_RESPONSE_T0, *UNKNOWN),
    ),
    PutCard(
        "3.0 card, SM4, contactless",
        "3.00",
        "SM4",
        (*_ORDINARY, *WRONG_LE, *HOLDER_LOCKED, *UNKNOWN),
        interface="contactless",
    ),
    PutCard(
        "2.0 card, SM4, reader that fetches",
        "2.01",
        "SM4",
        (*_ORDINARY, *HOLDER_FREE),
        fetching=True,
    ),
    PutCard("locked card, 3DES", "2.00", "3DES", LOCKED, memory=_locked()),
    PutCard("spent card, SM4", "3.00", "SM4", SPENT, memory=_spent()),
    PutCard("card that is blocked, SM4", "3.00", "SM4", BLOCKED),
    PutPsam("PSAM, SM4, root keys", "SM4", PSAM_SM4),
    PutPsam("PSAM, 3DES, province keys", "3DES", PSAM_3DES, levels=2, bad_mac2="9302"),
)
