"""The same for the PSAM: what the driver makes of its refusals when a citizen's card waits for an answer."""

from __future__ import annotations

from card_table.agreements import BY_NAME, Agreement
from card_table.psam_rows import APPLICATION, DELIVER, INIT, MAC2, OF_CITY, OF_ROOT, PSAM_3DES, PSAM_SM4, deliver
from card_table.puts import PUTS, PutCard, PutPsam
from card_table.rows import Row
from card_table.steps import FACTOR

_PIN = "123456"
_PSAMS = {put.name: put for put in PUTS if isinstance(put, PutPsam)}
_ROOT, _PROVINCE = _PSAMS["PSAM, SM4, root keys"], _PSAMS["PSAM, 3DES, province keys"]
_SM4_SEED = FACTOR + "00" * 8


def _row(rows: tuple[Row, ...], command: str, word: str) -> Row:
    return next(row for row in rows if (row.command, row.word) == (command, word))


def _purchase(row: Row, *, proved: bool) -> Agreement:
    """A whole purchase. The card's MAC2 reaches the PSAM spoilt where it must not be proved; the money is taken."""
    calls = (("begin purchase", {"amount": 1, "key_index": 1}), ("debit", {"wrong_key": not proved}))
    return Agreement(row, {"is": "Debited", "card_proved": proved}, calls, pin=_PIN)


PSAM_AGREEMENTS: tuple[tuple[PutCard, PutPsam, tuple[Agreement, ...]], ...] = (
    (
        BY_NAME["3.0 card, SM4, contacts"],
        _ROOT,
        (
            _purchase(_row(PSAM_SM4, MAC2, "63Cx"), proved=False),
            _purchase(_row(PSAM_SM4, MAC2, "9000"), proved=True),
        ),
    ),
    (
        BY_NAME["2.0 card, 3DES, contacts"],
        _PROVINCE,
        (
            # With another number of levels the driver asks again, until one fits (section 9).
            Agreement(_row(PSAM_3DES, DELIVER, "6A80"), {"is": "CardFacts", "genuine": True}),
            Agreement(
                _row(PSAM_3DES, INIT, "6A80"),
                {"is": "Purchase"},
                (("begin purchase", {"amount": 1, "key_index": 1}),),
                pin=_PIN,
            ),
            _purchase(_row(PSAM_3DES, MAC2, "9302"), proved=False),
        ),
    ),
    (
        BY_NAME["3.0 card, SM4, contacts"],
        PutPsam("PSAM, SM4, without RK_SSSE", "SM4", (), without=(0x0A,)),
        (
            Agreement(
                Row(DELIVER, "6A88", "RK_SSSE", (APPLICATION, deliver("68", OF_ROOT, _SM4_SEED, key="0A"))),
                {"failed": "SamUnfit", "lacks": "key", "key": "RK_SSSE"},
            ),
        ),
    ),
    (
        BY_NAME["3.0 card, SM4, contacts"],
        _PROVINCE,
        (
            Agreement(
                Row(DELIVER, "6700", "a block of the other family", (APPLICATION, deliver("48", OF_CITY, _SM4_SEED))),
                {"failed": "SamUnfit", "lacks": "algorithm"},
            ),
        ),
    ),
)
