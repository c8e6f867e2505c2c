"""What a person holds before the simulated reader is what the driver tells, in every make and with every line end."""

import time
from typing import Any

import pytest

from drivers.barcode_reader.gs1 import BrokenElementString, ElementString
from drivers.barcode_reader.reader import NoScan, Scan, Unreadable
from drivers.errors import Cancelled, LinkLost, NoDevice
from hardware_sim.barcode_reader.gs1 import element_string
from hardware_sim.barcode_reader.make import Terminator
from hardware_sim.barcode_reader.reader import LARGEST_CODE, Mode

URL = "https://hall.example/v#" + "A1b2-_" * 40
TEXTS = {
    "plain": (b"6901234567892", "6901234567892"),
    "one character": (b"7", "7"),
    "web address": (URL.encode(), URL),
    "UTF-8": ("社会保障卡 张𠮷".encode(), "社会保障卡 张𠮷"),
    "GBK": ("社会保障卡".encode("gbk"), "社会保障卡"),
    "GB18030 of four bytes": ("张㐂𠮷".encode("gb18030"), "张㐂𠮷"),
    "largest QR code": (b"x" * LARGEST_CODE, "x" * LARGEST_CODE),
}


@pytest.mark.parametrize("end", Terminator, ids=lambda end: end.value)
@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_told_as_it_is(bench: Any, text: str, end: Terminator) -> None:
    bench.hand(lambda reader: reader.set_terminator(end))
    sent, told = TEXTS[text]
    assert bench.scanning(sent) == Scan(told, None)
    assert bench.wire.look(lambda reader: reader.remarks) == (), "a strict reader had nothing to say against us"


@pytest.mark.parametrize("end", Terminator, ids=lambda end: end.value)
def test_gs1_elements_arrive_with_their_rules_kept(bench: Any, end: Terminator) -> None:
    bench.hand(lambda reader: reader.set_terminator(end))
    result = bench.scanning(element_string("(01)06901234567892(10)LOT-7(17)261231(21)A7"))
    assert isinstance(result.gs1, ElementString)
    assert [(each.identifier, each.data) for each in result.gs1.elements] == [
        ("01", "06901234567892"),
        ("10", "LOT-7"),
        ("17", "261231"),
        ("21", "A7"),
    ]


def test_gs1_without_separator_says_so_by_its_symbology(bench: Any) -> None:
    result = bench.scanning(b"]C1" + element_string("(01)06901234567892"))
    assert isinstance(result.gs1, ElementString)
    assert bench.scanning(element_string("(01)06901234567892")).gs1 is None, "digits alone are no GS1"


def test_gs1_that_breaks_a_rule_is_told_as_broken(bench: Any) -> None:
    result = bench.scanning(b"]d2" + element_string("(01)06901234567893"))
    assert result.gs1 == BrokenElementString("01", "check digit")


def test_the_lamp_is_on_while_the_scan_waits_and_off_when_it_is_over(bench: Any) -> None:
    lit = []
    bench.scanning(lambda: time.sleep(0.05), lambda: lit.append(bench.lit()), b"6901234567892")
    assert lit == [True]
    settled(bench)
    assert not bench.lit()


def test_trigger_and_lamp_are_off_after_a_cancel(bench: Any) -> None:
    ticket, wait = bench.begin(bench.driver.scan(30.0))
    bench.wait_for_trigger()
    ticket.cancel()
    with pytest.raises(Cancelled):
        wait()
    settled(bench)
    assert not bench.triggered()
    assert not bench.lit()


def test_trigger_and_lamp_are_off_when_nobody_shows_a_code(bench: Any) -> None:
    assert bench.scanning(seconds=0.3) == NoScan()
    settled(bench)
    assert not bench.triggered()


def settled(bench: Any) -> None:
    """The last command is on its way over the tty when the operation ends: until the reader has heard it."""
    end = time.monotonic() + 10
    while not bench.heard_by_reader.endswith(bench.make.stop):
        assert time.monotonic() < end, "never told to stop"
        time.sleep(0.002)


def test_a_reader_that_looks_only_when_it_is_told_to_reads_in_a_scan_and_not_outside(bench: Any) -> None:
    bench.hand(lambda reader: reader.set_mode(Mode.HOST))
    bench.show(b"too early")
    assert bench.scanning(b"in time") == Scan("in time", None)
    settled(bench)
    scans = bench.wire.look(lambda reader: reader.scans)
    bench.show(b"too late")
    assert bench.wire.look(lambda reader: reader.scans) == scans == 1


def test_what_was_shown_before_the_scan_is_no_part_of_it(bench: Any) -> None:
    bench.run(bench.driver.scan(0.0))
    bench.hand(lambda reader: reader.set_terminator(Terminator.NONE))
    bench.show(b"somebody else's")
    assert bench.scanning(b"6901234567892") == Scan("6901234567892", None)


def test_the_same_code_held_there_counts_once_and_again_after_two_seconds(bench: Any) -> None:
    assert bench.scanning(b"6901234567892") == Scan("6901234567892", None)
    assert bench.scanning(b"6901234567892", seconds=0.4) == NoScan()
    assert bench.scanning(b"6901234567892", b"another", seconds=5.0) == Scan("another", None)
    time.sleep(2.1)
    assert bench.scanning(b"another") == Scan("another", None)


@pytest.mark.parametrize("end", [b"\r", b"\r\n", b""], ids=["CR", "CRLF", "silence"])
def test_a_line_that_never_ends_is_unreadable_and_the_next_is_read(bench: Any, end: bytes) -> None:
    assert bench.scanning(lambda: bench.say(b"9" * 6000 + end)) == Unreadable("too-long")
    assert bench.scanning(b"6901234567892") == Scan("6901234567892", None)


def test_bytes_that_are_no_text_are_unreadable(bench: Any) -> None:
    assert bench.scanning(b"\xff\xfe\xfd") == Unreadable("encoding")


def test_a_cable_pulled_while_waiting_is_told_and_the_reader_comes_back(bench: Any) -> None:
    with pytest.raises((LinkLost, NoDevice)):
        bench.scanning(bench.wire.unplug)
    with pytest.raises((LinkLost, NoDevice)):
        bench.run(bench.driver.scan(1.0))
    bench.wire.plug()
    assert bench.scanning(b"6901234567892") == Scan("6901234567892", None)


def test_a_plain_reader_needs_no_command(new_bench: Any) -> None:
    bench = new_bench(plain=True)
    _, wait = bench.begin(bench.driver.scan(20.0))
    time.sleep(0.3)
    bench.show(b"6901234567892")
    assert wait() == Scan("6901234567892", None)
    assert bench.heard_by_reader == b""
