"""The medical account of DF04 used offline: load, purchase, balances, starting day (sheet, section 7).

A purchase has two halves. ``begin_purchase`` leaves everything as it is and tells what the debit will be about, so that
it can be recorded first; ``debit`` then takes the money, once. When the wire breaks in the middle the outcome is
``DebitUnknown``; ``prove_debit`` asks the same card in a new session, by GET TRANSACTION PROOF. A load is alike, with
the centre in the place of the PSAM: its two MACs are made and checked there.

Amounts are in fen, sequence numbers are the card's. The PIN, where one is set, is the caller's business.
"""

from datetime import date

from construct import Byte, Bytes, BytesInteger, Struct

from drivers.card_reader.channel import OK, Channel
from drivers.card_reader.codings import Digits
from drivers.card_reader.commands import Command
from drivers.card_reader.facts import CardFacts
from drivers.card_reader.files.medical_insurance import MEDICAL
from drivers.card_reader.identity import (
    channel_of,
    end_session,
    require_same_card,
    require_same_facts,
    unpowered_on_failure,
)
from drivers.card_reader.key_service import Keyed, PurchaseKeyService, PurchaseTerms, Y
from drivers.card_reader.layouts import parsed
from drivers.card_reader.medical_facts import (
    Amounts,
    Balances,
    Debited,
    DebitOutcome,
    DebitUnknown,
    Load,
    NotDebited,
    Purchase,
    Transaction,
    YearSum,
)
from drivers.card_reader.reading import require_known_tree, select_application
from drivers.errors import CardMalformed, DataUnfit, DeviceError
from drivers.operation import Operation

_NO_PROOF = 0x9406
_CERTAIN_REFUSALS = frozenset({0x6700, 0x6901, 0x6982, 0x6985, 0x6A86, 0x9302, 0x6E00, 0x6D00})
"""With these the card has not touched the account: section 7 gives them for what it checks before."""

_LOAD_INIT = Struct("key" / Byte, "amount" / BytesInteger(4), "terminal" / Digits(6))
_LOAD_BEGUN = Struct(
    "balance" / BytesInteger(4),
    "sequence" / BytesInteger(2),
    "key_version" / Byte,
    "algorithm" / Byte,
    "random" / Bytes(4),
    "mac1" / Bytes(4),
)
_CREDIT = Struct("time" / Digits(7), "mac2" / Bytes(4))
_PURCHASE_INIT = Struct(
    "key" / Byte,
    "account" / BytesInteger(4),
    "self_paid" / BytesInteger(4),
    "fund" / BytesInteger(4),
    "terminal" / Digits(6),
)
_PURCHASE_BEGUN = Struct(
    "balance" / BytesInteger(4),
    "self_paid" / BytesInteger(4),
    "fund" / BytesInteger(4),
    "year" / Digits(2),
    "sequence" / BytesInteger(2),
    "key_version" / Byte,
    "algorithm" / Byte,
    "random" / Bytes(4),
)
_DEBIT = Struct("sequence" / Bytes(4), "time" / Digits(7), "mac1" / Bytes(4))
_DEBITED = Struct("tac" / Bytes(4), "mac2" / Bytes(4))
_PROOF = Struct("mac" / Bytes(4), "tac" / Bytes(4))
_TAC = Struct("tac" / Bytes(4))
_BALANCE = Struct("amount" / BytesInteger(4))
_YEARS_SUM = Struct("amount" / BytesInteger(4), "year" / Digits(2))
_DAY = Struct("day" / Digits(2))


def begin_purchase(
    facts: CardFacts, amounts: Amounts, terminal: str, time: str, keys: PurchaseKeyService[Y], *, key_index: int = 1
) -> Keyed[Y, Purchase]:
    """Make card and PSAM ready. ``terminal``: 12 digits (the PSAM's EF0016); ``time``: YYYYMMDDhhmmss.

    Selects DF04, so the card falls back to idle when anything else is selected before ``debit``.
    Errors: DataUnfit, CardChanged, Refused (9401 too little money, 9402 counter at its end, 9403 key index, 6982 no
    PIN), SamFault and its kinds, those of the wire. Nothing has been taken after any of them.
    """
    _require_digits(terminal, 12, "terminal")
    _require_digits(time, 14, "time")
    for amount in (amounts.account, amounts.self_paid, amounts.fund):
        _require_amount(amount)
    return unpowered_on_failure(_begin_purchase(facts, amounts, terminal, time, keys, key_index))


