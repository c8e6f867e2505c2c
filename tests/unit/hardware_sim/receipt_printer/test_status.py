"""What the printer says about itself: the status bytes of the sheet, and when they are said."""

from collections.abc import Callable

import pytest

from hardware_sim.receipt_printer.printer import BUFFER, XOFF, XON, ReceiptPrinter, Said
from hardware_sim.receipt_printer.ticket import Ending

Hand = Callable[[ReceiptPrinter], Said]
CUT = b"\x1dVB\x00"


def real_time(printer: ReceiptPrinter, n: int) -> str:
    return b"".join(data for _, data in printer.feed(bytes((0x10, 0x04, n)), 0.0)).hex().upper()


def said(answers: Said) -> str:
    return b"".join(data for _, data in answers).hex().upper()


CONDITIONS: dict[str, tuple[Hand, list[str], str]] = {
    "fine": (lambda p: p.load_paper(0), ["12", "12", "12", "12"], "10000000"),
    "cover open": (lambda p: p.open_cover(0), ["1A", "16", "12", "12"], "38000000"),
    "near end": (lambda p: p.run_low(0), ["12", "12", "12", "1E"], "10000300"),
    "paper end": (lambda p: p.run_out(0), ["1A", "32", "12", "7E"], "18000F00"),
    "paper end, near end not seen": (
        lambda p: p.run_out(0, near_end_seen=False),
        ["1A", "32", "12", "72"],
        "18000C00",
    ),
    "cutter": (lambda p: p.break_cutter(0), ["1A", "52", "1A", "12"], "18080000"),
    "jam": (lambda p: p.jam(0), ["1A", "52", "16", "12"], "18040000"),
    "switched offline": (lambda p: p.switch_offline(0), ["1A", "12", "12", "12"], "18000000"),
    "beyond repair": (lambda p: p.fail(0), ["1A", "52", "32", "12"], "18200000"),
    "head too hot": (lambda p: p.overheat(0), ["1A", "52", "52", "12"], "18400000"),
    "button pressed": (lambda p: p.press_button(0), ["5A", "1A", "12", "12"], "58020000"),
    "waiting for the button": (lambda p: p.wait_for_button(0), ["3A", "12", "12", "12"], "18010000"),
}


@pytest.mark.parametrize(("hand", "bytes_", "automatic"), CONDITIONS.values(), ids=CONDITIONS.keys())
def test_every_condition_has_its_status_bytes(
    printer: ReceiptPrinter, hand: Hand, bytes_: list[str], automatic: str
) -> None:
    hand(printer)
    assert [real_time(printer, n) for n in (1, 2, 3, 4)] == bytes_
    for byte in bytes_:
        assert int(byte, 16) & 0x93 == 0x12


@pytest.mark.parametrize(("hand", "bytes_", "automatic"), CONDITIONS.values(), ids=CONDITIONS.keys())
def test_automatic_status_comes_at_once_and_on_every_change(
    printer: ReceiptPrinter, hand: Hand, bytes_: list[str], automatic: str
) -> None:
    assert said(printer.feed(b"\x1da\x4e", 0.0)) == "10000000"
    assert said(hand(printer)) == ("" if automatic == "10000000" else automatic)
    assert said(hand(printer)) == "", "no change, no word"


def test_automatic_status_is_only_for_the_groups_asked_for(printer: ReceiptPrinter) -> None:
    printer.feed(b"\x1da\x08", 0.0)
    assert said(printer.open_cover(0)) == ""
    assert said(printer.run_low(0)) == "38000300"
    printer.feed(b"\x1da\x00", 0.0)
    assert said(printer.close_cover(0)) == ""


@pytest.mark.parametrize("command", ["1B40", "1D6100"])
def test_an_initialise_ends_the_automatic_status_as_switching_it_off_does(
    printer: ReceiptPrinter, command: str
) -> None:
    printer.feed(b"\x1da\x4e" + bytes.fromhex(command), 0.0)
    assert said(printer.open_cover(0)) == ""


def test_groups_that_do_not_exist_are_remarked(printer: ReceiptPrinter) -> None:
    assert said(printer.feed(b"\x1da\xff", 0.0)) == "10000000"
    assert printer.remarks == ("automatic status for unknown groups FF",)


def test_the_button_feeds_and_wakes_a_printer_that_waited_for_it(printer: ReceiptPrinter) -> None:
    printer.feed(b"\x1da\x4e", 0.0)
    assert said(printer.wait_for_button(0)) == "18010000"
    assert printer.feed(b"a\n\x1dr\x01", 0.0) == []
    assert said(printer.press_button(0)) == "58020000"
    assert said(printer.release_button(0)) == "1000000000"


def test_a_head_that_cooled_down_goes_on_by_itself(printer: ReceiptPrinter) -> None:
    printer.overheat(0)
    assert printer.feed(b"a\n\x1dr\x01", 0.0) == []
    assert said(printer.cool_down(1)) == "00"


def test_a_status_request_is_answered_at_once_even_when_offline_and_busy() -> None:
    printer = ReceiptPrinter()
    printer.feed(b"line\n" * 100, 0.0)
    printer.open_cover(0.0)
    assert printer.feed(b"\x10\x04\x02", 0.0) == [(0.0, b"\x16")]
    assert printer.waiting_bytes == 0, "status requests take no room in the buffer"


