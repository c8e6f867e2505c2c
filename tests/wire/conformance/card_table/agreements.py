"""Where the driver has an operation for a command: what it must say when a stranger is told this status word.

Each agreement is a row for the outside client and calls of typed operations, tried on two cards of the same making.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from card_table import oracle
from card_table.counter import Teller
from card_table.puts import PUTS, PutCard
from card_table.rows import Row, Step
from card_table.steps import (
    DF01,
    DF04,
    FACTOR,
    NOW,
    PIN,
    RAW,
    SSSE,
    TERMINAL,
    authenticated,
    begin_load,
    begin_purchase,
    credit,
    debit,
    internal,
    new_pin,
    proof_of_last_purchase,
    secured,
    worn,
)

Call = tuple[str, dict[str, Any]]
_HOLDER = "123456"


@dataclass(frozen=True)
class Agreement:
    """The last of `calls` must end as `outcome` says (its fields may be more); without calls it is the session's own
    beginning. `pin`: given at the beginning. `worn`: the memory fails at the last call. `after`: puts things back."""

    row: Row
    outcome: dict[str, Any]
    calls: tuple[Call | Callable[[Teller], Call], ...] = ()
    pin: str | None = None
    worn: bool = False
    after: tuple[Call, ...] = ()

    def difference(self, teller: Teller) -> str:
        """Empty when the driver says what it must, else what it says."""
        said = teller.open(self.pin)
        for place, call in enumerate(self.calls, start=1):
            if self.worn and place == len(self.calls):
                teller.wear()
            name, values = call(teller) if callable(call) else call
            said = teller.call(name, **values)
        for name, values in self.after:
            teller.call(name, **values)
        teller.end()
        told = {key: said.get(key) for key in self.outcome} if said is not None else said
        if told == self.outcome:
            return ""
        return f"{self.row.command} {self.row.expected}, {self.row.about}: the driver says {said}"


def _call(name: str, **values: Any) -> Call:
    return name, values


def _refused(sw: str) -> dict[str, Any]:
    return {"failed": "Refused", "sw": sw}


def _not_written(sw: str) -> dict[str, Any]:
    return {"is": "NotWritten", "sw": sw}


def _row(command: str, expected: str, about: str, *steps: Step, after: tuple[Step, ...] = ()) -> Row:
    return Row(command, expected, about, (SSSE, *steps), after=after)


def _mac2(teller: Teller, *, wrong: bool) -> Call:
    """CREDIT with what the centre answers to the load that was just begun."""
    random = bytes.fromhex(teller.said["session_input"]) + bytes.fromhex("8000")
    session = oracle.session_key(teller.family, teller.key, random)
    mac = oracle.mac(teller.family, session, bytes.fromhex("00000001" + "01" + TERMINAL + NOW))
    return _call("credit", mac2=(bytes([mac[0] ^ wrong]) + mac[1:]).hex())


def _right_mac2(teller: Teller) -> Call:
    return _mac2(teller, wrong=False)


def _wrong_mac2(teller: Teller) -> Call:
    return _mac2(teller, wrong=True)


_TRIES_6, _TRIES_5 = {"is": "PinTries", "left": 6}, {"is": "PinWrong", "tries_left": 5}
_WRITTEN = {"is": "Written"}
_PURCHASE = _call("begin purchase", amount=1, key_index=1)
_LOAD = _call("begin load", amount=1, key_index=1)
_CHANGE = _call("change PIN", old=_HOLDER, new="888888")
_GENUINE = {"is": "CardFacts", "genuine": True, "number": "A00000011"}

_CHANGE_ROW = "805E010007123456FF888888"
_PIN_AND_DF04 = (PIN, DF04)

_PROOFS = (
    Agreement(
        Row("INTERNAL AUTHENTICATION", "9000", "is the card genuine?", (SSSE, f"0088000010{FACTOR}{RAW}"), internal),
        _GENUINE,
    ),
    Agreement(
        _row("EXTERNAL AUTHENTICATION", "63C2", "wrong data", authenticated(wrong=True), after=(authenticated(),)),
        {"failed": "TerminalRefused", "tries_left": 2},
        (_call("prove RK_SSSE", wrong_key=True),),
    ),
    Agreement(
        _row("EXTERNAL AUTHENTICATION", "9000", "RK_SSSE", authenticated()),
        {"is": "proved"},
        (_call("prove RK_SSSE"),),
    ),
)

_PINS = (
    Agreement(_row("VERIFY", "63C6", "Lc 00", "0020000000"), _TRIES_6, (_call("ask tries"),)),
    Agreement(_row("VERIFY", "63C5", "a wrong PIN", "0020000003999999"), _TRIES_5, (_call("verify", digits="999999"),)),
    Agreement(_row("VERIFY", "9000", "the right PIN", PIN), {"is": "PinVerified"}, (_call("verify", digits=_HOLDER),)),
    Agreement(
        _row("CHANGE PIN", "63C5", "a wrong old one", "805E010007999999FF888888", after=(PIN,)),
        _TRIES_5,
        (_call("change PIN", old="999999", new="888888"),),
        after=(_call("verify", digits=_HOLDER),),
    ),
    Agreement(
        _row("CHANGE PIN", "6581", "into worn memory", worn, _CHANGE_ROW), _refused("6581"), (_CHANGE,), worn=True
    ),
    Agreement(
        _row("CHANGE PIN", "9000", "the right old one", _CHANGE_ROW, after=("805E010007888888FF123456",)),
        {"is": "PinChanged"},
        (_CHANGE,),
        after=(_call("change PIN", old="888888", new=_HOLDER),),
    ),
    Agreement(_row("PIN CHANGE/UNBLOCK", "9000", "unblock", secured("84240000")), _WRITTEN, (_call("unblock PIN"),)),
    Agreement(
        _row("PIN CHANGE/UNBLOCK", "6581", "into worn memory", worn, secured("84240000")),
        {"is": "Unknown", "why": "6581"},
        (_call("unblock PIN"),),
        worn=True,
    ),
    Agreement(
        _row("PIN CHANGE/UNBLOCK", "6988", "a wrong MAC", secured("84240000", wrong=True)),
        _not_written("6988"),
        (_call("unblock PIN", wrong_key=True),),
    ),
    Agreement(
        _row("PIN CHANGE/UNBLOCK", "9000", "a new PIN, the old one again", new_pin(_HOLDER), after=(PIN,)),
        _WRITTEN,
        (_call("set PIN", digits=_HOLDER),),
    ),
)

_FILES = (
    Agreement(
        _row("READ RECORD", "6982", "nothing proved", DF01, "00B2293803"),
        _refused("6982"),
        (_call("read work state"),),
    ),
    Agreement(
        _row("READ RECORD", "9000", "the PIN given", PIN, DF01, "00B2293803"),
        {"is": "Code", "text": "1"},
        (_call("read work state"),),
        pin=_HOLDER,
    ),
    Agreement(
        _row("UPDATE RECORD", "6988", "a wrong MAC", DF01, secured("04DC2938", "290135", wrong=True)),
        _not_written("6988"),
        (_call("write work state", code="5", wrong_key=True),),
    ),
    # Who may read finds out at once that nothing was written; who may not, cannot know.
    Agreement(
        _row(
            "UPDATE RECORD", "6581", "into worn memory, the PIN given", PIN, DF01, worn, secured("04DC2938", "290135")
        ),
        _not_written(""),
        (_call("write work state", code="5"),),
        pin=_HOLDER,
        worn=True,
    ),
    Agreement(
        _row("UPDATE RECORD", "6581", "into worn memory", DF01, worn, secured("04DC2938", "290135")),
        {"is": "Unknown"},
        (_call("write work state", code="5"),),
        worn=True,
    ),
    Agreement(
        _row("UPDATE RECORD", "9000", "with a MAC", DF01, secured("04DC2938", "290135")),
        _WRITTEN,
        (_call("write work state", code="5"),),
    ),
    Agreement(
        _row("READ RECORD", "9000", "what was written", PIN, DF01, "00B2293803"),
        {"is": "Code", "text": "5"},
        (_call("read work state"),),
        pin=_HOLDER,
    ),
)


def _at_account(
    command: str, expected: str, about: str, step: Step, outcome: dict[str, Any], *calls: Any, worn: bool = False
) -> Agreement:
    """In the medical account, the PIN given."""
    return Agreement(_row(command, expected, about, *_PIN_AND_DF04, step), outcome, calls, pin=_HOLDER, worn=worn)


_ACCOUNT = (
    _at_account("GET BALANCE", "9000", "the PIN given", "B026000104", {"is": "Balances"}, _call("read balances")),
    Agreement(
        _row("GET BALANCE", "6982", "without the PIN", DF04, "B026000104"), _refused("6982"), (_call("read balances"),)
    ),
    _at_account("INITIALIZE FOR PURCHASE", "9000", "1 fen", begin_purchase(), {"is": "Purchase"}, _PURCHASE),
    Agreement(
        _row("INITIALIZE FOR PURCHASE", "6982", "without the PIN", DF04, begin_purchase()),
        _refused("6982"),
        (_PURCHASE,),
    ),
    _at_account(
        "INITIALIZE FOR PURCHASE",
        "9401",
        "more than the account holds",
        begin_purchase(0xFFFFFFFF),
        _refused("9401"),
        _call("begin purchase", amount=0xFFFFFFFF, key_index=1),
    ),
    _at_account(
        "INITIALIZE FOR PURCHASE",
        "9403",
        "key index 2",
        begin_purchase(key_index="02"),
        _refused("9403"),
        _call("begin purchase", amount=1, key_index=2),
    ),
    _at_account(
        "DEBIT FOR PURCHASE",
        "9302",
        "a wrong MAC1",
        debit(wrong=True),
        {"is": "NotDebited", "sw": "9302"},
        _call("begin purchase", amount=1, key_index=1, wrong_key=True),
        _call("debit"),
    ),
    _at_account(
        "GET TRANSACTION PROOF",
        "9406",
        "of a debit that was refused",
        "B02E0002020000",
        {"is": "NotDebited", "sw": "9406"},
        _call("prove debit"),
    ),
    _at_account(
        "DEBIT FOR PURCHASE",
        "6581",
        "into worn memory",
        debit(worn=True),
        {"is": "DebitUnknown", "why": "6581"},
        _PURCHASE,
        _call("debit"),
        worn=True,
    ),
    _at_account(
        "DEBIT FOR PURCHASE",
        "9000",
        "1 fen; the PSAM finds the card's MAC2 right",
        debit(),
        {"is": "Debited", "card_proved": True},
        _PURCHASE,
        _call("debit"),
    ),
    _at_account(
        "GET TRANSACTION PROOF",
        "9000",
        "of the debit before",
        proof_of_last_purchase,
        {"is": "Debited", "card_proved": None},
        _call("prove debit"),
    ),
    _at_account("INITIALIZE FOR LOAD", "9000", "1 fen", begin_load(), {"is": "Load"}, _LOAD),
    _at_account(
        "INITIALIZE FOR LOAD",
        "9403",
        "key index 2",
        begin_load(key_index="02"),
        _refused("9403"),
        _call("begin load", amount=1, key_index=2),
    ),
    _at_account(
        "CREDIT FOR LOAD",
        "9302",
        "a wrong MAC2",
        credit(wrong=True),
        {"is": "NotDebited", "sw": "9302"},
        _LOAD,
        _wrong_mac2,
    ),
    _at_account(
        "CREDIT FOR LOAD",
        "6581",
        "into worn memory",
        credit(worn=True),
        {"is": "DebitUnknown", "why": "6581"},
        _LOAD,
        _right_mac2,
        worn=True,
    ),
    _at_account("CREDIT FOR LOAD", "9000", "1 fen", credit(), {"is": "Debited"}, _LOAD, _right_mac2),
)

_LOCKED = (
    Agreement(_row("VERIFY", "6983", "locked", PIN), {"is": "PinLocked"}, (_call("verify", digits=_HOLDER),)),
    Agreement(_row("CHANGE PIN", "6983", "locked", _CHANGE_ROW), {"is": "PinLocked"}, (_CHANGE,)),
    Agreement(
        _row("EXTERNAL AUTHENTICATION", "6983", "key locked", authenticated()),
        {"failed": "TerminalRefused", "tries_left": 0},
        (_call("prove RK_SSSE"),),
    ),
    Agreement(
        _row("PIN CHANGE/UNBLOCK", "9000", "a locked PIN", secured("84240000")), _WRITTEN, (_call("unblock PIN"),)
    ),
    Agreement(_row("VERIFY", "9000", "unblocked", PIN), {"is": "PinVerified"}, (_call("verify", digits=_HOLDER),)),
)

_SPENT = (
    Agreement(_row("VERIFY", "9000", "no PIN is set", "0020000000"), {"is": "PinNotSet"}, (_call("ask tries"),)),
    Agreement(
        _row("PIN CHANGE/UNBLOCK", "6985", "no PIN to unblock", secured("84240000")),
        _not_written("6985"),
        (_call("unblock PIN"),),
    ),
    Agreement(_row("INITIALIZE FOR LOAD", "9402", "spent", DF04, begin_load()), _refused("9402"), (_LOAD,)),
    Agreement(_row("INITIALIZE FOR PURCHASE", "9402", "spent", DF04, begin_purchase()), _refused("9402"), (_PURCHASE,)),
    Agreement(
        _row("CHANGE PIN", "9000", "the first PIN", "805E010004FF123456"),
        {"is": "PinChanged"},
        (_call("change PIN", old=None, new=_HOLDER),),
    ),
)

_BLOCKED = (
    Agreement(
        _row("APPLICATION BLOCK", "6988", "a wrong MAC", DF04, secured("841E0001", wrong=True)),
        _not_written("6988"),
        (_call("block application", wrong_key=True),),
    ),
    Agreement(
        _row("APPLICATION BLOCK", "6581", "into worn memory", DF04, worn, secured("841E0001")),
        {"is": "Unknown", "why": "6581"},
        (_call("block application"),),
        worn=True,
    ),
    Agreement(
        _row("APPLICATION BLOCK", "9000", "for good", DF04, secured("841E0001")),
        _WRITTEN,
        (_call("block application"),),
    ),
    Agreement(
        _row("SELECT", "9303", "a blocked application", DF04),
        {"failed": "CardBlocked", "scope": "application"},
        (_call("select medical"),),
    ),
    Agreement(
        _row("CARD BLOCK", "6988", "a wrong MAC", secured("84160000", wrong=True)),
        _not_written("6988"),
        (_call("block card", wrong_key=True),),
    ),
    Agreement(_row("CARD BLOCK", "9000", "for good", secured("84160000")), _WRITTEN, (_call("block card"),)),
    Agreement(
        replace(_row("SELECT", "6A81", "a blocked card"), steps=(SSSE,)), {"failed": "CardBlocked", "scope": "card"}
    ),
)

BY_NAME = {put.name: put for put in PUTS if isinstance(put, PutCard)}
_WHOLE = (*_PROOFS, *_PINS, *_FILES, *_ACCOUNT)

AGREEMENTS: tuple[tuple[PutCard, tuple[Agreement, ...]], ...] = (
    (BY_NAME["3.0 card, SM4, contacts"], _WHOLE),
    (BY_NAME["2.0 card, 3DES, contacts"], _WHOLE),
    (BY_NAME["3.0 card, SM4, contactless"], _WHOLE),
    (BY_NAME["locked card, 3DES"], _LOCKED),
    (BY_NAME["spent card, SM4"], _SPENT),
    (BY_NAME["card that is blocked, SM4"], _BLOCKED),
)
