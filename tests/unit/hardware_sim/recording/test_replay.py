"""Recorded, read, and asked again: the same answers, or the first byte that differs."""

import json
import random
from pathlib import Path
from typing import Any

from hardware_sim.cards.meaning import CardDecoder
from hardware_sim.ipp_printer.codec import Group, GroupTag, Message, Tag, attribute, encode
from hardware_sim.meaning import Direction
from hardware_sim.pin_pad.frames import frame
from hardware_sim.recording.file import Passed, read_recording
from hardware_sim.recording.replay import replay

STATE, FIND, SELECT, READ = (
    bytes.fromhex(text)
    for text in ("AAAAAA9669000311FFED", "AAAAAA9669000320 0122", "AAAAAA9669000320 0221", "AAAAAA96690003300132")
)
QUERY = encode(
    Message(
        (2, 0),
        0x000B,
        1,
        (
            Group(
                GroupTag.OPERATION,
                (
                    attribute("attributes-charset", Tag.CHARSET, "utf-8"),
                    attribute("attributes-natural-language", Tag.LANGUAGE, "en"),
                    attribute("printer-uri", Tag.URI, "ipp://127.0.0.1:1/ipp/print"),
                ),
            ),
        ),
    )
)


def busy_hour(session: Any) -> None:
    """Everything once: frames, hands, troubles, plugs, secrets."""
    session.ask("id-reader", STATE)
    session.do("place id worker")
    for request in (FIND, SELECT, READ):
        session.ask("id-reader", request)
    session.do("id-reader noise")
    session.ask("id-reader", STATE[:4], wait=1.0)
    session.ask("id-reader", STATE)
    session.do("unplug id-reader")
    session.do("plug id-reader")
    session.ask("id-reader", FIND)
    session.ask("receipt-printer", b"\x1da\x0e\x1b@\x1c&" + "社会保障\n".encode("gbk") + b"\x1dr\x01")
    session.do("receipt-printer paper-out")
    session.do("receipt-printer clear")
    session.ask("receipt-printer", b"\x10\x04\x01")
    session.ask("pin-pad", frame(0x32, b"\x00SECRETKEYSECRET!"))
    session.ask("pin-pad", frame(0x33, bytes(10)))
    session.ask("pin-pad", frame(0x43, bytes(2)) + frame(0x34, b"123456789012"))
    session.ask("pin-pad", frame(0x35, bytes.fromhex("0601010002")))
    session.do("pin-pad type 4711")
    session.do("pin-pad press enter")
    session.ask("pin-pad", frame(0x42))
    session.ask("pin-pad", frame(0x35, bytes.fromhex("0601010002")), wait=5.0)
    session.ask("pin-pad", frame(0x45, b"\x02"))
    session.do("pin-pad press 9")
    session.do("scan 社会 保障")
    session.do("barcode-reader garbage 40")
    session.do("barcode-reader make honeywell")
    session.ask("barcode-reader", b"\x16M\rSUFBK2990D0A.")
    session.ask("a4-printer", QUERY)
    session.do("a4-printer paper-out")
    session.ask("a4-printer", QUERY)
    session.do("a4-printer silence")
    session.ask("a4-printer", QUERY)
    session.do("a4-printer clear")
    session.do("a4-printer power-off")
    session.ask("a4-printer", QUERY)
    session.end()


def test_fresh_devices_answer_the_same_to_the_same_bytes(session: Any) -> None:
    busy_hour(session)
    recording = read_recording(session.file)
    report = replay(recording)
    assert [wire.difference for wire in report.wires] == [None] * 5
    assert report.same
    assert report.not_said == ()
    assert {wire.device for wire in report.wires} == {
        "id-reader",
        "receipt-printer",
        "pin-pad",
        "barcode-reader",
        "a4-printer",
    }
    assert all(wire.asked and wire.answered for wire in report.wires)


def test_it_holds_at_the_pace_of_life_and_for_random_questions(make_session: Any) -> None:
    chance = random.Random(12)
    session = make_session("random.ndjson", pace=1.0)
    asked = [STATE, FIND, SELECT, READ, STATE[:5], STATE[5:], b"\xaa\xaa"]
    for _ in range(150):
        session.ask("id-reader", chance.choice(asked), wait=chance.random() * 2)
        session.ask("receipt-printer", chance.choice((b"\x1da\x0e", b"text\n", b"\x10\x04\x04", b"\x1dr\x01", b"\x1d")))
        if chance.random() < 0.2:
            session.do(chance.choice(("swap id worker", "receipt-printer cover-open", "receipt-printer cover-closed")))
    session.end()
    assert replay(read_recording(session.file)).same