def debit(purchase: Purchase, keys: PurchaseKeyService[Y]) -> Keyed[Y, DebitOutcome]:
    """Take the money, once, with the ``keys`` of ``begin_purchase``. Every fault of the wire, its time-out and a cancel
    end as ``DebitUnknown`` with the power off. A fault of the PSAM afterwards leaves ``card_proved`` None.
    """
    card = channel_of(purchase.facts.atr)
    data = _DEBIT.build(
        {"sequence": purchase.terminal_mac.sequence, "time": purchase.time, "mac1": purchase.terminal_mac.mac1}
    )
    command = Command("debit for purchase", 0xB0, 0x2C, 0x01, 0x00, data, le=8)
    try:
        response = yield from card.send_once(command, fetch=True)
        if response.sw == OK:
            fields = parsed(_DEBITED, response.data, command.name)
    except DeviceError as error:
        yield from end_session()
        return DebitUnknown(error.code)
    if response.sw != OK:
        return _not_debited(response.sw)
    proved: bool | None = None
    try:
        proved = yield from keys.is_cards_mac(fields.mac2)
    except DeviceError:
        # The money is taken whatever became of the PSAM; the TAC is the proof that counts at the centre.
        yield from end_session()
    return Debited(fields.tac, proved)


def prove_debit(facts: CardFacts, purchase: Purchase) -> Operation[DebitOutcome]:
    """What became of an interrupted debit: ``facts`` are those of a new session on the same card.

    Debited with its TAC, when the card has the proof. NotDebited, when it knows no such debit (9406) and its balance,
    where it may be read, is what it was. DebitUnknown otherwise. CardChanged: another card.
    """
    return unpowered_on_failure(
        _proved(facts, purchase.facts, Transaction.SETTLEMENT, purchase.sequence, purchase.balance)
    )


def begin_load(facts: CardFacts, amount: int, terminal: str, *, key_index: int = 1) -> Operation[Load]:
    """INITIALIZE FOR LOAD. The centre checks its MAC1 and makes MAC2. Errors as of ``begin_purchase``."""
    _require_digits(terminal, 12, "terminal")
    _require_amount(amount)
    return unpowered_on_failure(_begin_load(facts, amount, terminal, key_index))


def credit(load: Load, time: str, mac2: bytes) -> Operation[DebitOutcome]:
    """CREDIT FOR LOAD, once, with the centre's time (YYYYMMDDhhmmss) and MAC2. Outcomes as of a debit: ``Debited`` says
    that the account has changed, with its TAC."""
    _require_digits(time, 14, "time")
    card = channel_of(load.facts.atr)
    command = Command("credit for load", 0xB0, 0x2A, 0x00, 0x00, _CREDIT.build({"time": time, "mac2": mac2}), le=4)
    try:
        response = yield from card.send_once(command, fetch=True)
        if response.sw == OK:
            return Debited(parsed(_TAC, response.data, command.name).tac, None)
    except DeviceError as error:
        yield from end_session()
        return DebitUnknown(error.code)
    return _not_debited(response.sw)


def prove_credit(facts: CardFacts, load: Load) -> Operation[DebitOutcome]:
    """What became of an interrupted load, as ``prove_debit``."""
    return unpowered_on_failure(_proved(facts, load.facts, Transaction.LOAD, load.sequence, load.balance))


def read_balances(facts: CardFacts) -> Operation[Balances]:
    """The account's balance and the sums of the year. Selects DF04. Leaves the card powered even when it says no.

    Refused 6982: a PIN is set and not proved.
    """
    require_known_tree(facts, MEDICAL)
    card = channel_of(facts.atr)
    yield from select_application(card, MEDICAL)
    account = parsed(_BALANCE, (yield from card.ask(_balance_command(1, _BALANCE.sizeof()))), "balance").amount
    sums = []
    for which in (2, 3):
        fields = parsed(_YEARS_SUM, (yield from card.ask(_balance_command(which, _YEARS_SUM.sizeof()))), "year's sum")
        sums.append(YearSum(fields.amount, fields.year))
    return Balances(account, *sums)


def read_starting_day(facts: CardFacts) -> Operation[str]:
    """GET STARTING DAY of the insurance year, MMDD. CardMalformed: no such day. Leaves the card powered."""
    require_known_tree(facts, MEDICAL)
    card = channel_of(facts.atr)
    yield from select_application(card, MEDICAL)
    command = Command("get starting day", 0xB0, 0x56, 0x01, 0x00, le=_DAY.sizeof())
    day: str = parsed(_DAY, (yield from card.ask(command)), "starting day").day
    if not _is_day(day):
        raise CardMalformed("card_reader", element="starting day", shape="no such date")
    return day


def set_starting_day(facts: CardFacts, day: str) -> Operation[None]:
    """UPDATE STARTING DAY, MMDD. DataUnfit: no such day. The card says whether the right was there (Refused)."""
    if not _is_day(day):
        raise DataUnfit("card_reader", what="starting day", shape="character")
    return unpowered_on_failure(_set_starting_day(facts, day))


