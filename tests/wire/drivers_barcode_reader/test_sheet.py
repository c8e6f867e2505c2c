"""The table of the sheet's section 5, row by row on a real tty: the bytes of both sides and what they come to."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from drivers.barcode_reader import gm65, settings
from drivers.errors import DeviceError, ProtocolError, Refused

DONE = "02000001003331"
ROWS: dict[str, tuple[str, Callable[[Any], Any], str, str, type[DeviceError] | None]] = {
    # make, the question, the request and the answer in hex, how it ends
    "newland setting": (
        "newland",
        lambda d: settings.newland_settings(d.line, ["#99900030;"]),
        (b"$$$$" + b"#99900030;" + b"%%%%").hex(),
        (b"@@@@" + b"!99900030;" + b"^^^^").hex(),
        None,
    ),
    "newland setting refused": (
        "newland",
        lambda d: settings.newland_settings(d.line, ["#00000000;"]),
        (b"$$$$" + b"#00000000;" + b"%%%%").hex(),
        (b"@@@@" + b"?00000000;" + b"^^^^").hex(),
        Refused,
    ),
    "newland trigger": ("newland", lambda d: d.trigger(), "1b31", "", None),
    "newland stop": ("newland", lambda d: d.stop(), "1b30", "", None),
    "honeywell trigger": ("honeywell", lambda d: d.trigger(), "16540d", "", None),
    "honeywell stop": ("honeywell", lambda d: d.stop(), "16550d", "", None),
    "honeywell menu": (
        "honeywell",
        lambda d: settings.honeywell_menu(d.line, "SUFCA2"),
        "164d0d" + b"SUFCA2.".hex(),
        b"SUFCA2\x06".hex(),
        None,
    ),
    "honeywell menu kept": (
        "honeywell",
        lambda d: settings.honeywell_menu(d.line, "SUFCA2", keep=True),
        "164d0d" + b"SUFCA2!".hex(),
        b"SUFCA2\x06".hex(),
        None,
    ),
    "honeywell unknown": (
        "honeywell",
        lambda d: settings.honeywell_menu(d.line, "NOTHERE"),
        "164d0d" + b"NOTHERE.".hex(),
        b"NOTHERE\x05".hex(),
        Refused,
    ),
    "honeywell out of range": (
        "honeywell",
        lambda d: settings.honeywell_menu(d.line, "SUFBK2FF"),
        "164d0d" + b"SUFBK2FF.".hex(),
        b"SUFBK2FF\x15".hex(),
        Refused,
    ),
    "gm65 trigger": ("gm65", lambda d: d.trigger(), "7E00080100020102DA", DONE, None),
    "gm65 save": (
        "gm65",
        lambda d: settings.gm65_read(d.line, 0x002A, 2),
        "7E000701002A02D80F",
        DONE,
        ProtocolError,  # a save is answered with one byte, and is never sent as a question
    ),
    "gm65 who is there": (
        "gm65",
        lambda d: settings.identify(d.line, d.make),
        gm65.read_zone(gm65.Zone.LIGHT).hex(),
        "02000001D6" + f"{gm65.crc(bytes.fromhex('0001D6')):04X}",
        None,
    ),
    "gm65 9600 baud": (
        "gm65",
        lambda d: settings.gm65_write(d.line, 0x00D9, b"\xd3"),
        "7E00080100D9D32038",
        DONE,
        None,
    ),
}


@pytest.mark.parametrize("row", ROWS)
def test_each_command_of_the_sheet_is_sent_and_answered_as_the_sheet_says(new_bench: Any, row: str) -> None:
    make, ask, request, answer, error = ROWS[row]
    bench = new_bench(make)
    if error is None:
        bench.run(ask(bench.driver))
    else:
        with pytest.raises(error):
            bench.run(ask(bench.driver))
    end = time.monotonic() + 10
    while len(bench.heard_by_reader) < len(request) // 2 or len(bench.sent_by_reader) < len(answer) // 2:
        assert time.monotonic() < end, (bench.heard_by_reader.hex(), bench.sent_by_reader.hex())
        time.sleep(0.002)
    assert bench.heard_by_reader.hex() == request.lower()
    assert bench.sent_by_reader.hex() == answer.lower()


def test_a_gm65_command_that_is_not_to_be_checked_is_obeyed(new_bench: Any) -> None:
    bench = new_bench("gm65")
    command = gm65.write_zone(gm65.Zone.TRIGGER, b"\x01", checked=False)
    assert command.hex().upper() == "7E000801000201ABCD"
    bench.wire.tell(lambda reader, now: reader.feed(command, now))
    assert bench.triggered()
