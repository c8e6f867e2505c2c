"""Every status word of the card sheet's table, row by row, provoked on the pure card; and none from outside its row."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

# The table "Status words per command" of the sheet, as printed there, besides 9000.
SHEET = {
    "all": "6E00 6D00 6A81 9303",
    "SELECT": "6700 6A82 6A86",
    "READ RECORD": "6981 6982 6986 6A82 6A83 6A86 6Cxx",
    "READ BINARY": "6981 6982 6986 6A82 6B00 6Cxx",
    "UPDATE RECORD": "6581 6700 6981 6982 6984 6986 6988 6A82 6A83 6A84 6A85 6A86",
    "UPDATE BINARY": "6581 6700 6981 6982 6984 6986 6988 6A82 6A86 6B00",
    "VERIFY": "63Cx 6700 6983 6984 6A86 6A88",
    "CHANGE PIN": "63Cx 6581 6700 6983 6A80 6A86",
    "PIN CHANGE/UNBLOCK": "6581 6700 6982 6984 6985 6988 6A80 6A86 6A88",
    "EXTERNAL AUTH": "63Cx 6581 6700 6983 6984 6A86 6A88",
    "INTERNAL AUTH": "6700 6A86 6A88",
    "GET CHALLENGE": "6700 6A86",
    "GET RESPONSE": "61xx 6700 6A86 6Cxx 6F00",
    "BLOCK": "6581 6700 6982 6984 6985 6988 6A86 6A88",
    "INITIALIZE FOR LOAD": "6581 6700 6982 6985 6A86 9402 9403",
    "INITIALIZE FOR PURCHASE": "6581 6700 6982 6985 6A86 9402 9403 9401",
    "CREDIT": "6581 6700 6901 6985 6A86 9302",
    "DEBIT": "6581 6700 6901 6985 6A86 9302",
    "GET BALANCE": "6700 6982 6985 6A86",
    "TRANSACTION PROOF": "6700 6985 6A86 9406",
}

SELECTS = {
    "SSSE": "00A404000F7378312E73682EC9E7BBE1B1A3D5CF",
    "DF01": "00A4040006D15600000500",
    "DF02": "00A4040006D15600000501",
    "DF03": "00A4040006D15600000502",
    "DF04": "00A4040006D15600000503",
    "PKI": "00A404000C504B492EC9E7BBE1B1A3D5CF",
}
PIN, WRONG_PIN = "0020000003123456", "0020000003654321"
TERMINAL, TIME = "990100000001", "20260301093000"
LOAD = "B02800010B" + "01" + "00000064" + TERMINAL
BUY = "B028010113" + "01" + "00000064" + "00000010" + "00000020" + TERMINAL
CREDIT = "B02A00000B" + TIME + "00000000"
DEBIT = "B02C01000F" + "00000001" + TIME + "00000000"
EXTERNAL = "0082000A10" + "00" * 16


@dataclass(frozen=True)
class Case:
    """Steps, and the word the last one must get. A step is an APDU, a name of SELECTS, or a word of `play`."""

    row: str
    word: str
    steps: str
    card: dict[str, Any] = field(default_factory=dict)


CASES = (
    Case("all", "6E00", "SSSE 90B2012D40"),
    Case("all", "6D00", "SSSE 0070000000"),
    Case("all", "6A81", f"SSSE protect:84160000 {PIN}"),
    Case("all", "6A81", f"SSSE protect:84160000 {SELECTS['SSSE']}"),
    Case("all", "9303", f"SSSE DF01 protect:841E0001 {SELECTS['DF01']}"),
    Case("all", "9303", "SSSE DF01 protect:841E0001 00B2013C00"),
    Case("all", "9303", f"SSSE protect:841E0001 00A40000023F00 {SELECTS['SSSE']}"),
    Case("SELECT", "6700", "00A40000011F"),
    Case("SELECT", "6A82", "00A4040005A000000334"),
    Case("SELECT", "6A86", "00A4010002DF01"),
    Case("READ RECORD", "6981", "SSSE DF01 00B201B400"),
    Case("READ RECORD", "6982", "SSSE 00B201345B"),
    Case("READ RECORD", "6986", "SSSE 00B2010412"),
    Case("READ RECORD", "6A82", "SSSE 00B2012412"),
    Case("READ RECORD", "6A83", "SSSE 00B2082C00"),
    Case("READ RECORD", "6A86", "SSSE 00B2012F00"),
    Case("READ RECORD", "6Cxx", "SSSE 00B2012C00"),
    Case("READ BINARY", "6981", "SSSE 00B0850010"),
    Case("READ BINARY", "6982", "SSSE 00B0880010"),
    Case("READ BINARY", "6986", "SSSE 00B0000010"),
    Case("READ BINARY", "6A82", "SSSE 00B08C0010"),
    Case("READ BINARY", "6B00", "SSSE DF01 00B0968001"),
    Case("READ BINARY", "6Cxx", "SSSE DF01 00B0960081"),
    Case("UPDATE RECORD", "6581", "SSSE DF01 auth:86 worn 00DC013C03290132"),
    Case("UPDATE RECORD", "6581", "SSSE DF01 worn protect:04DC013C/290132"),
    Case("UPDATE RECORD", "6700", "SSSE DF01 auth:86 00DC013C00"),
    Case("UPDATE RECORD", "6700", "SSSE DF01 04DC013C04AABBCCDD"),
    Case("UPDATE RECORD", "6981", "SSSE DF01 auth:8B 00DC01B403290132"),
    Case("UPDATE RECORD", "6982", "SSSE DF01 00DC013C03290132"),
    Case("UPDATE RECORD", "6982", "SSSE DF01 auth:85 00DC013C03290132"),
    Case("UPDATE RECORD", "6982", f"SSSE DF04 {PIN} protect:04DC0043/" + "00" * 28),
    Case("UPDATE RECORD", "6984", "SSSE DF01 04DC013C07290132AABBCCDD"),
    Case("UPDATE RECORD", "6986", "SSSE DF01 auth:86 00DC010403290132"),
    Case("UPDATE RECORD", "6988", "SSSE DF01 0084000008 04DC013C07290132AABBCCDD"),
    Case("UPDATE RECORD", "6A82", "SSSE DF01 auth:86 00DC016403290132"),
    Case("UPDATE RECORD", "6A83", "SSSE DF01 auth:86 00DC023C03290132"),
    Case("UPDATE RECORD", "6A83", "SSSE DF01 auth:86 00DC2A3803 2A0132"),
    Case("UPDATE RECORD", "6A84", "SSSE DF01 auth:86 00DC013C0429023132"),
    Case("UPDATE RECORD", "6A85", "SSSE DF01 auth:86 00DC013C03290232"),
    Case("UPDATE RECORD", "6A86", "SSSE DF01 auth:86 00DC013D03290132"),
    Case("UPDATE RECORD", "6A86", "SSSE DF01 auth:86 00DC003C03290132"),
    Case("UPDATE BINARY", "6581", "SSSE DF01 auth:8B worn 00D6960001AA"),
    Case("UPDATE BINARY", "6700", "SSSE DF01 auth:8B 00D6967F02AABB"),
    Case("UPDATE BINARY", "6981", "SSSE DF01 auth:86 00D6870001AA"),
    Case("UPDATE BINARY", "6982", "SSSE DF01 00D6960001AA"),
    Case("UPDATE BINARY", "6984", "SSSE DF01 04D6960005AA11223344"),
    Case("UPDATE BINARY", "6986", "SSSE DF01 auth:8B 00D6000001AA"),
    Case("UPDATE BINARY", "6988", "SSSE DF01 0084000008 04D6960005AA11223344"),
    Case("UPDATE BINARY", "6A82", "SSSE DF01 auth:8B 00D69E0001AA"),
    Case("UPDATE BINARY", "6A86", "SSSE DF01 auth:8B 00D6F60001AA"),
    Case("UPDATE BINARY", "6B00", "SSSE DF01 auth:8B 00D6968001AA"),
    Case("VERIFY", "63Cx", "SSSE 0020000000"),
    Case("VERIFY", "63Cx", f"SSSE {WRONG_PIN}"),
    Case("VERIFY", "6700", "SSSE 002000000112"),
    Case("VERIFY", "6983", f"SSSE locked {PIN}"),
    Case("VERIFY", "6984", "SSSE 00200000031234FF"),
    Case("VERIFY", "6A86", "SSSE 0020000103123456"),
    Case("VERIFY", "6A88", PIN),
    Case("VERIFY", "63Cx", "PKI 0084000010 0020018110" + "00" * 16),
    Case("VERIFY", "6700", "PKI 0084000010 002001810800112233445566 77"),
    Case("VERIFY", "6983", "PKI" + (" 0084000010 0020018110" + "00" * 16) * 7),
    Case("VERIFY", "6984", "PKI 0084000008 0020018110" + "00" * 16),
    Case("VERIFY", "6A88", "SSSE 0084000010 0020018110" + "00" * 16),
    Case("CHANGE PIN", "63Cx", "SSSE 805E010007654321FF888888"),
    Case("CHANGE PIN", "63Cx", "SSSE 805E010007123456FF888888", {"card__pin": ""}),
    Case("CHANGE PIN", "6581", "SSSE worn 805E010007123456FF888888"),
    Case("CHANGE PIN", "6700", "SSSE 805E0100021234"),
    Case("CHANGE PIN", "6983", "SSSE locked 805E010007123456FF888888"),
    Case("CHANGE PIN", "6A80", "SSSE 805E01000612345688888 8"),
    Case("CHANGE PIN", "6A80", "SSSE 805E010007123456FF88888A"),
    Case("CHANGE PIN", "6A86", "SSSE 805E000007123456FF888888"),
    Case("PIN CHANGE/UNBLOCK", "6581", "SSSE locked worn protect:84240000"),
    Case("PIN CHANGE/UNBLOCK", "6581", "SSSE worn encipher:84240001/888888"),
    Case("PIN CHANGE/UNBLOCK", "6700", "SSSE 842400000311 2233"),
    Case("PIN CHANGE/UNBLOCK", "6700", "SSSE 842400010C" + "00" * 12),
    Case("PIN CHANGE/UNBLOCK", "6982", "SSSE 802400000411223344"),
    Case("PIN CHANGE/UNBLOCK", "6984", "SSSE 842400000411223344"),
    Case("PIN CHANGE/UNBLOCK", "6985", "SSSE protect:84240000", {"card__pin": ""}),
    Case("PIN CHANGE/UNBLOCK", "6988", "SSSE 0084000008 842400000411223344"),
    Case("PIN CHANGE/UNBLOCK", "6A80", "SSSE encipher:84240001/8888AA"),
    Case("PIN CHANGE/UNBLOCK", "6A80", "SSSE protect:84240001/" + "00" * 16),
    Case("PIN CHANGE/UNBLOCK", "6A86", "SSSE 842400020411223344"),
    Case("PIN CHANGE/UNBLOCK", "6A88", "PKI 842400000411223344"),
    Case("EXTERNAL AUTH", "63Cx", f"SSSE 0084000008 {EXTERNAL}"),
    Case("EXTERNAL AUTH", "6581", f"SSSE worn 0084000008 {EXTERNAL}"),
    Case("EXTERNAL AUTH", "6700", "SSSE 0082000A0F" + "00" * 15),
    Case("EXTERNAL AUTH", "6983", "SSSE" + f" 0084000008 {EXTERNAL}" * 4),
    Case("EXTERNAL AUTH", "6984", f"SSSE {EXTERNAL}"),
    Case("EXTERNAL AUTH", "6A86", "SSSE 0082010A10" + "00" * 16),
    Case("EXTERNAL AUTH", "6A88", "SSSE 0082000C10" + "00" * 16),
    Case("INTERNAL AUTH", "6700", "SSSE 0088000008" + "00" * 8),
    Case("INTERNAL AUTH", "6A86", "SSSE 0088000110" + "00" * 16),
    Case("INTERNAL AUTH", "6A88", "0088000010" + "00" * 16),
    Case("INTERNAL AUTH", "6A88", "SSSE 0088000010" + "00" * 16, {"card__algorithm": "SSF33"}),
    Case("GET CHALLENGE", "6700", "0084000005"),
    Case("GET CHALLENGE", "6A86", "0084000108"),
    Case("GET RESPONSE", "61xx", f"{SELECTS['SSSE']} 00C0000010"),
    Case("GET RESPONSE", "6700", f"{SELECTS['SSSE']} 00C0000001AA"),
    Case("GET RESPONSE", "6A86", f"{SELECTS['SSSE']} 00C001001E"),
    Case("GET RESPONSE", "6Cxx", f"{SELECTS['SSSE']} 00C0000020"),
    Case("GET RESPONSE", "6F00", "00C000001E"),
    Case("BLOCK", "6581", "SSSE DF01 worn protect:841E0001"),
    Case("BLOCK", "6581", "SSSE worn protect:84160000"),
    Case("BLOCK", "6700", "SSSE DF01 841E000103112233"),
    Case("BLOCK", "6700", "SSSE 841600000311 2233"),
    Case("BLOCK", "6982", "SSSE DF01 801E000104AABBCCDD"),
    Case("BLOCK", "6982", "SSSE 8016000004AABBCCDD"),
    Case("BLOCK", "6984", "SSSE DF01 841E000104AABBCCDD"),
    Case("BLOCK", "6984", "SSSE 8416000004AABBCCDD"),
    Case("BLOCK", "6985", "841E000104AABBCCDD"),
    Case("BLOCK", "6988", "SSSE DF01 0084000008 841E000104AABBCCDD"),
    Case("BLOCK", "6988", "SSSE 0084000008 8416000004AABBCCDD"),
    Case("BLOCK", "6A86", "SSSE DF01 841E000004AABBCCDD"),
    Case("BLOCK", "6A86", "SSSE 8416000104AABBCCDD"),
    Case("BLOCK", "6A88", "PKI 841E000104AABBCCDD"),
    Case("BLOCK", "6A88", "8416000004AABBCCDD"),
    Case("INITIALIZE FOR LOAD", "6581", f"SSSE {PIN} DF04 worn {LOAD}"),
    Case("INITIALIZE FOR LOAD", "6700", f"SSSE {PIN} DF04 B02800010A" + "00" * 10),
    Case("INITIALIZE FOR LOAD", "6982", f"SSSE DF04 {LOAD}"),
    Case("INITIALIZE FOR LOAD", "6985", f"SSSE {PIN} {LOAD}"),
    Case("INITIALIZE FOR LOAD", "6985", f"SSSE {PIN} DF04 B02800010B01FFFFFFFF{TERMINAL}"),
    Case("INITIALIZE FOR LOAD", "6A86", f"SSSE {PIN} DF04 B02800020B" + "00" * 11),
    Case("INITIALIZE FOR LOAD", "9402", f"SSSE {PIN} DF04 loads:65535 {LOAD}"),
    Case("INITIALIZE FOR LOAD", "9403", f"SSSE {PIN} DF04 B02800010B0200000064{TERMINAL}"),
    Case("INITIALIZE FOR PURCHASE", "6581", f"SSSE {PIN} DF04 worn {BUY}"),
    Case("INITIALIZE FOR PURCHASE", "6700", f"SSSE {PIN} DF04 B028010112" + "00" * 18),
    Case("INITIALIZE FOR PURCHASE", "6982", f"SSSE DF04 {BUY}"),
    Case("INITIALIZE FOR PURCHASE", "6985", f"SSSE {PIN} DF03 {BUY}"),
    Case("INITIALIZE FOR PURCHASE", "6A86", f"SSSE {PIN} DF04 B028010013" + "00" * 19),
    Case("INITIALIZE FOR PURCHASE", "9401", f"SSSE {PIN} DF04 B028010113010000C3510000000000000000{TERMINAL}"),
    Case("INITIALIZE FOR PURCHASE", "9402", f"SSSE {PIN} DF04 purchases:65535 {BUY}"),
    Case("INITIALIZE FOR PURCHASE", "9403", f"SSSE {PIN} DF04 B02801011300{BUY[12:]}"),
    Case("CREDIT", "6581", f"SSSE {PIN} DF04 {LOAD} worn credit"),
    Case("CREDIT", "6700", f"SSSE {PIN} DF04 {LOAD} B02A00000A" + "00" * 10),
    Case("CREDIT", "6901", f"SSSE {PIN} DF04 {CREDIT}"),
    Case("CREDIT", "6901", f"SSSE {PIN} DF04 {BUY} {CREDIT}"),
    Case("CREDIT", "6985", f"SSSE {PIN} DF04 {LOAD} B02A00000B2026023009300000000000"),
    Case("CREDIT", "6A86", f"SSSE {PIN} DF04 {LOAD} B02A00010B" + "00" * 11),
    Case("CREDIT", "9302", f"SSSE {PIN} DF04 {LOAD} {CREDIT}"),
    Case("DEBIT", "6581", f"SSSE {PIN} DF04 {BUY} worn debit"),
    Case("DEBIT", "6700", f"SSSE {PIN} DF04 {BUY} B02C01000E" + "00" * 14),
    Case("DEBIT", "6901", f"SSSE {PIN} DF04 {DEBIT}"),
    Case("DEBIT", "6901", f"SSSE {PIN} DF04 {LOAD} {DEBIT}"),
    Case("DEBIT", "6985", f"SSSE {PIN} {DEBIT}"),
    Case("DEBIT", "6A86", f"SSSE {PIN} DF04 {BUY} B02C00000F" + "00" * 15),
    Case("DEBIT", "9302", f"SSSE {PIN} DF04 {BUY} {DEBIT}"),
    Case("GET BALANCE", "6700", f"SSSE {PIN} DF04 B026000105"),
    Case("GET BALANCE", "6982", "SSSE DF04 B026000104"),
    Case("GET BALANCE", "6985", f"SSSE {PIN} B026000104"),
    Case("GET BALANCE", "6A86", f"SSSE {PIN} DF04 B026000404"),
    Case("TRANSACTION PROOF", "6700", "SSSE DF04 B02E00020100"),
    Case("TRANSACTION PROOF", "6985", "SSSE B02E0002020000"),
    Case("TRANSACTION PROOF", "6A86", "SSSE DF04 B02E0003020000"),
    Case("TRANSACTION PROOF", "9406", "SSSE DF04 B02E0002020000"),
)


def fits(word: str, pattern: str) -> bool:
    """63Cx stands for any count, 61xx and 6Cxx for any length."""
    return word.startswith(pattern.rstrip("x"))


def play(hands: Any, step: str) -> str:
    """One step of a case; the answer's status word."""
    word, _, told = step.partition(":")
    card = hands.card
    match word:
        case "worn":
            card.fail_writes(1)
        case "locked":
            card.lock_pin()
        case "loads" | "purchases":
            card.memory.account = card.memory.account.model_copy(update={word: int(told)})
        case "auth":
            return str(hands.authenticate(told))
        case "protect":
            return str(hands.protected(*told.split("/"))[-4:])
        case "encipher":
            return str(hands.enciphered(*told.split("/"))[-4:])
        case "credit":
            return str(hands.credit())
        case "debit":
            return str(hands.debit())
        case name if name in SELECTS:
            return str(hands.fetch(SELECTS[name])[-4:])
        case apdu:
            return str(hands.send(apdu)[-4:])
    return "9000"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row}-{case.word}-{case.steps[-16:]}")