def test_a_status_request_may_arrive_in_pieces(printer: ReceiptPrinter) -> None:
    assert printer.feed(b"\x10", 0.0) == []
    assert printer.feed(b"\x04", 0.0) == []
    assert printer.feed(b"\x01", 0.0) == [(0.0, b"\x12")]


def test_a_status_request_inside_a_picture_is_answered_too(printer: ReceiptPrinter) -> None:
    picture = b"\x1dv0\x00\x01\x00\x03\x00" + b"\x10\x04\x01"
    assert printer.feed(picture + CUT, 0.0) == [(0.0, b"\x12")]
    (ticket,) = printer.collect()
    assert ticket.text() == "[picture 8x3]\n"


def test_the_queued_status_proves_that_everything_before_it_is_on_paper() -> None:
    printer = ReceiptPrinter()
    ((seconds, byte),) = printer.feed(b"line\n" * 40 + CUT + b"\x1dr\x01", 5.0)
    assert byte == b"\x00"
    assert seconds == pytest.approx(40 * 30 / 1200 + 0.3)
    ((later, _),) = printer.feed(b"\x1dr\x01", 5.5)
    assert later == pytest.approx(seconds - 0.5)


def test_the_queued_status_tells_low_paper_and_waits_behind_a_stop(printer: ReceiptPrinter) -> None:
    printer.run_low(0)
    assert said(printer.feed(b"\x1dr\x01", 0.0)) == "03"
    printer.open_cover(0)
    assert printer.feed(b"a\n\x1dr\x01", 0.0) == []
    assert said(printer.close_cover(1.0)) == "03"
    assert said(printer.feed(b"\x1dr\x02\x1bv", 1.0)) == "0003"


def test_a_stopped_printer_goes_on_where_it_stopped(printer: ReceiptPrinter) -> None:
    printer.feed(b"one\n", 0.0)
    printer.run_out(0)
    printer.feed(b"two\n" + CUT, 0.0)
    assert printer.collect() == []
    printer.load_paper(0)
    (ticket,) = printer.collect()
    assert ticket.text() == "one\ntwo\n"


def test_the_roll_can_end_in_the_middle_of_a_job(printer: ReceiptPrinter) -> None:
    printer.feed(b"\x1da\x0e", 0.0)
    printer.leave_paper(8)
    assert said(printer.feed(b"line\n" * 10 + CUT + b"\x1dr\x01", 0.0)) == "18000F00"
    assert printer.collect() == []
    assert real_time(printer, 4) == "7E"
    assert said(printer.load_paper(0)) == "1000000000"
    (ticket,) = printer.collect()
    assert ticket.text().count("line") == 10


def test_a_jam_in_the_middle_stops_after_the_bytes_named(printer: ReceiptPrinter) -> None:
    printer.jam(0, after_bytes=10)
    assert printer.feed(b"abcd\nefgh\nijkl\n" + CUT + b"\x1dr\x01", 0.0) == []
    assert real_time(printer, 3) == "16"
    assert printer.waiting_bytes == 5 + len(CUT) + 3
    printer.clear(1.0)
    (ticket,) = printer.collect()
    assert (ticket.text(), ticket.ending) == ("abcd\nefgh\n~~ torn off ~~\n", Ending.TORN_OFF)
    assert printer.waiting_bytes == 0
    assert real_time(printer, 1) == "12"


def test_clearing_takes_away_every_condition_and_every_trap(printer: ReceiptPrinter) -> None:
    printer.open_cover(0)
    printer.run_out(0)
    printer.break_cutter(0)
    printer.switch_offline(0)
    printer.jam(0, after_bytes=3)
    printer.leave_paper(1)
    printer.clear(0)
    assert said(printer.feed(b"long enough\n" + CUT + b"\x1dr\x01", 0.0)) == "00"


def test_without_power_there_is_silence_and_the_buffer_is_lost(printer: ReceiptPrinter) -> None:
    printer.open_cover(0)
    printer.feed(b"lost\n" + CUT, 0.0)
    printer.power_off()
    assert printer.feed(b"\x10\x04\x01also lost\n", 0.0) == []
    assert printer.close_cover(0) == []
    printer.power_on()
    assert real_time(printer, 1) == "12"
    assert printer.collect() == []


def test_what_was_printed_before_a_power_cut_comes_out_with_the_next_ticket(printer: ReceiptPrinter) -> None:
    printer.feed(b"first person\nhalf a li", 0.0)
    printer.power_off()
    printer.power_on()
    assert printer.uncut
    printer.feed(b"second person\n" + CUT, 0.0)
    (ticket,) = printer.collect()
    assert ticket.text() == "first person\nsecond person\n"


def test_a_full_buffer_says_stop_and_loses_what_comes_after(printer: ReceiptPrinter) -> None:
    printer.open_cover(0)
    assert printer.feed(b"x" * (BUFFER - 600), 0.0) == []
    assert printer.feed(b"x" * 200, 0.0) == [(0.0, XOFF)]
    printer.feed(b"x" * 1000, 0.0)
    assert printer.waiting_bytes == BUFFER
    assert printer.lost_bytes == 600
    assert printer.close_cover(0)[-1] == (0.0, XON)