def _begin_purchase(
    facts: CardFacts, amounts: Amounts, terminal: str, time: str, keys: PurchaseKeyService[Y], key_index: int
) -> Keyed[Y, Purchase]:
    card = yield from _opened(facts)
    data = _PURCHASE_INIT.build(
        {
            "key": key_index,
            "account": amounts.account,
            "self_paid": amounts.self_paid,
            "fund": amounts.fund,
            "terminal": terminal,
        }
    )
    command = Command("initialize for purchase", 0xB0, 0x28, 0x01, 0x01, data, le=_PURCHASE_BEGUN.sizeof())
    begun = parsed(_PURCHASE_BEGUN, (yield from card.ask(command)), command.name)
    terms = PurchaseTerms(
        random=begun.random,
        sequence=begun.sequence,
        account=amounts.account,
        self_paid=amounts.self_paid,
        fund=amounts.fund,
        time=time,
        key_version=begun.key_version,
        algorithm=begun.algorithm,
    )
    terminal_mac = yield from keys.terminal_mac(terms)
    return Purchase(
        facts=facts,
        amounts=amounts,
        terminal=terminal,
        time=time,
        balance=begun.balance,
        year_self_paid=begun.self_paid,
        year_fund=begun.fund,
        year=begun.year,
        sequence=begun.sequence,
        terminal_mac=terminal_mac,
    )


def _begin_load(facts: CardFacts, amount: int, terminal: str, key_index: int) -> Operation[Load]:
    card = yield from _opened(facts)
    data = _LOAD_INIT.build({"key": key_index, "amount": amount, "terminal": terminal})
    command = Command("initialize for load", 0xB0, 0x28, 0x00, 0x01, data, le=_LOAD_BEGUN.sizeof())
    begun = parsed(_LOAD_BEGUN, (yield from card.ask(command)), command.name)
    return Load(
        facts=facts,
        amount=amount,
        terminal=terminal,
        balance=begun.balance,
        sequence=begun.sequence,
        key_version=begun.key_version,
        algorithm=begun.algorithm,
        random=begun.random,
        mac1=begun.mac1,
    )


def _opened(facts: CardFacts) -> Operation[Channel]:
    """Step 8 of section 12, and DF04."""
    require_known_tree(facts, MEDICAL)
    yield from require_same_card(facts)
    card = channel_of(facts.atr)
    yield from select_application(card, MEDICAL)
    return card


def _not_debited(sw: int) -> NotDebited | DebitUnknown:
    word = f"{sw:04X}"
    return NotDebited(word) if sw in _CERTAIN_REFUSALS else DebitUnknown(word)


def _proved(
    now: CardFacts, before: CardFacts, kind: Transaction, sequence: int, balance: int
) -> Operation[DebitOutcome]:
    require_same_facts(before, now)
    yield from require_same_card(now)
    card = channel_of(now.atr)
    yield from select_application(card, MEDICAL)
    data = sequence.to_bytes(2, "big")
    command = Command("get transaction proof", 0xB0, 0x2E, 0x00, kind, data, le=_PROOF.sizeof())
    response = yield from card.send(command)
    if response.sw == OK:
        return Debited(parsed(_PROOF, response.data, command.name).tac, None)
    if response.sw != _NO_PROOF:
        return DebitUnknown(f"{response.sw:04X}")
    standing = yield from card.send(_balance_command(1, _BALANCE.sizeof()))
    if standing.sw == OK and parsed(_BALANCE, standing.data, "balance").amount != balance:
        # No proof, and yet another balance: two witnesses that differ are no answer.
        return DebitUnknown("balance changed")
    return NotDebited(f"{_NO_PROOF:04X}")


def _balance_command(which: int, length: int) -> Command:
    return Command("get balance", 0xB0, 0x26, 0x00, which, le=length)


def _set_starting_day(facts: CardFacts, day: str) -> Operation[None]:
    card = yield from _opened(facts)
    command = Command("update starting day", 0xB0, 0x56, 0x00, 0x00, _DAY.build({"day": day}))
    response = yield from card.send_once(command)
    if response.sw != OK:
        raise card.refusal(command.name, response)


def _is_day(day: str) -> bool:
    """A day that every year has: the insurance year cannot begin on one that most do not."""
    try:
        date.fromisoformat(f"2001-{day[:2]}-{day[2:]}")
    except ValueError:
        return False
    return len(day) == 4


def _require_digits(text: str, length: int, what: str) -> None:
    if len(text) != length:
        raise DataUnfit("card_reader", what=what, shape="length")
    if not (text.isascii() and text.isdigit()):
        raise DataUnfit("card_reader", what=what, shape="character")


def _require_amount(amount: int) -> None:
    if not 0 <= amount <= 0xFFFFFFFF:
        raise DataUnfit("card_reader", what="amount", shape="length")
