"""The medical account: begin, debit, and what became of a debit nobody saw the end of."""

import pytest

from drivers.card_reader.facts import Algorithm
from drivers.card_reader.medical_account import (
    begin_load,
    begin_purchase,
    credit,
    debit,
    prove_credit,
    prove_debit,
    read_balances,
    read_starting_day,
    set_starting_day,
)
from drivers.card_reader.medical_facts import (
    Amounts,
    Debited,
    DebitUnknown,
    NotDebited,
    YearSum,
)
from drivers.card_reader.pin import verify_pin
from drivers.errors import CardChanged, CardGone, CardMalformed, CardUnsupported, DataUnfit, Refused, SamUnfit
from drivers.lanes import Done

TERMINAL, TIME = "990100000001", "20260504123456"
AMOUNTS = Amounts(account=1234, self_paid=500, fund=70)
TAC = bytes((0xCA, 0xFE, 2, 7))


def begun(hall, keys, amounts=AMOUNTS):
    hall.run(verify_pin(hall.handle("123456")))
    return hall.run(begin_purchase(hall.facts, amounts, TERMINAL, TIME, keys))


@pytest.mark.parametrize("manner", ["at once", "by 61xx"])
@pytest.mark.parametrize("algorithm", [Algorithm.TRIPLE_DES, Algorithm.SM4])
@pytest.mark.parametrize("contactless", [False, True])
def test_a_purchase_takes_the_money_once_and_both_macs_fit(hall, manner, algorithm, contactless):
    h = hall(algorithm=algorithm, manner=manner, contactless=contactless)
    keys = h.keys()
    purchase = begun(h, keys).value
    assert (purchase.balance, purchase.sequence, purchase.year) == (10_000, 7, "2026")
    assert h.chip.balance == 10_000
    assert h.run(debit(purchase, keys)) == Done(Debited(TAC, card_proved=True))
    assert h.chip.balance == 10_000 - 1234
    assert h.run(read_balances(h.facts)).value.account == 10_000 - 1234
    sent = [command for command in h.chip.seen if command.startswith("B0")]
    le = "16" if contactless else ""
    assert sent[0] == "B028010113" + "01" + "000004D2" + "000001F4" + "00000046" + TERMINAL + le
    assert sent[1].startswith("B02C01000F" + "00000009" + "20260504123456" + "11223344")


def test_the_psam_is_told_the_purchase_in_1c_bytes_and_its_factors(hall):
    h = hall()
    begun(h, h.keys())
    (asked,) = [command for command in h.psam.seen if command.startswith("8070")]
    data = "A1B2C3D4" + "0007" + "000004D2" + "000001F4" + "00000046" + "02" + TIME + "0103"
    assert len(data) == 2 * 0x1C
    assert asked == "8070010034" + data + "868499010000000139393031303073783939303030307368"


def test_the_balances_of_account_and_year_are_read(hall):
    h = hall(pin=None)
    h.chip.sums = [300, 400]
    balances = h.run(read_balances(h.facts)).value
    assert (balances.account, balances.self_paid, balances.fund) == (10_000, YearSum(300, "2026"), YearSum(400, "2026"))
    assert "10000" not in repr(balances)


def test_without_the_pin_the_account_stays_closed(hall):
    h = hall()
    assert h.run(read_balances(h.facts)).error.facts["sw"] == "6982"
    assert h.run(begin_purchase(h.facts, AMOUNTS, TERMINAL, TIME, h.keys())).error.facts["sw"] == "6982"
    assert h.chip.balance == 10_000


def test_too_little_money_is_said_before_anything_is_taken(hall):
    h = hall()
    error = begun(h, h.keys(), Amounts(10_001)).error
    assert type(error) is Refused
    assert error.facts["sw"] == "9401"


@pytest.mark.parametrize(
    ("terminal", "time", "amount", "facts"),
    [
        ("99010000001", TIME, 1, {"what": "terminal", "shape": "length"}),
        ("99010000000A", TIME, 1, {"what": "terminal", "shape": "character"}),
        (TERMINAL, "2026", 1, {"what": "time", "shape": "length"}),
        (TERMINAL, TIME, -1, {"what": "amount", "shape": "length"}),
        (TERMINAL, TIME, 1 << 32, {"what": "amount", "shape": "length"}),
    ],
)
def test_a_purchase_that_does_not_fit_its_fields_is_not_begun(hall, terminal, time, amount, facts):
    h = hall()
    with pytest.raises(DataUnfit) as caught:
        begin_purchase(h.facts, Amounts(amount), terminal, time, h.keys())
    assert caught.value.facts == facts
    assert h.chip.seen == []


