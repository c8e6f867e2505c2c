"""The tables of the ID reader's sheet, row by row on a real tty: the bytes of both sides and what they come to."""

from collections.abc import Callable
from typing import Any

import pytest

from drivers.errors import NotGenuine, Refused
from drivers.id_reader.commands import ModuleState, Remedy
from hardware_sim.id_reader.card import IdCard, citizen_text, padded
from hardware_sim.id_reader.reader import Step
from hardware_sim.meaning import Direction

HEAD = "AAAAAA9669"
READY = f"{HEAD}000311FFED"
ADDRESS = padded("address", "北京市海淀区测试路3号", 70)
CARD = IdCard(
    citizen_text(
        name="测试人",
        sex="2",
        ethnic="01",
        birth_date="19491231",
        address="北京市朝阳区测试路1号",
        id_number="11010519491231002X",
        issuer="北京市公安局朝阳分局",
        valid_from="20200101",
        valid_to="长期",
    ),
    bytes(1024),
    bytes(1024),
    ADDRESS,
)

Ask = Callable[[Any], Any]

COMMANDS: dict[str, tuple[tuple[str, ...], Ask, str, str, Any]] = {
    # steps before, the question, the request and the head (or all) of the answer in hex, the result
    "reset module": ((), lambda d: d.reset_module(), "000310FFEC", "000400009094", None),
    "module state": ((), lambda d: d.module_state(), "000311FFED", "000400009094", ModuleState.READY),
    "module number": (
        (),
        lambda d: d.module_number(),
        "000312FFEE",
        "001400009005000300E5D6340139300000F235772815",
        "05.03-20240101-0000012345-0678901234",
    ),
    "find": ((), lambda d: d.find(), "0003200122", "000800009F0000000097", True),
    "find without card": (("lift",), lambda d: d.find(), "0003200122", "000400008084", False),
    "select": (("find",), lambda d: d.select(), "0003200221", "000C00009000000000000000009C", True),
    "select without find": ((), lambda d: d.select(), "0003200221", "000400008185", False),
    "read": (("find", "select"), lambda d: d.read_text_and_photo(), "0003300132", "050800009001000400", None),
    "read with fingerprint": (
        ("find", "select"),
        lambda d: d.read_with_fingerprint(),
        "0003301023",
        "090A000090010004000400",
        None,
    ),
    "newest address": (
        ("find", "select"),
        lambda d: d.read_new_address(),
        "0003300330",
        "004A000090" + ADDRESS.hex().upper() + "73",
        "北京市海淀区测试路3号",
    ),
}
BAUD = {115200: "0003600063", 57600: "0003600162", 38400: "0003600261", 19200: "0003600360", 9600: "0003600467"}


@pytest.mark.parametrize("row", COMMANDS)
def test_each_command_of_the_sheet_is_sent_and_answered_as_the_sheet_says(bench: Any, row: str) -> None:
    before, ask, request, answer, expected = COMMANDS[row]
    bench.run(bench.driver.module_state())
    bench.lay(CARD)
    for step in before:
        bench.hand(lambda reader: reader.lift()) if step == "lift" else bench.run(getattr(bench.driver, step)())
    bench.passed.clear()
    result = bench.run(ask(bench.driver))
    assert bench.said(Direction.TO_DEVICE) == HEAD + request
    assert bench.said(Direction.FROM_DEVICE).startswith(HEAD + answer)
    if expected is not None:
        assert result == expected
    elif row.startswith("read"):
        assert result.text == CARD.text
        assert result.photo == CARD.photo
        assert len(bench.said(Direction.FROM_DEVICE)) == 2 * (2321 if "fingerprint" in row else 1295)
        assert bench.said(Direction.FROM_DEVICE).endswith("AC" if "fingerprint" in row else "A6")


@pytest.mark.parametrize("rate", BAUD)
def test_each_speed_is_set_by_its_own_command(bench: Any, rate: int) -> None:
    bench.run(bench.driver.module_state())
    bench.passed.clear()
    bench.run(bench.driver.change_baud(rate))
    assert bench.said(Direction.TO_DEVICE) == HEAD + BAUD[rate] + READY
    assert bench.said(Direction.FROM_DEVICE) == 2 * f"{HEAD}000400009094"


SW3 = {
    0x11: Remedy.REPORT_PROGRAM,
    0x21: Remedy.DO_WITHOUT,
    0x23: Remedy.START_AGAIN,
    0x24: Remedy.RESET,
    0x31: Remedy.LAY_DOWN_AGAIN,
    0x32: None,
    0x33: Remedy.LAY_DOWN_AGAIN,
    0x40: Remedy.WRONG_CARD,
    0x41: Remedy.LAY_DOWN_AGAIN,
    0x47: Remedy.RESET,
    0x60: Remedy.OUT_OF_SERVICE,
    0x66: Remedy.OUT_OF_SERVICE,
}
"""What the kiosk does about each SW3; 32 is an error of its own: possibly a false card."""


@pytest.mark.parametrize("sw3", SW3, ids=lambda sw3: f"{sw3:02X}")
def test_each_status_of_the_sheet_has_the_remedy_of_its_row(bench: Any, sw3: int) -> None:
    bench.lay(CARD)
    bench.hand(lambda reader: reader.refuse(Step.READ, sw3))
    bench.run(bench.driver.find())
    bench.run(bench.driver.select())
    bench.passed.clear()
    with pytest.raises((Refused, NotGenuine)) as error:
        bench.run(bench.driver.read_text_and_photo())
    assert bench.said(Direction.FROM_DEVICE) == f"{HEAD}00040000{sw3:02X}{sw3 ^ 0x04:02X}"
    assert error.value.facts["sw"] == f"00{sw3:02x}"
    remedy = SW3[sw3]
    assert isinstance(error.value, NotGenuine) if remedy is None else error.value.facts["remedy"] == remedy.value


def test_a_check_sum_that_the_module_saw_wrong_is_answered_by_sending_again(bench: Any) -> None:
    bench.lay(CARD)
    bench.run(bench.driver.find())
    bench.hand(lambda reader: reader.refuse(Step.SELECT, 0x10))
    bench.passed.clear()
    assert bench.run(bench.driver.select()) is True
    assert bench.said(Direction.TO_DEVICE) == 2 * f"{HEAD}0003200221"


def test_an_item_that_is_not_on_the_card_is_no_error(bench: Any) -> None:
    bench.lay(IdCard(CARD.text, CARD.photo))
    bench.run(bench.driver.find())
    bench.run(bench.driver.select())
    assert bench.run(bench.driver.read_new_address()) is None
    assert bench.said(Direction.FROM_DEVICE).endswith(f"{HEAD}000400009195")


@pytest.mark.parametrize(("state", "sw3"), [(ModuleState.SELF_TEST_FAILED, 0x60), (ModuleState.NOT_AUTHORISED, 0x66)])
def test_an_ill_module_says_which_of_the_two_it_is(bench: Any, state: ModuleState, sw3: int) -> None:
    bench.hand(lambda reader: reader.set_module_state(sw3))
    assert bench.run(bench.driver.module_state()) is state
