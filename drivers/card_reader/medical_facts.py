"""What the medical account's operations take and answer. Frozen values; their reprs show nobody's money."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from drivers.card_reader.facts import CardFacts
from drivers.card_reader.key_service import TerminalMac


class Transaction(IntEnum):
    """Kind of a transaction, as the log has it (section 6); P2 of GET TRANSACTION PROOF."""

    LOAD = 1
    SETTLEMENT = 2


@dataclass(frozen=True, slots=True, repr=False)
class Amounts:
    """What a purchase takes: from the account, paid in cash, paid by the fund. Fen, each 0 to FFFFFFFF."""

    account: int
    self_paid: int = 0
    fund: int = 0

    def __repr__(self) -> str:
        return "Amounts(…)"


@dataclass(frozen=True, slots=True, repr=False)
class Purchase:
    """A purchase the card and the PSAM are ready for. Record it before ``debit``: it is what settles an interruption.

    balance, year_self_paid, year_fund, year  as they stand before
    sequence                                  the card's number of this transaction
    time                                      YYYYMMDDhhmmss
    """

    facts: CardFacts
    amounts: Amounts
    terminal: str
    time: str
    balance: int
    year_self_paid: int
    year_fund: int
    year: str
    sequence: int
    terminal_mac: TerminalMac

    def __repr__(self) -> str:
        return f"Purchase(sequence={self.sequence}, …)"


@dataclass(frozen=True, slots=True)
class Debited:
    """The money is taken. ``tac``: 4 bytes for the centre.

    card_proved  the PSAM found the card's MAC2 right; None: it was not asked (after an interruption, or it failed)
    """

    tac: bytes
    card_proved: bool | None


@dataclass(frozen=True, slots=True)
class NotDebited:
    """The account is as it was. ``sw``: why the card refused; after an interruption 9406, it knows no such debit."""

    sw: str


@dataclass(frozen=True, slots=True)
class DebitUnknown:
    """Nobody knows yet: ``prove_debit`` on the same card tells. ``why``: the fault's code, or a status word."""

    why: str


DebitOutcome: TypeAlias = Debited | NotDebited | DebitUnknown


@dataclass(frozen=True, slots=True, repr=False)
class Load:
    """A load the card is ready for. The centre checks ``mac1`` and answers its time and MAC2.

    balance  as it stands before
    """

    facts: CardFacts
    amount: int
    terminal: str
    balance: int
    sequence: int
    key_version: int
    algorithm: int
    random: bytes
    mac1: bytes

    def __repr__(self) -> str:
        return f"Load(sequence={self.sequence}, …)"


@dataclass(frozen=True, slots=True)
class YearSum:
    """A sum of one year, in fen. ``year``: four digits."""

    amount: int
    year: str


@dataclass(frozen=True, slots=True, repr=False)
class Balances:
    """GET BALANCE: of the account, and what was paid in cash and by the fund in a year. Fen."""

    account: int
    self_paid: YearSum
    fund: YearSum

    def __repr__(self) -> str:
        return "Balances(…)"