def test_each_status_word_of_the_sheet_can_be_provoked(case: Case, insert: Callable[..., Any]) -> None:
    hands = insert(**case.card)
    steps = _steps(case.steps)
    for step in steps[:-1]:
        assert play(hands, step)[0] in "96", step
    assert fits(play(hands, steps[-1]), case.word)


def _steps(text: str) -> list[str]:
    """Words of a case; a blank inside an APDU is only for the eye, so short rests are joined to what stands before."""
    steps: list[str] = []
    for word in text.split():
        if len(word) < 8 and steps and all(letter in "0123456789ABCDEF" for letter in word) and word not in SELECTS:
            steps[-1] += word
        else:
            steps.append(word)
    return steps


def test_no_row_and_no_word_of_the_sheet_is_missing() -> None:
    wanted = {(row, word) for row, words in SHEET.items() for word in words.split()}
    assert {(case.row, case.word) for case in CASES} == wanted


ROW_OF = {
    "00A4": "SELECT",
    "00B2": "READ RECORD",
    "00B0": "READ BINARY",
    "00DC": "UPDATE RECORD",
    "04DC": "UPDATE RECORD",
    "00D6": "UPDATE BINARY",
    "04D6": "UPDATE BINARY",
    "0020": "VERIFY",
    "805E": "CHANGE PIN",
    "8424": "PIN CHANGE/UNBLOCK",
    "0082": "EXTERNAL AUTH",
    "0088": "INTERNAL AUTH",
    "0084": "GET CHALLENGE",
    "00C0": "GET RESPONSE",
    "841E": "BLOCK",
    "8416": "BLOCK",
    "B028": "INITIALIZE FOR PURCHASE",
    "B02A": "CREDIT",
    "B02C": "DEBIT",
    "B026": "GET BALANCE",
    "B02E": "TRANSACTION PROOF",
}


