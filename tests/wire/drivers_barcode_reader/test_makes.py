"""Questions and settings of the three makes, the lamp of its own, and finding out who is on the line."""

from typing import Any

import pytest

from drivers.barcode_reader import settings
from drivers.barcode_reader.makes import MAKES, MakeName
from drivers.barcode_reader.reader import Scan
from drivers.errors import Refused, Timeout
from drivers.status import DeviceState, ScannerState
from hardware_sim.barcode_reader.make import Terminator
from hardware_sim.line_troubles import Trouble


def test_the_reader_is_there_and_says_so(bench: Any) -> None:
    assert bench.run(bench.driver.status()).device is DeviceState.ONLINE
    bench.hand(lambda reader: reader.power_off())
    assert bench.run(bench.driver.status()).device is DeviceState.OFFLINE
    bench.hand(lambda reader: reader.power_on())
    assert bench.run(bench.driver.status()).device is DeviceState.ONLINE
    assert bench.scanning(b"6901234567892") == Scan("6901234567892", None)
    assert bench.run(bench.driver.status()).scanner is ScannerState.OFF


def test_the_make_is_found_by_asking(bench: Any) -> None:
    found = bench.run(settings.find_make(bench.driver.line))
    assert found == (bench.make, 115200)
    # the questions of the other makes are in the line too, and none of them did anything
    assert bench.wire.look(lambda reader: reader.terminator) is Terminator.CR
    assert bench.scanning(b"6901234567892") == Scan("6901234567892", None)


def test_nobody_is_found_where_nobody_answers(bench: Any) -> None:
    bench.hand(lambda reader: reader.power_off())
    assert bench.run(settings.find_make(bench.driver.line)) is None


def test_only_the_right_make_is_confirmed(bench: Any) -> None:
    for make in (MAKES[MakeName.NEWLAND], MAKES[MakeName.HONEYWELL], MAKES[MakeName.GM65]):
        assert bench.run(settings.identify(bench.driver.line, make)) is (make == bench.make)


def test_the_lamp_of_a_gm65_is_switched_by_itself(new_bench: Any) -> None:
    bench = new_bench("gm65")
    assert bench.run(bench.driver.lamp(True)) is True
    assert bench.lit()
    assert bench.scanning(b"6901234567892") == Scan("6901234567892", None)
    assert bench.lit(), "it was asked to stay lit"
    assert bench.run(bench.driver.lamp(False)) is True
    assert not bench.lit()


@pytest.mark.parametrize("make", ["newland", "honeywell"])
def test_another_lamp_goes_with_the_trigger(new_bench: Any, make: str) -> None:
    bench = new_bench(make)
    assert bench.run(bench.driver.lamp(True)) is False
    assert not bench.lit()


def test_newland_settings_are_done_or_refused_and_left_again(new_bench: Any) -> None:
    bench = new_bench("newland")
    bench.hand(lambda reader: reader.set_terminator(Terminator.NONE))
    bench.run(settings.newland_settings(bench.driver.line, ["#99900030;"]))
    assert bench.wire.look(lambda reader: reader.terminator) is Terminator.CR
    with pytest.raises(Refused) as error:
        bench.run(settings.newland_settings(bench.driver.line, ["#99900030;", "#12345678;"]))
    assert error.value.facts["command"] == "#12345678;"
    assert bench.scanning(b"6901234567892") == Scan("6901234567892", None)


def test_honeywell_menus_are_done_or_refused(new_bench: Any) -> None:
    bench = new_bench("honeywell")
    assert bench.run(settings.honeywell_menu(bench.driver.line, "SUFBK2990D0A")) == "SUFBK2990D0A"
    assert bench.wire.look(lambda reader: reader.terminator) is Terminator.CRLF
    for tag in ("SUFBK299FF", "NOTHERE"):
        with pytest.raises(Refused):
            bench.run(settings.honeywell_menu(bench.driver.line, tag))
    assert bench.run(settings.honeywell_menu(bench.driver.line, "DEFALT", keep=True)) == "DEFALT"
    assert bench.wire.look(lambda reader: reader.terminator) is Terminator.CR


def test_a_silent_reader_is_a_timeout_and_answers_again_later(bench: Any) -> None:
    bench.hand(lambda reader: reader.disturb(Trouble.SILENCE))
    assert bench.run(bench.driver.status()).device is DeviceState.OFFLINE
    if bench.make.name is MakeName.GM65:
        with pytest.raises(Timeout):
            bench.run(bench.driver.lamp(True))
    bench.hand(lambda reader: reader.recover())
    assert bench.run(bench.driver.status()).device is DeviceState.ONLINE


@pytest.mark.parametrize("keep", [1, 3])
def test_a_torn_answer_is_not_taken_for_a_whole_one(bench: Any, keep: int) -> None:
    bench.hand(lambda reader: reader.disturb(Trouble.TORN, keep=keep))
    assert bench.run(bench.driver.status()).device is DeviceState.OFFLINE
    bench.hand(lambda reader: reader.recover())
    assert bench.run(bench.driver.status()).device is DeviceState.ONLINE
    assert bench.scanning(b"6901234567892") == Scan("6901234567892", None)


def test_a_late_answer_of_the_last_question_is_no_code(bench: Any) -> None:
    bench.hand(lambda reader: reader.slow_down(1.2))
    assert bench.run(bench.driver.status()).device is DeviceState.OFFLINE
    bench.hand(lambda reader: reader.slow_down(0.0))
    assert bench.scanning(b"6901234567892") == Scan("6901234567892", None)
