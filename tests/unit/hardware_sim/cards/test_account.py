"""The medical account: load, settlement, balances, proofs, the insurance year, and the rule of its states."""

from collections.abc import Callable
from typing import Any

import pytest

from hardware_sim.cards.memory import CardMemory

SSSE = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
DF04 = "00A4040006D15600000503"
PIN = "0020000003123456"
TERMINAL, MOMENT = "990100000001", "20260301093000"
START = 50_000


def at_account(hands: Any) -> Any:
    for apdu in (SSSE, DF04, PIN):
        assert hands.fetch(apdu)[-4:] == "9000"
    return hands


@pytest.fixture
def account(insert: Callable[..., Any]) -> Any:
    return at_account(insert())


def balance(hands: Any) -> int:
    answer = hands.send("B026000104")
    assert answer[-4:] == "9000"
    return int(answer[:-4], 16)


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
def test_a_load_adds_and_is_logged_and_proved(insert: Callable[..., Any], algorithm: str) -> None:
    hands = at_account(insert(card__algorithm=algorithm))
    begun = hands.begin_load(12_345)
    assert len(begun) == 2 * 0x10 + 4
    code = {"3DES": "01", "SM4": "03"}[algorithm]
    assert begun[:24] == f"{START:08X}" + "0000" + "01" + code + "11223344"
    tac = hands.credit(12_345)
    assert (len(tac), tac[-4:]) == (12, "9000")
    assert balance(hands) == START + 12_345
    assert hands.send("00B201441C") == f"000031{TERMINAL}{MOMENT}{12_345:08X}" + "00000000" * 2 + "9000"
    proof = hands.fetch("B02E0001020000")
    assert proof[8:16] + "9000" == tac
    assert hands.fetch("B02E0001020001") == "9406"


@pytest.mark.parametrize("algorithm", ["3DES", "SM4"])
def test_a_settlement_takes_counts_the_year_and_is_logged_and_proved(
    insert: Callable[..., Any], algorithm: str
) -> None:
    hands = at_account(insert(card__algorithm=algorithm))
    begun = hands.begin_purchase(1_000, 300, 200)
    assert len(begun) == 2 * 0x16 + 4
    assert begun[:32] == f"{START:08X}" + "00000000" * 2 + "2024" + "0000"
    done = hands.debit(1_000, 300, 200)
    assert (len(done), done[-4:]) == (20, "9000")
    assert balance(hands) == START - 1_000
    assert hands.send("B026000206") == f"{300:08X}20269000"
    assert hands.send("B026000306") == f"{200:08X}20269000"
    assert hands.send("00B201441C") == f"000032{TERMINAL}{MOMENT}{1_000:08X}{300:08X}{200:08X}9000"
    proof = hands.fetch("B02E0002020000")
    assert (proof[8:16], proof[:8]) == (done[:8], done[8:16])
    assert hands.begin_purchase(0, 0, 0)[28:32] == "0001"


def test_numbers_go_on_and_only_the_last_transaction_of_a_type_has_a_proof(account: Any) -> None:
    for number in range(3):
        assert account.begin_purchase(10, 0, 0)[28:32] == f"{number:04X}"
        assert account.debit(10, 0, 0)[-4:] == "9000"
    assert [account.fetch(f"B02E00020200{number:02X}")[-4:] for number in range(4)] == ["9406", "9406", "9000", "9406"]


def test_the_log_keeps_thirty_transactions_newest_first(account: Any) -> None:
    for _ in range(33):
        account.begin_purchase(1, 0, 0)
        assert account.debit(1, 0, 0)[-4:] == "9000"
    numbers = []
    while (answer := account.send(f"00B2{len(numbers) + 1:02X}441C")) != "6A83":
        numbers.append(int(answer[:4], 16))
    assert numbers == list(range(32, 2, -1))


def test_everything_outlives_power(account: Any, insert: Callable[..., Any]) -> None:
    account.begin_purchase(500, 0, 0)
    account.debit(500, 0, 0)
    again = at_account(insert(memory=CardMemory.model_validate_json(account.card.memory.model_dump_json())))
    assert balance(again) == START - 500
    assert again.fetch("B02E0002020000")[-4:] == "9000"
    assert again.send("00B201441C")[-4:] == "9000"
    assert again.begin_purchase(0, 0, 0)[28:32] == "0001"


def test_a_debit_does_not_move_the_current_file(account: Any) -> None:
    assert account.send("00A4020002EF15") == "9000"
    account.begin_purchase(1, 0, 0)
    account.debit(1, 0, 0)
    assert account.send("00B2010403")[-4:] == "9000"


