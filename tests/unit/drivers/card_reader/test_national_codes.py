"""Codes of the national terminal interface: complete in both directions, and the arithmetic of status words."""

import pytest

from drivers.card_reader.hsm import centre_can_help
from drivers.card_reader.national_codes import (
    ROWS,
    STATUS_WORDS,
    Condition,
    National,
    code_of_sw,
    from_national,
    sw_of_code,
    to_national,
)
from drivers.card_reader.pin import PinLocked, PinWrong
from drivers.errors import (
    Cancelled,
    CardBlocked,
    CardExpired,
    CardGone,
    CardMalformed,
    CardMute,
    DataUnfit,
    DeviceError,
    Refused,
    SamFault,
    SamMissing,
    SamUnfit,
    TerminalRefused,
    Timeout,
    all_codes,
)

# Section 12, written out again.
PROMISED = [
    0, -1, -2, -3, -4, -5, -11, -12, -13, -14, -15, -20, -21, -22, -23, -24, -31, -32, -33, -34, -35, -36, -41, -42,
    -51, -52, -2201, -2202, -2203, -2204,
]  # fmt: skip
PROMISED_WORDS = {
    -25536: "63C0", -26368: "6700", -26881: "6901", -27009: "6981", -27010: "6982", -27011: "6983", -27012: "6984",
    -27013: "6985", -27016: "6988", -27264: "6A80", -27265: "6A81", -27266: "6A82", -27267: "6A83", -27272: "6A88",
    -37634: "9302", -37635: "9303", -37891: "9403", -37894: "9406",
}  # fmt: skip


def test_every_code_of_the_interface_has_one_row():
    assert [row.code for row in ROWS] == PROMISED
    assert dict(STATUS_WORDS) == PROMISED_WORDS
    assert all(row.text for row in ROWS)


@pytest.mark.parametrize("code", [*PROMISED, *PROMISED_WORDS])
def test_a_code_comes_back_as_itself(code):
    assert to_national(from_national(National(code))).code == code


@pytest.mark.parametrize(("code", "word"), PROMISED_WORDS.items())
def test_the_printed_words_follow_the_arithmetic(code, word):
    assert code_of_sw(int(word, 16)) == code
    assert f"{sw_of_code(code):04X}" == word
    assert from_national(National(code)).facts["sw"] == word


def test_the_arithmetic_holds_for_every_status_word():
    for sw in [*range(0x6000, 0x9000, 7), 0x9001, 0x9FFF]:
        assert sw_of_code(code_of_sw(sw)) == sw
        error = from_national(National(-sw))
        assert to_national(error).code == -sw
    for wrong in (0, 1, -1, -9999, 25536, -0x9000, -0x10000):
        with pytest.raises(ValueError, match="status word"):
            sw_of_code(wrong)


def test_the_tries_left_follow_the_arithmetic_and_not_the_printed_table():
    for left, code in ((0, -25536), (1, -25537), (2, -25538)):
        assert from_national(National(code)).facts["sw"] == f"63C{left}"


def test_a_code_that_is_none_is_refused():
    for wrong in (7, -6, -2205, -36864):
        with pytest.raises(ValueError, match="status word"):
            from_national(National(wrong))


def build(kind):
    facts = {"command": "select", "sw": "6F00"} if kind is Refused else {}
    return kind("card_reader", **facts)


@pytest.mark.parametrize("kind", all_codes().values(), ids=lambda kind: kind.__name__)
def test_every_fault_of_ours_has_a_code_that_means_something(kind):
    national = to_national(build(kind))
    assert national.code in PROMISED or 0x6000 <= -national.code <= 0x9FFF
    assert isinstance(from_national(national), DeviceError | PinLocked | Condition)
    assert national.code != 0


@pytest.mark.parametrize("condition", Condition)
def test_every_condition_has_a_code_and_comes_back(condition):
    assert from_national(to_national(condition)) is condition


@pytest.mark.parametrize(
    ("ours", "code"),
    [
        (CardGone("card_reader", slot="user"), -2),
        (CardGone("card_reader", why="not powered"), -3),
        (CardMute("card_reader", slot="user"), -4),
        (CardMalformed("card_reader", element="card id", shape="layout"), -20),
        (CardMalformed("card_reader", element="name", shape="not GBK"), -23),
        (CardExpired("card_reader", expired="2020-01-01"), -23),
        (CardBlocked("card_reader", scope="card"), -27265),
        (CardBlocked("card_reader", scope="application"), -37635),
        (DataUnfit("card_reader", file="DF01/EF05", tag="21", shape="text too long"), -42),
        (DataUnfit("card_reader", file="DF01/EF05", tag="21", shape="not GBK"), -41),
        (TerminalRefused("card_reader", tries_left=2), -25538),
        (TerminalRefused("card_reader", tries_left=0), -27011),
        (Timeout("card_reader"), -4),
        (Cancelled("card_reader"), -31),
        (SamUnfit("card_reader", lacks="level", key="IRK"), -24),
        (SamUnfit("card_reader", lacks="algorithm", key="IRK", algorithm="SM4"), -2202),
        (SamUnfit("card_reader", lacks="key", key="RK_SSSE"), -2203),
        (SamUnfit("card_reader", lacks="key", key="IRK"), -27272),
        (SamUnfit("card_reader", lacks="application", key="any"), -27272),
        (SamMissing("card_reader", why="card_gone"), -2201),
        (Refused("card_reader", command="debit", sw="9302"), -37634),
    ],
)
def test_a_fault_has_the_code_of_its_narrowest_case(ours, code):
    assert to_national(ours).code == code


def test_a_wrong_pin_tells_its_tries_beside_its_code():
    assert to_national(PinWrong(2)) == National(-51, tries_left=2)
    assert from_national(National(-51, tries_left=2)) == PinWrong(2)
    assert from_national(National(-51)) is Condition.PIN_WRONG
    assert to_national(PinLocked()) == National(-52, tries_left=0)
    assert from_national(National(-52)) == PinLocked()


def test_the_codes_on_which_the_centre_takes_over_are_the_faults_of_the_psam():
    for code in (-2201, -2202, -2203, -24):
        error = from_national(National(code))
        assert isinstance(error, SamFault)
        assert centre_can_help(error)
    for ours in (SamMissing("card_reader"), SamUnfit("card_reader", lacks="key", key="IRK")):
        assert to_national(ours).code in (-2201, -2202, -2203, -27272, -24)
