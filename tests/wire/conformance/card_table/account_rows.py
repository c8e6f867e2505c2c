"""Rows about the medical account (class B0): balances, load, purchase, and the proof of the last one (section 7)."""

from __future__ import annotations

from card_table.rows import Row
from card_table.steps import (
    DF01,
    DF04,
    NO_SUCH_TIME,
    NOW,
    PIN,
    SSSE,
    begin_load,
    begin_purchase,
    credit,
    debit,
    proof_of_last_purchase,
    worn,
)

_OPEN = (SSSE, PIN, DF04)
_CLOSED = (SSSE, DF04)
_ELSEWHERE = (SSSE, PIN, DF01)

_LOAD = "INITIALIZE FOR LOAD"
_PURCHASE = "INITIALIZE FOR PURCHASE"
_CREDIT = "CREDIT FOR LOAD"
_DEBIT = "DEBIT FOR PURCHASE"
_PROOF = "GET TRANSACTION PROOF"
_BARE_CREDIT = f"B02A00000B{NOW}00000000"
_BARE_DEBIT = f"B02C01000F00000007{NOW}00000000"

ACCOUNT = (
    Row(_LOAD, "9000", "1 fen", (*_OPEN, begin_load())),
    Row(_LOAD, "6581", "into worn memory", (*_OPEN, worn, begin_load())),
    Row(_LOAD, "6700", "without a terminal", (*_OPEN, "B0280001050100000001")),
    Row(_LOAD, "6982", "without the PIN", (*_CLOSED, begin_load())),
    Row(_LOAD, "6985", "in another application", (*_ELSEWHERE, begin_load())),
    Row(_LOAD, "6985", "more than the account can hold", (*_OPEN, begin_load(0xFFFFFFFF))),
    Row(_LOAD, "6A86", "P1 P2 of neither", (*_OPEN, f"B0280002{begin_load()[8:]}")),
    Row(_LOAD, "9403", "key index 2", (*_OPEN, begin_load(key_index="02"))),
    Row(_PURCHASE, "9000", "1 fen", (*_OPEN, begin_purchase())),
    Row(_PURCHASE, "6581", "into worn memory", (*_OPEN, worn, begin_purchase())),
    Row(_PURCHASE, "6700", "without a terminal", (*_OPEN, "B0280101050100000001")),
    Row(_PURCHASE, "6982", "without the PIN", (*_CLOSED, begin_purchase())),
    Row(_PURCHASE, "6985", "in another application", (*_ELSEWHERE, begin_purchase())),
    Row(_PURCHASE, "6A86", "P1 P2 of neither", (*_OPEN, f"B0280202{begin_purchase()[8:]}")),
    Row(_PURCHASE, "9401", "more than the account holds", (*_OPEN, begin_purchase(0xFFFFFFFF))),
    Row(_PURCHASE, "9403", "key index 2", (*_OPEN, begin_purchase(key_index="02"))),
    Row(_CREDIT, "9000", "1 fen", (*_OPEN, credit())),
    Row(_CREDIT, "6581", "into worn memory", (*_OPEN, credit(worn=True))),
    Row(_CREDIT, "6700", "without a MAC", (*_OPEN, begin_load(), f"B02A000007{NOW}")),
    Row(_CREDIT, "6901", "nothing begun", (*_OPEN, _BARE_CREDIT)),
    Row(_CREDIT, "6901", "a purchase begun", (*_OPEN, begin_purchase(), _BARE_CREDIT)),
    Row(_CREDIT, "6901", "after another command", (*_OPEN, begin_load(), "0084000004", _BARE_CREDIT)),
    Row(_CREDIT, "6985", "a time that never was", (*_OPEN, credit(time=NO_SUCH_TIME))),
    Row(_CREDIT, "6A86", "P1 01", (*_OPEN, begin_load(), f"B02A01000B{NOW}00000000")),
    Row(_CREDIT, "9302", "a wrong MAC2", (*_OPEN, credit(wrong=True))),
    Row(_DEBIT, "9000", "1 fen", (*_OPEN, debit())),
    Row(_DEBIT, "6581", "into worn memory", (*_OPEN, debit(worn=True))),
    Row(_DEBIT, "6700", "without a MAC", (*_OPEN, begin_purchase(), f"B02C01000B00000007{NOW}")),
    Row(_DEBIT, "6901", "nothing begun", (*_OPEN, _BARE_DEBIT)),
    Row(_DEBIT, "6901", "a load begun", (*_OPEN, begin_load(), _BARE_DEBIT)),
    Row(_DEBIT, "6985", "a time that never was", (*_OPEN, debit(time=NO_SUCH_TIME))),
    Row(_DEBIT, "6A86", "P1 02", (*_OPEN, begin_purchase(), f"B02C02000F00000007{NOW}00000000")),
    Row(_DEBIT, "9302", "a wrong MAC1", (*_OPEN, debit(wrong=True))),
    Row("GET BALANCE", "9000", "the account", (*_OPEN, "B026000104")),
    Row("GET BALANCE", "9000", "what was paid in cash this year", (*_OPEN, "B026000206")),
    Row("GET BALANCE", "6700", "Le 05", (*_OPEN, "B026000105")),
    Row("GET BALANCE", "6982", "without the PIN", (*_CLOSED, "B026000104")),
    Row("GET BALANCE", "6985", "in another application", (*_ELSEWHERE, "B026000104")),
    Row("GET BALANCE", "6A86", "P2 04", (*_OPEN, "B026000404")),
    Row(_PROOF, "9000", "of the purchase just made", (*_OPEN, proof_of_last_purchase)),
    Row(_PROOF, "6700", "three bytes", (*_OPEN, "B02E000203000000")),
    Row(_PROOF, "6985", "in another application", (*_ELSEWHERE, "B02E0002020000")),
    Row(_PROOF, "6A86", "of a third kind", (*_OPEN, "B02E0003020000")),
    Row(_PROOF, "9406", "of a purchase that never was", (*_OPEN, "B02E000202FFFF")),
)