@pytest.mark.parametrize("word", ["9302", "6901", "6985", "6700"])
def test_a_refused_debit_took_nothing_and_is_not_sent_again(hall, word):
    h = hall()
    keys = h.keys()
    purchase = begun(h, keys).value
    h.chip.answers["B02C"] = word
    assert h.run(debit(purchase, keys)) == Done(NotDebited(word))
    assert sum(command.startswith("B02C") for command in h.chip.seen) == 1


@pytest.mark.parametrize("word", ["6581", "6F00", "6C08"])
def test_a_fault_inside_the_card_leaves_the_debit_unknown(hall, word):
    h = hall()
    keys = h.keys()
    purchase = begun(h, keys).value
    h.chip.answers["B02C"] = word
    assert h.run(debit(purchase, keys)) == Done(DebitUnknown(word))
    assert sum(command.startswith("B02C") for command in h.chip.seen) == 1
    assert h.run(prove_debit(h.facts, purchase)) == Done(NotDebited("9406"))


def test_an_answer_to_the_debit_that_is_none_leaves_it_unknown(hall):
    h = hall()
    keys = h.keys()
    purchase = begun(h, keys).value
    h.chip.answers["B02C"] = "CAFE9000"
    assert h.run(debit(purchase, keys)) == Done(DebitUnknown("card_malformed"))