def test_nothing_of_a_pin_or_a_key_is_in_the_file(session: Any) -> None:
    busy_hour(session)
    text = session.file.read_text(encoding="utf-8")
    for secret in (b"SECRETKEY", b"4711", b"123456789012"):
        assert secret.hex().upper() not in text
        assert secret.hex().upper().encode().hex().upper() not in text
    assert '"do":"pin-pad type ****"' in text
    assert "4711" not in text
    clear = [json.loads(line) for line in text.splitlines() if '"pin-pad"' in line]
    assert [line["hex"] for line in clear if line["en"].startswith("a digit in clear")] == ["2A"]


def test_a_changed_answer_is_told_with_its_place_and_both_sides(session: Any, tmp_path: Path) -> None:
    session.ask("id-reader", STATE)
    session.ask("id-reader", FIND)
    session.end()
    lines = session.file.read_text(encoding="utf-8").splitlines()
    changed = tmp_path / "changed.ndjson"
    changed.write_text("\n".join(lines).replace("00008084", "00008185"), encoding="utf-8")
    (wire,) = replay(read_recording(changed)).wires
    assert wire.difference is not None
    assert wire.difference.offset == 11 + 9
    assert (wire.difference.recorded[0], wire.difference.replayed[0]) == (0x81, 0x80)


def test_an_answer_that_never_came_is_a_difference(session: Any, tmp_path: Path) -> None:
    session.ask("id-reader", STATE, wait=5.0)
    session.ask("id-reader", FIND, wait=5.0)
    session.end()
    lines = [line for line in session.file.read_text().splitlines() if '"from"' not in line or "no card" not in line]
    cut = tmp_path / "cut.ndjson"
    cut.write_text("\n".join(lines), encoding="utf-8")
    (wire,) = replay(read_recording(cut)).wires
    assert wire.difference is not None
    assert wire.difference.recorded == b""


def test_phrases_about_cards_are_named_and_the_rest_is_compared(session: Any) -> None:
    session.ask("id-reader", STATE)
    session.log.did("insert card worker")
    session.end()
    report = replay(read_recording(session.file))
    assert report.same
    assert report.not_said == ("insert card worker",)


def test_what_passed_with_cards_is_named_and_not_asked_again(session: Any) -> None:
    session.ask("id-reader", STATE)
    decoder = CardDecoder()
    session.log.passed("card-reader", decoder, 0.1, Direction.TO_DEVICE, bytes.fromhex("0020000003123456"))
    session.log.passed("card-reader", decoder, 0.1, Direction.FROM_DEVICE, b"")
    session.log.missed("card-reader", 3)
    session.end()
    recording = read_recording(session.file)
    assert [event.data.hex() for event in recording.of("card-reader")] == ["0020000003000000", "", ""]
    report = replay(recording)
    assert report.same
    assert report.not_replayed == ("card-reader",)


def test_a_recording_counts_what_was_done_before_it_began(session: Any, tmp_path: Path) -> None:
    session.hall.place_id("worker")
    session.ask("id-reader", FIND)
    session.end()
    assert not replay(read_recording(session.file)).same
    header, *rest = session.file.read_text(encoding="utf-8").splitlines()
    told = tmp_path / "told.ndjson"
    document = json.loads(header) | {"before": ["place id worker"]}
    told.write_text("\n".join([json.dumps(document), *rest]), encoding="utf-8")
    assert replay(read_recording(told)).same


def test_a_recording_without_its_end_is_still_read(session: Any, tmp_path: Path) -> None:
    session.ask("id-reader", STATE)
    session.end()
    killed = tmp_path / "killed.ndjson"
    killed.write_text("\n".join(session.file.read_text(encoding="utf-8").splitlines()[:-1]), encoding="utf-8")
    recording = read_recording(killed)
    last = recording.events[-1]
    assert isinstance(last, Passed)
    assert recording.end == last.at