def test_random_commands_get_no_word_that_is_not_in_their_row(insert: Callable[..., Any]) -> None:
    chance = random.Random(990100)
    seen: set[tuple[str, str]] = set()
    hands = insert()
    for turn in range(20_000):
        if turn % 50 == 0:
            hands = insert()
        if chance.random() < 0.3:
            play(hands, chance.choice([*SELECTS, PIN, "auth:0A", "auth:86", LOAD, BUY, "0084000008"]))
            continue
        head = chance.choice(list(ROW_OF))
        p1 = chance.choice((0, 1, 2, 4, 0x80 | chance.randrange(32), chance.randrange(256)))
        p2 = chance.choice((0, 1, 2, 0x0A, chance.randrange(16) << 3 | chance.randrange(8), chance.randrange(256)))
        if head in ("00B2", "00B0", "0084", "00C0", "B026"):
            rest = bytes([chance.randrange(256)])
        else:
            data = chance.randbytes(chance.choice((0, 1, 2, 3, 4, 6, 11, 16, 19, chance.randrange(40))))
            rest = bytes([len(data)]) + data
        word = hands.send(f"{head}{p1:02X}{p2:02X}{rest.hex()}")[-4:]
        allowed = ["9000", "61xx", *SHEET[ROW_OF[head]].split(), *SHEET["all"].split()]
        assert any(fits(word, pattern) for pattern in allowed), (head, p1, p2, rest.hex(), word)
        seen.add((head, word))
    # So that it is known to reach more than the first check of each command.
    assert len(seen) > 60
