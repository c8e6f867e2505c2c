"""The medical account (class B0): what its commands share: where it is, whose keys it uses, what MACs cover.

The sheet gives commands, lengths and states. What each MAC covers and which random number makes the session key follow
the electronic passbook of JR/T 0025 (PBOC 2.0), from which the social security card took these commands; the sheet's
length of the SAM's input (28 bytes) agrees with it.
"""

from datetime import datetime
from typing import Final, Literal

from hardware_sim.cards import status_words as sw
from hardware_sim.cards.command import Answer, Command, refused
from hardware_sim.cards.core import Core
from hardware_sim.cards.files import RecordFile
from hardware_sim.cards.layout import LOG_SFI, MEDICAL
from hardware_sim.cards.memory import Account

LOAD: Final = 1
SETTLEMENT: Final = 2
KEY_INDEX: Final = 1
KEY_VERSION: Final = 1
LAST_SEQUENCE: Final = 0xFFFF
MOST_FEN: Final = 0xFFFFFFFF
RANDOM_LENGTH: Final = 4
TIME_LENGTH: Final = 7
# The session key of a load takes this for the terminal's number, which it does not have.
LOAD_FILLER: Final = bytes.fromhex("8000")

AccountKey = Literal["LOAD", "PURCHASE", "DTK"]


def account_of(card: Core, *, pin: bool) -> Account | Answer:
    """The account, or 6985 outside its application. With `pin` also 6982 when a PIN is set and was not given."""
    account = card.memory.account
    if account is None or card.directory.df_name != MEDICAL.aid:
        return refused(sw.CONDITIONS, "the medical account is in DF04")
    if not isinstance(card.directory.file_by_sfi(LOG_SFI), RecordFile):
        return refused(sw.CONDITIONS, "a card of the first version has nothing in DF04, the account's log neither")
    if pin and card.pin is not None and not card.session.proofs.pin:
        return refused(sw.SECURITY_STATE, "the medical account needs the PIN")
    return account


def account_for(
    card: Core, command: Command, parameters: tuple[int, int], length: int, *, pin: bool
) -> Account | Answer:
    """The account for a command with these P1 P2 and so many bytes of data: 6A86 and 6700 come before account_of."""
    if (command.p1, command.p2) != parameters:
        return refused(sw.WRONG_P1_P2, "a command of the medical account with these P1 P2")
    if len(command.data) != length:
        return refused(sw.WRONG_LENGTH, f"this command takes {length} bytes")
    return account_of(card, pin=pin)


def session_key(card: Core, name: AccountKey, random: bytes) -> bytes:
    """Made from random(4), the card's sequence(2) and two bytes of the terminal's."""
    return card.family.session_key(account_key(card, name), random)


def account_key(card: Core, name: AccountKey) -> bytes:
    """One of the three keys of DF04 that have no id of their own."""
    key = card.directory.key_by_name(name)
    if key is None:
        raise LookupError(f"DF04 was personalised without {name}")
    return key.value


def transaction_time(data: bytes) -> datetime | None:
    """YYYYMMDDhhmmss in BCD, or None when there is no such moment."""
    try:
        return datetime.strptime(data.hex(), "%Y%m%d%H%M%S")
    except ValueError:
        return None


def in_insurance_year(account: Account, moment: datetime) -> Account:
    """The account with its yearly sums at zero when `moment` lies in a later insurance year."""
    year = moment.year - (moment.strftime("%m%d") < account.starting_day)
    return account if year <= account.year else account.model_copy(update={"year": year, "self_paid": 0, "fund": 0})


def log_file(card: Core) -> RecordFile:
    """EF08 of DF04."""
    file = card.directory.file_by_sfi(LOG_SFI)
    if not isinstance(file, RecordFile):
        raise LookupError("DF04 was personalised without its log")
    return file


def log_record(sequence: int, kind: int, terminal: bytes, moment: bytes, amounts: tuple[int, int, int]) -> bytes:
    """1C bytes: seq b2, type an1, terminal cn6, time cn7, account, self-paid, fund b4 each (card sheet section 6)."""
    return sequence.to_bytes(2, "big") + str(kind).encode("ascii") + terminal + moment + amount_bytes(*amounts)


def amount_bytes(*amounts: int) -> bytes:
    """Each in fen, b4."""
    return b"".join(amount.to_bytes(4, "big") for amount in amounts)