@pytest.mark.parametrize("cut", ["B02C", "00C0000008"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("algorithm", [Algorithm.TRIPLE_DES, Algorithm.SM4])
def test_an_interrupted_debit_is_proved_by_the_same_card_afterwards(hall, cut, when, algorithm):
    h = hall(manner="by 61xx", algorithm=algorithm)
    keys = h.keys()
    purchase = begun(h, keys).value
    h.chip.cut = (cut, when)
    assert h.run(debit(purchase, keys)) == Done(DebitUnknown("card_gone"))
    assert not h.chip.powered
    taken = h.chip.balance == 10_000 - 1234
    facts = h.mend()
    outcome = h.run(prove_debit(facts, purchase)).value
    assert outcome == (Debited(TAC, None) if taken else NotDebited("9406"))
    assert taken is not (cut == "B02C" and when == "before")
    assert any(command.startswith("B02E0002020007") for command in h.chip.seen)


def test_no_proof_and_yet_another_balance_is_no_answer(hall):
    h = hall()
    keys = h.keys()
    purchase = begun(h, keys).value
    h.chip.cut = ("B02C", "after")
    h.run(debit(purchase, keys))
    facts = h.mend()
    h.chip.proofs.clear()
    h.run(verify_pin(h.handle("123456")))
    assert h.run(prove_debit(facts, purchase)) == Done(DebitUnknown("balance changed"))


def test_another_card_proves_nothing(hall):
    h = hall()
    keys = h.keys()
    purchase = begun(h, keys).value
    h.chip.cut = ("B02C", "after")
    h.run(debit(purchase, keys))
    h.chip.files["SSSE/EF05"][0] = bytes.fromhex("0110990100D15600000500000002FFFFFFFF")
    facts = h.mend()
    assert type(h.run(prove_debit(facts, purchase)).error) is CardChanged


@pytest.mark.parametrize("word", ["6985", "6D00"])
def test_a_card_that_will_not_say_leaves_it_unknown(hall, word):
    h = hall()
    purchase = begun(h, h.keys()).value
    h.chip.answers["B02E"] = word
    assert h.run(prove_debit(h.facts, purchase)) == Done(DebitUnknown(word))


def test_a_card_whose_mac_is_wrong_took_the_money_but_did_not_prove_itself(hall):
    for word in ("9302", "63C2"):
        h = hall()
        keys = h.keys()
        purchase = begun(h, keys).value
        h.psam.answers["8072"] = word
        assert h.run(debit(purchase, keys)) == Done(Debited(TAC, card_proved=False))


def test_a_psam_that_fails_after_the_debit_does_not_undo_it(hall):
    h = hall()
    keys = h.keys()
    purchase = begun(h, keys).value
    h.psam.answers["8072"] = "6901"
    assert h.run(debit(purchase, keys)) == Done(Debited(TAC, card_proved=None))


def test_the_psams_levels_are_searched_for_a_purchase_too(hall, new_computing_psam):
    h = hall()
    h.psam.levels = 2
    keys = h.keys()
    assert isinstance(begun(h, keys), Done)
    assert [command[8:10] for command in h.psam.seen if command.startswith("8070")] == ["34", "2C"]
    h.psam.answers["8070"] = "6A88"
    error = begun(h, h.keys()).error
    assert type(error) is SamUnfit
    assert error.facts == {"lacks": "key", "key": "purchase"}


def test_a_load_goes_by_the_centres_macs(hall):
    h = hall(manner="by 61xx")
    h.run(verify_pin(h.handle("123456")))
    load = h.run(begin_load(h.facts, 5_000, TERMINAL)).value
    assert (load.balance, load.sequence, load.mac1.hex(), load.random.hex()) == (10_000, 7, "01020304", "a1b2c3d4")
    outcome = h.run(credit(load, TIME, bytes.fromhex("0A0B0C0D")))
    assert outcome == Done(Debited(bytes((0xCA, 0xFE, 1, 7)), None))
    assert h.chip.balance == 15_000
    sent = [command for command in h.chip.seen if command.startswith("B0")]
    assert sent == ["B02800010B01" + "00001388" + TERMINAL, "B02A00000B" + TIME + "0A0B0C0D"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_interrupted_load_is_proved_by_the_same_card(hall, when):
    h = hall()
    h.run(verify_pin(h.handle("123456")))
    load = h.run(begin_load(h.facts, 5_000, TERMINAL)).value
    h.chip.cut = ("B02A", when)
    assert h.run(credit(load, TIME, bytes(4))) == Done(DebitUnknown("card_gone"))
    facts = h.mend()
    expected = NotDebited("9406") if when == "before" else Debited(bytes((0xCA, 0xFE, 1, 7)), None)
    assert h.run(prove_credit(facts, load)) == Done(expected)


def test_a_credit_without_its_beginning_is_refused(hall):
    h = hall()
    h.run(verify_pin(h.handle("123456")))
    load = h.run(begin_load(h.facts, 5_000, TERMINAL)).value
    h.run(credit(load, TIME, bytes(4)))
    assert h.run(credit(load, TIME, bytes(4))) == Done(NotDebited("6901"))
    assert h.chip.balance == 15_000


def test_the_starting_day_is_read_and_set(hall):
    h = hall()
    assert h.run(read_starting_day(h.facts)) == Done("0101")
    assert h.run(set_starting_day(h.facts, "0701")) == Done(None)
    assert h.run(read_starting_day(h.facts)) == Done("0701")
    assert "B0560000020701" in h.chip.seen
    with pytest.raises(DataUnfit):
        set_starting_day(h.facts, "0230")
    h.chip.day = "1301"
    assert type(h.run(read_starting_day(h.facts)).error) is CardMalformed


def test_a_card_pulled_before_the_debit_is_a_fault_and_no_outcome(hall):
    h = hall()
    h.chip.cut = ("B028", "before")
    assert type(begun(h, h.keys()).error) is CardGone


def test_an_old_cards_account_is_left_alone(hall):
    h = hall(version="1.00")
    for operation in (
        begin_purchase(h.facts, AMOUNTS, TERMINAL, TIME, h.keys()),
        begin_load(h.facts, 1, TERMINAL),
        read_balances(h.facts),
        read_starting_day(h.facts),
        set_starting_day(h.facts, "0701"),
    ):
        assert type(h.run(operation).error) is CardUnsupported
    assert h.chip.seen == []


def test_nobodys_money_shows(hall):
    h = hall()
    purchase = begun(h, h.keys()).value
    load = h.run(begin_load(h.facts, 5_000, TERMINAL)).value
    for shown in (purchase, load, AMOUNTS):
        assert not any(number in repr(shown) for number in ("1234", "10000", "5000", TERMINAL))