def begun(hands: Any, kind: str) -> None:
    answer = hands.begin_load(100) if kind == "load" else hands.begin_purchase(100, 16, 32)
    assert answer[-4:] == "9000"


@pytest.mark.parametrize(
    "between",
    [
        "0084000008",
        "00B2012C00",
        DF04,
        PIN,
        "00200000",
        "B056010002",
        "B028000110" + "00" * 16,
        "90FF000000",
        "00FF000000",
    ],
)
@pytest.mark.parametrize("kind", ["load", "purchase"])
def test_anything_in_between_falls_back_to_idle(account: Any, kind: str, between: str) -> None:
    begun(account, kind)
    account.send(between)
    finish = account.credit if kind == "load" else account.debit
    assert finish() == "6901"
    assert balance(account) == START


@pytest.mark.parametrize("between", ["B026000104", "B026000206", "B02E0002020000"])
@pytest.mark.parametrize("kind", ["load", "purchase"])
def test_balance_and_proof_do_not_change_the_state(account: Any, kind: str, between: str) -> None:
    begun(account, kind)
    account.fetch(between)
    finish = account.credit if kind == "load" else account.debit
    assert finish()[-4:] == "9000"


def test_credit_and_debit_do_not_stand_in_for_each_other_and_each_failure_ends_the_state(account: Any) -> None:
    begun(account, "load")
    assert account.debit() == "6901"
    assert account.credit() == "6901"
    begun(account, "purchase")
    assert account.credit() == "6901"
    assert account.debit() == "6901"
    begun(account, "purchase")
    assert account.send(f"B02C01000F00000001{MOMENT}00000000") == "9302"
    assert account.debit() == "6901"
    assert balance(account) == START


def test_a_wrong_amount_has_a_wrong_mac(account: Any) -> None:
    account.begin_purchase(100, 0, 0)
    assert account.debit(99, 0, 0) == "9302"
    account.begin_load(100)
    assert account.credit(101) == "9302"


def test_the_insurance_year_begins_on_its_day_and_starts_the_sums_anew(account: Any) -> None:
    assert account.send("B056010002") == "01019000"
    assert account.send("B0560000020401") == "9000"
    assert account.send("B056010002") == "04019000"

    def spend(moment: str) -> str:
        account.begin_purchase(10, 7, 5)
        assert account.debit(10, 7, 5, moment=moment)[-4:] == "9000"
        return str(account.send("B026000206"))

    assert spend("20260331235959") == f"{7:08X}20259000"
    assert spend("20260331235959") == f"{14:08X}20259000"
    assert spend("20260401000000") == f"{7:08X}20269000"
    assert spend("20260331235959") == f"{14:08X}20269000"  # never back into a year that is over


@pytest.mark.parametrize(
    ("apdu", "status"),
    [
        ("B0560000021301", "6A80"),
        ("B0560000020230", "6A80"),
        ("B05600000104", "6700"),
        ("B0560200020401", "6A86"),
        ("B056010003", "6C02"),
    ],
)
def test_a_starting_day_that_does_not_exist_is_refused(account: Any, apdu: str, status: str) -> None:
    assert account.send(apdu) == status
    assert account.send("B0560000020229") == "9000"


def test_without_a_pin_the_account_is_open_and_with_one_it_is_not(insert: Callable[..., Any]) -> None:
    free = insert(card__pin="")
    free.fetch(SSSE)
    free.fetch(DF04)
    assert balance(free) == START
    closed = insert()
    closed.fetch(SSSE)
    closed.fetch(DF04)
    for apdu in ("B026000104", "B0560000020401"):
        assert closed.send(apdu) == "6982"


def test_the_account_holds_what_the_issuer_put_in(insert: Callable[..., Any]) -> None:
    assert balance(at_account(insert(card__account_fen=123))) == 123


def test_a_card_of_the_first_version_has_no_account_and_says_so_to_every_command(insert: Callable[..., Any]) -> None:
    hands = at_account(insert(card__version="1.00", card__algorithm="3DES"))
    assert hands.begin_purchase(1_000, 300, 200)[-4:] == "6985"
    assert hands.debit(1_000, 300, 200)[-4:] == "6985"
    assert hands.begin_load(100)[-4:] == "6985"
    assert hands.credit()[-4:] == "6985"
    assert hands.send("B026000104")[-4:] == "6985"
